package io.batonfs.catalog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract, and every way in which a cache could show what the store does not have. */
@Timeout(300)
class CachedTableStoreTest extends TableStoreContract {
    /** Some ten rows, so that they are thrown out all the time. */
    private static final long TINY = 3_000;
    private static final long PLENTY = 1 << 20;
    private static final Function<byte[], String> TEXT = bytes -> new String(bytes, StandardCharsets.UTF_8);
    private int stores;

    @Override
    TableStore create() {
        return new CachedTableStore(new MemoryTableStore(), stores++ % 2 == 0 ? PLENTY : TINY);
    }

    @Override
    TableStore openCheckpoint(Path checkpoint) throws IOException {
        return new CachedTableStore(MemoryTableStore.open(checkpoint), PLENTY);
    }

    @Override
    boolean mayGoBack() {
        return false;
    }

    /** A store that can be stopped and can fail in the middle of a commit, and says how often it was asked. */
    private static final class Stubborn implements TableStore {
        private final MemoryTableStore store = new MemoryTableStore();
        private Runnable beforeCommit = () -> { };
        private Runnable beforeGet = () -> { };
        private IOException failure;
        private int gets;

        @Override
        public TableView view() {
            TableView view = store.view();
            return new TableView() {
                @Override
                public byte[] get(Table table, byte[] key) {
                    gets++;
                    byte[] value = view.get(table, key);
                    beforeGet.run();
                    return value;
                }

                @Override
                public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
                    gets++;
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
            beforeCommit.run();
            if (failure != null) {
                throw failure;
            }
            store.commit(changes);
        }

        @Override
        public void checkpoint(Path target) throws IOException {
            store.checkpoint(target);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    @Test
    void rowIsReadAndDecodedOnceAndSoIsItsAbsence() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, PLENTY)) {
            put(below, Table.NODES, "a", "1");
            for (int i = 0; i < 3; i++) {
                try (TableView view = store.view()) {
                    String row = view.row(Table.NODES, bytes("a"), TEXT);
                    assertEquals("1", row);
                    assertSame(row, view.row(Table.NODES, bytes("a"), TEXT));
                    assertNull(view.row(Table.NODES, bytes("b"), TEXT));
                    assertNull(view.get(Table.FILES, bytes("a")));
                }
            }
            assertEquals(3, below.gets);
        }
    }

    @Test
    void rowIsDecodedInEachWayThatItIsAskedFor() throws IOException {
        TableStore store = newStore();
        put(store, Table.NODES, "a", "1");
        try (TableView view = store.view()) {
            assertEquals("1", view.row(Table.NODES, bytes("a"), TEXT));
            Integer length = view.row(Table.NODES, bytes("a"), bytes -> bytes.length);
            assertEquals(1, length);
            assertEquals("1", view.row(Table.NODES, bytes("a"), TEXT));
        }
    }

