package io.batonfs.pools.raid;

/**
 * Where the data blocks of a pool lie on its devices. Data blocks are numbered from 0; a <i>row</i> is the smallest run
 * of them that has redundancy of its own, so that writing one whole row touches nothing that another row depends on.
 * Space is given out in rows. Immutable.
 */
public interface Geometry {

    /** Devices of the set. */
    int devices();

    /** Data blocks of a row. */
    int rowBlocks();

    /** Whole rows that fit when the pool has so many blocks on each device. */
    long rows(long deviceBlocks);

    /** Device that holds a data block (its first copy, where there are several). */
    int device(long block);

    /** Which block of its device's data area holds a data block: the same for every copy. */
    long deviceBlock(long block);

    /** How many data blocks from this one on, itself included, lie one after another on the same device. */
    int contiguous(long block);

    /**
     * Whether every data block can still be read when these devices are out.
     *
     * @param outMask bit {@code i} stands for device {@code i}
     */
    boolean survives(long outMask);
}
