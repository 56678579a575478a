package io.batonfs.catalog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.ChildJvm;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

@Timeout(300)
class RocksTableStoreTest extends TableStoreContract {
    /** So small that the crash test flushes all the time. */
    private static final RocksBudget TINY = new RocksBudget(1 << 20, 1 << 16, 0);
    private int stores;

    @Override
    TableStore create() throws IOException {
        return RocksTableStore.open(directory.resolve("tables-" + stores++), RocksBudget.SMALL);
    }

    @Override
    TableStore openCheckpoint(Path checkpoint) throws IOException {
        Path working = directory.resolve("tables-" + stores++);
        RocksTableStore.restore(checkpoint, working);
        return RocksTableStore.open(working, RocksBudget.SMALL);
    }

    /** RocksDB forgives a cut MANIFEST; the manifest of the catalog's snapshots does not. */
    @Override
    boolean mayGoBack() {
        return true;
    }

    @Test
    void closedStoreIsThereWhenOpenedAgain() throws IOException {
        Path tables = directory.resolve("again");
        try (TableStore store = RocksTableStore.open(tables, RocksBudget.SMALL)) {
            commitNumber(store, 0);
        }
        try (TableStore store = RocksTableStore.open(tables, RocksBudget.SMALL); TableView view = store.view()) {
            assertEquals(0, number(view));
        }
    }

    @Test
    void newerTablesAreRefusedByName() throws Exception {
        Path tables = directory.resolve("newer");
        try (RocksTableStore store = RocksTableStore.open(tables, RocksBudget.SMALL)) {
            store.writeFormatVersion(RocksTableStore.VERSION + 1);
        }
        IOException e = assertThrows(IOException.class, () -> RocksTableStore.open(tables, RocksBudget.SMALL));
        assertRefused(ErrorCode.UNSUPPORTED, "version 2", e);
        assertRefused(ErrorCode.UNSUPPORTED, tables.toString(), e);
    }

    @Test
    void otherPeoplesTablesAreRefused() throws Exception {
        Path tables = directory.resolve("foreign");
        foreignRows(tables);
        IOException e = assertThrows(IOException.class, () -> RocksTableStore.open(tables, RocksBudget.SMALL));
        assertRefused(ErrorCode.DATA_LOST, "no format row", e);
    }

    private static void foreignRows(Path tables) throws RocksDBException {
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB db = RocksDB.open(options, tables.toString())) {
            db.put(bytes("somebody"), bytes("else"));
        }
    }

    @Test
    void lostCurrentIsNotAnEmptyStore() throws IOException {
        Path tables = directory.resolve("lost");
        try (TableStore store = RocksTableStore.open(tables, RocksBudget.SMALL)) {
            commitNumber(store, 0);
        }
        Files.delete(tables.resolve("CURRENT"));
        IOException e = assertThrows(IOException.class, () -> RocksTableStore.open(tables, RocksBudget.SMALL));
        assertRefused(ErrorCode.DATA_LOST, "CURRENT", e);
    }

    @Test
    void checkpointSharesTableFilesByLinks() throws IOException {
        TableStore store = newStore();
        commitNumber(store, 0);
        Path checkpoint = directory.resolve("linked");
        store.checkpoint(checkpoint);
        try (var files = Files.list(checkpoint)) {
            Path table = files.filter(f -> f.toString().endsWith(".sst")).findFirst().orElseThrow();
            assertEquals(2, ((Number) Files.getAttribute(table, "unix:nlink")).intValue());
        }
    }

    /** Whichever byte is wrong: a row that can't be read is never shown as one that isn't there. */
    @Test
    void damagedRowsAreNoMissingRows() throws IOException {
        Path whole = directory.resolve("whole");
        List<byte[]> keys = IntStream.range(0, 1000).mapToObj(i -> bytes("key-" + i)).toList();
        try (TableStore store = RocksTableStore.open(directory.resolve("sound"), RocksBudget.SMALL)) {
            WriteSet changes = new WriteSet();
            keys.forEach(key -> changes.put(Table.NODES, key, key));
            store.commit(changes);
            store.checkpoint(whole);
        }
        int refused = 0;
        for (int part = 0; part < 8; part++) {
            Path damaged = directory.resolve("damaged-" + part);
            RocksTableStore.restore(whole, damaged);
            Path table;
            try (var files = Files.list(damaged)) {
                table = files.filter(f -> f.toString().endsWith(".sst"))
                        .max(Comparator.comparingLong(f -> f.toFile().length())).orElseThrow();
            }
            byte[] bytes = Files.readAllBytes(table);
            bytes[bytes.length * part / 16] ^= 1;
            Files.delete(table);
            Files.write(table, bytes);
            try (TableStore store = RocksTableStore.open(damaged, RocksBudget.SMALL); TableView view = store.view()) {
                List<byte[]> rows = view.rows(Table.NODES, keys, value -> value);
                for (int i = 0; i < keys.size(); i++) {
                    assertArrayEquals(keys.get(i), rows.get(i));
                }
            } catch (UncheckedIOException e) {
                assertRefused(ErrorCode.DATA_LOST, "restore", e.getCause());
                refused++;
            } catch (BatonException e) {
                // what opening the tables reads
                assertRefused(ErrorCode.DATA_LOST, "restore", e);
            }
        }
        assertTrue(refused > 0, "no row was damaged");
    }

    /** A child JVM commits numbers and is killed at random; what is left is a prefix of its commits, and all whole. */
    @Test
    void killLeavesAPrefixOfWholeCommits() throws Exception {
        long seed = Long.getLong("catalog.store.seed", System.nanoTime());
        System.out.println("-Dcatalog.store.seed=" + seed);
        Random random = new Random(seed);
        Path tables = directory.resolve("killed");
        int last = -1;
        for (int round = 0; round < 4; round++) {
            try (ChildJvm child = ChildJvm.start(Committer.class, tables.toString())) {
                int stop = last + 1 + random.nextInt(3000);
                child.readUntil(line -> Integer.parseInt(line) >= stop);
                child.kill();
            }
            try (TableStore store = RocksTableStore.open(tables, TINY); TableView view = store.view()) {
                int now = number(view);
                assertTrue(now >= last, "went back from " + last + " to " + now);
                last = now;
            }
        }
        assertTrue(last >= 0, "nothing was ever flushed");
    }

    /** The child: commits numbers on, saying each when it is done. */
    static final class Committer {
        public static void main(String[] args) throws IOException {
            TableStore store = RocksTableStore.open(Path.of(args[0]), TINY);
            int next;
            try (TableView view = store.view()) {
                next = number(view) + 1;
            }
            for (;; next++) {
                commitNumber(store, next);
                System.out.println(next);
            }
        }
    }
}
