package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
        assertTrue(new SendBuffer(pool, CHUNK).append(ByteBuffer.allocate(CHUNK)), "what is given back is used");
    }

    @Test
    void allConnectionsTogetherHaveOneBudget() {
        chunksThatThereAre = 100;
        SendBuffer.Pool pool = new SendBuffer.Pool(2L * CHUNK, this::memory);
        assertTrue(new SendBuffer(pool, 8L * CHUNK).append(ByteBuffer.allocate(CHUNK + 1)));
        assertFalse(new SendBuffer(pool, 8L * CHUNK).append(ByteBuffer.allocate(1)));
    }

    /** What stays where it is counts as if it had been copied, so that it can be, and keeps its place among the rest. */
    @Test
    void whatIsHeldKeepsItsPlaceAndHasItsCopysRoom() {
        chunksThatThereAre = 100;
        SendBuffer.Pool pool = new SendBuffer.Pool(4L * CHUNK, this::memory);
        SendBuffer buffer = new SendBuffer(pool, 8L * CHUNK);
        List<String> released = new ArrayList<>();
        assertTrue(buffer.append(bytes(1, 10)));
        assertTrue(buffer.appendHeld(List.of(bytes(2, CHUNK), bytes(3, 0), bytes(3, 5)), held("a", released)));
        assertEquals(3, pool.inUse());
        assertFalse(buffer.appendHeld(List.of(bytes(9, CHUNK + 1)), held("too much", released)));
        assertTrue(buffer.append(bytes(4, 20)));
        assertFalse(new SendBuffer(pool, CHUNK).append(bytes(9, 1)), "the copy's room is nobody else's");
        SendBuffer.Held first = buffer.firstHeld();

        assertTrue(buffer.copyHeld(first));
        assertEquals(List.of("a"), released);
        assertNull(buffer.firstHeld());
        assertEquals(CHUNK + 35, buffer.bytes());
        ByteBuffer all = ByteBuffer.allocate(CHUNK + 35);
        buffer.moveTo(all, CHUNK + 35);
        byte[] wanted = new byte[CHUNK + 35];
        Arrays.fill(wanted, 0, 10, (byte) 1);
        Arrays.fill(wanted, 10, CHUNK + 10, (byte) 2);
        Arrays.fill(wanted, CHUNK + 10, CHUNK + 15, (byte) 3);
        Arrays.fill(wanted, CHUNK + 15, CHUNK + 35, (byte) 4);
        assertArrayEquals(wanted, all.array());
        assertEquals(0, pool.inUse());
        assertEquals(List.of("a"), released);
    }

    @Test
    void whatIsHeldIsReleasedOnceHoweverItEnds() {
        SendBuffer.Pool pool = new SendBuffer.Pool(8L * CHUNK, this::memory);
        SendBuffer buffer = new SendBuffer(pool, 8L * CHUNK);
        List<String> released = new ArrayList<>();
        assertTrue(buffer.appendHeld(List.of(bytes(1, 3 * CHUNK)), held("a", released)));
        assertTrue(buffer.appendHeld(List.of(bytes(2, CHUNK)), held("b", released)));
        assertFalse(buffer.copyHeld(null), "there is memory for two chunks only");
        buffer.clear();
        assertEquals(List.of("a", "b"), released);
        assertEquals(0, pool.inUse());

        assertTrue(buffer.appendHeld(List.of(bytes(3, CHUNK)), held("c", released)));
        List<ByteBuffer> views = new ArrayList<>();
        buffer.addTo(views);
        views.get(0).position(CHUNK - 1);
        buffer.written();
        assertEquals(1, buffer.bytes());
        assertEquals(List.of("a", "b"), released);
        views.get(0).position(CHUNK);
        buffer.written();
        assertEquals(List.of("a", "b", "c"), released);
        assertTrue(buffer.isEmpty());
        assertEquals(0, pool.inUse());
    }

    private static ByteBuffer bytes(int content, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        Arrays.fill(bytes.array(), (byte) content);
        return bytes;
    }

    private static SendBuffer.Held held(String name, List<String> released) {
        return () -> released.add(name);
    }
}
