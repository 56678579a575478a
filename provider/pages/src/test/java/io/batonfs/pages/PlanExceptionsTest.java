package io.batonfs.pages;

import static io.batonfs.pages.EngineRig.PAGE;
import static io.batonfs.pages.EngineRig.VOLUME;
import static io.batonfs.pages.EngineRig.bytes;
import static io.batonfs.pages.EngineRig.extent;
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
import io.batonfs.pages.MemoryPool.Fault;
import io.batonfs.pages.MemoryPool.Op;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each exception of VA-2: handed over, handled, resubmitted or failed, and the lane goes on. */
@Timeout(120)
class PlanExceptionsTest {
    private final MemoryPool pool = new MemoryPool("pool", EngineRig.GEOMETRY);
    private EngineRig rig;

    @BeforeEach
    void open() {
        rig = new EngineRig(pool);
    }

    @AfterEach
    void close() throws IOException {
        pool.heal();
        rig.close();
        assertEquals(List.of(), List.copyOf(pool.breaches));
    }

    private void reopen(EngineRig other) throws IOException {
        rig.close();
        rig = other;
    }

    private Extent added(long number, long firstPage, int pages) throws IOException {
        Extent extent = extent(number, firstPage, pages);
        rig.engine.addExtent(extent, "pool");
        return extent;
    }

    /** Makes the next operations of a kind fail: before anything is done, or after all is. */
    private static Fault failing(Op which, int times, boolean after, IOException cause) {
        AtomicInteger left = new AtomicInteger(times);
        return new Fault() {
            @Override
            public void before(Op op, SegmentId segment) throws IOException {
                strike(op, !after);
            }

            @Override
            public void after(Op op, SegmentId segment) throws IOException {
                strike(op, after);
            }

            private void strike(Op op, boolean now) throws IOException {
                if (now && op == which && left.getAndDecrement() > 0) {
                    throw cause;
                }
            }
        };
    }

    @Test
    void ioGoesOnWhileTheControlPathStandsStill() throws IOException {
        ManualExecutor control = new ManualExecutor();
        EngineRig frozen = new EngineRig(control, pool);
        Extent one = extent(1, 0, 4);
        Extent two = extent(2, 4, 4);
        for (Extent extent : List.of(one, two)) {
            runningControl(control, () -> frozen.engine.addExtent(extent, "pool"));
            CompletableFuture<Void> first = frozen.write(extent, 0, bytes(1, 10));
            while (!first.isDone()) {
                control.runAll();
                Thread.onSpinWait();
            }
        }
        // From here on nobody runs the control path. One meets an exception in its second page; Two meets none.
        CompletableFuture<Void> fill = frozen.write(one, 10, bytes(2, PAGE - 10));
        CompletableFuture<Void> unmapped = frozen.write(one, PAGE, bytes(3, 5));
        CompletableFuture<Void> behind = frozen.write(one, PAGE + 5, bytes(4, 5));
        get(fill);
        for (int at = 10; at < 100; at++) {
            get(frozen.write(two, at, bytes(at, 1)));
            get(frozen.read(two, 0, at));
            get(frozen.read(one, 0, PAGE));
        }
        assertFalse(unmapped.isDone());
        assertFalse(behind.isDone());
        assertEquals(PAGE, frozen.engine.state(one.id()).lengthBytes());
        while (!behind.isDone()) {
            control.runAll();
            Thread.onSpinWait();
        }
        get(unmapped);
        get(behind);
        assertArrayEquals(bytes(4, 5), get(frozen.read(one, PAGE + 5, 5)));
        control.release();
        frozen.close();
    }

    private interface Command {
        void run() throws IOException;
    }

