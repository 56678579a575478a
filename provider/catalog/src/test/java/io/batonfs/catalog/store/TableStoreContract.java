package io.batonfs.catalog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link TableStore} must do. */
abstract class TableStoreContract {
    @TempDir
    Path directory;
    private final List<TableStore> opened = new ArrayList<>();

    /** An empty store. */
    abstract TableStore create() throws IOException;

    /** A store with the tables of a checkpoint, which it may write into. */
    abstract TableStore openCheckpoint(Path checkpoint) throws IOException;

    /** Whether a cut file may be taken for the trace of a crash, and lead to an earlier commit. */
    abstract boolean mayGoBack();

    TableStore newStore() throws IOException {
        TableStore store = create();
        opened.add(store);
        return store;
    }

    private TableStore reopened(Path checkpoint) throws IOException {
        TableStore store = openCheckpoint(checkpoint);
        opened.add(store);
        return store;
    }

    @AfterEach
    void close() throws IOException {
        for (TableStore store : opened) {
            store.close();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void put(TableStore store, Table table, String key, String value) throws IOException {
        WriteSet changes = new WriteSet();
        changes.put(table, bytes(key), bytes(value));
        store.commit(changes);
    }

    static String get(TableView view, Table table, String key) {
        byte[] value = view.get(table, bytes(key));
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    private static List<String> scan(TableView view, Table table, String from, String to) {
        List<String> keys = new ArrayList<>();
        view.scan(table, bytes(from), to == null ? null : bytes(to), (key, value) -> keys.add(
                new String(key, StandardCharsets.UTF_8)));
        return keys;
    }

    @Test
    void rowsComeAndGoByTable() throws IOException {
        TableStore store = newStore();
        put(store, Table.NODES, "a", "1");
        put(store, Table.FILES, "a", "2");
        WriteSet changes = new WriteSet();
        changes.put(Table.NODES, bytes("b"), bytes("3"));
        changes.delete(Table.NODES, bytes("a"));
        changes.delete(Table.NODES, bytes("never"));
        changes.put(Table.NODES, bytes("c"), bytes("4"));
        changes.delete(Table.NODES, bytes("c"));
        store.commit(changes);
        try (TableView view = store.view()) {
            assertNull(get(view, Table.NODES, "a"));
            assertNull(get(view, Table.NODES, "c"));
            assertEquals("3", get(view, Table.NODES, "b"));
            assertEquals("2", get(view, Table.FILES, "a"));
            assertNull(get(view, Table.META, "a"));
        }
    }

    @Test
    void manyRowsAtOnceAreThoseOfTheKeysInTheirOrder() throws IOException {
        TableStore store = newStore();
        put(store, Table.NODES, "a", "1");
        put(store, Table.NODES, "b", "");
        put(store, Table.FILES, "c", "other");
        try (TableView view = store.view()) {
            put(store, Table.NODES, "a", "later");
            List<byte[]> keys = Stream.of("b", "c", "a", "a", "").map(TableStoreContract::bytes).toList();
            assertEquals(Arrays.asList("", null, "1", "1", null), view.rows(Table.NODES, keys,
                    value -> new String(value, StandardCharsets.UTF_8)));
            assertEquals(List.of(), view.rows(Table.NODES, List.of(), value -> "nothing"));
        }
    }

    @Test
    void emptyKeysAndEmptyValuesAreRows() throws IOException {
        TableStore store = newStore();
        put(store, Table.ENTRIES, "", "");
        put(store, Table.ENTRIES, "k", "");
        try (TableView view = store.view()) {
            assertEquals("", get(view, Table.ENTRIES, ""));
            assertEquals(List.of("", "k"), scan(view, Table.ENTRIES, "", null));
            assertEquals(List.of(), scan(view, Table.CONTENTS, "", null));
            assertEquals(List.of(), scan(view, Table.NODES, "", null));
        }
    }

    @Test
    void scansAreSortedAsUnsignedBytesAndBounded() throws IOException {
        TableStore store = newStore();
        WriteSet changes = new WriteSet();
        byte[][] keys = {{0}, {0, 0}, {1}, {127}, {(byte) 128}, {(byte) 255}, {(byte) 255, (byte) 255}};
        for (byte[] key : keys) {
            changes.put(Table.EXTENTS, key, key);
        }
        changes.put(Table.ROUTES, new byte[] {5}, new byte[0]);
        store.commit(changes);
        try (TableView view = store.view()) {
            List<byte[]> all = new ArrayList<>();
            view.scan(Table.EXTENTS, new byte[0], null, (k, v) -> {
                assertArrayEquals(k, v);
                return all.add(k);
            });
            assertEquals(keys.length, all.size());
            for (int i = 0; i < keys.length; i++) {
                assertArrayEquals(keys[i], all.get(i));
            }
            List<byte[]> some = new ArrayList<>();
            view.scan(Table.EXTENTS, new byte[] {1}, new byte[] {(byte) 255}, (k, v) -> some.add(k));
            assertEquals(3, some.size());
            List<byte[]> two = new ArrayList<>();
            view.scan(Table.EXTENTS, new byte[] {0}, null, (k, v) -> {
                two.add(k);
                return two.size() < 2;
            });
            assertEquals(2, two.size());
            view.scan(Table.EXTENTS, new byte[] {2}, new byte[] {1}, (k, v) -> {
                throw new AssertionError("there is nothing between 2 and 1");
            });
        }
    }

    @Test
    void viewStaysAsItWasAndMayBeAskedWithinAScan() throws IOException {
        TableStore store = newStore();
        put(store, Table.NODES, "a", "old");
        try (TableView before = store.view()) {
            put(store, Table.NODES, "a", "new");
            put(store, Table.NODES, "b", "new");
            assertEquals("old", get(before, Table.NODES, "a"));
            assertEquals(List.of("a"), scan(before, Table.NODES, "", null));
            before.scan(Table.NODES, new byte[0], null, (k, v) -> {
                assertArrayEquals(v, before.get(Table.NODES, k));
                return true;
            });
            try (TableView after = store.view()) {
                assertEquals("new", get(after, Table.NODES, "a"));
                assertEquals(List.of("a", "b"), scan(after, Table.NODES, "", null));
            }
            put(store, Table.NODES, "a", "newer");
            assertEquals("old", get(before, Table.NODES, "a"));
        }
    }

    @Test
    void randomCommitsEqualAMap() throws IOException {
        long seed = Long.getLong("catalog.store.seed", System.nanoTime());
        System.out.println("-Dcatalog.store.seed=" + seed);
        Random random = new Random(seed);
        TableStore store = newStore();
        Map<Table, TreeMap<byte[], byte[]>> expected = new EnumMap<>(Table.class);
        for (Table table : Table.values()) {
            expected.put(table, new TreeMap<>(Arrays::compareUnsigned));
        }
        for (int round = 0; round < 300; round++) {
            WriteSet changes = new WriteSet();
            for (int i = random.nextInt(12); i >= 0; i--) {
                Table table = Table.values()[random.nextInt(Table.values().length)];
                byte[] key = new byte[random.nextInt(4)];
                random.nextBytes(key);
                if (key.length > 0) {
                    key[0] &= 3;
                }
                byte[] value = new byte[random.nextInt(40)];
                random.nextBytes(value);
                if (random.nextInt(3) == 0) {
                    changes.delete(table, key);
                    expected.get(table).remove(key);
                } else {
                    changes.put(table, key, value);
                    expected.get(table).put(key, value);
                }
            }
            store.commit(changes);
            if (round % 50 == 49) {
                Path checkpoint = directory.resolve("checkpoint-" + round);
                store.checkpoint(checkpoint);
                store.close();
                store = reopened(checkpoint);
            }
            assertSame(expected, store);
        }
    }

    private static void assertSame(Map<Table, TreeMap<byte[], byte[]>> expected, TableStore store) {
        try (TableView view = store.view()) {
            expected.forEach((table, rows) -> {
                List<byte[]> found = new ArrayList<>();
                view.scan(table, new byte[0], null, (k, v) -> {
                    assertArrayEquals(rows.get(k), v);
                    return found.add(k);
                });
                assertEquals(rows.size(), found.size(), table.toString());
            });
        }
    }

    @Test
    void checkpointIsOfTheLastCommitAndStaysWhenTheStoreGoesOn() throws IOException {
        TableStore store = newStore();
        put(store, Table.NODES, "a", "1");
        Path checkpoint = directory.resolve("checkpoint");
        store.checkpoint(checkpoint);
        put(store, Table.NODES, "a", "2");
        store.close();
        TableStore copy = reopened(checkpoint);
        try (TableView view = copy.view()) {
            assertEquals("1", get(view, Table.NODES, "a"));
        }
        put(copy, Table.NODES, "b", "3");
        Path second = directory.resolve("second");
        copy.checkpoint(second);
        copy.close();
        try (TableView view = reopened(second).view()) {
            assertEquals("3", get(view, Table.NODES, "b"));
        }
    }

    @Test
    void checkpointNeverOverwrites() throws IOException {
        TableStore store = newStore();
        Path taken = Files.createDirectory(directory.resolve("taken"));
        Files.writeString(taken.resolve("mine"), "keep me");
        assertThrows(IOException.class, () -> store.checkpoint(taken));
        assertEquals("keep me", Files.readString(taken.resolve("mine")));
    }

    @Test
    void closedStoreAndClosedViewRefuse() throws IOException {
        TableStore store = newStore();
        put(store, Table.NODES, "a", "1");
        TableView closedView = store.view();
        closedView.close();
        closedView.close();
        assertThrows(IllegalStateException.class, () -> closedView.get(Table.NODES, bytes("a")));
        TableView leftOpen = store.view();
        store.close();
        store.close();
        assertThrows(IllegalStateException.class, () -> leftOpen.get(Table.NODES, bytes("a")));
        assertThrows(IllegalStateException.class, () -> scan(leftOpen, Table.NODES, "", null));
        leftOpen.close();
        assertThrows(IllegalStateException.class, store::view);
        assertThrows(IllegalStateException.class, store::latest);
        assertThrows(IllegalStateException.class, () -> store.commit(new WriteSet()));
        assertThrows(IllegalStateException.class, () -> store.checkpoint(directory.resolve("late")));
    }

    @Test
    void whoCommitsSeesWhatWasCommittedLast() throws IOException {
        TableStore store = newStore();
        for (int i = 0; i < 3; i++) {
            put(store, Table.NODES, "a", "" + i);
            put(store, Table.RECLAIM, "b", "" + i);
            try (TableView latest = store.latest()) {
                assertEquals("" + i, get(latest, Table.NODES, "a"));
                assertEquals("" + i, get(latest, Table.RECLAIM, "b"));
                assertNull(get(latest, Table.NODES, "c"));
                assertEquals(List.of("a"), scan(latest, Table.NODES, "", null));
                assertEquals(List.of("" + i), latest.rows(Table.NODES, List.of(bytes("a")), String::new));
            }
        }
        TableView closed = store.latest();
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.get(Table.NODES, bytes("a")));
        TableView leftOpen = store.latest();
        store.close();
        assertThrows(IllegalStateException.class, () -> leftOpen.get(Table.NODES, bytes("a")));
        leftOpen.close();
    }

    /** A row that is put as an object is there as its bytes, and may be there as the object. */
    @Test
    void rowsMayBePutAsObjects() throws IOException {
        RowFormat<List<String>> words = new RowFormat<>(list -> bytes(String.join(" ", list)),
                value -> List.of(new String(value, StandardCharsets.UTF_8).split(" ")));
        TableStore store = newStore();
        WriteSet changes = new WriteSet();
        changes.put(Table.NODES, bytes("a"), StoredRow.of(List.of("two", "words"), words));
        changes.put(Table.NODES, bytes("b"), StoredRow.of(List.of("gone"), words));
        changes.delete(Table.NODES, bytes("b"));
        store.commit(changes);
        try (TableView view = store.view()) {
            assertEquals("two words", get(view, Table.NODES, "a"));
            assertEquals(List.of("two", "words"), view.row(Table.NODES, bytes("a"), words.decode()));
            assertEquals(9, view.<Integer>row(Table.NODES, bytes("a"), value -> value.length));
            assertNull(view.row(Table.NODES, bytes("b"), words.decode()));
        }
        Path copy = directory.resolve("objects");
        store.checkpoint(copy);
        try (TableStore copied = openCheckpoint(copy); TableView view = copied.view()) {
            assertEquals("two words", get(view, Table.NODES, "a"));
        }
    }

    /** Readers must see each commit whole: all rows of one view carry one number. */
    @Test
    void readersNeverSeeHalfACommit() throws Exception {
        TableStore store = newStore();
        commitNumber(store, 0);
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            try {
                while (!done.get()) {
                    try (TableView view = store.view()) {
                        number(view);
                    }
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        reader.start();
        for (int i = 1; i <= 2000; i++) {
            commitNumber(store, i);
        }
        done.set(true);
        reader.join();
        assertNull(failure.get());
        try (TableView view = store.view()) {
            assertEquals(2000, number(view));
        }
    }

    /** Commits a number into a row of each table, with some bulk. */
    static void commitNumber(TableStore store, int number) throws IOException {
        WriteSet changes = new WriteSet();
        byte[] value = ByteBuffer.allocate(256).putInt(number).array();
        for (Table table : Table.values()) {
            changes.put(table, bytes("number"), value);
        }
        changes.put(Table.ENTRIES, ByteBuffer.allocate(4).putInt(number).array(), value);
        store.commit(changes);
    }

    /** The number that all tables carry; -1 if none does. Fails if they differ. */
    static int number(TableView view) {
        int found = -2;
        for (Table table : Table.values()) {
            byte[] value = view.get(table, bytes("number"));
            int here = value == null ? -1 : ByteBuffer.wrap(value).getInt();
            assertTrue(found == -2 || found == here, "tables carry " + found + " and " + here);
            found = here;
        }
        int rows = 0;
        for (int i = 0; i <= found; i++) {
            rows += view.get(Table.ENTRIES, ByteBuffer.allocate(4).putInt(i).array()) == null ? 0 : 1;
        }
        assertEquals(found + 1, rows, "commits from the middle are missing");
        assertNull(view.get(Table.ENTRIES, ByteBuffer.allocate(4).putInt(found + 1).array()));
        return found;
    }

    /**
     * Whatever single file of a checkpoint is damaged: opening or reading fails with a reason, or everything is as it
     * was (a byte that nothing depends on). Never other rows, never half a commit, never a hang.
     */
    @Test
    void damageIsFoundOrHarmless() throws IOException {
        Path good = directory.resolve("good");
        Map<String, String> rows;
        TableStore store = newStore();
        for (int i = 0; i < 200; i++) {
            commitNumber(store, i);
            if (i == 100) {
                store.checkpoint(directory.resolve("earlier"));
            }
        }
        rows = TableDump.of(store);
        store.checkpoint(good);
        long seed = Long.getLong("catalog.store.seed", System.nanoTime());
        System.out.println("-Dcatalog.store.seed=" + seed);
        Random random = new Random(seed);
        List<Path> files = files(good);
        int found = 0;
        for (int round = 0; round < 60; round++) {
            Path victim = files.get(random.nextInt(files.size()));
            Path bad = directory.resolve("bad-" + round);
            copy(good, bad);
            damage(bad.resolve(good.relativize(victim)), random);
            found += opensWith(bad, rows) ? 0 : 1;
            DurableFiles.deleteTree(bad);
        }
        assertTrue(found > 0, "no damage was ever found");
    }

    private boolean opensWith(Path bad, Map<String, String> rows) throws IOException {
        try (TableStore store = openCheckpoint(bad); TableView view = store.view()) {
            String difference = TableDump.firstDifference(rows, TableDump.of(view));
            if (difference == null) {
                return true;
            }
            assertTrue(mayGoBack() && number(view) < 199, difference);
            return false;
        } catch (UncheckedIOException | IOException e) {
            assertTrue(String.valueOf(e.getMessage()).length() > 10, e.toString());
            return false;
        }
    }

    private static void damage(Path file, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (random.nextInt(3)) {
            case 0 -> Files.delete(file);
            case 1 -> Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            default -> {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, bytes);
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(Files::isRegularFile).filter(f -> f.toFile().length() > 0).sorted().toList();
        }
    }

    /** Copies bytes: a link would let the damage through to the original. */
    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : files(from)) {
            Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    static void assertRefused(ErrorCode code, String named, IOException e) {
        assertTrue(e instanceof BatonException b && b.code() == code, e.toString());
        assertTrue(e.getMessage().contains(named), e.getMessage());
    }
}
