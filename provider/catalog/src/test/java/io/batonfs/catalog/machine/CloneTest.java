package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.FILE;
import static io.batonfs.catalog.machine.CatalogFixture.ON_S1;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.LeaseInfo;
import io.batonfs.catalog.Listing;
import io.batonfs.catalog.Reply;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clones and snapshots (CAT-4, CAT-5), their permissions, costs and listings. */
class CloneTest {

    @Test
    void aCloneOfATreeOfAnySizeCopiesNoNode() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (int i = 0; i < 200; i++) {
                c.mkdir("/a/" + i % 10 + "/" + i);
            }
            long nodes = c.read(reader -> reader.figures()).nodes();
            c.cloneTree("/a", "/b");
            assertEquals(nodes, c.read(reader -> reader.figures()).nodes());
            c.mkdir("/b/3/new");
            assertEquals(nodes + 3, c.read(reader -> reader.figures()).nodes());
            assertFalse(c.exists("/a/3/new"));
            assertEquals(21, c.names("/b/3").size());
        }
    }

    @Test
    void anExistingDestinationIsReplacedOnlyIfWantedAndItsLeasesEnd() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/x");
            c.mkdir("/b");
            CatalogFixture.Writer writer = c.create("/b/f").write("lost");
            c.refused(ErrorCode.ALREADY_EXISTS, new Command.Clone("/a", "/b", false, List.of()));
            c.refused(ErrorCode.NOT_FOUND, new Command.Clone("/no", "/b", true, List.of()));
            c.refused(ErrorCode.NOT_FOUND, new Command.Clone("/a", "/no/b", true, List.of()));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Clone("/a", "/", true, List.of()));
            c.refused(ErrorCode.READ_ONLY, new Command.Clone("/a", "/.snapshot/s", true, List.of()));
            c.cloneTree("/a", "/b");
            c.refused(ErrorCode.LEASE_LOST, writer.closing());
            assertEquals(List.of("x"), c.names("/b"));
        }
    }

    @Test
    void theRootCanBeCloned() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            c.cloneTree("/", "/copy");
            c.cloneTree("/", "/copy/again");
            assertEquals(List.of("again", "f"), c.names("/copy"));
            assertEquals(List.of("copy", "f"), c.names("/copy/again"));
            assertEquals("f", c.text("/copy/again/copy/f"));
        }
    }

    @Test
    void aReportThatExtentsCannotHoldIsRefused() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("x");
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Clone("/f", "/g", false,
                    List.of(new ExtentLength(writer.grant.extent().id(), 1 << 30, 0))));
            assertEquals(0, c.status("/f").orElseThrow().lengthBytes());
        }
    }

    @Test
    void theLargerOfCommittedAndReportedCounts() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("12");
            List<ExtentLength> early = c.report("/");
            writer.write("34");
            c.snapshot("/", "s");
            c.ok(new Command.Clone("/f", "/g", false, early));
            assertEquals("1234", c.text("/g"));
            writer.close();
        }
    }

    @Test
    void onlyOpenFilesBelowTheSourceAreAskedAbout() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            c.mkdir("/ab");
            CatalogFixture.Writer second = c.create("/a/b/g");
            CatalogFixture.Writer first = c.create("/a/f");
            c.create("/ab/h");
            List<LeaseInfo> below = c.read(reader -> reader.leasesBelow("/a"));
            assertEquals(List.of(second.grant.file(), first.grant.file()), below.stream().map(LeaseInfo::file).toList());
            assertEquals(1, c.read(reader -> reader.leasesBelow("/ab/h")).size());
            assertEquals(List.of(), c.read(reader -> reader.leasesBelow("/nothing")));
            assertEquals(List.of(), c.read(reader -> reader.leasesBelow("/ab/h/below")));
            assertEquals(3, c.read(reader -> reader.leasesBelow("/")).size());
        }
    }

    @Test
    void aCloneTakesReadAndExecuteOnItsRoot() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.file("/a/secret", "s");
            c.own("/a/secret", "alice", "staff", 0600);
            c.own("/a", "alice", "staff", 0751);
            c.refused(ErrorCode.PERMISSION_DENIED, EVE, new Command.Clone("/a", "/b", false, List.of()));
            c.refused(ErrorCode.PERMISSION_DENIED, EVE, new Command.Clone("/a/secret", "/b", false, List.of()));
            c.as(CatalogFixture.BOB, new Command.Clone("/a", "/b", false, List.of()));
            FileInfo clone = c.status("/b").orElseThrow();
            assertEquals(List.of("alice", "staff"), List.of(clone.owner(), clone.group()));
            c.refused(ErrorCode.PERMISSION_DENIED, CatalogFixture.BOB, new Command.Append("/b/secret", ON_S1));
        }
    }

    @Test
    void snapshotsAreListedReadAndNeverChanged() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.file("/d/f", "old");
            c.snapshot("/d", "s1");
            c.delete("/d/f");
            c.snapshot("/d", "s2");
            assertEquals(List.of("s1", "s2"), c.names("/d/.snapshot"));
            assertEquals(List.of("s1", "s2"), c.read(reader -> reader.snapshots(ROOT, "/d")));
            assertEquals("old", c.text("/d/.snapshot/s1/f"));
            assertEquals(List.of(), c.names("/d/.snapshot/s2"));
            assertFalse(c.exists("/d/.snapshot/s3"));
            assertFalse(c.exists("/.snapshot/s1"));
            Listing page = c.read(reader -> reader.list(ROOT, "/d/.snapshot", "", 1));
            assertTrue(page.more());
            for (Command command : List.of(new Command.Delete("/d/.snapshot/s1/f", true),
                    new Command.Append("/d/.snapshot/s1/f", ON_S1), new Command.Create("/d/.snapshot/s1/g", FILE, ON_S1),
                    new Command.Rename("/d/.snapshot/s1/f", "/g", true), new Command.Truncate("/d/.snapshot/s1/f", 0))) {
                c.refused(ErrorCode.READ_ONLY, command);
            }
            c.refused(ErrorCode.ALREADY_EXISTS, new Command.CreateSnapshot("/d", "s1", List.of()));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.CreateSnapshot("/d", "a/b", List.of()));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.CreateSnapshot("/d", "s3", List.of()));
            c.cloneTree("/d/.snapshot/s1", "/back");
            c.append("/back/f").write(" new").close();
            assertEquals("old new", c.text("/back/f"));
            c.rename("/d", "/e");
            assertEquals("old", c.text("/e/.snapshot/s1/f"));
            c.ok(new Command.DeleteSnapshot("/e", "s1"));
            c.refused(ErrorCode.NOT_FOUND, new Command.DeleteSnapshot("/e", "s1"));
            c.settle();
            assertEquals("old new", c.text("/back/f"));
        }
    }

    @Test
    void aSnapshotOfACloneIsItsOwn() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.snapshot("/a", "s");
            c.cloneTree("/a", "/b");
            assertFalse(c.exists("/b/.snapshot/s"));
            c.refused(ErrorCode.NOT_FOUND, new Command.DeleteSnapshot("/b", "s"));
            c.snapshot("/b", "t");
            assertTrue(c.exists("/b/.snapshot/t"));
            assertFalse(c.exists("/a/.snapshot/t"));
        }
    }

    @Test
    void listingsOfACloneMergePageByPageWhileItChanges() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (int i = 0; i < 30; i++) {
                c.mkdir("/a/" + (char) ('A' + i));
            }
            c.cloneTree("/a", "/b");
            c.delete("/b/C");
            c.mkdir("/b/B2");
            c.delete("/b/" + (char) ('A' + 29));
            List<String> seen = new ArrayList<>();
            Listing page;
            do {
                String after = seen.isEmpty() ? "" : seen.get(seen.size() - 1);
                page = c.read(reader -> reader.list(ROOT, "/b", after, 3));
                page.entries().forEach(entry -> seen.add(entry.name()));
                c.run(ROOT, new Command.Delete("/b/" + seen.get(seen.size() - 1), true));
                c.run(ROOT, new Command.Housekeep(1));
            } while (page.more());
            assertEquals(29, seen.size());
            assertTrue(seen.contains("B2"));
            assertFalse(seen.contains("C"));
            assertEquals(30, c.names("/a").size());
        }
    }

    @Test
    void theCloneOfAnOpenFileThatWasDeletedLivesOn() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("kept");
            c.cloneTree("/f", "/g");
            c.delete("/f");
            c.refused(ErrorCode.LEASE_LOST, writer.closing());
            c.settle();
            assertEquals("kept", c.text("/g"));
            assertEquals(1, ((Reply.Housekept) c.ok(new Command.Housekeep(5))).steps() + 1);
        }
    }
}
