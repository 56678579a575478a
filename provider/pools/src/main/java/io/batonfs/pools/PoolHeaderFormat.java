package io.batonfs.pools;

import java.nio.ByteBuffer;

/**
 * The header of a pool, 4096 bytes, big-endian, written at the end of each checkpoint to the copy (A or B) whose number
 * is the checkpoint's modulo 2. It is of version 2 if the pool has packed segments, which older software must not open: it
 * would take their rows for free ones. Once all devices in use have it durably it is written to the other copy as well, which
 * says that they have ({@link OldCopies}).
 * <pre>
 *    0  magic "BATONPHD" (8)     8  version (4)    12  reserved (4)
 *   16  checkpoint (8)          24  number of the last journal record before it (8)
 *   32  slot pages ever written (4)                    36  checksum pages ever written (4)
 *   40  from which checkpoint on every device has headers, not only those with metadata (8); 0 if older software wrote it
 * 4092  CRC32C of bytes 0 to 4091 (4)
 * </pre>
 */
final class PoolHeaderFormat {
    static final int BYTES = PoolLayout.BLOCK_BYTES;
    /** Of a pool with packed segments. */
    static final int VERSION = 2;
    static final int OLDEST_VERSION = 1;

    private static final long MAGIC = 0x4241544F4E504844L;
    private static final int VERSION_AT = 8;
    private static final int CHECKPOINT_AT = 16;
    private static final int SEQUENCE_AT = 24;
    private static final int SLOT_PAGES_AT = 32;
    private static final int CHECKSUM_PAGES_AT = 36;
    private static final int EVERYWHERE_AT = 40;
    private static final int CRC_AT = BYTES - 4;

    /**
     * @param checkpoint    number of the checkpoint, from 1
     * @param sequence      last journal record that it includes
     * @param slotPages     slot pages from the first on that were ever written; the others are empty
     * @param checksumPages checksum pages from the first on that were ever written
     * @param packed        whether there are containers in the pool
     * @param everywhere    the first checkpoint since which all devices in use have had each header; 0 if only those with
     *                      metadata have this one
     */
    record Header(long checkpoint, long sequence, int slotPages, int checksumPages, boolean packed, long everywhere) {
        Header(long checkpoint, long sequence, int slotPages, int checksumPages) {
            this(checkpoint, sequence, slotPages, checksumPages, false, 0);
        }

        /** The same, of a checkpoint whose header all devices get, as they did those before from one on; 0 if that was none. */
        Header everywhereSince(long former) {
            return new Header(checkpoint, sequence, slotPages, checksumPages, packed, former == 0 ? checkpoint : former);
        }

        /** The version of what speaks of it. */
        int version() {
            return packed ? VERSION : OLDEST_VERSION;
        }
    }

    private PoolHeaderFormat() {
    }

    static ByteBuffer encode(Header header) {
        ByteBuffer to = ByteBuffer.allocate(BYTES);
        to.putLong(0, MAGIC).putInt(VERSION_AT, header.version()).putLong(CHECKPOINT_AT, header.checkpoint());
        to.putLong(SEQUENCE_AT, header.sequence()).putInt(SLOT_PAGES_AT, header.slotPages());
        to.putInt(CHECKSUM_PAGES_AT, header.checksumPages()).putLong(EVERYWHERE_AT, header.everywhere());
        to.putInt(CRC_AT, Checksums.crc(to, 0, CRC_AT));
        return to;
    }

    static Header decode(ByteBuffer from, String what) throws FormatException {
        if (from.getLong(0) != MAGIC) {
            throw new FormatException(FormatException.Kind.ABSENT, what + " is missing");
        }
        if (from.getInt(CRC_AT) != Checksums.crc(from, 0, CRC_AT)) {
            throw new FormatException(FormatException.Kind.DAMAGED, what + " is damaged");
        }
        FormatException.checkVersion(what, from.getInt(VERSION_AT), OLDEST_VERSION, VERSION);
        return new Header(from.getLong(CHECKPOINT_AT), from.getLong(SEQUENCE_AT), from.getInt(SLOT_PAGES_AT),
                from.getInt(CHECKSUM_PAGES_AT), from.getInt(VERSION_AT) == VERSION, from.getLong(EVERYWHERE_AT));
    }
}
