package io.batonfs.catalog.store;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Changes to tables, collected by one command and committed at once. The last change to a key counts. Not thread-safe.
 */
public final class WriteSet {
    private final Map<Table, NavigableMap<byte[], byte[]>> changes = new EnumMap<>(Table.class);

    /** Sets a value. */
    public void put(Table table, byte[] key, byte[] value) {
        of(table).put(key, value);
    }

    /** Removes a key. */
    public void delete(Table table, byte[] key) {
        of(table).put(key, null);
    }

    /** The changes of a table in key order; a null value is a removal. */
    public NavigableMap<byte[], byte[]> of(Table table) {
        return changes.computeIfAbsent(table, t -> new TreeMap<>(Arrays::compareUnsigned));
    }

    /** Whether nothing changes. */
    public boolean isEmpty() {
        return changes.values().stream().allMatch(Map::isEmpty);
    }
}
