/**
 * The client jar as a user installs it: alone beside a Hadoop that knows nothing of Baton, in a JVM of its own, against a
 * daemon.
 */
package io.batonfs.clientjar;
