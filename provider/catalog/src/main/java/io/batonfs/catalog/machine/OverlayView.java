package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.StoredRow;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Tables as they will be when a write set is committed: reads see the changes made so far. A visitor of a scan must not
 * change the table that it scans. Not thread-safe.
 */
final class OverlayView implements TableView {
    private final TableView below;
    private final WriteSet changes;

    OverlayView(TableView below, WriteSet changes) {
        this.below = below;
        this.changes = changes;
    }

    @Override
    public byte[] get(Table table, byte[] key) {
        NavigableMap<byte[], StoredRow> changed = changes.of(table);
        StoredRow row = changed.get(key);
        if (row == null) {
            return changed.containsKey(key) ? null : below.get(table, key);
        }
        return row.bytes();
    }

    @Override
    public <R> R row(Table table, byte[] key, Function<byte[], R> decode) {
        NavigableMap<byte[], StoredRow> changed = changes.of(table);
        StoredRow row = changed.get(key);
        if (row == null) {
            return changed.containsKey(key) ? null : below.row(table, key, decode);
        }
        return row.as(decode);
    }

    @Override
    public boolean hasNone(Table table, byte[] prefix) {
        byte[] after = TableView.after(prefix);
        NavigableMap<byte[], StoredRow> all = changes.of(table);
        boolean untouched = (after == null ? all.tailMap(prefix, true) : all.subMap(prefix, true, after, false)).isEmpty();
        return untouched ? below.hasNone(table, prefix) : TableView.super.hasNone(table, prefix);
    }

    @Override
    public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
        if (to != null && Arrays.compareUnsigned(from, to) >= 0) {
            return;
        }
        NavigableMap<byte[], StoredRow> all = changes.of(table);
        NavigableMap<byte[], StoredRow> part = to == null ? all.tailMap(from, true) : all.subMap(from, true, to, false);
        if (part.isEmpty()) {
            below.scan(table, from, to, visitor);
            return;
        }
        Merge merge = new Merge(part, visitor);
        below.scan(table, from, to, merge::below);
        merge.rest();
    }

    @Override
    public void close() {
        // what is below belongs to whoever opened it
    }

    /** Merges the changes of a range into the rows of the view below as they come. */
    private static final class Merge {
        private final Iterator<Map.Entry<byte[], StoredRow>> changed;
        private final BiPredicate<byte[], byte[]> visitor;
        private Map.Entry<byte[], StoredRow> next;
        private boolean stopped;

        Merge(NavigableMap<byte[], StoredRow> part, BiPredicate<byte[], byte[]> visitor) {
            this.changed = part.entrySet().iterator();
            this.visitor = visitor;
            advance();
        }

        boolean below(byte[] key, byte[] value) {
            while (next != null && Arrays.compareUnsigned(next.getKey(), key) < 0) {
                if (!emitChange()) {
                    return false;
                }
            }
            if (next != null && Arrays.equals(next.getKey(), key)) {
                return emitChange();
            }
            return emit(key, value);
        }

        void rest() {
            while (!stopped && next != null) {
                emitChange();
            }
        }

        private boolean emitChange() {
            Map.Entry<byte[], StoredRow> change = next;
            advance();
            return change.getValue() == null || emit(change.getKey(), change.getValue().bytes());
        }

        private boolean emit(byte[] key, byte[] value) {
            stopped = !visitor.test(key, value);
            return !stopped;
        }

        private void advance() {
            next = changed.hasNext() ? changed.next() : null;
        }
    }
}
