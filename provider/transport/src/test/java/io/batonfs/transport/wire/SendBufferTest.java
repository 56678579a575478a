package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SendBufferTest {
    private static final int CHUNK = SendBuffer.CHUNK_BYTES;
    private int chunksThatThereAre = 2;

    private ByteBuffer memory(int bytes) {
        if (chunksThatThereAre-- == 0) {
            throw new OutOfMemoryError("Cannot reserve direct buffer memory (thrown by the test)");
        }
        return ByteBuffer.allocate(bytes);
    }

    @Test
    void aJvmWithoutDirectMemoryEndsTheConnectionThatWantsItAndNoThread() {
        SendBuffer.Pool pool = new SendBuffer.Pool(8L * CHUNK, this::memory);
        SendBuffer greedy = new SendBuffer(pool, 8L * CHUNK);
        assertFalse(greedy.append(ByteBuffer.allocate(3 * CHUNK)));
        assertEquals(2, pool.inUse());
        greedy.clear();
        assertEquals(0, pool.inUse());
        assertTrue(new SendBuffer(pool, CHUNK).append(ByteBuffer.allocate(CHUNK)), "what is given back serves the next");
    }

    @Test
    void allConnectionsTogetherHaveOneBudget() {
        chunksThatThereAre = 100;
        SendBuffer.Pool pool = new SendBuffer.Pool(2L * CHUNK, this::memory);
        assertTrue(new SendBuffer(pool, 8L * CHUNK).append(ByteBuffer.allocate(CHUNK + 1)));
        assertFalse(new SendBuffer(pool, 8L * CHUNK).append(ByteBuffer.allocate(1)));
    }
}
