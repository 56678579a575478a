package io.batonfs.pools;

import io.batonfs.model.Epoch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Segments kept with one RAID level on one region of a set of devices (POOL-2). A segment holds one page, is only
 * appended to, and takes no more space than what it holds, rounded up to the pool's allocation unit.
 *
 * <p><b>Checksums.</b> A range of a segment is cut at the block boundaries of the page into <i>pieces</i> (the first and
 * last may be shorter than a block). Every transfer carries one CRC32C per piece; the pool keeps one per block, apart
 * from the blocks, combines pieces that meet in a block, and checks a block whenever it is read (POOL-4).
 *
 * <p><b>What survives.</b> When {@link #append} returns, the bytes survive a kill of the process, and the loss of as
 * many devices as the level allows; with {@code force} also a power cut. No crash harms bytes acknowledged before
 * (POOL-5).
 *
 * <p>Thread-safe. Appends to one segment are made by one caller at a time; reads go on beside them and see at least
 * every append that returned before they began.
 */
public interface Pool extends Closeable {

    /** What an operator calls the pool; unique on a server. */
    String name();

    /** The RAID level. */
    RaidLevel level();

    /** Space and health at this moment. */
    PoolStatus status();

    /**
     * What readers have met since the pool was opened that redundancy could not give back, and that no whole walk over the
     * pool has looked at again since then. A read ends at the first such block, so that there may be more behind it.
     */
    default KnownLosses lostToReaders() {
        return KnownLosses.NONE;
    }

    /** All segments, in no particular order: what the page table is built from at start. */
    List<SegmentInfo> segments();

    /** One segment, or null if there is none. */
    SegmentInfo segment(SegmentId id);

    /**
     * Makes an empty segment.
     *
     * @throws io.batonfs.model.BatonException NO_SPACE if the pool is full
     */
    SegmentId create(SegmentIdentity identity, Epoch writeEpoch) throws IOException;

    /**
     * Adds bytes at the segment's end.
     *
     * @param offset    the segment's present length, or the call is refused with INVALID_ARGUMENT
     * @param data      the bytes, from position to limit; not kept after the call
     * @param pieceCrcs one CRC32C per piece of {@code data}, checked before anything is kept
     * @param force     whether the bytes and all earlier ones of this segment survive a power cut when this returns;
     *                  {@code data} may be empty then
     * @throws io.batonfs.model.BatonException NO_SPACE, CHECKSUM_MISMATCH, or INVALID_ARGUMENT if the segment is
     *                                         sealed or unknown; nothing was kept then
     */
    void append(SegmentId id, int offset, ByteBuffer data, int[] pieceCrcs, boolean force) throws IOException;

    /**
     * Reads bytes, checked against the kept checksums; a block that fails is read from redundancy, mended in place and
     * counted.
     *
     * @param offset      first byte, from 0
     * @param destination filled from position to limit, wholly within the segment's length
     * @param pieceCrcs   receives one CRC32C per piece, from index 0; at least that long. Holds anything if this throws
     * @throws io.batonfs.model.BatonException DATA_LOST if redundancy could not help; INVALID_ARGUMENT if the range is
     *                                         not within the segment, or the array is too short
     */
    void read(SegmentId id, int offset, ByteBuffer destination, int[] pieceCrcs) throws IOException;

    /** The same; returns the pieces' checksums in an array of their number. */
    default int[] read(SegmentId id, int offset, ByteBuffer destination) throws IOException {
        int[] pieceCrcs = new int[Checksums.pieces(offset, destination.remaining())];
        read(id, offset, destination, pieceCrcs);
        return pieceCrcs;
    }

    /**
     * CRC32C of a range, from the kept checksums; only blocks cut by the range's ends are read.
     */
    int checksum(SegmentId id, int offset, int lengthBytes) throws IOException;

    /** Records a higher write epoch, to survive a power cut. A lower one is refused with FENCED. */
    void raiseEpoch(SegmentId id, Epoch writeEpoch) throws IOException;

    /**
     * Ends appending at a length, for ever, to survive a power cut if anything does; bytes beyond it are forgotten.
     * Sealing again at the same length does nothing.
     *
     * @param lengthBytes at most the present length
     * @param force       whether the seal and all bytes before it must survive a power cut when this returns
     */
    void seal(SegmentId id, int lengthBytes, boolean force) throws IOException;

    /** Gives the segment's space back. Freeing an unknown segment does nothing. */
    default void free(SegmentId id) throws IOException {
        free(id, false);
    }

    /**
     * Gives the segment's space back.
     *
     * @param force whether a power cut must not bring it back when this returns, also if it was freed before
     */
    void free(SegmentId id, boolean force) throws IOException;
}
