package io.batonfs.server.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.machine.LocalCatalog;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.pools.RaidLevel;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AclInfo;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.protocol.WrittenExtent;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the frontend adds to the catalog: who is believed, what a repeated call does, what owners are asked. */
class CatalogFrontendTest {
    private static final Caller ROOT = new Caller("root", List.of(), false);
    private static final Caller ALICE = new Caller("alice", List.of("staff"), false);
    private static final Caller OPERATOR = new Caller("olga", List.of("admins"), false);
    private static final Caller LIAR = new Caller("eve", List.of("guests"), true);
    private static final CreateOptions NEW = new CreateOptions(false, true, 0644, 1 << 20, 1);
    private static final TokenLimits LIMITS = new TokenLimits(60_000, 60_000);
    private static final ServerId SERVER = new ServerId(1);

    private final Clock clock = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
    private final FakeOwner owner = new FakeOwner();
    private final UUID clientId = UUID.randomUUID();
    private LocalCatalog catalog;
    private CatalogServer server;
    private CatalogService service;
    private long calls;

    @BeforeEach
    void formatted() throws Exception {
        catalog = new LocalCatalog(new MemoryTableStore());
        Caller formatter = new Caller("root", List.of(), true);
        UUID id = UUID.randomUUID();
        assertFalse(catalog.call(new CatalogRequest(new Invocation(id, 1), formatter, clock.millis(),
                new Command.FormatGroup(new GroupId(UUID.randomUUID()), "root", "admins", 0755, Optional.of("admins"),
                        new PageGeometry(512, 8), Command.FormatGroup.DEFAULT_RUN_PAGES, GroupSettings.DEFAULT)))
                instanceof Reply.Refused);
        assertFalse(catalog.call(new CatalogRequest(new Invocation(id, 2), formatter, clock.millis(),
                new Command.AddServer("one"))) instanceof Reply.Refused);
        ServerReport report = new ServerReport(new ServerDescription(SERVER, "localhost", "one"), "fast",
                List.of(new PoolSpace("fast", RaidLevel.RAID_10, 1 << 30, 1 << 30, true),
                        new PoolSpace("capacity", RaidLevel.RAID_5, 1 << 30, 1 << 30, true)), SpaceTotals.NONE, List.of());
        server = new CatalogServer(catalog, () -> List.of(report), id1 -> owner, GroupPolicy.defaults("root"), clock, new SecureRandom());
        service = server.service();
        service.mkdirs(call(ROOT), "/home", 0755, 0, true);
        service.mkdirs(call(ROOT), "/home/alice", 0755, 0, true);
        service.setAttributes(call(ROOT), "/home/alice", AttributeChange.NONE.withOwner(Optional.of("alice"),
                Optional.of("staff")));
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        catalog.close();
    }

