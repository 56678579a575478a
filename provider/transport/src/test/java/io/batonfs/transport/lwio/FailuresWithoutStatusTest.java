package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.RecordedLog;
import io.batonfs.transport.verbs.TransportMetric;
import io.batonfs.transport.wire.FailingWire;
import io.batonfs.transport.wire.InProcessWire;
import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Errors at the server end where no request can be answered with them: at each place in turn. The connection ends, its
 * client hears so, and nothing that it had is missing afterwards; others go on.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailuresWithoutStatusTest {
    private static final LwioServerConfig CONFIG = LwioServerConfig.DEFAULT;
    private static final long LONG_MS = 50_000;
    /** A read of so many bytes is handed to another thread. */
    private static final int LONG_BYTES = ReadPace.SMALL_BYTES * 2;

    /** Throws at the call before which so many have been, and at those behind it, as often as wanted. */
    private static final class Once implements Runnable {
        private final AtomicInteger left;
        private final int times;
        private final Error error;

        Once(int calls, Error error) {
            this(calls, 1, error);
        }

        Once(int calls, int times, Error error) {
            left = new AtomicInteger(calls);
            this.times = times;
            this.error = error;
        }

        @Override
        public void run() {
            int now = left.getAndDecrement();
            if (now <= 0 && now > -times) {
                throw error;
            }
        }

        boolean hasThrown() {
            return left.get() < 0;
        }
    }

    private static Once noThreadAt(int call) {
        return new Once(call, new OutOfMemoryError("thrown by the test, as without native threads"));
    }

    /** Two reads that are handed out and a write, all taken in together; whatever the executor can't do of it. */
    private static void anExecutorWithoutThreads(TestFabric fabric) throws Exception {
        try (LwioFixture fixture = new LwioFixture(CONFIG, fabric)) {
            int failures = 0;
            for (int call = 0; call < 4; call++) {
                try (RawPeer peer = RawPeer.authenticated(fixture)) {
                    int fid = peer.registered(1, 0);
                    Once once = noThreadAt(call);
                    fixture.whenExecuting = once;
                    byte[] read = peer.read(fid, LONG_BYTES, peer.memory.address(), peer.memory.handle());
                    byte[] second = peer.read(fid, LONG_BYTES, peer.memory.address(), peer.memory.handle());
                    byte[] write = peer.write(fid, 16, 16);
                    peer.sendTogether(read, second, write);
                    // Each has its answer, or the connection its end.
                    for (int answers = 0; answers < 3 && !once.hasThrown(); answers++) {
                        peer.next();
                    }
                    fixture.whenExecuting = () -> { };
                    if (once.hasThrown()) {
                        failures++;
                        peer.awaitEnd();
                    }
                }
                fixture.awaitForgotten();
            }
            assertTrue(failures > 0, "it was never asked");
        }
    }

    @Test
    void anExecutorWithoutThreadsInProcess() throws Exception {
        anExecutorWithoutThreads(TestFabric.inProcess());
    }

    @Test
    void anExecutorWithoutThreadsOverTcp() throws Exception {
        anExecutorWithoutThreads(TestFabric.tcp());
    }

    /** It fails when it has taken a READ, which a thread carries out by then: what that has is not given back. */
    @Test
    void anExecutorThatFailsBehindTakingAReadLeavesItWhatItHas() throws Exception {
        try (LwioFixture fixture = new LwioFixture(CONFIG, TestFabric.inProcess())) {
            LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
            fixture.files.completions = held::add;
            try (RawPeer peer = RawPeer.authenticated(fixture)) {
                int fid = peer.registered(1, 0);
                fixture.awaitServerThreads();
                AtomicInteger calls = new AtomicInteger();
                fixture.whenExecuted = () -> {
                    // First the drain is handed out, then the READ.
                    if (calls.incrementAndGet() == 2) {
                        LwioFixture.spinWhile(held::isEmpty);
                        throw new OutOfMemoryError("thrown by the test");
                    }
                };
                byte[] read = peer.read(fid, LONG_BYTES, peer.memory.address(), peer.memory.handle());
                byte[] second = peer.read(fid, LONG_BYTES, peer.memory.address(), peer.memory.handle());
                peer.sendTogether(read, second);
                peer.awaitEnd();
                fixture.whenExecuted = () -> { };
                // Of each READ that has begun (both, if the drain was handed out twice): its buffer, and its receive.
                LwioFixture.spinWhile(() -> fixture.server.buffersInUse() > 2 * held.size());
                fixture.awaitServerThreads();
                assertEquals(2 * held.size(), fixture.server.buffersInUse());
                assertEquals(1, fixture.files.open.get(), "their file");
                while (!held.isEmpty()) {
                    held.take().run();
                }
            }
            fixture.awaitForgotten();
        }
    }

    /** Neither the executor nor the scheduler, for a while: then the end is seen when it is rung for once more. */
    @Test
    void aServerWithoutAnyThreadEndsAtLeastWhenItCloses() throws Exception {
        try (LwioFixture fixture = new LwioFixture(CONFIG, TestFabric.inProcess());
                RawPeer peer = RawPeer.authenticated(fixture)) {
            peer.registered(1, 0);
            Runnable never = () -> {
                throw new OutOfMemoryError("thrown by the test, as without native threads");
            };
            // Or one that is still at the last message takes the next one in as well.
            fixture.awaitServerThreads();
            fixture.whenScheduling = never;
            fixture.whenExecuting = never;
            peer.send(peer.interrupt());
            peer.awaitEnd();
            assertEquals(1, fixture.server.connections());
            fixture.whenExecuting = () -> { };
            fixture.whenScheduling = () -> { };
            fixture.server.close();
            fixture.awaitForgotten();
        }
    }

    /** By the client's own thread, which takes it in and may not open the file itself; or by its stand-in. */
    @Test
    void aRegisterThatCantBeHandedOutLeavesNothing() throws Exception {
        try (LwioFixture fixture = new LwioFixture(CONFIG, TestFabric.inProcess())) {
            for (int i = 0; i < 20; i++) {
                try (LwioConnection connection = fixture.connect()) {
                    connection.register(MemoryFiles.key(1), false, false);
                    fixture.awaitServerThreads();
                    fixture.whenExecuting = noThreadAt(0);
                    LwioStatus status = null;
                    try {
                        connection.register(MemoryFiles.key(2), false, false);
                    } catch (LwioException e) {
                        status = e.status();
                    }
                    assertEquals(LwioStatus.CONNECTION_DISCONNECTED, status);
                    fixture.whenExecuting = () -> { };
                    fixture.awaitForgotten();
                }
            }
            fixture.checkClientsGone();
        }
    }

    @Test
    void aFileThatFailsToCloseIsClosed() throws Exception {
        try (LwioFixture fixture = new LwioFixture(CONFIG, TestFabric.inProcess())) {
            try (LwioConnection connection = fixture.connect()) {
                int fid = connection.register(MemoryFiles.key(MemoryFiles.FAILS_TO_CLOSE), false, false);
                connection.register(MemoryFiles.key(MemoryFiles.FAILS_TO_CLOSE), false, false);
                connection.closeFid(fid);
                assertEquals(1, fixture.server.openFids());
            }
            fixture.awaitForgotten();
        }
    }

    @Test
    void aFileWithoutAStackFailsItsRequestOnly() throws Exception {
        try (LwioFixture fixture = new LwioFixture(CONFIG, TestFabric.inProcess());
                LwioConnection connection = fixture.connect()) {
            int fid = connection.register(MemoryFiles.key(MemoryFiles.BREAKS_PROMISES), false, false);
            for (LwioIo io : new LwioIo[] {connection, connection.polling()}) {
                for (CompletableFuture<Integer> answer : List.of(io.read(fid, 4, ByteBuffer.allocate(8), null),
                        io.write(fid, 4, ByteBuffer.allocate(8), null))) {
                    assertTrue(connection.await(answer, LONG_MS));
                    assertEquals(LwioStatus.INTERNAL_ERROR, LwioEndToEndTest.statusOf(answer));
                }
            }
            assertTrue(connection.isOpen());
        }
    }

    /** What a client does; until something has failed. */
    private static void useAll(LwioConnection connection) throws Exception {
        int fid = connection.register(MemoryFiles.key(1), false, true);
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (LwioIo io : new LwioIo[] {connection, connection.polling()}) {
            answers.add(io.write(fid, 0, ByteBuffer.allocate(5000), MemoryFiles.crcs(new byte[5000], 0, 5000)));
            answers.add(io.read(fid, 0, ByteBuffer.allocateDirect(5000), new int[2]));
            answers.add(io.read(fid, 0, ByteBuffer.allocateDirect(LONG_BYTES), new int[LONG_BYTES]));
            answers.add(io.readVectored(fid, 0, List.of(ByteBuffer.allocateDirect(4096),
                    ByteBuffer.allocateDirect(4096)), new int[2]));
        }
        for (CompletableFuture<Integer> answer : answers) {
            assertTrue(connection.await(answer, LONG_MS), "an answer is missing");
            answer.get();
        }
        connection.cancelFid(fid);
        connection.closeFid(fid);
    }

    /** Ends when the steps are through; how many there were. Each error lasts for so many calls. */
    private static int atEachStep(LwioFixture fixture, int times, StepsOf steps) throws Exception {
        RecordedLog.takeErrors();
        // What fails once is seen to by whoever is there: it needs no look, which would hide that one is missing.
        fixture.looksForFailures = times > 1;
        try (LwioConnection neighbour = fixture.connect()) {
            int fid = neighbour.register(MemoryFiles.key(7), false, false);
            for (int step = 0;; step++) {
                Once once = new Once(step, times, step % 2 == 0
                        ? new OutOfMemoryError("thrown by the test at step " + step)
                        : new StackOverflowError("thrown by the test at step " + step));
                boolean ended = false;
                try (LwioConnection connection = fixture.connect()) {
                    steps.are(once);
                    try {
                        useAll(connection);
                    } catch (LwioException | ExecutionException e) {
                        LwioException why = (LwioException) (e instanceof LwioException ? e : e.getCause());
                        ended = why.status() == LwioStatus.CONNECTION_DISCONNECTED;
                        assertTrue(ended || why.status() == LwioStatus.INTERNAL_ERROR,
                                () -> "at " + once.error + ": " + e);
                    } finally {
                        steps.are(() -> { });
                    }
                } catch (IOException e) {
                    throw new AssertionError("at step " + step, e);
                }
                fixture.awaitOneLeft();
                assertEquals(16, neighbour.read(fid, 0, ByteBuffer.allocate(16), null).get(), "at step " + step);
                if (ended) {
                    awaitTold(once.error);
                }
                if (!once.hasThrown()) {
                    return step;
                }
            }
        } finally {
            fixture.awaitForgotten();
            fixture.checkClientsGone();
        }
    }

    /** The connection ends with a reason that says what went wrong. */
    private static void awaitTold(Error error) {
        List<String> told = new ArrayList<>();
        LwioFixture.spinWhile(() -> {
            told.addAll(RecordedLog.takeErrors());
            return told.stream().noneMatch(line -> line.contains(" ends: ") && line.contains(error.toString()));
        });
    }

    private interface StepsOf {
        void are(Runnable step);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 40})
    void whereverTheWireFails(int times) throws Exception {
        FailingWire wire = new FailingWire(new InProcessWire());
        try (LwioFixture fixture = new LwioFixture(CONFIG, wire.fabric())) {
            assertTrue(atEachStep(fixture, times, wire::atEachStep) > 20);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 40})
    void wheneverTheExecutorFails(int times) throws Exception {
        try (LwioFixture fixture = new LwioFixture(CONFIG, TestFabric.inProcess())) {
            assertTrue(atEachStep(fixture, times, step -> fixture.whenExecuting = step) > 2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 40})
    void wheneverACompletionFails(int times) throws Exception {
        try (LwioFixture fixture = new LwioFixture(CONFIG, TestFabric.inProcess())) {
            assertTrue(atEachStep(fixture, times, step -> fixture.files.completions = completion -> {
                step.run();
                completion.run();
                step.run();
            }) > 5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 40})
    void wheneverTheClockFails(int times) throws Exception {
        Runnable[] step = {() -> { }};
        try (LwioFixture fixture = new LwioFixture(CONFIG, TestFabric.inProcess(), new FairCredits(), () -> {
            step[0].run();
            return System.nanoTime();
        })) {
            assertTrue(atEachStep(fixture, times, next -> step[0] = next) > 2);
        }
    }

    /** The one read that has its buffer fails; those that would have had it next hear of the end too. */
    @Test
    void whoWaitsForHisTurnHearsOfTheEnd() throws Exception {
        LwioServerConfig config = new LwioServerConfig(16, 8192, 8192, 16L << 20, 2, 16, 100, 10_000, 10_000);
        FailingWire wire = new FailingWire(new InProcessWire());
        try (LwioFixture fixture = new LwioFixture(config, wire.fabric())) {
            LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
            fixture.files.completions = held::add;
            try (LwioConnection failing = fixture.connect(); LwioConnection other = fixture.connect()) {
                int fid = failing.register(MemoryFiles.key(1), false, false);
                int othersFid = other.register(MemoryFiles.key(2), false, false);
                List<CompletableFuture<Integer>> reads = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    reads.add(i % 2 == 0 ? failing.read(fid, 0, ByteBuffer.allocateDirect(4096), null)
                            : failing.readVectored(fid, 0, List.of(ByteBuffer.allocateDirect(4096)), null));
                }
                Runnable first = held.take();
                wire.atEachStep(noThreadAt(0));
                first.run();
                wire.atEachStep(() -> { });
                for (CompletableFuture<Integer> read : reads) {
                    assertEquals(LwioStatus.CONNECTION_DISCONNECTED, LwioEndToEndTest.statusOf(read));
                }
                // What a file has begun, it ends itself.
                LwioFixture.spinWhile(() -> {
                    Runnable begun = held.poll();
                    if (begun != null) {
                        begun.run();
                    }
                    return fixture.server.connections() > 1;
                });
                fixture.files.completions = Runnable::run;
                assertEquals(8, other.read(othersFid, 0, ByteBuffer.allocate(8), null).get());
            }
            fixture.awaitForgotten();
            fixture.checkClientsGone();
        }
    }

    /** Neither executor nor scheduler nor wire: what an error meets that lasts. */
    private static void nothingWorks(LwioFixture fixture, FailingWire wire, Runnable step) {
        fixture.whenExecuting = step;
        fixture.whenScheduling = step;
        wire.atEachStep(step);
    }

    private static final LwioServerConfig TWO_READ_BUFFERS =
            new LwioServerConfig(16, 8192, 8192, 16L << 20, 2, 16, 100, 10_000, 10_000);

    /** One connection's thread gives a buffer to another's read, and can do nothing about it, nor say so to anybody. */
    @Test
    void whoWaitsForAnothersBufferHearsOfTheEnd() throws Exception {
        FailingWire wire = new FailingWire(new InProcessWire());
        try (LwioFixture fixture = new LwioFixture(TWO_READ_BUFFERS, wire.fabric())) {
            LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
            fixture.files.completions = held::add;
            try (LwioConnection one = fixture.connect(); LwioConnection two = fixture.connect();
                    LwioConnection three = fixture.connect(); LwioConnection four = fixture.connect()) {
                List<CompletableFuture<Integer>> reads = new ArrayList<>();
                for (LwioConnection each : List.of(one, two, three)) {
                    int fid = each.register(MemoryFiles.key(1), false, false);
                    reads.add(each.read(fid, 0, ByteBuffer.allocateDirect(4096), null));
                    // Taken in, by whatever thread, and either begun or waiting.
                    LwioFixture.spinWhile(() -> fixture.server.metrics().get(TransportMetric.REQUESTS_UNDER_WAY)
                            < reads.size() || held.size() < Math.min(2, reads.size()));
                    fixture.awaitServerThreads();
                }
                int fid = four.register(MemoryFiles.key(2), false, false);
                Runnable first = held.take();
                Runnable second = held.take();
                fixture.looksForFailures = false;
                Runnable never = () -> {
                    throw new OutOfMemoryError("thrown by the test");
                };
                fixture.whenExecuting = () -> {
                    // The answer is posted: only for the next one nothing works.
                    nothingWorks(fixture, wire, never);
                    never.run();
                };
                assertThrows(OutOfMemoryError.class, first::run);
                nothingWorks(fixture, wire, () -> { });
                fixture.looksForFailures = true;
                assertEquals(4096, reads.get(0).get());
                assertEquals(LwioStatus.CONNECTION_DISCONNECTED, LwioEndToEndTest.statusOf(reads.get(2)));
                second.run();
                assertEquals(4096, reads.get(1).get());
                fixture.files.completions = Runnable::run;
                assertEquals(8, four.read(fid, 0, ByteBuffer.allocate(8), null).get());
            }
            fixture.awaitForgotten();
            fixture.checkClientsGone();
        }
    }
}
