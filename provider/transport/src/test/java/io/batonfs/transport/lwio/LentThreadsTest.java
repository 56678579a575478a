package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads of a client that do the server's work within a process while they wait: how much, and what comes of it. */
@Timeout(60)
class LentThreadsTest {
    private static final long LONG_MS = 50_000;
    private static final int MANY = 40;
    /** What a thread that waits takes in for others at most. */
    private static final int MOST = 16;
    /** A read of so many bytes may take long. */
    private static final int LONG_BYTES = ReadPace.SMALL_BYTES * 2;

    private final ExecutorService first = Executors.newSingleThreadExecutor();
    private final ExecutorService others = Executors.newSingleThreadExecutor();
    private LwioFixture fixture;
    private LwioConnection connection;
    private int fid;

    @BeforeEach
    void connect() throws IOException {
        fixture = new LwioFixture(new LwioServerConfig(2 * MANY, LONG_BYTES, 65536, 64L << 20, 4 * MANY, 64, 100,
                60_000, 10_000), TestFabric.inProcess());
        fixture.clientConfig = new LwioClientConfig(2 * MANY, LONG_BYTES, 65536, 1024, 4096, LONG_MS);
        connection = fixture.connect();
        fid = connection.register(MemoryFiles.key(1), false, false);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        connection.close();
        first.shutdown();
        others.shutdown();
        fixture.close();
        fixture.checkClientsGone();
    }

    private CompletableFuture<Integer> read(LwioIo io) {
        return io.read(fid, 0, ByteBuffer.allocateDirect(8), null);
    }

    /** One thread leaves its message for itself and does not come; another adds many; a third waits for the last. */
    private CompletableFuture<Integer> many() throws Exception {
        List<CompletableFuture<Integer>> asked = new ArrayList<>();
        first.submit(() -> asked.add(read(connection))).get();
        others.submit(() -> {
            while (asked.size() < MANY) {
                asked.add(read(connection));
            }
        }).get();
        return asked.get(MANY - 1);
    }

    /** Counts what is carried out by the caller's thread from now on. */
    private AtomicInteger carriedOutHere() {
        Thread self = Thread.currentThread();
        AtomicInteger here = new AtomicInteger();
        fixture.files.completions = completion -> {
            if (Thread.currentThread() == self) {
                here.incrementAndGet();
            }
            completion.run();
        };
        return here;
    }

    @Test
    void whoWaitsIsNotKeptForOthers() throws Exception {
        AtomicInteger here = carriedOutHere();
        int mostHere = 0;
        for (int round = 0; round < 2000 && mostHere == 0; round++) {
            here.set(0);
            CompletableFuture<Integer> last = many();
            assertTrue(connection.await(last, LONG_MS));
            assertEquals(8, last.get());
            mostHere = here.get();
            assertTrue(mostHere <= MOST, mostHere + " reads");
        }
        assertTrue(mostHere > 0, "it was never this thread's turn");
    }

    /** As one more comes for each that is taken in, there is no end of them. */
    @Test
    void whoWaitsIsNotKeptByThoseWhoAddMeanwhile() throws Exception {
        Thread self = Thread.currentThread();
        List<CompletableFuture<Integer>> added = Collections.synchronizedList(new ArrayList<>());
        Runnable add = () -> added.add(connection.write(fid, 0, ByteBuffer.allocateDirect(8), null));
        AtomicInteger here = new AtomicInteger();
        fixture.files.completions = completion -> {
            if (Thread.currentThread() == self && here.incrementAndGet() < MANY) {
                try {
                    others.submit(add).get();
                } catch (InterruptedException | ExecutionException e) {
                    throw new AssertionError(e);
                }
            }
            completion.run();
        };
        int mostHere = 0;
        for (int round = 0; round < 2000 && mostHere < MOST; round++) {
            here.set(0);
            first.submit(add).get();
            others.submit(() -> {
                while (added.size() < MOST / 2 - 1) {
                    add.run();
                }
            }).get();
            while (!added.isEmpty()) {
                assertTrue(connection.await(added.get(0), LONG_MS));
                assertEquals(8, added.remove(0).get());
            }
            mostHere = Math.max(mostHere, here.get());
        }
        assertEquals(MOST, mostHere);
    }

    @Test
    void whoWaitsDoesNoLongReadOfOthers() throws Exception {
        AtomicInteger here = carriedOutHere();
        for (int i = 0; i < MANY / 4; i++) {
            CompletableFuture<Integer> others = first.submit(
                    () -> connection.read(fid, 0, ByteBuffer.allocateDirect(LONG_BYTES), null)).get();
            assertTrue(connection.await(others, LONG_MS));
            assertEquals(LONG_BYTES, others.get());
        }
        assertEquals(0, here.get());
    }

    /** His own message is the first of two that he takes in: the other, which is long, was another's. */
    @Test
    void whoSentAMessageDoesNoLongReadBehindIt() throws Exception {
        AtomicInteger here = carriedOutHere();
        int mine = 0;
        for (int round = 0; round < 2000 && mine == 0; round++) {
            here.set(0);
            CompletableFuture<Integer> own = read(connection);
            CompletableFuture<Integer> behind = others.submit(
                    () -> connection.read(fid, 0, ByteBuffer.allocateDirect(LONG_BYTES), null)).get();
            assertTrue(connection.await(own, LONG_MS));
            assertEquals(8, own.get());
            assertTrue(connection.await(behind, LONG_MS));
            assertEquals(LONG_BYTES, behind.get());
            mine = here.get();
            assertTrue(mine <= 1, "the long one as well");
        }
        assertEquals(1, mine, "it was never this thread's turn");
    }

