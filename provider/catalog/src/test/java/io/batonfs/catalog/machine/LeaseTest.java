package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.FILE;
import static io.batonfs.catalog.machine.CatalogFixture.ON_S1;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static io.batonfs.catalog.machine.CatalogFixture.S1;
import static io.batonfs.catalog.machine.CatalogFixture.S2;
import static io.batonfs.catalog.machine.CatalogFixture.S3;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.LeaseInfo;
import io.batonfs.catalog.OpenFile;
import io.batonfs.catalog.Placement;
import io.batonfs.catalog.Reply;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.LeaseId;
import io.batonfs.model.Route;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Writers and their leases, extents and recovery (CAT-10). */
class LeaseTest {
    private static final UUID OTHER = new UUID(8, 8);

    @Test
    void aFileHasOneWriter() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("x");
            c.refused(ErrorCode.LEASE_HELD, new Command.Append("/f", ON_S1));
            c.refused(ErrorCode.LEASE_HELD, new Command.Truncate("/f", 0));
            c.file("/g", "g");
            c.refused(ErrorCode.LEASE_HELD, new Command.Concat("/g", List.of("/f")));
            c.refused(ErrorCode.LEASE_HELD, new Command.Concat("/f", List.of("/g")));
            writer.close();
            c.append("/f").write("y").close();
            assertEquals("xy", c.text("/f"));
        }
    }

    @Test
    void aLeaseIsWorthNothingToAnotherClientOrUnderAnotherNumber() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("x");
            c.client = OTHER;
            c.refused(ErrorCode.LEASE_LOST, writer.closing());
            c.client = writer.writer;
            c.refused(ErrorCode.LEASE_LOST, new Command.CloseFile(writer.grant.file(),
                    new LeaseId(writer.grant.lease().value() + 1), writer.written()));
            writer.close();
            c.refused(ErrorCode.LEASE_LOST, writer.closing());
        }
    }

    @Test
    void moreBytesThanAnExtentHoldsAreRefused() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f");
            long capacity = writer.grant.extent().pages().bytes(CatalogFixture.GEOMETRY);
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.CloseFile(writer.grant.file(), writer.grant.lease(),
                    new ExtentLength(writer.grant.extent().id(), capacity + 1, 0)));
            writer.write("x".repeat((int) capacity)).close();
            assertEquals(capacity, c.status("/f").orElseThrow().lengthBytes());
        }
    }

    @Test
    void extentsOfAFileDoubleUpTo64PagesAndFollowTheirRun() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f");
            int pages = 1;
            long next = writer.grant.extent().pages().endPage();
            for (int i = 0; i < 10; i++) {
                assertEquals(pages, writer.grant.extent().pages().pages());
                writer.next();
                assertEquals(next, writer.grant.extent().pages().firstPage());
                next = writer.grant.extent().pages().endPage();
                pages = Math.min(64, pages * 2);
            }
            assertEquals(4096L, (long) c.read(reader -> reader.nextPage()));
            writer.close();
            c.ok(new Command.Create("/g", FILE, Placement.on(S2, S3)));
            Reply.WriteGranted mirrored = (Reply.WriteGranted) c.ok(new Command.Create("/h", FILE, Placement.on(S2, S3)));
            assertEquals(4097, mirrored.extent().pages().firstPage());
            assertEquals(List.of(S2, S3), mirrored.routes().get(0).owners());
            assertEquals(8192L, (long) c.read(reader -> reader.nextPage()));
        }
    }

    @Test
    void aRunThatEndsGivesAShorterExtentAndThenANewRun() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f");
            Extent before;
            do {
                before = writer.grant.extent();
                writer.next();
            } while (writer.grant.extent().pages().endPage() < 4096);
            assertEquals(4096, writer.grant.extent().pages().endPage());
            assertTrue(writer.grant.extent().pages().pages() < 64);
            writer.next();
            assertEquals(4096, writer.grant.extent().pages().firstPage());
            writer.close();
        }
    }

    @Test
    void renewalKeepsAllLeasesOfAClient() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.create("/f");
            c.create("/g");
            c.as(OTHER, ROOT, new Command.Create("/h", FILE, ON_S1));
            c.now += GroupSettings.DEFAULT.hardLeaseMs();
            assertEquals(new Reply.LeasesRenewed(2), c.ok(new Command.RenewLeases(c.client)));
            c.now += 10;
            List<LeaseInfo> due = c.read(reader -> reader.leasesDue(c.now, 10));
            assertEquals(List.of(OTHER), due.stream().map(LeaseInfo::clientId).toList());
            assertEquals(new Reply.LeasesRenewed(0), c.ok(new Command.RenewLeases(new UUID(9, 9))));
            c.now += GroupSettings.DEFAULT.hardLeaseMs();
            assertEquals(3, c.read(reader -> reader.leasesDue(c.now, 10)).size());
            assertEquals(2, c.read(reader -> reader.leasesDue(c.now, 2)).size());
        }
    }

    @Test
    void recoveryFencesCommitsWhatOwnersHoldAndDropsLostMirrors() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.new Writer((Reply.WriteGranted) c.ok(
                    new Command.Create("/f", FILE, Placement.on(S1, S2, S3)))).write("durable");
            c.client = OTHER;
            c.refused(ErrorCode.LEASE_HELD, new Command.StartRecovery(writer.grant.file(), false));
            c.now += GroupSettings.DEFAULT.softLeaseMs();
            Reply.RecoveryStarted started = (Reply.RecoveryStarted) c.ok(
                    new Command.StartRecovery(writer.grant.file(), false));
            assertEquals(writer.grant.extent().writeEpoch().next(), started.extent().writeEpoch());
            assertEquals(0, started.committedBytes());
            c.client = writer.writer;
            c.refused(ErrorCode.LEASE_LOST, writer.closing());
            c.client = OTHER;
            assertTrue(c.read(reader -> reader.lease(writer.grant.file())).orElseThrow().recovering());
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.FinishRecovery(writer.grant.file(), started.recovery(),
                    writer.written(), List.of()));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.FinishRecovery(writer.grant.file(),
                    started.recovery(), writer.written(), List.of(S1)));
            c.ok(new Command.FinishRecovery(writer.grant.file(), started.recovery(), writer.written(), List.of(S3, S1)));
            OpenFile file = c.read(reader -> reader.open(ROOT, "/f"));
            assertFalse(file.info().open());
            assertEquals("durable", c.text("/f"));
            Route route = file.routes().get(0);
            assertEquals(List.of(S1, S3), route.owners());
            assertEquals(new Epoch(2), route.epoch());
            c.refused(ErrorCode.NOT_FOUND, new Command.StartRecovery(writer.grant.file(), true));
        }
    }

    @Test
    void onlyTheLastRecoveryStartedCounts() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("x");
            Reply.RecoveryStarted first = (Reply.RecoveryStarted) c.ok(
                    new Command.StartRecovery(writer.grant.file(), true));
            Reply.RecoveryStarted second = (Reply.RecoveryStarted) c.ok(
                    new Command.StartRecovery(writer.grant.file(), false));
            assertEquals(first.extent().writeEpoch().next(), second.extent().writeEpoch());
            c.refused(ErrorCode.LEASE_LOST, new Command.FinishRecovery(writer.grant.file(), first.recovery(),
                    writer.written(), List.of(S1)));
            c.ok(new Command.FinishRecovery(writer.grant.file(), second.recovery(), writer.written(), List.of(S1)));
            assertEquals("x", c.text("/f"));
        }
    }

    @Test
    void aRecoveryThatWasBegunIsListedAgainThoughTheWriterRenews() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("x");
            c.create("/g");
            c.ok(new Command.StartRecovery(writer.grant.file(), true));
            assertEquals(List.of(), c.read(reader -> reader.leasesDue(c.now, 10)));
            c.now += GroupSettings.DEFAULT.softLeaseMs() + 1;
            assertEquals(new Reply.LeasesRenewed(1), c.ok(new Command.RenewLeases(c.client)));
            assertEquals(List.of(writer.grant.file()),
                    c.read(reader -> reader.leasesDue(c.now, 10)).stream().map(LeaseInfo::file).toList());
        }
    }

    @Test
    void recoveryNeverGivesBackWhatACutHasShown() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("shown");
            c.snapshot("/", "s");
            Reply.RecoveryStarted started = (Reply.RecoveryStarted) c.ok(
                    new Command.StartRecovery(writer.grant.file(), true));
            assertEquals(5, started.committedBytes());
            c.ok(new Command.FinishRecovery(writer.grant.file(), started.recovery(),
                    new ExtentLength(started.extent().id(), 2, 0), List.of(S1)));
            assertEquals("shown", c.text("/f"));
        }
    }

    @Test
    void recoveryTakesWritePermission() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("x");
            c.refused(ErrorCode.PERMISSION_DENIED, EVE, new Command.StartRecovery(writer.grant.file(), true));
        }
    }

    @Test
    void aWriterThatHasFewerBytesThanACutDecidesForItsFile() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("abc");
            ExtentLength acknowledged = writer.written();
            writer.write("def");
            c.snapshot("/", "s");
            assertEquals("abcdef", c.text("/f"));
            c.ok(new Command.CloseFile(writer.grant.file(), writer.grant.lease(), acknowledged));
            assertEquals("abc", c.text("/f"));
            assertEquals("abcdef", c.text("/.snapshot/s/f"));
        }
    }

    @Test
    void readersOfAnOpenFileAreToldItsExtent() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("one").next().write("two");
            OpenFile file = c.read(reader -> reader.open(ROOT, "/f"));
            assertEquals(3, file.info().lengthBytes());
            assertEquals(writer.grant.extent(), file.openExtent().orElseThrow());
            assertEquals(2, file.extents().size());
            assertEquals(List.of(true, false), file.extents().stream().map(Extent::sealed).toList());
            assertEquals(2, file.routes().stream().mapToInt(route -> 1).sum());
            assertEquals("/f", c.read(reader -> reader.pathOf(writer.grant.file())).orElseThrow());
            writer.close();
            assertTrue(c.read(reader -> reader.pathOf(writer.grant.file())).isEmpty());
            assertEquals(file.extents().stream().map(Extent::id).toList(),
                    c.read(reader -> reader.extentsOf(reader.open(ROOT, "/f").content())).orElseThrow().stream()
                            .map(Extent::id).toList());
        }
    }
}
