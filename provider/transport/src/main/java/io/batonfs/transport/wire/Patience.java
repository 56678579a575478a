package io.batonfs.transport.wire;

/**
 * How long a thread that posts a message over shared memory looks for room to come, before it copies what there is none
 * for and leaves it to the loop.
 *
 * @param leastBytes  of a message: a shorter one is better copied
 * @param behindBytes most bytes that may wait already: the patient one puts them in first, with the connection's locks
 *                    held
 * @param looksInVain looks, of some tens of nanoseconds, until a peer that takes nothing is not waited for; 0: none
 * @param looks       in all, for one message
 */
record Patience(int leastBytes, long behindBytes, int looksInVain, int looks) {
    /** Behind what a READ of 1 MiB brings, and no more. Some tens of microseconds in vain, some hundreds in all. */
    static final Patience USUAL = new Patience(16 * 1024, 17 * 64 * 1024, 1000, 8000);
    /** For who has one processor only: nobody takes anything while he looks. */
    static final Patience NONE = new Patience(Integer.MAX_VALUE, 0, 0, 0);
}
