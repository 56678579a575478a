package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.QueuePairState;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that wait for answers and do the wire's work meanwhile, and work that the wire's threads are lent for. */
@Timeout(120)
class WaitingThreadsTest {
    private static final int MESSAGE_BYTES = 8;
    private static final int RECEIVES = 64;
    /** One loop for all connections, so that all get in each other's way. */
    private static final TcpWireConfig ONE_LOOP = new TcpWireConfig(
            1, 5_000, 5_000, 256, 1024, 30_000, 1_000, 1 << 20, 64L << 20, 256L << 20, 0, 0);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Wire serverWire;
    private Wire clientWire;
    private Nic server;
    private Nic client;
    private Listening listening;
    /** What the server's doorbell does with each message before it sends it back. */
    volatile Runnable beforeAnswer = () -> { };
    private volatile boolean answers = true;
    private volatile boolean lends;

    /** A wire with one loop. */
    Wire newWire() throws IOException {
        return new TcpWire(ONE_LOOP);
    }

    /** Where to listen. */
    String address() {
        return "127.0.0.1:0";
    }

    /** Once both are closed. */
    void checkNothingLeft(Wire wire) {
        assertEquals(0, ((TcpWire) wire).counters().openChannels());
    }

    /** Ends a wire and the connections of its card. */
    void close(Wire wire, Nic nic) throws IOException {
        ((Closeable) wire).close();
    }

