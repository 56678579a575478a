/**
 * Processes of one's own: JVMs that are started, talked to by lines, killed without warning, and followed by others
 * that look at what is left. Tests and the benchmark use them.
 */
package io.batonfs.processes;
