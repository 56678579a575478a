package io.batonfs.trace;

import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SegmentObserver;
import io.batonfs.pools.placement.AccessTraceRecorder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Hands what is done with segments in this JVM to a recorder, once there is one. The pools find it by the class path of
 * these tests. Thread-safe.
 */
public final class TouchLog implements SegmentObserver {
    private static volatile Optional<AccessTraceRecorder> recorder = Optional.empty();

    /** From now on this one is told; empty for none. */
    static void tell(Optional<AccessTraceRecorder> told) {
        recorder = told;
    }

    @Override
    public void touched(SegmentIdentity identity, boolean write, int lengthBytes) {
        Optional<AccessTraceRecorder> told = recorder;
        if (told.isPresent()) {
            try {
                told.get().touched(identity.volume(), identity.extent(), identity.page(), write, lengthBytes);
            } catch (IOException e) {
                throw new UncheckedIOException("the trace can't be written", e);
            }
        }
    }
}
