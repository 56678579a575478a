package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a client's connection, which meets Errors: whoever waits for it, or for an answer, hears of it. */
@Timeout(60)
class ClientEndTest {
    private static final LwioClientConfig CONFIG = new LwioClientConfig(4, 65536, 65536, 1024, 16, 30_000);

    /** An answer that never comes, and whose end can't be told so many times. */
    private static final class Untold extends CompletableFuture<Integer> {
        private final AtomicInteger left;
        private final Error error;

        Untold(int times, Error error) {
            this.left = new AtomicInteger(times);
            this.error = error;
        }

        @Override
        public boolean completeExceptionally(Throwable why) {
            if (left.getAndDecrement() > 0) {
                throw error;
            }
            return super.completeExceptionally(why);
        }
    }

    /** A connection of that client that is let in, and whose requests are not answered. */
    private static ClientConnection accepted(RawServer server, LwioClient client) throws Exception {
        CompletableFuture<LwioConnection> connecting = new CompletableFuture<>();
        new Thread(() -> {
            try {
                connecting.complete(
                        client.open(server.address(), server.clientKey, server.serverKey, server.secret));
            } catch (IOException | RuntimeException e) {
                connecting.completeExceptionally(e);
            }
        }).start();
        CommonHeader auth = server.request();
        server.write(auth.dataVa(), auth.dataMh(), server.params());
        server.answer(auth.cookie(), AuthParams.SERVER_INFORMATION, 0);
        return (ClientConnection) connecting.get();
    }

    private static CompletableFuture<Integer> ask(ClientConnection connection, CompletableFuture<Integer> answer) {
        return connection.submit(new ClientRequest(Opcode.CANCEL, false, false, 1, 0, List.of(), null, 0, answer));
    }

    private static void assertLost(CompletableFuture<Integer> answer) {
        ExecutionException lost =
                assertThrows(ExecutionException.class, () -> answer.get(10, TimeUnit.SECONDS));
        assertTrue(lost.getCause() instanceof LwioException, lost.getCause().toString());
    }

    /** The thread that goes on has not been ended before. */
    private static void closesThough(int times, Error error) throws Exception {
        try (RawServer server = new RawServer(TestFabric.inProcess())) {
            LwioClient client = new LwioClient(server.clientNic, CONFIG, Thread::new);
            ClientConnection connection = accepted(server, client);
            CompletableFuture<Integer> first = ask(connection, new Untold(times, error));
            // More than there are credits: some are in their slots, others wait.
            CompletableFuture<?>[] others = new CompletableFuture<?>[10];
            for (int i = 0; i < others.length; i++) {
                others[i] = ask(connection, new CompletableFuture<>());
            }
            CompletableFuture<Void> closed = CompletableFuture.runAsync(client::close);
            closed.get(10, TimeUnit.SECONDS);
            assertLost(first);
            for (CompletableFuture<?> other : others) {
                assertTrue(other.isCompletedExceptionally(), "one has not heard of the end");
            }
            connection.close();
            assertFalse(connection.isOpen());
        }
    }

    @Test
    void theEndThatAStackCantHoldIsDoneAgainByAThreadThatIsThere() throws Exception {
        closesThough(1, new StackOverflowError("thrown by the test"));
    }

    @Test
    void theEndThatMemoryIsMissingForIsDoneAgain() throws Exception {
        closesThough(5, new OutOfMemoryError("thrown by the test"));
    }

    /** Who goes on knows itself as the one who completes futures, though who has handed it on leaves behind that. */
    @Test
    void whoIsHandedTheEndMayCloseTheConnectionMeanwhile() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        AtomicInteger tasks = new AtomicInteger();
        Executor executor = task -> {
            int number = tasks.incrementAndGet();
            new Thread(() -> {
                task.run();
                if (number == 1) {
                    left.countDown();
                }
            }).start();
            if (number == 2) {
                await(reached);
            }
        };
        try (RawServer server = new RawServer(TestFabric.inProcess())) {
            LwioClient client = LwioClient.withExecutor(server.clientNic, CONFIG, executor, System::nanoTime);
            ClientConnection connection = accepted(server, client);
            CompletableFuture<Integer> answer =
                    ask(connection, new Untold(1, new StackOverflowError("thrown by the test")));
            CompletableFuture<Void> closed = new CompletableFuture<>();
            answer.whenComplete((count, why) -> {
                reached.countDown();
                await(left);
                try {
                    connection.close();
                    closed.complete(null);
                } catch (IOException e) {
                    closed.completeExceptionally(e);
                }
            });
            connection.queuePair().disconnect();
            closed.get(10, TimeUnit.SECONDS);
            assertLost(answer);
            client.close();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
