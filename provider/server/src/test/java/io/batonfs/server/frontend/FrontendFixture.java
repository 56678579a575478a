package io.batonfs.server.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.machine.LocalCatalog;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.pools.RaidLevel;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.protocol.WrittenExtent;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.function.Executable;

/** A frontend over tables in memory and one owner that says what it is told; the test moves the clock. */
final class FrontendFixture implements Closeable {
    static final Caller ROOT = new Caller("root", List.of(), false);
    static final Caller ALICE = new Caller("alice", List.of("staff"), false);
    static final Caller EVE = new Caller("eve", List.of("guests"), true);
    static final CreateOptions NEW = new CreateOptions(false, true, 0644, 1 << 20, 1);
    static final ServerId SERVER = new ServerId(1);

    final FakeOwner owner = new FakeOwner();
    final LocalCatalog catalog = new LocalCatalog(new MemoryTableStore());
    /** Runs before each command that the frontend submits: what others do just then. */
    Consumer<Command> beforeCommand = command -> { };
    /** What each pool of the server has left. */
    long freeBytes = 1 << 30;
    final CatalogServer server;
    final CatalogService service;
    private final UUID clientId = UUID.randomUUID();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long calls;

    FrontendFixture() throws IOException {
        UUID id = UUID.randomUUID();
        format(new Invocation(id, 1), new Command.FormatGroup(new GroupId(UUID.randomUUID()), "root", "admins", 0755,
                Optional.of("admins"), new PageGeometry(512, 8), Command.FormatGroup.DEFAULT_RUN_PAGES,
                GroupSettings.DEFAULT));
        format(new Invocation(id, 2), new Command.AddServer("one"));
        InstantSource source = () -> now;
        server = new CatalogServer(new Watched(), () -> List.of(report()), any -> owner, GroupPolicy.defaults("root"),
                source.withZone(ZoneOffset.UTC), new SecureRandom());
        service = server.service();
        service.mkdirs(call(ROOT), "/home/alice", 0755, 0, true);
        service.setAttributes(call(ROOT), "/home/alice", AttributeChange.NONE.withOwner(Optional.of("alice"),
                Optional.of("staff")));
    }

    private ServerReport report() {
        return new ServerReport(new ServerDescription(SERVER, "localhost", "one"), "fast",
                List.of(new PoolSpace("fast", RaidLevel.RAID_10, 1 << 30, freeBytes, true),
                        new PoolSpace("capacity", RaidLevel.RAID_5, 1 << 30, freeBytes, true)), SpaceTotals.NONE, List.of());
    }

    private void format(Invocation invocation, Command command) throws IOException {
        assertFalse(catalog.call(new CatalogRequest(invocation, new Caller("root", List.of(), true), now.toEpochMilli(),
                command)) instanceof Reply.Refused);
    }

    /** The catalog, with others at work between the frontend's steps. */
    private final class Watched implements Catalog {

        @Override
        public Reply call(CatalogRequest request) throws IOException {
            beforeCommand.accept(request.command());
            return catalog.call(request);
        }

        @Override
        public <T> T read(Query<T> query) throws IOException {
            return catalog.read(query);
        }

        @Override
        public void close() {
            // The fixture's catalog is closed with it.
        }
    }

    CatalogCalls calls() {
        return new CatalogCalls(catalog, Clock.fixed(now, ZoneOffset.UTC), "root", UUID.randomUUID());
    }

    void advance(Duration time) {
        now = now.plus(time);
    }

    CallContext call(Caller caller) {
        return new CallContext(caller, new Invocation(clientId, ++calls));
    }

    WriteGrant create(String path) throws IOException {
        return service.create(call(ALICE), path, NEW);
    }

    WrittenExtent written(WriteGrant grant, long lengthBytes) {
        int crc = (int) lengthBytes * 31;
        owner.holds(grant.extent().id(), grant.extent().pages().endPage(), lengthBytes, crc);
        return new WrittenExtent(grant.extent().id(), lengthBytes, crc);
    }

    void file(String path, long lengthBytes) throws IOException {
        WriteGrant grant = create(path);
        service.close(call(ALICE), grant.file(), grant.lease(), written(grant, lengthBytes));
    }

    static BatonException refused(ErrorCode code, Executable call) {
        BatonException refusal = assertThrows(BatonException.class, call);
        assertEquals(code, refusal.code(), refusal.getMessage());
        return refusal;
    }

    @Override
    public void close() throws IOException {
        server.close();
        catalog.close();
    }
}
