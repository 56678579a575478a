/**
 * The stock DistCp, option by option, between a daemon over TCP and an HDFS: what arrives, what it counts, what passed
 * through the client. {@code conf/distcp.md} is the table that these tests keep true.
 */
package io.batonfs.distcp;
