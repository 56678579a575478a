/**
 * The catalog's tables as sorted byte maps: the interface ({@link io.batonfs.catalog.store.TableStore}), in memory, and
 * in RocksDB. Knows nothing of what the rows mean.
 */
package io.batonfs.catalog.store;
