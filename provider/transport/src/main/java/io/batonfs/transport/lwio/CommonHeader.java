package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.nio.ByteBuffer;

/**
 * LWIO_COMMON_HEADER: the first 48 bytes of every message from a client (LW-2). Packed, little-endian.
 *
 * <pre>
 *  0               4       5       6        7
 * +---------------+-------+-------+--------+--------+
 * | Length        |Opcode | Flags |Credits | Marker |   0
 * +-------+-------+-------+-------+--------+--------+
 * | Fid   |Sequence (10)  | Tid (12)                |   8
 * +-------+---------------+-------------------------+
 * | Offset (CREDIT: signed count in the upper half) |  16
 * +-------------------------------------------------+
 * | DataVa                                          |  24
 * +-----------------------+-------------------------+
 * | DataMh, or            | IosMh or                |  32
 * | NumPages, PageSize    | ImmediateCookie (36)    |
 * +-----------------------+-------------------------+
 * | IosVa or Cookie                                 |  40
 * +-------------------------------------------------+
 * </pre>
 *
 * A flyweight: put over a little-endian buffer with {@link #wrap}. Not thread-safe.
 */
final class CommonHeader {
    /** The revision that this class lays out; larger fields need another one beside it. */
    static final int REVISION = 0x1001;

    static final int LENGTH_OFFSET = 0;
    static final int OPCODE_OFFSET = LENGTH_OFFSET + 4;
    static final int FLAGS_OFFSET = OPCODE_OFFSET + 1;
    static final int CREDITS_OFFSET = FLAGS_OFFSET + 1;
    static final int MARKER_OFFSET = CREDITS_OFFSET + 1;
    static final int FID_OFFSET = MARKER_OFFSET + 1;
    static final int SEQUENCE_OFFSET = FID_OFFSET + 2;
    static final int TID_OFFSET = SEQUENCE_OFFSET + 2;
    static final int OFFSET_OFFSET = TID_OFFSET + 4;
    static final int CREDIT_COUNT_OFFSET = OFFSET_OFFSET + 4;
    static final int DATA_VA_OFFSET = OFFSET_OFFSET + 8;
    static final int DATA_MH_OFFSET = DATA_VA_OFFSET + 8;
    static final int NUM_PAGES_OFFSET = DATA_MH_OFFSET;
    static final int PAGE_SIZE_OFFSET = NUM_PAGES_OFFSET + 2;
    static final int IMMEDIATE_COOKIE_OFFSET = DATA_MH_OFFSET + 4;
    static final int COOKIE_OFFSET = IMMEDIATE_COOKIE_OFFSET + 4;
    static final int BYTES = COOKIE_OFFSET + 8;

    static final int FLAG_INTERRUPT = 0x80;
    static final int FLAG_CONTROL = 0x40;
    static final int FLAG_COLLAPSE_IO = 0x20;
    static final int MARKER = 0xFF;
    /** The most pages, or RDMA_REGIONs, that the header can count. */
    static final int MAX_PAGES = 0xFFFF;
    /** The largest pending count that the header can tell. */
    static final int MAX_CREDITS_HINT = 255;

    private static final String NAME = "COMMON_HEADER";

    private ByteBuffer buffer;
    private int at;

    /** Lays this view over 48 bytes of a little-endian buffer. */
    CommonHeader wrap(ByteBuffer bytes, int offset) {
        buffer = bytes;
        at = offset;
        return this;
    }

