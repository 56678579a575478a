package io.batonfs.catalog.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * A store with a {@link RowCache} in front: single rows and pieces come from the heap, decoded, if they are known there;
 * scans go to the store. What a view shows is the same with and without it, so replicas need not have the same in their caches. A
 * store that is opened anew, after a restart or for the tables of a snapshot, begins with an empty one.
 *
 * <p>Thread-safety: as of the store behind it, which is closed with this one.
 */
public final class CachedTableStore implements TableStore {
    private static final byte[] SOME = new byte[0];
    /** One use of many rows takes no larger part of the cache than one of so many. */
    private static final int PARTS = 2;
    /** What a listed entry takes: its row and its node's, and what is made of them. */
    private static final int BYTES_OF_A_ROW = 1200;

    private final TableStore store;
    private final RowCache cache;
    private final long mostRows;
    private volatile boolean closed;

    /**
     * @param store    belongs to this one from now on
     * @param maxBytes heap for rows, about
     */
    public CachedTableStore(TableStore store, long maxBytes) {
        this.store = Objects.requireNonNull(store, "store");
        this.cache = new RowCache(maxBytes);
        this.mostRows = maxBytes / PARTS / BYTES_OF_A_ROW;
    }

    @Override
    public TableView view() {
        // in this order: the view may be newer than its number says, never older
        long version = cache.version();
        return new View(store.view(), version);
    }

    @Override
    public TableView latest() {
        return new View(store.latest(), cache.version());
    }

    @Override
    public void commit(WriteSet changes) throws IOException {
        boolean written = false;
        try {
            cache.begin(changes);
            store.commit(changes);
            cache.end();
            written = true;
        } finally {
            if (!written) {
                cache.failed();
            }
        }
    }

    @Override
    public void checkpoint(Path directory) throws IOException {
        store.checkpoint(directory);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        store.close();
    }

    private final class View implements TableView {
        private final TableView view;
        private final long version;
        private volatile boolean ended;

        View(TableView view, long version) {
            this.view = view;
            this.version = version;
        }

        @Override
        public byte[] get(Table table, byte[] key) {
            return find(table, key).value();
        }

        @Override
        public <R> R row(Table table, byte[] key, Function<byte[], R> decode) {
            return find(table, key).decoded(decode);
        }

        RowCache.Row find(Table table, byte[] key) {
            refuseIfEnded();
            if (!table.isCached()) {
                return RowCache.Row.read(view.get(table, key), version);
            }
            RowCache.Key cached = RowCache.row(table, key);
            RowCache.Row known = cache.find(cached, version);
            return known != null ? known : cache.fill(cached, view.get(table, key), version);
        }

        @Override
        public <R> List<R> rows(Table table, List<byte[]> keys, Function<byte[], R> decode) {
            List<R> rows = new ArrayList<>(keys.size());
            find(table, keys).forEach(row -> rows.add(row.decoded(decode)));
            return rows;
        }

        List<RowCache.Row> find(Table table, List<byte[]> keys) {
            return find(table, keys, true);
        }

        /** Asks the store for those that are not here, all at once. */
        private List<RowCache.Row> find(Table table, List<byte[]> keys, boolean keep) {
            refuseIfEnded();
            if (!table.isCached()) {
                return view.rows(table, keys, value -> value).stream().map(value -> RowCache.Row.read(value, version))
                        .toList();
            }
            List<RowCache.Row> found = new ArrayList<>(keys.size());
            List<RowCache.Key> cached = new ArrayList<>(keys.size());
            List<byte[]> missing = new ArrayList<>();
            for (byte[] key : keys) {
                RowCache.Key known = RowCache.row(table, key);
                RowCache.Row row = cache.find(known, version);
                cached.add(known);
                found.add(row);
                if (row == null) {
                    missing.add(key);
                }
            }
            if (!missing.isEmpty()) {
                Iterator<byte[]> values = view.rows(table, missing, Function.identity()).iterator();
                for (int i = 0; i < found.size(); i++) {
                    if (found.get(i) == null) {
                        byte[] value = values.next();
                        found.set(i, keep ? cache.fill(cached.get(i), value, version)
                                : RowCache.Row.read(value, version));
                    }
                }
            }
            return found;
        }

        @Override
        @SuppressWarnings("unchecked") // what a recipe gave before is of the type that it gives
        public <R> R made(byte[] key, Recipe<R> recipe) {
            refuseIfEnded();
            RowCache.Key cached = RowCache.made(key);
            Object known = cache.findMade(cached, version);
            if (known != null) {
                return (R) known;
            }
            Ingredients rows = new Ingredients(this);
            R made = recipe.make(rows);
            if (rows.isComplete()) {
                cache.fillMade(cached, made, recipe.bytes(made), rows.places(), version);
            }
            return made;
        }

        @Override
        public TableView forRows(long count) {
            return count <= mostRows ? this : new InPassing(this);
        }

