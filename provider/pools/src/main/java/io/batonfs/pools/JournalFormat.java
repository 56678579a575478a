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
 * A journal record, big-endian.
 * <pre>
 *   0  magic "BJ" (2)        2  version (1)          3  type (1)
 *   4  body length (4)       8  sequence (8)        16  checkpoint after which the journal began (8)
 *  24  reserved (4)         28  CRC32C of header and body with this field zero (4)
 *  32  body:
 *      1 created:      segment id (8), group (16), volume (8), page (8), extent (8), epoch (8)
 *      2 appended:     segment id (8), offset (4), length (4), runs or -1 (2), overflow slots (2), block CRCs (4),
 *                      head bytes (4), tail bytes (4); runs: first row (8), rows (4); overflow slots (4 each);
 *                      block CRCs (4 each); head; tail
 *      3 sealed:       segment id (8), length (4), last block CRC (4)
 *      4 epoch raised: segment id (8), epoch (8)
 *      5 freed:        segment id (8)
 *      6 synced:       sequence (8)
 *      version 2 only:
 *      7 container:    segment id (8)
 *      8 packed:       container's segment id (8), segments (4); segment id (8), first block in the container (4) of each
 * </pre>
 * Records follow one another from the journal's beginning, with numbers that rise by one; after a force the next record
 * begins at a multiple of 512, so that writing it cannot tear a sector that was promised.
 */
final class JournalFormat {
    /** Of records that older software must not pass over. */
    static final int VERSION = 2;
    private static final int OLDEST_VERSION = 1;
    static final int HEADER_BYTES = 32;
    static final int SECTOR_BYTES = 512;

    private static final short MAGIC = 0x424A;
    private static final int VERSION_AT = 2;
    private static final int TYPE_AT = 3;
    private static final int BODY_LENGTH_AT = 4;
    private static final int SEQUENCE_AT = 8;
    private static final int CHECKPOINT_AT = 16;
    private static final int CRC_AT = 28;

    private static final byte CREATED = 1;
    private static final byte APPENDED = 2;
    private static final byte SEALED = 3;
    private static final byte EPOCH_RAISED = 4;
    private static final byte FREED = 5;
    private static final byte SYNCED = 6;
    private static final byte CONTAINER_CREATED = 7;
    private static final byte PACKED = 8;

    private JournalFormat() {
    }

    /** Bytes of a record with its header. */
    static int bytes(JournalRecord record) {
        return HEADER_BYTES + bodyBytes(record);
    }

    /** Writes a record at the buffer's position. */
    static void encode(JournalRecord record, long sequence, long checkpoint, ByteBuffer to) {
        int at = to.position();
        to.putShort(MAGIC).put(version(record)).put(type(record)).putInt(bodyBytes(record)).putLong(sequence);
        to.putLong(checkpoint).putInt(0).putInt(0);
        encodeBody(record, to);
        to.putInt(at + CRC_AT, Checksums.crc(to, at, to.position() - at));
    }

    /**
     * Length of the body of the record at the buffer's beginning, or -1 if no record of this sequence and checkpoint
     * begins there.
     */
    static int bodyLength(ByteBuffer header, long sequence, long checkpoint) throws FormatException {
        if (header.getShort(0) != MAGIC || header.getLong(SEQUENCE_AT) != sequence
                || header.getLong(CHECKPOINT_AT) != checkpoint) {
            return -1;
        }
        return header.getInt(BODY_LENGTH_AT);
    }

    /**
     * Decodes a whole record at the buffer's beginning, or null if its checksum does not agree.
     *
     * @throws FormatException if another version wrote it
     */
    static JournalRecord decode(ByteBuffer from) throws FormatException {
        int crc = from.getInt(CRC_AT);
        from.putInt(CRC_AT, 0);
        if (crc != Checksums.crc(from, 0, HEADER_BYTES + from.getInt(BODY_LENGTH_AT))) {
            return null;
        }
        FormatException.checkVersion("a journal record", from.get(VERSION_AT), OLDEST_VERSION, VERSION);
        ByteBuffer body = from.slice(HEADER_BYTES, from.getInt(BODY_LENGTH_AT));
        byte type = from.get(TYPE_AT);
        if (type == SYNCED) {
            return new JournalRecord.Synced(body.getLong());
        }
        SegmentId id = new SegmentId(body.getLong());
        switch (type) {
            case CREATED:
                return new JournalRecord.Created(id, new SegmentIdentity(
                        new GroupId(new UUID(body.getLong(), body.getLong())), new VolumeId(body.getLong()),
                        body.getLong(), new ExtentId(body.getLong())), new Epoch(body.getLong()));
            case APPENDED:
                return decodeAppended(id, body);
            case SEALED:
                return new JournalRecord.Sealed(id, body.getInt(), body.getInt());
            case EPOCH_RAISED:
                return new JournalRecord.EpochRaised(id, new Epoch(body.getLong()));
            case FREED:
                return new JournalRecord.Freed(id);
            case CONTAINER_CREATED:
                return new JournalRecord.ContainerCreated(id);
            case PACKED:
                return decodePacked(id, body);
            default:
                throw new FormatException(FormatException.Kind.DAMAGED, "a journal record has unknown type " + type);
        }
    }

