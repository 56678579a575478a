package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.LastingError;
import io.batonfs.transport.verbs.Errand;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a thread that polls one connection does for the others of its loop; and how loops are made. By one thread. */
class IoLoopTest {
    private static final long WORK_NANOS = 20_000;
    private static final int MOST_LOOKS = 1000;

    private long nanos;
    private int faultsMet;
    private final IoLoop loop;

    IoLoopTest() throws IOException {
        loop = newLoop();
    }

    private IoLoop newLoop() throws IOException {
        return new IoLoop("test", 100, 100, 50_000, () -> faultsMet++, () -> nanos);
    }

    @AfterEach
    void close() {
        loop.closeSelector();
    }

    /** Finds something at each look, and takes its time for it. */
    private final class Busy implements IoLoop.Polled {
        private final long workNanos;
        private final boolean cutShort;
        private int polls;
        private String dropped;

        Busy(long workNanos, boolean cutShort) {
            this.workNanos = workNanos;
            this.cutShort = cutShort;
        }

        @Override
        public boolean poll() {
            touch();
            polls++;
            nanos += workNanos;
            return true;
        }

        private void touch() {
            if (cutShort) {
                throw new InternalError("a fault occurred in an unsafe memory access operation");
            }
        }

        @Override
        public boolean hasNews() {
            touch();
            return true;
        }

        @Override
        public boolean sleeps() {
            touch();
            return false;
        }

        @Override
        public boolean isAsleep() {
            return false;
        }

        @Override
        public void drop(String reason) {
            dropped = reason;
            loop.cool(this);
        }

        @Override
        public void wakes() {
            assertEquals(0, polls, "it never sleeps");
        }

        @Override
        public void awaited() {
            throw new AssertionError("nobody waits");
        }

        @Override
        public void ready(SelectionKey key) {
            throw new AssertionError("it has no channel");
        }

        @Override
        public void tick(long nowNanos) {
            throw new AssertionError("it has no channel");
        }

        @Override
        public void endInOrder() {
            throw new AssertionError("nothing ends");
        }
    }

    /** How often one is looked at before another has its turn. */
    private int looksBefore(Busy polled, Busy other) {
        loop.heat(polled);
        loop.heat(other);
        int looks = 0;
        while (other.polls == 0 && looks < MOST_LOOKS) {
            assertTrue(loop.progress(polled, true));
            looks++;
        }
        return looks;
    }

    @Test
    void aPollerThatIsQuickHoldsUpOthersForSomeLooks() {
        assertEquals(64, looksBefore(new Busy(0, false), new Busy(0, false)));
    }

    @Test
    void aPollerThatWorksForLongHoldsUpOthersForFewerLooks() {
        assertEquals(8, looksBefore(new Busy(WORK_NANOS, false), new Busy(0, false)));
    }

    @Test
    void aPollerHearsNothingOfAnothersFault() {
        Busy polled = new Busy(0, false);
        Busy other = new Busy(0, true);
        loop.heat(polled);
        loop.heat(other);
        for (int i = 0; i < MOST_LOOKS; i++) {
            loop.progress(polled, true);
        }
        assertTrue(polled.polls >= MOST_LOOKS);
        assertNull(polled.dropped);
        assertNotNull(other.dropped);
        assertTrue(faultsMet > 0, "at first it is not known whose it is");
    }

    /** What a loop does for one connection meets an Error that lasts, also when that is to be told. */
    private static final class Failing implements IoLoop.Handler {
        private final Pipe.SourceChannel channel;
        private final CompletableFuture<String> dropped = new CompletableFuture<>();

        private final int times;
        private final AtomicInteger drops = new AtomicInteger();
        private final CompletableFuture<Void> closed = new CompletableFuture<>();

        Failing(Pipe.SourceChannel channel) {
            this(channel, Integer.MAX_VALUE);
        }

        /** Its closing fails so often. */
        Failing(Pipe.SourceChannel channel, int times) {
            this.channel = channel;
            this.times = times;
        }

        @Override
        public void ready(SelectionKey key) {
            throw new LastingError();
        }

