/**
 * Jobs on {@code baton://}: a YARN of one node, task JVMs with nothing but plain Hadoop and the client jar, and a daemon
 * in a process of its own. {@link io.batonfs.yarn.YarnWithBaton} is what a test class registers to have all of that; what
 * runs in the tasks is in {@code tasks}.
 */
package io.batonfs.yarn;
