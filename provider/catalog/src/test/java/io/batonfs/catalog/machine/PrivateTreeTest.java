package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.BOB;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.FILE;
import static io.batonfs.catalog.machine.CatalogFixture.ON_S1;
import static io.batonfs.catalog.machine.CatalogFixture.OVERWRITE;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.Listing;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Directories, files, rename, delete, attributes and permissions, with nothing shared. */
class PrivateTreeTest {

    @Test
    void aFileIsWrittenClosedAndRead() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            CatalogFixture.Writer writer = c.create("/a/b/f").write("hello ");
            assertTrue(c.status("/a/b/f").orElseThrow().open());
            assertEquals(0, c.status("/a/b/f").orElseThrow().lengthBytes());
            writer.next().write("world");
            assertEquals("hello ", c.text("/a/b/f"));
            FileInfo info = writer.close();
            assertEquals(11, info.lengthBytes());
            assertFalse(c.status("/a/b/f").orElseThrow().open());
            assertEquals("hello world", c.text("/a/b/f"));
            assertEquals(info, c.status("/a/b/f").orElseThrow());
            assertEquals("f", info.name());
            assertEquals("root", info.owner());
            assertEquals("wheel", info.group());
            assertEquals(1 << 20, info.blockBytes());
            assertEquals(3, info.replication());
        }
    }

    @Test
    void appendAddsAnExtentAfterTheSealedSlices() {
        try (CatalogFixture c = new CatalogFixture()) {
            FileInfo before = c.file("/f", "one");
            CatalogFixture.Writer writer = c.append("/f");
            assertEquals(3, writer.grant.offset());
            writer.write("two").close();
            assertEquals("onetwo", c.text("/f"));
            assertEquals(before.fileId(), c.status("/f").orElseThrow().fileId());
            c.append("/f").close();
            assertEquals("onetwo", c.text("/f"));
        }
    }

    @Test
    void mkdirsMakesAncestorsOnlyIfWanted() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.refused(ErrorCode.NOT_FOUND, new Command.Mkdirs("/a/b", 0755, false));
            assertEquals(new Reply.Changed(true), c.ok(new Command.Mkdirs("/a/b/c", 0750, true)));
            assertEquals(new Reply.Changed(false), c.ok(new Command.Mkdirs("/a/b/c", 0750, true)));
            assertEquals(new Reply.Changed(false), c.ok(new Command.Mkdirs("/", 0750, true)));
            c.refused(ErrorCode.ALREADY_EXISTS, new Command.Mkdirs("/a/b", 0755, false));
            c.file("/a/f", "x");
            c.refused(ErrorCode.NOT_A_DIRECTORY, new Command.Mkdirs("/a/f/g", 0755, true));
            c.refused(ErrorCode.ALREADY_EXISTS, new Command.Mkdirs("/a/f", 0755, true));
            assertEquals(0750, c.status("/a/b/c").orElseThrow().mode());
            assertEquals(2, c.status("/a").orElseThrow().childCount());
        }
    }

    @Test
    void createReplacesOnlyFilesAndOnlyIfWanted() {
        try (CatalogFixture c = new CatalogFixture()) {
            FileInfo first = c.file("/f", "first");
            c.refused(ErrorCode.ALREADY_EXISTS, new Command.Create("/f", FILE, ON_S1));
            c.mkdir("/d");
            c.refused(ErrorCode.IS_A_DIRECTORY, new Command.Create("/d", OVERWRITE, ON_S1));
            c.refused(ErrorCode.NOT_FOUND, new Command.Create("/no/f", FILE, ON_S1));
            c.ok(new Command.Create("/no/f", new FileOptions(false, true, 0600, 1, 1), ON_S1));
            Reply.WriteGranted second = (Reply.WriteGranted) c.ok(new Command.Create("/f", OVERWRITE, ON_S1));
            assertNotEquals(first.fileId(), second.file());
            assertEquals(0, c.status("/f").orElseThrow().lengthBytes());
            c.refused(ErrorCode.IS_A_DIRECTORY, new Command.Create("/", OVERWRITE, ON_S1));
        }
    }

    @Test
    void replacingOrDeletingAnOpenFileEndsItsLease() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer first = c.create("/f").write("abc");
            c.ok(new Command.Create("/f", OVERWRITE, ON_S1));
            c.refused(ErrorCode.LEASE_LOST, first.closing());
            c.mkdir("/d/e");
            CatalogFixture.Writer second = c.create("/d/e/f").write("abc");
            c.refused(ErrorCode.NOT_EMPTY, new Command.Delete("/d", false));
            c.delete("/d");
            c.refused(ErrorCode.LEASE_LOST, second.closing());
            assertEquals(new Reply.Changed(false), c.ok(new Command.Delete("/d", true)));
        }
    }

    @Test
    void renameMovesFilesAndTreesWithTheirIds() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            FileInfo file = c.file("/a/b/f", "text");
            c.mkdir("/x");
            c.rename("/a", "/x/y");
            assertFalse(c.exists("/a"));
            assertEquals("text", c.text("/x/y/b/f"));
            assertEquals(file.fileId(), c.status("/x/y/b/f").orElseThrow().fileId());
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Rename("/x", "/x/y/z", true));
            c.refused(ErrorCode.ALREADY_EXISTS, new Command.Rename("/x", "/x", true));
            c.refused(ErrorCode.NOT_FOUND, new Command.Rename("/nothing", "/z", true));
            c.refused(ErrorCode.NOT_FOUND, new Command.Rename("/x", "/no/z", true));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Rename("/", "/z", true));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Rename("/x", "/", true));
            c.refused(ErrorCode.NOT_EMPTY, new Command.Rename("/x/y/b", "/x", true));
        }
    }

    @Test
    void moveGoesIntoADirectoryAndOverNothing() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            c.file("/g", "g");
            c.mkdir("/d/full");
            FileInfo file = c.status("/f").orElseThrow();
            assertMoved(c, true, "/f", "/d");
            assertEquals(file.fileId(), c.status("/d/f").orElseThrow().fileId());
            assertMoved(c, true, "/d/f", "/");
            assertMoved(c, true, "/f", "/h");
            assertEquals("f", c.text("/h"));
            assertMoved(c, true, "/h", "/h");
            assertMoved(c, true, "/h", "/");
            assertMoved(c, false, "/h", "/g");
            assertMoved(c, false, "/missing", "/x");
            assertMoved(c, false, "/h", "/missing/x");
            assertMoved(c, false, "/", "/d");
            assertMoved(c, false, "/d", "/d");
            assertMoved(c, false, "/d", "/d/full");
            assertMoved(c, false, "/d", "/d/full/x");
            c.mkdir("/full");
            assertMoved(c, false, "/full", "/d");
            assertEquals("g", c.text("/g"));
            c.refused(ErrorCode.NOT_A_DIRECTORY, new Command.Move("/h", "/g/x"));
            c.refused(ErrorCode.READ_ONLY, new Command.Move("/h", "/d/.snapshot/s"));
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.Move("/h", "/" + "n".repeat(256)));
        }
    }

    @Test
    void moveNeedsTheRightsOfARename() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/closed");
            c.file("/closed/f", "f");
            c.mkdir("/open");
            c.ok(new Command.SetAttributes("/open", AttributeSet.ofMode(0777)));
            c.ok(new Command.SetAttributes("/closed", AttributeSet.ofMode(0755)));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.Move("/closed/f", "/open"));
            c.ok(new Command.SetAttributes("/closed", AttributeSet.ofMode(0777)));
            c.ok(new Command.SetAttributes("/open", AttributeSet.ofMode(0755)));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.Move("/closed/f", "/open"));
            assertEquals("f", c.text("/closed/f"));
        }
    }

    private static void assertMoved(CatalogFixture c, boolean expected, String source, String destination) {
        assertEquals(new Reply.Changed(expected), c.ok(new Command.Move(source, destination)));
    }

    @Test
    void renameReplacesFilesByFilesAndEmptyDirectoriesByDirectories() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            c.file("/g", "g");
            c.mkdir("/empty");
            c.mkdir("/full/child");
            c.mkdir("/d");
            c.refused(ErrorCode.ALREADY_EXISTS, new Command.Rename("/f", "/g", false));
            c.refused(ErrorCode.IS_A_DIRECTORY, new Command.Rename("/f", "/empty", true));
            c.refused(ErrorCode.NOT_A_DIRECTORY, new Command.Rename("/d", "/f", true));
            c.refused(ErrorCode.NOT_EMPTY, new Command.Rename("/d", "/full", true));
            c.rename("/f", "/g");
            assertEquals("f", c.text("/g"));
            c.rename("/full", "/empty");
            assertTrue(c.exists("/empty/child"));
            assertEquals(List.of("d", "empty", "g"), c.names("/"));
        }
    }

    @Test
    void anOpenFileGoesOnAfterARenameAboveIt() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            c.mkdir("/x");
            CatalogFixture.Writer writer = c.create("/a/b/f").write("one ");
            c.rename("/a/b", "/x/c");
            writer.next().write("two");
            c.rename("/x/c/f", "/a/g");
            writer.close();
            assertEquals("one two", c.text("/a/g"));
        }
    }

    @Test
    void attributesAreSetAndTimesKept() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "x");
            c.ok(new Command.SetAttributes("/f", new AttributeSet(OptionalInt.of(0600), Optional.of("alice"),
                    Optional.of("staff"), OptionalLong.of(123), OptionalLong.of(456), OptionalInt.of(7), Optional.empty())));
            FileInfo info = c.status("/f").orElseThrow();
            assertEquals(List.of(0600, 7), List.of(info.mode(), info.replication()));
            assertEquals(List.of("alice", "staff"), List.of(info.owner(), info.group()));
            assertEquals(List.of(123L, 456L), List.of(info.modifiedMs(), info.accessedMs()));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.SetAttributes("/f", AttributeSet.ofMode(010000)));
            c.refused(ErrorCode.NOT_FOUND, new Command.SetAttributes("/g", AttributeSet.NONE));
            c.mkdir("/d");
            long made = c.status("/d").orElseThrow().modifiedMs();
            c.file("/d/f", "x");
            assertTrue(c.status("/d").orElseThrow().modifiedMs() > made);
        }
    }

    @Test
    void permissionsDecideByTheFirstClassThatFits() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/home");
            c.own("/home", "alice", "staff", 0750);
            c.as(ALICE, new Command.Mkdirs("/home/d", 0700, false));
            c.refused(ErrorCode.PERMISSION_DENIED, BOB, new Command.Mkdirs("/home/e", 0700, false));
            c.refused(ErrorCode.PERMISSION_DENIED, EVE, new Command.Create("/home/f", FILE, ON_S1));
            assertTrue(c.read(reader -> reader.status(BOB, "/home/d")).isPresent());
            assertThrows(BatonException.class, () -> c.catalog.read(reader -> reader.status(EVE, "/home/d")));
            assertThrows(BatonException.class, () -> c.catalog.read(reader -> reader.list(EVE, "/home", "", 9)));
            assertThrows(BatonException.class, () -> c.catalog.read(reader -> reader.list(BOB, "/home/d", "", 9)));
            c.refused(ErrorCode.PERMISSION_DENIED, BOB, new Command.SetAttributes("/home/d", AttributeSet.ofMode(0777)));
            c.own("/home", "alice", "staff", 0070);
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.Mkdirs("/home/x", 0700, false));
            c.as(BOB, new Command.Mkdirs("/home/x", 0700, false));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.SetAttributes("/home", new AttributeSet(
                    OptionalInt.empty(), Optional.of("bob"), Optional.empty(), OptionalLong.empty(),
                    OptionalLong.empty(), OptionalInt.empty(), Optional.empty())));
        }
    }

    @Test
    void aStickyDirectoryKeepsOthersFromRemoving() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/tmp");
            c.chmod("/tmp", 01777);
            c.as(ALICE, new Command.Create("/tmp/f", FILE, ON_S1));
            c.refused(ErrorCode.PERMISSION_DENIED, BOB, new Command.Delete("/tmp/f", false));
            c.refused(ErrorCode.PERMISSION_DENIED, BOB, new Command.Rename("/tmp/f", "/tmp/g", true));
            c.as(ALICE, new Command.Rename("/tmp/f", "/tmp/g", true));
            c.as(ALICE, new Command.Delete("/tmp/g", false));
        }
    }

    @Test
    void aListingGoesOnAfterACursorThatIsGone() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (int i = 0; i < 25; i++) {
                c.mkdir("/d/" + (char) ('a' + i));
            }
            List<String> seen = new ArrayList<>();
            String cursor = "";
            Listing page;
            do {
                String after = cursor;
                page = c.read(reader -> reader.list(ROOT, "/d", after, 4));
                page.entries().forEach(entry -> seen.add(entry.name()));
                cursor = seen.get(seen.size() - 1);
                c.delete("/d/" + cursor);
            } while (page.more());
            assertEquals(25, seen.size());
            assertEquals(seen.stream().sorted().toList(), seen);
        }
    }

    @Test
    void namesSortByTheirBytesAndMayBeOfAnyScript() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (String name : List.of("\uD83D\uDE00", "\uFFEE", "z", "\u00E9", "Z")) {
                c.mkdir("/" + name);
            }
            assertEquals(List.of("Z", "z", "\u00E9", "\uFFEE", "\uD83D\uDE00"), c.names("/"));
        }
    }

    @Test
    void illegalPathsAreRefused() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (String path : List.of("", "a", "//", "/a//b", "/a/", "/.", "/a/..", "/\0")) {
                c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Mkdirs(path, 0755, true));
            }
            assertThrows(IllegalArgumentException.class, () -> c.run(ROOT, new Command.Mkdirs("/\uD800", 0755, true)));
            assertThrows(BatonException.class, () -> c.catalog.read(reader -> reader.status(ROOT, "/\uD800")));
            c.refused(ErrorCode.READ_ONLY, new Command.Mkdirs("/.snapshot/s", 0755, true));
        }
    }
}
