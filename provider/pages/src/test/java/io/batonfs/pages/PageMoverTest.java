package io.batonfs.pages;

import static io.batonfs.pages.EngineRig.PAGE;
import static io.batonfs.pages.EngineRig.bytes;
import static io.batonfs.pages.EngineRig.failure;
import static io.batonfs.pages.EngineRig.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pages carried from pool to pool: whole, at any moment, whatever else is done with them. */
@Timeout(60)
class PageMoverTest {
    private final MemoryPool slow = new MemoryPool("slow", EngineRig.GEOMETRY);
    private final MemoryPool fast = new MemoryPool("fast", EngineRig.GEOMETRY);
    private final ExecutorService others = Executors.newCachedThreadPool();
    private EngineRig rig = new EngineRig(slow, fast);
    private long nextExtent;

    @AfterEach
    void close() throws IOException {
        others.shutdownNow();
        rig.close();
        assertEquals(List.of(), List.copyOf(slow.breaches));
        assertEquals(List.of(), List.copyOf(fast.breaches));
    }

    /** The first operation of a kind, from the n-th on, waits for the test. */
    private static class Stop implements MemoryPool.Fault {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        private final MemoryPool.Op at;
        private final AtomicInteger left;

        Stop(MemoryPool.Op at, int n) {
            this.at = at;
            this.left = new AtomicInteger(n);
        }

        @Override
        public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
            if (op == at && left.decrementAndGet() == 0) {
                reached.countDown();
                await(goOn);
            }
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody came");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private Extent added(long number, long firstPage, int pages) throws IOException {
        Extent extent = EngineRig.extent(number, firstPage, pages);
        rig.engine.addExtent(extent, "slow");
        return extent;
    }

    private MoveOutcome move(long page, String pool) throws IOException {
        return rig.engine.mover().move(EngineRig.VOLUME, page, pool);
    }

    private CompletableFuture<MoveOutcome> moveBeside(long page, String pool) {
        CompletableFuture<MoveOutcome> outcome = new CompletableFuture<>();
        others.execute(() -> {
            try {
                outcome.complete(move(page, pool));
            } catch (IOException | RuntimeException e) {
                outcome.completeExceptionally(e);
            }
        });
        return outcome;
    }

    private void restart() throws IOException {
        rig.close();
        rig = new EngineRig(slow, fast);
        rig.settled();
        assertEquals(List.of(), rig.engine.problems());
    }

    @Test
    void sealedPagesAreFoundInTheOtherPool() throws IOException {
        Extent extent = added(1, 0, 2);
        byte[] data = bytes(1, PAGE + 100);
        rig.append(extent, 0, data);
        rig.engine.seal(extent.id(), data.length, false);
        assertEquals(MoveOutcome.MOVED, move(0, "fast"));
        assertEquals(MoveOutcome.MOVED, move(1, "fast"));
        assertEquals(MoveOutcome.ALREADY_THERE, move(1, "fast"));
        assertEquals(List.of(), slow.segments());
        assertArrayEquals(data, rig.readAll(extent, data.length));
        slow.cutPower();
        fast.cutPower();
        restart();
        assertArrayEquals(data, rig.readAll(extent, data.length));
        assertTrue(rig.engine.state(extent.id()).sealed());
    }

    @Test
    void openPageGoesOnInTheOtherPool() throws IOException {
        Extent extent = added(1, 0, 2);
        byte[] data = bytes(1, PAGE + 100);
        rig.append(extent, 0, Arrays.copyOf(data, 100));
        assertEquals(MoveOutcome.MOVED, move(0, "fast"));
        assertEquals(List.of(), slow.segments());
        fast.cutPower();
        assertArrayEquals(Arrays.copyOf(data, 100), fast.held(0), "what is moved is forced");
        rig.append(extent, 100, Arrays.copyOfRange(data, 100, data.length));
        get(rig.write(extent, extent.writeEpoch(), 0, new byte[0], true));
        assertArrayEquals(Arrays.copyOf(data, PAGE), fast.held(0));
        slow.cutPower();
        fast.cutPower();
        restart();
        assertArrayEquals(data, rig.readAll(extent, data.length));
    }

    @Test
    void longPageIsCopiedInSeveralPieces() throws IOException {
        PageGeometry geometry = new PageGeometry(4096, 1024);
        MemoryPool from = new MemoryPool("from", geometry);
        MemoryPool to = new MemoryPool("to", geometry);
        byte[] data = bytes(1, (5 << 19) + 77);
        Extent extent = EngineRig.extent(1, 0, 1);
        ExecutorService control = Executors.newSingleThreadExecutor();
        try (LocalPageEngine engine = LocalPageEngine.open(
                EngineRig.GROUP, geometry, List.of(from, to), Runnable::run, control)) {
            engine.addExtent(extent, "from");
            EngineRig.Outcome written = new EngineRig.Outcome();
            ByteBuffer buffer = ByteBuffer.wrap(data);
            engine.write(new WriteRequest(EngineRig.VOLUME, 0, extent.id(), Epoch.FIRST, buffer,
                    Pieces.crcs(geometry, 0, buffer), false), written);
            get(written.future);
            assertEquals(MoveOutcome.MOVED, engine.mover().move(EngineRig.VOLUME, 0, "to"));
        } finally {
            control.shutdown();
        }
        assertArrayEquals(data, to.held(0));
        assertEquals(List.of(), from.segments());
        assertEquals(List.of(), List.copyOf(to.breaches));
    }

