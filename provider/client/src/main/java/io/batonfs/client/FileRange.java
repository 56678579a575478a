package io.batonfs.client;

import java.nio.ByteBuffer;

/**
 * Bytes of a file that are wanted, and where to put them.
 *
 * @param path     the file, for messages
 * @param position first byte in the file
 * @param target   filled from position to limit, which themselves never change
 * @param losses   how often these bytes came wrong or were said to be lost
 */
record FileRange(String path, long position, ByteBuffer target, int losses) {

    /** The first bytes of this range. */
    FileRange first(int lengthBytes) {
        return new FileRange(path, position, target.slice(target.position(), lengthBytes), losses);
    }

    /** What is left without the first bytes. */
    FileRange after(int lengthBytes) {
        return new FileRange(path, position + lengthBytes,
                target.slice(target.position() + lengthBytes, target.remaining() - lengthBytes), losses);
    }

    /** The same, after one more loss. */
    FileRange lostOnceMore() {
        return new FileRange(path, position, target, losses + 1);
    }
}
