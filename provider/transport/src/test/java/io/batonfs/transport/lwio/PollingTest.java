package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Polling mode and INTERRUPT (LW-7, LW-8), over the in-process wire; subclasses take others. */
@Timeout(60)
class PollingTest {
    private static final long LONG_MS = 50_000;

    LwioFixture fixture;

    /** What to run over. */
    TestFabric fabric() throws IOException {
        return TestFabric.inProcess();
    }

    LwioConnection connect(int credits) throws IOException {
        fixture = new LwioFixture(
                new LwioServerConfig(credits, 65536, 65536, 64L << 20, 4, 64, 100, 60_000, 10_000), fabric());
        return fixture.connect();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.files.completions = Runnable::run;
        fixture.close();
        fixture.checkClientsGone();
    }

    private static int awaited(LwioConnection connection, CompletableFuture<Integer> answer) throws Exception {
        assertTrue(connection.await(answer, LONG_MS));
        return answer.get();
    }

    @Test
    void everyKindOfIoWorksInPollingMode() throws Exception {
        try (LwioConnection connection = connect(4)) {
            LwioIo io = connection.polling();
            byte[] file = fixture.files.bytes(1);
            new Random(1).nextBytes(file);
            for (boolean checksummed : new boolean[] {false, true}) {
                EnumSet<FidFlag> flags = checksummed
                        ? EnumSet.of(FidFlag.CHECKSUMMED, FidFlag.NO_INTERMEDIATE_BUFFERING)
                        : EnumSet.of(FidFlag.NO_INTERMEDIATE_BUFFERING);
                int fid = connection.register(MemoryFiles.key(1), flags);
                for (int length : new int[] {0, 1, 100, 5000, 65536}) {
                    byte[] bytes = LwioEndToEndTest.random(length, length);
                    System.arraycopy(bytes, 0, file, 777, length);
                    int[] crcs = MemoryFiles.crcs(file, 777, length);
                    Arrays.fill(file, 777, 777 + length, (byte) 0);
                    ByteBuffer source = LwioEndToEndTest.buffer(length % 2 == 0, bytes);
                    assertEquals(length, awaited(connection, io.write(fid, 777, source, crcs)));
                    ByteBuffer target = ByteBuffer.allocateDirect(length);
                    int[] found = new int[crcs.length];
                    assertEquals(length, awaited(connection, io.read(fid, 777, target, found)));
                    assertEquals(ByteBuffer.wrap(bytes), target);
                    assertArrayEquals(checksummed ? crcs : new int[crcs.length], found);
                }
                ByteBuffer page = LwioEndToEndTest.buffer(true, LwioEndToEndTest.random(4096, 3));
                for (int i = 0; i < 3; i++) {
                    page.get(0, file, i * 4096, 4096);
                }
                int[] crcs = MemoryFiles.crcs(file, 0, 3 * 4096);
                assertEquals(3 * 4096, awaited(connection, io.writeCollapsed(fid, 0, page, 3 * 4096, crcs)));
                assertEquals(3 * 4096, awaited(connection, io.writeVectored(fid, 0, List.of(page, page, page), crcs)));
                ByteBuffer one = ByteBuffer.allocateDirect(4096);
                ByteBuffer two = ByteBuffer.allocateDirect(512);
                assertEquals(4096 + 512, awaited(connection, io.readVectored(fid, 0, List.of(one, two), new int[2])));
                assertEquals(page, one);
                assertEquals(page.slice(0, 512), two);
            }
            int fid = connection.register(MemoryFiles.key(1), false, false);
            CompletableFuture<Integer> past = io.read(fid, MemoryFiles.FILE_BYTES, ByteBuffer.allocate(1), null);
            assertTrue(connection.await(past, LONG_MS));
            assertEquals(LwioStatus.END_OF_FILE, LwioEndToEndTest.statusOf(past));
        }
    }

    @Test
    void onlyWhoLooksCompletesThem() throws Exception {
        try (LwioConnection connection = connect(4)) {
            int fid = connection.register(MemoryFiles.key(1), false, false);
            CompletableFuture<Integer> polled =
                    connection.polling().read(fid, 0, ByteBuffer.allocateDirect(4096), null);
            // Behind it on the same connection, so the server is done with both.
            assertEquals(8, connection.write(fid, 0, ByteBuffer.allocate(8), null).get());
            assertFalse(polled.isDone());
            while (!connection.poll()) {
                Thread.onSpinWait();
            }
            assertEquals(4096, polled.getNow(-1));
            assertFalse(connection.poll());
        }
    }

