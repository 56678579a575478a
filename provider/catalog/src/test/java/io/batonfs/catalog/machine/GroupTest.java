package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.FILE;
import static io.batonfs.catalog.machine.CatalogFixture.ON_S1;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static io.batonfs.catalog.machine.CatalogFixture.S1;
import static io.batonfs.catalog.machine.CatalogFixture.S2;
import static io.batonfs.catalog.machine.CatalogFixture.S3;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.GroupInfo;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.Placement;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.RequestFormat;
import io.batonfs.catalog.ServerInfo;
import io.batonfs.catalog.SigningKey;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import io.batonfs.catalog.tables.GroupRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Formatting, servers, routes, signing keys, and extents that are freed. */
class GroupTest {
    private static final Command FORMAT = new Command.FormatGroup(new GroupId(new UUID(3, 4)), "root", "wheel", 0755,
            Optional.empty(), PageGeometry.DEFAULT, 4096, GroupSettings.DEFAULT);

    @Test
    void aCatalogIsFormattedOnceAndBeforeAllElse() throws Exception {
        try (LocalCatalog catalog = new LocalCatalog(new MemoryTableStore())) {
            assertTrue(catalog.read(reader -> reader.group()).isEmpty());
            Reply early = catalog.call(request(1, new Command.Mkdirs("/a", 0755, true)));
            assertEquals(ErrorCode.NOT_FOUND, ((Reply.Refused) early).code());
            assertEquals(new Reply.Done(), catalog.call(request(2, FORMAT)));
            Reply late = catalog.call(request(3, FORMAT));
            assertEquals(ErrorCode.ALREADY_EXISTS, ((Reply.Refused) late).code());
            GroupInfo group = catalog.read(reader -> reader.group()).orElseThrow();
            assertEquals(new GroupInfo(new GroupId(new UUID(3, 4)), Optional.empty(), PageGeometry.DEFAULT, 4096,
                    GroupSettings.DEFAULT, 1), group);
            assertEquals(0755, catalog.read(reader -> reader.status(ROOT, "/")).orElseThrow().mode());
        }
    }

