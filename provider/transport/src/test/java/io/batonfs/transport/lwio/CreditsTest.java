package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.TransportMetric;
import io.batonfs.transport.verbs.TransportMetrics;
import io.batonfs.transport.verbs.WorkStatus;
import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The credit handshake (LW-13), over the in-process wire; subclasses take others. */
@Timeout(60)
class CreditsTest {
    private static final int IO_BYTES = 4096;
    private static final int BUFFER_BYTES = CommonHeader.BYTES + IO_BYTES + 2 * ChecksumPieces.CRC_BYTES;

    /** What to run over. */
    TestFabric fabric() throws IOException {
        return TestFabric.inProcess();
    }

    private LwioFixture fixture(int limit, int budget, CreditPolicy policy) throws IOException {
        return new LwioFixture(new LwioServerConfig(limit, IO_BYTES, IO_BYTES, (long) budget * BUFFER_BYTES, 16, 64,
                100, 60_000, 10_000), fabric(), policy);
    }

    private static int credits(LwioConnection connection) {
        return ((ClientConnection) connection).credits();
    }

    /** By the rules of the test: what to begin with, and the changes, one after another. */
    private static final class Scripted implements CreditPolicy {
        private final int initial;
        private final ArrayDeque<Integer> changes = new ArrayDeque<>();

        Scripted(int initial, int... changes) {
            this.initial = initial;
            for (int change : changes) {
                this.changes.add(change);
            }
        }

        @Override
        public int initial(int wished, Connection connection, Budget budget) {
            return initial;
        }

        @Override
        public synchronized int change(Connection connection, Budget budget, boolean contested) {
            return changes.isEmpty() ? 0 : changes.removeFirst();
        }
    }

    private static RawPeer.Answer delta(RawPeer peer) throws Exception {
        RawPeer.Answer answer = peer.answer();
        assertEquals(0, answer.cookie());
        assertEquals(LwioStatus.NOTIFY_CREDIT, answer.status());
        return answer;
    }

    /** Of the one connection that is authenticated, and so of the server. */
    private static void assertCredits(LwioFixture fixture, int now, int granted, int askedBack) {
        List<TransportMetrics> shown = new ArrayList<>(fixture.server.busiestConnections(5).values());
        assertEquals(1, shown.size());
        shown.add(fixture.server.metrics());
        for (TransportMetrics metrics : shown) {
            assertEquals(now, metrics.get(TransportMetric.CREDITS));
            assertEquals(granted, metrics.get(TransportMetric.CREDITS_GRANTED));
            assertEquals(askedBack, metrics.get(TransportMetric.CREDITS_ASKED_BACK));
        }
    }

