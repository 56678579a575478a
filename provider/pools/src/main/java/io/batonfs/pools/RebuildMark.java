package io.batonfs.pools;

/**
 * How far a device is rebuilt in a pool, as one number in its own superblock. Whatever a mark says is done was forced
 * on the device before, and what was seen to be freed or cut on the way was forced in the journal.
 * <pre>
 *   0      nothing: what it holds there is worth nothing and has to be wiped where it could be taken for metadata
 *   1      it is wiped, and gets all that is written
 *   2 + n  its metadata are whole, and so are its parts of the segments in slots below n
 * </pre>
 * Of a {@link Successor} bit 62 is set besides from the first mark on that is beyond something that could not be read: the
 * device that has the place may still have that.
 */
final class RebuildMark {
    static final long NOTHING = 0;
    static final long WIPED = 1;
    private static final long FIRST_SLOT = 2;
    private static final long MISSES = 1L << 62;

    private RebuildMark() {
    }

    /** Everything below a slot is done. */
    static long slot(int slot) {
        return FIRST_SLOT + slot;
    }

    /** The same mark of one that misses something of what it says is done. */
    static long missing(long mark) {
        return mark | MISSES;
    }

    /** Whether something of what it says is done is missing. */
    static boolean misses(long mark) {
        return (mark & MISSES) != 0;
    }

    /** The mark without saying whether something is missing. */
    static long whole(long mark) {
        return mark & ~MISSES;
    }

    /** The slot to go on at; below 0 if the metadata are not whole. */
    static int nextSlot(long mark) {
        return (int) (whole(mark) - FIRST_SLOT);
    }
}
