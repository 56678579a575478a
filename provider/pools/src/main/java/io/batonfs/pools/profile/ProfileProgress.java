package io.batonfs.pools.profile;

import java.io.IOException;

/** Is told how a measurement goes on, by the thread that measures. */
public interface ProfileProgress {

    /**
     * A sample is about to be taken.
     *
     * @throws DeviceChangedException if there is no use in going on
     */
    default void next() throws DeviceChangedException {
        // A device that nobody else uses changes only by what its own I/O tells.
    }

    /**
     * Keeps what was measured so far, so that a run that is cut short can go on there. Called now and then, and at the
     * end of a run however it ends.
     *
     * @param profile the samples in it are still added to when this has returned
     */
    void save(DeviceProfile profile) throws IOException;

    /**
     * A sample failed; measuring goes on.
     *
     * @param firstBlock the first block of the probe zone
     * @param endBlock   the block after its last
     */
    void failed(ProbeKind kind, long firstBlock, long endBlock, IOException reason);
}
