package io.batonfs.catalog.store;

import java.io.Closeable;
import java.util.function.BiPredicate;

/**
 * Tables as sorted byte maps, at one moment. Keys sort as unsigned bytes. Arrays handed out and in are not changed by
 * either side afterwards.
 */
public interface TableView extends Closeable {

    /** The value at a key, or null. */
    byte[] get(Table table, byte[] key);

    /**
     * Walks keys in ascending order from {@code from} (inclusive) to {@code to} (exclusive; null for the table's end),
     * until the visitor returns false.
     */
    void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor);

    @Override
    void close();
}