    /** Sets every field to 0, then those that all messages have. */
    CommonHeader begin(Opcode opcode, int flags, int length, long cookie) {
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            buffer.putLong(at + i, 0);
        }
        buffer.putInt(at + LENGTH_OFFSET, length);
        buffer.put(at + OPCODE_OFFSET, opcode.code());
        buffer.put(at + FLAGS_OFFSET, (byte) flags);
        buffer.put(at + MARKER_OFFSET, opcode.isFileIo() ? (byte) MARKER : 0);
        buffer.putLong(at + COOKIE_OFFSET, cookie);
        return this;
    }

    CommonHeader fid(int fid) {
        buffer.putShort(at + FID_OFFSET, (short) fid);
        return this;
    }

    CommonHeader offset(long offset) {
        buffer.putLong(at + OFFSET_OFFSET, offset);
        return this;
    }

    CommonHeader sequence(int sequence) {
        buffer.putShort(at + SEQUENCE_OFFSET, (short) sequence);
        return this;
    }

    /** The number of pending requests, saturated. */
    CommonHeader creditsHint(int pending) {
        buffer.put(at + CREDITS_OFFSET, (byte) Math.min(pending, MAX_CREDITS_HINT));
        return this;
    }

    CommonHeader data(long address, int handle) {
        buffer.putLong(at + DATA_VA_OFFSET, address);
        buffer.putInt(at + DATA_MH_OFFSET, handle);
        return this;
    }

    /** In vectored requests: RDMA_REGIONs that follow, or pages that a collapsed write spans; and the client's page. */
    CommonHeader pages(int numPages, int pageBytes) {
        buffer.putShort(at + NUM_PAGES_OFFSET, (short) numPages);
        buffer.putShort(at + PAGE_SIZE_OFFSET, (short) pageBytes);
        return this;
    }

    CommonHeader immediateCookie(int immediate) {
        buffer.putInt(at + IMMEDIATE_COOKIE_OFFSET, immediate);
        return this;
    }

    /** Unsigned, as an int: compare with {@link Integer#compareUnsigned} or after a check of the sign. */
    int length() {
        return buffer.getInt(at + LENGTH_OFFSET);
    }

    int opcodeValue() {
        return buffer.get(at + OPCODE_OFFSET) & 0xFF;
    }

    /** The opcode; null if there is none with the value. */
    Opcode opcode() {
        return Opcode.ofCode(opcodeValue());
    }

    int flags() {
        return buffer.get(at + FLAGS_OFFSET) & 0xFF;
    }

    boolean isInterruptMode() {
        return (flags() & FLAG_INTERRUPT) != 0;
    }

    boolean isCollapsed() {
        return (flags() & FLAG_COLLAPSE_IO) != 0;
    }

    int creditsHint() {
        return buffer.get(at + CREDITS_OFFSET) & 0xFF;
    }

    int marker() {
        return buffer.get(at + MARKER_OFFSET) & 0xFF;
    }

    int fid() {
        return buffer.getShort(at + FID_OFFSET) & 0xFFFF;
    }

    int sequence() {
        return buffer.getShort(at + SEQUENCE_OFFSET) & 0xFFFF;
    }

    int tid() {
        return buffer.getInt(at + TID_OFFSET);
    }

    long offset() {
        return buffer.getLong(at + OFFSET_OFFSET);
    }

    /** CREDIT's signed count: unused credits, or -n. */
    int creditCount() {
        return buffer.getInt(at + CREDIT_COUNT_OFFSET);
    }

    long dataVa() {
        return buffer.getLong(at + DATA_VA_OFFSET);
    }

    int dataMh() {
        return buffer.getInt(at + DATA_MH_OFFSET);
    }

    int numPages() {
        return buffer.getShort(at + NUM_PAGES_OFFSET) & 0xFFFF;
    }

    int pageSize() {
        return buffer.getShort(at + PAGE_SIZE_OFFSET) & 0xFFFF;
    }

    int immediateCookie() {
        return buffer.getInt(at + IMMEDIATE_COOKIE_OFFSET);
    }

    long cookie() {
        return buffer.getLong(at + COOKIE_OFFSET);
    }

    /**
     * Checks everything that the rules say about the header alone: opcode, flags, marker, and that every field that the
     * opcode does not use is 0.
     *
     * @return the opcode
     */
    Opcode check() throws LwioException {
        Opcode opcode = opcode();
        if (opcode == null) {
            throw invalid(NAME + ".Opcode " + opcodeValue() + " is unknown");
        }
        checkFlags(opcode);
        expect(NAME, "Marker of " + opcode, marker(), opcode.isFileIo() ? MARKER : 0);
        expect(NAME, "Tid", tid(), 0);
        if (isInterruptMode() && cookie() == 0) {
            throw invalid(NAME + ".Cookie is 0, which marks the server's credit messages");
        }
        if (length() < 0) {
            throw invalid(NAME + ".Length " + Integer.toUnsignedString(length()) + " is over 2 GiB");
        }
        checkUnused(opcode);
        return opcode;
    }

    private void checkFlags(Opcode opcode) throws LwioException {
        int flags = flags();
        boolean fits = switch (opcode) {
            case READ, WRITE, VEC_READ -> flags == 0 || flags == FLAG_INTERRUPT;
            case VEC_WRITE -> (flags & ~(FLAG_INTERRUPT | FLAG_COLLAPSE_IO)) == 0;
            case INTERRUPT -> flags == (FLAG_INTERRUPT | FLAG_CONTROL);
            default -> flags == FLAG_INTERRUPT;
        };
        if (!fits) {
            throw invalid(NAME + ".Flags 0x" + Integer.toHexString(flags) + " do not go with " + opcode);
        }
    }

    private void checkUnused(Opcode opcode) throws LwioException {
        boolean usesFid = opcode.isFileIo() || opcode == Opcode.CLOSE || opcode == Opcode.CANCEL;
        if (!usesFid) {
            expect(NAME, "Fid of " + opcode, fid(), 0);
        }
        if (opcode == Opcode.CREDIT) {
            expect(NAME, "lower half of Offset of CREDIT", (int) offset(), 0);
        } else if (!opcode.isFileIo()) {
            expect(NAME, "Offset of " + opcode, offset(), 0);
        } else if (offset() < 0) {
            throw invalid(NAME + ".Offset " + Long.toUnsignedString(offset()) + " is over 2^63");
        }
        boolean usesData = opcode == Opcode.READ || opcode == Opcode.AUTH;
        if (!usesData) {
            expect(NAME, "DataVa of " + opcode, dataVa(), 0);
        }
        boolean usesPages = opcode == Opcode.VEC_READ || opcode == Opcode.VEC_WRITE;
        if (!usesData && !usesPages) {
            expect(NAME, "DataMh of " + opcode, dataMh(), 0);
        }
        boolean usesImmediate = opcode == Opcode.READ || opcode == Opcode.VEC_READ;
        if (isInterruptMode() && !usesImmediate) {
            expect(NAME, "ImmediateCookie of " + opcode, immediateCookie(), 0);
        }
        if (opcode == Opcode.AUTH) {
            expect(NAME, "Credits of AUTH", creditsHint(), 0);
        }
    }
}