    /** Calls a command in another thread while this one runs the control path. */
    private static void runningControl(ManualExecutor control, Command command) throws IOException {
        CompletableFuture<Void> done = CompletableFuture.runAsync(() -> {
            try {
                command.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        while (!done.isDone()) {
            control.runAll();
            Thread.onSpinWait();
        }
        get(done);
    }

    @Test
    void aSegmentThatCannotBeMadeFailsTheWriteAndTheNextOneSucceeds() throws IOException {
        Extent extent = added(1, 0, 1);
        pool.fault = failing(Op.CREATE, 1, false, new IOException("no"));
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.write(extent, 0, bytes(1, 10))));
        get(rig.write(extent, 0, bytes(1, 10)));
    }

    @Test
    void aRuntimeFaultOfAPoolFailsTheWriteAndTheLaneGoesOn() throws IOException {
        Extent extent = added(1, 0, 1);
        get(rig.write(extent, 0, bytes(1, 10)));
        pool.fault = new Fault() {
            @Override
            public int keep(SegmentId segment, int bytes) {
                throw new IllegalStateException("broken pool");
            }
        };
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.write(extent, 10, bytes(1, 10))));
        pool.heal();
        get(rig.write(extent, 10, bytes(1, 10)));
    }

    @Test
    void aQuiescentVolumeHoldsReadsAndWritesUntilItIsEnabled() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 10)));
        rig.engine.control().setStatus(VOLUME, VolumeStatus.QUIESCENT);
        CompletableFuture<Void> write = rig.write(extent, 10, bytes(2, 10));
        CompletableFuture<byte[]> read = rig.read(extent, 0, 10);
        CompletableFuture<Void> behind = rig.write(extent, 20, bytes(3, 10));
        awaitHeld(2);
        assertFalse(write.isDone() || read.isDone() || behind.isDone());
        for (PlanInfo plan : rig.engine.control().held(VOLUME)) {
            assertEquals(PlanExceptionKind.QUIESCENT, plan.exception());
            assertEquals(PlanState.Owner.CONTROL_PATH, plan.state().owner());
        }
        assertEquals(10, rig.engine.fence(extent.id(), Epoch.FIRST).lengthBytes(), "a held write holds up no fence");
        rig.engine.control().setStatus(VOLUME, VolumeStatus.ENABLED);
        get(write);
        get(behind);
        assertArrayEquals(bytes(1, 10), get(read));
        assertArrayEquals(bytes(3, 10), get(rig.read(extent, 20, 10)));
        assertEquals(List.of(), rig.engine.control().held(null));
    }

    /** Waits for hand-overs to arrive: held() is itself a command of the same queue. */
    private void awaitHeld(int plans) throws IOException {
        while (rig.engine.control().held(null).size() < plans) {
            Thread.onSpinWait();
        }
    }

    @Test
    void heldWritesOfAFencedOrFreedExtentAreRefusedAtOnce() throws IOException {
        Extent one = added(1, 0, 1);
        Extent two = added(2, 1, 1);
        rig.engine.control().setStatus(VOLUME, VolumeStatus.QUIESCENT);
        CompletableFuture<Void> fenced = rig.write(one, 0, bytes(1, 1));
        CompletableFuture<Void> freed = rig.write(two, 0, bytes(1, 1));
        CompletableFuture<byte[]> read = rig.read(two, 0, 0);
        awaitHeld(3);
        rig.engine.fence(one.id(), Epoch.FIRST.next());
        rig.engine.free(two.id());
        assertEquals(ErrorCode.FENCED, failure(fenced));
        assertEquals(ErrorCode.NO_SUCH_EXTENT, failure(freed));
        assertEquals(ErrorCode.NO_SUCH_EXTENT, failure(read));
    }

    @Test
    void aDisabledVolumeFailsIoAndWhatWasHeld() throws IOException {
        Extent extent = added(1, 0, 2);
        rig.engine.control().setStatus(VOLUME, VolumeStatus.QUIESCENT);
        CompletableFuture<Void> held = rig.write(extent, 0, bytes(1, 10));
        awaitHeld(1);
        rig.engine.control().setStatus(VOLUME, VolumeStatus.DISABLED);
        assertEquals(ErrorCode.UNREACHABLE, failure(held));
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.write(extent, 0, bytes(1, 10))));
        rig.engine.control().setStatus(VOLUME, VolumeStatus.ENABLED);
        get(rig.write(extent, 0, bytes(1, 10)));
    }

    @Test
    void ioOnADivertRangeIsHeldAndTheRestGoesOn() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 1000)));
        DivertRange range = new DivertRange(VOLUME, 500, 100);
        rig.engine.control().addDivertRange(range);
        rig.engine.control().addDivertRange(range);
        get(rig.read(extent, 0, 500));
        get(rig.read(extent, 600, 400));
        CompletableFuture<byte[]> within = rig.read(extent, 550, 10);
        CompletableFuture<byte[]> across = rig.read(extent, 499, 2);
        CompletableFuture<byte[]> third = rig.read(extent, 599, 1);
        awaitHeld(3);
        List<PlanInfo> held = rig.engine.control().held(VOLUME);
        assertEquals(Set.of(499L, 550L, 599L), Set.copyOf(held.stream().map(PlanInfo::address).toList()));
        PlanInfo first = held.stream().filter(plan -> plan.address() == 550).findFirst().orElseThrow();
        assertEquals(PlanExceptionKind.DIVERTED, first.exception());
        assertTrue(rig.engine.control().resubmit(first.id(), true));
        assertArrayEquals(Arrays.copyOfRange(bytes(1, 1000), 550, 560), get(within));
        PlanInfo second = held.stream().filter(plan -> plan.address() == 499).findFirst().orElseThrow();
        assertTrue(rig.engine.control().abort(second.id()));
        assertEquals(ErrorCode.AGAIN, failure(across));
        assertFalse(rig.engine.control().abort(second.id()));
        assertFalse(rig.engine.control().resubmit(second.id(), true));
        rig.engine.control().removeDivertRange(range);
        get(third);
        get(rig.read(extent, 0, 1000));
    }

    @Test
    void aDivertedWriteHoldsUpThoseBehindItAndAnAbortLetsThemFail() throws IOException {
        Extent extent = added(1, 0, 2);
        rig.engine.control().addDivertRange(new DivertRange(VOLUME, 0, 10));
        CompletableFuture<Void> diverted = rig.write(extent, 0, bytes(1, 20));
        CompletableFuture<Void> behind = rig.write(extent, 20, bytes(2, 20));
        awaitHeld(1);
        assertTrue(rig.engine.control().abort(rig.engine.control().held(VOLUME).get(0).id()));
        assertEquals(ErrorCode.AGAIN, failure(diverted));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(behind));
    }

    @Test
    void aFullPoolFailsWritesUntilThereIsSpace() throws IOException {
        Extent one = added(1, 0, 2);
        Extent two = added(2, 2, 1);
        pool.capacityBytes = 100;
        get(rig.write(two, 0, bytes(1, 60)));
        CompletableFuture<Void> tooMuch = rig.write(one, 0, bytes(2, 50));
        assertEquals(ErrorCode.NO_SPACE, failure(tooMuch));
        get(rig.write(one, 0, bytes(2, 40)));
        assertEquals(ErrorCode.NO_SPACE, failure(rig.write(one, 40, bytes(2, 1))));
        assertEquals(ErrorCode.NO_SPACE, failure(rig.write(added(3, 3, 1), 0, bytes(2, 1))), "no segment either");
        rig.engine.free(two.id());
        get(rig.write(one, 40, bytes(2, 60)));
        assertEquals(100, rig.engine.state(one.id()).lengthBytes());
    }

    @Test
    void aPoolThatFillsForAMomentIsTriedAgain() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 1)));
        pool.fault = failing(Op.APPEND, 1, false, new BatonException(ErrorCode.NO_SPACE, "for a moment"));
        get(rig.write(extent, 1, bytes(1, 1)));
        pool.fault = failing(Op.CREATE, 1, false, new BatonException(ErrorCode.NO_SPACE, "for a moment"));
        get(rig.write(added(2, 2, 1), 0, bytes(1, 1)));
    }

    @Test
    void aFailedReadIsTriedOnceMore() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 100)));
        PageEngineCounters before = rig.engine.counters();
        pool.fault = failing(Op.READ, 1, false, new IOException("once"));
        assertArrayEquals(bytes(1, 100), get(rig.read(extent, 0, 100)));
        assertEquals(new PageEngineCounters(before.acceleratedReads(), before.acceleratedWrites(),
                before.handedOver() + 1, before.resubmitted() + 1), rig.engine.counters());
        pool.fault = failing(Op.READ, 2, false, new IOException("twice"));
        BatonException failure = assertThrows(BatonException.class, () -> get(rig.read(extent, 0, 100)));
        assertEquals(ErrorCode.UNREACHABLE, failure.code());
        assertTrue(failure.getMessage().contains("pool pool") && failure.getMessage().contains("twice"),
                failure.getMessage());
        pool.fault = failing(Op.READ, 1, false, new BatonException(ErrorCode.DATA_LOST, "gone"));
        assertEquals(ErrorCode.DATA_LOST, failure(rig.read(extent, 0, 100)));
    }

    @Test
    void itsCallerCarriesOutAReadHereAndItIsTriedOnceMore() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 100)));
        List<Thread> readers = new CopyOnWriteArrayList<>();
        pool.fault = new Fault() {
            @Override
            public void before(Op op, SegmentId segment) throws IOException {
                readers.add(Thread.currentThread());
                if (readers.size() == 2) {
                    throw new IOException("once");
                }
            }
        };
        CompletableFuture<byte[]> whole = rig.readHere(extent, 0, 100);
        assertTrue(whole.isDone(), "it was left to another thread");
        assertArrayEquals(bytes(1, 100), get(whole));
        assertArrayEquals(bytes(1, 100), get(rig.readHere(extent, 0, 100)));
        assertEquals(List.of(Thread.currentThread(), Thread.currentThread()), readers.subList(0, 2));
        assertEquals(3, readers.size(), "by whoever was there first, once the control path had seen to it");
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.readHere(extent, 50, 100)));
    }

    /** What reads into memory that is only lent must not be held, nor be read later by somebody else. */
    @Test
    void aReadAtOnceEndsAtWhateverIsExceptional() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 5000)));
        byte[] read = new byte[4000];
        assertTrue(readAtOnce(extent, 100, read));
        assertArrayEquals(Arrays.copyOfRange(bytes(1, 5000), 100, 4100), read);
        long handedOver = rig.engine.counters().handedOver();

        pool.fault = failing(Op.READ, 1, false, new IOException("once"));
        assertFalse(readAtOnce(extent, 100, read), "it failed");
        assertFalse(readAtOnce(extent, 1001, read), "beyond the end");
        assertFalse(readAtOnce(extent(2, 7, 1), 0, read), "no such extent");
        rig.engine.control().setStatus(VOLUME, VolumeStatus.QUIESCENT);
        assertFalse(readAtOnce(extent, 100, read), "the volume is quiescent");
        assertEquals(List.of(), rig.engine.control().held(VOLUME));
        assertEquals(List.of(), rig.engine.control().inFlight(VOLUME, false));
        assertEquals(handedOver, rig.engine.counters().handedOver());

        rig.engine.control().setStatus(VOLUME, VolumeStatus.ENABLED);
        assertTrue(readAtOnce(extent, 100, read));
        rig.engine.close();
        assertFalse(readAtOnce(extent, 100, read), "the engine is closed");
    }

    private boolean readAtOnce(Extent extent, long offset, byte[] into) {
        long address = EngineRig.GEOMETRY.addressOf(extent.pages().firstPage()) + offset;
        int[] crcs = new int[EngineRig.GEOMETRY.blocksTouched(EngineRig.GEOMETRY.offsetInPage(address), into.length)];
        boolean done = rig.engine.readAtOnce(new ReadRequest(VOLUME, address, ByteBuffer.wrap(into), crcs));
        assertTrue(!done || Arrays.equals(crcs, Pieces.crcs(EngineRig.GEOMETRY,
                EngineRig.GEOMETRY.offsetInPage(address), ByteBuffer.wrap(into))), "checksums of other bytes");
        return done;
    }

    @Test
    void anAppendThatKeptNothingIsTriedOnceMore() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 100)));
        pool.fault = failing(Op.APPEND, 1, false, new IOException("once"));
        CompletableFuture<Void> write = rig.write(extent, 100, bytes(2, 100));
        CompletableFuture<Void> behind = rig.write(extent, 200, bytes(3, 100));
        get(write);
        get(behind);
        pool.fault = failing(Op.APPEND, 2, false, new IOException("twice"));
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.write(extent, 300, bytes(4, 100))));
        get(rig.write(extent, 300, bytes(5, 100)));
        assertArrayEquals(bytes(5, 100), get(rig.read(extent, 300, 100)));
    }

    @Test
    void anAppendWithoutMemoryFailsAloneAndItsLaneGoesOn() throws IOException {
        Extent extent = added(1, 0, 2);
        AtomicInteger left = new AtomicInteger(2);
        pool.fault = new Fault() {
            @Override
            public void before(Op op, SegmentId segment) {
                if (op == Op.APPEND && left.getAndDecrement() > 0) {
                    throw new OutOfMemoryError("as the test wants it");
                }
            }
        };
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.write(extent, 0, bytes(1, 100))));
        get(rig.write(extent, 0, bytes(2, 100)));
        assertArrayEquals(bytes(2, 100), get(rig.read(extent, 0, 100)));
    }

    @Test
    void anAppendThatKeptAllBeforeItFailedIsNotMadeTwice() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 100)));
        pool.fault = failing(Op.APPEND, 1, true, new IOException("answer lost"));
        get(rig.write(extent, 100, bytes(2, 100)));
        assertEquals(200, rig.engine.state(extent.id()).lengthBytes());
        pool.fault = failing(Op.APPEND, 1, true, new IOException("answer lost"));
        assertEquals(ErrorCode.OUTCOME_UNKNOWN,
                failure(rig.write(extent, Epoch.FIRST, 200, bytes(3, 100), true)), "a force proves nothing after that");
        get(rig.write(extent, 200, bytes(3, 100)));
        assertEquals(300, pool.held(0).length);
    }

    @Test
    void aTornAppendEndsAppendingUntilTheExtentIsSealed() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 100)));
        pool.fault = new Fault() {
            @Override
            public int keep(SegmentId segment, int bytes) {
                return bytes / 2;
            }
        };
        CompletableFuture<Void> torn = rig.write(extent, 100, bytes(2, 100));
        CompletableFuture<Void> behind = rig.write(extent, 200, bytes(3, 100));
        assertEquals(ErrorCode.OUTCOME_UNKNOWN, failure(torn));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(behind));
        pool.heal();
        assertEquals(ErrorCode.OUTCOME_UNKNOWN, failure(rig.write(extent, 100, bytes(2, 100))));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.read(extent, 0, 101)), "half a write is never shown");
        get(rig.write(extent, 0, bytes(1, 100)));
        assertEquals(100, rig.engine.seal(extent.id(), 100, true).lengthBytes());
        assertEquals(100, pool.held(0).length);
        assertArrayEquals(bytes(1, 100), get(rig.read(extent, 0, 100)));
    }

    @Test
    void aFailedForceFailsTheWriteAndNothingIsAcknowledged() throws IOException {
        Extent extent = added(1, 0, 2);
        rig.append(extent, 0, bytes(1, PAGE));
        get(rig.write(extent, PAGE, bytes(1, 10)));
        pool.fault = failing(Op.APPEND, 1, false, new IOException("force of the earlier page"));
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.write(extent, Epoch.FIRST, PAGE + 10, bytes(2, 10), true)));
        assertEquals(PAGE + 10, rig.engine.state(extent.id()).lengthBytes());
        int before = pool.forces.get();
        get(rig.write(extent, Epoch.FIRST, PAGE + 10, bytes(2, 10), true));
        assertEquals(before + 2, pool.forces.get(), "the earlier page is forced again");
    }

    @Test
    void theMasksDecideWhetherAPlanGoesOnAndWhetherTheClientHearsSuccess() throws IOException {
        Set<PlanComponent.Role> all = EnumSet.allOf(PlanComponent.Role.class);
        Set<PlanComponent.Role> earlier = Set.of(PlanComponent.Role.EARLIER_PAGE);
        Set<PlanComponent.Role> primary = Set.of(PlanComponent.Role.PRIMARY);
        assertThrows(IllegalArgumentException.class, () -> new PlanPolicy(all, earlier, all, Set.of(), 1));
        Extent extent = added(1, 0, 3);
        rig.append(extent, 0, bytes(1, PAGE));
        get(rig.write(extent, PAGE, bytes(1, 10)));
        reopen(new EngineRig(PageEngineLimits.DEFAULT, new PlanPolicy(earlier, all, all, Set.of(), 1), pool));
        pool.fault = failing(Op.APPEND, 1, false, new IOException("force of the earlier page"));
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.write(extent, Epoch.FIRST, PAGE + 10, bytes(2, 10), true)));
        assertEquals(PAGE + 20, rig.engine.state(extent.id()).lengthBytes(), "it went on, and kept the bytes");
        get(rig.write(extent, Epoch.FIRST, PAGE + 10, bytes(2, 10), true));
        reopen(new EngineRig(PageEngineLimits.DEFAULT, new PlanPolicy(earlier, primary, all, Set.of(), 1), pool));
        pool.fault = failing(Op.APPEND, 1, false, new IOException("force of the earlier page"));
        get(rig.write(extent, Epoch.FIRST, PAGE + 20, bytes(3, 10), true));
        assertEquals(new PageEngineCounters(0, 0, 1, 0), rig.engine.counters(), "the control path ended it");
    }

    @Test
    void aDeactivatingFailureDisablesTheVolume() throws IOException {
        Set<PlanComponent.Role> all = EnumSet.allOf(PlanComponent.Role.class);
        reopen(new EngineRig(PageEngineLimits.DEFAULT, new PlanPolicy(Set.of(), all, all, all, 1), pool));
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 100)));
        pool.fault = failing(Op.READ, 1, false, new IOException("broken"));
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.read(extent, 0, 100)));
        assertEquals(VolumeStatus.DISABLED, rig.engine.control().status(VOLUME));
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.read(extent, 0, 100)));
        rig.engine.control().setStatus(VOLUME, VolumeStatus.ENABLED);
        get(rig.read(extent, 0, 100));
    }

    @Test
    void bytesThatAPowerCutLeftBehindAGapAreNeverServedAndAreReplaced() throws IOException {
        Extent extent = added(1, 0, 3);
        byte[] data = bytes(1, PAGE + 100);
        get(rig.write(extent, Epoch.FIRST, 0, Arrays.copyOf(data, 1000), true));
        rig.append(extent, 1000, Arrays.copyOfRange(data, 1000, PAGE));
        rig.append(extent, PAGE, Arrays.copyOfRange(data, PAGE, PAGE + 100));
        // The second page reached its device, the end of the first one did not.
        pool.segments().stream().filter(s -> s.identity().page() == 1).forEach(s -> keepWhole(s.id(), 100));
        rig.close();
        pool.cutPower();
        rig = new EngineRig(pool);
        assertEquals(1000, rig.engine.state(extent.id()).lengthBytes());
        rig.engine.addExtent(extent, "pool");
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.read(extent, PAGE, 1)));
        byte[] other = bytes(2, 2 * PAGE - 1000);
        rig.append(extent, 1000, other);
        byte[] all = rig.readAll(extent, 2 * PAGE);
        assertArrayEquals(Arrays.copyOf(data, 1000), Arrays.copyOf(all, 1000));
        assertArrayEquals(other, Arrays.copyOfRange(all, 1000, 2 * PAGE));
        assertEquals(2, pool.segments().size());
    }

    private void keepWhole(SegmentId id, int length) {
        try {
            pool.append(id, length, ByteBuffer.allocate(0), new int[0], true);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFullControlQueueRefusesWithBusy() throws Exception {
        reopen(new EngineRig(new PageEngineLimits(1000, 2), PlanPolicy.DEFAULT, pool));
        Extent one = added(1, 0, 1);
        CountDownLatch creating = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        pool.fault = new Fault() {
            @Override
            public void before(Op op, SegmentId segment) {
                if (op == Op.CREATE) {
                    creating.countDown();
                    await(go);
                }
            }
        };
        Extent two = added(2, 1, 1);
        Extent three = added(3, 2, 1);
        Extent four = added(4, 3, 1);
        CompletableFuture<Void> first = rig.write(one, 0, bytes(1, 1));
        creating.await();
        List<CompletableFuture<Void>> rest = List.of(rig.write(two, 0, bytes(1, 1)),
                rig.write(three, 0, bytes(1, 1)), rig.write(four, 0, bytes(1, 1)));
        CompletableFuture.anyOf(rest.get(0).handle((v, e) -> e), rest.get(1).handle((v, e) -> e),
                rest.get(2).handle((v, e) -> e)).get();
        assertEquals(ErrorCode.BUSY, assertThrows(BatonException.class,
                () -> rig.engine.free(EngineRig.id(9))).code());
        go.countDown();
        get(first);
        long busy = rest.stream().filter(write -> {
            try {
                get(write);
                return false;
            } catch (IOException e) {
                return ((BatonException) e).code() == ErrorCode.BUSY;
            }
        }).count();
        assertEquals(1, busy);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tooManyPlansInFlightAreRefusedWithBusy() throws Exception {
        reopen(new EngineRig(new PageEngineLimits(2, 10), PlanPolicy.DEFAULT, pool));
        Extent extent = added(1, 0, 1);
        rig.engine.control().setStatus(VOLUME, VolumeStatus.QUIESCENT);
        CompletableFuture<Void> one = rig.write(extent, 0, bytes(1, 1));
        CompletableFuture<Void> two = rig.write(extent, 1, bytes(1, 1));
        assertEquals(ErrorCode.BUSY, failure(rig.write(extent, 2, bytes(1, 1))));
        rig.engine.control().setStatus(VOLUME, VolumeStatus.ENABLED);
        get(one);
        get(two);
        get(rig.write(extent, 2, bytes(1, 1)));
    }

    @Test
    void closingFailsWhatIsHeld() throws IOException {
        Extent extent = added(1, 0, 1);
        rig.engine.control().setStatus(VOLUME, VolumeStatus.QUIESCENT);
        CompletableFuture<Void> one = rig.write(extent, 0, bytes(1, 1));
        CompletableFuture<Void> two = rig.write(extent, 1, bytes(1, 1));
        rig.engine.close();
        assertEquals(ErrorCode.UNREACHABLE, failure(one));
        assertEquals(ErrorCode.UNREACHABLE, failure(two));
    }

    @Test
    void aSealThatFailsChangesNothingAndOneInterruptedAfterItsFirstPageStands() throws IOException {
        Extent extent = added(1, 0, 3);
        rig.append(extent, 0, bytes(1, PAGE + 100));
        pool.fault = failing(Op.SEAL, 1, false, new IOException("not now"));
        assertThrows(IOException.class, () -> rig.engine.seal(extent.id(), PAGE + 100, false));
        rig.append(extent, PAGE + 100, bytes(2, 100));
        SegmentId full = pool.segments().stream().filter(s -> s.identity().page() == 0).findFirst().orElseThrow().id();
        pool.fault = new Fault() {
            @Override
            public void before(Op op, SegmentId segment) throws IOException {
                if (op == Op.SEAL && segment.equals(full)) {
                    throw new IOException("not this one");
                }
            }
        };
        assertThrows(IOException.class, () -> rig.engine.seal(extent.id(), PAGE + 200, false));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, PAGE + 200, bytes(3, 1))));
        reopen(new EngineRig(pool));
        assertTrue(rig.engine.state(extent.id()).sealed());
        assertEquals(PAGE + 200, rig.engine.state(extent.id()).lengthBytes());
        pool.heal();
        rig.engine.seal(extent.id(), PAGE + 200, true);
        assertTrue(pool.segments().stream().allMatch(SegmentInfo::sealed));
    }

    @Test
    void aPoolThatCannotFreeIsAskedAgain() throws IOException {
        Extent extent = added(1, 0, 3);
        rig.append(extent, 0, bytes(1, 2 * PAGE));
        pool.fault = failing(Op.FREE, 1, false, new IOException("not now"));
        assertThrows(IOException.class, () -> rig.engine.seal(extent.id(), PAGE, false));
        assertEquals(2, pool.segments().size());
        assertTrue(rig.engine.seal(extent.id(), PAGE, false).sealed());
        assertEquals(1, pool.segments().size());
        pool.fault = failing(Op.FREE, 1, false, new IOException("not now"));
        assertThrows(IOException.class, () -> rig.engine.free(extent.id()));
        assertEquals(ErrorCode.ALREADY_EXISTS,
                assertThrows(BatonException.class, () -> added(2, 0, 1)).code(), "its page is still held");
        rig.engine.free(extent.id());
        assertEquals(0, pool.segments().size());
        added(2, 0, 1);
    }
}
