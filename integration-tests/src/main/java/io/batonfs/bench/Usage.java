package io.batonfs.bench;

/**
 * What a process used during a sample.
 *
 * @param cpuSeconds    processor time, of all its threads, in user and in kernel mode; in steps of 10 ms on Linux
 * @param residentBytes most memory that it had resident, pages of mapped files included
 */
record Usage(double cpuSeconds, long residentBytes) {
}
