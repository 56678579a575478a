package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.StoredRow;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import io.batonfs.catalog.tables.ClientRow;
import io.batonfs.catalog.tables.CompactRow;
import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.Counters;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.RunRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tables.TokenRow;
import io.batonfs.model.ContentId;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.NodeId;
import io.batonfs.model.ServerId;
import io.batonfs.model.TokenId;
import io.batonfs.model.VolumeId;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

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
        writes.putAll(nested.writes);
        for (Counter counter : Counter.values()) {
            counters.set(counter, nested.counters.get(counter));
        }
    }

    /** All changes but the counters, and with them the highest command time, which stay as they were. */
    WriteSet finishRefused() {
        return encoded();
    }

    /** All changes, the counters included. */
    WriteSet finish() {
        counters.set(Counter.TIME_MS, timeMs);
        byte[] now = counters.toBytes();
        if (!Arrays.equals(now, countersBefore)) {
            writes.put(Table.META, Keys.COUNTERS, now);
        }
        return encoded();
    }

    /** Each changed row is written down once, and here: what cannot be is the command's failure, not the commit's. */
    private WriteSet encoded() {
        writes.forEach((table, rows) -> {
            for (StoredRow row : rows.values()) {
                if (row != null) {
                    row.bytes();
                }
            }
        });
        return writes;
    }

    /** How many rows have been changed so far. */
    int changes() {
        return writes.size();
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
        writes.put(Table.NODES, Keys.node(id), StoredRow.of(row, NODE));
    }

    void put(FileId id, FileRow row) {
        writes.put(Table.FILES, Keys.file(id), StoredRow.of(row, FILE));
    }

    void put(EntrySetId set, String name, EntryRow row) {
        writes.put(Table.ENTRIES, Keys.entry(set, name), StoredRow.of(row, ENTRY));
    }

    void put(ContentId id, ContentRow row) {
        writes.put(Table.CONTENTS, Keys.content(id), StoredRow.of(row, CONTENT));
    }

    void put(ExtentId id, ExtentRow row) {
        writes.put(Table.EXTENTS, Keys.extent(id), StoredRow.of(row, EXTENT));
    }

    void put(TokenId id, TokenRow row) {
        writes.put(Table.TOKENS, Keys.token(id), StoredRow.of(row, TOKEN));
    }

    void put(NodeId holder, CompactRow row) {
        writes.put(Table.COMPACT, Keys.node(holder), StoredRow.of(row, COMPACT));
    }

    void put(UUID client, ClientRow row) {
        writes.put(Table.LEASES, Keys.client(client), StoredRow.of(row, CLIENT));
    }

    void put(VolumeId volume, List<ServerId> owners, RunRow row) {
        writes.put(Table.VOLUMES, Keys.currentRun(volume, owners), StoredRow.of(row, RUN));
    }

    void put(Table table, byte[] key, byte[] value) {
        writes.put(table, key, value);
    }

    void delete(Table table, byte[] key) {
        writes.delete(table, key);
    }
}
