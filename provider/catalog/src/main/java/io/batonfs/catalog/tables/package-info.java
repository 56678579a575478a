/**
 * Rows and keys of the catalog's tables (specs CAT, tables): what stands where, in which bytes. Every key is built in
 * {@link io.batonfs.catalog.tables.Keys}; every row is a record with its own layout. A row begins with a byte that is
 * its version, 1 today; a newer one is refused by name. Checksums of rows are the store's affair.
 *
 * <p>Knows the store's interface and the model; knows no rules.
 */
package io.batonfs.catalog.tables;
