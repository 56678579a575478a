package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads, many connections, ends in the middle of things. */
@Timeout(120)
class LwioConcurrencyTest {

    /** What to run over. */
    TestFabric fabric() throws IOException {
        return TestFabric.inProcess();
    }

    private LwioFixture fixture(LwioServerConfig config) throws IOException {
        return new LwioFixture(config, fabric());
    }

    private static LwioStatus statusOf(CompletableFuture<?> future) throws Exception {
        return LwioEndToEndTest.statusOf(future);
    }

    /** Each thread writes its own stripe and reads it back, over connections that threads share. */
    @Test
    void manyThreadsOnManyConnectionsKeepTheirBytesApart() throws Exception {
        long seed = Long.getLong("lwio.seed", System.nanoTime());
        System.out.println("-Dlwio.seed=" + seed);
        try (LwioFixture fixture = fixture(LwioServerConfig.DEFAULT)) {
            int threads = 6;
            List<LwioConnection> connections = List.of(fixture.connect(), fixture.connect(), fixture.connect());
            ExecutorService users = Executors.newFixedThreadPool(threads);
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                running.add(users.submit(() -> {
                    stripe(connections.get(number % connections.size()), number, new Random(seed + number));
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            users.shutdown();
            for (LwioConnection connection : connections) {
                connection.close();
            }
            fixture.checkClientsGone();
        }
    }

    private static void stripe(LwioConnection connection, int number, Random random) throws Exception {
        int fid = connection.register(MemoryFiles.key(number / 3), false, true);
        int stripeBytes = 512 * 1024;
        long base = (long) (number % 3) * stripeBytes;
        byte[] file = new byte[MemoryFiles.FILE_BYTES];
        for (int round = 0; round < 60; round++) {
            List<CompletableFuture<Integer>> writes = new ArrayList<>();
            int at = 0;
            while (at < stripeBytes) {
                int length = Math.min(stripeBytes - at, 1 + random.nextInt(100_000));
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                System.arraycopy(bytes, 0, file, (int) base + at, length);
                writes.add(connection.write(fid, base + at, LwioEndToEndTest.buffer(random.nextBoolean(), bytes),
                        MemoryFiles.crcs(file, base + at, length)));
                at += length;
            }
            for (CompletableFuture<Integer> write : writes) {
                write.get();
            }
            for (int i = 0; i < 5; i++) {
                int offset = random.nextInt(stripeBytes - 1);
                int length = 1 + random.nextInt(Math.min(200_000, stripeBytes - offset));
                ByteBuffer read = random.nextBoolean() ? ByteBuffer.allocate(length)
                        : ByteBuffer.allocateDirect(length);
                int[] crcs = new int[ChecksumPieces.count(base + offset, length)];
                assertEquals(length, connection.read(fid, base + offset, read, crcs).get());
                byte[] found = new byte[length];
                read.get(0, found);
                assertArrayEquals(java.util.Arrays.copyOfRange(file, (int) base + offset,
                        (int) base + offset + length), found);
                assertArrayEquals(MemoryFiles.crcs(file, base + offset, length), crcs);
            }
        }
        connection.closeFid(fid);
    }

    /** Who forces waits for the device alone: neither his own connection nor another does. */
    @Test
    void whileOneWriteIsForcedAllOthersAreServed() throws Exception {
        try (LwioFixture fixture = fixture(LwioServerConfig.DEFAULT)) {
            LwioConnection own = fixture.connect();
            LwioConnection other = fixture.connect();
            int forced = own.register(MemoryFiles.key(1), true, false);
            int plain = own.register(MemoryFiles.key(2), false, false);
            int othersForced = other.register(MemoryFiles.key(3), true, false);
            int othersPlain = other.register(MemoryFiles.key(2), false, false);
            LinkedBlockingQueue<Runnable> device = new LinkedBlockingQueue<>();
            fixture.files.forces = device::add;
            CompletableFuture<Integer> first = own.write(forced, 0, ByteBuffer.allocate(1024), null);
            Runnable slow = device.take();
            fixture.files.forces = null;
            for (int i = 1; i <= 20; i++) {
                ByteBuffer bytes = ByteBuffer.allocate(100);
                assertEquals(100, own.read(plain, i, bytes, null).get());
                assertEquals(100, other.read(othersPlain, i, bytes, null).get());
                assertEquals(100, own.write(forced, 1024L * i, bytes, null).get());
                assertEquals(100, other.write(othersForced, 1024L * i, bytes, null).get());
            }
            assertFalse(first.isDone());
            slow.run();
            assertEquals(1024, first.get());
            own.close();
            other.close();
            fixture.checkClientsGone();
        }
    }

    @Test
    void aConnectionCutInTheMiddleFailsEveryFuture() throws Exception {
        try (LwioFixture fixture = fixture(LwioServerConfig.DEFAULT)) {
            LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
            LwioConnection connection = fixture.connect();
            int fid = connection.register(MemoryFiles.key(1), false, false);
            fixture.files.completions = held::add;
            List<CompletableFuture<Integer>> outstanding = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                outstanding.add(i % 2 == 0 ? connection.read(fid, 0, ByteBuffer.allocateDirect(8192), null)
                        : connection.write(fid, 0, ByteBuffer.allocate(8192), null));
            }
            List<Runnable> begun = new ArrayList<>();
            for (int i = 0; i < LwioServerConfig.DEFAULT.credits(); i++) {
                begun.add(held.take());
            }
            fixture.serverNic.close();
            for (CompletableFuture<Integer> future : outstanding) {
                assertEquals(LwioStatus.CONNECTION_DISCONNECTED, statusOf(future));
            }
            connection.close();
            fixture.checkClientsGone();
            assertEquals(1, fixture.files.open.get(), "the file waits for its I/O");
            begun.forEach(Runnable::run);
        }
    }

    @Test
    void closingDuringIoLeavesNothing() throws Exception {
        long seed = Long.getLong("lwio.seed", System.nanoTime());
        System.out.println("-Dlwio.seed=" + seed);
        Random random = new Random(seed);
        try (LwioFixture fixture = fixture(LwioServerConfig.DEFAULT)) {
            ExecutorService later = Executors.newSingleThreadExecutor();
            fixture.files.completions = later;
            for (int round = 0; round < 60; round++) {
                LwioConnection connection = fixture.connect();
                int fid = connection.register(MemoryFiles.key(1), false, random.nextBoolean());
                List<CompletableFuture<Integer>> outstanding = new ArrayList<>();
                int requests = random.nextInt(40);
                for (int i = 0; i < requests; i++) {
                    int[] crcs = new int[20];
                    outstanding.add(random.nextBoolean()
                            ? connection.read(fid, 0, ByteBuffer.allocateDirect(50_000), crcs)
                            : connection.write(fid, 0, ByteBuffer.allocateDirect(50_000), crcs));
                }
                if (random.nextBoolean()) {
                    try {
                        connection.closeFid(fid);
                    } catch (LwioException e) {
                        throw new AssertionError(e);
                    }
                }
                connection.close();
                for (CompletableFuture<Integer> future : outstanding) {
                    assertTrue(future.isDone());
                }
                fixture.checkClientsGone();
            }
            fixture.files.completions = Runnable::run;
            later.shutdown();
        }
    }

    @Test
    void closingTheServerFailsItsClients() throws Exception {
        try (LwioFixture fixture = fixture(LwioServerConfig.DEFAULT)) {
            LwioConnection connection = fixture.connect();
            int fid = connection.register(MemoryFiles.key(1), false, false);
            fixture.server.close();
            assertEquals(LwioStatus.CONNECTION_DISCONNECTED,
                    statusOf(connection.read(fid, 0, ByteBuffer.allocate(8), null)));
            connection.close();
            assertThrows(java.io.IOException.class, fixture::connect);
        }
    }

    @Test
    void aFutureMayCloseItsConnection() throws Exception {
        try (LwioFixture fixture = fixture(LwioServerConfig.DEFAULT)) {
            LwioConnection connection = fixture.connect();
            int fid = connection.register(MemoryFiles.key(1), false, false);
            CountDownLatch closed = new CountDownLatch(1);
            connection.read(fid, 0, ByteBuffer.allocate(8), null).thenRun(() -> {
                try {
                    connection.close();
                    closed.countDown();
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            closed.await();
            connection.close();
            fixture.checkClientsGone();
        }
    }

    /** Readers of the server's few buffers take turns; nobody starves and nothing is lost. */
    @Test
    void readsBeyondTheServersBuffersWaitTheirTurn() throws Exception {
        LwioServerConfig config = new LwioServerConfig(64, 4096, 4096, 16L << 20, 2, 16, 100, 10_000, 10_000);
        try (LwioFixture fixture = fixture(config)) {
            fixture.clientConfig = new LwioClientConfig(64, 4096, 4096, 1024, 10_000, 30_000);
            ExecutorService later = Executors.newSingleThreadExecutor();
            fixture.files.completions = later;
            LwioConnection connection = fixture.connect();
            int fid = connection.register(MemoryFiles.key(1), false, false);
            List<CompletableFuture<Integer>> reads = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                reads.add(connection.read(fid, i, ByteBuffer.allocate(1000), null));
            }
            for (CompletableFuture<Integer> read : reads) {
                assertEquals(1000, read.get());
            }
            connection.close();
            later.shutdown();
        }
    }

    @Test
    void aFullQueueRefusesAndGoesOn() throws Exception {
        try (LwioFixture fixture = fixture(LwioServerConfig.DEFAULT)) {
            fixture.clientConfig = new LwioClientConfig(2, 4096, 4096, 1024, 3, 30_000);
            LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
            LwioConnection connection = fixture.connect();
            int fid = connection.register(MemoryFiles.key(1), false, false);
            fixture.files.completions = held::add;
            List<CompletableFuture<Integer>> accepted = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                accepted.add(connection.write(fid, 0, ByteBuffer.allocate(8), null));
            }
            assertEquals(LwioStatus.INSUFFICIENT_RESOURCES,
                    statusOf(connection.write(fid, 0, ByteBuffer.allocate(8), null)));
            for (int i = 0; i < 5; i++) {
                held.take().run();
            }
            for (CompletableFuture<Integer> one : accepted) {
                assertEquals(8, one.get());
            }
            connection.close();
        }
    }

    @Test
    void grantsShrinkWithTheBudgetAndTheLastIsRefused() throws Exception {
        int buffer = 48 + 65536 + 17 * 4;
        LwioServerConfig config = new LwioServerConfig(4, 65536, 65536, 6L * buffer, 4, 16, 100, 10_000, 10_000);
        try (LwioFixture fixture = fixture(config)) {
            LwioConnection first = fixture.connect();
            LwioConnection second = fixture.connect();
            LwioException refused = assertThrows(LwioException.class, fixture::connect);
            assertEquals(LwioStatus.INSUFFICIENT_RESOURCES, refused.status());
            int fid = second.register(MemoryFiles.key(1), false, false);
            assertEquals(8, second.write(fid, 0, ByteBuffer.allocate(8), null).get());
            first.close();
            second.close();
        }
    }

    @Test
    void aConnectionThatDoesNotAuthenticateIsEnded() throws Exception {
        LwioServerConfig config = new LwioServerConfig(4, 65536, 65536, 1L << 20, 4, 16, 100, 20, 10_000);
        try (LwioFixture fixture = fixture(config); RawPeer idle = RawPeer.connect(fixture)) {
            assertEquals(null, idle.awaitEnd());
        }
    }

    /** Strangers can take every place, and then have to give way to whoever comes. */
    @Test
    void connectionsThatProveNothingKeepNobodyOut() throws Exception {
        LwioServerConfig config = new LwioServerConfig(4, 65536, 65536, 1L << 20, 4, 2, 100, 60_000, 10_000);
        try (LwioFixture fixture = fixture(config); RawPeer oldest = RawPeer.connect(fixture);
                RawPeer older = RawPeer.connect(fixture)) {
            LwioConnection first = fixture.connect();
            assertEquals(null, oldest.awaitEnd());
            LwioConnection second = fixture.connect();
            assertEquals(null, older.awaitEnd());
            assertThrows(IOException.class, fixture::connect, "a place is taken from somebody who has proven himself");
            int fid = first.register(MemoryFiles.key(1), false, false);
            assertEquals(8, first.read(fid, 0, ByteBuffer.allocate(8), null).get());
            first.close();
            second.close();
        }
    }

    @Test
    void connectionsOfOneClientShareItsThread() throws Exception {
        try (LwioFixture fixture = fixture(LwioServerConfig.DEFAULT)) {
            List<Thread> threads = new ArrayList<>();
            LwioClient client = new LwioClient(fixture.clientNic, LwioClientConfig.DEFAULT, task -> {
                Thread thread = new Thread(task);
                threads.add(thread);
                return thread;
            });
            List<LwioConnection> connections = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                UUID key = UUID.randomUUID();
                AuthKeys.Issued issued = fixture.keys.issue(key);
                connections.add(client.open(fixture.address, key, Guid.bytesOf(issued.serverKey()),
                        issued.secret()));
            }
            connections.get(3).close();
            assertTrue(connections.get(4).isOpen());
            client.close();
            assertEquals(1, threads.size());
            assertEquals(Thread.State.TERMINATED, threads.get(0).getState());
            for (LwioConnection connection : connections) {
                assertTrue(!connection.isOpen());
                connection.close();
            }
            fixture.checkClientsGone();
        }
    }

    @Test
    void keysExpireAndAreBounded() throws Exception {
        long[] now = {0};
        AuthKeys keys = new AuthKeys(new Random(1), () -> now[0], 100, 2);
        AuthKeys.Issued first = keys.issue(new UUID(1, 1));
        byte[] key = Guid.bytesOf(first.serverKey());
        assertArrayEquals(first.secret(), keys.secretOf(key).orElseThrow());
        assertEquals(new UUID(1, 1), keys.clientKeyOf(key).orElseThrow());
        now[0] = 50;
        keys.issue(new UUID(1, 2));
        assertThrows(java.io.IOException.class, () -> keys.issue(new UUID(1, 3)));
        now[0] = 100;
        assertTrue(keys.secretOf(key).isEmpty());
        assertTrue(!keys.use(key));
        AuthKeys.Issued third = keys.issue(new UUID(1, 3));
        assertTrue(keys.use(Guid.bytesOf(third.serverKey())));
        assertTrue(!keys.use(Guid.bytesOf(third.serverKey())));
        assertTrue(!first.toString().contains(first.serverKey().toString()));
    }
}
