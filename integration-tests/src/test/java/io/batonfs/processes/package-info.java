/**
 * Tests with processes of their own: JVMs that are started, talked to by lines, killed without warning, and followed by
 * others that look at what is left.
 */
package io.batonfs.processes;
