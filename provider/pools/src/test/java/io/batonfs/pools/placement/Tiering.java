package io.batonfs.pools.placement;

/** A way of dealing pages to a fast and a slow pool, under simulation. Pages are numbered as they appear, from 0. */
interface Tiering {

    /** What the table calls it. */
    String name();

    /** A page appears: before its first access, and in the order of the numbers. */
    void appear(int page, TracePage name);

    /**
     * A page is read or written.
     *
     * @return whether it was in the fast pool
     */
    boolean access(int page, boolean write);

    /** An interval ends. */
    void endInterval(long nowMs);

    /** Bytes moved between the pools since the beginning. */
    long movedBytes();
}
