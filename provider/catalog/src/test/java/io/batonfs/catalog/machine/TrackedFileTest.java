package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.FILE;
import static io.batonfs.catalog.machine.CatalogFixture.ON_S1;
import static io.batonfs.catalog.machine.CatalogFixture.OVERWRITE;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A tracked file is found wherever it is moved, until it ends; and it is not an open one. */
class TrackedFileTest {

    @Test
    void itIsFoundAfterMovesOfItAndOfDirectoriesAboveIt() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            c.mkdir("/x/y");
            c.file("/a/b/f", "f");
            FileInfo file = c.track("/a/b/f");
            assertEquals("/a/b/f", c.pathOf(file));
            c.rename("/a/b/f", "/a/g");
            assertEquals("/a/g", c.pathOf(file));
            c.rename("/a", "/x/y/a");
            assertEquals("/x/y/a/g", c.pathOf(file));
            c.rename("/x", "/z");
            assertEquals("/z/y/a/g", c.pathOf(file));
            c.snapshot("/z/y", "s");
            c.chmod("/z/y/a/g", 0600);
            c.append("/z/y/a/g").write("more").close();
            c.ok(new Command.Truncate("/z/y/a/g", 3));
            c.rename("/z/y/a/g", "/g");
            assertEquals("/g", c.pathOf(file));
            assertEquals(file.fileId(), c.track("/g").fileId());
            assertEquals("fmo", c.text("/g"));
        }
    }

    @Test
    void itIsNotOpen() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.file("/d/f", "f");
            assertFalse(c.track("/d/f").open());
            assertFalse(c.status("/d/f").orElseThrow().open());
            assertEquals(List.of(), c.report("/d"));
            assertEquals(0, c.read(reader -> reader.figures()).leases());
            c.cloneTree("/d", "/e");
            assertEquals(List.of(), c.read(reader -> reader.leasesDue(Long.MAX_VALUE / 2, 10)));
            CatalogFixture.Writer writer = c.append("/d/f").write("g");
            c.refused(ErrorCode.LEASE_HELD, new Command.Append("/d/f", ON_S1));
            c.rename("/d/f", "/d/h");
            writer.close();
            assertFalse(c.status("/d/h").orElseThrow().open());
            assertEquals("fg", c.text("/d/h"));
            assertEquals("/d/h", c.pathOf(c.status("/d/h").orElseThrow()));
        }
    }

    @Test
    void aFileBeingWrittenIsFoundAndForgottenAtItsCloseUnlessItIsTracked() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer one = c.create("/f");
            CatalogFixture.Writer two = c.create("/g");
            FileInfo f = c.status("/f").orElseThrow();
            FileInfo g = c.track("/g");
            assertTrue(g.open());
            assertEquals("/f", c.pathOf(f));
            one.close();
            two.close();
            assertNull(c.pathOf(f));
            assertEquals("/g", c.pathOf(g));
        }
    }

    @Test
    void itEndsWithTheFile() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d/e");
            for (String name : List.of("deleted", "replaced", "overwritten", "d/e/below", "joined", "cloned")) {
                c.file("/" + name, name);
            }
            c.file("/target", "t");
            FileInfo deleted = c.track("/deleted");
            FileInfo replaced = c.track("/replaced");
            FileInfo overwritten = c.track("/overwritten");
            FileInfo below = c.track("/d/e/below");
            FileInfo joined = c.track("/joined");
            FileInfo cloned = c.track("/cloned");
            FileInfo target = c.track("/target");
            c.delete("/deleted");
            c.file("/other", "other");
            c.rename("/other", "/replaced");
            c.new Writer((Reply.WriteGranted) c.ok(new Command.Create("/overwritten", OVERWRITE, ON_S1))).close();
            c.snapshot("/", "s");
            c.refused(ErrorCode.IS_A_DIRECTORY, new Command.TrackFile("/d"));
            c.delete("/d");
            c.ok(new Command.Concat("/target", List.of("/joined")));
            c.cloneTree("/target", "/cloned");
            for (FileInfo gone : List.of(deleted, replaced, overwritten, below, joined, cloned)) {
                assertNull(c.pathOf(gone));
            }
            assertEquals("/target", c.pathOf(target));
            assertEquals(1, c.read(reader -> reader.figures()).tracked());
            c.delete("/target");
            c.ok(new Command.DeleteSnapshot("/", "s"));
            assertEquals(1, filesRows(c), "the root's row only");
        }
    }

    @Test
    void itsRowsGoWithTheLastReason() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b/c");
            c.file("/a/b/c/f", "f");
            c.file("/a/b/g", "g");
            c.track("/a/b/c/f");
            c.track("/a/b/g");
            assertEquals(6, filesRows(c));
            c.delete("/a/b/c");
            assertEquals(4, filesRows(c));
            c.rename("/a/b/g", "/g");
            assertEquals(2, filesRows(c));
            c.ok(new Command.TrackFile("/g"));
            assertEquals(2, filesRows(c));
        }
    }

    /** A clone's file shows the id of its source until it is tracked: from then on each has its own path. */
    @Test
    void aFileThatACloneBroughtInBecomesAFileOfItsOwn() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            c.file("/a/b/f", "f");
            FileInfo source = c.track("/a/b/f");
            c.cloneTree("/a", "/c");
            assertEquals(source.fileId(), c.status("/c/b/f").orElseThrow().fileId());
            assertEquals("/a/b/f", c.pathOf(source));
            FileInfo copy = c.track("/c/b/f");
            assertNotEquals(source.fileId(), copy.fileId());
            c.rename("/c/b/f", "/moved");
            assertEquals("/moved", c.pathOf(copy));
            assertEquals("/a/b/f", c.pathOf(source));
            c.delete("/a");
            assertNull(c.pathOf(source));
            assertEquals("/moved", c.pathOf(copy));
            assertEquals("f", c.text("/moved"));
        }
    }

    @Test
    void deletingACloneOfItEndsNothing() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.file("/a/f", "f");
            FileInfo file = c.track("/a/f");
            c.cloneTree("/a", "/b");
            c.rename("/b/f", "/b/g");
            assertEquals("/a/f", c.pathOf(file));
            c.delete("/b");
            assertEquals("/a/f", c.pathOf(file));
        }
    }

    @Test
    void itIsTrackedForWhoMayReadItAndShownToWhoMayGoThere() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/home/alice");
            c.file("/home/alice/f", "f");
            c.own("/home/alice/f", "alice", "staff", 0600);
            c.refused(ErrorCode.PERMISSION_DENIED, EVE, new Command.TrackFile("/home/alice/f"));
            FileId file = ((Reply.Tracked) c.as(ALICE, new Command.TrackFile("/home/alice/f"))).info().fileId();
            assertEquals(Optional.of("/home/alice/f"), pathOf(c, ALICE, file));
            assertEquals(Optional.of("/home/alice/f"), pathOf(c, EVE, file), "she may list the directory too");
            c.own("/home/alice", "alice", "staff", 0700);
            assertEquals(Optional.of("/home/alice/f"), pathOf(c, ALICE, file));
            assertEquals(Optional.empty(), pathOf(c, EVE, file));
            assertEquals(Optional.empty(), pathOf(c, EVE, new FileId(file.value() + 1)));
            FileId home = c.status("/home").orElseThrow().fileId();
            assertEquals(Optional.empty(), pathOf(c, ROOT, home), "an ancestor is not tracked for its own sake");
            c.refused(ErrorCode.NOT_FOUND, new Command.TrackFile("/no"));
            c.snapshot("/home", "s");
            c.refused(ErrorCode.READ_ONLY, new Command.TrackFile("/home/.snapshot/s/alice/f"));
            c.create("/home/alice/new").close();
            assertNull(c.pathOf(c.status("/home/alice/new").orElseThrow()));
            c.ok(new Command.Create("/home/alice/held", FILE, ON_S1));
        }
    }

    private static Optional<String> pathOf(CatalogFixture c, Caller caller, FileId file) {
        return c.read(reader -> reader.pathOf(caller, file));
    }

    private static int filesRows(CatalogFixture c) {
        int[] rows = new int[1];
        try (TableView view = c.store.view()) {
            view.scan(Table.FILES, new byte[0], null, (key, value) -> ++rows[0] > 0);
        }
        return rows[0];
    }
}
