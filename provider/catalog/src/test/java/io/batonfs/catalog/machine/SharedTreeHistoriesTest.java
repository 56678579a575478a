package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.model.TokenId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The histories at the end of specs CAT: each broke a simpler set of rules. The audit runs after every command. */
class SharedTreeHistoriesTest {

    @Test
    void openFileBelowAClone_thenAppendToTheClonesCopy() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            CatalogFixture.Writer writer = c.create("/a/f").write("live ");
            c.cloneTree("/a", "/b");
            assertFalse(c.status("/b/f").orElseThrow().open());
            CatalogFixture.Writer other = c.append("/b/f").write("clone");
            writer.write("still").close();
            other.close();
            assertEquals("live still", c.text("/a/f"));
            assertEquals("live clone", c.text("/b/f"));
            assertNotEquals(c.status("/a/f").orElseThrow().fileId(), c.status("/b/f").orElseThrow().fileId());
        }
    }

    @Test
    void cloneOfAClosedFile_thenAppendToBoth() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "same ");
            c.cloneTree("/f", "/b");
            c.append("/f").write("f").close();
            c.append("/b").write("b").close();
            assertEquals("same f", c.text("/f"));
            assertEquals("same b", c.text("/b"));
        }
    }

    @Test
    void cloneOfATree_thenAppendToBothFiles() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.file("/a/f", "same ");
            c.cloneTree("/a", "/b");
            CatalogFixture.Writer a = c.append("/a/f").write("a");
            CatalogFixture.Writer b = c.append("/b/f").write("b");
            a.close();
            b.close();
            assertEquals("same a", c.text("/a/f"));
            assertEquals("same b", c.text("/b/f"));
        }
    }

    @Test
    void snapshotChmodRename_theFileDoesNotReappear() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "x");
            c.snapshot("/", "s");
            c.chmod("/f", 0600);
            c.rename("/f", "/g");
            assertFalse(c.exists("/f"));
            assertEquals(List.of("g"), c.names("/"));
            assertEquals(0644, c.status("/.snapshot/s/f").orElseThrow().mode());
            c.settle();
            assertEquals(List.of("g"), c.names("/"));
        }
    }

    @Test
    void openWriteSnapshotClose_theSnapshotKeepsTheCut() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("before");
            c.snapshot("/", "s");
            writer.write(" after").close();
            assertEquals("before", c.text("/.snapshot/s/f"));
            assertEquals("before after", c.text("/f"));
        }
    }

    @Test
    void cloneOfADirectoryIntoItself() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.file("/a/f", "x");
            c.cloneTree("/a", "/a/b");
            assertEquals(List.of("b", "f"), c.names("/a"));
            assertEquals(List.of("f"), c.names("/a/b"));
        }
    }

    @Test
    void cloneOfADirectoryOverAFileInIt() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.file("/a/f", "x");
            c.cloneTree("/a", "/a/f");
            assertEquals("x", c.text("/a/f/f"));
        }
    }

    @Test
    void cloneOfAChildOverItsParent() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            c.file("/a/b/f", "x");
            c.cloneTree("/a/b", "/a");
            assertEquals("x", c.text("/a/f"));
            assertFalse(c.exists("/a/b"));
        }
    }

    @Test
    void twoSnapshotsOfAFileThatIsWrittenBetween() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("1");
            c.snapshot("/", "s0");
            writer.write("2");
            c.snapshot("/", "s1");
            writer.write("3").close();
            assertEquals("1", c.text("/.snapshot/s0/f"));
            assertEquals("12", c.text("/.snapshot/s1/f"));
            assertEquals("123", c.text("/f"));
        }
    }

    @Test
    void aReportCollectedBeforeARenameIntoTheSourceIsAskedForAgain() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.create("/f").write("x");
            List<ExtentLength> report = c.report("/a");
            c.rename("/f", "/a/f");
            c.refused(ErrorCode.AGAIN, new Command.Clone("/a", "/b", false, report));
            c.cloneTree("/a", "/b");
            assertEquals("x", c.text("/b/f"));
        }
    }

    @Test
    void renameOfAClonesFileIntoTheSourceLeavesTheLeaseAlone() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            CatalogFixture.Writer writer = c.create("/a/f").write("x");
            c.cloneTree("/a", "/b");
            c.rename("/b/f", "/a/g");
            assertFalse(c.status("/a/g").orElseThrow().open());
            writer.write("y").close();
            assertEquals("xy", c.text("/a/f"));
            assertEquals("x", c.text("/a/g"));
        }
    }

    @Test
    void renameWithinACloneLeavesTheLeaseAlone() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            CatalogFixture.Writer writer = c.create("/a/f").write("x");
            c.cloneTree("/a", "/b");
            c.rename("/b/f", "/b/g");
            writer.write("y").close();
            assertEquals("xy", c.text("/a/f"));
            assertEquals("x", c.text("/b/g"));
        }
    }

    @Test
    void deleteInACloneLeavesTheLeaseAlone() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            CatalogFixture.Writer writer = c.create("/a/f").write("x");
            c.cloneTree("/a", "/b");
            c.delete("/b/f");
            writer.write("y").close();
            assertEquals("xy", c.text("/a/f"));
            assertFalse(c.exists("/b/f"));
        }
    }

    @Test
    void openThenRenameOfTheDirectoryThenClose() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            CatalogFixture.Writer writer = c.create("/a/f").write("x");
            c.rename("/a", "/b");
            writer.close();
            assertEquals("x", c.text("/b/f"));
        }
    }

    @Test
    void deleteAboveAnOpenFileEndsItsLeaseForANewFileOfTheSameName() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            CatalogFixture.Writer first = c.create("/a/f").write("old");
            c.delete("/a");
            c.mkdir("/a");
            CatalogFixture.Writer second = c.create("/a/f").write("new");
            c.refused(ErrorCode.LEASE_LOST, first.closing());
            second.close();
            assertEquals("new", c.text("/a/f"));
        }
    }

    @Test
    void deleteThenDropOfTheSnapshotFreesTheContent() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.file("/a/f", "gone");
            for (String name : List.of("x", "y", "z")) {
                c.file("/a/" + name, name);
            }
            c.snapshot("/", "s");
            c.delete("/a/f");
            c.ok(new Command.DeleteSnapshot("/", "s"));
            c.settle();
            assertEquals(3, c.read(reader -> reader.figures()).contents());
            assertEquals(1, c.read(reader -> reader.figures()).freeWaiting());
        }
    }

    @Test
    void chmodOfAFileAndOfTheCloneThenDeleteOfTheSource() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.file("/a/f", "x");
            c.cloneTree("/a", "/b");
            FileId source = c.status("/a/f").orElseThrow().fileId();
            c.chmod("/a/f", 0600);
            c.chmod("/b", 0700);
            c.delete("/a");
            c.settle();
            assertEquals("x", c.text("/b/f"));
            c.append("/b/f").write("y").close();
            assertNotEquals(source, c.status("/b/f").orElseThrow().fileId());
        }
    }

    @Test
    void deleteOnBothSidesOfAClone() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.file("/a/f", "x");
            c.cloneTree("/a", "/b");
            c.delete("/a/f");
            c.delete("/b/f");
            c.settle();
            assertEquals(List.of(), c.names("/a"));
            assertEquals(List.of(), c.names("/b"));
            assertEquals(0, c.read(reader -> reader.figures()).contents());
        }
    }

    @Test
    void aNameMovedAwayFromUnderATokenAndASnapshotDoesNotReappear() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/b/c");
            TokenId token = c.token("/b", 1);
            c.mkdir("/b/a");
            c.snapshot("/", "s");
            c.mkdir("/a");
            c.ok(new Command.DeleteSnapshot("/", "s"));
            c.mkdir("/a/c");
            c.rename("/b/c", "/a/c/b");
            assertEquals(List.of("a"), c.names("/b"));
            c.settle();
            assertEquals(List.of("a"), c.names("/b"));
            assertInstanceOf(Reply.TokenWritten.class, c.use(token, 1, "/t"));
            assertEquals(List.of("c"), c.names("/t"));
        }
    }

    @Test
    void adjacentLinksThatMergeAtOnce() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            for (int i = 0; i < 200; i++) {
                c.mkdir("/a/" + i);
            }
            for (int level = 0; level < 4; level++) {
                c.mkdir("/a/gone" + level);
            }
            for (int level = 0; level < 4; level++) {
                c.snapshot("/", "s" + level);
                for (int i = level; i < 200; i += 9) {
                    c.chmod("/a/" + i, 0700 + level);
                }
                c.delete("/a/gone" + level);
            }
            List<String> names = c.names("/a");
            for (int level = 0; level < 4; level++) {
                c.ok(new Command.DeleteSnapshot("/", "s" + level));
                c.run(CatalogFixture.ROOT, new Command.Housekeep(1));
                c.audit(false);
                assertEquals(names, c.names("/a"));
            }
            c.settle();
            assertEquals(names, c.names("/a"));
            assertTrue(names.size() == 200);
        }
    }

    @Test
    void aNameMadeAndDeletedWhileItsTombstoneIsPassedDoesNotReappear() {
        try (CatalogFixture c = new CatalogFixture(new MemoryTableStore(), new Pace(1, 64, 1))) {
            for (String name : List.of("a", "b", "c", "e", "f", "g", "h", "i")) {
                c.mkdir("/" + name);
            }
            c.snapshot("/", "s1");
            c.delete("/a");
            c.chmod("/b", 0700);
            c.snapshot("/", "s2");
            c.mkdir("/d");
            List<String> names = c.names("/");
            for (int i = 0; i < 20; i++) {
                c.ok(new Command.Housekeep(1));
                c.mkdir("/a");
                c.delete("/a");
                assertEquals(names, c.names("/"));
            }
        }
    }
}
