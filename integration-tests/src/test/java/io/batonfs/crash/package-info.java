/**
 * What a group keeps when the process that runs it is killed: a writer in a JVM of its own says what was acknowledged,
 * is killed, and another JVM looks at what is left (DESIGN.md 6).
 */
package io.batonfs.crash;
