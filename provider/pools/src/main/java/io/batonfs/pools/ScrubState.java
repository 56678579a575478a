package io.batonfs.pools;

/**
 * What a {@link Scrubber} does.
 * <pre>
 *   from     by                                        to
 *   IDLE     start                                     WAITING, or RUNNING if a pass was under way
 *   WAITING  the time of the next pass, scrubNow       RUNNING
 *   RUNNING  the pass ends, cancel                     WAITING
 *   WAITING  pause                                     PAUSED
 *   RUNNING  pause                                     PAUSED
 *   PAUSED   resume                                    RUNNING if a pass was under way, else WAITING
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
    /** Neither begins a pass nor goes on with the one under way, until it is told to or the process begins anew. */
    PAUSED,
    /** For ever. */
    CLOSED;

    boolean mayBecome(ScrubState next) {
        switch (this) {
            case IDLE:
                return next != IDLE && next != PAUSED;
            case RUNNING:
            case PAUSED:
                return next != IDLE && next != this;
            case WAITING:
                return next == RUNNING || next == PAUSED || next == CLOSED;
            default:
                return false;
        }
    }
}
