package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.QueuePairState;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who does what a message has left to do at the other end, and that somebody does, whoever does not come for it. */
@Timeout(60)
class InProcessErrandsTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final int ENDED = -1;
    private static final int RECEIVES = 64;

    /** A clock that stands still: nobody comes late here. */
    private final InProcessWire wire = new InProcessWire(() -> 0);
    private final Nic server = new Nic(wire);
    private final Nic client = new Nic(wire);
    private final ExecutorService elsewhere = Executors.newSingleThreadExecutor();
    private final End serving;
    private final End asking;

    InProcessErrandsTest() throws IOException {
        serving = new End(server, true);
        asking = new End(client, false);
    }

    /** What has come, by its number, and who took it in. */
    private record Seen(int number, Thread by) { }

    /** Takes in what comes: as an errand, or on the spot. */
    private final class End implements Errand {
        final LinkedBlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
        final boolean lends;
        final CompletionQueue completions;
        final MemoryRegion memory;
        final QueuePair pair;
        final WorkCompletion[] batch = WorkCompletion.batch(4);
        volatile Runnable whenTaken = () -> { };
        volatile Runnable whenHandedOut = () -> { };
        volatile Runnable whenRun = () -> { };
        volatile int runs;
        final Nic nic;

        End(Nic nic, boolean lends) throws VerbsException {
            this.nic = nic;
            this.lends = lends;
            ProtectionDomain domain = nic.allocateDomain();
            completions = nic.createCompletionQueue();
            memory = domain.allocate(RECEIVES * Integer.BYTES, Set.of(AccessRight.LOCAL_WRITE));
            pair = nic.createQueuePair(new QueuePairOptions(domain, completions, completions, 8, RECEIVES, null));
            for (int i = 0; i < RECEIVES; i++) {
                pair.postReceive(i, memory, i * Integer.BYTES, Integer.BYTES);
            }
            completions.arm(this::rung);
        }

        private void rung(boolean byWire) {
            if (!lends) {
                drain();
            } else if (!byWire || !nic.lend(this)) {
                elsewhere();
            }
        }

        @Override
        public void run(Runner runner) {
            assertNotSame(Runner.WIRE, runner, "it is somebody else's thread");
            runs++;
            whenRun.run();
            drain();
        }

        @Override
        public void elsewhere() {
            whenHandedOut.run();
            elsewhere.execute(this::drain);
        }

        private void drain() {
            do {
                for (int n = completions.poll(batch); n > 0; n = completions.poll(batch)) {
                    for (int i = 0; i < n; i++) {
                        take(batch[i]);
                    }
                }
            } while (!completions.arm(this::rung));
        }

        private void take(WorkCompletion completion) {
            if (completion.opcode() == WorkOpcode.DISCONNECT) {
                seen.add(new Seen(ENDED, Thread.currentThread()));
            } else if (completion.opcode() == WorkOpcode.RECEIVE && completion.status() == WorkStatus.SUCCESS) {
                int at = (int) completion.id() * Integer.BYTES;
                seen.add(new Seen(memory.buffer().getInt(at), Thread.currentThread()));
                try {
                    pair.postReceive(completion.id(), memory, at, Integer.BYTES);
                } catch (VerbsException e) {
                    assertEquals(QueuePairState.ERROR, pair.state(), e.toString());
                }
                whenTaken.run();
            }
        }

        void send(int number) throws VerbsException {
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(0, number);
            pair.postSend(new WorkRequest().send(0).inline(bytes, 0, Integer.BYTES));
        }

        Seen next() throws InterruptedException {
            return seen.poll(30, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void connect() throws IOException {
        server.listen("server", request -> {
            try {
                request.accept(serving.pair);
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
        });
        client.connect(asking.pair, "server");
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        client.close();
        server.close();
        assertEquals(0, wire.keeper().slots());
        Thread keeper = wire.keeper().thread();
        if (keeper != null) {
            keeper.join(TimeUnit.SECONDS.toMillis(30));
            assertFalse(keeper.isAlive());
        }
        elsewhere.shutdown();
        assertTrue(elsewhere.awaitTermination(30, TimeUnit.SECONDS));
    }

    /** All of it but what the keeper has found first, while this thread had no processor. */
    @Test
    void whoWaitsDoesTheServersWork() throws Exception {
        int here = 0;
        for (int i = 0; i < 1000; i++) {
            CompletableFuture<Void> answer = new CompletableFuture<>();
            serving.whenTaken = () -> answer.complete(null);
            asking.send(i);
            assertTrue(asking.pair.await(answer, MINUTE));
            Seen seen = serving.next();
            assertEquals(i, seen.number());
            here += seen.by() == Thread.currentThread() ? 1 : 0;
        }
        assertTrue(here > 500, here + " of 1000");
    }

    @Test
    void whoPollsDoesTheServersWork() throws Exception {
        assertFalse(asking.pair.progress());
        int here = 0;
        for (int i = 0; i < 1000; i++) {
            asking.send(i);
            boolean found = asking.pair.progress();
            Seen seen = serving.next();
            assertEquals(found, seen.by() == Thread.currentThread());
            assertFalse(asking.pair.progress());
            here += found ? 1 : 0;
        }
        assertTrue(here > 500, here + " of 1000");
    }

    @Test
    void whatNobodyWaitsForIsDoneAllTheSame() throws Exception {
        for (int i = 0; i < 40; i++) {
            asking.send(i);
            Seen seen = serving.next();
            assertEquals(i, seen.number());
            assertNotSame(Thread.currentThread(), seen.by());
        }
    }

    @Test
    void aPollerWhoStopsForgetsNothing() throws Exception {
        for (int i = 0; i < 5; i++) {
            asking.send(2 * i);
            asking.pair.progress();
            assertEquals(2 * i, serving.next().number());
            asking.send(2 * i + 1);
            assertEquals(2 * i + 1, serving.next().number());
        }
    }

    @Test
    void whoSendsMoreInsteadOfWaitingHasItDoneAtOnce() throws Exception {
        asking.send(1);
        asking.send(2);
        assertFalse(asking.pair.progress(), "it is somebody else's now");
        Seen first = serving.next();
        assertEquals(1, first.number());
        assertNotSame(Thread.currentThread(), first.by());
        assertEquals(2, serving.next().number());
    }

    @Test
    void whoIsInterruptedLeavesItToOthers() throws Exception {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        serving.whenTaken = () -> answer.complete(null);
        asking.send(1);
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> asking.pair.await(answer, MINUTE));
        assertFalse(asking.pair.progress(), "it is somebody else's now");
        assertNotSame(Thread.currentThread(), serving.next().by());
        answer.get(30, TimeUnit.SECONDS);
    }

    @Test
    void whoWaitsForWhatIsThereAlreadyLeavesItToOthers() throws Exception {
        asking.send(1);
        assertTrue(asking.pair.await(CompletableFuture.completedFuture(null), MINUTE));
        assertFalse(asking.pair.progress(), "it is somebody else's now");
        assertNotSame(Thread.currentThread(), serving.next().by());
    }

    @Test
    void anotherWhoWaitsDoesWhatWasLeft() throws Exception {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        serving.whenTaken = () -> answer.complete(null);
        Thread sender = new Thread(() -> {
            try {
                asking.send(3);
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
        });
        sender.start();
        sender.join();
        assertTrue(asking.pair.await(answer, MINUTE));
        assertEquals(3, serving.next().number());
    }

    @Test
    void twoWhoWaitBothHear() throws Exception {
        ExecutorService users = Executors.newFixedThreadPool(2);
        for (int i = 0; i < 200; i++) {
            CompletableFuture<Void> answer = new CompletableFuture<>();
            serving.whenTaken = () -> answer.complete(null);
            Future<Boolean> beside = users.submit(() -> asking.pair.await(answer, MINUTE));
            Future<Boolean> sending = users.submit(() -> {
                asking.send(1);
                return asking.pair.await(answer, MINUTE);
            });
            assertTrue(beside.get(30, TimeUnit.SECONDS));
            assertTrue(sending.get(30, TimeUnit.SECONDS));
            serving.next();
        }
        users.shutdown();
    }

    @Test
    void theEndIsHeardThoughAnErrandWasLeft() throws Exception {
        asking.send(1);
        asking.pair.disconnect();
        assertEquals(1, serving.next().number());
        Seen end = serving.next();
        assertEquals(ENDED, end.number());
        assertNotSame(Thread.currentThread(), end.by());
    }

    /**
     * An executor may run on the spot what it is given, and that may post to the connection, by any thread. Now and
     * then the keeper hands out first, while the connection still stands.
     */
    @RepeatedTest(3)
    void aFailureHandsOutWithoutALock() throws Exception {
        CompletableFuture<Void> posted = new CompletableFuture<>();
        serving.whenHandedOut = () -> {
            if (asking.pair.state() != QueuePairState.ERROR) {
                posted.complete(null);
                return;
            }
            Thread other = new Thread(() -> {
                assertThrows(VerbsException.class, () -> asking.send(2));
                posted.complete(null);
            });
            other.start();
            try {
                other.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            assertTrue(posted.isDone(), "the lock is held");
        };
        WorkRequest fails = new WorkRequest().write(0, 1, 1).inline(ByteBuffer.allocate(1), 0, 1);
        asking.send(1);
        asking.pair.postSend(fails);
        posted.get(30, TimeUnit.SECONDS);
        assertEquals(1, serving.next().number());
        assertEquals(ENDED, serving.next().number());
    }

    /** Only one end leaves something here: the other one has no slot that would have to be looked at. */
    @Test
    void aSlotIsMadeWhenItIsUsed() throws Exception {
        assertEquals(0, wire.keeper().slots());
        asking.send(1);
        serving.next();
        serving.send(2);
        asking.next();
        assertEquals(1, wire.keeper().slots());
    }

    @Test
    void theEndItselfIsNotLeft() throws Exception {
        asking.pair.disconnect();
        assertFalse(asking.pair.progress(), "nobody comes back to a connection that has ended");
        assertEquals(ENDED, serving.next().number());
    }

    @Test
    void theOtherEndsEndIsHeardToo() throws Exception {
        asking.send(1);
        serving.pair.disconnect();
        assertEquals(1, serving.next().number());
        assertEquals(ENDED, serving.next().number());
        assertEquals(ENDED, asking.next().number());
    }

    /** Whoever answers sends what waited for that; he has come for something else, or is the server's. */
    @Test
    void whatIsSentWithinARingIsNotLeft() throws Exception {
        asking.whenTaken = () -> {
            try {
                asking.send(2);
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
        };
        serving.send(1);
        assertFalse(asking.pair.progress(), "the executor has it");
        assertEquals(1, asking.next().number());
        Seen seen = serving.next();
        assertEquals(2, seen.number());
        assertNotSame(Thread.currentThread(), seen.by());
    }

    /** It fails before it has done anything, as where a stack is at its end. */
    @Test
    void whatAFailingErrandWasToDoIsDoneElsewhere() throws Exception {
        int failed = 0;
        for (int i = 0; i < 1000 && failed == 0; i++) {
            CompletableFuture<Void> answer = new CompletableFuture<>();
            serving.whenTaken = () -> answer.complete(null);
            serving.whenRun = () -> {
                throw new StackOverflowError("thrown by the test");
            };
            asking.send(i);
            assertTrue(asking.pair.await(answer, MINUTE));
            Seen seen = serving.next();
            assertEquals(i, seen.number());
            assertNotSame(Thread.currentThread(), seen.by());
            failed = serving.runs;
        }
        assertTrue(failed > 0, "it was never this thread's turn");
    }

    @Test
    void aFailingErrandIsNotHisWhoWaits() throws Exception {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        serving.whenTaken = () -> {
            answer.complete(null);
            throw new IllegalStateException("thrown by the test");
        };
        asking.send(1);
        assertTrue(asking.pair.await(answer, MINUTE));
    }
}
