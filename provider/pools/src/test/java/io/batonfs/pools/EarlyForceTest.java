package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link ForcePolicy}: who forces what was written, and when. */
class EarlyForceTest {
    private static final int CHUNK_BYTES = 16 << 10;
    private static final long EARLY_BYTES = 4 * CHUNK_BYTES;
    private static final long LATEST_BYTES = 16 * CHUNK_BYTES;
    private static final long FREED_BYTES = 8 * CHUNK_BYTES;
    private static final int DEVICE_BYTES = 4 << 20;

    private final Random random = new Random(1);
    private final Queue<Runnable> asked = new ArrayDeque<>();
    private List<RecordingBlockDevice> devices;

    @BeforeEach
    void format() throws IOException {
        devices = TestPools.devices(4, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(RaidLevel.RAID_10, 2, 0), devices, TestPools.GROUP, TestPools.SERVER, random);
    }

    private Pool open(ForcePolicy policy) throws IOException {
        Pool pool = TestPools.open(devices, policy).pool("p");
        asked.clear(); // what opening had to force, it has forced itself
        return pool;
    }

    private void appendTo(Pool pool, SegmentId id, int fromChunk, int untilChunk) throws IOException {
        for (int chunk = fromChunk; chunk < untilChunk; chunk++) {
            append(pool, id, chunk * CHUNK_BYTES, KilledWriter.content(0, chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES), false);
        }
    }

    private int chunksAfterPowerCut(SegmentId id) throws IOException {
        List<RecordingBlockDevice> left =
                devices.stream().map(device -> device.afterPowerCut(random, new PowerSwitch())).toList();
        Pool pool = TestPools.open(left).pool("p");
        SegmentInfo info = pool.segment(id);
        int length = info == null ? 0 : info.lengthBytes();
        assertArrayEquals(KilledWriter.content(0, 0, length), read(pool, id, 0, length));
        return length / CHUNK_BYTES;
    }

    @Test
    void appendsGoOnWhileTheExecutorHasNotForcedYet() throws IOException {
        Pool pool = open(new ForcePolicy(asked::add, EARLY_BYTES, LATEST_BYTES, FREED_BYTES));
        SegmentId id = create(pool, 1);
        appendTo(pool, id, 0, 3);
        assertEquals(0, asked.size());
        appendTo(pool, id, 3, 15);
        assertEquals(1, asked.size(), "one early force is asked for, not one for each append");
        asked.remove().run();
        assertEquals(15, chunksAfterPowerCut(id));
    }

    @Test
    void anEarlyForceIsAskedForAgainOnlyAfterAsMuchAsBefore() throws IOException {
        Pool pool = open(new ForcePolicy(asked::add, EARLY_BYTES, LATEST_BYTES, FREED_BYTES));
        SegmentId id = create(pool, 1);
        appendTo(pool, id, 0, 4);
        asked.remove().run();
        asked.clear(); // forces of single devices, which the early force has done itself
        appendTo(pool, id, 4, 7);
        assertEquals(0, asked.size());
        appendTo(pool, id, 7, 8);
        assertEquals(1, asked.size());
    }

    @Test
    void beyondTheLatestBoundAnAppendForcesItself() throws IOException {
        Pool pool = open(new ForcePolicy(asked::add, EARLY_BYTES, LATEST_BYTES, FREED_BYTES));
        SegmentId id = create(pool, 1);
        appendTo(pool, id, 0, 17);
        assertEquals(16, Math.min(16, chunksAfterPowerCut(id)));
    }

    @Test
    void anExecutorThatTakesNothingLeavesItToTheAppend() throws IOException {
        Pool pool = open(new ForcePolicy(task -> {
            throw new RejectedExecutionException("closed");
        }, EARLY_BYTES, LATEST_BYTES, FREED_BYTES));
        SegmentId id = create(pool, 1);
        appendTo(pool, id, 0, 4);
        assertEquals(4, chunksAfterPowerCut(id));
    }

