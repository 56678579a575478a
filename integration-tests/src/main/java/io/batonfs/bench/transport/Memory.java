package io.batonfs.bench.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory outside the heap. What has pages begins on one: what does not costs up to a third in copies, whoever makes
 * them.
 */
final class Memory {
    private static final int PAGE_BYTES = 4096;

    private Memory() {
    }

    /** So many bytes, zero, little-endian. */
    static ByteBuffer allocate(int bytes) {
        if (bytes < PAGE_BYTES) {
            return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        // What is cut off at either end to come to boundaries is less than a page.
        int room = Math.addExact(bytes, 2 * PAGE_BYTES);
        return ByteBuffer.allocateDirect(room).alignedSlice(PAGE_BYTES).slice(0, bytes)
                .order(ByteOrder.LITTLE_ENDIAN);
    }
}
