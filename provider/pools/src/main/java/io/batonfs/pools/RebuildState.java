package io.batonfs.pools;

/**
 * What becomes of the rebuilding of a device in a pool.
 * <pre>
 *   from     by                                                         to
 *   WAITING  its turn comes: one is rebuilt at a time                   RUNNING
 *   RUNNING  the rebuilder is stopped or closed                         WAITING
 *   RUNNING  all that the pool holds is on the device                   DONE
 *   RUNNING  the device fails, or the pool takes no more changes        FAILED
 * </pre>
 */
public enum RebuildState {
    /** For its turn, or for the rebuilder to be started again. */
    WAITING,
    /** It is under way. */
    RUNNING,
    /** The device is a full member of the pool, or has all of it and waits for a place that it is to have. */
    DONE,
    /** It ended without that, for a reason that is given; unless its device failed, a start tries again. */
    FAILED;

    boolean mayBecome(RebuildState next) {
        switch (this) {
            case WAITING:
                return next == RUNNING;
            case RUNNING:
                return next != RUNNING;
            default:
                return false;
        }
    }
}
