package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScratchTest {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    /** Processors copy from the page cache to other addresses at half the rate. */
    @Test
    void buffersBeginWithAPage() {
        for (ByteBuffer buffer : List.of(Scratch.block(), Scratch.otherBlock(), Scratch.wide(BLOCK),
                Scratch.wide(3 * Scratch.WIDE_BYTES))) {
            assertEquals(0, buffer.alignmentOffset(0, BLOCK));
            assertEquals(0, buffer.capacity() % BLOCK);
        }
    }
}
