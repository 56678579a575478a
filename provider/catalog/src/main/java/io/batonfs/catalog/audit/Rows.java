package io.batonfs.catalog.audit;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.CompactRow;
import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.Counters;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.SnapshotRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tables.TokenRow;
import io.batonfs.model.ContentId;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.NodeId;
import io.batonfs.model.TokenId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The rows of the tables, decoded, in memory. */
final class Rows {
    final Tables tables;
    final Counters counters;
    final Map<NodeId, NodeRow> nodes;
    final Map<FileId, FileRow> files;
    final Map<EntrySetId, Map<String, EntryRow>> entries = new TreeMap<>();
    final Map<ContentId, ContentRow> contents;
    final Map<ExtentId, ExtentRow> extents;
    final Map<TokenId, TokenRow> tokens = new LinkedHashMap<>();
    final List<SnapshotRow> snapshots = new ArrayList<>();
    final Map<NodeId, CompactRow> queue;

    Rows(TableView view) {
        tables = new Tables(view);
        counters = Counters.of(view.get(Table.META, Keys.COUNTERS));
        nodes = read(Table.NODES, NodeId::new, NodeRow::of);
        files = read(Table.FILES, FileId::new, FileRow::of);
        contents = read(Table.CONTENTS, ContentId::new, ContentRow::of);
        extents = read(Table.EXTENTS, ExtentId::new, ExtentRow::of);
        queue = read(Table.COMPACT, NodeId::new, CompactRow::of);
        each(Table.ENTRIES, (key, value) -> entries.computeIfAbsent(new EntrySetId(new ByteReader(key).i64()),
                id -> new LinkedHashMap<>()).put(Keys.nameOf(key), EntryRow.of(value)));
        tables.scan(Table.TOKENS, Keys.letter('t'), (key, value) -> {
            tokens.put(new TokenId(new ByteReader(key, 1, key.length).i64()), TokenRow.of(value));
            return true;
        });
        each(Table.SNAPSHOTS, (key, value) -> snapshots.add(SnapshotRow.of(value)));
    }

    NodeId root() {
        return new NodeId(counters.get(Counter.ROOT_NODE));
    }

    Map<String, EntryRow> own(NodeRow directory) {
        return entries.getOrDefault(directory.directory().entrySet(), Map.of());
    }

    void each(Table table, Visitor visitor) {
        tables.view().scan(table, new byte[0], null, (key, value) -> {
            visitor.row(key, value);
            return true;
        });
    }

    long count(Table table, char letter) {
        long[] count = new long[1];
        tables.scan(table, Keys.letter(letter), (key, value) -> ++count[0] > 0);
        return count[0];
    }

    private <I, R> Map<I, R> read(Table table, Function<Long, I> id, Function<byte[], R> row) {
        Map<I, R> rows = new LinkedHashMap<>();
        each(table, (key, value) -> rows.put(id.apply(new ByteReader(key).i64()), row.apply(value)));
        return rows;
    }

    interface Visitor {
        void row(byte[] key, byte[] value);
    }
}