    @Test
    void whatIsNotThereStays() throws IOException {
        Extent extent = added(1, 0, 2);
        assertEquals(MoveOutcome.STAYED, move(0, "fast"), "never written");
        assertEquals(MoveOutcome.STAYED, move(77, "fast"), "of no extent");
        rig.append(extent, 0, bytes(1, 5));
        BatonException unknown = assertThrows(BatonException.class, () -> move(0, "tape"));
        assertEquals(ErrorCode.NOT_FOUND, unknown.code());
        restart();
        assertEquals(MoveOutcome.STAYED, move(0, "fast"), "it may be stale till the catalog is heard");
        added(1, 0, 2);
        assertEquals(MoveOutcome.MOVED, move(0, "fast"));
    }

    @Test
    void readsAndAppendsGoOnWhilePagesGoToAndFro() throws Exception {
        long seed = Long.getLong("baton.pages.seed", System.nanoTime());
        System.out.println("PageMoverTest: -Dbaton.pages.seed=" + seed);
        int pages = 6;
        Extent extent = added(1, 0, pages);
        byte[] data = bytes(seed, pages * PAGE);
        AtomicInteger written = new AtomicInteger();
        AtomicInteger moves = new AtomicInteger();
        CompletableFuture<Void> mover = CompletableFuture.runAsync(() -> {
            Random random = new Random(seed);
            while (written.get() < data.length || moves.get() < 10) {
                try {
                    if (move(random.nextInt(pages), random.nextBoolean() ? "fast" : "slow") == MoveOutcome.MOVED) {
                        moves.incrementAndGet();
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }, others);
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
            Random random = new Random(seed + 1);
            while (written.get() < data.length) {
                int page = random.nextInt(written.get() / PAGE + 1);
                int length = Math.min(written.get() - page * PAGE, PAGE);
                try {
                    assertArrayEquals(Arrays.copyOfRange(data, page * PAGE, page * PAGE + length),
                            get(rig.readHere(extent, (long) page * PAGE, length)));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }, others);
        Random random = new Random(seed + 2);
        while (written.get() < data.length) {
            int at = written.get();
            int length = Math.min(1 + random.nextInt(200), PAGE - at % PAGE);
            get(rig.write(extent, Epoch.FIRST, at, Arrays.copyOfRange(data, at, at + length), random.nextInt(9) == 0));
            written.set(at + length);
        }
        mover.get(30, TimeUnit.SECONDS);
        reader.get(30, TimeUnit.SECONDS);
        assertArrayEquals(data, rig.readAll(extent, data.length));
        assertEquals(pages, slow.segments().size() + fast.segments().size());
        restart();
        assertArrayEquals(data, rig.readAll(extent, data.length));
    }

    @Test
    void appendsWaitWhileTheRestIsCopiedAndReadsDoNot() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        Stop force = new Stop(MemoryPool.Op.APPEND, 3);
        fast.fault = force;
        CompletableFuture<MoveOutcome> moving = moveBeside(0, "fast");
        await(force.reached);
        CompletableFuture<Void> write = rig.write(extent, 100, bytes(2, 50));
        assertArrayEquals(bytes(1, 100), get(rig.read(extent, 0, 100)));
        while (rig.engine.control().held(EngineRig.VOLUME).isEmpty()) {
            Thread.onSpinWait();
        }
        assertFalse(write.isDone());
        assertEquals(MoveOutcome.STAYED, move(0, "slow"), "it is on its way");
        force.goOn.countDown();
        assertEquals(MoveOutcome.MOVED, get(moving));
        get(write);
        assertEquals(150, fast.held(0).length);
        assertEquals(List.of(), slow.segments());
    }

    @Test
    void sealThatComesFirstLeavesThePageWhereItWas() throws IOException {
        for (int operation = 1; operation <= 3; operation++) {
            Extent extent = added(operation, 4L * operation, 1);
            rig.append(extent, 0, bytes(1, 100));
            Stop stop = new Stop(MemoryPool.Op.APPEND, operation);
            fast.fault = stop;
            CompletableFuture<MoveOutcome> moving = moveBeside(4L * operation, "fast");
            await(stop.reached);
            assertTrue(rig.engine.seal(extent.id(), 60, true).sealed());
            stop.goOn.countDown();
            assertEquals(MoveOutcome.STAYED, get(moving));
            assertEquals(List.of(), fast.segments());
            assertArrayEquals(Arrays.copyOf(bytes(1, 100), 60), get(rig.read(extent, 0, 60)));
            assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.read(extent, 60, 1)));
        }
    }

