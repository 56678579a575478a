package io.batonfs.pools;

import io.batonfs.pools.raid.Geometry;
import io.batonfs.pools.raid.RotatingParity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * The data area of a pool: reads and writes by a {@link Geometry}, with what redundancy there is. It knows nothing of
 * checksums of its own; the caller says what a sound block looks like.
 *
 * <p>Thread-safe. The caller sees to it that a row is not written while it is read or written by another thread.
 */
interface BlockArray {

    /** The array for a layout. */
    static BlockArray of(PoolLayout layout, MemberAccess members, LongAdder mended) {
        return layout.geometry() instanceof RotatingParity
                ? new ParityArray(layout, members, mended)
                : new MirroredArray(layout, members, mended);
    }

    /**
     * Reads blocks that follow one another, as well as can be: a block that its devices don't give leaves arbitrary
     * bytes, which the caller's check will not pass.
     *
     * @param destination filled from its position, which moves by {@code count} blocks
     * @return null as long as all is well. If devices in use did not give what they were asked for, and redundancy serves: the
     *         first block that was found which one of them does not give, unless mending is forbidden. If what was read passes
     *         its check, nobody mends it but by {@link #mendUnread}
     */
    Unread read(long block, int count, ByteBuffer destination);

    /**
     * Writes anew one block that a device did not give to {@link #read}. No other block is looked at.
     *
     * @param sound the blocks that it needs, one after the other from offset 0: such as passed their check, all of their bytes
     *              sound; nobody else may change them
     * @throws IOException if the device did not take it and can't be spared
     */
    void mendUnread(Unread unread, ByteBuffer sound) throws IOException;

    /**
     * Finds sound bytes of one block in any way that redundancy offers, and mends the copies that are not sound.
     *
     * @param checkedBytes how many bytes of the block the checksum covers, from its beginning
     * @param crc          CRC32C of those
     * @param into         receives the block from offset 0
     * @param reasons      receives what went wrong with each way
     * @return whether sound bytes were found
     */
    boolean recover(long block, int checkedBytes, int crc, ByteBuffer into, List<String> reasons) throws IOException;

    /** Writes whole rows that follow one another, with their redundancy; moves the position of {@code data}. */
    void writeRows(long row, ByteBuffer data) throws IOException;

    /** Whether the redundancy of a row says the same as its data, as far as the devices in use can tell. */
    boolean agrees(long row) throws IOException;

    /**
     * Reads rows that follow one another with all of their redundancy, each device once, and mends nothing.
     *
     * @param data receives the rows' data from its position, which moves, as {@link #read} gives them
     * @return suspects: rows, counted from the first, that a device did not give or whose redundancy disagrees with
     *         their data; the caller's to add to
     */
    BitSet scan(long row, int rows, ByteBuffer data);

    /** Whether a device holds a part of a row: data, a copy or parity. */
    boolean holds(long row, int device);

    /** Bytes that a device holds of all rows together, divided by the number of rows. */
    double bytesPerRow();

    /**
     * Reads rows that follow one another like {@link #read}, but only those that a device holds a part of; the others
     * leave arbitrary bytes.
     *
     * @param data receives the rows' data from its position, which moves
     */
    void readHeldBy(int device, long row, int rows, ByteBuffer data);

    /**
     * Writes what one device holds of rows that follow one another.
     *
     * @param data the rows' data from position 0; of rows that the device holds nothing of it may be anything
     * @param lost blocks, counted from the first of the rows, whose bytes are not known: what depends on them is not
     *             written
     * @return bytes written
     */
    long writeHeldBy(int device, long row, int rows, ByteBuffer data, BitSet lost) throws IOException;

    /**
     * Makes what every device in use has of a row agree with the row's data. A device that has it already is not
     * written, and a row that more devices are out of than its redundancy makes up for is left as it is.
     *
     * @param data one row from position 0: what is checked in it must be sound, and the rest as it is in place, so that
     *             a crash in between leaves no block worse off than it was
     */
    void settle(long row, ByteBuffer data) throws IOException;
}
