package io.batonfs.catalog.store;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Tables on the heap: for tests and simulations. Durable only by {@link #checkpoint}.
 *
 * <p>There is one map per table. A commit leaves to each open view what was at the keys that it changes; a view looks
 * there first. So a commit costs its changes times the open views, whatever the size of the tables.
 *
 * <p>Thread-safety: the maps and what views were left are guarded by this store's monitor.
 */
public final class MemoryTableStore implements TableStore {
    private final Map<Table, NavigableMap<byte[], byte[]>> tables = emptyTables();
    private final Set<View> views = new HashSet<>();
    private boolean closed;

    /** An empty store. */
    public MemoryTableStore() {
        // the maps are made where they are declared
    }

    private static Map<Table, NavigableMap<byte[], byte[]>> emptyTables() {
        Map<Table, NavigableMap<byte[], byte[]>> empty = new EnumMap<>(Table.class);
        for (Table table : Table.values()) {
            empty.put(table, new TreeMap<>(Arrays::compareUnsigned));
        }
        return empty;
    }

    /**
     * The tables of a checkpoint.
     *
     * @throws io.batonfs.model.BatonException DATA_LOST if it is damaged, UNSUPPORTED if a newer version wrote it
     */
    public static MemoryTableStore open(Path checkpoint) throws IOException {
        MemoryTableStore store = new MemoryTableStore();
        Path file = checkpoint.resolve(TableFileFormat.FILE_NAME);
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            TableFileFormat.read(file, in, store.tables);
        }
        return store;
    }

    @Override
    public synchronized TableView view() {
        refuseIfClosed();
        View view = new View(this);
        views.add(view);
        return view;
    }

    @Override
    public synchronized void commit(WriteSet changes) {
        refuseIfClosed();
        for (Table table : Table.values()) {
            changes.of(table).forEach((key, row) -> change(table, key, row == null ? null : row.bytes()));
        }
    }

    private void change(Table table, byte[] key, byte[] value) {
        NavigableMap<byte[], byte[]> map = tables.get(table);
        byte[] old = value == null ? map.remove(key) : map.put(key, value);
        for (View view : views) {
            NavigableMap<byte[], byte[]> left = view.before.get(table);
            if (!left.containsKey(key)) {
                left.put(key, old);
            }
        }
    }

    @Override
    public synchronized void checkpoint(Path directory) throws IOException {
        refuseIfClosed();
        Files.createDirectory(directory);
        try (FileChannel channel = FileChannel.open(directory.resolve(TableFileFormat.FILE_NAME),
                StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
            TableFileFormat.write(out, tables);
            out.flush();
            channel.force(true);
        }
        DurableFiles.forceDirectory(directory);
        DurableFiles.forceDirectory(directory.toAbsolutePath().getParent());
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new IllegalStateException("the table store is closed");
        }
    }

    private synchronized byte[] get(View view, Table table, byte[] key) {
        refuse(view);
        NavigableMap<byte[], byte[]> left = view.before.get(table);
        return left.containsKey(key) ? left.get(key) : tables.get(table).get(key);
    }

    /** The first key from a given one on that the view has, or that it was left the absence of; null at the end. */
    private synchronized byte[] next(View view, Table table, byte[] from, boolean inclusive) {
        refuse(view);
        byte[] live = next(tables.get(table), from, inclusive);
        byte[] left = next(view.before.get(table), from, inclusive);
        return live == null || left != null && Arrays.compareUnsigned(left, live) < 0 ? left : live;
    }

    private static byte[] next(NavigableMap<byte[], byte[]> map, byte[] from, boolean inclusive) {
        return inclusive ? map.ceilingKey(from) : map.higherKey(from);
    }

    private void refuse(View view) {
        refuseIfClosed();
        if (!views.contains(view)) {
            throw new IllegalStateException("the view is closed");
        }
    }

    private synchronized void close(View view) {
        views.remove(view);
    }

    private static final class View implements TableView {
        private final MemoryTableStore store;
        /** What was at keys that have changed since; null where nothing was. */
        private final Map<Table, NavigableMap<byte[], byte[]>> before = emptyTables();

        View(MemoryTableStore store) {
            this.store = store;
        }

        @Override
        public byte[] get(Table table, byte[] key) {
            return store.get(this, table, key);
        }

        @Override
        public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
            byte[] key = store.next(this, table, from, true);
            while (key != null && (to == null || Arrays.compareUnsigned(key, to) < 0)) {
                byte[] value = store.get(this, table, key);
                if (value != null && !visitor.test(key, value)) {
                    return;
                }
                key = store.next(this, table, key, false);
            }
        }

        @Override
        public void close() {
            store.close(this);
        }
    }
}
