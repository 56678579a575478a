package io.batonfs.catalog.store;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;
import org.rocksdb.Checkpoint;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Tables in RocksDB. All tables lie in one column family, each key led by its table's number:
 *
 * <pre>
 * byte 0      table number ({@link Table#number()}), 255 = the store's own
 * byte 1..    key
 * 255 "format" -&gt; 8 bytes magic "BATONROC", 4 bytes version (1)
 * </pre>
 *
 * One column family has one memtable, so a commit cannot be torn by a crash between two flushes, and one memory budget;
 * column families would buy per-table tuning that nothing here needs. The write-ahead log is off: the replicated log is
 * the log. So a crash leaves a prefix of the commits: those flushed.
 *
 * <p>Thread-safety: one thread commits and takes checkpoints, any thread opens views, a view is for one thread. Each
 * use of a native handle holds the read lock, {@link #close()} the write lock: it waits for calls under way and then
 * frees all views that are still open; a later call on one of them is refused.
 */
public final class RocksTableStore implements TableStore {
    static final int OWN_PREFIX = 255;
    static final byte[] FORMAT_KEY = {(byte) OWN_PREFIX, 'f', 'o', 'r', 'm', 'a', 't'};
    static final long MAGIC = 0x4241544F4E524F43L;
    static final int VERSION = 1;

    private final Path directory;
    private final RocksOptions options;
    private final RocksDB db;
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final ReadOptions latest = new ReadOptions();
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Set<View> views = ConcurrentHashMap.newKeySet();
    private boolean closed;

    private RocksTableStore(Path directory, RocksOptions options, RocksDB db) {
        this.directory = directory;
        this.options = options;
        this.db = db;
    }

    /**
     * Opens the tables in a directory, or makes it and them.
     *
     * @throws BatonException DATA_LOST if files are missing or damaged, UNSUPPORTED if a newer version wrote them
     */
    public static RocksTableStore open(Path directory, RocksBudget budget) throws IOException {
        RocksDB.loadLibrary();
        Files.createDirectories(directory);
        boolean hadRows = hasTableFiles(directory);
        refuseLostCurrent(directory);
        RocksOptions options = new RocksOptions(budget);
        RocksDB db;
        try {
            db = RocksDB.open(options.options(), directory.toString());
        } catch (RocksDBException e) {
            options.close();
            throw failure("open", directory, e);
        }
        RocksTableStore store = new RocksTableStore(directory, options, db);
        try {
            store.checkFormat(hadRows);
            return store;
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** RocksDB takes a directory without CURRENT for an empty one and would begin anew over what is there. */
    private static void refuseLostCurrent(Path directory) throws IOException {
        if (Files.exists(directory.resolve("CURRENT"))) {
            return;
        }
        for (Path file : list(directory)) {
            if (isTableFile(file) || file.getFileName().toString().startsWith("MANIFEST")) {
                throw new BatonException(ErrorCode.DATA_LOST, "tables " + directory
                        + " are damaged: the file CURRENT is missing; restore them from a checkpoint");
            }
        }
    }

    private static boolean hasTableFiles(Path directory) throws IOException {
        return list(directory).stream().anyMatch(RocksTableStore::isTableFile);
    }

    private void checkFormat(boolean hadRows) throws IOException {
        try {
            byte[] row = db.get(FORMAT_KEY);
            if (row == null && (hadRows || hasRows())) {
                throw new BatonException(ErrorCode.DATA_LOST, "tables " + directory + " are damaged or not Baton's:"
                        + " there are rows but no format row; restore them from a checkpoint");
            }
            if (row == null) {
                writeFormatVersion(VERSION);
                return;
            }
            ByteBuffer format = ByteBuffer.wrap(row);
            if (row.length < Long.BYTES + Integer.BYTES || format.getLong() != MAGIC) {
                throw new BatonException(ErrorCode.DATA_LOST,
                        "tables " + directory + " are damaged: the format row is not one of Baton's");
            }
            int version = format.getInt();
            if (version > VERSION) {
                throw new BatonException(ErrorCode.UNSUPPORTED, "tables " + directory + " have format version "
                        + version + ", newer than " + VERSION + " that this build knows: use the newer build");
            }
        } catch (RocksDBException e) {
            throw failure("read", directory, e);
        }
    }

    private boolean hasRows() throws RocksDBException {
        try (RocksIterator rows = db.newIterator()) {
            rows.seekToFirst();
            rows.status();
            return rows.isValid();
        }
    }

    /** Writes the format row and forces it. */
    void writeFormatVersion(int version) throws RocksDBException {
        byte[] row = ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(MAGIC).putInt(version).array();
        db.put(unlogged, FORMAT_KEY, row);
        try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
            db.flush(flush);
        }
    }

    @Override
    public TableView view() {
        lock.readLock().lock();
        try {
            refuseIfClosed();
            View view = new View(db.getSnapshot());
            views.add(view);
            return view;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Holds nothing of RocksDB's, so nobody need know of it to free it. */
    @Override
    public TableView latest() {
        lock.readLock().lock();
        try {
            refuseIfClosed();
            return new View(null);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void commit(WriteSet changes) throws IOException {
        byte[] encoded = RocksBatch.encode(changes);
        lock.readLock().lock();
        try (WriteBatch batch = new WriteBatch(encoded)) {
            refuseIfClosed();
            db.write(unlogged, batch);
        } catch (RocksDBException e) {
            throw failure("write", directory, e);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void checkpoint(Path target) throws IOException {
        lock.readLock().lock();
        try {
            refuseIfClosed();
            try (Checkpoint checkpoint = Checkpoint.create(db)) {
                checkpoint.createCheckpoint(target.toString());
            }
            forceAll(target);
        } catch (RocksDBException e) {
            throw failure("write a checkpoint " + target + " of", directory, e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private static void forceAll(Path target) throws IOException {
        for (Path file : list(target)) {
            if (!isTableFile(file)) {
                DurableFiles.forceFile(file);
            }
        }
        DurableFiles.forceDirectory(target);
        DurableFiles.forceDirectory(target.toAbsolutePath().getParent());
    }

    /**
     * Makes a directory hold the tables of a checkpoint, instead of whatever it held. Table files, which never change,
     * are linked where the file system can, the few small others copied: the checkpoint stays as it is.
     *
     * @param checkpoint null for no tables at all
     */
    public static void restore(Path checkpoint, Path directory) throws IOException {
        DurableFiles.deleteTree(directory);
        Files.createDirectories(directory);
        for (Path file : checkpoint == null ? List.<Path>of() : list(checkpoint)) {
            Path target = directory.resolve(file.getFileName());
            if (isTableFile(file)) {
                linkOrCopy(file, target);
            } else {
                Files.copy(file, target);
            }
        }
    }

    private static void linkOrCopy(Path file, Path target) throws IOException {
        try {
            Files.createLink(target, file);
        } catch (UnsupportedOperationException e) {
            Files.copy(file, target);
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static boolean isTableFile(Path file) {
        return file.getFileName().toString().endsWith(".sst");
    }

    /** Waits for calls under way, then frees everything; what is in memory is written out first. */
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            views.forEach(View::free);
            views.clear();
            db.close();
            unlogged.close();
            latest.close();
            options.close();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new IllegalStateException("the tables in " + directory + " are closed");
        }
    }

    private static byte[] key(Table table, byte[] key) {
        byte[] prefixed = new byte[key.length + 1];
        prefixed[0] = (byte) table.number();
        System.arraycopy(key, 0, prefixed, 1, key.length);
        return prefixed;
    }

    private static byte[] endOf(Table table) {
        return new byte[] {(byte) (table.number() + 1)};
    }

    private static IOException failure(String what, Path directory, RocksDBException e) {
        Status status = e.getStatus();
        boolean corrupt = status != null && status.getCode() == Status.Code.Corruption;
        String message = "cannot " + what + " tables " + directory + ": " + e.getMessage();
        return corrupt
                ? new BatonException(ErrorCode.DATA_LOST, message + "; restore them from a checkpoint", e)
                : new IOException(message, e);
    }

    /** Owned by the thread that opened it; freed by {@link #close()} or the store's. */
    private final class View implements TableView {
        /** Null where nobody commits as long as this view is in use. */
        private final Snapshot snapshot;
        private final ReadOptions read;
        private boolean freed;

        View(Snapshot snapshot) {
            this.snapshot = snapshot;
            this.read = snapshot == null ? latest : new ReadOptions().setSnapshot(snapshot);
        }

        @Override
        public byte[] get(Table table, byte[] key) {
            lock.readLock().lock();
            try {
                refuseIfFreed();
                return db.get(read, key(table, key));
            } catch (RocksDBException e) {
                throw new UncheckedIOException(failure("read", directory, e));
            } finally {
                lock.readLock().unlock();
            }
        }

        /**
         * All in one call of RocksDB, which takes two thirds of the time. It gives null for a row that it cannot read,
         * too: for those that seem to be missing it is asked again, one by one, and then says what is wrong.
         */
        @Override
        public <R> List<R> rows(Table table, List<byte[]> keys, Function<byte[], R> decode) {
            if (keys.isEmpty()) {
                return List.of();
            }
            List<byte[]> prefixed = new ArrayList<>(keys.size());
            keys.forEach(key -> prefixed.add(key(table, key)));
            List<R> rows = new ArrayList<>(keys.size());
            lock.readLock().lock();
            try {
                refuseIfFreed();
                List<byte[]> values = db.multiGetAsList(read, prefixed);
                for (int i = 0; i < values.size(); i++) {
                    byte[] value = values.get(i) != null ? values.get(i) : db.get(read, prefixed.get(i));
                    rows.add(value == null ? null : decode.apply(value));
                }
                return rows;
            } catch (RocksDBException e) {
                throw new UncheckedIOException(failure("read", directory, e));
            } finally {
                lock.readLock().unlock();
            }
        }

        @Override
        public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
            lock.readLock().lock();
            try {
                refuseIfFreed();
                scan(key(table, from), to == null ? endOf(table) : key(table, to), visitor);
            } catch (RocksDBException e) {
                throw new UncheckedIOException(failure("read", directory, e));
            } finally {
                lock.readLock().unlock();
            }
        }

        /**
         * The end is told to RocksDB too: it would look for a row beyond it, through all that was removed there and not
         * yet compacted away, which may be a hundred thousand rows of another table.
         */
        private void scan(byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) throws RocksDBException {
            try (Slice end = new Slice(to);
                    ReadOptions bounded = new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(end);
                    RocksIterator rows = db.newIterator(bounded)) {
                for (rows.seek(from); rows.isValid(); rows.next()) {
                    byte[] key = rows.key();
                    if (!visitor.test(Arrays.copyOfRange(key, 1, key.length), rows.value())) {
                        return;
                    }
                }
                rows.status();
            }
        }

        private void refuseIfFreed() {
            refuseIfClosed();
            if (freed) {
                throw new IllegalStateException("the view is closed");
            }
        }

        @Override
        public void close() {
            lock.readLock().lock();
            try {
                if (!freed) {
                    views.remove(this);
                    free();
                }
            } finally {
                lock.readLock().unlock();
            }
        }

        private void free() {
            freed = true;
            if (snapshot != null) {
                read.close();
                db.releaseSnapshot(snapshot);
                snapshot.close();
            }
        }
    }
}