    @BeforeEach
    void connect() throws IOException {
        serverWire = newWire();
        clientWire = newWire();
        server = new Nic(serverWire);
        client = new Nic(clientWire);
        listening = server.listen(address(), request -> {
            try {
                request.accept(new Echo().pair);
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
        });
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        client.close();
        server.close();
        close(clientWire, client);
        close(serverWire, server);
        threads.shutdown();
        assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS), "a thread waits for ever");
        checkNothingLeft(clientWire);
        checkNothingLeft(serverWire);
    }

    /** Sends back what comes. */
    private final class Echo implements Errand {
        final CompletionQueue completions = server.createCompletionQueue();
        final WorkCompletion[] batch = WorkCompletion.batch(8);
        final WorkRequest work = new WorkRequest();
        final MemoryRegion memory;
        final QueuePair pair;

        Echo() throws VerbsException {
            ProtectionDomain domain = server.allocateDomain();
            memory = domain.allocate(RECEIVES * MESSAGE_BYTES, Set.of(AccessRight.LOCAL_WRITE));
            pair = server.createQueuePair(
                    new QueuePairOptions(domain, completions, completions, RECEIVES, RECEIVES, this));
            for (int i = 0; i < RECEIVES; i++) {
                pair.postReceive(i, memory, i * MESSAGE_BYTES, MESSAGE_BYTES);
            }
            completions.arm(this::rung);
        }

        private void rung(boolean byWire) {
            if (!lends) {
                drain();
            } else if (!byWire || !server.lend(this)) {
                elsewhere();
            }
        }

        @Override
        public void run(Runner runner) {
            drain();
        }

        @Override
        public void elsewhere() {
            threads.execute(this::drain);
        }

        private void drain() {
            do {
                for (int n = completions.poll(batch); n > 0; n = completions.poll(batch)) {
                    for (int i = 0; i < n; i++) {
                        answer(batch[i]);
                    }
                }
            } while (!completions.arm(this::rung));
        }

        private void answer(WorkCompletion message) {
            if (message.opcode() != WorkOpcode.RECEIVE || message.status() != WorkStatus.SUCCESS || !answers) {
                return;
            }
            beforeAnswer.run();
            int at = (int) message.id() * MESSAGE_BYTES;
            try {
                ByteBuffer bytes = ByteBuffer.allocate(MESSAGE_BYTES).putLong(0, memory.buffer().getLong(at));
                pair.postReceive(message.id(), memory, at, MESSAGE_BYTES);
                pair.postSend(work.send(0).inline(bytes, 0, MESSAGE_BYTES));
            } catch (VerbsException e) {
                assertEquals(WorkStatus.DISCONNECTED.name(), pair.cause().name(), e.toString());
            }
        }
    }

    /** Asks; its doorbell completes what was asked for. */
    final class Asker {
        final CompletionQueue completions = client.createCompletionQueue();
        final WorkCompletion[] batch = WorkCompletion.batch(8);
        final Map<Long, CompletableFuture<Long>> asked = new ConcurrentHashMap<>();
        final AtomicLong last = new AtomicLong();
        final Semaphore credits = new Semaphore(RECEIVES / 2);
        final MemoryRegion memory;
        final QueuePair pair;

        Asker() throws IOException {
            ProtectionDomain domain = client.allocateDomain();
            memory = domain.allocate(RECEIVES * MESSAGE_BYTES, Set.of(AccessRight.LOCAL_WRITE));
            pair = client.createQueuePair(
                    new QueuePairOptions(domain, completions, completions, RECEIVES, RECEIVES, this));
            for (int i = 0; i < RECEIVES; i++) {
                pair.postReceive(i, memory, i * MESSAGE_BYTES, MESSAGE_BYTES);
            }
            completions.arm(this::rung);
            client.connect(pair, listening.address());
        }

        private void rung(boolean byWire) {
            if (byWire) {
                drain();
            } else {
                threads.execute(this::drain);
            }
        }

        private void drain() {
            do {
                for (int n = completions.poll(batch); n > 0; n = completions.poll(batch)) {
                    for (int i = 0; i < n; i++) {
                        seen(batch[i]);
                    }
                }
            } while (!completions.arm(this::rung));
        }

        private void seen(WorkCompletion completion) {
            if (completion.opcode() == WorkOpcode.DISCONNECT) {
                asked.values().forEach(future -> future.completeExceptionally(new IOException("gone")));
            } else if (completion.opcode() == WorkOpcode.RECEIVE && completion.status() == WorkStatus.SUCCESS) {
                int at = (int) completion.id() * MESSAGE_BYTES;
                long number = memory.buffer().getLong(at);
                try {
                    pair.postReceive(completion.id(), memory, at, MESSAGE_BYTES);
                } catch (VerbsException e) {
                    assertEquals(QueuePairState.ERROR, pair.state(), e.toString());
                }
                credits.release();
                asked.remove(number).complete(number);
            }
        }

        CompletableFuture<Long> ask() throws Exception {
            long number = last.incrementAndGet();
            CompletableFuture<Long> answer = new CompletableFuture<>();
            asked.put(number, answer);
            assertTrue(credits.tryAcquire(60, TimeUnit.SECONDS), "no answer gave a credit back");
            pair.postSend(new WorkRequest().send(number)
                    .inline(ByteBuffer.allocate(MESSAGE_BYTES).putLong(0, number), 0, MESSAGE_BYTES));
            return answer;
        }
    }

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    /** Some drive, with or without a look, some sleep, some only hold the future; pauses let the loop fall asleep. */
    void everyAnswerComes(long seed, int askers, int threadsEach, int questions) throws Exception {
        List<Future<Void>> running = new ArrayList<>();
        for (int i = 0; i < askers; i++) {
            Asker asker = new Asker();
            for (int t = 0; t < threadsEach; t++) {
                Random random = new Random(seed + i * 1000L + t);
                running.add(threads.submit((Callable<Void>) () -> {
                    for (int q = 0; q < questions; q++) {
                        CompletableFuture<Long> answer = asker.ask();
                        int how = random.nextInt(8);
                        if (how == 0) {
                            answer.get(60, TimeUnit.SECONDS);
                        } else if (how != 1 || !asker.pair.drive(answer, () -> { }, MINUTE)) {
                            assertTrue(asker.pair.await(answer, MINUTE), "an answer was forgotten");
                        }
                        if (random.nextInt(50) == 0) {
                            LockSupport.parkNanos(random.nextInt(3_000_000));
                        }
                    }
                    return null;
                }));
            }
        }
        for (Future<Void> one : running) {
            one.get(110, TimeUnit.SECONDS);
        }
    }

    private static long seed() {
        long seed = Long.getLong("waiting.seed", System.nanoTime());
        System.out.println("WaitingThreadsTest: -Dwaiting.seed=" + seed);
        return seed;
    }

    @Test
    void nobodyWhoWaitsIsForgotten() throws Exception {
        everyAnswerComes(seed(), 3, 4, 400);
    }

    /** While a keeper drives, it is sent away. */
    private static void untilItHasDriven(Asker asker, CompletableFuture<Long> never, long nanos) {
        AtomicBoolean driven = new AtomicBoolean();
        while (!driven.get()) {
            assertFalse(asker.pair.drive(never, () -> driven.set(true), nanos));
            Thread.yield();
        }
    }

    @Test
    void whoDrivesHearsOfTheTimeAnInterruptAndWhatAnotherFinds() throws Exception {
        answers = false;
        Asker asker = new Asker();
        CompletableFuture<Long> never = asker.ask();
        if (!(clientWire instanceof TcpWire)) {
            assertFalse(asker.pair.drive(never, () -> { }, MINUTE), "this wire has nobody drive in this way");
            return;
        }
        untilItHasDriven(asker, never, TimeUnit.MILLISECONDS.toNanos(5));
        Thread.currentThread().interrupt();
        untilItHasDriven(asker, never, MINUTE);
        assertTrue(Thread.interrupted());
        Future<Boolean> driving = threads.submit(() -> {
            while (!asker.pair.drive(never, () -> { }, MINUTE)) {
                // A keeper drives yet, and has been sent away.
                Thread.yield();
            }
            return true;
        });
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        assertFalse(driving.isDone());
        never.complete(0L);
        assertTrue(driving.get(30, TimeUnit.SECONDS));
    }

    @Test
    void nobodyIsForgottenWhileErrandsTakeTheirTime() throws Exception {
        long seed = seed();
        lends = true;
        Random random = new Random(seed);
        beforeAnswer = () -> {
            int pause;
            synchronized (random) {
                pause = random.nextInt(40) == 0 ? random.nextInt(4_000_000) : 0;
            }
            if (pause > 0) {
                LockSupport.parkNanos(pause);
            }
        };
        everyAnswerComes(seed, 3, 4, 200);
    }

    @Test
    void anErrandThatNeverEndsHoldsUpNobodyElse() throws Exception {
        lends = true;
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean first = new AtomicBoolean(true);
        beforeAnswer = () -> {
            if (first.compareAndSet(true, false)) {
                stuck.countDown();
                try {
                    assertTrue(goOn.await(100, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        Asker slow = new Asker();
        CompletableFuture<Long> late = slow.ask();
        assertTrue(stuck.await(60, TimeUnit.SECONDS));
        everyAnswerComes(1, 2, 2, 50);
        assertFalse(late.isDone());
        goOn.countDown();
        assertTrue(slow.pair.await(late, MINUTE));
    }

    private void errorsCostNobodyElse() throws Exception {
        AtomicLong left = new AtomicLong(4);
        CountDownLatch thrown = new CountDownLatch(4);
        beforeAnswer = () -> {
            if (left.getAndDecrement() > 0) {
                thrown.countDown();
                throw new OutOfMemoryError("no memory for what was asked");
            }
        };
        for (int i = 0; i < 4; i++) {
            new Asker().ask();
        }
        assertTrue(thrown.await(60, TimeUnit.SECONDS), "nobody drives any more");
        everyAnswerComes(1, 1, 1, 5);
    }

    @Test
    void anErrorInADoorbellCostsNobodyElse() throws Exception {
        errorsCostNobodyElse();
    }

    @Test
    void anErrorInAnErrandCostsNobodyElse() throws Exception {
        lends = true;
        errorsCostNobodyElse();
    }

    @Test
    void whoWaitsHearsOfAnAnswerThatTheWireDoesNotBring() throws Exception {
        answers = false;
        Asker asker = new Asker();
        for (int i = 0; i < 20; i++) {
            CompletableFuture<Long> never = asker.ask();
            Future<Boolean> waiting = threads.submit(() -> asker.pair.await(never, MINUTE));
            Future<Boolean> beside = threads.submit(() -> asker.pair.await(never, MINUTE));
            LockSupport.parkNanos(i * 100_000L);
            never.complete(0L);
            assertTrue(waiting.get(30, TimeUnit.SECONDS));
            assertTrue(beside.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void waitingEndsWithTheTimeOrAnInterruptAndTheConnectionStands() throws Exception {
        answers = false;
        Asker asker = new Asker();
        CompletableFuture<Long> never = asker.ask();
        assertFalse(asker.pair.await(never, TimeUnit.MILLISECONDS.toNanos(20)));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> asker.pair.await(never, MINUTE));
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread driver = new Thread(() -> {
            begun.countDown();
            try {
                asker.pair.await(never, MINUTE);
                ended.complete(null);
            } catch (InterruptedException e) {
                ended.complete(e);
            }
        });
        driver.start();
        begun.await();
        driver.interrupt();
        assertEquals(InterruptedException.class, ended.get(30, TimeUnit.SECONDS).getClass());
        answers = true;
        assertTrue(asker.pair.await(asker.ask(), MINUTE), "the connection is of no more use");
    }

    @Test
    void whoWaitsHearsOfTheEndOfTheConnectionAndOfTheWire() throws Exception {
        answers = false;
        Asker closed = new Asker();
        Asker cut = new Asker();
        CompletableFuture<Long> first = closed.ask();
        CompletableFuture<Long> second = cut.ask();
        List<Future<Boolean>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(threads.submit(() -> closed.pair.await(first, MINUTE)));
            waiting.add(threads.submit(() -> cut.pair.await(second, MINUTE)));
        }
        closed.pair.disconnect();
        for (int i = 0; i < waiting.size(); i += 2) {
            assertTrue(waiting.get(i).get(30, TimeUnit.SECONDS));
        }
        close(clientWire, client);
        for (Future<Boolean> one : waiting) {
            assertTrue(one.get(30, TimeUnit.SECONDS));
        }
        assertTrue(first.isCompletedExceptionally());
        assertTrue(second.isCompletedExceptionally());
    }

    @Test
    void aDoorbellCannotWaitAndIsToldSo() throws Exception {
        Asker asker = new Asker();
        CompletableFuture<Boolean> waited = new CompletableFuture<>();
        CompletableFuture<Long> never = new CompletableFuture<>();
        CompletableFuture<Long> answer = asker.ask();
        answer.thenRun(() -> {
            try {
                waited.complete(asker.pair.await(never, TimeUnit.MILLISECONDS.toNanos(10)));
            } catch (InterruptedException e) {
                waited.completeExceptionally(e);
            }
        });
        assertTrue(asker.pair.await(answer, MINUTE));
        assertFalse(waited.get(30, TimeUnit.SECONDS));
    }
}
