package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Totals;
import io.batonfs.catalog.costs.CountedReads;
import io.batonfs.catalog.store.CachedTableStore;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.TableView;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is below a path: counted once, however the tree is shared, wide or deep. */
class TotalsTest {

    @Test
    void filesDirectoriesAndBytes() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            c.mkdir("/a/c");
            c.file("/a/f", "four");
            c.file("/a/b/g", "xx");
            c.ok(new Command.SetAttributes("/a/b/g", replication(10)));
            assertEquals(new Totals(2, 3, 6, 4 * 3 + 2 * 10), totals(c, "/a"));
            assertEquals(new Totals(2, 4, 6, 32), totals(c, "/"));
            assertEquals(new Totals(1, 0, 2, 20), totals(c, "/a/b/g"));
            assertEquals(new Totals(0, 1, 0, 0), totals(c, "/a/c"));
            c.cloneTree("/a", "/a/c/copy");
            c.snapshot("/a", "s");
            c.delete("/a/f");
            assertEquals(new Totals(3, 6, 8, 52), totals(c, "/a"));
            assertEquals(new Totals(4, 6, 12, 64), totals(c, "/a/.snapshot/s"));
            c.create("/a/open").write("not committed yet");
            assertEquals(4, totals(c, "/a").files());
            assertEquals(8, totals(c, "/a").lengthBytes());
            assertEquals(ErrorCode.NOT_FOUND, assertThrows(BatonException.class,
                    () -> c.catalog.read(reader -> reader.totals(ROOT, "/no"))).code());
        }
    }

    /** Each of its rows is needed once: in memory they would take the place of others. */
    @Test
    void ofALargeTreeMostRowsAreNotKeptInMemory() throws Exception {
        MemoryTableStore tables = new MemoryTableStore();
        try (CatalogFixture c = new CatalogFixture(tables)) {
            for (int i = 0; i < 60; i++) {
                c.mkdir("/d" + i % 6);
                c.file("/d" + i % 6 + "/f" + i, "");
            }
            CountedReads reads = new CountedReads(tables);
            // room for all of them; half of it is for 25
            CachedTableStore cached = new CachedTableStore(reads, 60_000);
            for (int i = 0; i < 2; i++) {
                long before = reads.gets();
                try (TableView view = cached.view()) {
                    assertEquals(60, new CatalogReader(view).totals(ROOT, "/").files());
                }
                assertTrue(reads.gets() - before >= 30, "only " + (reads.gets() - before) + " rows were asked for");
            }
        }
    }

    @Test
    void everyDirectoryMustBeReadableAndEnterable() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b/c");
            c.file("/a/b/c/f", "f");
            c.own("/a/b/c/f", "alice", "staff", 0600);
            assertEquals(1, c.read(reader -> reader.totals(EVE, "/a")).files());
            for (int mode : List.of(0700, 0704, 0701)) {
                c.own("/a/b", "alice", "staff", mode);
                BatonException refusal = assertThrows(BatonException.class,
                        () -> c.catalog.read(reader -> reader.totals(EVE, "/a")));
                assertEquals(ErrorCode.PERMISSION_DENIED, refusal.code());
                assertTrue(refusal.getMessage().contains("\"/a/b\""), refusal.getMessage());
                assertEquals(1, c.read(reader -> reader.totals(ALICE, "/a")).files());
            }
        }
    }

    /** Each round doubles what the tree shows, and adds one directory to what there is. */
    @Test
    void aTreeThatWasClonedIntoItselfIsCountedOnceAndSaturates() {
        CatalogFixture c = new CatalogFixture();
        c.mkdir("/a");
        c.file("/a/f", "12345678");
        for (int round = 1; round <= 70; round++) {
            c.run(ROOT, new Command.Clone("/a", "/a/" + round, false, List.of()));
            if (round <= 40) {
                assertEquals(new Totals(1L << round, 1L << round, 8L << round, 24L << round), totals(c, "/a"));
            }
        }
        assertEquals(new Totals(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE), totals(c, "/a"));
    }

    @Test
    void aTreeDeeperThanAPathMayBe() {
        CatalogFixture c = new CatalogFixture();
        c.run(ROOT, new Command.Mkdirs("/d".repeat(500), 0755, true));
        for (int round = 0; round < 2; round++) {
            String top = "/top" + round;
            c.run(ROOT, new Command.Mkdirs(top + "/e".repeat(500), 0755, true));
            c.run(ROOT, new Command.Rename("/d", top + "/e".repeat(500) + "/d", false));
            c.run(ROOT, new Command.Rename(top, "/d", false));
        }
        assertEquals(500 + 2 * 501 + 1, totals(c, "/").directories());
    }

    /** Directories are read in pieces of 1024: their ends must meet, and entries of a base come between. */
    @Test
    void wideDirectories() {
        CatalogFixture c = new CatalogFixture();
        int made = 0;
        for (int wanted : new int[] {1023, 1024, 1025, 2048, 5000}) {
            for (; made < wanted; made++) {
                c.run(ROOT, new Command.Mkdirs("/wide/" + made, 0755, true));
            }
            assertEquals(new Totals(0, made + 1, 0, 0), totals(c, "/wide"));
            c.run(ROOT, new Command.CreateSnapshot("/wide", "s" + wanted, List.of()));
        }
        assertEquals(new Totals(0, 1025 + 1, 0, 0), totals(c, "/wide/.snapshot/s1025"));
    }

    private static AttributeSet replication(int factor) {
        return new AttributeSet(OptionalInt.empty(), Optional.empty(), Optional.empty(), OptionalLong.empty(),
                OptionalLong.empty(), OptionalInt.of(factor), Optional.empty());
    }

    private static Totals totals(CatalogFixture c, String path) {
        return c.read(reader -> reader.totals(ROOT, path));
    }
}
