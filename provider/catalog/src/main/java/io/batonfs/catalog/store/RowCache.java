package io.batonfs.catalog.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Function;

/**
 * Rows that were read or written lately, on the heap and decoded: the part of {@link CachedTableStore} that knows which
 * view may use what. It never shows what is not in the store, and never to a view what that view must not see:
 *
 * <ul>
 * <li>Commits are numbered. A row is kept with the number from which on it is known to be so, and a view with the number
 *     of the last commit that was complete before the view began. A view uses a row only if the row's number is not
 *     above its own; a row that changed since has a higher one, and the view asks the store.
 * <li>A commit first raises {@link #begun}, then puts its rows here, then writes them, and only if that succeeded raises
 *     {@link #complete}: until then no view may use them. If it failed, everything is dropped, before any later number
 *     could make those rows visible.
 * <li>What a view has read from the store is taken in only while no commit has begun after the view's own number. That
 *     is looked at under the key's lock. So a commit that begins at the same moment finds the row, and replaces it.
 * </ul>
 *
 * Whether there are rows with a prefix is kept as a row too, a <em>range</em>, which every change of such a row drops. A
 * {@link Piece} of those rows counts only beside the very range that was there when it was read.
 *
 * <p>Not knowing a row is always right. Of some tables no row is ever taken in ({@link Table#isCached}).
 *
 * <p>Caffeine puts its own books in order after each change, on the thread that made it. During a commit that waits
 * until all rows of the commit are in: it is done once, and not for each of some twenty.
 *
 * <p>Thread-safety: one thread at a time commits; any thread finds and fills.
 */
final class RowCache {
    /** In place of a table's number: keys of what is made of rows. */
    private static final int MADE = 63;
    /** Added to a table's number: keys of pieces of what has a prefix. */
    private static final int PIECES = 64;
    /** Added to a table's number: keys that say whether the table has rows with a prefix. */
    private static final int RANGES = 128;
    /** Node of the cache, key, row and decoded object beside what they hold: some ten objects of about 20 bytes. */
    private static final int OVERHEAD_BYTES = 200;
    /** A decoded row takes about twice its bytes. */
    private static final int BYTES_OF_A_BYTE = 3;

    /** Odd, with bits all over: 2 to the 64 divided by the golden ratio. */
    private static final long FACTOR = 0x9E3779B97F4A7C15L;
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Cache<Key, Row> rows;
    private volatile long begun;
    private volatile long complete;
    /** The thread in the middle of {@link #begin}, else null. Of interest only to that thread itself. */
    private volatile Thread beginning;
    /** Caffeine's books, put off by the thread that begins; while it has not run, Caffeine asks nobody else to. */
    private Runnable putOff;

    RowCache(long maxBytes) {
        rows = Caffeine.newBuilder().maximumWeight(maxBytes).weigher(RowCache::weigh).executor(this::putInOrder)
                .evictionListener((Key key, Row row, RemovalCause cause) -> row.place.left = true).build();
    }

    private void putInOrder(Runnable books) {
        if (beginning == Thread.currentThread()) {
            putOff = books;
        } else {
            books.run();
        }
    }

    private static int weigh(Key key, Row row) {
        return OVERHEAD_BYTES + key.bytes.length + row.bytes();
    }

    /** A key of a table, or what the table's number is raised to for ranges and pieces. */
    static final class Key {
        private final int number;
        private final byte[] bytes;
        private final int hash;

        Key(int number, byte[] bytes) {
            this.number = number;
            this.bytes = bytes;
            this.hash = spread(number, bytes);
        }

        /** Keys differ in their last bytes: with a small factor, as the JDK's, many numbers in a row would collide. */
        private static int spread(int number, byte[] bytes) {
            long sum = number * FACTOR;
            int at = 0;
            for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
                sum = (sum + (long) EIGHT.get(bytes, at)) * FACTOR;
            }
            for (; at < bytes.length; at++) {
                sum = (sum + bytes[at]) * FACTOR;
            }
            return (int) (sum >>> Integer.SIZE);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && hash == key.hash && number == key.number
                    && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** Whether a row is in the cache still. Apart from the row, so that who watches it does not keep the row. */
    static final class Place {
        private volatile boolean left;
    }

    /** A row, or the absence of one. */
    static class Row {
        private final StoredRow stored;
        private final long since;
        private final Place place = new Place();

        /** @param stored null for the absence of one */
        Row(StoredRow stored, long since) {
            this.stored = stored;
            this.since = since;
        }

        /** What was read from the store; null for nothing. */
        static Row read(byte[] value, long since) {
            return new Row(value == null ? null : StoredRow.of(value), since);
        }

        /** The stored bytes; null if there is no row. */
        byte[] value() {
            return stored == null ? null : stored.bytes();
        }

        int bytes() {
            return stored == null ? 0 : BYTES_OF_A_BYTE * stored.bytes().length;
        }

        Place place() {
            return place;
        }

        /** The row as an object, which is decoded anew only if it was asked for in another way before. */
        <R> R decoded(Function<byte[], R> how) {
            return stored == null ? null : stored.as(how);
        }
    }