    @Test
    void aSleeperIsWokenByTheFirstThatCompletesAndSleepsOnForItsOwn() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        try (LwioConnection connection = connect(4)) {
            int fid = connection.register(MemoryFiles.key(1), false, false);
            fixture.files.completions = held::add;
            CompletableFuture<Integer> first = connection.polling().read(fid, 0, ByteBuffer.allocateDirect(8), null);
            Runnable completesFirst = held.take();
            CompletableFuture<Integer> second = connection.polling().write(fid, 0, ByteBuffer.allocateDirect(8), null);
            Runnable completesSecond = held.take();
            assertFalse(connection.await(first, 20), "it sleeps, and the time is over");
            completesSecond.run();
            while (!second.isDone()) {
                // The sleeper of the first finds the second.
                assertFalse(connection.await(first, 20));
            }
            ExecutorService later = Executors.newSingleThreadExecutor();
            Future<Boolean> sleeper = later.submit(() -> connection.await(first, LONG_MS));
            completesFirst.run();
            assertTrue(sleeper.get());
            assertEquals(8, first.get());
            later.shutdown();
        }
    }

    @Test
    void withOneCreditNothingIsPolledAndNothingHangs() throws Exception {
        try (LwioConnection connection = connect(1)) {
            int fid = connection.register(MemoryFiles.key(1), false, false);
            for (int i = 0; i < 10; i++) {
                assertEquals(8, connection.polling().read(fid, 0, ByteBuffer.allocate(8), null).get());
            }
        }
    }

    @Test
    void theEndOfTheConnectionEndsWhatNobodyLooksFor() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        LwioConnection connection = connect(4);
        int fid = connection.register(MemoryFiles.key(1), false, false);
        fixture.files.completions = held::add;
        List<CompletableFuture<Integer>> outstanding = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            outstanding.add(connection.polling().write(fid, 0, ByteBuffer.allocateDirect(8), null));
        }
        Runnable one = held.take();
        Runnable two = held.take();
        Runnable three = held.take();
        assertEquals(0, held.size(), "the fourth credit is kept to be able to sleep");
        ExecutorService later = Executors.newSingleThreadExecutor();
        Future<Boolean> sleeper = later.submit(() -> connection.await(outstanding.get(9), LONG_MS));
        connection.close();
        assertTrue(sleeper.get());
        for (CompletableFuture<Integer> future : outstanding) {
            assertEquals(LwioStatus.CONNECTION_DISCONNECTED, LwioEndToEndTest.statusOf(future));
        }
        later.shutdown();
        one.run();
        two.run();
        three.run();
    }

    /** Tries to have somebody sleep for ever: the test would time out. */
    @Test
    void noWakeUpIsLost() throws Exception {
        long seed = Long.getLong("lwio.seed", System.nanoTime());
        System.out.println("-Dlwio.seed=" + seed);
        ExecutorService later = Executors.newFixedThreadPool(2);
        int threads = 3;
        ExecutorService users = Executors.newFixedThreadPool(threads);
        try (LwioConnection connection = connect(6)) {
            int fid = connection.register(MemoryFiles.key(1), false, false);
            Random delays = new Random(seed);
            fixture.files.completions = completion -> {
                int delayNanos;
                synchronized (delays) {
                    delayNanos = delays.nextInt(4) == 0 ? 0 : delays.nextInt(60_000);
                }
                later.execute(() -> {
                    LockSupport.parkNanos(delayNanos);
                    completion.run();
                });
            };
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Random random = new Random(seed + t);
                running.add(users.submit(() -> {
                    sleepAndWake(connection, fid, random);
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            users.shutdown();
            later.shutdown();
        }
    }

    private static void sleepAndWake(LwioConnection connection, int fid, Random random) throws Exception {
        for (int round = 0; round < 700; round++) {
            List<CompletableFuture<Integer>> outstanding = new ArrayList<>();
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                LwioIo io = random.nextInt(5) == 0 ? connection : connection.polling();
                ByteBuffer buffer = ByteBuffer.allocateDirect(1 + random.nextInt(5000));
                outstanding.add(random.nextBoolean() ? io.read(fid, 0, buffer, null) : io.write(fid, 0, buffer, null));
            }
            while (!outstanding.isEmpty()) {
                awaited(connection, outstanding.remove(random.nextInt(outstanding.size())));
            }
        }
    }
}
