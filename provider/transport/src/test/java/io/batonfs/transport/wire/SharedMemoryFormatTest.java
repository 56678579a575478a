package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.WorkRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Handshakes, slots and words as the bytes that both ends see, and what is refused. */
class SharedMemoryFormatTest {
    private static final RingLayout LAYOUT = new RingLayout(32, 4096);

    private static String hex(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.get(bytes.position(), array);
        return HexFormat.of().formatHex(array);
    }

    private static String plain(String... parts) {
        return String.join("", parts).replace(" ", "");
    }

    /** The checksum, computed here from the bytes that the test has written down. */
    private static String sealed(String... parts) {
        byte[] bytes = HexFormat.of().parseHex(plain(parts));
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return HexFormat.of().formatHex(bytes)
                + HexFormat.of().toHexDigits(Integer.reverseBytes((int) crc.getValue()));
    }

    @Test
    void handshakes() {
        String nothing = "00".repeat(40);
        assertEquals(sealed("4241544f4e53484d 0200 0100 0000 0000 00001000", nothing),
                hex(SharedMemoryHello.of(SharedMemoryHello.Kind.HELLO, 1 << 20).encode()));
        String name = "00112233445566778899aabbccddeeff";
        assertEquals(sealed("4241544f4e53484d 0200 0200 0000 0000 00001000 20000000 00100000", name, "00".repeat(16)),
                hex(SharedMemoryHello.accepted(1 << 20, LAYOUT, name).encode()));
        assertEquals(sealed("4241544f4e53484d 0200 0300 0200 0000 01000000", nothing) + "6e6f",
                hex(SharedMemoryHello.rejection("no")));
        assertEquals(sealed("4241544f4e53484d 0200 0400 0000 0000 05000000", nothing),
                hex(SharedMemoryHello.of(SharedMemoryHello.Kind.MAPPED, 5).encode()));
    }

