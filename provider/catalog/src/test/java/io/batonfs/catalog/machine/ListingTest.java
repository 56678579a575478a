package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.AclOperation;
import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Listing;
import io.batonfs.catalog.store.CachedTableStore;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.TableView;
import io.batonfs.model.AclEntry;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Listings are kept, and never shown when they are not so any more, nor to whom they are not for. */
class ListingTest {
    private static final long ROOM = 1 << 20;

    private final MemoryTableStore tables = new MemoryTableStore();
    private CatalogFixture c;

    @BeforeEach
    void plant() {
        c = new CatalogFixture(new CachedTableStore(tables, ROOM));
        c.mkdir("/top/d/sub");
        c.file("/top/d/a", "one");
        c.file("/top/d/b", "two");
    }

    @AfterEach
    void close() {
        c.close();
    }

    private Listing list(Caller caller, String path) {
        return c.read(reader -> reader.list(caller, path, "", 100));
    }

    /** What the tables say without anything that is kept. */
    private List<FileInfo> truth(String path) {
        try (TableView view = tables.view()) {
            return new CatalogReader(view).list(ROOT, path, "", 100).entries();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void changes(Runnable change) {
        Listing before = list(ROOT, "/top/d");
        assertSame(before, list(ROOT, "/top/d"));
        change.run();
        Listing after = list(ROOT, "/top/d");
        assertNotSame(before, after);
        assertEquals(truth("/top/d"), after.entries());
        assertTrue(!before.entries().equals(after.entries()), "nothing has changed: " + before.entries());
    }

    @Test
    void isTheSameUntilSomethingInItChanges() {
        Listing before = list(ROOT, "/top/d");
        assertEquals(truth("/top/d"), before.entries());
        c.file("/top/x", "elsewhere");
        c.mkdir("/top/other");
        c.chmod("/top", 0755);
        c.rename("/top", "/moved");
        assertSame(before, list(ROOT, "/moved/d"));
    }

    @Test
    void everyChangeShows() {
        changes(() -> c.file("/top/d/new", ""));
        changes(() -> c.delete("/top/d/new"));
        changes(() -> c.rename("/top/d/a", "/top/d/c"));
        changes(() -> c.rename("/top/d/c", "/top/a"));
        changes(() -> c.rename("/top/a", "/top/d/b"));
        changes(() -> c.chmod("/top/d/b", 0600));
        changes(() -> c.own("/top/d/b", "alice", "staff", 0600));
        changes(() -> c.ok(new Command.SetAttributes("/top/d/b", new AttributeSet(OptionalInt.empty(), Optional.empty(),
                Optional.empty(), OptionalLong.of(5), OptionalLong.of(6), OptionalInt.of(2), Optional.empty()))));
        changes(() -> c.ok(new Command.ChangeAcl("/top/d/b", AclOperation.MODIFY, List.of(
                new AclEntry(AclEntry.Scope.ACCESS, AclEntry.Type.USER, "bob", 4)))));
        CatalogFixture.Writer[] writer = new CatalogFixture.Writer[1];
        changes(() -> writer[0] = c.append("/top/d/b"));
        changes(() -> writer[0].write("more").close());
        changes(() -> writer[0] = c.create("/top/d/open"));
        changes(() -> writer[0].write("text").close());
        changes(() -> c.ok(new Command.Truncate("/top/d/b", 1)));
        changes(() -> c.mkdir("/top/d/sub/sub"));
        changes(() -> c.cloneTree("/top/d/b", "/top/d/clone"));
    }

    @Test
    void aCloneAndASnapshotShowWhatWasThere() {
        CatalogFixture.Writer writer = c.create("/top/d/open");
        c.cloneTree("/top/d", "/copy");
        c.snapshot("/top", "s");
        for (String path : List.of("/copy", "/top/.snapshot/s/d", "/top/d", "/top/d/.snapshot")) {
            assertEquals(truth(path), list(ROOT, path).entries());
        }
        Listing copy = list(ROOT, "/copy");
        Listing frozen = list(ROOT, "/top/.snapshot/s/d");
        writer.write("text").close();
        c.file("/top/d/new", "");
        assertEquals(truth("/top/d"), list(ROOT, "/top/d").entries());
        assertEquals(copy.entries(), list(ROOT, "/copy").entries());
        assertEquals(frozen.entries(), list(ROOT, "/top/.snapshot/s/d").entries());
        changesInCopy(() -> c.file("/copy/b2", ""));
        changesInCopy(() -> c.delete("/copy/a"));
        c.settle();
        assertEquals(truth("/copy"), list(ROOT, "/copy").entries());
    }

    private void changesInCopy(Runnable change) {
        change.run();
        assertEquals(truth("/copy"), list(ROOT, "/copy").entries());
        assertEquals(truth("/top/d"), list(ROOT, "/top/d").entries());
    }

    /** Neither its entries nor their ids tell: a tree cloned over a file in it has that very file by the same name. */
    @Test
    void saysWhetherItIsThatOfAFile() {
        c.delete("/top/d/b");
        c.delete("/top/d/sub");
        Listing file = list(ROOT, "/top/d/a");
        assertTrue(file.isOfFile());
        c.cloneTree("/top/d", "/top/d/a");
        Listing directory = list(ROOT, "/top/d/a");
        assertEquals(file.entries(), directory.entries());
        assertFalse(directory.isOfFile());
        c.delete("/top/d/a/a");
        assertFalse(list(ROOT, "/top/d/a").isOfFile());
        assertFalse(list(ROOT, "/").isOfFile());
        c.snapshot("/top", "s");
        assertFalse(list(ROOT, "/top/.snapshot").isOfFile());
        assertFalse(list(ROOT, "/top/.snapshot/s/d").isOfFile());
    }

    @Test
    void whoMayNotReadDoesNotGetWhatAnotherWasShown() {
        c.own("/top/d", "alice", "staff", 0700);
        Listing hers = list(ALICE, "/top/d");
        assertSame(hers, list(ROOT, "/top/d"));
        assertDenied("/top/d");
        c.chmod("/top/d", 0755);
        assertEquals(hers.entries(), list(EVE, "/top/d").entries());
        c.own("/top", "alice", "staff", 0700);
        assertDenied("/top/d");
    }

    private void assertDenied(String path) {
        BatonException denied = assertThrows(BatonException.class,
                () -> c.catalog.read(reader -> reader.list(EVE, path, "", 100)));
        assertEquals(ErrorCode.PERMISSION_DENIED, denied.code());
    }

    @Test
    void partsAreKeptApart() {
        for (int round = 0; round < 2; round++) {
            assertEquals(List.of("a", "b", "sub"), names("", 100));
            assertEquals(List.of("a", "b"), names("", 2));
            assertEquals(List.of("b", "sub"), names("a", 2));
            assertEquals(List.of("sub"), names("b", 100));
            assertEquals(List.of(), names("sub", 100));
        }
        assertTrue(c.read(reader -> reader.list(ROOT, "/top/d", "", 2)).more());
        assertEquals(false, c.read(reader -> reader.list(ROOT, "/top/d", "a", 2)).more());
    }

    private List<String> names(String after, int limit) {
        Listing part = c.read(reader -> reader.list(ROOT, "/top/d", after, limit));
        return part.entries().stream().map(FileInfo::name).toList();
    }

    @Test
    void whatIsMadeOfAListingIsKeptWithIt() {
        int[] made = new int[1];
        Function<Listing, String> shown = listing -> listing.entries().size() + " " + ++made[0];
        assertEquals("3 1", list(ROOT, "/top/d").shown(shown));
        assertEquals("3 1", list(ROOT, "/top/d").shown(shown));
        assertEquals(3, list(ROOT, "/top/d").<Integer>shown(listing -> listing.entries().size()));
        c.delete("/top/d/a");
        assertEquals("2 2", list(ROOT, "/top/d").shown(shown));
    }
}