    @Test
    void aCallNumberThatIsUsedForTwoCommandsIsRefusedAndNoFaultOfOurs() throws Exception {
        CallContext twice = call(ALICE);
        service.create(twice, "/home/alice/f", NEW);
        refused(ErrorCode.INVALID_ARGUMENT, () -> service.delete(twice, "/home/alice/f", false));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.create(new CallContext(LIAR, twice.invocation()),
                "/home/alice/f", NEW));
    }

    /** Sealed without force at the end of a page; a power cut may have taken it since. */
    @Test
    void whatIsNotThereAnyMoreIsNotForcedAtALesserLength() throws Exception {
        WriteGrant first = service.create(call(ALICE), "/home/alice/f", NEW);
        ExtentId earlier = first.extent().id();
        service.nextExtent(call(ALICE), first.file(), first.lease(), written(first, 100));
        service.forceEarlierExtents(call(ALICE), first.file(), first.lease());
        assertTrue(owner.of(earlier).sealed());
        for (long left : new long[] {0, 99}) {
            owner.holds(earlier, first.extent().pages().endPage(), left, 0);
            refused(ErrorCode.DATA_LOST, () -> service.forceEarlierExtents(call(ALICE), first.file(), first.lease()));
            assertFalse(owner.of(earlier).sealed());
        }
        owner.free(List.of(earlier));
        refused(ErrorCode.DATA_LOST, () -> service.forceEarlierExtents(call(ALICE), first.file(), first.lease()));
    }

    @Test
    void whoCallsHimselfASuperuserIsNotBelieved() throws Exception {
        file("/home/alice/f", 100);
        refused(ErrorCode.PERMISSION_DENIED, () -> service.delete(call(LIAR), "/home/alice", true));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.create(call(LIAR), "/home/alice/g", NEW));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.moveFile(call(LIAR), "/home/alice/f", SERVER));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.setAttributes(call(LIAR), "/home/alice",
                AttributeChange.NONE.withOwner(Optional.of("eve"), Optional.empty())));
        service.setAttributes(call(ALICE), "/home/alice", AttributeChange.NONE.withMode(0700));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.open(call(LIAR), "/home/alice/f"));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.list(call(LIAR), "/home/alice", "", 10));
        assertInstanceOf(OffloadReadResult.Refused.class,
                service.offloadRead(call(LIAR), List.of(whole("/home/alice/f")), LIMITS).get(0));
        assertTrue(service.delete(call(ROOT), "/home/alice", true));
    }

    @Test
    void accessControlListsAreToldChangedAndObeyed() throws Exception {
        AclEntry guest = new AclEntry(Scope.ACCESS, Type.USER, "eve", 5);
        AclEntry later = new AclEntry(Scope.DEFAULT, Type.USER, "eve", 6);
        service.setAttributes(call(ALICE), "/home/alice", AttributeChange.NONE.withMode(0700));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.checkAccess(call(LIAR), "/home/alice", 1));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.changeAcl(call(LIAR), "/home/alice",
                new AclChange(AclChange.Kind.MODIFY, List.of(guest))));

        service.changeAcl(call(ALICE), "/home/alice", new AclChange(AclChange.Kind.MODIFY, List.of(later, guest)));

        AclInfo acl = service.acl(call(ALICE), "/home/alice");
        assertEquals(new AclInfo("alice", "staff", 0750, List.of(guest, new AclEntry(Scope.ACCESS, Type.GROUP, "", 0),
                new AclEntry(Scope.DEFAULT, Type.USER, "", 7), later, new AclEntry(Scope.DEFAULT, Type.GROUP, "", 0),
                new AclEntry(Scope.DEFAULT, Type.MASK, "", 6), new AclEntry(Scope.DEFAULT, Type.OTHER, "", 0))), acl);
        service.checkAccess(call(LIAR), "/home/alice", 5);
        BatonException denied = refused(ErrorCode.PERMISSION_DENIED,
                () -> service.create(call(LIAR), "/home/alice/x", NEW));
        assertTrue(denied.getMessage().startsWith("Permission denied: user=eve, access=WRITE, "
                + "inode=\"/home/alice\":alice:staff:drwxr-x---+"), denied.getMessage());

        service.create(call(ALICE), "/home/alice/f", new CreateOptions(false, false, 0666, 077, 1 << 20, 1));
        service.mkdirs(call(ALICE), "/home/alice/d", 0777, 077, false);
        assertEquals(0660, service.acl(call(ALICE), "/home/alice/f").mode());
        assertEquals(0760, service.acl(call(ALICE), "/home/alice/d").mode());
        service.checkAccess(call(LIAR), "/home/alice/f", 6);

        service.changeAcl(call(ALICE), "/home/alice", new AclChange(AclChange.Kind.REMOVE_DEFAULT, List.of()));
        assertEquals(2, service.acl(call(ALICE), "/home/alice").entries().size());
        service.changeAcl(call(ALICE), "/home/alice", new AclChange(AclChange.Kind.REMOVE_ENTRIES, List.of(guest)));
        assertEquals(1, service.acl(call(ALICE), "/home/alice").entries().size());
        service.changeAcl(call(ALICE), "/home/alice", new AclChange(AclChange.Kind.SET, List.of(
                new AclEntry(Scope.ACCESS, Type.USER, "", 7), guest, new AclEntry(Scope.ACCESS, Type.GROUP, "", 1),
                new AclEntry(Scope.ACCESS, Type.OTHER, "", 0))));
        assertTrue(service.status(call(ALICE), "/home/alice").orElseThrow().hasAcl());
        service.changeAcl(call(ALICE), "/home/alice", new AclChange(AclChange.Kind.REMOVE, List.of()));
        assertEquals(new AclInfo("alice", "staff", 0710, List.of()), service.acl(call(ALICE), "/home/alice"));
        assertFalse(service.status(call(ALICE), "/home/alice").orElseThrow().hasAcl());

        service.create(call(ALICE), "/home/alice/g", new CreateOptions(false, false, 0666, 027, 1 << 20, 1));
        assertEquals(0640, service.acl(call(ALICE), "/home/alice/g").mode());
        service.mkdirs(call(ALICE), "/home/alice/e", 0777, 027, false);
        assertEquals(0750, service.acl(call(ALICE), "/home/alice/e").mode());
    }

    @Test
    void aRepeatedCallGetsTheFirstReplyAndHasOneEffect() throws Exception {
        CallContext create = call(ALICE);
        WriteGrant grant = service.create(create, "/home/alice/f", NEW);
        WriteGrant again = service.create(create, "/home/alice/f", NEW);
        assertEquals(grant.lease(), again.lease());
        assertEquals(grant.extent(), again.extent());
        refused(ErrorCode.ALREADY_EXISTS, () -> service.create(call(ALICE), "/home/alice/f", NEW));

        WrittenExtent written = written(grant, 100);
        CallContext next = call(ALICE);
        WriteGrant second = service.nextExtent(next, grant.file(), grant.lease(), written);
        assertEquals(second.extent(), service.nextExtent(next, grant.file(), grant.lease(), written).extent());
        assertEquals(100, second.offset());
        assertNotEquals(grant.extent(), second.extent());

        CallContext close = call(ALICE);
        WrittenExtent last = written(second, 50);
        FileInfo closed = service.close(close, grant.file(), grant.lease(), last);
        assertEquals(150, closed.lengthBytes());
        assertEquals(closed, service.close(close, grant.file(), grant.lease(), last));
        refused(ErrorCode.LEASE_LOST, () -> service.close(call(ALICE), grant.file(), grant.lease(), last));

        CallContext rename = call(ALICE);
        service.rename(rename, "/home/alice/f", "/home/alice/g", false);
        service.rename(rename, "/home/alice/f", "/home/alice/g", false);
        refused(ErrorCode.NOT_FOUND, () -> service.rename(call(ALICE), "/home/alice/f", "/home/alice/g", false));

        CallContext delete = call(ALICE);
        assertTrue(service.delete(delete, "/home/alice/g", false));
        assertTrue(service.delete(delete, "/home/alice/g", false));
        assertFalse(service.delete(call(ALICE), "/home/alice/g", false));
    }

    @Test
    void aRepeatedOffloadReadMakesNoSecondTokenAndItsTokenWorks() throws Exception {
        file("/home/alice/f", 100);
        CallContext read = call(ALICE);
        byte[] lost = token(service.offloadRead(read, List.of(whole("/home/alice/f")), LIMITS).get(0));
        byte[] token = token(service.offloadRead(read, List.of(whole("/home/alice/f")), LIMITS).get(0));
        assertEquals(1, tokens());
        assertFalse(Arrays.equals(lost, token), "the key that was lost on its way is worth nothing");
        CallContext write = call(ALICE);
        OffloadWrite use = new OffloadWrite(token, 0, -1, "/home/alice/copy", NEW);
        OffloadWriteResult first = service.offloadWrite(write, List.of(use)).get(0);
        assertInstanceOf(OffloadWriteResult.Written.class, first);
        assertEquals(first, service.offloadWrite(write, List.of(use)).get(0));
        assertInstanceOf(OffloadWriteResult.Refused.class, service.offloadWrite(call(ALICE),
                List.of(new OffloadWrite(lost, 0, -1, "/home/alice/other", NEW))).get(0));
    }

    /** Whoever has such a token has to be able to see that the file has changed since. */
    @Test
    void theTokenOfAFileAtRestSaysOfWhatFileItIs() throws Exception {
        file("/home/alice/f", 100);
        List<OffloadRead> item = List.of(OffloadRead.ofFileAtRest("/home/alice/f"));
        assertEquals(ErrorCode.AGAIN, refusal(service.offloadRead(call(ALICE), item, LIMITS).get(0)),
                "changed in this second: the next change could have its time");
        try (CatalogServer later = new CatalogServer(catalog, List::of, id -> owner, GroupPolicy.defaults("root"),
                Clock.offset(clock, Duration.ofMillis(TokenDesk.SETTLED_MS + 1)), new SecureRandom())) {
            CatalogService then = later.service();
            FileInfo file = then.status(call(ALICE), "/home/alice/f").orElseThrow();
            assertEquals(Optional.of(file), fileOf(then.offloadRead(call(ALICE), item, LIMITS).get(0)));
            assertEquals(Optional.empty(),
                    fileOf(then.offloadRead(call(ALICE), List.of(whole("/home/alice/f")), LIMITS).get(0)));
            for (OffloadRead other : List.of(OffloadRead.ofFileAtRest("/home/alice"),
                    OffloadRead.ofFileAtRest("/home/alice/none"), OffloadRead.ofFileAtRest("/home/alice/f/below"),
                    new OffloadRead("/home/alice/f", Optional.empty(), 1, -1, true),
                    new OffloadRead("/home/alice/f", Optional.empty(), 0, 100, true))) {
                assertEquals(ErrorCode.AGAIN, refusal(then.offloadRead(call(ALICE), List.of(other), LIMITS).get(0)));
            }
            WriteGrant open = service.append(call(ALICE), "/home/alice/f");
            written(open, 10);
            assertEquals(ErrorCode.AGAIN, refusal(then.offloadRead(call(ALICE), item, LIMITS).get(0)));
            assertTrue(then.status(call(ALICE), "/home/alice/f").orElseThrow().open(), "asking leaves its writer alone");
            assertEquals(100, then.status(call(ALICE), "/home/alice/f").orElseThrow().lengthBytes());
        }
    }

    /** What is at rest may be another file the second time: no token must come back for the wrong one. */
    @Test
    void aRepeatedCallForFilesAtRestGivesEachItsOwnToken() throws Exception {
        file("/home/alice/one", 100);
        file("/home/alice/two", 200);
        try (CatalogServer later = new CatalogServer(catalog, List::of, id -> owner, GroupPolicy.defaults("root"),
                Clock.offset(clock, Duration.ofMillis(TokenDesk.SETTLED_MS + 1)), new SecureRandom())) {
            CatalogService then = later.service();
            List<OffloadRead> items = List.of(whole("/home/alice/two"), OffloadRead.ofFileAtRest("/home/alice/one"),
                    whole("/home/alice/one"), OffloadRead.ofFileAtRest("/home/alice/two"));
            CallContext read = call(ALICE);
            assertEquals(List.of(200L, 100L, 100L, 200L), represented(then.offloadRead(read, items, LIMITS)));
            written(service.append(call(ALICE), "/home/alice/one"), 10);
            List<OffloadReadResult> again = then.offloadRead(read, items, LIMITS);
            assertEquals(ErrorCode.AGAIN, refusal(again.get(1)));
            assertEquals(List.of(200L, 100L, 200L),
                    represented(List.of(again.get(0), again.get(2), again.get(3))));
        }
    }

    /** Another file of that length is at its path just while the token is made: neither look can see that. */
    @Test
    void aFileAtRestThatGivesItsPlaceToAnotherForAMomentHasNoToken() throws Exception {
        file("/home/alice/blue", 100);
        file("/home/alice/green", 100);
        Catalog swapping = new Catalog() {
            @Override
            public Reply call(CatalogRequest request) throws IOException {
                if (!(request.command() instanceof Command.OffloadRead)) {
                    return catalog.call(request);
                }
                swap();
                Reply reply = catalog.call(request);
                swap();
                return reply;
            }

            @Override
            public <T> T read(Query<T> query) throws IOException {
                return catalog.read(query);
            }

            @Override
            public void close() {
                // It is the test's.
            }

            private void swap() throws IOException {
                service.rename(asAlice(), "/home/alice/blue", "/home/alice/other", false);
                service.rename(asAlice(), "/home/alice/green", "/home/alice/blue", false);
                service.rename(asAlice(), "/home/alice/other", "/home/alice/green", false);
            }
        };
        try (CatalogServer later = new CatalogServer(swapping, List::of, id -> owner, GroupPolicy.defaults("root"),
                Clock.offset(clock, Duration.ofMillis(TokenDesk.SETTLED_MS + 1)), new SecureRandom())) {
            assertEquals(ErrorCode.FILE_CHANGED, refusal(later.service().offloadRead(call(ALICE),
                    List.of(OffloadRead.ofFileAtRest("/home/alice/blue")), LIMITS).get(0)));
        }
    }

    private CallContext asAlice() {
        return call(ALICE);
    }

    private static List<Long> represented(List<OffloadReadResult> results) {
        return results.stream().map(result ->
                assertInstanceOf(OffloadReadResult.Granted.class, result).representedBytes()).toList();
    }

    private static Optional<FileInfo> fileOf(OffloadReadResult result) {
        return assertInstanceOf(OffloadReadResult.Granted.class, result).file();
    }

    private static ErrorCode refusal(OffloadReadResult result) {
        return assertInstanceOf(OffloadReadResult.Refused.class, result).code();
    }

    @Test
    void whatAnOwnerDidNotAnswerAboutIsAskedAgainAndTheRestIsMadeOnce() throws Exception {
        file("/home/alice/closed", 100);
        WriteGrant open = service.create(call(ALICE), "/home/alice/open", NEW);
        written(open, 70);
        owner.unreachableFor = 2;
        List<OffloadReadResult> results = service.offloadRead(call(ALICE),
                List.of(whole("/home/alice/open"), whole("/home/alice/closed"), whole("/home/alice/none")), LIMITS);
        assertEquals(70, assertInstanceOf(OffloadReadResult.Granted.class, results.get(0)).representedBytes());
        assertEquals(100, assertInstanceOf(OffloadReadResult.Granted.class, results.get(1)).representedBytes());
        assertEquals(ErrorCode.NOT_FOUND, assertInstanceOf(OffloadReadResult.Refused.class, results.get(2)).code());
        assertEquals(2, tokens());
        assertEquals(0, owner.unreachableFor);
    }

    @Test
    void anItemWhoseOwnerStaysAwayIsRefusedAndTouchesNoOther() throws Exception {
        file("/home/alice/closed", 100);
        written(service.create(call(ALICE), "/home/alice/open", NEW), 70);
        owner.unreachableFor = Integer.MAX_VALUE;
        List<OffloadReadResult> results = service.offloadRead(call(ALICE),
                List.of(whole("/home/alice/open"), whole("/home/alice/closed")), LIMITS);
        assertEquals(ErrorCode.AGAIN, assertInstanceOf(OffloadReadResult.Refused.class, results.get(0)).code());
        assertInstanceOf(OffloadReadResult.Granted.class, results.get(1));
        assertEquals(1, tokens());
        refused(ErrorCode.AGAIN, () -> service.cloneTree(call(ALICE), "/home/alice", "/home/alice/c", false));
    }

    @Test
    void anExtentThatTheCatalogNeverGaveOutMakesTheGroupReadOnlyBeforeAnythingIsChanged() throws Exception {
        file("/home/alice/f", 100);
        owner.holds(ExtentId.of(0, 1000), 8, 10, 0);
        server.begin();
        BatonException refusal = refused(ErrorCode.READ_ONLY, () -> service.create(call(ALICE), "/home/alice/g", NEW));
        assertTrue(refusal.getMessage().contains("restore the catalog"), refusal.getMessage());
        refused(ErrorCode.READ_ONLY, () -> service.delete(call(ROOT), "/home", true));
        refused(ErrorCode.READ_ONLY, () -> service.offloadRead(call(ALICE), List.of(whole("/home/alice/f")), LIMITS));
        assertEquals(100, service.open(call(ALICE), "/home/alice/f").info().lengthBytes());
        assertEquals(List.of(refusal.getMessage()), service.groupStatus().problems());
        assertEquals(2, owner.report().size());
    }

    @Test
    void aLeaseIsEndedByWhoMayWriteAndGivenUpByItsHolderOnly() throws Exception {
        WriteGrant grant = service.create(call(ALICE), "/home/alice/f", NEW);
        written(grant, 70);
        refused(ErrorCode.PERMISSION_DENIED, () -> service.recoverLease(call(LIAR), "/home/alice/f"));
        service.abandon(new CallContext(ALICE, new Invocation(UUID.randomUUID(), 1)), grant.file(), grant.lease());
        service.abandon(call(ALICE), grant.file(), new LeaseId(grant.lease().value() + 1));
        assertTrue(service.status(call(ALICE), "/home/alice/f").orElseThrow().open());
        CallContext abandon = call(ALICE);
        service.abandon(abandon, grant.file(), grant.lease());
        service.abandon(abandon, grant.file(), grant.lease());
        assertClosed("/home/alice/f", 70);
        assertTrue(owner.of(grant.extent().id()).sealed());
        assertTrue(owner.of(grant.extent().id()).writeEpoch().compareTo(grant.extent().writeEpoch()) > 0);

        WriteGrant other = service.append(call(ALICE), "/home/alice/f");
        written(other, 30);
        assertTrue(service.recoverLease(call(OPERATOR), "/home/alice/f"), "a member of the supergroup may");
        assertClosed("/home/alice/f", 100);
        refused(ErrorCode.LEASE_LOST, () -> service.renewWrite(call(ALICE), other.file(), other.lease()));
    }

    @Test
    void lessThanWasCommittedAtTheOwnerIsDataLostAndNotAShorterFile() throws Exception {
        WriteGrant grant = service.create(call(ALICE), "/home/alice/f", NEW);
        written(grant, 70);
        service.cloneTree(call(ALICE), "/home/alice/f", "/home/alice/clone", false); // commits what is there
        owner.holds(grant.extent().id(), 1, 60, 5);
        refused(ErrorCode.DATA_LOST, () -> service.recoverLease(call(ALICE), "/home/alice/f"));
        assertTrue(service.status(call(ALICE), "/home/alice/f").orElseThrow().open());
    }

    @Test
    void resumeKeysThatOutliveTheGraceTimeAreRefused() {
        long graceMs = GroupSettings.DEFAULT.freeGraceMs();
        BatonException refusal = refused(ErrorCode.INVALID_ARGUMENT, () -> new CatalogServer(catalog, List::of,
                id -> owner, new GroupPolicy("root", graceMs, graceMs, 500), clock, new SecureRandom()));
        assertTrue(refusal.getMessage().contains("make their life shorter"), refusal.getMessage());
    }

    private CallContext call(Caller caller) {
        return new CallContext(caller, new Invocation(clientId, ++calls));
    }

    private WrittenExtent written(WriteGrant grant, long lengthBytes) {
        int crc = (int) lengthBytes * 31;
        owner.holds(grant.extent().id(), grant.extent().pages().endPage(), lengthBytes, crc);
        return new WrittenExtent(grant.extent().id(), lengthBytes, crc);
    }

    private void file(String path, long lengthBytes) throws IOException {
        WriteGrant grant = service.create(call(ALICE), path, NEW);
        service.close(call(ALICE), grant.file(), grant.lease(), written(grant, lengthBytes));
    }

    private void assertClosed(String path, long lengthBytes) throws IOException {
        FileInfo info = service.status(call(ALICE), path).orElseThrow();
        assertFalse(info.open());
        assertEquals(lengthBytes, info.lengthBytes());
    }

    private long tokens() throws IOException {
        return catalog.read(reader -> reader.figures()).tokens();
    }

    private static OffloadRead whole(String path) {
        return new OffloadRead(path, Optional.empty(), 0, -1);
    }

    private static byte[] token(OffloadReadResult result) {
        return assertInstanceOf(OffloadReadResult.Granted.class, result).token();
    }

    private static BatonException refused(ErrorCode code, Executable call) {
        BatonException refusal = assertThrows(BatonException.class, call);
        assertEquals(code, refusal.code(), refusal.getMessage());
        return refusal;
    }
}