    private static byte version(JournalRecord record) {
        return (byte) (record instanceof JournalRecord.ContainerCreated || record instanceof JournalRecord.Packed
                ? VERSION : OLDEST_VERSION);
    }

    private static JournalRecord decodePacked(SegmentId container, ByteBuffer body) {
        List<SegmentId> segments = new ArrayList<>();
        List<Integer> firstBlocks = new ArrayList<>();
        int count = body.getInt();
        for (int i = 0; i < count; i++) {
            segments.add(new SegmentId(body.getLong()));
            firstBlocks.add(body.getInt());
        }
        return new JournalRecord.Packed(container, segments, firstBlocks);
    }

    private static byte type(JournalRecord record) {
        if (record instanceof JournalRecord.Created) {
            return CREATED;
        } else if (record instanceof JournalRecord.Appended) {
            return APPENDED;
        } else if (record instanceof JournalRecord.Sealed) {
            return SEALED;
        } else if (record instanceof JournalRecord.EpochRaised) {
            return EPOCH_RAISED;
        } else if (record instanceof JournalRecord.Freed) {
            return FREED;
        } else if (record instanceof JournalRecord.ContainerCreated) {
            return CONTAINER_CREATED;
        } else if (record instanceof JournalRecord.Packed) {
            return PACKED;
        }
        return SYNCED;
    }

    private static int bodyBytes(JournalRecord record) {
        if (record instanceof JournalRecord.Created) {
            return 56;
        } else if (record instanceof JournalRecord.Appended appended) {
            int runs = appended.runs() == null ? 0 : appended.runs().size();
            return 32 + runs * 12 + appended.overflowSlots().size() * 4 + appended.blockCrcs().length * 4
                    + appended.head().remaining() + appended.tail().remaining();
        } else if (record instanceof JournalRecord.Sealed || record instanceof JournalRecord.EpochRaised) {
            return 16;
        } else if (record instanceof JournalRecord.Packed packed) {
            return 12 + 12 * packed.segments().size();
        }
        return 8;
    }

    private static void encodeBody(JournalRecord record, ByteBuffer to) {
        if (record instanceof JournalRecord.Created created) {
            UUID group = created.identity().group().value();
            to.putLong(created.id().number());
            to.putLong(group.getMostSignificantBits()).putLong(group.getLeastSignificantBits());
            to.putLong(created.identity().volume().value()).putLong(created.identity().page());
            to.putLong(created.identity().extent().value()).putLong(created.epoch().value());
        } else if (record instanceof JournalRecord.Appended appended) {
            encodeAppended(appended, to);
        } else if (record instanceof JournalRecord.Sealed sealed) {
            to.putLong(sealed.id().number()).putInt(sealed.lengthBytes()).putInt(sealed.lastBlockCrc());
        } else if (record instanceof JournalRecord.EpochRaised raised) {
            to.putLong(raised.id().number()).putLong(raised.epoch().value());
        } else if (record instanceof JournalRecord.Freed freed) {
            to.putLong(freed.id().number());
        } else if (record instanceof JournalRecord.ContainerCreated created) {
            to.putLong(created.id().number());
        } else if (record instanceof JournalRecord.Packed packed) {
            to.putLong(packed.container().number()).putInt(packed.segments().size());
            for (int i = 0; i < packed.segments().size(); i++) {
                to.putLong(packed.segments().get(i).number()).putInt(packed.firstBlocks().get(i));
            }
        } else if (record instanceof JournalRecord.Synced synced) {
            to.putLong(synced.sequence());
        }
    }

    private static void encodeAppended(JournalRecord.Appended record, ByteBuffer to) {
        to.putLong(record.id().number()).putInt(record.offset()).putInt(record.lengthBytes());
        to.putShort((short) (record.runs() == null ? -1 : record.runs().size()));
        to.putShort((short) record.overflowSlots().size()).putInt(record.blockCrcs().length);
        to.putInt(record.head().remaining()).putInt(record.tail().remaining());
        if (record.runs() != null) {
            for (Run run : record.runs()) {
                to.putLong(run.start()).putInt(run.rows());
            }
        }
        for (int slot : record.overflowSlots()) {
            to.putInt(slot);
        }
        for (int crc : record.blockCrcs()) {
            to.putInt(crc);
        }
        to.put(record.head().duplicate()).put(record.tail().duplicate());
    }

    private static JournalRecord decodeAppended(SegmentId id, ByteBuffer body) {
        int offset = body.getInt();
        int lengthBytes = body.getInt();
        int runCount = body.getShort();
        int slotCount = body.getShort();
        int[] crcs = new int[body.getInt()];
        int headBytes = body.getInt();
        int tailBytes = body.getInt();
        List<Run> runs = runCount < 0 ? null : new ArrayList<>();
        for (int i = 0; i < runCount; i++) {
            runs.add(new Run(body.getLong(), body.getInt()));
        }
        List<Integer> slots = new ArrayList<>();
        for (int i = 0; i < slotCount; i++) {
            slots.add(body.getInt());
        }
        for (int i = 0; i < crcs.length; i++) {
            crcs[i] = body.getInt();
        }
        ByteBuffer head = body.slice(body.position(), headBytes);
        ByteBuffer tail = body.slice(body.position() + headBytes, tailBytes);
        return new JournalRecord.Appended(id, offset, lengthBytes, runs, slots, crcs, head, tail);
    }
}