    @Test
    void whoWaitsForWhatIsThereAlreadyLeavesWhatHeSentToOthers() throws Exception {
        Thread self = Thread.currentThread();
        List<Thread> by = Collections.synchronizedList(new ArrayList<>());
        fixture.files.completions = completion -> {
            by.add(Thread.currentThread());
            completion.run();
        };
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Integer> there;
            do {
                by.clear();
                there = read(connection);
                assertTrue(connection.await(there, LONG_MS));
            } while (by.get(0) != self);
            by.clear();
            CompletableFuture<Integer> next = read(connection);
            assertTrue(connection.await(there, LONG_MS));
            assertTrue(connection.await(next, LONG_MS));
            assertEquals(1, by.size());
            assertNotSame(self, by.get(0));
        }
    }

    @Test
    void aPollerWhoStopsIsAnsweredInMemory() throws Exception {
        for (int i = 0; i < 20; i++) {
            CompletableFuture<Integer> polled = read(connection.polling());
            CompletableFuture<Integer> behind = read(connection);
            assertEquals(8, behind.get(30, TimeUnit.SECONDS));
            while (!polled.isDone()) {
                connection.poll();
            }
            assertEquals(8, polled.get());
        }
    }

    @Test
    void anInterruptHarmsNeitherTheConnectionNorTheRequest() throws Exception {
        int interrupted = 0;
        for (int i = 0; i < 200; i++) {
            CompletableFuture<Integer> answer = read(i % 2 == 0 ? connection : connection.polling());
            Thread.currentThread().interrupt();
            try {
                connection.await(answer, LONG_MS);
            } catch (InterruptedException e) {
                interrupted++;
            } finally {
                Thread.interrupted();
            }
            assertTrue(connection.await(answer, LONG_MS));
            assertEquals(8, answer.get());
        }
        assertTrue(interrupted > 0);
    }

    /** A thread that takes in what others sent meanwhile is interrupted: that is no failure of what they asked for. */
    @Test
    void anInterruptFailsNoOthersRegister() throws Exception {
        Thread self = Thread.currentThread();
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<Future<Integer>> registered = new AtomicReference<>();
        AtomicReference<Thread> registrar = new AtomicReference<>();
        fixture.files.whenOpening = () -> {
            opening.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while opening", e);
            }
        };
        fixture.files.completions = completion -> {
            if (Thread.currentThread() == self && registered.get() == null) {
                registered.set(others.submit(() -> {
                    registrar.set(Thread.currentThread());
                    return connection.register(MemoryFiles.key(2), false, false);
                }));
                // Until its message is there, for this thread to take in next.
                while (registrar.get() == null || registrar.get().getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
            }
            completion.run();
        };
        Future<?> interrupts = first.submit(() -> {
            assertTrue(opening.await(30, TimeUnit.SECONDS));
            self.interrupt();
            return null;
        });
        while (registered.get() == null) {
            CompletableFuture<Integer> own = connection.write(fid, 0, ByteBuffer.allocateDirect(8), null);
            try {
                connection.await(own, LONG_MS);
            } catch (InterruptedException e) {
                assertTrue(registered.get() != null);
            }
        }
        while (!interrupts.isDone()) {
            Thread.onSpinWait();
        }
        Thread.interrupted();
        interrupts.get();
        goOn.countDown();
        assertTrue(registered.get().get(30, TimeUnit.SECONDS) > 0);
    }

    @Test
    void closingEndsWhatWasLeft() throws Exception {
        CompletableFuture<Integer> left = read(connection);
        connection.close();
        try {
            assertEquals(8, left.get(30, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            assertEquals(LwioStatus.CONNECTION_DISCONNECTED, ((LwioException) e.getCause()).status());
        }
        assertThrows(LwioException.class, () -> connection.register(MemoryFiles.key(1), false, false));
    }

    @Test
    void aReadThatHangsHoldsUpNoOtherConnection() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Thread waiter = new Thread(() -> {
            try {
                // Until one is left to this thread, and it hangs in it.
                while (hangs.getCount() > 0) {
                    connection.await(read(connection), LONG_MS);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        fixture.files.completions = completion -> {
            if (Thread.currentThread() == waiter) {
                hangs.countDown();
                try {
                    assertTrue(goOn.await(30, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            completion.run();
        };
        waiter.start();
        assertTrue(hangs.await(30, TimeUnit.SECONDS));
        try (LwioConnection other = fixture.connect()) {
            int file = other.register(MemoryFiles.key(2), false, false);
            for (int i = 0; i < 10; i++) {
                CompletableFuture<Integer> answer = other.read(file, 0, ByteBuffer.allocateDirect(8), null);
                assertTrue(other.await(answer, LONG_MS));
                assertEquals(8, answer.get());
            }
        }
        goOn.countDown();
        waiter.join();
    }
}