    @Test
    void figuresOfConnectionsAreTheirOwnAndTheBusiestComeFirst() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        try (LwioFixture fixture = fixture(4, 16, new Scripted(4));
                RawPeer idle = RawPeer.authenticated(fixture);
                RawPeer busy = RawPeer.authenticated(fixture);
                RawPeer stranger = RawPeer.connect(fixture)) {
            assertTrue(stranger.credits == 0 && idle.credits == 4);
            int fid = busy.registered(1, 0);
            TransportMetrics metrics = fixture.server.busiestConnections(1).get(busy.sessionId);
            long received = metrics.get(TransportMetric.SENDS_RECEIVED);
            long bytes = metrics.get(TransportMetric.BYTES_RECEIVED);
            fixture.files.completions = held::add;
            busy.send(write(busy, fid, 1));
            busy.send(write(busy, fid, 1));
            Runnable first = held.take();
            Runnable last = held.take();
            assertEquals(received + 2, metrics.get(TransportMetric.SENDS_RECEIVED));
            assertEquals(bytes + 2 * (CommonHeader.BYTES + 8), metrics.get(TransportMetric.BYTES_RECEIVED));
            assertEquals(2, metrics.get(TransportMetric.REQUESTS_UNDER_WAY));
            assertEquals(2, fixture.server.metrics().get(TransportMetric.REQUESTS_UNDER_WAY));
            Map<Long, TransportMetrics> both = fixture.server.busiestConnections(5);
            assertEquals(List.of(busy.sessionId, idle.sessionId), List.copyOf(both.keySet()));
            assertEquals(0, both.get(idle.sessionId).get(TransportMetric.REQUESTS_UNDER_WAY));
            fixture.files.completions = Runnable::run;
            last.run();
            assertEquals(LwioStatus.SUCCESS, busy.answer().status());
            first.run();
            assertEquals(LwioStatus.SUCCESS, busy.answer().status());
        }
    }

    /** A request whose header says that so many are pending. */
    private static byte[] write(RawPeer peer, int fid, int pending) {
        return peer.message(Opcode.WRITE, 0x80, 8, 8, (header, message) -> header.fid(fid).creditsHint(pending));
    }

    @Test
    void thePositiveTransactionByHand() throws Exception {
        // The second change is asked for by the second pending hint, the rest never: unused credits were returned.
        try (LwioFixture fixture = fixture(16, 16, new Scripted(1, 3, 5, 5, 5));
                RawPeer peer = RawPeer.authenticated(fixture)) {
            assertEquals(1, peer.credits);
            int fid = peer.registered(1, 0);
            peer.send(write(peer, fid, 9));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status());
            assertEquals(3, delta(peer).information());
            assertEquals(4, fixture.server.creditsGranted());
            assertCredits(fixture, 4, 4, 0);
            // Only now may a second transaction begin, and a request in between begins none.
            peer.send(write(peer, fid, 9));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status());
            byte[] credit = peer.credit(0);
            peer.send(credit);
            RawPeer.Answer done = peer.answer();
            assertEquals(new CommonHeader().wrap(Hex.buffer(credit), 0).cookie(), done.cookie());
            assertEquals(LwioStatus.SUCCESS, done.status());
            assertEquals(0, done.information());
            peer.send(write(peer, fid, 9));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status());
            assertEquals(5, delta(peer).information());
            peer.send(peer.credit(2));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status());
            assertEquals(7, fixture.server.creditsGranted());
            assertCredits(fixture, 7, 9, 0);
            // What is not wanted is not offered again, and its two buffers are free at once.
            assertEquals(7, fixture.server.buffersInUse());
            for (int i = 0; i < 5; i++) {
                peer.send(write(peer, fid, 9));
                assertEquals(LwioStatus.SUCCESS, peer.answer().status());
            }
            assertEquals(7, fixture.server.buffersInUse());
        }
    }

    /** It has not kept to its word, and others must not be given what it holds. */
    @Test
    void aClientThatReturnsCreditsWhichItUsesGivesThemBackAsItsRequestsEnd() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        try (LwioFixture fixture = fixture(16, 16, new Scripted(1, 3));
                RawPeer peer = RawPeer.authenticated(fixture)) {
            int fid = peer.registered(1, 0);
            peer.send(write(peer, fid, 9));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status());
            assertEquals(3, delta(peer).information());
            fixture.files.completions = held::add;
            for (int i = 0; i < 3; i++) {
                peer.send(write(peer, fid, 1));
            }
            peer.send(peer.credit(2));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status());
            assertEquals(2, fixture.server.creditsGranted());
            assertEquals(3, fixture.server.buffersInUse(), "those that hold its writes");
            for (int left = 2; left >= 0; left--) {
                held.take().run();
                assertEquals(LwioStatus.SUCCESS, peer.answer().status());
                assertEquals(2, fixture.server.buffersInUse());
            }
            fixture.files.completions = Runnable::run;
            peer.send(write(peer, fid, 1));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status(), "it has two credits still");
        }
    }

    /** The memory is shared, and full: what one of them overruns is not what the other has been granted. */
    @Test
    void whoOverrunsHisCreditsTakesNoReceiveOfOthers() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        List<Runnable> begun = new ArrayList<>();
        try (LwioFixture fixture = fixture(16, 4, new Scripted(2));
                RawPeer honest = RawPeer.authenticated(fixture);
                RawPeer hostile = RawPeer.authenticated(fixture)) {
            int hostileFid = hostile.registered(1, 0);
            int honestFid = honest.registered(1, 0);
            fixture.files.completions = held::add;
            for (int i = 0; i < 2; i++) {
                hostile.send(write(hostile, hostileFid, 1));
                begun.add(held.take());
            }
            hostile.send(write(hostile, hostileFid, 1));
            hostile.awaitEnd();
            assertEquals(WorkStatus.RECEIVER_NOT_READY, hostile.pair.cause());
            for (int i = 0; i < 2; i++) {
                honest.send(write(honest, honestFid, 1));
                begun.add(held.take());
            }
            fixture.files.completions = Runnable::run;
            begun.forEach(Runnable::run);
            for (int i = 0; i < 2; i++) {
                assertEquals(LwioStatus.SUCCESS, honest.answer().status());
            }
        }
    }

    @Test
    void moreUnusedThanOfferedAndWrongCountsEndTheConnection() throws Exception {
        for (int count : new int[] {4, -1, Integer.MAX_VALUE}) {
            try (LwioFixture fixture = fixture(16, 16, new Scripted(2, 3));
                    RawPeer peer = RawPeer.authenticated(fixture)) {
                peer.send(write(peer, peer.registered(1, 0), 9));
                peer.answer();
                delta(peer);
                peer.send(peer.credit(count));
                assertEquals(LwioStatus.INVALID_PARAMETER, peer.awaitEnd());
            }
        }
    }

    @Test
    void theNegativeTransactionByHand() throws Exception {
        // The second connection finds nothing free; the first is asked for 2.
        try (LwioFixture fixture = fixture(16, 4, new Scripted(4, 0, -1));
                RawPeer peer = RawPeer.authenticated(fixture)) {
            assertThrows(LwioException.class, fixture::connect);
            int fid = peer.registered(1, 0);
            assertThrows(LwioException.class, fixture::connect);
            assertEquals(-1, delta(peer).information());
            peer.send(write(peer, fid, 1));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status(), "other requests go on");
            peer.send(peer.credit(-1));
            assertEquals(LwioStatus.NOTIFY_CREDIT, peer.answer().status());
            assertEquals(3, fixture.server.creditsGranted());
            assertCredits(fixture, 3, 4, 1);
            LwioConnection second = fixture.connect();
            assertEquals(1, credits(second));
            second.close();
        }
        for (int count : new int[] {1, 0, -2}) {
            try (LwioFixture fixture = fixture(16, 4, new Scripted(4, -1));
                    RawPeer peer = RawPeer.authenticated(fixture)) {
                // Behind the answer to AUTH, before which no credits are changed.
                peer.registered(1, 0);
                assertThrows(LwioException.class, fixture::connect);
                assertEquals(-1, delta(peer).information());
                peer.send(peer.credit(count));
                assertEquals(LwioStatus.INVALID_PARAMETER, peer.awaitEnd());
            }
        }
    }

    /** Whoever has more to do than credits gets more, the more so the longer the queue. */
    @Test
    void aConnectionThatQueuesGetsMore() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        CreditPolicy fair = new FairCredits();
        CreditPolicy oneFirst = new CreditPolicy() {
            @Override
            public int initial(int wished, Connection connection, Budget budget) {
                return 1;
            }

            @Override
            public int change(Connection connection, Budget budget, boolean contested) {
                return fair.change(connection, budget, contested);
            }
        };
        try (LwioFixture fixture = fixture(16, 64, oneFirst)) {
            LwioConnection connection = fixture.connect();
            int fid = connection.register(MemoryFiles.key(1), false, false);
            assertEquals(1, credits(connection));
            fixture.files.completions = held::add;
            List<CompletableFuture<Integer>> writes = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                writes.add(connection.write(fid, 0, ByteBuffer.allocate(8), null));
            }
            // The first is sent when nothing waits behind it yet; the next tells of the rest.
            held.take().run();
            List<Runnable> atOnce = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                atOnce.add(held.take());
            }
            assertEquals(16, credits(connection));
            fixture.files.completions = Runnable::run;
            atOnce.forEach(Runnable::run);
            for (CompletableFuture<Integer> write : writes) {
                assertEquals(8, write.get());
            }
            connection.close();
        }
    }

    /** A server that gave everything away to connections that do nothing has room for newcomers all the same. */
    @Test
    void idleConnectionsMakeRoomForNewcomers() throws Exception {
        try (LwioFixture fixture = fixture(4, 7, new FairCredits())) {
            List<LwioConnection> connections = new ArrayList<>();
            while (connections.size() < 7) {
                try {
                    connections.add(fixture.connect());
                } catch (LwioException refused) {
                    assertEquals(LwioStatus.INSUFFICIENT_RESOURCES, refused.status());
                    // Credits are on their way back; the client tries again.
                    Thread.onSpinWait();
                }
            }
            assertEquals(7, fixture.server.creditsGranted());
            assertThrows(LwioException.class, fixture::connect, "nobody gives his last");
            for (LwioConnection one : connections) {
                int fid = one.register(MemoryFiles.key(1), false, false);
                assertEquals(8, one.write(fid, 0, ByteBuffer.allocate(8), null).get());
            }
            connections.get(0).close();
            for (LwioConnection one : connections) {
                one.close();
            }
            fixture.checkClientsGone();
        }
    }

    /** Many connections and few buffers: nobody overruns, nothing leaks, nobody starves, and the credits add up. */
    @Test
    void manyConnectionsOnASmallBudget() throws Exception {
        long seed = Long.getLong("lwio.seed", System.nanoTime());
        System.out.println("-Dlwio.seed=" + seed);
        int budget = 12;
        int users = 6;
        ExecutorService threads = Executors.newFixedThreadPool(users + 1);
        ExecutorService later = Executors.newFixedThreadPool(2);
        try (LwioFixture fixture = fixture(8, budget, new FairCredits())) {
            fixture.clientConfig = new LwioClientConfig(10, IO_BYTES, IO_BYTES, 1024, 10_000, 30_000);
            fixture.files.completions = later;
            AtomicBoolean over = new AtomicBoolean();
            CountDownLatch watching = new CountDownLatch(1);
            Future<?> watch = threads.submit(() -> {
                watching.countDown();
                while (!over.get()) {
                    int granted = fixture.server.creditsGranted();
                    assertTrue(granted <= budget, granted + " credits of a budget of " + budget + ", seed " + seed);
                    Thread.sleep(1);
                }
                return null;
            });
            watching.await();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < users; i++) {
                Random random = new Random(seed + i);
                running.add(threads.submit(() -> {
                    use(fixture, random);
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            over.set(true);
            watch.get();
            fixture.checkClientsGone();
            fixture.files.completions = Runnable::run;
        } finally {
            threads.shutdown();
            later.shutdown();
        }
    }

    private static LwioConnection connectAtLast(LwioFixture fixture) throws IOException {
        while (true) {
            try {
                return fixture.connect();
            } catch (LwioException e) {
                assertEquals(LwioStatus.INSUFFICIENT_RESOURCES, e.status());
                Thread.onSpinWait();
            }
        }
    }

    private static void use(LwioFixture fixture, Random random) throws Exception {
        for (int turn = 0; turn < 6; turn++) {
            LwioConnection connection = connectAtLast(fixture);
            int fid = connection.register(MemoryFiles.key(random.nextInt(3)), false, true);
            for (int round = 0; round < 40; round++) {
                LwioIo io = random.nextBoolean() ? connection : connection.polling();
                List<CompletableFuture<Integer>> outstanding = new ArrayList<>();
                for (int i = random.nextInt(25); i >= 0; i--) {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(1 + random.nextInt(IO_BYTES));
                    int[] crcs = MemoryFiles.crcs(new byte[IO_BYTES], 0, buffer.capacity());
                    outstanding.add(random.nextBoolean() ? io.read(fid, 0, buffer, new int[2])
                            : io.write(fid, 0, buffer, crcs));
                }
                for (CompletableFuture<Integer> one : outstanding) {
                    assertTrue(connection.await(one, 40_000), "starved with " + credits(connection) + " credits");
                    one.get();
                }
            }
            assertTrue(credits(connection) >= 1 && connection.isOpen());
            connection.close();
        }
    }
}
