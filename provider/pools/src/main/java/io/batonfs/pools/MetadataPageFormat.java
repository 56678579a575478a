package io.batonfs.pools;

import java.nio.ByteBuffer;

/**
 * A metadata page, 4096 bytes, big-endian. It carries its own number, so that a misdirected write shows.
 * <pre>
 *   0  magic "BMPG" (4)     4  version (2)     6  kind: 1 slots, 2 checksums (2)
 *   8  page number (4)     12  reserved (4)   16  checkpoint that wrote it (8)
 *  24  reserved (4)        28  CRC32C of the page with this field zero (4)
 *  32  payload (4064)
 * </pre>
 */
final class MetadataPageFormat {
    static final int BYTES = PoolLayout.BLOCK_BYTES;
    static final int VERSION = 1;
    static final short KIND_SLOTS = 1;
    static final short KIND_CHECKSUMS = 2;
    static final int PAYLOAD_AT = 32;
    static final int PAYLOAD_BYTES = BYTES - PAYLOAD_AT;

    private static final int MAGIC = 0x424D5047;
    private static final int VERSION_AT = 4;
    private static final int KIND_AT = 6;
    private static final int PAGE_AT = 8;
    private static final int CHECKPOINT_AT = 16;
    private static final int CRC_AT = 28;

    private MetadataPageFormat() {
    }

    /** Completes a page whose payload is in place, in a buffer of its own from offset 0. */
    static void seal(ByteBuffer page, short kind, int number, long checkpoint) {
        page.putInt(0, MAGIC).putShort(VERSION_AT, (short) VERSION).putShort(KIND_AT, kind);
        page.putInt(PAGE_AT, number).putLong(CHECKPOINT_AT, checkpoint).putInt(CRC_AT, 0);
        page.putInt(CRC_AT, Checksums.crc(page, 0, BYTES));
    }

    /** The checkpoint that wrote a page which was checked. */
    static long checkpoint(ByteBuffer page) {
        return page.getLong(CHECKPOINT_AT);
    }

    /** What a page says, whichever checkpoint wrote it. */
    static ByteBuffer payload(ByteBuffer page) {
        return page.slice(PAYLOAD_AT, PAYLOAD_BYTES);
    }

    /** Whether a page, which may be damaged, calls itself one of this kind and number. */
    static boolean isAddressed(ByteBuffer page, short kind, int number) {
        return page.getInt(0) == MAGIC && page.getShort(KIND_AT) == kind && page.getInt(PAGE_AT) == number;
    }

    /** Checks a page that was read into a buffer of its own. */
    static void check(ByteBuffer page, short kind, int number) throws FormatException {
        String what = "metadata page " + number;
        if (page.getInt(0) != MAGIC) {
            throw new FormatException(FormatException.Kind.ABSENT, what + " is missing");
        }
        int crc = page.getInt(CRC_AT);
        page.putInt(CRC_AT, 0);
        int computed = Checksums.crc(page, 0, BYTES);
        page.putInt(CRC_AT, crc);
        if (crc != computed) {
            throw new FormatException(FormatException.Kind.DAMAGED, what + " is damaged");
        }
        FormatException.checkVersion(what, page.getShort(VERSION_AT), VERSION);
        if (page.getShort(KIND_AT) != kind || page.getInt(PAGE_AT) != number) {
            throw new FormatException(FormatException.Kind.DAMAGED, "in place of " + what + " is page "
                    + page.getInt(PAGE_AT));
        }
    }
}
