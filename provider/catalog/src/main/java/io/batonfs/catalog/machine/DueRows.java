package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.Keys;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks an index by time (a letter, milliseconds, the rest of the key) through what is old enough. Within a command it
 * goes on where it ended, so that it does not pass over all that was removed.
 */
final class DueRows {
    private static final int ROWS_PER_STEP = 64;

    private final Transaction tx;
    private final Table table;
    private final byte[] end;
    private final long ageMs;
    private byte[] from;

    DueRows(Transaction tx, Table table, char letter, long ageMs) {
        this.tx = tx;
        this.table = table;
        this.from = Keys.letter(letter);
        this.end = Keys.after(from);
        this.ageMs = ageMs;
    }

    /** Keys of some more rows whose time is that long ago; none if there are no more. */
    List<byte[]> next() {
        List<byte[]> due = new ArrayList<>();
        tx.view().scan(table, from, end, (key, value) -> {
            boolean old = new ByteReader(key, 1, key.length).i64() + ageMs <= tx.timeMs();
            return old && due.add(key) && due.size() < ROWS_PER_STEP;
        });
        if (!due.isEmpty()) {
            from = Keys.next(due.get(due.size() - 1));
        }
        return due;
    }
}