    @Test
    void aServerKeepsItsId() {
        try (CatalogFixture c = new CatalogFixture()) {
            assertEquals(new Reply.ServerAdded(S2), c.ok(new Command.AddServer("b:1")));
            assertEquals(new Reply.ServerAdded(new ServerId(4)), c.ok(new Command.AddServer("d:1")));
            assertEquals(List.of("a:1", "b:1", "c:1", "d:1"),
                    c.read(reader -> reader.servers()).stream().map(ServerInfo::address).toList());
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.AddServer(""));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Create("/f", FILE, Placement.on(new ServerId(9))));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Create("/f", FILE,
                    new Placement(VolumeId.of(0, 9), List.of(S1))));
        }
    }

    @Test
    void whatIsForServersIsRefusedToUsers() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (Command command : List.of(new Command.AddServer("x:1"), new Command.RollSigningKey(new byte[32]),
                    new Command.Housekeep(1), new Command.FlattenAll(), new Command.FinalizeBehaviour(1),
                    new Command.ExtentsFreed(List.of()),
                    new Command.MoveRoute(new PageRun(Placement.DEFAULT_VOLUME, 0, 1), List.of(S1), Epoch.FIRST))) {
                c.refused(ErrorCode.PERMISSION_DENIED, ALICE, command);
            }
            c.as(new Caller("carol", List.of("admins"), false), new Command.Housekeep(1));
        }
    }

    @Test
    void onlyAFinalizeCommandRaisesTheBehaviourAndNothingLowersIt() throws Exception {
        try (CatalogFixture c = new CatalogFixture()) {
            c.ok(new Command.FinalizeBehaviour(GroupCommands.NEWEST_BEHAVIOUR));
            c.refused(ErrorCode.UNSUPPORTED, new Command.FinalizeBehaviour(GroupCommands.NEWEST_BEHAVIOUR + 1));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.FinalizeBehaviour(GroupCommands.NEWEST_BEHAVIOUR - 1));
            setBehaviour(c, GroupCommands.NEWEST_BEHAVIOUR - 1);
            c.ok(new Command.Mkdirs("/d", 0755, false));
            assertEquals(GroupCommands.NEWEST_BEHAVIOUR - 1, behaviour(c));
            c.ok(new Command.FinalizeBehaviour(GroupCommands.NEWEST_BEHAVIOUR));
            assertEquals(GroupCommands.NEWEST_BEHAVIOUR, behaviour(c));
        }
    }

    @Test
    void aCatalogUnderNewerRulesStopsByName() throws Exception {
        try (CatalogFixture c = new CatalogFixture()) {
            setBehaviour(c, GroupCommands.NEWEST_BEHAVIOUR + 1);
            CatalogMachine machine = new CatalogMachine(c.store);
            IOException stop = assertThrows(IOException.class, () -> machine.apply(machine.appliedTerm(),
                    machine.appliedIndex() + 1, RequestFormat.encode(new CatalogRequest(
                            new Invocation(new UUID(1, 2), 3), ROOT, 1, new Command.Mkdirs("/d", 0755, false)))));
            assertTrue(stop.getMessage().contains("use a newer Baton"), stop.getMessage());
            setBehaviour(c, GroupCommands.NEWEST_BEHAVIOUR); // the fixture's own look at the end applies entries too
        }
    }

    private static int behaviour(CatalogFixture c) {
        return c.read(reader -> reader.group()).orElseThrow().behaviourVersion();
    }

    private static void setBehaviour(CatalogFixture c, int version) throws IOException {
        WriteSet changes = new WriteSet();
        try (TableView view = c.store.view()) {
            changes.put(Table.META, Keys.GROUP,
                    GroupRow.of(view.get(Table.META, Keys.GROUP)).withBehaviour(version).toBytes());
        }
        c.store.commit(changes);
    }

    @Test
    void movedPagesAreExceptionsWithTheNextEpoch() throws Exception {
        try (CatalogFixture c = new CatalogFixture()) {
            c.create("/f");
            PageRun three = new PageRun(Placement.DEFAULT_VOLUME, 10, 3);
            assertEquals(new Reply.RouteMoved(new Epoch(2)),
                    c.ok(new Command.MoveRoute(three, List.of(S2, S3), Epoch.FIRST)));
            c.refused(ErrorCode.STALE_ROUTE, new Command.MoveRoute(three, List.of(S1), Epoch.FIRST));
            assertEquals(new Reply.RouteMoved(new Epoch(3)), c.ok(new Command.MoveRoute(
                    new PageRun(Placement.DEFAULT_VOLUME, 12, 2), List.of(S3), new Epoch(2))));
            List<Route> routes = c.read(reader -> reader.routes(new PageRun(Placement.DEFAULT_VOLUME, 0, 20)));
            assertEquals(List.of(route(0, 10, Epoch.FIRST, S1), route(10, 2, new Epoch(2), S2, S3),
                    route(12, 2, new Epoch(3), S3), route(14, 6, Epoch.FIRST, S1)), routes);
            PageRun beyond = new PageRun(Placement.DEFAULT_VOLUME, 4095, 2);
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.MoveRoute(beyond, List.of(S1), Epoch.FIRST));
            assertThrows(BatonException.class, () -> c.catalog.read(reader -> reader.routes(beyond)));
        }
    }

    @Test
    void signingKeysAreRolledAndOldOnesStayForTheGraceTime() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.RollSigningKey(new byte[31]));
            for (int i = 1; i <= 3; i++) {
                byte[] material = new byte[32];
                material[0] = (byte) i;
                assertEquals(new Reply.KeyRolled(i), c.ok(new Command.RollSigningKey(material)));
                c.now += 600_000;
                c.settle();
            }
            List<SigningKey> keys = c.read(reader -> reader.signingKeys());
            assertEquals(List.of(2L, 3L), keys.stream().map(SigningKey::number).toList());
            assertArrayEquals(new byte[] {3, 0}, Arrays.copyOf(keys.get(1).material(), 2));
            assertFalse(keys.toString().contains("material"));
        }
    }

    @Test
    void unnamedExtentsAreFreedAfterTheGraceTimeAndNeverBefore() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            ExtentId extent = c.read(reader -> reader.open(ROOT, "/f")).extents().get(0).id();
            c.delete("/f");
            c.settle();
            assertEquals(List.of(), c.read(reader -> reader.extentsToFree(c.now, 10)));
            c.ok(new Command.ExtentsFreed(List.of(extent, ExtentId.of(0, 99))));
            assertTrue(c.read(reader -> reader.extent(extent)).isPresent());
            c.now += GroupSettings.DEFAULT.freeGraceMs() + 10;
            List<PlacedExtent> due = c.read(reader -> reader.extentsToFree(c.now, 10));
            assertEquals(List.of(extent), due.stream().map(placed -> placed.extent().id()).toList());
            assertEquals(List.of(S1), due.get(0).routes().get(0).owners());
            CatalogFixture.Writer alive = c.create("/g");
            c.ok(new Command.ExtentsFreed(List.of(extent, alive.grant.extent().id())));
            assertTrue(c.read(reader -> reader.extent(extent)).isEmpty());
            assertTrue(c.read(reader -> reader.extent(alive.grant.extent().id())).isPresent());
            assertEquals(0, c.read(reader -> reader.figures()).freeWaiting());
        }
    }

    /** Moved pages have a row each, which nothing else would ever take away. */
    @Test
    void whereAFreedExtentWasMovedIsForgotten() throws Exception {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            c.file("/g", "g");
            PageRun freed = c.read(reader -> reader.open(ROOT, "/f")).extents().get(0).pages();
            PageRun kept = c.read(reader -> reader.open(ROOT, "/g")).extents().get(0).pages();
            c.ok(new Command.MoveRoute(freed, List.of(S2), Epoch.FIRST));
            c.ok(new Command.MoveRoute(kept, List.of(S2), Epoch.FIRST));
            c.delete("/f");
            c.settle();
            c.now += GroupSettings.DEFAULT.freeGraceMs() + 10;
            List<PlacedExtent> due = c.read(reader -> reader.extentsToFree(c.now, 10));
            assertEquals(List.of(S2), due.get(0).routes().get(0).owners());
            c.ok(new Command.ExtentsFreed(due.stream().map(placed -> placed.extent().id()).toList()));
            try (TableView view = c.store.view()) {
                assertNull(view.get(Table.ROUTES, Keys.movedPage(freed.volume(), freed.firstPage())));
                assertNotNull(view.get(Table.ROUTES, Keys.movedPage(kept.volume(), kept.firstPage())));
            }
        }
    }

    @Test
    void pagesAreNeverGivenTwice() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            long first = c.read(reader -> reader.open(ROOT, "/f")).extents().get(0).pages().firstPage();
            c.delete("/f");
            c.now += GroupSettings.DEFAULT.freeGraceMs() + 10;
            c.settle();
            c.ok(new Command.ExtentsFreed(c.read(reader -> reader.extentsToFree(c.now, 10)).stream()
                    .map(placed -> placed.extent().id()).toList()));
            Reply.WriteGranted next = (Reply.WriteGranted) c.ok(new Command.Create("/f", FILE, ON_S1));
            assertEquals(first + 1, next.extent().pages().firstPage());
        }
    }

    private static Route route(long first, int pages, Epoch epoch, ServerId... owners) {
        return new Route(new PageRun(Placement.DEFAULT_VOLUME, first, pages), List.of(owners), epoch);
    }

    private static CatalogRequest request(long call, Command command) {
        return new CatalogRequest(new Invocation(new UUID(0, 1), call), ROOT, 1000 + call, command);
    }
}
