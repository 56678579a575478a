package io.batonfs.pools;

import io.batonfs.model.Epoch;
import java.nio.ByteBuffer;
import java.util.List;

/** What the journal says. Each record states results, not changes, of one segment, except {@link Synced} and {@link Packed}. */
sealed interface JournalRecord {

    /** A segment was made. */
    record Created(SegmentId id, SegmentIdentity identity, Epoch epoch) implements JournalRecord {
    }

    /**
     * Bytes were added to a segment. The bytes of whole rows are in place; those that share a row with bytes before or
     * after this append are in the record.
     *
     * @param offset        where they were added, the length before
     * @param lengthBytes   how many
     * @param runs          the segment's rows after this, or null if they did not change
     * @param overflowSlots the slots that hold runs, if {@code runs} is not null
     * @param blockCrcs     CRC32C of each block touched, of all its bytes up to the new length
     * @param head          bytes up to the end of a row that was begun before
     * @param tail          bytes of the last row if it is not whole, unless they are in {@code head}
     */
    record Appended(SegmentId id, int offset, int lengthBytes, List<Run> runs, List<Integer> overflowSlots,
            int[] blockCrcs, ByteBuffer head, ByteBuffer tail) implements JournalRecord {

        /** Where the bytes that are in place begin. */
        int directStart() {
            return offset + head.remaining();
        }

        /** Where they end; not greater than {@link #directStart} if there are none. */
        int directEnd() {
            return offset + lengthBytes - tail.remaining();
        }
    }

    /**
     * A segment was sealed.
     *
     * @param lengthBytes  its length for ever
     * @param lastBlockCrc CRC32C of the bytes in its last block, if that is not whole
     */
    record Sealed(SegmentId id, int lengthBytes, int lastBlockCrc) implements JournalRecord {
    }

    /** The write epoch was raised. */
    record EpochRaised(SegmentId id, Epoch epoch) implements JournalRecord {
    }

    /** A segment was freed. */
    record Freed(SegmentId id) implements JournalRecord {
    }

    /** A container was made: bytes are appended to it as to any segment, and {@link Packed} says whose they are. */
    record ContainerCreated(SegmentId id) implements JournalRecord {
    }

    /**
     * Segments have their bytes in a container from now on, and no rows of their own. What is there was forced before.
     *
     * @param firstBlocks the first block of each in the container
     */
    record Packed(SegmentId container, List<SegmentId> segments, List<Integer> firstBlocks) implements JournalRecord {

        /** Copies the lists. */
        public Packed {
            segments = List.copyOf(segments);
            firstBlocks = List.copyOf(firstBlocks);
        }
    }

    /**
     * All bytes in place that records up to this one speak of survive a power cut.
     *
     * @param sequence the last of those records
     */
    record Synced(long sequence) implements JournalRecord {
    }
}