    @Test
    void sealThatMovesTheEndBeforeTheTableSaysSoLeavesThePageWhereItWas() throws Exception {
        rig.close();
        AtomicInteger given = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        ExecutorService control = Executors.newSingleThreadExecutor();
        rig = new EngineRig(task -> {
            given.incrementAndGet();
            control.execute(() -> {
                task.run();
                done.incrementAndGet();
            });
        }, slow, fast);
        try {
            Extent extent = added(1, 0, 2);
            byte[] data = bytes(1, PAGE + 100);
            rig.append(extent, 0, data);
            Stop force = new Stop(MemoryPool.Op.APPEND, 2);
            fast.fault = force;
            CompletableFuture<MoveOutcome> moving = moveBeside(1, "fast");
            await(force.reached);
            // The page with the end is sealed, and the end moved; the one before it is not yet.
            Stop seal = new Stop(MemoryPool.Op.SEAL, 2);
            slow.fault = seal;
            CompletableFuture<ExtentState> sealing = CompletableFuture.supplyAsync(() -> {
                try {
                    return rig.engine.seal(extent.id(), PAGE + 60, true);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }, others);
            await(seal.reached);
            int before = given.get();
            force.goOn.countDown();
            while (given.get() == before || done.get() < given.get()) {
                Thread.onSpinWait();
            }
            seal.goOn.countDown();
            assertEquals(MoveOutcome.STAYED, get(moving));
            assertEquals(PAGE + 60, sealing.get(30, TimeUnit.SECONDS).lengthBytes());
            assertEquals(List.of(), fast.segments());
            assertArrayEquals(Arrays.copyOf(data, PAGE + 60), rig.readAll(extent, PAGE + 60));
            rig.close();
        } finally {
            control.shutdown();
        }
    }

    /** A control path that a test can keep from going on. */
    private final class Door implements AutoCloseable {
        private final ExecutorService control = Executors.newSingleThreadExecutor();
        private final AtomicInteger given = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile CountDownLatch open = new CountDownLatch(0);

        Door() throws IOException {
            rig.close();
            rig = new EngineRig(task -> {
                given.incrementAndGet();
                control.execute(() -> {
                    try {
                        await(open);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                    task.run();
                    done.incrementAndGet();
                });
            }, slow, fast);
        }

        int given() {
            return given.get();
        }

        /** Until the control path has done more than it had been given, and all of it. */
        void awaitMoreThan(int before) {
            while (given.get() == before || done.get() < given.get()) {
                Thread.onSpinWait();
            }
        }

        void shut() {
            open = new CountDownLatch(1);
        }

        void open() {
            open.countDown();
        }

        @Override
        public void close() throws IOException {
            rig.close();
            control.shutdown();
        }
    }

    @Test
    void sealThatIsOvertakenSealsWhereThePageIsNow() throws Exception {
        try (Door door = new Door()) {
            Extent extent = added(1, 0, 1);
            byte[] data = bytes(1, 100);
            rig.append(extent, 0, data);
            Stop raise = new Stop(MemoryPool.Op.RAISE_EPOCH, 1);
            fast.fault = raise;
            CompletableFuture<MoveOutcome> moving = moveBeside(0, "fast");
            await(raise.reached);
            int before = door.given();
            CompletableFuture<ExtentState> sealing = CompletableFuture.supplyAsync(() -> {
                try {
                    return rig.engine.seal(extent.id(), 100, true);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }, others);
            door.awaitMoreThan(before);
            door.shut();
            raise.goOn.countDown();
            // Both went through the lane, and neither has told the table.
            while (!slow.segments().get(0).sealed()) {
                Thread.onSpinWait();
            }
            door.open();
            assertTrue(sealing.get(30, TimeUnit.SECONDS).sealed());
            assertEquals(MoveOutcome.MOVED, get(moving));
            assertEquals(List.of(), slow.segments());
            assertTrue(fast.segments().get(0).sealed());
            assertArrayEquals(data, get(rig.read(extent, 0, 100)));
        }
        restart();
        assertTrue(rig.engine.state(EngineRig.id(1)).sealed());
    }

    @Test
    void fenceThatComesAfterTheEpochWasRecordedIsRecordedToo() throws Exception {
        try (Door door = new Door()) {
            Extent extent = added(1, 0, 1);
            rig.append(extent, 0, bytes(1, 100));
            Stop raise = new Stop(MemoryPool.Op.RAISE_EPOCH, 1);
            fast.fault = raise;
            CompletableFuture<MoveOutcome> moving = moveBeside(0, "fast");
            await(raise.reached);
            int before = door.given();
            CompletableFuture<ExtentState> fencing = CompletableFuture.supplyAsync(() -> {
                try {
                    return rig.engine.fence(extent.id(), new Epoch(5));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }, others);
            door.awaitMoreThan(before);
            raise.goOn.countDown();
            assertEquals(new Epoch(5), fencing.get(30, TimeUnit.SECONDS).writeEpoch());
            assertEquals(MoveOutcome.MOVED, get(moving));
            assertEquals(new Epoch(5), fast.segments().get(0).writeEpoch());
        }
        restart();
        assertEquals(new Epoch(5), rig.engine.state(EngineRig.id(1)).writeEpoch());
    }

    @Test
    void forcesOfAMoveHoldUpNoOtherExtent() throws IOException {
        for (int step = 0; step < 2; step++) {
            Extent extent = added(1 + step, 4L * step, 1);
            rig.append(extent, 0, bytes(1, 100));
            Stop raise = new Stop(MemoryPool.Op.RAISE_EPOCH, 1);
            (step == 0 ? fast : slow).fault = raise;
            CompletableFuture<MoveOutcome> moving = moveBeside(4L * step, "fast");
            await(raise.reached);
            try {
                Extent other = added(11 + step, 44 + 4L * step, 1);
                rig.append(other, 0, bytes(2, 50));
            } finally {
                raise.goOn.countDown();
            }
            assertEquals(MoveOutcome.MOVED, get(moving));
            slow.heal();
            fast.heal();
        }
    }

    @Test
    void whatACrashLeftIsSettledBesideOtherExtents() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        leaveTwoPages(extent);
        rig.close();
        Stop raise = new Stop(MemoryPool.Op.RAISE_EPOCH, 1);
        slow.fault = raise;
        fast.fault = raise;
        rig = new EngineRig(slow, fast);
        await(raise.reached);
        rig.engine.addExtent(extent, "slow");
        CompletableFuture<Void> write = rig.write(extent, 100, bytes(2, 50));
        Extent other = added(11, 44, 1);
        rig.append(other, 0, bytes(2, 50));
        assertFalse(write.isDone(), "two segments may be the page");
        raise.goOn.countDown();
        get(write);
        rig.settled();
        assertEquals(2, slow.segments().size() + fast.segments().size());
    }

    /** As a kill does between the switch of an open page and its retiring. */
    private void leaveTwoPages(Extent extent) throws IOException {
        long page = extent.pages().firstPage();
        SegmentId twin = fast.create(
                new SegmentIdentity(EngineRig.GROUP, EngineRig.VOLUME, page, extent.id()), Epoch.FIRST);
        byte[] held = slow.held(page);
        ByteBuffer buffer = ByteBuffer.wrap(held);
        fast.append(twin, 0, buffer, Pieces.crcs(EngineRig.GEOMETRY, 0, buffer.duplicate()), true);
    }

    @Test
    void pageIsForcedBeforeItsCopyIs() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        Stop force = new Stop(MemoryPool.Op.APPEND, 2);
        fast.fault = force;
        CompletableFuture<MoveOutcome> moving = moveBeside(0, "fast");
        await(force.reached);
        slow.cutPower();
        assertEquals(100, slow.held(0).length);
        force.goOn.countDown();
        assertEquals(MoveOutcome.MOVED, get(moving));
    }

    /** Page 0 is full and sealed, page 1 has a segment and no byte. */
    private Extent fullPageAndBegunOne() throws IOException {
        Extent extent = added(1, 0, 2);
        rig.append(extent, 0, bytes(1, PAGE));
        slow.create(new SegmentIdentity(EngineRig.GROUP, EngineRig.VOLUME, 1, extent.id()), Epoch.FIRST);
        restart();
        rig.engine.addExtent(extent, "slow");
        return extent;
    }

    @Test
    void copyOfAPageThatASealFreedIsNoPage() throws IOException {
        Extent extent = fullPageAndBegunOne();
        Stop force = new Stop(MemoryPool.Op.APPEND, 1) {
            @Override
            public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                super.before(op, segment);
                if (op == MemoryPool.Op.FREE) {
                    throw new IOException("the process is dead by now");
                }
            }
        };
        fast.fault = force;
        CompletableFuture<MoveOutcome> moving = moveBeside(1, "fast");
        await(force.reached);
        assertEquals(PAGE, rig.engine.seal(extent.id(), PAGE, true).lengthBytes());
        force.goOn.countDown();
        assertEquals(MoveOutcome.STAYED, get(moving));
        assertEquals(1, fast.segments().size());
        rig.close();
        fast.heal();
        rig = EngineRig.onSome(fast);
        assertEquals(1, fast.segments().size(), "the page may be in the other pool");
        restart();
        assertTrue(rig.engine.state(extent.id()).sealed());
        assertEquals(PAGE, rig.engine.fence(extent.id(), new Epoch(3)).lengthBytes());
        assertEquals(List.of(), fast.segments());
    }

    @Test
    void retiredSegmentBeyondASealedEndKeepsNothingUp() throws IOException {
        Extent extent = fullPageAndBegunOne();
        slow.fault = failing(MemoryPool.Op.FREE, 1);
        assertEquals(MoveOutcome.MOVED, move(1, "fast"));
        assertEquals(PAGE, rig.engine.seal(extent.id(), PAGE, true).lengthBytes());
        assertEquals(List.of(), fast.segments());
        rig.close();
        rig = new EngineRig(slow, fast);
        rig.settled();
        assertTrue(rig.engine.state(extent.id()).sealed());
        assertEquals(PAGE, rig.engine.seal(extent.id(), PAGE, true).lengthBytes());
        rig.engine.free(extent.id());
        assertEquals(List.of(), slow.segments());
    }

    @Test
    void retiredSegmentWithoutItsPageIsALossAndKept() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        slow.fault = failing(MemoryPool.Op.FREE, 1);
        assertEquals(MoveOutcome.MOVED, move(0, "fast"));
        rig.close();
        fast.free(fast.segments().get(0).id());
        rig = new EngineRig(slow, fast);
        rig.settled();
        BatonException lost = assertThrows(BatonException.class, () -> rig.engine.state(extent.id()));
        assertEquals(ErrorCode.DATA_LOST, lost.code());
        assertTrue(lost.getMessage().contains("none of them now"), lost.getMessage());
        assertEquals(1, rig.engine.problems().size());
        rig.engine.addExtent(extent, "slow");
        assertThrows(BatonException.class, () -> rig.engine.fence(extent.id(), new Epoch(3)));
        assertEquals(ErrorCode.DATA_LOST, failure(rig.read(extent, 0, 100)));
        assertEquals(ErrorCode.DATA_LOST, failure(rig.write(extent, 0, bytes(1, 100))));
        assertEquals(1, slow.segments().size());
        rig.engine.free(extent.id());
        assertEquals(List.of(), slow.segments());
    }

