package io.batonfs.pools;

import java.io.IOException;

/**
 * What becomes of the devices of a pool in a test in which they can fail, and nothing else.
 *
 * @param out takes down that one is out
 */
record OutOnly(Out out) implements OutRecorder {
    /** As {@link OutRecorder#recordOut}. */
    @FunctionalInterface
    interface Out {
        long record(int device, String reason) throws IOException;
    }

    @Override
    public long recordOut(int device, String reason) throws IOException {
        return out.record(device, reason);
    }

    @Override
    public long recordSuccessorOut(int device, Successor ended) {
        throw new AssertionError("nobody has a successor here");
    }

    @Override
    public void recordIn(int device) {
        throw new AssertionError("nothing is rebuilt here");
    }

    @Override
    public void handOverNow(int device, String reason) {
        throw new AssertionError("nobody has a successor here");
    }
}
