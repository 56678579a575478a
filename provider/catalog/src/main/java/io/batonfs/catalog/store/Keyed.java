package io.batonfs.catalog.store;

/**
 * A row with its key.
 *
 * @param key the key, which nobody changes
 * @param row the row, decoded
 */
public record Keyed<R>(byte[] key, R row) {
}
