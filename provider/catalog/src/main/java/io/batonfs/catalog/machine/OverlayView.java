package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import java.util.Arrays;
import java.util.IdentityHashMap;
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
    /** Changed rows that were asked for as objects, by the array that was put and no other. */
    private final Map<byte[], Decoded> decoded = new IdentityHashMap<>();

    private record Decoded(Function<byte[], ?> how, Object row) {
    }

    OverlayView(TableView below, WriteSet changes) {
        this.below = below;
        this.changes = changes;
    }

    @Override
    public byte[] get(Table table, byte[] key) {
        NavigableMap<byte[], byte[]> changed = changes.of(table);
        byte[] value = changed.get(key);
        return value != null || changed.containsKey(key) ? value : below.get(table, key);
    }

    @Override
    @SuppressWarnings("unchecked") // what a function gave before is of the type that it gives
    public <R> R row(Table table, byte[] key, Function<byte[], R> decode) {
        NavigableMap<byte[], byte[]> changed = changes.of(table);
        byte[] value = changed.get(key);
        if (value == null) {
            return changed.containsKey(key) ? null : below.row(table, key, decode);
        }
        Decoded known = decoded.get(value);
        if (known == null || known.how != decode) {
            known = new Decoded(decode, decode.apply(value));
            decoded.put(value, known);
        }
        return (R) known.row;
    }

    @Override
    public boolean hasNone(Table table, byte[] prefix) {
        byte[] after = TableView.after(prefix);
        NavigableMap<byte[], byte[]> all = changes.of(table);
        boolean untouched = (after == null ? all.tailMap(prefix, true) : all.subMap(prefix, true, after, false)).isEmpty();
        return untouched ? below.hasNone(table, prefix) : TableView.super.hasNone(table, prefix);
    }

    @Override
    public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
        if (to != null && Arrays.compareUnsigned(from, to) >= 0) {
            return;
        }
        NavigableMap<byte[], byte[]> all = changes.of(table);
        NavigableMap<byte[], byte[]> part = to == null ? all.tailMap(from, true) : all.subMap(from, true, to, false);
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
        private final Iterator<Map.Entry<byte[], byte[]>> changed;
        private final BiPredicate<byte[], byte[]> visitor;
        private Map.Entry<byte[], byte[]> next;
        private boolean stopped;

        Merge(NavigableMap<byte[], byte[]> part, BiPredicate<byte[], byte[]> visitor) {
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
            Map.Entry<byte[], byte[]> change = next;
            advance();
            return change.getValue() == null || emit(change.getKey(), change.getValue());
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
