package io.batonfs.bench.pools;

import io.batonfs.pools.RebuildConfig;
import io.batonfs.pools.RebuildProgress;
import io.batonfs.pools.RebuildState;
import io.batonfs.pools.Rebuilder;
import io.batonfs.pools.StorageSet;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The rebuilding of one device of a set that has one pool, on a thread of its own. Each step that has been done is
 * looked at by that thread, which tells who waits when it was the last one. It gives way to what was read of the set
 * since this was made. Closed before the set.
 */
public final class DeviceRebuild implements Closeable {
    /** Longer than any that a benchmark does, and shorter than anybody waits. */
    private static final Duration LONGEST = Duration.ofMinutes(3);

    private final CountDownLatch ended = new CountDownLatch(1);
    private final ScheduledThreadPoolExecutor executor;
    private final Rebuilder rebuilder;
    private volatile long bytesPerSecond;

    DeviceRebuild(StorageSet set, RebuildConfig config) {
        this.executor = new ScheduledThreadPoolExecutor(1) {
            @Override
            protected void afterExecute(Runnable task, Throwable thrown) {
                look();
            }
        };
        // What is scheduled for later when this is closed is not waited for.
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.rebuilder = new Rebuilder(set, config, executor, Clock.systemUTC());
    }

    private void look() {
        List<RebuildProgress> all = rebuilder.progress();
        all.stream().filter(each -> each.state() == RebuildState.RUNNING)
                .forEach(each -> bytesPerSecond = each.bytesPerSecond());
        if (!all.isEmpty() && all.stream().allMatch(each ->
                each.state() == RebuildState.DONE || each.state() == RebuildState.FAILED)) {
            ended.countDown();
        }
    }

    /** Begins. */
    public void start() {
        rebuilder.start();
    }

    /** Bytes written to the device each second since the beginning, as of the last step that was not the last of all. */
    public long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** Whether nothing is left to be done, as all is on the device, or it has failed. */
    public boolean ended() {
        return ended.getCount() == 0;
    }

    /** Fails unless it goes on, or has ended with all on the device. */
    public void check() throws IOException {
        for (RebuildProgress each : rebuilder.progress()) {
            if (each.state() != RebuildState.RUNNING && each.state() != RebuildState.DONE || each.lostBytes() > 0) {
                throw new IOException("a device of a sound pool is not rebuilt as such: " + each);
            }
        }
    }

    /**
     * Waits until all is on the device; returns how many bytes that are.
     *
     * @throws IOException if it has failed, or does not end
     */
    public long await() throws IOException, InterruptedException {
        if (!ended.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("after " + LONGEST + " a device is not rebuilt: " + rebuilder.progress());
        }
        long bytes = 0;
        for (RebuildProgress each : rebuilder.progress()) {
            if (each.state() != RebuildState.DONE || each.lostBytes() > 0) {
                throw new IOException("a device of a sound pool was not rebuilt as such: " + each);
            }
            bytes += each.doneBytes();
        }
        return bytes;
    }

    @Override
    public void close() {
        rebuilder.close();
        executor.shutdown();
    }
}
