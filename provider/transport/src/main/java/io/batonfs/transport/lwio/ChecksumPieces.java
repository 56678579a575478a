package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;

/**
 * How checksums travel on a checksummed Fid (LW-17). The file bytes of a request are cut where their addresses cross
 * multiples of 4096; behind them stands one CRC32C (u32, little-endian) for each piece, in order. A request's Length
 * counts the file bytes only; the limits of RDMA windows and receive buffers count both.
 */
public final class ChecksumPieces {
    /** The block whose boundaries cut. */
    public static final int BLOCK_BYTES = 4096;
    /** Bytes of one checksum. */
    public static final int CRC_BYTES = 4;

    private ChecksumPieces() {
    }

    /** How many pieces a range has; 0 for an empty one. */
    public static int count(long address, int lengthBytes) {
        if (lengthBytes == 0) {
            return 0;
        }
        return (int) ((address + lengthBytes - 1) / BLOCK_BYTES - address / BLOCK_BYTES) + 1;
    }

    /** The most pieces that a range of that length can have, wherever it begins. */
    public static int maxCount(int lengthBytes) {
        return lengthBytes == 0 ? 0 : (int) ((lengthBytes + (BLOCK_BYTES - 2L)) / BLOCK_BYTES) + 1;
    }

    /** Bytes of data and checksums together, wherever the range begins. */
    static int maxBytes(int lengthBytes) {
        return Math.addExact(lengthBytes, maxCount(lengthBytes) * CRC_BYTES);
    }

    /** The most file bytes that fit into a limit together with their checksums, wherever they begin. */
    static int maxData(int limitBytes) {
        int data = Math.max(0, (int) ((long) limitBytes * BLOCK_BYTES / (BLOCK_BYTES + CRC_BYTES)));
        while (data > 0 && (long) data + (long) maxCount(data) * CRC_BYTES > limitBytes) {
            data--;
        }
        return data;
    }

    static void put(int[] crcs, int count, ByteBuffer buffer, int at) {
        for (int i = 0; i < count; i++) {
            buffer.putInt(at + i * CRC_BYTES, crcs[i]);
        }
    }

    static void get(ByteBuffer buffer, int at, int[] crcs, int count) {
        for (int i = 0; i < count; i++) {
            crcs[i] = buffer.getInt(at + i * CRC_BYTES);
        }
    }
}
