package io.batonfs.catalog.store;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Tables as sorted byte maps, at one moment. Keys sort as unsigned bytes. Arrays handed out and in are not changed by
 * either side afterwards.
 */
public interface TableView extends Closeable {

    /** The value at a key, or null. */
    byte[] get(Table table, byte[] key);

    /**
     * Walks keys in ascending order from {@code from} (inclusive) to {@code to} (exclusive; null for the table's end),
     * until the visitor returns false.
     */
    void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor);

    /**
     * The value at a key as an object, or null. Objects may be kept and handed out again: they must not change.
     *
     * @param decode gives equal objects for equal bytes, whenever it is asked
     */
    default <R> R row(Table table, byte[] key, Function<byte[], R> decode) {
        byte[] value = get(table, key);
        return value == null ? null : decode.apply(value);
    }

    /** Whether no key of a table begins with a prefix. */
    default boolean hasNone(Table table, byte[] prefix) {
        boolean[] none = {true};
        scan(table, prefix, after(prefix), (key, value) -> none[0] = false);
        return none[0];
    }

    /**
     * A piece of the rows whose keys begin with a prefix, in order, decoded as by {@link #row}.
     *
     * @param from  the first key that may be in it; begins with the prefix
     * @param limit at most so many rows
     * @return not to be changed
     */
    default <R> List<Keyed<R>> piece(Table table, byte[] prefix, byte[] from, int limit, Function<byte[], R> decode) {
        List<Keyed<R>> piece = new ArrayList<>();
        scan(table, from, after(prefix), (key, value) -> {
            piece.add(new Keyed<>(key, decode.apply(value)));
            return piece.size() < limit;
        });
        return piece;
    }

    /**
     * The values at keys as objects, in the order of the keys, null where there is none; decoded as by {@link #row}.
     * For many rows that are needed together.
     */
    default <R> List<R> rows(Table table, List<byte[]> keys, Function<byte[], R> decode) {
        List<R> rows = new ArrayList<>(keys.size());
        for (byte[] key : keys) {
            rows.add(row(table, key, decode));
        }
        return rows;
    }

    /**
     * Something made of rows. It may be one that was made before, by this view or by another, if all that it was made
     * of is the same still.
     *
     * @param key    says what it is: one key, one recipe
     * @param recipe may be asked or not
     */
    default <R> R made(byte[] key, Recipe<R> recipe) {
        return recipe.make(this);
    }

    /**
     * This view for who needs so many rows, or what comes of them, once: if they are more than are worth keeping in
     * memory, those that are not there yet are not put there, in the place of others that are asked for more often.
     */
    default TableView forRows(long count) {
        return this;
    }

    /** The first key after all those that begin with a prefix, or null if there is none. */
    static byte[] after(byte[] prefix) {
        byte[] next = prefix.clone();
        for (int i = next.length - 1; i >= 0; i--) {
            if (++next[i] != 0) {
                return Arrays.copyOf(next, i + 1);
            }
        }
        return null;
    }

    @Override
    void close();
}
