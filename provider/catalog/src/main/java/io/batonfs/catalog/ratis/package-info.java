/**
 * The binding of a {@link io.batonfs.catalog.machine.ReplicatedMachine} to Apache Ratis (DESIGN.md 5).
 *
 * <p>One directory holds all: {@code raft/} is Ratis' (log segments, and snapshots that are checkpoints of the tables),
 * {@code tables/} the working tables, made anew at each start from the newest snapshot and the log after it. Peers in
 * one JVM talk through {@link io.batonfs.catalog.ratis.InProcessDirectory}: no port is opened.
 */
package io.batonfs.catalog.ratis;
