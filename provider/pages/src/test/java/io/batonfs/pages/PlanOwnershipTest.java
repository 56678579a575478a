package io.batonfs.pages;

import static io.batonfs.pages.EngineRig.VOLUME;
import static io.batonfs.pages.EngineRig.bytes;
import static io.batonfs.pages.EngineRig.extent;
import static io.batonfs.pages.EngineRig.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.pages.MemoryPool.Fault;
import io.batonfs.pages.MemoryPool.Op;
import io.batonfs.pools.SegmentId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A plan has exactly one owner at any time (VA-6). */
@Timeout(120)
class PlanOwnershipTest {

    private static ReadPlan plan(IoCompletion completion) {
        return new ReadPlan(1, new ReadRequest(VOLUME, 0, ByteBuffer.allocate(1), new int[1]), PlanPolicy.DEFAULT,
                completion);
    }

    @Test
    void onlyTheStepsOfTheTableAreAllowed() {
        Map<PlanState, Set<PlanState>> table = new EnumMap<>(PlanState.class);
        table.put(PlanState.QUEUED, EnumSet.of(PlanState.EXECUTING, PlanState.CONTROL, PlanState.DONE));
        table.put(PlanState.EXECUTING, EnumSet.of(PlanState.CONTROL, PlanState.DONE));
        table.put(PlanState.CONTROL, EnumSet.of(PlanState.RESUBMITTED, PlanState.DONE));
        table.put(PlanState.RESUBMITTED, EnumSet.of(PlanState.EXECUTING, PlanState.CONTROL, PlanState.DONE));
        table.put(PlanState.DONE, EnumSet.noneOf(PlanState.class));
        IoPlan plan = plan(new EngineRig.Outcome());
        for (PlanState from : PlanState.values()) {
            for (PlanState to : PlanState.values()) {
                if (table.get(from).contains(to)) {
                    assertTrue(from.mayBecome(to));
                } else {
                    assertThrows(IllegalStateException.class, () -> plan.transition(from, to));
                }
            }
        }
        assertEquals(PlanState.QUEUED, plan.state());
    }

    @Test
    void ofAllWhoWantAPlanOneGetsIt() throws Exception {
        int threads = 3;
        CyclicBarrier together = new CyclicBarrier(threads);
        for (int round = 0; round < 2000; round++) {
            EngineRig.Outcome outcome = new EngineRig.Outcome();
            IoPlan plan = plan(outcome);
            AtomicInteger owners = new AtomicInteger();
            List<CompletableFuture<Void>> all = new ArrayList<>();
            all.add(racing(together, owners, plan::start));
            all.add(racing(together, owners, () -> plan.transition(PlanState.QUEUED, PlanState.CONTROL)));
            all.add(racing(together, owners,
                    () -> plan.fail(PlanState.QUEUED, new BatonException(ErrorCode.AGAIN, "aborted"))));
            for (CompletableFuture<Void> one : all) {
                get(one);
            }
            assertEquals(1, owners.get());
            assertEquals(plan.state() == PlanState.DONE, outcome.future.isDone());
        }
    }

    private static CompletableFuture<Void> racing(
            CyclicBarrier together, AtomicInteger owners, BooleanSupplier step) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        new Thread(() -> {
            try {
                together.await();
                if (step.getAsBoolean()) {
                    owners.incrementAndGet();
                }
                done.complete(null);
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        }).start();
        return done;
    }

    @Test
    void waitingPlansAreTakenOverAndThoseBeingCarriedOutAreNot() throws Exception {
        MemoryPool pool = new MemoryPool("pool", EngineRig.GEOMETRY);
        try (EngineRig rig = new EngineRig(pool)) {
            Extent extent = extent(1, 0, 1);
            rig.engine.addExtent(extent, "pool");
            get(rig.write(extent, 0, bytes(0, 10)));
            CountDownLatch appending = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            pool.fault = new Fault() {
                @Override
                public void before(Op op, SegmentId segment) throws IOException {
                    appending.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
            };
            CompletableFuture<Void> first = rig.write(extent, 10, bytes(1, 10));
            appending.await();
            CompletableFuture<Void> second = rig.write(extent, 20, bytes(2, 10));
            CompletableFuture<Void> third = rig.write(extent, 30, bytes(3, 10));
            List<PlanInfo> plans = rig.engine.control().inFlight(VOLUME, false);
            assertEquals(List.of(PlanState.EXECUTING, PlanState.QUEUED, PlanState.QUEUED),
                    plans.stream().map(PlanInfo::state).toList());
            assertTrue(plans.get(0).status().contains("APPEND of 10 bytes at 10"), plans.get(0).status());
            List<PlanInfo> taken = rig.engine.control().inFlight(VOLUME, true);
            assertEquals(List.of(PlanState.EXECUTING, PlanState.CONTROL, PlanState.CONTROL),
                    taken.stream().map(PlanInfo::state).toList());
            long executing = plans.get(0).id();
            assertFalse(rig.engine.control().takeOver(executing));
            assertFalse(rig.engine.control().abort(executing));
            assertFalse(rig.engine.control().resubmit(executing, false));
            pool.heal();
            go.countDown();
            get(first);
            assertFalse(second.isDone());
            // In the wrong order: the lane keeps the right one.
            assertTrue(rig.engine.control().resubmit(plans.get(2).id(), false));
            assertFalse(third.isDone());
            assertTrue(rig.engine.control().resubmit(plans.get(1).id(), false));
            get(second);
            get(third);
            assertArrayEquals(bytes(3, 10), get(rig.read(extent, 30, 10)));
            assertEquals(List.of(), rig.engine.control().inFlight(null, true));
        }
        assertEquals(List.of(), List.copyOf(pool.breaches));
    }

    @Test
    void takingOverResubmittingAndAbortingAtRandomLosesNoPlanAndKeepsTheOrder() throws Exception {
        long seed = Long.getLong("baton.pages.seed", System.nanoTime());
        Random random = new Random(seed);
        MemoryPool pool = new MemoryPool("pool", EngineRig.GEOMETRY);
        try (EngineRig rig = new EngineRig(pool)) {
            Extent extent = extent(1, 0, 4);
            rig.engine.addExtent(extent, "pool");
            int writes = 4 * EngineRig.PAGE / 32;
            List<CompletableFuture<Void>> all = new ArrayList<>();
            PageControl control = rig.engine.control();
            for (int n = 0; n < writes; n++) {
                all.add(rig.write(extent, 32L * n, bytes(n, 32)));
                if (random.nextInt(20) == 0) {
                    control.inFlight(VOLUME, true);
                }
                if (random.nextInt(10) == 0) {
                    for (PlanInfo plan : control.held(VOLUME)) {
                        assertTrue(control.resubmit(plan.id(), false), "seed " + seed);
                    }
                }
            }
            for (PlanInfo plan : control.held(VOLUME)) {
                control.resubmit(plan.id(), false);
            }
            for (CompletableFuture<Void> write : all) {
                get(write);
            }
            for (int n = 0; n < writes; n++) {
                assertArrayEquals(bytes(n, 32), get(rig.read(extent, 32L * n, 32)), "seed " + seed + " write " + n);
            }
            PageEngineCounters counters = rig.engine.counters();
            assertEquals(counters.handedOver(), counters.resubmitted());
        }
        assertEquals(List.of(), List.copyOf(pool.breaches));
    }
}
