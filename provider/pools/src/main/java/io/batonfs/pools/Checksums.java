package io.batonfs.pools;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** CRC32C of parts of buffers, taken at absolute offsets, and how many a range has. Stateless. */
final class Checksums {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    private Checksums() {
    }

    /** Pieces of a range: how many blocks it touches. */
    static int pieces(int offset, int lengthBytes) {
        return lengthBytes == 0 ? 0 : (int) (((long) offset + lengthBytes - 1) / BLOCK - offset / BLOCK + 1);
    }

    /** CRC32C of a range of a buffer. */
    static int crc(ByteBuffer buffer, int offset, int lengthBytes) {
        return crc(new CRC32C(), buffer, offset, lengthBytes);
    }

    /** The same with a caller's calculator, which is reset first. */
    static int crc(Checksum with, ByteBuffer buffer, int offset, int lengthBytes) {
        with.reset();
        int limit = buffer.limit();
        int position = buffer.position();
        buffer.limit(offset + lengthBytes).position(offset);
        with.update(buffer);
        buffer.limit(limit).position(position);
        return (int) with.getValue();
    }
}
