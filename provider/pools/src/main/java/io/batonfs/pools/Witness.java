package io.batonfs.pools;

/**
 * By what the right device is known where an older copy of it was found: of a pool that showed the copy, it has a header of this
 * checkpoint at least. In superblocks it is a number: the pool's in the highest byte, from 0, and the checkpoint in the others.
 *
 * @param pool       the pool's number
 * @param checkpoint what all devices in use had when the copy was found; from 1, below 2^56
 */
record Witness(int pool, long checkpoint) {
    private static final int CHECKPOINT_BITS = 56;

    /** What a superblock says; null if it names none. */
    static Witness of(long number) {
        return number == 0 ? null : new Witness((int) (number >>> CHECKPOINT_BITS), number & (1L << CHECKPOINT_BITS) - 1);
    }

    long number() {
        return (long) pool << CHECKPOINT_BITS | checkpoint;
    }
}
