package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    private final ExecutorService first = Executors.newSingleThreadExecutor();
    private final ExecutorService others = Executors.newSingleThreadExecutor();
    private LwioFixture fixture;
    private LwioConnection connection;
    private int fid;

    @BeforeEach
    void connect() throws IOException {
        fixture = new LwioFixture(new LwioServerConfig(2 * MANY, 65536, 65536, 64L << 20, 4 * MANY, 64, 100, 60_000,
                10_000), TestFabric.inProcess());
        fixture.clientConfig = new LwioClientConfig(2 * MANY, 65536, 65536, 1024, 4096, LONG_MS);
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

    @Test
    void whoWaitsIsNotKeptForOthers() throws Exception {
        Thread self = Thread.currentThread();
        AtomicInteger here = new AtomicInteger();
        fixture.files.completions = completion -> {
            if (Thread.currentThread() == self) {
                here.incrementAndGet();
            }
            completion.run();
        };
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
                connection.await(read(connection), LONG_MS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        fixture.files.completions = completion -> {
            if (Thread.currentThread() == waiter || hangs.getCount() > 0) {
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
