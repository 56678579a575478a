package io.batonfs.catalog.tables;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The frame around a request or reply:
 * <pre>
 *  0      4        6       8                  8+n      12+n
 *  | magic | version | type | body (n bytes) ... | CRC32C |
 * </pre>
 * Big-endian; the CRC32C covers everything before it. Corrupt, too new and too old are told apart.
 *
 * @param name    what the frame is called in messages
 * @param magic   first four bytes
 * @param version the only version that this code reads and writes
 */
public record Envelope(String name, int magic, int version) {
    private static final int MAGIC = 0;
    private static final int VERSION = MAGIC + 4;
    private static final int TYPE = VERSION + 2;
    private static final int BODY = TYPE + 2;
    private static final int TRAILER_BYTES = 4;

    /** Frames a body. */
    public byte[] wrap(int type, byte[] body) {
        byte[] framed = Arrays.copyOf(new ByteWriter(BODY).i32(magic).u16(version).u16(type).toBytes(),
                BODY + body.length + TRAILER_BYTES);
        System.arraycopy(body, 0, framed, BODY, body.length);
        ByteBuffer.wrap(framed).putInt(BODY + body.length, crc(framed, BODY + body.length));
        return framed;
    }

    /** The type of a framed body, after all checks. */
    public int type(byte[] framed) throws BatonException {
        check(framed);
        return new ByteReader(framed, TYPE, BODY).u16();
    }

    /** Reads a body whose frame was checked by {@link #type}. */
    public ByteReader body(byte[] framed) {
        return new ByteReader(framed, BODY, framed.length - TRAILER_BYTES);
    }

    private void check(byte[] framed) throws BatonException {
        if (framed.length < BODY + TRAILER_BYTES || new ByteReader(framed, MAGIC, VERSION).i32() != magic) {
            throw new BatonException(ErrorCode.DATA_LOST, "These " + framed.length + " bytes are not a " + name
                    + ": no magic at their start " + Arrays.toString(Arrays.copyOf(framed, Math.min(4, framed.length)))
                    + "; something else was read in its place");
        }
        int stored = new ByteReader(framed, framed.length - TRAILER_BYTES, framed.length).i32();
        int computed = crc(framed, framed.length - TRAILER_BYTES);
        if (stored != computed) {
            throw new BatonException(ErrorCode.DATA_LOST, "A " + name + " of " + framed.length + " bytes is corrupt: CRC32C "
                    + Integer.toHexString(computed) + ", stored " + Integer.toHexString(stored)
                    + "; take it from another replica");
        }
        int found = new ByteReader(framed, VERSION, TYPE).u16();
        if (found > version) {
            throw new BatonException(ErrorCode.UNSUPPORTED, "A " + name + " has version " + found
                    + ", newer than " + version + ", which this server knows; upgrade this server");
        }
        if (found < version) {
            throw new BatonException(ErrorCode.UNSUPPORTED, "A " + name + " has version " + found
                    + ", older than " + version + ", the oldest that this server reads; upgrade in smaller steps");
        }
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
