package io.batonfs.pages;

import static io.batonfs.pages.EngineRig.PAGE;
import static io.batonfs.pages.EngineRig.bytes;
import static io.batonfs.pages.EngineRig.extent;
import static io.batonfs.pages.EngineRig.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.pages.MemoryPool.Fault;
import io.batonfs.pages.MemoryPool.Op;
import io.batonfs.pools.SegmentId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fencing, sealing and freeing while I/O is under way. */
@Timeout(120)
class EngineConcurrencyTest {
    private final MemoryPool pool = new MemoryPool("pool", EngineRig.GEOMETRY);
    private final EngineRig rig = new EngineRig(pool);
    private final List<Stop> stops = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        pool.heal();
        stops.forEach(stop -> stop.go.countDown());
        rig.close();
        assertEquals(List.of(), List.copyOf(pool.breaches));
    }

    private Extent added(long number, long firstPage, int pages) throws IOException {
        Extent extent = extent(number, firstPage, pages);
        rig.engine.addExtent(extent, "pool");
        return extent;
    }

    private Stop stopping(Op which) {
        Stop stop = new Stop(which);
        stops.add(stop);
        return stop;
    }

    /** Stops the operations of a kind once, and says when one has stopped. */
    private static final class Stop implements Fault {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        private final Op which;

        Stop(Op which) {
            this.which = which;
        }

        @Override
        public void before(Op op, SegmentId segment) throws IOException {
            if (op == which) {
                reached.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }
    }

    private static <T> CompletableFuture<T> elsewhere(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        new Thread(() -> {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        }).start();
        return result;
    }

    @Test
    void aFenceWaitsForTheWriteUnderWayAndRefusesThoseBehindIt() throws Exception {
        Extent extent = added(1, 0, 1);
        get(rig.write(extent, 0, bytes(1, 10)));
        Stop stop = stopping(Op.APPEND);
        pool.fault = stop;
        CompletableFuture<Void> underWay = rig.write(extent, 10, bytes(2, 10));
        CompletableFuture<Void> behind = rig.write(extent, 20, bytes(3, 10));
        stop.reached.await();
        CompletableFuture<ExtentState> fence = elsewhere(() -> rig.engine.fence(extent.id(), Epoch.FIRST.next()));
        while (rig.engine.state(extent.id()).writeEpoch().equals(Epoch.FIRST)) {
            Thread.onSpinWait();
        }
        rig.engine.control().held(null);
        assertFalse(fence.isDone(), "the write is still under way");
        pool.heal();
        stop.go.countDown();
        assertEquals(20, get(fence).lengthBytes());
        get(underWay);
        assertEquals(ErrorCode.FENCED, EngineRig.failure(behind));
        assertEquals(20, rig.engine.state(extent.id()).lengthBytes());
    }

    @Test
    void noWriteIsAcknowledgedPastTheLengthThatAFenceReports() throws Exception {
        for (int round = 0; round < 60; round++) {
            Extent extent = added(round + 1, 2L * round, 2);
            AtomicLong acknowledged = new AtomicLong();
            AtomicBoolean refused = new AtomicBoolean();
            CountDownLatch some = new CountDownLatch(20 + round);
            CompletableFuture<Void> writer = elsewhere(() -> {
                for (int n = 0; n < 2 * PAGE / 4 && !refused.get(); n++) {
                    long end = 4L * n + 4;
                    rig.engine.write(EngineRig.writeRequest(extent, Epoch.FIRST, end - 4, bytes(n, 4), false),
                            new IoCompletion() {
                                @Override
                                public void completed() {
                                    acknowledged.accumulateAndGet(end, Math::max);
                                    some.countDown();
                                }

                                @Override
                                public void failed(BatonException cause) {
                                    refused.set(true);
                                }
                            });
                }
                return null;
            });
            some.await();
            long fencedAt = rig.engine.fence(extent.id(), Epoch.FIRST.next()).lengthBytes();
            assertTrue(acknowledged.get() <= fencedAt, acknowledged + " acknowledged, fenced at " + fencedAt);
            get(writer);
            while (!rig.engine.control().inFlight(null, false).isEmpty()) {
                Thread.onSpinWait();
            }
            assertTrue(acknowledged.get() <= fencedAt, acknowledged + " acknowledged, fenced at " + fencedAt);
            assertEquals(fencedAt, rig.engine.state(extent.id()).lengthBytes());
            for (int n = 0; n < fencedAt / 4; n += 31) {
                assertArrayEquals(bytes(n, 4), get(rig.read(extent, 4L * n, 4)));
            }
        }
    }

    @Test
    void freeingWaitsForTheReaderAndLetsNoOtherIn() throws Exception {
        Extent extent = added(1, 0, 1);
        get(rig.write(extent, 0, bytes(1, 100)));
        Stop stop = stopping(Op.READ);
        pool.fault = stop;
        CompletableFuture<byte[]> reader = rig.read(extent, 0, 100);
        stop.reached.await();
        CompletableFuture<Void> free = elsewhere(() -> {
            rig.engine.free(extent.id());
            return null;
        });
        while (!rig.engine.report().isEmpty()) {
            Thread.onSpinWait();
        }
        assertEquals(ErrorCode.NO_SUCH_EXTENT, EngineRig.failure(rig.read(extent, 0, 1)));
        rig.engine.control().held(null);
        assertFalse(free.isDone(), "a reader is still there");
        assertEquals(1, pool.segments().size());
        pool.heal();
        stop.go.countDown();
        assertArrayEquals(bytes(1, 100), get(reader));
        get(free);
        assertEquals(0, pool.segments().size());
    }

    @Test
    void freeingFailsTheWritesBehindTheOneUnderWay() throws Exception {
        Extent extent = added(1, 0, 1);
        get(rig.write(extent, 0, bytes(1, 10)));
        Stop stop = stopping(Op.APPEND);
        pool.fault = stop;
        CompletableFuture<Void> underWay = rig.write(extent, 10, bytes(2, 10));
        CompletableFuture<Void> behind = rig.write(extent, 20, bytes(3, 10));
        stop.reached.await();
        CompletableFuture<Void> free = elsewhere(() -> {
            rig.engine.free(extent.id());
            return null;
        });
        while (!rig.engine.report().isEmpty()) {
            Thread.onSpinWait();
        }
        CompletableFuture<Void> again = elsewhere(() -> {
            rig.engine.free(extent.id());
            return null;
        });
        rig.engine.control().held(null);
        assertFalse(free.isDone());
        pool.heal();
        stop.go.countDown();
        get(underWay);
        get(free);
        get(again);
        assertEquals(ErrorCode.NO_SUCH_EXTENT, EngineRig.failure(behind));
        assertEquals(0, pool.segments().size());
    }

    @Test
    void writesToOtherExtentsGoOnWhileOneStandsStill() throws Exception {
        Extent one = added(1, 0, 1);
        Extent two = added(2, 1, 1);
        get(rig.write(one, 0, bytes(1, 10)));
        get(rig.write(two, 0, bytes(1, 10)));
        SegmentId stuck = pool.segments().stream().filter(s -> s.identity().page() == 0).findFirst().orElseThrow().id();
        Stop stop = stopping(Op.APPEND);
        pool.fault = new Fault() {
            @Override
            public void before(Op op, SegmentId segment) throws IOException {
                if (segment.equals(stuck)) {
                    stop.before(op, segment);
                }
            }
        };
        CompletableFuture<Void> standing = rig.write(one, 10, bytes(2, 10));
        stop.reached.await();
        get(rig.write(two, 10, bytes(2, 10)));
        assertFalse(standing.isDone());
        stop.go.countDown();
        get(standing);
    }

    @Test
    void readersSeeOnlyWholePrefixesWhileExtentsComeGrowAreSealedAndGo() throws Exception {
        long seed = Long.getLong("baton.pages.seed", System.nanoTime());
        int extents = 12;
        AtomicBoolean stop = new AtomicBoolean();
        List<CompletableFuture<Long>> readers = new ArrayList<>();
        for (int r = 0; r < 2; r++) {
            Random random = new Random(seed + r);
            readers.add(elsewhere(() -> {
                long reads = 0;
                while (!stop.get()) {
                    int n = 1 + random.nextInt(extents);
                    reads += readSome(extent(n, 3L * n, 3), random) ? 1 : 0;
                }
                return reads;
            }));
        }
        Random random = new Random(seed);
        long[] lengths = new long[extents + 1];
        Arrays.fill(lengths, -1);
        for (int step = 0; step < 2500; step++) {
            int n = 1 + random.nextInt(extents);
            Extent extent = extent(n, 3L * n, 3);
            if (lengths[n] < 0) {
                rig.engine.addExtent(extent, "pool");
                lengths[n] = 0;
            } else if (random.nextInt(40) == 0) {
                if (random.nextBoolean()) {
                    rig.engine.seal(extent.id(), lengths[n] - random.nextInt((int) lengths[n] + 1), false);
                }
                rig.engine.free(extent.id());
                lengths[n] = -1;
            } else {
                int bytes = (int) Math.min(1 + random.nextInt(300), PAGE - lengths[n] % PAGE);
                if (lengths[n] + bytes <= 3 * PAGE) {
                    get(rig.write(extent, lengths[n], pattern(n, lengths[n], bytes)));
                    lengths[n] += bytes;
                }
            }
        }
        stop.set(true);
        for (CompletableFuture<Long> reader : readers) {
            assertTrue(get(reader) > 0, "seed " + seed);
        }
    }

    /** A byte is a function of its extent and offset, so any read can be checked by itself. */
    private static byte[] pattern(long extent, long offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (31 * extent + 7 * (offset + i) + ((offset + i) >> 8));
        }
        return bytes;
    }

    private boolean readSome(Extent extent, Random random) throws IOException {
        try {
            long length = rig.engine.state(extent.id()).lengthBytes();
            if (length == 0) {
                return false;
            }
            long offset = (long) (random.nextDouble() * length);
            int bytes = (int) Math.min(1 + random.nextInt(400), Math.min(length - offset, PAGE - offset % PAGE));
            assertArrayEquals(pattern(extent.id().number(), offset, bytes), get(rig.read(extent, offset, bytes)));
            return true;
        } catch (BatonException e) {
            // Freed or cut short meanwhile; never other bytes.
            assertTrue(e.code() == ErrorCode.NO_SUCH_EXTENT || e.code() == ErrorCode.INVALID_ARGUMENT, e.toString());
            return false;
        }
    }
}
