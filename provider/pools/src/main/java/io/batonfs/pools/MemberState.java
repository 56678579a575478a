package io.batonfs.pools;

/**
 * A device's part in one pool.
 * <pre>
 *   from        event                                              to
 *   ONLINE      a write or force failed and the level can spare it FAILED
 *   MISSING     it is back, or another took its place              REBUILDING
 *   FAILED      it is to be rebuilt, or another took its place     REBUILDING
 *   REBUILDING  a write or force failed                            FAILED
 *   REBUILDING  all that the pool holds is on it                   ONLINE
 * </pre>
 */
enum MemberState {
    /** Holds all that was written; read and written. */
    ONLINE,
    /** Was not usable when the set was opened. */
    MISSING,
    /** Was taken out of the pool, while it was in use or at an earlier time. */
    FAILED,
    /** Is being filled. It is not read, and soon after this begins it gets whatever is written. */
    REBUILDING;

    boolean mayBecome(MemberState next) {
        switch (this) {
            case ONLINE:
                return next == FAILED;
            case REBUILDING:
                return next == FAILED || next == ONLINE;
            default:
                return next == REBUILDING;
        }
    }
}
