/**
 * What the benchmark's transport rows are measured on: Baton's wires, and beside them what else carries bytes on one
 * machine, each used as those who made it recommend. A {@code Carrier} has a server, which is a process of its own
 * wherever two processes are meant, and a client; both speak the same three operations and check the same bytes. Knows
 * nothing of rows and reports.
 */
package io.batonfs.bench.transport;
