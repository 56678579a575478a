/**
 * {@code hadoop fs} as people use it: transcripts of sessions, played on HDFS, from which they were taken down, and on
 * Baton, which has to answer alike.
 */
package io.batonfs.shell;
