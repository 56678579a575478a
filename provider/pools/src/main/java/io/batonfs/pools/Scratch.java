package io.batonfs.pools;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** What each thread keeps for itself: buffers, and what computes checksums. Contents don't outlive the method that asks for one. */
final class Scratch {
    /** Most bytes of a wide buffer, unless one row needs more. */
    static final int WIDE_BYTES = 1 << 20;

    private static final ThreadLocal<ByteBuffer> BLOCK =
            ThreadLocal.withInitial(() -> allocate(PoolLayout.BLOCK_BYTES));
    private static final ThreadLocal<ByteBuffer> OTHER =
            ThreadLocal.withInitial(() -> allocate(PoolLayout.BLOCK_BYTES));
    private static final ThreadLocal<ByteBuffer> WIDE =
            ThreadLocal.withInitial(() -> allocate(WIDE_BYTES));

    private static final ThreadLocal<byte[][]> STRIPS = ThreadLocal.withInitial(() -> new byte[0][]);

    private static final ThreadLocal<CRC32C> CRC = ThreadLocal.withInitial(CRC32C::new);

    private Scratch() {
    }

    /** One block: what the reader of a segment needs. */
    static ByteBuffer block() {
        return BLOCK.get().clear();
    }

    /** Another one: what an array needs to rebuild a block. */
    static ByteBuffer otherBlock() {
        return OTHER.get().clear();
    }

    /** Computes checksums; to be reset first. */
    static CRC32C crc() {
        return CRC.get();
    }

    /** At least so many bytes. */
    static ByteBuffer wide(int bytes) {
        ByteBuffer buffer = WIDE.get();
        if (buffer.capacity() < bytes) {
            buffer = allocate(bytes);
            WIDE.set(buffer);
        }
        return buffer.clear();
    }

    /**
     * A direct buffer of whole blocks that begins with a page of memory. The JVM's own begin 16 bytes after a round
     * address, and some processors copy from the page cache to there at half the rate or less.
     */
    static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes + PoolLayout.BLOCK_BYTES).alignedSlice(PoolLayout.BLOCK_BYTES)
                .slice(0, bytes);
    }

    /** At least so many arrays of one block each, on which parities are computed. */
    static byte[][] strips(int count) {
        byte[][] strips = STRIPS.get();
        if (strips.length < count) {
            strips = new byte[count][PoolLayout.BLOCK_BYTES];
            STRIPS.set(strips);
        }
        return strips;
    }
}
