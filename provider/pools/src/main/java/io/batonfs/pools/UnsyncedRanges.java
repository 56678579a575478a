package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the journal speaks of that was written in place and not forced. After a power cut it may be there, torn or
 * missing: recovery reads it, makes redundancy agree with it again, and cuts a segment to the longest prefix that is
 * sound. Nothing that was promised to survive a power cut is among it. Used by one thread.
 */
final class UnsyncedRanges {
    private static final Logger LOG = LoggerFactory.getLogger(UnsyncedRanges.class);
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    private record Range(long sequence, SegmentId id, int start, int end) {
    }

    private final List<Range> ranges = new ArrayList<>();

    /** A record that speaks of bytes in place was replayed. */
    void add(long sequence, JournalRecord.Appended record) {
        if (record.directEnd() > record.directStart()) {
            ranges.add(new Range(sequence, record.id(), record.directStart(), record.directEnd()));
        }
    }

    /** What records up to this one speak of was forced. */
    void synced(long sequence) {
        ranges.removeIf(range -> range.sequence <= sequence);
    }

    /**
     * Checks what is left, after all records have been replayed.
     *
     * @param keepLengths whether nothing is cut, because devices are older copies: what can't be read is left to whoever reads all
     *                    of the pool then, who names it as lost
     */
    void settle(PoolLayout layout, PoolMembers members, BlockArray array, SegmentTable segments, SegmentReader reader,
            RecordEffects effects, boolean keepLengths) throws IOException {
        for (Range range : ranges) {
            Segment segment = segments.find(range.id);
            // What is packed was forced before the record that says so.
            if (segment != null && segment.state().packed() == null) {
                settleRange(range, segment, layout, members, array, segments, reader, effects, keepLengths);
            }
        }
    }

    private void settleRange(Range range, Segment segment, PoolLayout layout, PoolMembers members, BlockArray array,
            SegmentTable segments, SegmentReader reader, RecordEffects effects, boolean keepLengths) throws IOException {
        int rowBytes = layout.rowBytes();
        for (int at = range.start; at < Math.min(range.end, segment.state().lengthBytes()); at += rowBytes) {
            SegmentState state = segment.state();
            ByteBuffer row = ByteBuffer.allocate(rowBytes);
            int sound = soundBytes(segment, state, at, row, reader);
            int wanted = Math.min(rowBytes, state.lengthBytes() - at);
            long poolRow = state.runs().row(at / rowBytes);
            if (sound < wanted && keepLengths) {
                LOG.warn("pool {}: bytes of {} from {} on can't be read, as they are older on a device that was put back",
                        layout.name(), segment, at + sound);
                continue;
            }
            if (sound < wanted) {
                LOG.warn("pool {}: after a power cut, {} ends at {} instead of {} bytes; nothing forced is missing",
                        layout.name(), segment, at + sound, state.lengthBytes());
                effects.dropImages(segment, at / rowBytes);
                segments.changed(segment, state.withLength(at + sound, 0));
            }
            if (sound < wanted || !agrees(array, poolRow)) {
                array.writeRows(poolRow, row.clear());
            } else {
                settleReceiving(layout, members, array, poolRow, row, wanted);
            }
        }
    }

    /**
     * What a device that is being rebuilt has of the row may be torn, and nobody looks: it is written anew. The others
     * are not, because with it out the row may have no redundancy, and a crash between two writes could cost it.
     */
    private static void settleReceiving(PoolLayout layout, PoolMembers members, BlockArray array, long poolRow,
            ByteBuffer row, int sound) throws IOException {
        long receiving = members.receiving() | members.shadowed();
        for (int device = 0; device < Long.SIZE && receiving >>> device != 0; device++) {
            if ((receiving & 1L << device) != 0 && array.holds(poolRow, device)) {
                ByteBuffer data = ByteBuffer.allocate(row.capacity());
                array.readHeldBy(device, poolRow, 1, data);
                data.put(0, row, 0, sound);
                RebuildTarget target = new RebuildTarget(members, device, members.rebuildNumber(device));
                BlockArray.of(layout, target, new LongAdder()).writeHeldBy(device, poolRow, 1, data, new BitSet());
            }
        }
    }

    /** Reads blocks until one is lost; what follows it stays zero. */
    private static int soundBytes(Segment segment, SegmentState state, int at, ByteBuffer row, SegmentReader reader)
            throws IOException {
        int wanted = Math.min(row.capacity(), state.lengthBytes() - at);
        for (int done = 0; done < wanted; done += BLOCK) {
            ByteBuffer block = row.slice(done, Math.min(BLOCK, wanted - done));
            try {
                reader.readChecked(segment, state, at + done, block);
            } catch (BatonException e) {
                if (e.code() != ErrorCode.DATA_LOST) {
                    throw e;
                }
                for (int i = done; i < row.capacity(); i++) {
                    row.put(i, (byte) 0);
                }
                return done;
            }
        }
        return wanted;
    }

    private static boolean agrees(BlockArray array, long row) {
        try {
            return array.agrees(row);
        } catch (IOException e) {
            // Writing the row anew mends what cannot be read, or takes the device out.
            return false;
        }
    }
}