    /** Whether reads of page 0 go to a pool. */
    private boolean isIn(MemoryPool pool) throws IOException {
        AtomicInteger reads = new AtomicInteger();
        pool.fault = new MemoryPool.Fault() {
            @Override
            public void before(MemoryPool.Op op, SegmentId segment) {
                reads.incrementAndGet();
            }
        };
        get(rig.read(EngineRig.extent(1, 0, 1), 0, 1));
        return reads.get() > 0;
    }

    @Test
    void freedExtentLeavesNothingInEitherPool() throws IOException {
        for (int operation = 1; operation <= 3; operation++) {
            Extent extent = added(operation, 4L * operation, 1);
            rig.append(extent, 0, bytes(1, 100));
            Stop stop = new Stop(MemoryPool.Op.APPEND, operation);
            fast.fault = stop;
            CompletableFuture<MoveOutcome> moving = moveBeside(4L * operation, "fast");
            await(stop.reached);
            rig.engine.free(extent.id());
            stop.goOn.countDown();
            assertEquals(MoveOutcome.STAYED, get(moving));
            assertEquals(List.of(), fast.segments());
            assertEquals(List.of(), slow.segments());
        }
    }

    @Test
    void fenceHoldsInTheOtherPool() throws IOException {
        for (int operation = 1; operation <= 3; operation++) {
            Extent extent = added(operation, 4L * operation, 1);
            rig.append(extent, 0, bytes(1, 100));
            Stop stop = new Stop(MemoryPool.Op.APPEND, operation);
            fast.fault = stop;
            CompletableFuture<MoveOutcome> moving = moveBeside(4L * operation, "fast");
            await(stop.reached);
            rig.engine.fence(extent.id(), new Epoch(5));
            stop.goOn.countDown();
            assertEquals(MoveOutcome.MOVED, get(moving));
            assertEquals(ErrorCode.FENCED, failure(rig.write(extent, 100, bytes(2, 1))));
            fast.heal();
            restart();
            assertEquals(new Epoch(5), rig.engine.state(extent.id()).writeEpoch());
            rig.engine.free(extent.id());
        }
    }