    @Test
    void everyFlippedBitOfAHandshakeIsRefused() {
        for (int bit = 0; bit < SharedMemoryHello.BYTES * 8; bit++) {
            ByteBuffer bytes = SharedMemoryHello.accepted(1 << 20, LAYOUT, "ab".repeat(16)).encode();
            bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));
            assertThrows(RingViolation.class, () -> SharedMemoryHello.decode(bytes), "bit " + bit);
        }
    }

    @Test
    void handshakesOfOthersAreRefusedByName() {
        ByteBuffer newer = SharedMemoryHello.of(SharedMemoryHello.Kind.HELLO, 1).encode();
        newer.put(SharedMemoryHello.VERSION_OFFSET, (byte) 3);
        String message = assertThrows(RingViolation.class, () -> SharedMemoryHello.decode(newer)).getMessage();
        assertTrue(message.contains("version 3") && message.contains("version 2"), message);
        ByteBuffer http = ByteBuffer.wrap("GET / HTTP/1.1\r\n".repeat(4).getBytes(StandardCharsets.US_ASCII));
        message = assertThrows(RingViolation.class, () -> SharedMemoryHello.decode(http)).getMessage();
        assertTrue(message.contains("does not speak"), message);
        String name = "0".repeat(32);
        for (SharedMemoryHello wrong : new SharedMemoryHello[] {
            new SharedMemoryHello(SharedMemoryHello.Kind.HELLO, 0, 0, 0, 0, name),
            new SharedMemoryHello(SharedMemoryHello.Kind.REJECTED, 1025, 1, 0, 0, name),
            new SharedMemoryHello(SharedMemoryHello.Kind.ACCEPTED, 0, 1, 33, 4096, name),
            new SharedMemoryHello(SharedMemoryHello.Kind.ACCEPTED, 0, 1, 32, 4097, name),
            new SharedMemoryHello(SharedMemoryHello.Kind.ACCEPTED, 0, 1, -32, 4096, name),
            new SharedMemoryHello(SharedMemoryHello.Kind.ACCEPTED, 0, 1, 32, Integer.MIN_VALUE, name)}) {
            assertThrows(RingViolation.class, () -> SharedMemoryHello.decode(wrong.encode()), wrong.toString());
        }
    }

    @Test
    void aLongReasonIsCut() throws Exception {
        ByteBuffer bytes = SharedMemoryHello.rejection("x".repeat(5000));
        assertEquals(SharedMemoryHello.BYTES + SharedMemoryHello.MAX_REASON_BYTES, bytes.remaining());
        assertEquals(SharedMemoryHello.MAX_REASON_BYTES, SharedMemoryHello.decode(bytes).reasonBytes());
    }

    @Test
    void placesInTheFile() {
        assertEquals(1024, LAYOUT.said(RingEnd.LISTENING));
        assertEquals(2048, LAYOUT.said(RingEnd.CONNECTING));
        assertEquals(1032, LAYOUT.ending(RingEnd.LISTENING));
        assertEquals(1152, LAYOUT.roomWanted(RingEnd.LISTENING));
        assertEquals(1280, LAYOUT.asleep(RingEnd.LISTENING));
        assertEquals(4096, LAYOUT.slot(RingEnd.LISTENING, 0));
        assertEquals(4096 + 31 * 128, LAYOUT.slot(RingEnd.LISTENING, 63));
        assertEquals(8192, LAYOUT.slot(RingEnd.CONNECTING, 32));
        assertEquals(8192 + 31 * 128, LAYOUT.slot(RingEnd.CONNECTING, -1));
        assertEquals(12288, LAYOUT.area(RingEnd.LISTENING));
        assertEquals(16384, LAYOUT.area(RingEnd.CONNECTING));
        assertEquals(20480, LAYOUT.totalBytes());
        assertTrue(new RingLayout(RingLayout.MAX_SLOTS, RingLayout.MAX_AREA_BYTES).totalBytes() > 0);
    }

    private static RingMemory memory() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(LAYOUT.totalBytes() + 4096);
        return new RingMemory(bytes.alignedSlice(4096).limit(LAYOUT.totalBytes()).slice());
    }

    private static String slot(RingMemory memory, int number, int bytes) {
        int at = LAYOUT.slot(RingEnd.LISTENING, number);
        return hex(memory.view().position(at).limit(at + bytes));
    }

    private static void put(RingProducer producer, WorkRequest request, boolean atOnce) throws RingViolation {
        GatheredBytes bytes = new GatheredBytes();
        bytes.begin(request);
        assertTrue(producer.put(new OutgoingMessage().begin(request, atOnce), bytes));
    }

    @Test
    void slots() throws Exception {
        RingMemory memory = memory();
        RingProducer producer = new RingProducer(memory, LAYOUT, RingEnd.LISTENING);
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3});
        put(producer, new WorkRequest().send(9).inline(bytes, 0, 3), false);
        assertEquals(plain("01000000 01 02 0000 03000000 03000000 010203"), slot(memory, 0, 19));
        put(producer, new WorkRequest().write(9, 0x1122334455667788L, 0xaabbccdd).inline(bytes, 0, 3), true);
        assertEquals(plain("02000000 02 03 0000 03000000 03000000 8877665544332211 ddccbbaa 00000000 010203"),
                slot(memory, 1, 35));
        put(producer, new WorkRequest().writeWithImmediate(9, 1, 2, 0xcafe), false);
        assertEquals(plain("03000000 03 02 0000 00000000 00000000 0100000000000000 02000000 feca0000"),
                slot(memory, 2, 32));
        // 112 bytes fit into the slot of a SEND, and not into that of a write.
        ByteBuffer most = ByteBuffer.allocate(112).put(0, (byte) 7).put(111, (byte) 8);
        put(producer, new WorkRequest().send(9).inline(most, 0, 112), false);
        assertEquals(plain("04000000 01 02 0000 70000000 70000000 07") + "00".repeat(110) + "08",
                slot(memory, 3, 128));
        put(producer, new WorkRequest().write(9, 1, 2).inline(most, 0, 112), false);
        assertEquals(plain("05000000 02 00 0000 70000000 70000000 0100000000000000 02000000 00000000 00000000"),
                slot(memory, 4, 36));
        producer.showDelivered(0x12345);
        put(producer, new WorkRequest().write(9, 1, 2).inline(most, 0, 97), false);
        assertEquals(plain("06000000 02 00 4523 61000000 61000000 0100000000000000 02000000 00000000 80000000"),
                slot(memory, 5, 36));
        int area = LAYOUT.area(RingEnd.LISTENING);
        assertEquals("07", hex(memory.view().position(area + 128).limit(area + 129)));
    }

    private static void assertRefused(String why, String slot) {
        RingMemory memory = memory();
        byte[] bytes = HexFormat.of().parseHex(slot.replace(" ", ""));
        memory.view().put(LAYOUT.slot(RingEnd.CONNECTING, 0), bytes);
        long word = memory.getLong(LAYOUT.slot(RingEnd.CONNECTING, 0));
        String message = assertThrows(RingViolation.class,
                () -> new RingSlot().read(memory, LAYOUT.slot(RingEnd.CONNECTING, 0), word, 4096)).getMessage();
        assertTrue(message.contains(why), message);
    }

    @Test
    void slotsThatMakeNoSenseAreRefused() {
        String target = "0000000000000000 00000000 00000000";
        assertRefused("unknown kind 0", "01000000 00 00 0000 00000000 00000000");
        assertRefused("unknown kind 5", "01000000 05 00 0000 00000000 00000000");
        assertRefused("unknown kind 255", "01000000 ff 00 0000 00000000 00000000");
        assertRefused("unknown flags", "01000000 01 04 0000 00000000 00000000");
        assertRefused("2 bytes of a message of 1", "01000000 01 02 0000 01000000 02000000");
        assertRefused("of a message of 4294967295", "01000000 01 02 0000 ffffffff 02000000");
        assertRefused("bytes of a message", "01000000 01 02 0000 01000000 ffffffff");
        assertRefused("inline", "01000000 01 02 0000 71000000 71000000");
        assertRefused("inline", "01000000 02 02 0000 61000000 61000000 " + target);
        assertRefused("not within", "01000000 02 00 0000 01000000 01000000 " + target + "00100000");
        assertRefused("not within", "01000000 02 00 0000 00200000 01100000 " + target + "00000000");
        assertRefused("not within", "01000000 02 00 0000 01000000 01000000 " + target + "ffffffff");
        assertRefused("not within", "01000000 02 00 0000 ffffff7f ffffff7f " + target + "ffffff7f");
    }

    @Test
    void aSlotIsPublishedByItsNumberAlone() {
        assertTrue(RingSlot.isPublished(RingSlot.word(1, RingSlot.Kind.SEND, 0, 7), 0));
        assertFalse(RingSlot.isPublished(0, 0));
        assertFalse(RingSlot.isPublished(RingSlot.word(1, RingSlot.Kind.SEND, 0, 7), 32));
        assertTrue(RingSlot.isPublished(RingSlot.word(0, RingSlot.Kind.PIECE, 3, 0), -1), "2^32 slots later");
    }

    /** 16 bits tell of all that can be new, and of what is older than what is known. */
    @Test
    void aSlotTellsWhatWasDelivered() {
        for (int known : new int[] {0, 1, 0xfffe, 0xffff, 0x10000, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            for (int news : new int[] {0, 1, RingLayout.MAX_SLOTS, -1, -RingLayout.MAX_SLOTS}) {
                long word = RingSlot.word(5, RingSlot.Kind.SEND, 3, known + news);
                assertEquals(news, RingSlot.deliveredSince(word, known));
                assertTrue(RingSlot.isPublished(word, 4));
            }
        }
    }

    @Test
    void addresses() throws Exception {
        Path base = Path.of("/dev/shm");
        assertEquals(Path.of("/dev/shm/baton-a.B_9-z/socket"), SharedMemoryAddress.parse(base, "a.B_9-z").socket());
        for (String bad : new String[] {"", "a/b", "..\0", "a b", "x".repeat(41), "*", "ä", "a:1"}) {
            String message = assertThrows(IOException.class, () -> SharedMemoryAddress.parse(base, bad)).getMessage();
            assertTrue(message.contains("'" + bad + "'"), message);
        }
        String message = assertThrows(IOException.class,
                () -> SharedMemoryAddress.parse(base.resolve("x".repeat(80)), "server")).getMessage();
        assertTrue(message.contains("107") && message.contains("shorter"), message);
    }

    private static SharedMemoryWireConfig config(int threads, int spin, int slots, int area, int handshake,
            int handshakes, int stalled, int message, long queued, long budget) {
        return config(threads, spin, slots, area, handshake, handshakes, stalled, message, queued, budget, 0);
    }

    private static SharedMemoryWireConfig config(int threads, int spin, int slots, int area, int handshake,
            int handshakes, int stalled, int message, long queued, long budget, long memory) {
        return new SharedMemoryWireConfig(Path.of("/dev/shm"), Set.of(), threads, spin, slots, area, area, handshake,
                handshakes, 1, stalled, 1, message, queued, budget, memory);
    }

    @Test
    void configurationsOutOfRangeAreRefused() {
        config(1, 0, 32, 4096, 1, 1, 1000, 1, 65536, 65536);
        int[][] wrong = {{0, 0, 32, 4096, 1, 1, 1000, 1}, {65, 0, 32, 4096, 1, 1, 1000, 1},
            {1, -1, 32, 4096, 1, 1, 1000, 1}, {1, 1001, 32, 4096, 1, 1, 1000, 1}, {1, 0, 16, 4096, 1, 1, 1000, 1},
            {1, 0, 48, 4096, 1, 1, 1000, 1}, {1, 0, 1 << 17, 4096, 1, 1, 1000, 1}, {1, 0, 32, 0, 1, 1, 1000, 1},
            {1, 0, 32, 5000, 1, 1, 1000, 1}, {1, 0, 32, 1 << 29, 1, 1, 1000, 1}, {1, 0, 32, 4096, 0, 1, 1000, 1},
            {1, 0, 32, 4096, 1, 0, 1000, 1}, {1, 0, 32, 4096, 1, 1, 999, 1}, {1, 0, 32, 4096, 1, 1, 1000, 0}};
        for (int[] one : wrong) {
            assertThrows(IllegalArgumentException.class, () -> config(one[0], one[1], one[2], one[3], one[4], one[5],
                    one[6], one[7], 65536, 65536), java.util.Arrays.toString(one));
        }
        for (int wide : new int[] {0, 4096, 8191, 8193, 1 << 29}) {
            assertThrows(IllegalArgumentException.class, () -> new SharedMemoryWireConfig(Path.of("/dev/shm"), Set.of(), 1,
                    0, 32, 8192, wide, 1, 1, 1, 1000, 1, 1, 65536, 65536, 0), "wide areas of " + wide);
        }
        assertThrows(IllegalArgumentException.class, () -> config(1, 0, 32, 4096, 1, 1, 1000, 1, 65535, 65536));
        assertThrows(IllegalArgumentException.class, () -> config(1, 0, 32, 4096, 1, 1, 1000, 1, 65536, 65535));
        assertThrows(IllegalArgumentException.class, () -> config(1, 0, 32, 4096, 1, 1, 1000, 1, 65536, 65536, -1));
    }
}
