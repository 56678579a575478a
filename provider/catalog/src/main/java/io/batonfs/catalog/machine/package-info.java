/**
 * The pure state machine of the catalog (CAT-9): commands in, replies and table changes out. No clock, no randomness, no
 * threads, no I/O but the tables handed in; what decides an outcome rides in the command or stands in the tables. Kept so
 * by a test of the architecture.
 */
package io.batonfs.catalog.machine;
