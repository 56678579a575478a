package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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
        SendBuffer.Pool pool = new SendBuffer.Pool(2L * CHUNK, this::memory);
        SendBuffer buffer = new SendBuffer(pool, 8L * CHUNK);
        List<String> released = new ArrayList<>();
        assertTrue(buffer.append(bytes(1, 10)));
        assertTrue(buffer.appendHeld(List.of(bytes(2, CHUNK), bytes(3, 0), bytes(3, 5)), held("a", released)));
        assertEquals(2, pool.inUse());
        assertFalse(buffer.appendHeld(List.of(bytes(9, CHUNK + 1)), held("too much", released)));
        assertTrue(buffer.append(bytes(4, 20)));
        assertFalse(new SendBuffer(pool, CHUNK).append(bytes(9, 1)), "the copy's room is nobody else's");
        SendBuffer.Held first = buffer.firstHeld();

        buffer.copyHeld(first);
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

    /** Many answers that wait must not fill the budget of all connections sooner than copies would. */
    @Test
    void whatIsHeldCountsForNoMoreThanACopyAndForLessAsItGoes() {
        chunksThatThereAre = 100;
        SendBuffer.Pool pool = new SendBuffer.Pool(100L * CHUNK, this::memory);
        SendBuffer buffer = new SendBuffer(pool, 100L * CHUNK);
        List<String> released = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            assertTrue(buffer.append(bytes(i, 32)));
            assertTrue(buffer.appendHeld(List.of(bytes(i, CHUNK + 20)), held("held", released)));
        }
        assertEquals(5, pool.inUse());
        buffer.moveTo(ByteBuffer.allocate(CHUNK), CHUNK);
        assertEquals(4, pool.inUse());
        buffer.moveTo(ByteBuffer.allocate(CHUNK), CHUNK);
        assertEquals(3, pool.inUse());
        assertEquals(1, released.size());
        buffer.clear();
        assertEquals(4, released.size());
        assertEquals(0, pool.inUse());
    }

    /** Who closes his region has to be able to, and what he sent has to go out, whatever others wait with. */
    @Test
    void anotherConnectionDoesNotGetTheRoomOfACopyThatIsBeingMade() {
        SendBuffer.Pool[] pool = new SendBuffer.Pool[1];
        boolean[] steals = new boolean[1];
        pool[0] = new SendBuffer.Pool(4L * CHUNK, n -> {
            if (steals[0]) {
                steals[0] = false;
                new SendBuffer(pool[0], 100L * CHUNK).append(bytes(9, 3 * CHUNK));
            }
            return ByteBuffer.allocate(n);
        });
        SendBuffer buffer = new SendBuffer(pool[0], 100L * CHUNK);
        List<String> released = new ArrayList<>();
        assertTrue(buffer.appendHeld(List.of(bytes(1, 3 * CHUNK)), held("a", released)));
        steals[0] = true;
        buffer.copyHeld(null);
        assertEquals(List.of("a"), released);
        assertAre(buffer, 1, 3 * CHUNK);
    }

    @Test
    void copyingNeedsNoMemoryAndLosesNothing() {
        chunksThatThereAre = 3;
        SendBuffer.Pool pool = new SendBuffer.Pool(100L * CHUNK, this::failingMemory);
        SendBuffer buffer = new SendBuffer(pool, 100L * CHUNK);
        List<String> released = new ArrayList<>();
        assertTrue(buffer.append(bytes(1, 100)));
        assertTrue(buffer.appendHeld(List.of(bytes(1, CHUNK), bytes(1, CHUNK)), held("a", released)));
        chunksThatThereAre = 0;
        buffer.copyHeld(null);
        assertEquals(List.of("a"), released);
        assertAre(buffer, 1, 2 * CHUNK + 100);
        assertEquals(0, pool.inUse());
    }

    /** Also with pieces that have found room before there is none. */
    @Test
    void anErrorWhileSomethingIsHeldLeavesNothingBehind() {
        chunksThatThereAre = 2;
        SendBuffer.Pool pool = new SendBuffer.Pool(100L * CHUNK, this::failingMemory);
        SendBuffer buffer = new SendBuffer(pool, 100L * CHUNK);
        List<String> released = new ArrayList<>();
        assertTrue(buffer.append(bytes(1, 100)));
        assertThrows(StackOverflowError.class,
                () -> buffer.appendHeld(List.of(bytes(2, CHUNK), bytes(2, CHUNK)), held("a", released)));
        assertEquals(1, pool.inUse());
        assertNull(buffer.firstHeld());
        assertTrue(buffer.append(bytes(1, CHUNK)));
        assertAre(buffer, 1, CHUNK + 100);
        assertEquals(0, pool.inUse());
        assertEquals(List.of(), released, "whoever is refused still has it");
    }

    /** Against a plain list of what was added: any mixture, holds that end at any time, and what goes in any portions. */
    @Test
    void anyMixtureGoesOutAsItCameIn() {
        long seed = Long.getLong("tcp.seed", System.nanoTime());
        System.out.println("-Dtcp.seed=" + seed);
        Random random = new Random(seed);
        SendBuffer.Pool pool = new SendBuffer.Pool(20L * CHUNK, ByteBuffer::allocate);
        SendBuffer buffer = new SendBuffer(pool, 100L * CHUNK);
        List<SendBuffer.Held> open = new ArrayList<>();
        long added = 0;
        long taken = 0;
        for (int i = 0; i < 5_000; i++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    int n = 1 + random.nextInt(random.nextBoolean() ? 100 : 2 * CHUNK);
                    if (buffer.bytes() + n < 18 * CHUNK) {
                        assertTrue(buffer.append(numbered(added, n)));
                        added += n;
                    }
                }
                case 1 -> {
                    List<ByteBuffer> views = new ArrayList<>();
                    int n = 0;
                    for (int part = 0; part < 1 + random.nextInt(3); part++) {
                        int length = 1 + random.nextInt(CHUNK);
                        views.add(numbered(added + n, length));
                        n += length;
                    }
                    SendBuffer.Held[] held = new SendBuffer.Held[1];
                    held[0] = () -> {
                        assertTrue(open.remove(held[0]), "released twice");
                        views.forEach(view -> Arrays.fill(view.array(), (byte) -1));
                    };
                    if (buffer.bytes() + n < 18 * CHUNK) {
                        open.add(held[0]);
                        assertTrue(buffer.appendHeld(views, held[0]));
                        added += n;
                    }
                }
                case 2 -> {
                    if (!open.isEmpty() && random.nextBoolean()) {
                        SendBuffer.Held held = open.get(random.nextInt(open.size()));
                        buffer.copyHeld(held);
                        assertFalse(open.contains(held));
                    }
                }
                default -> {
                    // As a socket does that takes some of it.
                    List<ByteBuffer> views = new ArrayList<>();
                    buffer.addTo(views);
                    int room = random.nextInt(4 * CHUNK);
                    for (ByteBuffer view : views) {
                        for (; room > 0 && view.hasRemaining(); room--) {
                            assertEquals((byte) (taken * 31 + (taken >> 9)), view.get());
                            taken++;
                        }
                    }
                    buffer.written();
                }
            }
            assertEquals(added - taken, buffer.bytes());
            assertEquals(open.isEmpty() ? null : open.get(0), buffer.firstHeld());
            assertTrue(pool.inUse() <= buffer.bytes() / CHUNK + 2, pool.inUse() + " chunks for " + buffer.bytes());
        }
        buffer.clear();
        assertEquals(List.of(), open);
        assertEquals(0, pool.inUse());
    }

    private static ByteBuffer numbered(long from, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        for (int i = 0; i < length; i++) {
            bytes.put(i, (byte) ((from + i) * 31 + (from + i >> 9)));
        }
        return bytes;
    }

    private ByteBuffer failingMemory(int bytes) {
        if (chunksThatThereAre-- <= 0) {
            throw new StackOverflowError("thrown by the test");
        }
        return ByteBuffer.allocate(bytes);
    }

    private static void assertAre(SendBuffer buffer, int content, int length) {
        assertEquals(length, buffer.bytes());
        ByteBuffer all = ByteBuffer.allocate(length);
        buffer.moveTo(all, length);
        byte[] wanted = new byte[length];
        Arrays.fill(wanted, (byte) content);
        assertArrayEquals(wanted, all.array());
    }

    @Test
    void whatIsHeldIsReleasedOnceHoweverItEnds() {
        chunksThatThereAre = 4;
        SendBuffer.Pool pool = new SendBuffer.Pool(8L * CHUNK, this::memory);
        SendBuffer buffer = new SendBuffer(pool, 8L * CHUNK);
        List<String> released = new ArrayList<>();
        assertTrue(buffer.appendHeld(List.of(bytes(1, 3 * CHUNK)), held("a", released)));
        assertTrue(buffer.appendHeld(List.of(bytes(2, CHUNK)), held("b", released)));
        assertFalse(buffer.appendHeld(List.of(bytes(2, 1)), held("no memory", released)));
        buffer.copyHeld(buffer.firstHeld());
        assertEquals(List.of("a"), released);
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
