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
 * <p>Thread-safety: all state is guarded by this store's monitor; a view holds maps that no one changes while it is
 * open. A commit copies a table that an open view shares, and only then, so that a single-threaded user never pays.
 */
public final class MemoryTableStore implements TableStore {
    private final Map<Table, NavigableMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);
    /** Tables whose current map is seen by an open view. */
    private final Set<Table> shared = new HashSet<>();
    private int openViews;
    private boolean closed;

    /** An empty store. */
    public MemoryTableStore() {
        for (Table table : Table.values()) {
            tables.put(table, new TreeMap<>(Arrays::compareUnsigned));
        }
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
        shared.addAll(tables.keySet());
        openViews++;
        return new View(this, new EnumMap<>(tables));
    }

    @Override
    public synchronized void commit(WriteSet changes) {
        refuseIfClosed();
        for (Table table : Table.values()) {
            NavigableMap<byte[], byte[]> rows = changes.of(table);
            if (!rows.isEmpty()) {
                apply(writable(table), rows);
            }
        }
    }

    private NavigableMap<byte[], byte[]> writable(Table table) {
        if (shared.remove(table)) {
            tables.put(table, new TreeMap<>(tables.get(table)));
        }
        return tables.get(table);
    }

    private static void apply(NavigableMap<byte[], byte[]> map, NavigableMap<byte[], byte[]> rows) {
        rows.forEach((key, value) -> {
            if (value == null) {
                map.remove(key);
            } else {
                map.put(key, value);
            }
        });
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

    private synchronized void viewClosed() {
        openViews--;
        if (openViews == 0) {
            shared.clear();
        }
    }

    private synchronized NavigableMap<byte[], byte[]> map(View view, Table table) {
        refuseIfClosed();
        if (view.closed) {
            throw new IllegalStateException("the view is closed");
        }
        return view.maps.get(table);
    }

    private static final class View implements TableView {
        private final MemoryTableStore store;
        private final Map<Table, NavigableMap<byte[], byte[]>> maps;
        private boolean closed;

        View(MemoryTableStore store, Map<Table, NavigableMap<byte[], byte[]>> maps) {
            this.store = store;
            this.maps = maps;
        }

        @Override
        public byte[] get(Table table, byte[] key) {
            return store.map(this, table).get(key);
        }

        @Override
        public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
            if (to != null && Arrays.compareUnsigned(from, to) >= 0) {
                return;
            }
            NavigableMap<byte[], byte[]> rows = store.map(this, table).tailMap(from, true);
            for (Map.Entry<byte[], byte[]> row : (to == null ? rows : rows.headMap(to, false)).entrySet()) {
                if (!visitor.test(row.getKey(), row.getValue())) {
                    return;
                }
            }
        }

        @Override
        public void close() {
            synchronized (store) {
                if (!closed) {
                    closed = true;
                    store.viewClosed();
                }
            }
        }
    }
}