    @Test
    void aForceThatAnErrorBrokeOffIsMadeUpForByTheNext() throws IOException {
        // More devices than hold metadata: those are forced in any case.
        devices = TestPools.devices(PoolConfig.DEFAULT_METADATA_COPIES + 2, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(RaidLevel.RAID_0, 2, 0), devices, TestPools.GROUP, TestPools.SERVER, random);
        AtomicBoolean noThread = new AtomicBoolean();
        Pool pool = open(new ForcePolicy(task -> {
            if (noThread.get()) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            task.run();
        }, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
        SegmentId id = create(pool, 1);
        appendTo(pool, id, 0, 20);
        noThread.set(true);
        assertThrows(OutOfMemoryError.class, () -> append(pool, id, 20 * CHUNK_BYTES, new byte[0], true));
        noThread.set(false);
        append(pool, id, 20 * CHUNK_BYTES, new byte[0], true);
        assertEquals(20, chunksAfterPowerCut(id));
    }

    @Test
    void aForceThatNobodyWaitedForAndFailedIsMetByTheNextChange() throws IOException {
        Pool pool = open(new ForcePolicy(asked::add, EARLY_BYTES, LATEST_BYTES, FREED_BYTES));
        SegmentId id = create(pool, 1);
        appendTo(pool, id, 0, 4);
        devices.forEach(device -> device.failWrites("worn out"));
        while (!asked.isEmpty()) {
            asked.remove().run();
        }
        devices.forEach(device -> device.failWrites(null));
        BatonException refused = assertThrows(BatonException.class, () -> appendTo(pool, id, 4, 5));
        assertEquals(ErrorCode.READ_ONLY, refused.code());
    }

    @Test
    void aCheckpointIsAskedForOnceWhenMuchWasFreedAndGivesTheSameRowsOutAgain() throws IOException {
        SegmentPool pool = (SegmentPool) open(
                new ForcePolicy(asked::add, Long.MAX_VALUE, Long.MAX_VALUE, FREED_BYTES));
        List<SegmentId> ids = List.of(create(pool, 1), create(pool, 2), create(pool, 3), create(pool, 4));
        for (SegmentId id : ids) {
            appendTo(pool, id, 0, 3);
        }
        long firstRow = rowOf(pool, ids.get(0));
        pool.free(ids.get(0));
        assertEquals(0, asked.size(), "less than 8 chunks are freed");
        pool.free(ids.get(1));
        pool.free(ids.get(2));
        assertEquals(1, asked.size(), "one checkpoint is asked for, not one for each segment");
        while (!asked.isEmpty()) {
            asked.remove().run();
        }
        SegmentId again = create(pool, 5);
        appendTo(pool, again, 0, 9);
        assertEquals(firstRow, rowOf(pool, again));
        append(pool, again, 9 * CHUNK_BYTES, new byte[0], true);
        assertEquals(9, chunksAfterPowerCut(again));
    }

    @Test
    void aCheckpointThatTheExecutorRefusesIsAskedForAgain() throws IOException {
        AtomicBoolean full = new AtomicBoolean(true);
        SegmentPool pool = (SegmentPool) open(new ForcePolicy(task -> {
            if (full.get()) {
                throw new RejectedExecutionException("full");
            }
            task.run();
        }, Long.MAX_VALUE, Long.MAX_VALUE, FREED_BYTES));
        List<SegmentId> ids = List.of(create(pool, 1), create(pool, 2));
        for (SegmentId id : ids) {
            appendTo(pool, id, 0, 8);
        }
        pool.free(ids.get(0));
        assertTrue(pool.parts().allocator().waitingRows() > 0);
        full.set(false);
        pool.free(ids.get(1));
        assertEquals(0, pool.parts().allocator().waitingRows());
    }

    private static long rowOf(SegmentPool pool, SegmentId id) {
        return pool.parts().segments().find(id).state().runs().row(0);
    }
}
