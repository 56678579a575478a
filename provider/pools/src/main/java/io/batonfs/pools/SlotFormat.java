package io.batonfs.pools;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.VolumeId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A segment slot, 256 bytes, big-endian; {@value #SLOTS_PER_PAGE} of them are a metadata page's payload, which carries
 * magic, version and checksum for them.
 * <pre>
 *   0  kind: 0 free, 1 segment, 2 more runs of a segment (1)     1  flags: 1 sealed, 2 packed, 4 container (1)
 *   2  runs in this slot (2)      4  generation (4)
 *   8  group id (16)             24  volume id (8)        32  page (8)     40  extent id (8)
 *  48  write epoch (8)           56  length, bytes (4)    60  CRC32C of the last block, if not whole (4)
 *  64  next slot with runs of this segment, plus 1; 0 if none (4)
 *  68  if packed: container's segment id (8)             76  first block in the container (4)
 *  80  runs: first row (8), rows (4); at most 14
 * </pre>
 * The generation is that of the last segment that the slot itself had, also where it is free or has another one's runs, so
 * that the id of a freed segment never names another one.
 */
final class SlotFormat {
    static final int BYTES = 256;
    static final int SLOTS_PER_PAGE = MetadataPageFormat.PAYLOAD_BYTES / BYTES;
    static final int RUNS_PER_SLOT = 14;

    static final byte KIND_FREE = 0;
    static final byte KIND_SEGMENT = 1;
    static final byte KIND_OVERFLOW = 2;

    private static final int FLAGS_AT = 1;
    private static final int RUN_COUNT_AT = 2;
    private static final int GENERATION_AT = 4;
    private static final int GROUP_AT = 8;
    private static final int VOLUME_AT = 24;
    private static final int PAGE_AT = 32;
    private static final int EXTENT_AT = 40;
    private static final int EPOCH_AT = 48;
    private static final int LENGTH_AT = 56;
    private static final int LAST_CRC_AT = 60;
    private static final int NEXT_AT = 64;
    private static final int CONTAINER_AT = 68;
    private static final int FIRST_BLOCK_AT = 76;
    private static final int SEALED = 1;
    private static final int PACKED = 2;
    private static final int CONTAINER = 4;
    private static final int RUNS_AT = 80;
    private static final int RUN_BYTES = 12;

    private SlotFormat() {
    }

    /** How many slots beside its own a segment with so many runs needs. */
    static int overflowSlots(int runs) {
        return runs <= RUNS_PER_SLOT ? 0 : (runs - 1) / RUNS_PER_SLOT;
    }

    static void encodeFree(ByteBuffer to, int at, int generation) {
        to.put(at, KIND_FREE).putInt(at + GENERATION_AT, generation);
    }

    static void encodeSegment(ByteBuffer to, int at, Segment segment) {
        SegmentState state = segment.state();
        SegmentIdentity identity = segment.identity();
        to.put(at, KIND_SEGMENT).put(at + FLAGS_AT, flags(segment));
        to.putInt(at + GENERATION_AT, segment.generation());
        UUID group = identity.group().value();
        to.putLong(at + GROUP_AT, group.getMostSignificantBits());
        to.putLong(at + GROUP_AT + 8, group.getLeastSignificantBits());
        to.putLong(at + VOLUME_AT, identity.volume().value()).putLong(at + PAGE_AT, identity.page());
        to.putLong(at + EXTENT_AT, identity.extent().value()).putLong(at + EPOCH_AT, state.epoch().value());
        to.putInt(at + LENGTH_AT, state.lengthBytes()).putInt(at + LAST_CRC_AT, state.lastBlockCrc());
        if (state.packed() != null) {
            to.putLong(at + CONTAINER_AT, state.packed().container().id().number());
            to.putInt(at + FIRST_BLOCK_AT, state.packed().firstBlock());
        }
        encodeRuns(to, at, state, 0);
    }

    private static byte flags(Segment segment) {
        return (byte) ((segment.state().sealed() ? SEALED : 0) | (segment.state().packed() != null ? PACKED : 0)
                | (segment.isContainer() ? CONTAINER : 0));
    }

    static boolean isPacked(ByteBuffer from, int at) {
        return (from.get(at + FLAGS_AT) & PACKED) != 0;
    }

    static boolean isContainer(ByteBuffer from, int at) {
        return (from.get(at + FLAGS_AT) & CONTAINER) != 0;
    }

    /** The container of one that is packed. */
    static SegmentId container(ByteBuffer from, int at) {
        return new SegmentId(from.getLong(at + CONTAINER_AT));
    }

    /** Its first block there. */
    static int firstBlock(ByteBuffer from, int at) {
        return from.getInt(at + FIRST_BLOCK_AT);
    }

    /**
     * @param generation the slot's own, not its owner's
     * @param ordinal    the slot's place among the segment's overflow slots, from 0
     */
    static void encodeOverflow(ByteBuffer to, int at, int generation, Segment owner, int ordinal) {
        to.put(at, KIND_OVERFLOW).putInt(at + GENERATION_AT, generation);
        encodeRuns(to, at, owner.state(), ordinal + 1);
    }

    static byte kind(ByteBuffer from, int at) {
        return from.get(at);
    }

    static int generation(ByteBuffer from, int at) {
        return from.getInt(at + GENERATION_AT);
    }

    /** The next slot with runs, or -1. */
    static int next(ByteBuffer from, int at) {
        return from.getInt(at + NEXT_AT) - 1;
    }

    static List<Run> runs(ByteBuffer from, int at) {
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < from.getShort(at + RUN_COUNT_AT); i++) {
            int runAt = at + RUNS_AT + i * RUN_BYTES;
            runs.add(new Run(from.getLong(runAt), from.getInt(runAt + 8)));
        }
        return runs;
    }

    static SegmentIdentity identity(ByteBuffer from, int at) {
        return new SegmentIdentity(new GroupId(new UUID(from.getLong(at + GROUP_AT), from.getLong(at + GROUP_AT + 8))),
                new VolumeId(from.getLong(at + VOLUME_AT)), from.getLong(at + PAGE_AT),
                new ExtentId(from.getLong(at + EXTENT_AT)));
    }

    /** The segment's state, with runs that the caller has gathered; where it is packed is not in it. */
    static SegmentState state(ByteBuffer from, int at, List<Run> runs, List<Integer> overflowSlots) {
        return new SegmentState(new Epoch(from.getLong(at + EPOCH_AT)), from.getInt(at + LENGTH_AT),
                from.getInt(at + LAST_CRC_AT), (from.get(at + FLAGS_AT) & SEALED) != 0, new RunList(runs), overflowSlots);
    }

    private static void encodeRuns(ByteBuffer to, int at, SegmentState state, int part) {
        List<Run> runs = state.runs().runs();
        int from = Math.min(runs.size(), part * RUNS_PER_SLOT);
        int until = Math.min(runs.size(), from + RUNS_PER_SLOT);
        to.putShort(at + RUN_COUNT_AT, (short) (until - from));
        to.putInt(at + NEXT_AT, part < state.overflowSlots().size() ? state.overflowSlots().get(part) + 1 : 0);
        for (int i = from; i < until; i++) {
            int runAt = at + RUNS_AT + (i - from) * RUN_BYTES;
            to.putLong(runAt, runs.get(i).start()).putInt(runAt + 8, runs.get(i).rows());
        }
    }
}
