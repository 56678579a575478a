package io.batonfs.pools;

/**
 * What a {@link Scrubber} does.
 * <pre>
 *   from     by                                        to
 *   IDLE     start                                     WAITING, or RUNNING if a pass was under way
 *   WAITING  the time of the next pass, scrubNow       RUNNING
 *   RUNNING  the pass ends, cancel                     WAITING
 *   any      close, or an executor that was shut down  CLOSED
 * </pre>
 */
public enum ScrubState {
    /** It was not started. */
    IDLE,
    /** For the time of the next pass. */
    WAITING,
    /** A pass is under way. */
    RUNNING,
    /** For ever. */
    CLOSED;

    boolean mayBecome(ScrubState next) {
        switch (this) {
            case IDLE:
            case RUNNING:
                return next != IDLE && next != this;
            case WAITING:
                return next == RUNNING || next == CLOSED;
            default:
                return false;
        }
    }
}
