package io.batonfs.pools;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch: everything that a checkpoint is going to write over bytes that someone relies on, big-endian. Its version is
 * that of the pool's header after it.
 * <pre>
 *   0  magic "BATONBAT" (8)     8  version (4)      12  entries (4)
 *  16  checkpoint (8)          24  last journal record that it includes (8)
 *  32  bytes of all entries (4)                     36  CRC32C of the entries (4)
 *  40  slot pages ever written (4)                  44  checksum pages ever written (4)
 *  48  reserved (12)           60  CRC32C of bytes 0 to 59 (4)
 *  64  entries: kind, 1 page, 2 row (4), length (4), page or row number (8), bytes, filled up to a multiple of 8
 * </pre>
 */
final class BatchFormat {
    static final int HEADER_BYTES = 64;
    static final int KIND_PAGE = 1;
    static final int KIND_ROW = 2;

    private static final long MAGIC = 0x4241544F4E424154L;
    private static final int VERSION_AT = 8;
    private static final int ENTRIES_AT = 12;
    private static final int CHECKPOINT_AT = 16;
    private static final int SEQUENCE_AT = 24;
    private static final int LENGTH_AT = 32;
    private static final int ENTRIES_CRC_AT = 36;
    private static final int SLOT_PAGES_AT = 40;
    private static final int CHECKSUM_PAGES_AT = 44;
    private static final int CRC_AT = 60;
    private static final int ENTRY_HEADER_BYTES = 16;

    /**
     * @param kind   {@link #KIND_PAGE} or {@link #KIND_ROW}
     * @param number of the metadata page or of the pool's row
     * @param bytes  the page, or the row up to its last byte that is not zero filling
     */
    record Entry(int kind, long number, ByteBuffer bytes) {
    }

    private BatchFormat() {
    }

    /** Bytes of an entry. */
    static int entryBytes(int lengthBytes) {
        return ENTRY_HEADER_BYTES + (lengthBytes + 7) / 8 * 8;
    }

    static ByteBuffer encode(PoolHeaderFormat.Header header, List<Entry> entries) {
        int length = entries.stream().mapToInt(entry -> entryBytes(entry.bytes().remaining())).sum();
        ByteBuffer to = ByteBuffer.allocateDirect(HEADER_BYTES + length);
        to.position(HEADER_BYTES);
        for (Entry entry : entries) {
            int end = to.position() + entryBytes(entry.bytes().remaining());
            to.putInt(entry.kind()).putInt(entry.bytes().remaining()).putLong(entry.number());
            to.put(entry.bytes().duplicate()).position(end);
        }
        to.putLong(0, MAGIC).putInt(VERSION_AT, header.version()).putInt(ENTRIES_AT, entries.size());
        to.putLong(CHECKPOINT_AT, header.checkpoint()).putLong(SEQUENCE_AT, header.sequence());
        to.putInt(LENGTH_AT, length).putInt(ENTRIES_CRC_AT, Checksums.crc(to, HEADER_BYTES, length));
        to.putInt(SLOT_PAGES_AT, header.slotPages()).putInt(CHECKSUM_PAGES_AT, header.checksumPages());
        to.putInt(CRC_AT, Checksums.crc(to, 0, CRC_AT));
        return to.flip();
    }

    /** The batch's header, or null if there is no sound one. Since when all devices have headers it does not say. */
    static PoolHeaderFormat.Header decodeHeader(ByteBuffer from) throws FormatException {
        if (from.getLong(0) != MAGIC || from.getInt(CRC_AT) != Checksums.crc(from, 0, CRC_AT)) {
            return null;
        }
        FormatException.checkVersion("a batch", from.getInt(VERSION_AT), PoolHeaderFormat.OLDEST_VERSION,
                PoolHeaderFormat.VERSION);
        return new PoolHeaderFormat.Header(from.getLong(CHECKPOINT_AT), from.getLong(SEQUENCE_AT),
                from.getInt(SLOT_PAGES_AT), from.getInt(CHECKSUM_PAGES_AT),
                from.getInt(VERSION_AT) == PoolHeaderFormat.VERSION, 0);
    }

    /** Bytes of all entries, from a sound header. */
    static int entriesLength(ByteBuffer header) {
        return header.getInt(LENGTH_AT);
    }

    /** The entries, or null if they don't agree with the checksum in the header. */
    static List<Entry> decodeEntries(ByteBuffer header, ByteBuffer from) {
        if (header.getInt(ENTRIES_CRC_AT) != Checksums.crc(from, 0, entriesLength(header))) {
            return null;
        }
        List<Entry> entries = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < header.getInt(ENTRIES_AT); i++) {
            int length = from.getInt(at + 4);
            entries.add(new Entry(from.getInt(at), from.getLong(at + 8), from.slice(at + ENTRY_HEADER_BYTES, length)));
            at += entryBytes(length);
        }
        return entries;
    }
}
