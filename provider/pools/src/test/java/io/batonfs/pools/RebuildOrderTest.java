package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a rebuild, changes and checkpoints keep one another from, at the very moments at which it matters. */
@Timeout(60)
class RebuildOrderTest {
    private static final int REBUILT = 2;

    private final Random random = new Random(5);
    private final StepTimer timer = new StepTimer();
    /** Run once, before the next read or write of the first device. */
    private final AtomicReference<Runnable> beforeRead = new AtomicReference<>();
    private final AtomicReference<Runnable> beforeWrite = new AtomicReference<>();
    private StorageSet set;
    private SegmentPool pool;
    private SegmentId id;
    private Rebuilder rebuilder;

    /** A device at which a test stops. */
    private final class StoppingDevice extends ForwardingDevice {
        StoppingDevice(BlockDevice device) {
            super(device);
        }

        @Override
        public void read(long offset, ByteBuffer destination) throws IOException {
            run(beforeRead);
            device.read(offset, destination);
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            run(beforeWrite);
            device.write(offset, source);
        }

        private void run(AtomicReference<Runnable> hook) {
            Runnable once = hook.getAndSet(null);
            if (once != null) {
                once.run();
            }
        }
    }

    @BeforeEach
    void beginRebuild() throws IOException {
        List<BlockDevice> devices = new ArrayList<>(TestPools.devices(4, 1 << 20, new PowerSwitch()));
        devices.set(0, new StoppingDevice(devices.get(0)));
        StorageSet.format(TestPools.small(RaidLevel.RAID_5, 1, 64 * 1024), devices, TestPools.GROUP, TestPools.SERVER,
                random);
        set = TestPools.open(devices);
        pool = (SegmentPool) set.pool("p");
        id = create(pool, 1);
        append(pool, id, 0, bytes(random, 100_000), true);
        pool.parts().mutations().checkpoint();
        pool.parts().members().takeOut(REBUILT, "the test wants it");
        set.rejoin(REBUILT + 1);
        rebuilder = new Rebuilder(set, new RebuildConfig(1L << 40, 1L << 40, Duration.ZERO), timer, timer.clock());
        rebuilder.start();
    }

    /** Begins something on another thread, and goes on when it waits or has ended; returns the thread. */
    private static Thread beside(Mutations.Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        while (thread.isAlive() && thread.getState() != Thread.State.WAITING
                && thread.getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
        }
        return thread;
    }

    /** Else rows that were freed could be another's by the time the rebuild writes them, or be written by both. */
    @Test
    void noCheckpointIsMadeWhileRowsAreCopied() throws Exception {
        while (RebuildMark.nextSlot(set.mark(pool, REBUILT)) < 0) {
            timer.runNext();
        }
        append(pool, id, 100_000, bytes(random, 100), false);
        long before = header();
        long[] during = new long[1];
        Thread[] checkpoint = new Thread[1];
        beforeRead.set(() -> {
            checkpoint[0] = beside(() -> pool.parts().mutations().checkpoint());
            during[0] = checkpoint[0].isAlive() ? before : 0;
        });
        timer.runNext();
        checkpoint[0].join();
        assertEquals(before, during[0]);
        assertEquals(before + 1, header());
        finish();
    }

    private long header() throws IOException {
        long[] checkpoint = new long[1];
        pool.parts().mutations().beside(() -> checkpoint[0] = pool.parts().mutations().lastCheckpoint().checkpoint());
        return checkpoint[0];
    }

    /** Else of a change under way a part could go past the device, and the rest be taken for all of it. */
    @Test
    void aDeviceDoesNotBeginToReceiveInTheMiddleOfAChange() throws Exception {
        timer.runNext(); // wipes
        assertEquals(0, pool.parts().members().receiving());
        long[] during = {-1};
        Thread[] step = new Thread[1];
        beforeWrite.set(() -> {
            step[0] = beside(() -> {
                try {
                    timer.runNext();
                } catch (Exception e) {
                    throw new IOException(e);
                }
            });
            during[0] = pool.parts().members().receiving();
        });
        append(pool, id, 100_000, bytes(random, 50_000), false);
        step[0].join();
        assertEquals(0, during[0]);
        assertEquals(1L << REBUILT, pool.parts().members().receiving());
        finish();
    }

    /** Else the new device is taken for the one that became a full member meanwhile, with nothing on it. */
    @Test
    void aDeviceIsReplacedWhileItBecomesAFullMember() throws Exception {
        int slots = pool.parts().layout().slotPages() * SlotFormat.SLOTS_PER_PAGE;
        while (set.mark(pool, REBUILT) < RebuildMark.slot(slots)) {
            timer.runNext();
        }
        timer.runNext(); // finds that there is nothing left to copy
        BlockDevice fresh = new StoppingDevice(new RecordingBlockDevice("fresh", 1 << 20, new PowerSwitch()));
        Thread[] step = new Thread[1];
        beforeRead.set(() -> step[0] = beside(() -> {
            try {
                timer.runNext();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }));
        set.replace(REBUILT + 1, fresh, false, random);
        step[0].join();
        assertEquals(PoolDevices.State.REBUILDING, set.devices().get(0).devices().get(REBUILT).state());
        assertEquals(MemberState.REBUILDING, pool.parts().members().state(REBUILT));
        while (timer.runNext()) {
            assertEquals(0, pool.status().repairedBlocks());
        }
        assertEquals(PoolDevices.State.IN, set.devices().get(0).devices().get(REBUILT).state());
        finish();
    }

    /** A rebuild that ended for a reason that may be over is tried again when the rebuilder is started again. */
    @Test
    void aRebuildThatFailedGoesOnWhenItIsStartedAgain() throws Exception {
        while (RebuildMark.nextSlot(set.mark(pool, REBUILT)) < 0) {
            timer.runNext();
        }
        beforeRead.set(() -> {
            throw new IllegalStateException("once");
        });
        timer.runNext();
        assertEquals(RebuildState.FAILED, rebuilder.progress().get(0).state());
        rebuilder.stop();
        rebuilder.start();
        assertEquals(1, rebuilder.progress().size());
        finish();
    }

    @Test
    void anErrorEndsARebuildAndIsNotSwallowed() throws Exception {
        while (RebuildMark.nextSlot(set.mark(pool, REBUILT)) < 0) {
            timer.runNext();
        }
        beforeRead.set(() -> {
            throw new OutOfMemoryError("the test's");
        });
        ExecutionException error = assertThrows(ExecutionException.class, timer::runNext);
        assertTrue(error.getCause() instanceof OutOfMemoryError, error::toString);
        assertEquals(RebuildState.FAILED, rebuilder.progress().get(0).state());
        assertTrue(rebuilder.progress().get(0).reason().contains("the test's"));
        assertFalse(timer.runNext());
    }

    private void finish() throws Exception {
        while (rebuilder.progress().get(0).state() == RebuildState.RUNNING) {
            assertTrue(timer.runNext());
        }
        rebuilder.close();
        assertEquals(RebuildState.DONE, rebuilder.progress().get(0).state());
        assertFalse(pool.parts().members().anyRebuilding());
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
    }
}
