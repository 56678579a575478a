package io.batonfs.pools;

/**
 * How far a device is rebuilt in a pool, as one number in its own superblock. Whatever a mark says is done was forced
 * on the device before, and what was seen to be freed or cut on the way was forced in the journal.
 * <pre>
 *   0      nothing: what it holds there is worth nothing and has to be wiped where it could be taken for metadata
 *   1      it is wiped, and gets all that is written
 *   2 + n  its metadata are whole, and so are its parts of the segments in slots below n
 * </pre>
 */
final class RebuildMark {
    static final long NOTHING = 0;
    static final long WIPED = 1;
    private static final long FIRST_SLOT = 2;

    private RebuildMark() {
    }

    /** Everything below a slot is done. */
    static long slot(int slot) {
        return FIRST_SLOT + slot;
    }

    /** The slot to go on at; below 0 if the metadata are not whole. */
    static int nextSlot(long mark) {
        return (int) (mark - FIRST_SLOT);
    }
}
