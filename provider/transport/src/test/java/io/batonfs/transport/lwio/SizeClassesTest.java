package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.TransportMetric;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkStatus;
import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Connections with receive buffers of different sizes on one server: what each is told, that it can use it, and that
 * nobody can use more (LW-10, LW-16). Over the in-process wire; a subclass takes another. At the end of each test all
 * that was granted is back.
 */
@Timeout(60)
class SizeClassesTest {
    private static final int LARGE_BYTES = 64 << 10;
    private static final int SMALL_BYTES = 8 << 10;
    private static final int LARGE_BUFFERS = 8;
    private static final int SMALL_BUFFERS = 64;
    private static final int CREDITS = 4;
    /** Whoever got as much gains nothing by anybody's end. */
    private static final int NOBODY_HELPS_BYTES = 2 * LARGE_BYTES;
    /** With two buffers for each there are three of them. */
    private static final int LARGE_CONNECTIONS = 3;

    private LwioFixture fixture;
    /** The server's clock. */
    private final AtomicLong nowNanos = new AtomicLong();

    /** What to run over. */
    TestFabric fabric() throws IOException {
        return TestFabric.inProcess();
    }

    @BeforeEach
    void start() throws Exception {
        fixture = new LwioFixture(new LwioServerConfig(CREDITS, LARGE_BYTES,
                List.of(new ReceiveSizeClass(LARGE_BYTES, LARGE_BUFFERS * (LARGE_BYTES + 128L)),
                        new ReceiveSizeClass(SMALL_BYTES, SMALL_BUFFERS * (SMALL_BYTES + 64L))),
                4, 64, 100, 60_000, 30_000, 10_000), fabric(), new FairCredits(),
                nowNanos::get);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
        fixture.checkClientsGone();
    }