    @Test
    void commitThatFailsIsNeverSeenNotEvenAfterOneThatDoesNot() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, PLENTY)) {
            put(store, Table.NODES, "a", "1");
            below.failure = new IOException("the disk is gone");
            assertThrows(IOException.class, () -> put(store, Table.NODES, "a", "2"));
            assertThrows(IOException.class, () -> put(store, Table.SNAPSHOTS, "12345678x", "2"));
            try (TableView view = store.view()) {
                assertEquals("1", get(view, Table.NODES, "a"));
                assertTrue(view.hasNone(Table.SNAPSHOTS, bytes("12345678")));
            }
            below.failure = null;
            put(store, Table.NODES, "b", "3");
            try (TableView view = store.view()) {
                assertEquals("1", get(view, Table.NODES, "a"));
                assertEquals("3", get(view, Table.NODES, "b"));
                assertNull(get(view, Table.SNAPSHOTS, "12345678x"));
                assertTrue(view.hasNone(Table.SNAPSHOTS, bytes("12345678")));
            }
        }
    }

    @Test
    void commitThatFailsHalfWayIntoTheCacheIsNeverSeen() throws IOException {
        TableStore store = newStore();
        put(store, Table.META, "a", "1");
        WriteSet broken = new WriteSet();
        broken.put(Table.META, bytes("a"), bytes("2"));
        broken.put(Table.NODES, null, bytes("no key"));
        assertThrows(RuntimeException.class, () -> store.commit(broken));
        put(store, Table.META, "b", "3");
        try (TableView view = store.view()) {
            assertEquals("1", get(view, Table.META, "a"));
        }
    }

    /** What is looked at while a commit is under way is what was before, and stays so in that view. */
    @Test
    void viewDuringACommitSeesNothingOfIt() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, PLENTY)) {
            put(store, Table.NODES, "a", "1");
            List<TableView> during = new ArrayList<>();
            below.beforeCommit = () -> {
                TableView view = store.view();
                assertEquals("1", get(view, Table.NODES, "a"));
                assertNull(get(view, Table.NODES, "b"));
                assertTrue(view.hasNone(Table.SNAPSHOTS, bytes("12345678")));
                during.add(view);
            };
            WriteSet changes = new WriteSet();
            changes.put(Table.NODES, bytes("a"), bytes("2"));
            changes.put(Table.NODES, bytes("b"), bytes("2"));
            changes.put(Table.SNAPSHOTS, bytes("12345678x"), bytes("2"));
            store.commit(changes);
            try (TableView old = during.get(0); TableView now = store.view()) {
                assertEquals("1", get(old, Table.NODES, "a"));
                assertNull(get(old, Table.NODES, "b"));
                assertTrue(old.hasNone(Table.SNAPSHOTS, bytes("12345678")));
                assertEquals("2", get(now, Table.NODES, "a"));
                assertEquals("2", get(now, Table.NODES, "b"));
                assertFalse(now.hasNone(Table.SNAPSHOTS, bytes("12345678")));
            }
        }
    }

    /** A reader has fetched a row, and before he puts it into the cache a commit changes it. */
    @Test
    void rowThatChangesWhileItIsReadIsNotKept() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, PLENTY)) {
            put(below, Table.NODES, "a", "1");
            try (TableView view = store.view()) {
                below.beforeGet = () -> {
                    below.beforeGet = () -> { };
                    try {
                        put(store, Table.NODES, "a", "2");
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                };
                assertEquals("1", get(view, Table.NODES, "a"));
                assertEquals("1", get(view, Table.NODES, "a"));
            }
            try (TableView view = store.view()) {
                assertEquals("2", get(view, Table.NODES, "a"));
            }
        }
    }

    @Test
    void rangesComeAndGo() throws IOException {
        TableStore store = newStore();
        byte[] id = bytes("12345678");
        byte[] neighbour = bytes("12345679");
        try (TableView view = store.view()) {
            assertTrue(view.hasNone(Table.SNAPSHOTS, id));
            assertTrue(view.hasNone(Table.SNAPSHOTS, neighbour));
        }
        put(store, Table.SNAPSHOTS, "12345678s", "");
        try (TableView view = store.view()) {
            assertFalse(view.hasNone(Table.SNAPSHOTS, id));
            assertTrue(view.hasNone(Table.SNAPSHOTS, neighbour));
        }
        WriteSet gone = new WriteSet();
        gone.delete(Table.SNAPSHOTS, bytes("12345678s"));
        try (TableView before = store.view()) {
            store.commit(gone);
            assertFalse(before.hasNone(Table.SNAPSHOTS, id));
        }
        try (TableView view = store.view()) {
            assertTrue(view.hasNone(Table.SNAPSHOTS, id));
        }
    }

    /** Many views of different age beside a store without a cache; whatever they are asked, they say the same. */
    @Test
    void randomQuestionsOfOldAndNewViewsAreAnsweredAsWithoutACache() throws IOException {
        long seed = Long.getLong("catalog.store.seed", System.nanoTime());
        System.out.println("-Dcatalog.store.seed=" + seed);
        Random random = new Random(seed);
        for (long room : new long[] {0, TINY, PLENTY}) {
            try (TableStore cached = new CachedTableStore(new MemoryTableStore(), room);
                    TableStore plain = new MemoryTableStore()) {
                List<TableView[]> views = new ArrayList<>();
                for (int step = 0; step < 4000; step++) {
                    if (random.nextInt(5) == 0) {
                        WriteSet changes = randomChanges(random);
                        cached.commit(changes);
                        plain.commit(changes);
                    }
                    if (random.nextInt(5) == 0) {
                        views.add(new TableView[] {cached.view(), plain.view()});
                    }
                    if (views.size() > 8) {
                        TableView[] ended = views.remove(random.nextInt(views.size()));
                        ended[0].close();
                        ended[1].close();
                    }
                    if (!views.isEmpty()) {
                        ask(random, views.get(random.nextInt(views.size())));
                    }
                }
            }
        }
    }

    private static WriteSet randomChanges(Random random) {
        WriteSet changes = new WriteSet();
        for (int i = random.nextInt(6); i >= 0; i--) {
            if (random.nextInt(3) == 0) {
                changes.delete(randomTable(random), randomKey(random));
            } else {
                changes.put(randomTable(random), randomKey(random), ByteBuffer.allocate(4).putInt(random.nextInt()).array());
            }
        }
        return changes;
    }

    private static Table randomTable(Random random) {
        return List.of(Table.NODES, Table.SNAPSHOTS, Table.ROUTES, Table.RETRY, Table.ENTRIES).get(random.nextInt(5));
    }

    private static byte[] randomKey(Random random) {
        byte[] key = new byte[10];
        key[7] = (byte) random.nextInt(3);
        key[9] = (byte) random.nextInt(4);
        return key;
    }

    private static void ask(Random random, TableView[] views) {
        for (int i = 0; i < 3; i++) {
            Table table = randomTable(random);
            byte[] key = randomKey(random);
            byte[] expected = views[1].get(table, key);
            assertArrayEquals(expected, views[0].get(table, key));
            assertEquals(expected == null ? null : TEXT.apply(expected), views[0].row(table, key, TEXT));
            byte[] prefix = Arrays.copyOf(key, 8 + random.nextInt(2));
            assertEquals(views[1].hasNone(table, prefix), views[0].hasNone(table, prefix));
            byte[] from = random.nextBoolean() ? prefix : Arrays.copyOf(prefix, 10);
            int limit = 1 + random.nextInt(3);
            assertEquals(texts(views[1].piece(table, prefix, from, limit, TEXT)),
                    texts(views[0].piece(table, prefix, from, limit, TEXT)));
            List<byte[]> keys = List.of(key, randomKey(random), key);
            assertEquals(views[1].rows(table, keys, TEXT), views[0].rows(table, keys, TEXT));
            assertEquals(views[1].forRows(100).rows(table, keys, TEXT), views[0].forRows(100).rows(table, keys, TEXT));
            Recipe<String> recipe = new Recipe<>() {
                @Override
                public String make(TableView view) {
                    return view.row(table, key, TEXT) + view.rows(table, List.of(prefix, key), TEXT)
                            + texts(view.piece(table, prefix, prefix, 3, TEXT)) + view.hasNone(table, prefix);
                }

                @Override
                public int bytes(String made) {
                    return made.length();
                }
            };
            byte[] name = (table + " " + TEXT.apply(key) + " " + prefix.length).getBytes(StandardCharsets.UTF_8);
            assertEquals(views[1].made(name, recipe), views[0].made(name, recipe));
        }
    }

    private static List<String> texts(List<Keyed<String>> piece) {
        return piece.stream().map(row -> TEXT.apply(row.key()) + "=" + row.row()).toList();
    }

    @Test
    void pieceIsReadOnceAndAgainAfterEachChangeInItsRange() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, PLENTY)) {
            put(store, Table.ENTRIES, "12345678b", "1");
            assertEquals(List.of("12345678b=1"), piece(store));
            int gets = below.gets;
            assertEquals(List.of("12345678b=1"), piece(store));
            put(store, Table.ENTRIES, "12345679a", "2");
            assertEquals(List.of("12345678b=1"), piece(store));
            assertEquals(gets, below.gets);
            put(store, Table.ENTRIES, "12345678a", "3");
            assertEquals(List.of("12345678a=3", "12345678b=1"), piece(store));
            put(store, Table.ENTRIES, "12345678b", "4");
            assertEquals(List.of("12345678a=3", "12345678b=4"), piece(store));
            WriteSet gone = new WriteSet();
            gone.delete(Table.ENTRIES, bytes("12345678a"));
            store.commit(gone);
            assertEquals(List.of("12345678b=4"), piece(store));
            below.failure = new IOException("the disk is gone");
            assertThrows(IOException.class, () -> put(store, Table.ENTRIES, "12345678c", "5"));
            below.failure = null;
            assertEquals(List.of("12345678b=4"), piece(store));
        }
    }

    private static List<String> piece(TableStore store) {
        try (TableView view = store.view()) {
            return texts(view.piece(Table.ENTRIES, bytes("12345678"), bytes("12345678"), 10, TEXT));
        }
    }

    /** The texts of these rows of NODES, and of all ENTRIES with a prefix; says how often it was asked. */
    private static final class Soup implements Recipe<String> {
        private final List<String> rows;
        private final byte[] prefix;
        private int made;

        Soup(String prefix, String... rows) {
            this.prefix = TableStoreContract.bytes(prefix);
            this.rows = List.of(rows);
        }

        @Override
        public String make(TableView view) {
            made++;
            List<String> texts = new ArrayList<>();
            texts.add(view.row(Table.NODES, TableStoreContract.bytes(rows.get(0)), TEXT));
            texts.addAll(view.rows(Table.NODES, rows.stream().map(TableStoreContract::bytes).toList(), TEXT));
            texts.add(get(view, Table.NODES, rows.get(0)));
            texts.addAll(texts(view.piece(Table.ENTRIES, prefix, prefix, 10, TEXT)));
            return texts + " " + view.hasNone(Table.SNAPSHOTS, prefix);
        }

        @Override
        public int bytes(String made) {
            return made.length();
        }
    }

    private static String made(TableStore store, Soup soup) {
        try (TableView view = store.view()) {
            return view.made(bytes("soup"), soup);
        }
    }

    @Test
    void whatIsMadeOfRowsIsMadeAgainAfterEachChangeOfThemAndOfNoOthers() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, PLENTY)) {
            put(store, Table.NODES, "a", "1");
            Soup soup = new Soup("12345678", "a", "b");
            assertEquals("[1, 1, null, 1] true", made(store, soup));
            assertSame(made(store, soup), made(store, soup));
            put(store, Table.NODES, "c", "2");
            put(store, Table.ENTRIES, "12345679a", "2");
            assertSame(made(store, soup), made(store, soup));
            assertEquals(1, soup.made);

            put(store, Table.NODES, "b", "2");
            assertEquals("[1, 1, 2, 1] true", made(store, soup));
            put(store, Table.NODES, "a", "3");
            assertEquals("[3, 3, 2, 3] true", made(store, soup));
            put(store, Table.ENTRIES, "12345678x", "4");
            assertEquals("[3, 3, 2, 3, 12345678x=4] true", made(store, soup));
            put(store, Table.SNAPSHOTS, "12345678x", "5");
            assertEquals("[3, 3, 2, 3, 12345678x=4] false", made(store, soup));
            WriteSet gone = new WriteSet();
            gone.delete(Table.NODES, bytes("b"));
            store.commit(gone);
            assertEquals("[3, 3, null, 3, 12345678x=4] false", made(store, soup));
            assertEquals(6, soup.made);

            below.failure = new IOException("the disk is gone");
            assertThrows(IOException.class, () -> put(store, Table.NODES, "a", "6"));
            assertEquals("[3, 3, null, 3, 12345678x=4] false", made(store, soup));
            below.failure = null;
            put(store, Table.NODES, "c", "7");
            assertEquals("[3, 3, null, 3, 12345678x=4] false", made(store, soup));
        }
    }

    /** Nothing would tell when such a row changes: it never was in the cache. */
    @Test
    void whatIsMadeOfRowsThatAreNotKeptIsNotKeptEither() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, PLENTY)) {
            for (int i = 0; i < 3; i++) {
                put(store, Table.RECLAIM, "a", "" + i);
                try (TableView view = store.view(); TableView latest = store.latest()) {
                    assertEquals("" + i, view.made(bytes("queue"), new Recipe<String>() {
                        @Override
                        public String make(TableView rows) {
                            return rows.row(Table.RECLAIM, TableStoreContract.bytes("a"), TEXT);
                        }

                        @Override
                        public int bytes(String made) {
                            return 1;
                        }
                    }));
                    int gets = below.gets;
                    assertEquals("" + i, get(view, Table.RECLAIM, "a"));
                    assertEquals(List.of("" + i), latest.rows(Table.RECLAIM, List.of(bytes("a")), TEXT));
                    assertEquals(gets + 2, below.gets);
                }
            }
        }
    }

    @Test
    void rowPutAsAnObjectIsHandedOutAgain() throws IOException {
        RowFormat<String> text = new RowFormat<>(TableStoreContract::bytes, TEXT);
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, PLENTY)) {
            String put = new String("1");
            WriteSet changes = new WriteSet();
            changes.put(Table.NODES, bytes("a"), StoredRow.of(put, text));
            store.commit(changes);
            try (TableView view = store.view()) {
                assertSame(put, view.row(Table.NODES, bytes("a"), TEXT));
                assertEquals(0, below.gets);
            }
        }
    }

    /** What Caffeine puts off during a commit is done before its end: the cache does not grow with the commit. */
    @Test
    void bigCommitLeavesACacheOfItsSize() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, 50_000)) {
            WriteSet changes = new WriteSet();
            for (int i = 0; i < 10_000; i++) {
                changes.put(Table.NODES, bytes("row " + i), bytes("text"));
            }
            store.commit(changes);
            try (TableView view = store.view()) {
                for (int i = 0; i < 10_000; i++) {
                    assertEquals("text", get(view, Table.NODES, "row " + i));
                }
            }
            assertTrue(below.gets > 9_500, "only " + below.gets + " of 10000 rows had left a cache of 50 KB");
        }
    }

    @Test
    void whatIsMadeIsForViewsThatSeeTheRowsItWasMadeOf() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, PLENTY)) {
            put(store, Table.NODES, "a", "1");
            Soup soup = new Soup("12345678", "a");
            try (TableView old = store.view()) {
                put(store, Table.NODES, "a", "2");
                assertEquals("[2, 2, 2] true", made(store, soup));
                assertEquals("[1, 1, 1] true", old.made(bytes("soup"), soup));
                assertEquals("[2, 2, 2] true", made(store, soup));
                assertEquals(2, soup.made);
            }
            below.beforeCommit = () -> assertEquals("[2, 2, 2] true", made(store, soup));
            put(store, Table.NODES, "a", "3");
            below.beforeCommit = () -> { };
            assertEquals("[3, 3, 3] true", made(store, soup));
        }
    }

    /** A row that left the cache is not known there when it changes. */
    @Test
    void whatIsMadeOfRowsThatWereThrownOutSinceIsMadeAgain() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, TINY)) {
            put(store, Table.NODES, "a", "1");
            Soup soup = new Soup("12345678", "a", "b");
            for (int round = 0; round < 200; round++) {
                String now = Integer.toString(round);
                assertEquals(made(store, soup), made(store, soup));
                for (int i = 0; i < round % 20; i++) {
                    try (TableView view = store.view()) {
                        get(view, Table.NODES, "other-" + i);
                        get(view, Table.NODES, "other-" + i);
                    }
                }
                put(store, Table.NODES, round % 2 == 0 ? "a" : "b", now);
                String a = round % 2 == 0 ? now : Integer.toString(round - 1);
                String b = round == 0 ? "null" : round % 2 == 0 ? Integer.toString(round - 1) : now;
                assertEquals("[" + a + ", " + a + ", " + b + ", " + a + "] true", made(store, soup));
            }
        }
    }

    /** What a scan has shown is not watched row by row. */
    @Test
    void whatIsMadeByAScanIsNotKept() throws IOException {
        TableStore store = newStore();
        put(store, Table.NODES, "a", "1");
        Recipe<List<String>> all = new Recipe<>() {
            @Override
            public List<String> make(TableView view) {
                List<String> texts = new ArrayList<>();
                view.scan(Table.NODES, new byte[0], null, (key, value) -> texts.add(TEXT.apply(value)));
                return texts;
            }

            @Override
            public int bytes(List<String> made) {
                return made.size();
            }
        };
        try (TableView view = store.view()) {
            assertEquals(List.of("1"), view.made(bytes("all"), all));
        }
        put(store, Table.NODES, "b", "2");
        try (TableView view = store.view()) {
            assertEquals(List.of("1", "2"), view.made(bytes("all"), all));
        }
    }

    @Test
    void rowsThatAreTooManyToBeKeptAreShownAndNotKept() throws IOException {
        Stubborn below = new Stubborn();
        try (TableStore store = new CachedTableStore(below, PLENTY)) {
            put(below, Table.NODES, "a", "1");
            put(store, Table.NODES, "b", "2");
            Soup soup = new Soup("12345678", "a", "b");
            try (TableView view = store.view()) {
                assertSame(view, view.forRows(200));
                int gets = below.gets;
                assertEquals("[1, 1, 2, 1] true", view.forRows(1_000_000).made(bytes("soup"), soup));
                assertEquals("[1, 1, 2, 1] true", view.forRows(1_000_000).made(bytes("soup"), soup));
                assertEquals(2, soup.made);
                int read = below.gets - gets;
                assertEquals("2", get(view.forRows(1_000_000), Table.NODES, "b"));
                assertEquals(gets + read, below.gets);
                assertEquals("1", get(view, Table.NODES, "a"));
                assertEquals(gets + read + 1, below.gets);
            }
        }
    }

    /** Over the real store: every view shows one commit whole, whatever comes from the cache and what does not. */
    @Test
    void readersOfRocksDbNeverMixCommits() throws Exception {
        for (long room : new long[] {TINY, PLENTY}) {
            Path tables = directory.resolve("tables-" + room);
            ExecutorService readers = Executors.newFixedThreadPool(3);
            try (TableStore store = new CachedTableStore(RocksTableStore.open(tables, RocksBudget.SMALL), room)) {
                commitNumber(store, 0);
                AtomicBoolean done = new AtomicBoolean();
                CountDownLatch begun = new CountDownLatch(3);
                List<Future<?>> running = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    running.add(readers.submit(() -> {
                        int last = 0;
                        do {
                            try (TableView view = store.view()) {
                                int first = number(view);
                                assertEquals(first, number(view), "a view changed");
                                assertTrue(first >= last, "a later view is older");
                                last = first;
                            }
                            begun.countDown();
                        } while (!done.get());
                        return null;
                    }));
                }
                assertTrue(begun.await(1, TimeUnit.MINUTES), "a reader has failed in its first look");
                for (int i = 1; i <= 3000; i++) {
                    commitNumber(store, i);
                }
                done.set(true);
                for (Future<?> one : running) {
                    one.get();
                }
                try (TableView view = store.view()) {
                    assertEquals(3000, number(view));
                }
            } finally {
                readers.shutdown();
            }
        }
    }

    @Test
    void storeOpenedAnewKnowsNothingOfTheOneBefore() throws IOException {
        Path tables = directory.resolve("again");
        Path checkpoint = directory.resolve("checkpoint");
        try (TableStore store = new CachedTableStore(RocksTableStore.open(tables, RocksBudget.SMALL), PLENTY)) {
            put(store, Table.NODES, "a", "1");
            store.checkpoint(checkpoint);
            put(store, Table.NODES, "a", "2");
            try (TableView view = store.view()) {
                assertEquals("2", get(view, Table.NODES, "a"));
            }
        }
        RocksTableStore.restore(checkpoint, tables);
        try (TableStore store = new CachedTableStore(RocksTableStore.open(tables, RocksBudget.SMALL), PLENTY);
                TableView view = store.view()) {
            assertEquals("1", get(view, Table.NODES, "a"));
        }
    }
}
