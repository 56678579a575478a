package io.batonfs.catalog.costs;

import io.batonfs.catalog.store.Keyed;
import io.batonfs.catalog.store.Recipe;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableStore;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Function;

/** A store that counts what is asked of it: the same figures on every machine, however busy. For one thread. */
public final class CountedReads implements TableStore {
    private final TableStore store;
    private long gets;
    private final Map<Table, Long> scans = new EnumMap<>(Table.class);

    /** Counts from now on. */
    public CountedReads(TableStore store) {
        this.store = store;
    }

    /** How many rows were asked for. */
    public long gets() {
        return gets;
    }

    long scans() {
        return scans.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Those of one table. */
    public long scans(Table table) {
        return scans.getOrDefault(table, 0L);
    }

    @Override
    public TableView view() {
        TableView view = store.view();
        return new TableView() {
            @Override
            public byte[] get(Table table, byte[] key) {
                gets++;
                return view.get(table, key);
            }

            @Override
            public <R> R row(Table table, byte[] key, Function<byte[], R> decode) {
                gets++;
                return view.row(table, key, decode);
            }

            @Override
            public <R> List<R> rows(Table table, List<byte[]> keys, Function<byte[], R> decode) {
                gets += keys.size();
                return view.rows(table, keys, decode);
            }

            /** What it is made of is not counted. */
            @Override
            public <R> R made(byte[] key, Recipe<R> recipe) {
                gets++;
                return view.made(key, recipe);
            }

            @Override
            public boolean hasNone(Table table, byte[] id) {
                gets++;
                return view.hasNone(table, id);
            }

            @Override
            public <R> List<Keyed<R>> piece(Table table, byte[] prefix, byte[] from, int limit,
                    Function<byte[], R> decode) {
                scans.merge(table, 1L, Long::sum);
                return view.piece(table, prefix, from, limit, decode);
            }

            @Override
            public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
                scans.merge(table, 1L, Long::sum);
                view.scan(table, from, to, visitor);
            }

            @Override
            public void close() {
                view.close();
            }
        };
    }

    @Override
    public void commit(WriteSet changes) throws IOException {
        store.commit(changes);
    }

    @Override
    public void checkpoint(Path directory) throws IOException {
        store.checkpoint(directory);
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
