package io.batonfs.catalog.store;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Changes to tables, collected by one command and committed at once. The last change to a key counts. Not thread-safe.
 */
public final class WriteSet {
    private static final List<Table> TABLES = List.of(Table.values());
    private static final NavigableMap<byte[], StoredRow> NONE = Collections.unmodifiableNavigableMap(empty());

    private final Map<Table, NavigableMap<byte[], StoredRow>> changes = new EnumMap<>(Table.class);

    private static NavigableMap<byte[], StoredRow> empty() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    /** Sets a value. */
    public void put(Table table, byte[] key, byte[] value) {
        put(table, key, StoredRow.of(value));
    }

    /** Sets a row. */
    public void put(Table table, byte[] key, StoredRow row) {
        changes.computeIfAbsent(table, t -> empty()).put(key, row);
    }

    /** Removes a key. */
    public void delete(Table table, byte[] key) {
        put(table, key, (StoredRow) null);
    }

    /** Takes over all changes of another one. */
    public void putAll(WriteSet later) {
        later.forEach((table, rows) -> changes.computeIfAbsent(table, t -> empty()).putAll(rows));
    }

    /** The changes of a table in key order; null is a removal. Not to be changed. */
    public NavigableMap<byte[], StoredRow> of(Table table) {
        return changes.getOrDefault(table, NONE);
    }

    /** Visits the tables that have changes, in their order, with what {@link #of} gives for them. */
    public void forEach(BiConsumer<Table, NavigableMap<byte[], StoredRow>> visitor) {
        for (Table table : TABLES) {
            NavigableMap<byte[], StoredRow> rows = changes.get(table);
            if (rows != null) {
                visitor.accept(table, rows);
            }
        }
    }

    /** How many rows change. */
    public int size() {
        int size = 0;
        for (Table table : TABLES) {
            size += of(table).size();
        }
        return size;
    }
}
