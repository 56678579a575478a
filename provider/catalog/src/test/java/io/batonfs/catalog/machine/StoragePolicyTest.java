package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.Command;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Storage policies: inherited at lookup, and noted on extents when they are given out. */
class StoragePolicyTest {

    @Test
    void theNearestOneCounts() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b/c");
            c.file("/a/b/c/f", "f");
            assertEquals("", policy(c, "/a/b/c/f"));
            set(c, "/a", "FAST");
            assertEquals("FAST", policy(c, "/a/b/c/f"));
            assertEquals("", policy(c, "/"));
            set(c, "/a/b", "CAPACITY");
            assertEquals("CAPACITY", policy(c, "/a/b/c/f"));
            assertEquals("FAST", policy(c, "/a"));
            set(c, "/a/b/c/f", "FAST");
            c.rename("/a/b/c/f", "/f");
            assertEquals("FAST", policy(c, "/f"));
            c.rename("/a/b/c", "/c");
            assertEquals("", policy(c, "/c"), "what is inherited is not taken along");
            set(c, "/a/b", "");
            assertEquals("FAST", policy(c, "/a/b"));
            set(c, "/", "CAPACITY");
            assertEquals("CAPACITY", policy(c, "/c"));
            assertThrows(BatonException.class, () -> c.catalog.read(reader -> reader.storagePolicy(ROOT, "/no")));
        }
    }

    @Test
    void clonesAndSnapshotsShowWhatTheirTreesShow() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            c.mkdir("/cold");
            c.file("/a/b/f", "f");
            set(c, "/a/b", "FAST");
            set(c, "/cold", "CAPACITY");
            c.cloneTree("/a", "/cold/a");
            assertEquals("CAPACITY", policy(c, "/cold/a"));
            assertEquals("FAST", policy(c, "/cold/a/b/f"));
            c.snapshot("/a/b", "s");
            set(c, "/a/b", "");
            set(c, "/a", "CAPACITY");
            assertEquals("FAST", policy(c, "/a/b/.snapshot/s/f"));
            assertEquals("FAST", policy(c, "/a/b/.snapshot/s"));
            assertEquals("CAPACITY", policy(c, "/a/b/f"));
            assertEquals("FAST", policy(c, "/cold/a/b/f"));
            c.snapshot("/a/b", "t");
            set(c, "/a/b", "FAST");
            assertEquals("CAPACITY", policy(c, "/a/b/.snapshot/t/f"), "not that of the directory as it is now");
            c.refused(ErrorCode.READ_ONLY, new Command.SetAttributes("/a/b/.snapshot/s",
                    AttributeSet.ofStoragePolicy("FAST")));
        }
    }

    @Test
    void extentsKeepThePolicyThatWasInForceWhenTheirWriterBegan() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            set(c, "/d", "FAST");
            CatalogFixture.Writer writer = c.create("/d/f").write("one");
            set(c, "/d", "CAPACITY");
            writer.next().write("two").close();
            c.append("/d/f").write("three").close();
            set(c, "/d/f", "FAST");
            c.append("/d/f").write("four").close();
            c.rename("/d/f", "/f");
            c.file("/g", "g");
            assertEquals(List.of("FAST", "FAST", "CAPACITY", "FAST"), ofExtents(c, "/f"));
            assertEquals(List.of(""), ofExtents(c, "/g"));
        }
    }

    @Test
    void whoMayWriteSetsItAndWhoMayReadSeesIt() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.own("/d", "alice", "staff", 0750);
            c.refused(ErrorCode.PERMISSION_DENIED, EVE, new Command.SetAttributes("/d",
                    AttributeSet.ofStoragePolicy("FAST")));
            c.as(ALICE, new Command.SetAttributes("/d", AttributeSet.ofStoragePolicy("FAST")));
            assertEquals("FAST", c.read(reader -> reader.storagePolicy(ALICE, "/d")).orElseThrow());
            assertThrows(BatonException.class, () -> c.catalog.read(reader -> reader.storagePolicy(EVE, "/d")));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.SetAttributes("/d",
                    AttributeSet.ofStoragePolicy("p".repeat(256))));
        }
    }

    @Test
    void serversAskForThatOfWhatIsNotThereYet() throws Exception {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.file("/d/f", "f");
            set(c, "/d", "FAST");
            assertEquals("FAST", c.catalog.read(reader -> reader.storagePolicyBelow("/d/new/deep")).orElseThrow());
            assertEquals("FAST", c.catalog.read(reader -> reader.storagePolicyBelow("/d/f")).orElseThrow());
            assertEquals("", c.catalog.read(reader -> reader.storagePolicyBelow("/d/f/no")).orElse(""));
            assertEquals("", c.catalog.read(reader -> reader.storagePolicyBelow("/")).orElse(""));
        }
    }

    private static void set(CatalogFixture c, String path, String policy) {
        c.ok(new Command.SetAttributes(path, AttributeSet.ofStoragePolicy(policy)));
    }

    private static String policy(CatalogFixture c, String path) {
        return c.read(reader -> reader.storagePolicy(ROOT, path)).orElse("");
    }

    private static List<String> ofExtents(CatalogFixture c, String path) {
        return c.read(reader -> reader.open(ROOT, path).slices().stream()
                .map(slice -> reader.extent(slice.extent()).orElseThrow().storagePolicy()).toList());
    }
}