    @Test
    void appendThatEndedWithoutAnAnswerIsCarriedAlong() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        slow.fault = new MemoryPool.Fault() {
            @Override
            public void after(MemoryPool.Op op, SegmentId segment) throws IOException {
                if (op == MemoryPool.Op.APPEND) {
                    reached.countDown();
                    await(goOn);
                    slow.heal();
                    throw new IOException("no answer");
                }
            }
        };
        CompletableFuture<Void> write = rig.write(extent, 100, bytes(2, 50));
        await(reached);
        CompletableFuture<MoveOutcome> moving = moveBeside(0, "fast");
        while (fast.segments().isEmpty() || fast.segments().get(0).lengthBytes() < 100) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        get(write);
        assertEquals(MoveOutcome.MOVED, get(moving));
        assertArrayEquals(bytes(2, 50), get(rig.read(extent, 100, 50)));
        assertEquals(150, fast.held(0).length);
    }

    @Test
    void fullPoolLeavesThePageWhereItWasAndWritable() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        fast.capacityBytes = 50;
        BatonException full = assertThrows(BatonException.class, () -> move(0, "fast"));
        assertEquals(ErrorCode.NO_SPACE, full.code());
        assertEquals(List.of(), fast.segments());
        rig.append(extent, 100, bytes(2, 50));
        assertEquals(150, slow.held(0).length);
    }

    @Test
    void lostBytesAreNeverCarriedAsIfTheyWereThere() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        slow.fault = new MemoryPool.Fault() {
            @Override
            public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                if (op == MemoryPool.Op.READ) {
                    throw new BatonException(ErrorCode.DATA_LOST, "gone");
                }
            }
        };
        assertEquals(ErrorCode.DATA_LOST, assertThrows(BatonException.class, () -> move(0, "fast")).code());
        assertEquals(List.of(), fast.segments());
        slow.heal();
        assertArrayEquals(bytes(1, 100), get(rig.read(extent, 0, 100)));
    }

    /** The first operations of a kind fail. */
    private static MemoryPool.Fault failing(MemoryPool.Op kind, int times) {
        AtomicInteger left = new AtomicInteger(times);
        return new MemoryPool.Fault() {
            @Override
            public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                if (op == kind && left.getAndDecrement() > 0) {
                    throw new IOException("no " + kind);
                }
            }
        };
    }

    @Test
    void segmentThatCannotBeFreedIsTriedAgain() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        slow.fault = failing(MemoryPool.Op.FREE, 2);
        assertEquals(MoveOutcome.MOVED, move(0, "fast"));
        assertEquals(1, slow.segments().size());
        rig.engine.mover().freeLeftBehind();
        assertEquals(1, slow.segments().size(), "it failed a second time");
        rig.append(extent, 100, bytes(2, 50));
        rig.engine.mover().freeLeftBehind();
        assertEquals(List.of(), slow.segments());
        assertArrayEquals(bytes(2, 50), get(rig.read(extent, 100, 50)));
    }

    @Test
    void copyThatCannotBeFreedIsTriedAgain() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        AtomicInteger appends = new AtomicInteger();
        AtomicInteger frees = new AtomicInteger();
        fast.fault = new MemoryPool.Fault() {
            @Override
            public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                if (op == MemoryPool.Op.APPEND && appends.incrementAndGet() == 2
                        || op == MemoryPool.Op.FREE && frees.incrementAndGet() == 1) {
                    throw new IOException("no " + op);
                }
            }
        };
        assertEquals("no APPEND", assertThrows(IOException.class, () -> move(0, "fast")).getMessage());
        assertEquals(1, fast.segments().size());
        rig.append(extent, 100, bytes(2, 50));
        rig.engine.mover().freeLeftBehind();
        assertEquals(List.of(), fast.segments());
        assertEquals(MoveOutcome.MOVED, move(0, "fast"));
    }

    @Test
    void freeingTheExtentFreesWhatItsMovesLeft() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        slow.fault = failing(MemoryPool.Op.FREE, 2);
        assertEquals(MoveOutcome.MOVED, move(0, "fast"));
        assertThrows(IOException.class, () -> rig.engine.free(extent.id()));
        assertEquals(1, slow.segments().size());
        rig.engine.free(extent.id());
        assertEquals(List.of(), slow.segments());
        assertEquals(List.of(), fast.segments());
    }

    @Test
    void segmentLeftByTheLastProcessIsTriedAgainToo() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        slow.fault = failing(MemoryPool.Op.FREE, 2);
        assertEquals(MoveOutcome.MOVED, move(0, "fast"));
        rig.append(extent, 100, bytes(2, 50));
        restart();
        assertEquals(1, slow.segments().size());
        assertArrayEquals(bytes(2, 50), get(rig.read(extent, 100, 50)));
        rig.engine.mover().freeLeftBehind();
        assertEquals(List.of(), slow.segments());
    }

    @Test
    void copyThatMayBeThePageIsRetiredBeforeAppendsGoOn() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        // Recorded, but there is no answer; then it can't be freed either.
        AtomicInteger raised = new AtomicInteger();
        fast.fault = new MemoryPool.Fault() {
            @Override
            public void after(MemoryPool.Op op, SegmentId segment) throws IOException {
                if (op == MemoryPool.Op.RAISE_EPOCH && raised.incrementAndGet() == 1) {
                    throw new IOException("no answer");
                }
            }

            @Override
            public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                if (op == MemoryPool.Op.FREE) {
                    throw new IOException("not now");
                }
            }
        };
        assertEquals("no answer", assertThrows(IOException.class, () -> move(0, "fast")).getMessage());
        rig.append(extent, 100, bytes(2, 50));
        rig.close();
        rig = EngineRig.onSome(fast);
        assertEquals(ErrorCode.DATA_LOST, failure(rig.read(extent, 0, 100)), "fifty bytes are missing there");
        assertThrows(BatonException.class, () -> rig.engine.state(extent.id()));
        fast.heal();
        restart();
        assertEquals(150, rig.engine.state(extent.id()).lengthBytes());
        assertEquals(List.of(), fast.segments());
    }

    @Test
    void noChecksumIsOfOtherBytesWhileAPoolIsNotThere() throws IOException {
        Extent extent = added(1, 0, 2);
        byte[] data = bytes(1, PAGE + 100);
        rig.append(extent, 0, data);
        assertEquals(MoveOutcome.MOVED, move(0, "fast"));
        rig.close();
        rig = EngineRig.onSome(slow);
        BatonException lost = assertThrows(BatonException.class, () -> rig.engine.checksum(extent.id(), 0, 50));
        assertEquals(ErrorCode.DATA_LOST, lost.code(), "the run seems to begin with its second page");
        rig.engine.addExtent(extent, "slow");
        lost = assertThrows(BatonException.class, () -> rig.engine.checksum(extent.id(), 0, 50));
        assertEquals(ErrorCode.DATA_LOST, lost.code());
        assertEquals(List.of(false), rig.engine.report().stream().map(ExtentState::lengthKnown).toList());
    }

    @Test
    void anExtentOfWhichNothingIsHereIsNotTakenForEmptyUnlessItIsNewOrWasGivenBack() throws IOException {
        Extent old = EngineRig.extent(4, 0, 1);
        Extent made = EngineRig.extent(5, 4, 1);
        rig.close();
        rig = EngineRig.onSome(4, slow);
        assertTrue(rig.engine.needsWord(old.id()));
        assertFalse(rig.engine.needsWord(made.id()));
        rig.engine.addExtent(old, "slow");
        rig.engine.addExtent(made, "slow");
        BatonException lost = assertThrows(BatonException.class, () -> rig.engine.fence(old.id(), new Epoch(3)));
        assertEquals(ErrorCode.DATA_LOST, lost.code());
        assertEquals(ErrorCode.DATA_LOST, failure(rig.write(old, 0, bytes(1, 5))), "its first bytes may be elsewhere");
        rig.append(made, 0, bytes(1, 5));
        assertEquals(5, rig.engine.fence(made.id(), new Epoch(3)).lengthBytes());
        rig.engine.free(old.id());
        rig.engine.addExtent(old, "slow");
        rig.append(old, 0, bytes(1, 7));
        assertEquals(7, rig.engine.state(old.id()).lengthBytes(), "a new copy, pulled from another server");
    }

    /** Raising an epoch fails so many times, and freeing so many. */
    private static MemoryPool.Fault failing(int raises, int frees) {
        MemoryPool.Fault raise = failing(MemoryPool.Op.RAISE_EPOCH, raises);
        MemoryPool.Fault free = failing(MemoryPool.Op.FREE, frees);
        return new MemoryPool.Fault() {
            @Override
            public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                raise.before(op, segment);
                free.before(op, segment);
            }
        };
    }

    @Test
    void nothingIsAddedWhileTwoSegmentsMayBeThePage() throws IOException {
        for (boolean switched : new boolean[] {false, true}) {
            for (boolean freed : new boolean[] {false, true}) {
                Extent extent = twoPages(switched, 1);
                assertEquals(ErrorCode.OUTCOME_UNKNOWN, failure(rig.write(extent, 100, bytes(2, 50))));
                assertArrayEquals(bytes(1, 100), get(rig.read(extent, 0, 100)));
                int length = 100;
                if (freed) {
                    rig.engine.mover().freeLeftBehind();
                    rig.append(extent, 100, bytes(2, 50));
                    length = 150;
                }
                assertTrue(rig.engine.seal(extent.id(), length, true).sealed());
                assertArrayEquals(bytes(1, 100), get(rig.read(extent, 0, 100)));
                rig.engine.free(extent.id());
            }
        }
    }

    @Test
    void segmentThatIsFreedForSureIsNoPageAnyMore() throws IOException {
        for (boolean switched : new boolean[] {false, true}) {
            int forces = (switched ? slow : fast).forces.get();
            Extent extent = twoPages(switched, 0);
            rig.append(extent, 100, bytes(2, 50));
            assertTrue((switched ? slow : fast).forces.get() > forces + 1, "what is freed and not forced may come back");
            assertArrayEquals(bytes(1, 100), get(rig.read(extent, 0, 100)));
        }
    }

    @Test
    void rivalThatACrashLeftAndThatCannotBeRetiredIsFreedForSure() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        leaveTwoPages(extent);
        rig.close();
        slow.fault = failing(1, 1);
        fast.fault = failing(MemoryPool.Op.RAISE_EPOCH, 0);
        slow.closedBecause = "so that the other is kept";
        rig = new EngineRig(slow, fast);
        rig.settled();
        rig.engine.addExtent(extent, "slow");
        assertEquals(ErrorCode.OUTCOME_UNKNOWN, failure(rig.write(extent, 100, bytes(2, 50))));
        rig.engine.mover().freeLeftBehind();
        rig.append(extent, 100, bytes(2, 50));
        assertEquals(List.of(), slow.segments());
    }

    /** A move after which a segment that could not be retired may be the page as well; freeing it fails so many times. */
    private Extent twoPages(boolean switched, int frees) throws IOException {
        long number = 1 + nextExtent++;
        Extent extent = added(number, 4 * number, 1);
        rig.append(extent, 0, bytes(1, 100));
        fast.fault = switched ? failing(0, 0) : failing(2, frees);
        slow.fault = switched ? failing(1, frees) : failing(0, 0);
        if (switched) {
            assertEquals(MoveOutcome.MOVED, move(4 * number, "fast"));
        } else {
            assertThrows(IOException.class, () -> move(4 * number, "fast"));
        }
        return extent;
    }

    @Test
    void appendsGoOnOnlyWhenTheOldSegmentIsNoPageAnyMore() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        Stop retire = new Stop(MemoryPool.Op.RAISE_EPOCH, 1);
        slow.fault = retire;
        CompletableFuture<MoveOutcome> moving = moveBeside(0, "fast");
        await(retire.reached);
        CompletableFuture<Void> write = rig.write(extent, 100, bytes(2, 50));
        assertArrayEquals(bytes(1, 100), get(rig.read(extent, 0, 100)), "reads go on");
        assertEquals(Epoch.FIRST, fast.segments().get(0).writeEpoch());
        assertFalse(write.isDone());
        assertEquals(100, fast.segments().get(0).lengthBytes());
        retire.goOn.countDown();
        assertEquals(MoveOutcome.MOVED, get(moving));
        get(write);
    }

    @Test
    void pageWhoseSegmentIsSealedOrShorterThanTheTableSaysStays() throws IOException {
        Extent open = added(1, 0, 1);
        rig.append(open, 0, bytes(1, 100));
        slow.seal(slow.segments().get(0).id(), 60, true);
        fast.fault = failing(MemoryPool.Op.CREATE, 2);
        assertEquals(MoveOutcome.STAYED, move(0, "fast"), "nothing is begun");
        rig.engine.free(open.id());
        Extent sealed = added(2, 4, 1);
        rig.append(sealed, 0, bytes(1, 100));
        rig.engine.seal(sealed.id(), 100, false);
        slow.cut(4, 60);
        assertEquals(MoveOutcome.STAYED, move(4, "fast"), "nothing is begun");
    }

    @Test
    void pageThatIsCutWhileItIsCopiedStays() throws IOException {
        Extent sealed = added(1, 0, 1);
        rig.append(sealed, 0, bytes(1, 100));
        rig.engine.seal(sealed.id(), 100, false);
        fast.fault = new MemoryPool.Fault() {
            @Override
            public void after(MemoryPool.Op op, SegmentId segment) {
                if (op == MemoryPool.Op.CREATE) {
                    slow.cut(0, 60);
                }
            }
        };
        assertEquals(MoveOutcome.STAYED, move(0, "fast"));
        assertEquals(List.of(), fast.segments());
        slow.breaches.clear();
    }

    @Test
    void pageOfAPoolThatTakesNoChangesStays() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        slow.closedBecause = "too many devices failed";
        assertEquals(MoveOutcome.STAYED, move(0, "fast"));
        assertEquals(List.of(), fast.segments());
    }

    @Test
    void closingWaitsForTheLastStepAndEndsTheCopying() throws Exception {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        rig.engine.seal(extent.id(), 100, false);
        Stop read = new Stop(MemoryPool.Op.READ, 1);
        slow.fault = read;
        AtomicInteger appends = new AtomicInteger();
        fast.fault = new MemoryPool.Fault() {
            @Override
            public void before(MemoryPool.Op op, SegmentId segment) {
                appends.addAndGet(op == MemoryPool.Op.APPEND ? 1 : 0);
            }
        };
        CompletableFuture<MoveOutcome> moving = moveBeside(0, "fast");
        await(read.reached);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> {
            try {
                rig.engine.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }, others);
        while (!isRefused()) {
            Thread.onSpinWait();
        }
        assertFalse(closing.isDone(), "a move is under way");
        read.goOn.countDown();
        closing.get(30, TimeUnit.SECONDS);
        assertEquals(ErrorCode.UNREACHABLE, assertThrows(BatonException.class, () -> get(moving)).code());
        assertEquals(List.of(), fast.segments());
        assertEquals(0, appends.get(), "it does not go on to the end first");
    }

    private boolean isRefused() throws IOException {
        try {
            get(rig.read(EngineRig.extent(1, 0, 1), 0, 0));
            return false;
        } catch (BatonException e) {
            return e.code() == ErrorCode.UNREACHABLE;
        }
    }

    @Test
    void fenceLeavesACopyThatWasNotFinishedWhatItIs() throws IOException {
        Extent extent = added(1, 0, 2);
        rig.append(extent, 0, bytes(1, 100));
        fast.create(new SegmentIdentity(EngineRig.GROUP, EngineRig.VOLUME, 1, extent.id()), Epoch.NONE);
        rig.close();
        rig = EngineRig.onSome(slow, fast);
        rig.engine.addExtent(extent, "slow");
        assertEquals(100, rig.engine.fence(extent.id(), new Epoch(5)).lengthBytes());
        assertEquals(Epoch.NONE, fast.segments().get(0).writeEpoch());
        rig.engine.free(extent.id());
        assertEquals(List.of(), fast.segments());
    }

    @Test
    void marksOfMovesAreNoEpochsOfWriters() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.append(extent, 0, bytes(1, 100));
        for (Epoch mark : List.of(Epoch.NONE, Epoch.LAST)) {
            assertEquals(ErrorCode.INVALID_ARGUMENT, assertThrows(BatonException.class,
                    () -> rig.engine.fence(extent.id(), mark)).code());
            assertEquals(ErrorCode.INVALID_ARGUMENT, assertThrows(BatonException.class, () -> rig.engine.addExtent(
                    new Extent(EngineRig.id(9), new PageRun(EngineRig.VOLUME, 90, 1), mark, false), "slow")).code());
        }
        assertThrows(BatonException.class, () -> get(rig.write(extent, Epoch.LAST, 100, bytes(1, 1), false)));
        assertEquals(Epoch.FIRST, rig.engine.state(extent.id()).writeEpoch());
    }

    @Test
    void crashAtAnyStepLosesNothingAndLeavesOneSegment() throws IOException {
        for (boolean sealed : new boolean[] {false, true}) {
            for (boolean power : new boolean[] {false, true}) {
                int steps = 0;
                while (!endsWithin(steps, sealed, power)) {
                    steps++;
                }
                assertTrue(steps >= 5, steps + " steps");
            }
        }
    }

    /** Has the pools die after so many steps of a move; true if it needs no more than those. */
    private static boolean endsWithin(int steps, boolean sealed, boolean power) throws IOException {
        MemoryPool from = new MemoryPool("from", EngineRig.GEOMETRY);
        MemoryPool to = new MemoryPool("to", EngineRig.GEOMETRY);
        Extent extent = new Extent(EngineRig.id(1), new PageRun(EngineRig.VOLUME, 0, 2), Epoch.FIRST, false);
        byte[] data = bytes(7, PAGE + 3000);
        AtomicInteger left = new AtomicInteger(steps);
        boolean done = true;
        try (EngineRig before = new EngineRig(from, to)) {
            before.engine.addExtent(extent, "from");
            before.append(extent, 0, data);
            get(before.write(extent, Epoch.FIRST, 0, new byte[0], true));
            before.engine.fence(extent.id(), new Epoch(3));
            if (sealed) {
                before.engine.seal(extent.id(), data.length, true);
            }
            MemoryPool.Fault dead = new MemoryPool.Fault() {
                @Override
                public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                    if (left.getAndDecrement() <= 0) {
                        throw new IOException("dead");
                    }
                }
            };
            from.fault = dead;
            to.fault = dead;
            try {
                before.engine.mover().move(EngineRig.VOLUME, 1, "to");
            } catch (IOException e) {
                done = false;
            }
        }
        done &= left.get() >= 0;
        from.heal();
        to.heal();
        if (power) {
            from.cutPower();
            to.cutPower();
        }
        try (EngineRig after = new EngineRig(from, to)) {
            after.settled();
            assertEquals(List.of(), after.engine.problems(), "after " + steps + " steps");
            assertEquals(2, from.segments().size() + to.segments().size(), "after " + steps + " steps");
            assertArrayEquals(data, after.readAll(extent, data.length), "after " + steps + " steps");
            assertEquals(sealed, after.engine.state(extent.id()).sealed(), "after " + steps + " steps");
            assertEquals(new Epoch(3), after.engine.state(extent.id()).writeEpoch(), "after " + steps + " steps");
        }
        return done;
    }
}