        @Override
        public void tick(long nowNanos) {
            // Nothing times out.
        }

        @Override
        public void endInOrder() {
            drop("it ends");
        }

        @Override
        public void drop(String reason) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            dropped.complete(reason);
            if (drops.getAndIncrement() < times) {
                throw new LastingError();
            }
            closed.complete(null);
        }
    }

    private static void registered(IoLoop loop, Pipe pipe, IoLoop.Handler handler) {
        assertTrue(loop.execute(() -> {
            try {
                loop.register(pipe.source(), SelectionKey.OP_READ, handler);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }));
    }

    /** A loop with one connection that goes on, whatever becomes of the loop meanwhile. */
    private void goesOn(LongSupplier clock, LoopUse meanwhile) throws Exception {
        IoLoop standing = new IoLoop("standing", 100, 100, 0, clock);
        Pipe pipe = Pipe.open();
        Semaphore taken = new Semaphore(0);
        registered(standing, pipe, new Taking(pipe.source(), taken));
        standing.start();
        for (int i = 0; i < 3; i++) {
            meanwhile.with(standing);
            pipe.sink().write(ByteBuffer.allocate(1));
            assertTrue(taken.tryAcquire(10, TimeUnit.SECONDS), "its neighbour stands still");
        }
        standing.stop();
        standing.join();
        pipe.sink().close();
    }

    private interface LoopUse {
        void with(IoLoop loop) throws Exception;
    }

    @Test
    void aConnectionThatMeetsAnErrorThatLastsEndsAndItsNeighbourGoesOn() throws Exception {
        goesOn(System::nanoTime, standing -> {
            Pipe pipe = Pipe.open();
            Failing failing = new Failing(pipe.source());
            registered(standing, pipe, failing);
            pipe.sink().write(ByteBuffer.allocate(1));
            assertEquals("it could not be handled", failing.dropped.get(10, TimeUnit.SECONDS));
            pipe.sink().close();
        });
    }

    /** Its channel has gone with the first try, so nothing but the loop itself knows of it. */
    @Test
    void whatCantBeClosedIsClosedAgainUntilItIs() throws Exception {
        List<Failing> all = new ArrayList<>();
        goesOn(System::nanoTime, standing -> {
            Pipe pipe = Pipe.open();
            Failing failing = new Failing(pipe.source(), 3);
            all.add(failing);
            registered(standing, pipe, failing);
            pipe.sink().write(ByteBuffer.allocate(1));
            failing.closed.get(10, TimeUnit.SECONDS);
            pipe.sink().close();
        });
        for (Failing failing : all) {
            assertEquals(4, failing.drops.get(), "once it has come through it is left alone");
        }
    }

    /** It has other threads to end, and does not wait for ever. */
    @Test
    void aLoopEndsThoughAConnectionNeverDoes() throws Exception {
        IoLoop ending = new IoLoop("ending", 100, 100, 0, System::nanoTime);
        Pipe pipe = Pipe.open();
        Failing failing = new Failing(pipe.source());
        registered(ending, pipe, failing);
        ending.start();
        pipe.sink().write(ByteBuffer.allocate(1));
        failing.dropped.get(10, TimeUnit.SECONDS);
        ending.stop();
        ending.join();
        assertTrue(failing.drops.get() > 50, failing.drops.get() + " tries");
        pipe.sink().close();
    }

    @Test
    void aTaskOrErrandThatMeetsAnErrorThatLastsHoldsUpNobody() throws Exception {
        Errand failing = new Errand() {
            @Override
            public void run(Runner runner) {
                throw new LastingError();
            }

            @Override
            public void elsewhere() {
                throw new LastingError();
            }
        };
        goesOn(System::nanoTime, standing -> standing.execute(() -> {
            standing.lend(failing);
            throw new LastingError();
        }));
    }

    /** Where nothing belongs to any one connection, as when nothing but the loop itself needs memory. */
    @Test
    void aLoopThatMeetsErrorsForAWhileGoesOn() throws Exception {
        AtomicInteger errors = new AtomicInteger();
        goesOn(() -> {
            if (errors.get() > 0 && errors.getAndDecrement() > 0) {
                throw new LastingError();
            }
            return System.nanoTime();
        }, standing -> errors.set(40));
    }

    /** A connection without memory: what comes is taken in, and that is all. */
    private record Taking(Pipe.SourceChannel channel, Semaphore taken) implements IoLoop.Handler {

        @Override
        public void ready(SelectionKey key) {
            try {
                channel.read(ByteBuffer.allocate(1));
                taken.release();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void tick(long nowNanos) {
            // Nothing times out.
        }

        @Override
        public void endInOrder() {
            drop("it ends");
        }

        @Override
        public void drop(String reason) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Each look asks what time it is, so the clock tells of looks, also if it stands still. */
    private void looksForAMomentAndSleeps(LongSupplier clock) throws Exception {
        AtomicLong looks = new AtomicLong();
        IoLoop looking = new IoLoop("looking", 100, 100, 50_000, () -> {
            looks.incrementAndGet();
            return clock.getAsLong();
        });
        Pipe pipe = Pipe.open();
        Semaphore taken = new Semaphore(0);
        looking.start();
        assertTrue(looking.execute(() -> {
            try {
                looking.register(pipe.source(), SelectionKey.OP_READ, new Taking(pipe.source(), taken));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }));
        for (int i = 0; i < 3; i++) {
            pipe.sink().write(ByteBuffer.allocate(1));
            taken.acquire();
            LockSupport.parkNanos(50_000_000);
        }
        long before = looks.get();
        LockSupport.parkNanos(50_000_000);
        assertTrue(looks.get() - before < 500, "it looks though nothing comes: " + (looks.get() - before) + " times");
        assertTrue(before < 10_000, "it does not sleep: " + before + " looks");
        looking.stop();
        looking.join();
        pipe.sink().close();
    }

    @Test
    void aLoopThatHasFoundSomethingLooksForAMomentAndSleeps() throws Exception {
        looksForAMomentAndSleeps(System::nanoTime);
    }

    @Test
    void aLoopSleepsAlsoIfItsClockStandsStill() throws Exception {
        looksForAMomentAndSleeps(() -> nanos);
    }

    /** Else the loop would end with its only keeper, and all its connections stand still. */
    @Test
    void aLoopWithoutAThreadForErrandsLendsNoneAndGoesOn() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        IoLoop alone = new IoLoop("alone", 100, 100, 0, () -> { }, System::nanoTime, task -> new Thread(task) {
            @Override
            public void start() {
                if (getName().endsWith("-1") && refused.getAndIncrement() < 2) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                super.start();
            }
        });
        alone.start();
        CompletableFuture<Boolean> errandRun = new CompletableFuture<>();
        Errand errand = new Errand() {
            @Override
            public void run(Runner runner) {
                errandRun.complete(true);
            }

            @Override
            public void elsewhere() {
                errandRun.complete(false);
            }
        };
        List<Boolean> lent = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Boolean> answer = new CompletableFuture<>();
            alone.execute(() -> {
                try {
                    answer.complete(alone.lend(errand));
                } catch (Throwable e) {
                    answer.completeExceptionally(e);
                    throw e;
                }
            });
            lent.add(answer.get(30, TimeUnit.SECONDS));
        }
        assertEquals(List.of(false, false, true), lent);
        assertTrue(errandRun.get(30, TimeUnit.SECONDS));
        alone.stop();
        alone.join();
    }

    @Test
    void loopsAreMadeAllOrNone() throws IOException {
        List<IoLoop> loops = new ArrayList<>();
        assertThrows(IOException.class, () -> IoLoop.addAll(loops, 3, i -> {
            if (i == 2) {
                throw new IOException("no selector left");
            }
            return newLoop();
        }));
        assertEquals(2, loops.size());
        for (IoLoop made : loops) {
            try (SocketChannel channel = SocketChannel.open()) {
                assertThrows(ClosedSelectorException.class,
                        () -> made.register(channel, SelectionKey.OP_CONNECT, new Busy(0, false)));
            }
        }
    }
}
