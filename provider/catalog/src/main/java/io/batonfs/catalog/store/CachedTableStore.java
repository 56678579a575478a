package io.batonfs.catalog.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
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

    private final TableStore store;
    private final RowCache cache;
    private volatile boolean closed;

    /**
     * @param store    belongs to this one from now on
     * @param maxBytes heap for rows, about
     */
    public CachedTableStore(TableStore store, long maxBytes) {
        this.store = Objects.requireNonNull(store, "store");
        this.cache = new RowCache(maxBytes);
    }

    @Override
    public TableView view() {
        // in this order: the view may be newer than its number says, never older
        long version = cache.version();
        return new View(store.view(), version);
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

        private RowCache.Row find(Table table, byte[] key) {
            refuseIfEnded();
            RowCache.Key cached = RowCache.row(table, key);
            RowCache.Row known = cache.find(cached, version);
            return known != null ? known : cache.fill(cached, view.get(table, key), version);
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

        private static boolean knowsRanges(Table table, byte[] prefix) {
            return table.rangeBytes() > 0 && table.rangeBytes() == prefix.length;
        }

        /** A row if there is anything in a range, the absence of one if not. */
        private RowCache.Row range(Table table, byte[] prefix) {
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
}
