package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Snapshots are named through their directory: it may be moved, but not taken away under them. */
class DirectoryWithSnapshotsTest {

    private static void assertKept(CatalogFixture c, Command command, String holder) {
        Reply.Refused refused = c.refused(ErrorCode.NOT_EMPTY, command);
        assertTrue(refused.message().contains("cannot be deleted since " + holder
                + " is snapshottable and already has snapshots"), refused.message());
    }

    @Test
    void isNotDeletedNorAnythingAboveIt() throws IOException {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b/c");
            c.file("/a/b/f", "text");
            c.snapshot("/a/b", "s");
            assertKept(c, new Command.Delete("/a/b", true), "/a/b");
            assertKept(c, new Command.Delete("/a", true), "/a/b");
            c.delete("/a/b/c");
            c.delete("/a/b/f");
            assertKept(c, new Command.Delete("/a/b", false), "/a/b");
            assertEquals("text", c.text("/a/b/.snapshot/s/f"));
            c.audit(false);
            c.ok(new Command.DeleteSnapshot("/a/b", "s"));
            c.delete("/a");
            c.settle();
            c.audit(true);
        }
    }

    @Test
    void isNotReplaced() throws IOException {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.mkdir("/from");
            c.snapshot("/a", "s");
            assertKept(c, new Command.Rename("/from", "/a", true), "/a");
            assertKept(c, new Command.Clone("/from", "/a", true, List.of()), "/a");
            c.audit(false);
        }
    }

    @Test
    void keepsItsSnapshotsWhenItOrAnAncestorIsMoved() throws IOException {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            c.mkdir("/d");
            c.file("/a/b/f", "text");
            c.snapshot("/a/b", "s");
            c.snapshot("/a/b", "t");
            c.rename("/a", "/d/e");
            c.rename("/d/e/b", "/g");
            assertEquals("text", c.text("/g/.snapshot/s/f"));
            c.delete("/d");
            assertKept(c, new Command.Delete("/g", true), "/g");
            c.audit(false);
            c.ok(new Command.DeleteSnapshot("/g", "s"));
            assertKept(c, new Command.Delete("/g", true), "/g");
            c.ok(new Command.DeleteSnapshot("/g", "t"));
            c.delete("/g");
            c.settle();
            c.audit(true);
        }
    }

    /** The clone's directory shows the file id of the original until it is changed, and yet has none of its snapshots. */
    @Test
    void cloneHasNoneAndMayGo() throws IOException {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            c.file("/a/b/f", "text");
            c.snapshot("/a/b", "s");
            c.cloneTree("/a", "/x");
            c.cloneTree("/a/b/.snapshot/s", "/y");
            c.mkdir("/x/b/more");
            c.delete("/x");
            c.delete("/y");
            assertFalse(c.exists("/x"));
            assertKept(c, new Command.Delete("/a", true), "/a/b");
            c.settle();
            c.audit(true);
        }
    }

    @Test
    void writerBelowComesAndGoes() throws IOException {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.snapshot("/a", "s");
            c.create("/a/f");
            c.delete("/a/f");
            c.audit(false);
            assertKept(c, new Command.Delete("/a", true), "/a");
            c.create("/a/g");
            c.ok(new Command.DeleteSnapshot("/a", "s"));
            c.audit(false);
            c.delete("/a");
            c.audit(false);
        }
    }
}
