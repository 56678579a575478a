package io.batonfs.protocol;

/** What a storage server can be told about scrubbing its devices (POOL-4). */
public enum ScrubOrder {
    /** Begin a pass now, if none is under way. */
    START,
    /** Neither begin a pass nor go on with the one under way, until RESUME or the server's next start. */
    PAUSE,
    /** Go on after PAUSE. */
    RESUME
}
