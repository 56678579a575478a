/**
 * The replicated catalog (DESIGN.md 5, specs CAT).
 * <ul>
 * <li>{@code io.batonfs.catalog}: what a server sees: commands, replies, queries;
 * <li>{@code machine}: the pure state machine: commands in, replies and table changes out; no clock, no randomness, no
 * threads, no I/O but the tables handed in;
 * <li>{@code store}: the tables as sorted byte maps: the interface, in memory, and in RocksDB;
 * <li>{@code ratis}: the binding of the machine to Apache Ratis.
 * </ul>
 */
package io.batonfs.catalog;
