package io.batonfs.pools;

/**
 * A device's part in one pool.
 * <pre>
 *   from      event                                              to
 *   ONLINE    a write or force failed and the level can spare it FAILED
 *   MISSING   (not there, damaged or stale when the set opened)  -
 *   FAILED    -                                                  -
 * </pre>
 * There is no way back yet: a rebuild will make one.
 */
enum MemberState {
    /** Holds all that was written; read and written. */
    ONLINE,
    /** Was not usable when the set was opened. */
    MISSING,
    /** Was taken out of the pool while it was in use. */
    FAILED
}
