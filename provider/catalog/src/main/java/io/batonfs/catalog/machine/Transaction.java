package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import io.batonfs.catalog.tables.CompactRow;
import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.Counters;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tables.TokenRow;
import io.batonfs.model.ContentId;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.NodeId;
import io.batonfs.model.TokenId;
import java.util.Arrays;

/**
 * The tables during one command: reads see what the command has written. Dropped when the command is refused. One of
 * them may stand on another, for an item of a batch. Not thread-safe.
 */
final class Transaction extends Tables {
    /** The catalog partition whose ids are given out. */
    private static final int PARTITION = 0;

    private final WriteSet writes;
    private final Counters counters;
    private final byte[] countersBefore;
    private final long timeMs;

    private Transaction(TableView below, WriteSet writes, Counters counters, byte[] countersBefore, long timeMs) {
        super(new OverlayView(below, writes));
        this.writes = writes;
        this.counters = counters;
        this.countersBefore = countersBefore;
        this.timeMs = timeMs;
    }

    /** Begins on the tables as they are; time does not run backwards. */
    static Transaction begin(TableView tables, long commandTimeMs) {
        byte[] stored = tables.get(Table.META, Keys.COUNTERS);
        Counters counters = Counters.of(stored);
        long timeMs = Math.max(commandTimeMs, counters.get(Counter.TIME_MS));
        return new Transaction(tables, new WriteSet(), counters, stored, timeMs);
    }

    /** Begins on top of this one. */
    Transaction nested() {
        return new Transaction(view(), new WriteSet(), counters.copy(), null, timeMs);
    }

    /** Takes over the changes of one that stands on this one. */
    void merge(Transaction nested) {
        for (Table table : Table.values()) {
            nested.writes.of(table).forEach((key, value) -> {
                if (value == null) {
                    writes.delete(table, key);
                } else {
                    writes.put(table, key, value);
                }
            });
        }
        for (Counter counter : Counter.values()) {
            counters.set(counter, nested.counters.get(counter));
        }
    }

    /** All changes but the counters, and with them the highest command time, which stay as they were. */
    WriteSet finishRefused() {
        return writes;
    }

    /** All changes, the counters included. */
    WriteSet finish() {
        counters.set(Counter.TIME_MS, timeMs);
        byte[] now = counters.toBytes();
        if (!Arrays.equals(now, countersBefore)) {
            writes.put(Table.META, Keys.COUNTERS, now);
        }
        return writes;
    }

    /** How many rows have been changed so far. */
    int changes() {
        int changed = 0;
        for (Table table : Table.values()) {
            changed += writes.of(table).size();
        }
        return changed;
    }

    /** The time of the command, milliseconds since 1970. */
    long timeMs() {
        return timeMs;
    }

    long count(Counter counter) {
        return counters.get(counter);
    }

    void set(Counter counter, long value) {
        counters.set(counter, value);
    }

    void add(Counter counter, long change) {
        counters.add(counter, change);
    }

    NodeId root() {
        return new NodeId(counters.get(Counter.ROOT_NODE));
    }

    long nextNumber(Counter counter) {
        return counters.add(counter, 1);
    }

    NodeId nextNode() {
        return NodeId.of(PARTITION, nextNumber(Counter.LAST_NODE));
    }

    FileId nextFile() {
        return FileId.of(PARTITION, nextNumber(Counter.LAST_FILE));
    }

    EntrySetId nextEntrySet() {
        return EntrySetId.of(PARTITION, nextNumber(Counter.LAST_ENTRY_SET));
    }

    ContentId nextContent() {
        return ContentId.of(PARTITION, nextNumber(Counter.LAST_CONTENT));
    }

    ExtentId nextExtent() {
        return ExtentId.of(PARTITION, nextNumber(Counter.LAST_EXTENT));
    }

    TokenId nextToken() {
        return TokenId.of(PARTITION, nextNumber(Counter.LAST_TOKEN));
    }

    void put(NodeId id, NodeRow row) {
        put(Table.NODES, Keys.node(id), row.toBytes());
    }

    void put(FileId id, FileRow row) {
        put(Table.FILES, Keys.file(id), row.toBytes());
    }

    void put(EntrySetId set, String name, EntryRow row) {
        put(Table.ENTRIES, Keys.entry(set, name), row.toBytes());
    }

    void put(ContentId id, ContentRow row) {
        put(Table.CONTENTS, Keys.content(id), row.toBytes());
    }

    void put(ExtentId id, ExtentRow row) {
        put(Table.EXTENTS, Keys.extent(id), row.toBytes());
    }

    void put(TokenId id, TokenRow row) {
        put(Table.TOKENS, Keys.token(id), row.toBytes());
    }

    void put(NodeId holder, CompactRow row) {
        put(Table.COMPACT, Keys.node(holder), row.toBytes());
    }

    void put(Table table, byte[] key, byte[] value) {
        writes.put(table, key, value);
    }

    void delete(Table table, byte[] key) {
        writes.delete(table, key);
    }
}