        @Override
        public boolean hasNone(Table table, byte[] prefix) {
            return knowsRanges(table, prefix) ? range(table, prefix).value() == null : view.hasNone(table, prefix);
        }

        @Override
        public <R> List<Keyed<R>> piece(Table table, byte[] prefix, byte[] from, int limit, Function<byte[], R> decode) {
            if (!knowsRanges(table, prefix)) {
                return view.piece(table, prefix, from, limit, decode);
            }
            RowCache.Row range = range(table, prefix);
            RowCache.Key key = RowCache.piece(table, from, limit);
            List<Keyed<R>> known = cache.findPiece(key, range, decode, version);
            if (known != null) {
                return known;
            }
            List<Keyed<R>> read = Collections.unmodifiableList(view.piece(table, prefix, from, limit, decode));
            cache.fillPiece(key, range, decode, read, version);
            return read;
        }

        static boolean knowsRanges(Table table, byte[] prefix) {
            return table.rangeBytes() > 0 && table.rangeBytes() == prefix.length;
        }

        /** A row if there is anything in a range, the absence of one if not. */
        RowCache.Row range(Table table, byte[] prefix) {
            refuseIfEnded();
            RowCache.Key range = RowCache.range(table, prefix);
            RowCache.Row known = cache.find(range, version);
            return known != null ? known : cache.fill(range, view.hasNone(table, prefix) ? null : SOME, version);
        }

        @Override
        public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
            view.scan(table, from, to, visitor);
        }

        private void refuseIfEnded() {
            if (closed || ended) {
                throw new IllegalStateException(closed ? "the table store is closed" : "the view is closed");
            }
        }

        @Override
        public void close() {
            ended = true;
            view.close();
        }
    }

    /** A view that remembers which rows it has shown. */
    private static final class Ingredients implements TableView {
        private final View view;
        private final List<RowCache.Place> places = new ArrayList<>();
        private boolean complete = true;

        Ingredients(View view) {
            this.view = view;
        }

        /** Whether all that was shown were rows that the cache knows one by one. */
        boolean isComplete() {
            return complete;
        }

        List<RowCache.Place> places() {
            return places;
        }

        private RowCache.Row noted(RowCache.Row row) {
            places.add(row.place());
            return row;
        }

        /** Of a row that is never in the cache nothing tells when it changes. */
        private RowCache.Row noted(Table table, RowCache.Row row) {
            complete &= table.isCached();
            return noted(row);
        }

        @Override
        public byte[] get(Table table, byte[] key) {
            return noted(table, view.find(table, key)).value();
        }

        @Override
        public <R> R row(Table table, byte[] key, Function<byte[], R> decode) {
            return noted(table, view.find(table, key)).decoded(decode);
        }

        @Override
        public <R> List<R> rows(Table table, List<byte[]> keys, Function<byte[], R> decode) {
            List<R> rows = new ArrayList<>(keys.size());
            view.find(table, keys).forEach(row -> rows.add(noted(table, row).decoded(decode)));
            return rows;
        }

        @Override
        public boolean hasNone(Table table, byte[] prefix) {
            note(table, prefix);
            return view.hasNone(table, prefix);
        }

        @Override
        public <R> List<Keyed<R>> piece(Table table, byte[] prefix, byte[] from, int limit,
                Function<byte[], R> decode) {
            note(table, prefix);
            return view.piece(table, prefix, from, limit, decode);
        }

        /** Notes the range itself: every change in it drops that. */
        private void note(Table table, byte[] prefix) {
            if (View.knowsRanges(table, prefix)) {
                noted(view.range(table, prefix));
            } else {
                complete = false;
            }
        }

        @Override
        public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
            complete = false;
            view.scan(table, from, to, visitor);
        }

        @Override
        public void close() {
            // the view belongs to whoever opened it
        }
    }

    /** A view that uses what is in the cache and puts nothing there. */
    private static final class InPassing implements TableView {
        private final View view;

        InPassing(View view) {
            this.view = view;
        }

        @Override
        public byte[] get(Table table, byte[] key) {
            return find(table, List.of(key)).get(0).value();
        }

        @Override
        public <R> R row(Table table, byte[] key, Function<byte[], R> decode) {
            return find(table, List.of(key)).get(0).decoded(decode);
        }

        @Override
        public <R> List<R> rows(Table table, List<byte[]> keys, Function<byte[], R> decode) {
            List<R> rows = new ArrayList<>(keys.size());
            find(table, keys).forEach(row -> rows.add(row.decoded(decode)));
            return rows;
        }

        private List<RowCache.Row> find(Table table, List<byte[]> keys) {
            return view.find(table, keys, false);
        }

        @Override
        public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
            view.scan(table, from, to, visitor);
        }

        @Override
        public void close() {
            // the view belongs to whoever opened it
        }
    }
}