    private List<LwioConnection> connect(int count) throws IOException {
        List<LwioConnection> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            connections.add(fixture.connect());
        }
        return connections;
    }

    private static List<Integer> sizes(List<LwioConnection> connections) {
        return connections.stream().map(LwioConnection::maxWriteBytes).toList();
    }

    private static void closeAll(List<LwioConnection> connections) throws IOException {
        for (LwioConnection connection : connections) {
            connection.close();
        }
    }

    @Test
    void whoComesWhenTheLargeOnesAreTakenGetsSmallOnesAndLargeOnesTheNextTime() throws Exception {
        List<LwioConnection> connections = connect(LARGE_CONNECTIONS + 1);
        assertEquals(List.of(LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, SMALL_BYTES), sizes(connections));
        assertEquals(1, fixture.server.metrics().get(TransportMetric.SMALLER_WRITES));
        assertEquals(1, fixture.server.busiestConnections(9).values().stream()
                .filter(one -> one.get(TransportMetric.SMALLER_WRITES) == 1).count());
        connections.remove(0).close();
        connections.remove(connections.size() - 1).close();
        awaitConnections(connections.size());
        connections.add(fixture.connect());
        assertEquals(List.of(LARGE_BYTES, LARGE_BYTES, LARGE_BYTES), sizes(connections));
        closeAll(connections);
    }

    @Test
    void whoSendsLittleTakesNoLargeOnes() throws Exception {
        fixture.clientConfig = new LwioClientConfig(CREDITS, LARGE_BYTES, 4096, 1024, 100, 30_000);
        List<LwioConnection> modest = connect(LARGE_CONNECTIONS + 2);
        // Of what the server takes, the client uses what it said.
        assertTrue(modest.stream().allMatch(one -> one.maxWriteBytes() == 4096));
        assertEquals(0, fixture.server.metrics().get(TransportMetric.SMALLER_WRITES));
        fixture.clientConfig = LwioClientConfig.DEFAULT;
        List<LwioConnection> others = connect(LARGE_CONNECTIONS);
        assertTrue(others.stream().allMatch(one -> one.maxWriteBytes() == LARGE_BYTES));
        closeAll(modest);
        closeAll(others);
    }

    /** The most that it may say, in each way of saying it, and one byte more, which the client does not send. */
    @Test
    void aSmallConnectionWritesAndReadsAllThatItMay() throws Exception {
        List<LwioConnection> connections = connect(LARGE_CONNECTIONS + 1);
        LwioConnection small = connections.get(LARGE_CONNECTIONS);
        assertEquals(SMALL_BYTES, small.maxWriteBytes());
        assertEquals(LARGE_BYTES, small.maxReadBytes(), "reads are the window's affair");
        int fid = small.register(MemoryFiles.key(1),
                EnumSet.of(FidFlag.CHECKSUMMED, FidFlag.NO_INTERMEDIATE_BUFFERING));
        for (int offset : new int[] {0, 1, 4095, 4096}) {
            byte[] bytes = LwioEndToEndTest.random(SMALL_BYTES, offset);
            int[] crcs = SimulatedFiles.crcs(bytes, offset);
            assertEquals(SMALL_BYTES, small.write(fid, offset, ByteBuffer.wrap(bytes), crcs).get());
            assertEquals(SMALL_BYTES, small.writeVectored(fid, offset, List.of(ByteBuffer.wrap(bytes, 0, 5000),
                    ByteBuffer.wrap(bytes, 5000, SMALL_BYTES - 5000)), crcs).get());
            ByteBuffer found = ByteBuffer.allocate(SMALL_BYTES);
            assertEquals(SMALL_BYTES, small.read(fid, offset, found, crcs).get());
            assertArrayEquals(bytes, found.array());
            byte[] page = LwioEndToEndTest.random(4096, offset);
            ByteBuffer twice = ByteBuffer.allocate(SMALL_BYTES).put(page).put(page);
            assertEquals(SMALL_BYTES, small.writeCollapsed(fid, offset, ByteBuffer.wrap(page), SMALL_BYTES,
                    SimulatedFiles.crcs(twice.array(), offset)).get());
        }
        ByteBuffer large = ByteBuffer.allocate(LARGE_BYTES);
        assertEquals(LARGE_BYTES, small.read(fid, 0, large, new int[17]).get());
        int[] crcs = new int[100];
        assertThrows(IllegalArgumentException.class,
                () -> small.write(fid, 0, ByteBuffer.allocate(SMALL_BYTES + 1), crcs));
        assertThrows(IllegalArgumentException.class,
                () -> small.writeCollapsed(fid, 0, ByteBuffer.allocate(4096), SMALL_BYTES + 1, crcs));
        // As many pages as can be described in a small buffer, but one description for the checksums.
        int pages = (SMALL_BYTES + 3 * 4) / 16 - 1;
        assertEquals(pages * 4096, small.maxVectoredReadBytes());
        List<ByteBuffer> into = new ArrayList<>();
        for (int i = 0; i < pages; i++) {
            into.add(ByteBuffer.allocate(4096));
        }
        assertEquals(pages * 4096, small.readVectored(fid, 0, into, new int[pages]).get());
        assertTrue(small.isOpen());
        closeAll(connections);
    }

    private void awaitConnections(int count) throws InterruptedException {
        await(() -> fixture.server.connections() <= count);
    }

    /** Until the test's time is over. */
    private static void await(BooleanSupplier done) throws InterruptedException {
        while (!done.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("it does not come to that");
            }
            Thread.onSpinWait();
        }
    }

    private static int speak(LwioConnection connection) throws IOException {
        return connection.register(MemoryFiles.key(1), false, false);
    }

    private static void speakAndClose(LwioConnection connection) throws IOException {
        connection.closeFid(speak(connection));
    }

    private static void awaitEnd(LwioConnection connection) throws InterruptedException {
        await(() -> !connection.isOpen());
    }

    /** Only who has said nothing for long, and has nothing open, has to make room, and only for who could use it. */
    @Test
    void whoDoesNothingForLongMakesRoomForTheNextWhoComes() throws Exception {
        List<LwioConnection> large = connect(LARGE_CONNECTIONS);
        LwioConnection speaking = large.get(0);
        LwioConnection open = large.get(1);
        LwioConnection dormant = large.get(2);
        speakAndClose(speaking);
        int fid = speak(open);
        speakAndClose(dormant);
        List<LwioConnection> small = connect(1);
        nowNanos.addAndGet(DormantConnections.DORMANT_NANOS - 1);
        small.addAll(connect(1));
        assertEquals(LARGE_CONNECTIONS + 2, fixture.server.connections(), "not yet");
        nowNanos.addAndGet(1);
        speakAndClose(speaking);
        small.addAll(connect(1));
        awaitEnd(dormant);
        awaitConnections(LARGE_CONNECTIONS + 2);
        assertEquals(List.of(SMALL_BYTES, SMALL_BYTES, SMALL_BYTES), sizes(small));
        speakAndClose(speaking);
        assertEquals(8, open.write(fid, 0, ByteBuffer.allocate(8), null).get());
        large.add(fixture.connect());
        assertEquals(LARGE_BYTES, large.get(LARGE_CONNECTIONS).maxWriteBytes());
        // The small ones do nothing either, but that helps nobody who wants a large one.
        nowNanos.addAndGet(DormantConnections.DORMANT_NANOS);
        speakAndClose(speaking);
        speakAndClose(large.get(LARGE_CONNECTIONS));
        small.addAll(connect(1));
        for (LwioConnection one : small) {
            speakAndClose(one);
        }
        assertEquals(8, open.write(fid, 0, ByteBuffer.allocate(8), null).get());
        closeAll(large);
        closeAll(small);
    }

    /** The large one comes first, but who wished for medium ones would not get it. */
    @Test
    void whoMakesRoomHasWhatTheNewcomerWished() throws Exception {
        int medium = 2 * SMALL_BYTES;
        LwioServerConfig config = new LwioServerConfig(CREDITS, LARGE_BYTES,
                List.of(new ReceiveSizeClass(LARGE_BYTES, 4 * (LARGE_BYTES + 128L)),
                        new ReceiveSizeClass(medium, 2 * (medium + 128L)),
                        new ReceiveSizeClass(SMALL_BYTES, 8 * (SMALL_BYTES + 64L))),
                4, 64, 100, 60_000, 30_000, 10_000);
        try (LwioFixture three = new LwioFixture(config, fabric(), new FairCredits(), nowNanos::get)) {
            LwioConnection large = three.connect();
            three.clientConfig = new LwioClientConfig(CREDITS, LARGE_BYTES, medium, 1024, 100, 30_000);
            LwioConnection dormant = three.connect();
            List<LwioConnection> late = new ArrayList<>(List.of(three.connect()));
            nowNanos.addAndGet(DormantConnections.DORMANT_NANOS);
            late.add(three.connect());
            awaitEnd(dormant);
            await(() -> three.server.connections() <= 3);
            late.add(three.connect());
            assertEquals(List.of(SMALL_BYTES, SMALL_BYTES, medium), sizes(late));
            assertEquals(LARGE_BYTES, large.maxWriteBytes());
            speakAndClose(large);
            large.close();
            closeAll(late);
        }
    }

    /** Who could not use what is kept, or gets what he wishes, ends nobody; nor who comes while all are at work. */
    @Test
    void nobodyHasToGoForWhoGetsNothingByIt() throws Exception {
        List<LwioConnection> all = connect(LARGE_CONNECTIONS + 1);
        nowNanos.addAndGet(2 * DormantConnections.DORMANT_NANOS);
        fixture.clientConfig = new LwioClientConfig(CREDITS, LARGE_BYTES, 4096, 1024, 100, 30_000);
        all.addAll(connect(2));
        assertTrue(all.stream().allMatch(LwioConnection::isOpen));
        // What is said after the look is heard too.
        fixture.clientConfig = LwioClientConfig.DEFAULT;
        List<Integer> fids = new ArrayList<>();
        for (LwioConnection one : all) {
            fids.add(one.register(MemoryFiles.key(1), false, false));
        }
        all.addAll(connect(1));
        for (int i = 0; i < fids.size(); i++) {
            assertEquals(8, all.get(i).write(fids.get(i), 0, ByteBuffer.allocate(8), null).get());
        }
        assertEquals(all.size(), fixture.server.connections());
        closeAll(all);
    }

    /** The server's end of a connection that was the last to come. */
    private ServerConnection serverEndBeside(List<ServerConnection> others) {
        return fixture.server.busiestConnections(9).values().stream().map(ServerConnection.class::cast)
                .filter(one -> !others.contains(one)).findFirst().orElseThrow();
    }

    /** All connections are listed, one of them ends, and then the list is looked at: what has ended is let go. */
    @Test
    void whoEndsWhileItIsLookedForIsNotKept() throws Exception {
        LwioConnection ending = fixture.connect();
        ServerConnection first = serverEndBeside(List.of());
        LwioConnection staying = fixture.connect();
        List<ServerConnection> listed = List.of(first, serverEndBeside(List.of(first)));
        DormantConnections dormant = new DormantConnections(nowNanos::get);
        dormant.makeRoom(NOBODY_HELPS_BYTES, NOBODY_HELPS_BYTES, () -> listed);
        assertEquals(2, dormant.known());
        ending.close();
        awaitConnections(1);
        nowNanos.addAndGet(DormantConnections.DORMANT_NANOS);
        dormant.makeRoom(NOBODY_HELPS_BYTES, NOBODY_HELPS_BYTES, () -> {
            dormant.forget(first);
            return listed;
        });
        assertEquals(1, dormant.known());
        assertTrue(staying.isOpen());
        staying.close();
    }

    /** Who has ended makes no room by being ended once more: it is the next one's turn. */
    @Test
    void whoHasEndedIsNotTakenForOneThatMakesRoom() throws Exception {
        LwioConnection ending = fixture.connect();
        ServerConnection first = serverEndBeside(List.of());
        LwioConnection dormantOne = fixture.connect();
        List<ServerConnection> listed = List.of(first, serverEndBeside(List.of(first)));
        DormantConnections dormant = new DormantConnections(nowNanos::get);
        dormant.makeRoom(NOBODY_HELPS_BYTES, NOBODY_HELPS_BYTES, () -> listed);
        nowNanos.addAndGet(DormantConnections.DORMANT_NANOS);
        dormant.makeRoom(NOBODY_HELPS_BYTES, NOBODY_HELPS_BYTES, () -> listed);
        ending.close();
        awaitConnections(1);
        dormant.makeRoom(0, NOBODY_HELPS_BYTES, () -> listed);
        awaitEnd(dormantOne);
        dormantOne.close();
    }

    private interface Attack {
        byte[] on(RawPeer peer, int fid);
    }

    /** What a large connection may say ends a small one, and nobody else notices. */
    private void assertEnds(LwioStatus expected, Attack attack) throws Exception {
        assertEnds(expected, 0, attack);
    }

    private void assertEnds(LwioStatus expected, int flags, Attack attack) throws Exception {
        List<LwioConnection> large = connect(LARGE_CONNECTIONS);
        List<Integer> fids = new ArrayList<>();
        for (LwioConnection one : large) {
            fids.add(one.register(MemoryFiles.key(1), false, false));
        }
        try (RawPeer honest = RawPeer.authenticated(fixture);
                RawPeer hostile = RawPeer.authenticated(fixture)) {
            assertEquals(ChecksumPieces.maxBytes(SMALL_BYTES), hostile.maxReceiveBytes);
            int honestFid = honest.registered(1, 0);
            int fid = hostile.registered(2, FidParams.FLAG_NO_INTERMEDIATE_BUFFERING | flags);
            hostile.send(attack.on(hostile, fid));
            assertEquals(expected, hostile.awaitEnd());
            assertNull(fixture.files.writeOrder.get(2L), "nothing of it is written");
            honest.send(honest.write(honestFid, SMALL_BYTES, SMALL_BYTES));
            assertEquals(LwioStatus.SUCCESS, honest.answer().status());
            for (int i = 0; i < large.size(); i++) {
                ByteBuffer bytes = ByteBuffer.allocate(LARGE_BYTES);
                assertEquals(LARGE_BYTES, large.get(i).write(fids.get(i), 0, bytes, null).get());
            }
        }
        closeAll(large);
    }

    @Test
    void aWriteThatOnlyALargeBufferHoldsEndsASmallConnection() throws Exception {
        assertEnds(null, (peer, fid) -> peer.write(fid, peer.maxReceiveBytes + 1, peer.maxReceiveBytes + 1));
    }

    @Test
    void aWriteOfAllThatALargeBufferHoldsEndsASmallConnection() throws Exception {
        assertEnds(null, (peer, fid) -> peer.write(fid, LARGE_BYTES, LARGE_BYTES));
    }

    /** One page comes, which fits; what it stands for would not. */
    @Test
    void aCollapsedWriteThatOnlyALargeBufferHoldsEndsASmallConnection() throws Exception {
        assertEnds(LwioStatus.INVALID_PARAMETER, (peer, fid) -> peer.writeVectored(fid, 0xA0, peer.maxReceiveBytes + 1,
                RdmaRegion.pagesOf(peer.maxReceiveBytes + 1, 4096), 4096));
    }

    /** What it stands for would fit, but not with its checksums. */
    @Test
    void aCollapsedWriteWhoseChecksumsDoNotFitEndsASmallConnection() throws Exception {
        int length = ChecksumPieces.maxBytes(SMALL_BYTES) - 4;
        int pieces = ChecksumPieces.count(0, length);
        assertTrue(length + pieces * 4 > ChecksumPieces.maxBytes(SMALL_BYTES));
        assertEnds(LwioStatus.INVALID_PARAMETER, FidParams.FLAG_CHECKSUMMED, (peer, fid) -> peer.writeVectored(fid,
                0xA0, length, RdmaRegion.pagesOf(length, 4096), 4096 + pieces * 4));
    }

    /** Buffers of one class are no reserve of the other: what is overrun is its own class, and only by its own. */
    @Test
    void whoOverrunsSmallCreditsFindsNoLargeBuffer() throws Exception {
        List<LwioConnection> large = connect(LARGE_CONNECTIONS);
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        List<Runnable> begun = new ArrayList<>();
        try (RawPeer hostile = RawPeer.authenticated(fixture)) {
            int fid = hostile.registered(1, 0);
            fixture.files.completions = held::add;
            for (int i = 0; i < hostile.credits; i++) {
                hostile.send(hostile.write(fid, 8, 8));
                begun.add(held.take());
            }
            hostile.send(hostile.write(fid, 8, 8));
            WorkCompletion[] one = WorkCompletion.batch(1);
            hostile.sends.await(one, 100);
            assertEquals(WorkStatus.RECEIVER_NOT_READY, one[0].status());
            hostile.awaitEnd();
            fixture.files.completions = Runnable::run;
            begun.forEach(Runnable::run);
        }
        closeAll(large);
    }

    /** Whoever proves himself may hoard: it costs others the size of their writes, not their service. */
    @Test
    void aFloodThatTakesTheLargeOnesAndHoldsThemTurnsNobodyAway() throws Exception {
        List<RawPeer> hoarders = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            hoarders.add(RawPeer.authenticated(fixture));
        }
        assertEquals(LARGE_CONNECTIONS, hoarders.stream()
                .filter(one -> one.maxReceiveBytes == ChecksumPieces.maxBytes(LARGE_BYTES)).count());
        LwioConnection late = fixture.connect();
        assertEquals(SMALL_BYTES, late.maxWriteBytes());
        int fid = late.register(MemoryFiles.key(1), false, false);
        List<CompletableFuture<Integer>> writes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            writes.add(late.write(fid, i * (long) SMALL_BYTES, ByteBuffer.allocate(SMALL_BYTES), null));
        }
        for (CompletableFuture<Integer> one : writes) {
            assertEquals(SMALL_BYTES, one.get());
        }
        late.close();
        hoarders.forEach(RawPeer::close);
        awaitConnections(0);
        assertEquals(0, fixture.server.buffersInUse());
        assertEquals(0, fixture.server.creditsGranted());
        assertEquals(fixture.server.bufferBytesMade(), fixture.serverNic.registeredBytes());
        LwioConnection next = fixture.connect();
        assertEquals(LARGE_BYTES, next.maxWriteBytes());
        next.close();
    }
}
