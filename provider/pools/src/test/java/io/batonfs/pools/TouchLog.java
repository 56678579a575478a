package io.batonfs.pools;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.placement.AccessTraceRecorder;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Hands what all pools of this JVM do with segments to a recorder, from when it is told to begin until it is closed; one
 * at a time. Here for experiments of other modules, which can't reach the pools of a server. Thread-safe.
 */
public final class TouchLog implements Closeable {
    private final Target target;
    private final AtomicReference<IOException> failure = new AtomicReference<>();

    /** What is told; as a recorder. */
    interface Target {
        void touched(VolumeId volume, ExtentId extent, long page, boolean write, int lengthBytes) throws IOException;
    }

    /** Does not begin yet. */
    public TouchLog(AccessTraceRecorder recorder) {
        this(recorder::touched);
    }

    TouchLog(Target target) {
        this.target = target;
    }

    /** Begins. */
    public void begin() {
        SegmentPool.tell(this::touched);
    }

    private void touched(SegmentIdentity identity, boolean write, int lengthBytes) {
        try {
            target.touched(identity.volume(), identity.extent(), identity.page(), write, lengthBytes);
        } catch (IOException e) {
            failure.compareAndSet(null, e);
        }
    }

    /**
     * Ends.
     *
     * @throws IOException if something could not be recorded
     */
    @Override
    public void close() throws IOException {
        SegmentPool.tell(SegmentObserver.NONE);
        if (failure.get() != null) {
            throw new IOException("the trace is not whole", failure.get());
        }
    }
}
