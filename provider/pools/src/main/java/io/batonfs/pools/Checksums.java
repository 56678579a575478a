package io.batonfs.pools;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** CRC32C of parts of buffers, taken at absolute offsets. Stateless. */
final class Checksums {

    private Checksums() {
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
