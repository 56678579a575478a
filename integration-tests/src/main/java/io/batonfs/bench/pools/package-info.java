/**
 * What the benchmark's rows of pools are measured on: a pool of some level on file devices, whole or without a device,
 * and plain files on the same disk that take as many bytes. Knows nothing of rows and reports.
 */
package io.batonfs.bench.pools;