    /** Rows with a prefix, decoded. */
    static final class Piece extends Row {
        private final Row range;
        private final Function<byte[], ?> how;
        private final List<? extends Keyed<?>> rows;

        private Piece(Row range, long since, Function<byte[], ?> how, List<? extends Keyed<?>> rows) {
            super(null, since);
            this.range = range;
            this.how = how;
            this.rows = rows;
        }

        @Override
        int bytes() {
            int keys = rows.isEmpty() ? 0 : rows.get(0).key().length;
            return rows.size() * (OVERHEAD_BYTES + keys);
        }
    }

    /** What was made of rows that were in the cache when they were read. */
    static final class Made extends Row {
        private static final int BYTES_OF_A_PLACE = 4;

        private final Object what;
        private final int bytes;
        private final Place[] places;

        private Made(long since, Object what, int bytes, Place[] places) {
            super(null, since);
            this.what = what;
            this.bytes = bytes;
            this.places = places;
        }

        @Override
        int bytes() {
            return bytes + BYTES_OF_A_PLACE * places.length;
        }

        private boolean isAsItWas() {
            for (Place place : places) {
                if (place.left) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The key of what is made of rows. */
    static Key made(byte[] key) {
        return new Key(MADE, key);
    }

    /** What was made under a key, if a view of this version would make the same; else null. */
    Object findMade(Key key, long version) {
        return find(key, version) instanceof Made made && made.isAsItWas() ? made.what : null;
    }

    /** Takes in what a view of this version has made of rows that it found, or put, here. */
    void fillMade(Key key, Object what, int bytes, List<Place> places, long version) {
        if (begun == version) {
            Made made = new Made(version, what, bytes, places.toArray(new Place[0]));
            rows.asMap().compute(key, (same, there) -> begun == version ? made : there);
        }
    }

    /** The key of a piece. */
    static Key piece(Table table, byte[] from, int limit) {
        byte[] key = Arrays.copyOf(from, from.length + Integer.BYTES);
        ByteBuffer.wrap(key).putInt(from.length, limit);
        return new Key(PIECES + table.number(), key);
    }

    /** A piece, as a view of this version sees it; null if it is not known here. */
    @SuppressWarnings("unchecked") // what a function gave before is of the type that it gives
    <R> List<Keyed<R>> findPiece(Key key, Row range, Function<byte[], R> how, long version) {
        return find(key, version) instanceof Piece piece && piece.range == range && piece.how == how
                ? (List<Keyed<R>>) piece.rows : null;
    }

    /** Takes in a piece that a view of this version has read from the store. */
    <R> void fillPiece(Key key, Row range, Function<byte[], R> how, List<Keyed<R>> rows, long version) {
        if (begun == version) {
            Piece piece = new Piece(range, version, how, rows);
            this.rows.asMap().compute(key, (same, there) -> begun == version ? piece : there);
        }
    }

    /** The key of a row. */
    static Key row(Table table, byte[] key) {
        return new Key(table.number(), key);
    }

    /** The key under which it is kept whether a table has rows with a prefix. */
    static Key range(Table table, byte[] prefix) {
        return new Key(RANGES + table.number(), prefix);
    }

    /** The number for a view that begins now: to be asked for before its snapshot is taken. */
    long version() {
        return complete;
    }

    /** The row as a view of this version sees it; null if that is not known here. */
    Row find(Key key, long version) {
        Row row = rows.getIfPresent(key);
        return row != null && row.since <= version ? row : null;
    }

    /** Takes in what a view of this version has read from the store, unless another one was faster. */
    Row fill(Key key, byte[] value, long version) {
        Row read = Row.read(value, version);
        if (begun != version) {
            return read;
        }
        Row kept = rows.asMap().compute(key, (same, there) -> there == null && begun == version ? read : there);
        return kept != null && kept.since <= version ? kept : read;
    }

    /** Before a commit is written. */
    void begin(WriteSet changes) {
        long next = begun + 1;
        begun = next;
        beginning = Thread.currentThread();
        try {
            changes.forEach((table, changed) -> {
                if (table.isCached()) {
                    begin(table, changed, next);
                }
            });
        } finally {
            beginning = null;
            Runnable books = putOff;
            putOff = null;
            if (books != null) {
                books.run();
            }
        }
    }

    private void begin(Table table, NavigableMap<byte[], StoredRow> changed, long next) {
        for (Map.Entry<byte[], StoredRow> row : changed.entrySet()) {
            leave(rows.asMap().put(row(table, row.getKey()), new Row(row.getValue(), next)));
            forgetRange(table, row.getKey());
        }
    }

    private void forgetRange(Table table, byte[] key) {
        if (table.rangeBytes() > 0) {
            leave(rows.asMap().remove(range(table, Arrays.copyOf(key, table.rangeBytes()))));
        }
    }

    private static void leave(Row removed) {
        if (removed != null) {
            removed.place.left = true;
        }
    }

    /** After a commit was written. */
    void end() {
        complete = begun;
    }

    /** After a commit could not be written. */
    void failed() {
        rows.invalidateAll();
    }
}
