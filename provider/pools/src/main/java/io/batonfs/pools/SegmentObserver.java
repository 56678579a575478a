package io.batonfs.pools;

/**
 * Told of reads and appends that pools have done, for experiments: to write down a trace of what a server does with its
 * pages. Not for users: only what is in this package can {@linkplain SegmentPool#tell set one}, and that is tests.
 *
 * <p>Called by whoever reads or appends, without locks of the pool, so by many threads at a time, after all is done that
 * was asked for, the force included. It has no say in what comes out: what it throws is logged, and it is told no more.
 * What the server itself moves (a page to another pool, say) is told of, too.
 */
interface SegmentObserver {
    /** Does nothing. */
    SegmentObserver NONE = (identity, write, lengthBytes) -> { };

    /**
     * Bytes of a segment were read or appended.
     *
     * @param identity    the page
     * @param write       whether they were appended
     * @param lengthBytes how many; not 0 if appended
     */
    void touched(SegmentIdentity identity, boolean write, int lengthBytes);
}
