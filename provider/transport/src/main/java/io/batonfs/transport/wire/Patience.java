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
 * @param looksWaited of these, while somebody waits for the patient one: the driver of the loop, maybe
 */
record Patience(int leastBytes, long behindBytes, int looksInVain, int looks, int looksWaited) {
    /**
     * Behind what three READs of 1 MiB bring, and no more: less than a millisecond's copying. Some tens of microseconds in
     * vain, some hundreds in all, and some tens while somebody waits. With none while somebody waits, and behind one READ
     * only, 1 MiB READs of which eight are outstanding lost a fifth to a third.
     */
    static final Patience USUAL = new Patience(16 * 1024, 4 << 20, 1000, 8000, 2000);
    /** For who has one processor only: nobody takes anything while he looks. */
    static final Patience NONE = new Patience(Integer.MAX_VALUE, 0, 0, 0, 0);
}
