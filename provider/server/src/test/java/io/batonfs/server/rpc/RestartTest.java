package io.batonfs.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.server.FreePorts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that go away, come back, or were never there, as a client with its retries sees them. */
@Timeout(120)
class RestartTest {
    private static final Caller CALLER = new Caller("u", List.of(), false);
    private static final int THREADS = 3;

    private static BatonClient connect(String authority, long retryTimeoutMs) throws IOException {
        return BatonClients.connect(authority, Map.of(
                "fs.baton.client.retry.timeout.ms", Long.toString(retryTimeoutMs),
                "fs.baton.client.retry.max.ms", "50"), CALLER);
    }

    private static String authority(Rig rig) {
        return "127.0.0.1:" + rig.address().getPort();
    }

    @Test
    void callsThatAServerDiesUnderAreRepeatedUnderTheirNameAndTakeEffectOnce() throws Exception {
        // A catalog as CAT-9 has it: what was done once is answered from then on. The first reply of each is lost.
        Map<Invocation, AtomicInteger> effects = new ConcurrentHashMap<>();
        CountDownLatch inTheCall = new CountDownLatch(THREADS);
        CountDownLatch never = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (Rig rig = new Rig(); BatonClient client = connect(authority(rig), 60_000)) {
            rig.catalog.answer(asked -> {
                Invocation invocation = asked.context().invocation();
                if (effects.containsKey(invocation)) {
                    return Boolean.TRUE;
                }
                effects.computeIfAbsent(invocation, unused -> new AtomicInteger()).incrementAndGet();
                inTheCall.countDown();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException("the server is killed");
                }
                return Boolean.TRUE;
            });
            List<Future<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                String path = "/d" + i;
                results.add(threads.submit((Callable<Boolean>) () -> client.mkdirs(path, 0755, 0, true)));
            }
            assertTrue(inTheCall.await(60, TimeUnit.SECONDS));
            rig.kill();
            rig.restart();
            for (Future<Boolean> result : results) {
                assertEquals(Boolean.TRUE, result.get());
            }
            assertEquals(THREADS, effects.size(), "names of calls");
            effects.forEach((invocation, count) -> assertEquals(1, count.get(), "effects of " + invocation));
            assertTrue(rig.catalog.calls().size() >= 2 * THREADS, "every call was repeated");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aStoppingServerFinishesWhatIsUnderWay() throws Exception {
        CountDownLatch inTheCall = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Rig rig = new Rig(); RpcServices client = rig.client()) {
            rig.catalog.answer(asked -> {
                inTheCall.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException("not let finish");
                }
                return Optional.empty();
            });
            Future<?> result = threads.submit(() -> client.catalog().status(Rig.context(), "/f"));
            assertTrue(inTheCall.await(60, TimeUnit.SECONDS));
            Future<?> closing = threads.submit(() -> rig.server().close());
            goOn.countDown();
            closing.get();
            // Done, and answered or cut off in the answer: either the reply, or a failure that is repeated.
            try {
                assertEquals(Optional.empty(), result.get());
            } catch (java.util.concurrent.ExecutionException e) {
                assertEquals(ErrorCode.UNREACHABLE, ((BatonException) e.getCause()).code());
            }
            assertEquals(1, rig.catalog.calls().size());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aServerThatIsNotThereIsNamedWithReasonAndRemedy() throws IOException {
        int port = FreePorts.next();
        try (BatonClient client = connect("127.0.0.1:" + port, 200)) {
            BatonException failure = assertThrows(BatonException.class, () -> client.status("/f"));
            assertEquals(ErrorCode.UNREACHABLE, failure.code());
            for (String part : new String[] {"127.0.0.1:" + port, "Connection refused", "is it running"}) {
                assertTrue(failure.getMessage().contains(part), failure.getMessage());
            }
        }
    }

    @Test
    void aListenerThatHangsUpIsUnreachable() throws Exception {
        ServerSocket other = new ServerSocket(0);
        Thread rude = new Thread(() -> {
            while (!other.isClosed()) {
                try (Socket socket = other.accept()) {
                    assertTrue(socket.getInputStream().read() >= 0);
                } catch (IOException e) {
                    assertTrue(other.isClosed(), e.toString());
                }
            }
        });
        rude.start();
        try (BatonClient client = connect("127.0.0.1:" + other.getLocalPort(), 200)) {
            BatonException failure = assertThrows(BatonException.class, () -> client.status("/f"));
            assertEquals(ErrorCode.UNREACHABLE, failure.code());
            assertTrue(failure.getMessage().contains("127.0.0.1:" + other.getLocalPort()), failure.getMessage());
        } finally {
            other.close();
            rude.join();
        }
    }

    @Test
    void anInterruptEndsACallAndStaysKnown() throws Exception {
        CountDownLatch inTheCall = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        try (Rig rig = new Rig(); RpcServices client = rig.client()) {
            rig.catalog.answer(asked -> {
                inTheCall.countDown();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException("killed");
                }
                return Optional.empty();
            });
            Thread caller = Thread.currentThread();
            Thread interrupter = new Thread(() -> {
                try {
                    inTheCall.await();
                } catch (InterruptedException e) {
                    return;
                }
                caller.interrupt();
            });
            interrupter.start();
            assertThrows(InterruptedIOException.class, () -> client.catalog().status(Rig.context(), "/f"));
            assertTrue(Thread.interrupted());
            interrupter.join();
            rig.kill();
        }
    }

    @Test
    void closingEndsConnectionsAndTheirThreads() throws Exception {
        try (Rig rig = new Rig()) {
            rig.catalog.answer(asked -> Optional.empty());
            String mark = "IPC Client";
            String port = ":" + rig.address().getPort();
            RpcServices client = rig.client();
            client.catalog().status(Rig.context(), "/f");
            List<Thread> own = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().contains(mark) && thread.getName().contains(port)).toList();
            assertFalse(own.isEmpty());
            client.close();
            for (Thread thread : own) {
                // Left open, an idle connection and its thread would end by themselves, after ten seconds.
                thread.join(5_000);
                assertFalse(thread.isAlive(), thread.getName());
            }
            BatonException closed = assertThrows(BatonException.class,
                    () -> client.catalog().status(Rig.context(), "/f"));
            assertEquals(ErrorCode.INVALID_ARGUMENT, closed.code());
        }
    }
}
