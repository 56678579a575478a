package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Every handshake and frame as the bytes that go over the wire, and what is refused. */
class TcpFormatTest {

    private static String hex(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.get(bytes.position(), array);
        return HexFormat.of().formatHex(array);
    }

    /** The checksum, computed here from the bytes that the test has written down. */
    private static String sealed(String... parts) {
        byte[] bytes = HexFormat.of().parseHex(String.join("", parts).replace(" ", ""));
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return HexFormat.of().formatHex(bytes)
                + HexFormat.of().toHexDigits(Integer.reverseBytes((int) crc.getValue()));
    }

    @Test
    void handshakes() {
        String tail = "60ea0000 00001000 00000000";
        assertEquals(sealed("4241544f4e544350 0100 0100 0000 0000", tail),
                hex(new TcpHello(TcpHello.Kind.HELLO, 0, 60_000, 1 << 20).encode()));
        assertEquals(sealed("4241544f4e544350 0100 0200 0000 0000", tail),
                hex(new TcpHello(TcpHello.Kind.ACCEPTED, 0, 60_000, 1 << 20).encode()));
        assertEquals(sealed("4241544f4e544350 0100 0300 0200 0000 30750000 00000040 00000000") + "6e6f",
                hex(TcpHello.rejection("no", TcpWireConfig.DEFAULT)));
    }

    @Test
    void messages() {
        TcpFrame frame = new TcpFrame();
        assertEquals(sealed("01 00 0000 05000000 0000000000000000 00000000 00000000 07000000"),
                hex(frame.message(WorkOpcode.SEND, 5, 0, 0, 0, false, 7).bytes()));
        assertEquals(sealed("02 01 0000 00001000 8877665544332211 ddccbbaa 00000000 ffffffff"),
                hex(frame.message(WorkOpcode.RDMA_WRITE, 1 << 20, 0x1122334455667788L, 0xaabbccdd, 0, true, -1).bytes()));
        assertEquals(sealed("03 00 0000 01000000 0010000000100000 01000000 feca0000 00000000"),
                hex(frame.message(WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE, 1, 0x100000001000L, 1, 0xcafe, false, 0)
                        .bytes()));
    }

    @Test
    void theOthers() {
        TcpFrame frame = new TcpFrame();
        String nothing = "00000000 0000000000000000 00000000 00000000";
        frame.message(WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE, 9, -1, -1, -1, true, 3);
        assertEquals(sealed("04 00 0000", nothing, "09000000"), hex(frame.acknowledge(9).bytes()));
        String[] codes = {"0100", "0200", "0300", "0400", "0500"};
        WorkStatus[] statuses = {WorkStatus.REMOTE_INVALID_REQUEST, WorkStatus.REMOTE_ACCESS_ERROR,
            WorkStatus.REMOTE_OPERATION_ERROR, WorkStatus.RECEIVER_NOT_READY, WorkStatus.DISCONNECTED};
        for (int i = 0; i < codes.length; i++) {
            assertEquals(sealed("05 00", codes[i], nothing, "02000000"), hex(frame.refusal(statuses[i], 2).bytes()));
        }
        assertEquals(sealed("06 00 0000", nothing, "01000000"), hex(frame.goodbye(1).bytes()));
    }

    @Test
    void whatWasWrittenIsReadBack() throws Exception {
        TcpFrame sent = new TcpFrame().message(WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE, 77, 1L << 40, -5, 42, true, -9);
        TcpFrame received = new TcpFrame();
        received.bytes().put(sent.bytes());
        received.check(77);
        assertEquals(TcpFrame.Kind.RDMA_WRITE_WITH_IMMEDIATE, received.kind());
        assertEquals(77, received.lengthBytes());
        assertEquals(1L << 40, received.remoteAddress());
        assertEquals(-5, received.remoteHandle());
        assertEquals(42, received.immediate());
        assertEquals(-9, received.acknowledged());
        assertTrue(received.acknowledgeAtOnce());
        assertThrows(TcpViolation.class, () -> received.check(76), "longer than allowed");
        received.bytes().clear().put(sent.refusal(WorkStatus.RECEIVER_NOT_READY, 0).bytes());
        received.check(0);
        assertEquals(WorkStatus.RECEIVER_NOT_READY, received.status());
    }

    @Test
    void everyFlippedBitOfAFrameIsRefused() {
        for (int bit = 0; bit < TcpFrame.BYTES * 8; bit++) {
            TcpFrame frame = new TcpFrame().message(WorkOpcode.RDMA_WRITE, 8, 4096, 1, 0, false, 1);
            ByteBuffer bytes = frame.bytes();
            bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));
            assertThrows(TcpViolation.class, () -> frame.check(1 << 30), "bit " + bit);
        }
    }

    @Test
    void everyFlippedBitOfAHandshakeIsRefused() {
        for (int bit = 0; bit < TcpHello.BYTES * 8; bit++) {
            ByteBuffer bytes = TcpHello.of(TcpHello.Kind.HELLO, TcpWireConfig.DEFAULT).encode();
            bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));
            assertThrows(TcpViolation.class, () -> TcpHello.decode(bytes), "bit " + bit);
        }
    }

    private static void assertRefused(String why, String... parts) {
        TcpFrame frame = new TcpFrame();
        frame.bytes().put(HexFormat.of().parseHex(sealed(parts)));
        String message = assertThrows(TcpViolation.class, () -> frame.check(100)).getMessage();
        assertTrue(message.contains(why), message);
    }

    @Test
    void framesThatBreakARuleAreRefusedThoughTheirChecksumFits() {
        String rest = "0000000000000000 00000000 00000000 00000000";
        assertRefused("unknown opcode 0", "00 00 0000 00000000", rest);
        assertRefused("unknown opcode 7", "07 00 0000 00000000", rest);
        assertRefused("unknown opcode 255", "ff 00 0000 00000000", rest);
        assertRefused("unknown flags", "01 02 0000 00000000", rest);
        assertRefused("has a status", "01 00 0100 00000000", rest);
        assertRefused("longer than", "01 00 0000 65000000", rest);
        assertRefused("longer than", "02 00 0000 ffffffff", rest);
        assertRefused("payload", "04 00 0000 01000000", rest);
        assertRefused("unknown status 0", "05 00 0000 00000000", rest);
        assertRefused("unknown status 6", "05 00 0600 00000000", rest);
    }

    @Test
    void handshakesOfOthersAreRefusedByName() {
        ByteBuffer newer = TcpHello.of(TcpHello.Kind.HELLO, TcpWireConfig.DEFAULT).encode();
        newer.put(TcpHello.VERSION_OFFSET, (byte) 2);
        String message = assertThrows(TcpViolation.class, () -> TcpHello.decode(newer)).getMessage();
        assertTrue(message.contains("version 2") && message.contains("version 1"), message);
        ByteBuffer http = ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: somebody\r\n".getBytes(StandardCharsets.US_ASCII));
        message = assertThrows(TcpViolation.class, () -> TcpHello.decode(http)).getMessage();
        assertTrue(message.contains("does not speak"), message);
        assertThrows(TcpViolation.class,
                () -> TcpHello.decode(new TcpHello(TcpHello.Kind.HELLO, 0, 0, 1).encode()), "would be pinged for ever");
        assertThrows(TcpViolation.class, () -> TcpHello.decode(new TcpHello(TcpHello.Kind.HELLO, 0, 5000, 0).encode()));
        assertThrows(TcpViolation.class,
                () -> TcpHello.decode(new TcpHello(TcpHello.Kind.REJECTED, 1025, 5000, 1).encode()));
    }

    @Test
    void aLongReasonIsCut() throws Exception {
        ByteBuffer bytes = TcpHello.rejection("x".repeat(5000), TcpWireConfig.DEFAULT);
        assertEquals(TcpHello.BYTES + TcpHello.MAX_REASON_BYTES, bytes.remaining());
        assertEquals(TcpHello.MAX_REASON_BYTES, TcpHello.decode(bytes).reasonBytes());
    }

    @Test
    void addresses() throws Exception {
        assertEquals(new TcpAddress("host", 1), TcpAddress.parse("host:1"));
        assertEquals(new TcpAddress("0.0.0.0", 0), TcpAddress.parse("0.0.0.0:0"));
        assertEquals(new TcpAddress("::1", 65535), TcpAddress.parse("[::1]:65535"));
        assertEquals("[::1]:9", TcpAddress.parse("[::1]:0").withPort(9).toString());
        assertEquals("a.b:9", new TcpAddress("a.b", 9).toString());
        for (String bad : new String[] {"", ":", "host", "host:", ":1", "host:-1", "host:65536", "host:1x", "::1:80",
            "[::1]", "[]:1", "host:999999", " :1", "[::1:1", "host:+1", "[[::1]]:1", "[]]:1", "[[]:1"}) {
            String message = assertThrows(java.io.IOException.class, () -> TcpAddress.parse(bad), bad).getMessage();
            assertTrue(message.contains("'" + bad + "'"), message);
        }
    }

    private static TcpWireConfig config(int threads, int connect, int handshake, int handshakes, int deadPeer,
            int frame, long queued, long budget) {
        return new TcpWireConfig(threads, connect, handshake, handshakes, 1, deadPeer, 1, frame, queued, budget, 0, 0);
    }

    @Test
    void configurationsOutOfRangeAreRefused() {
        config(1, 1, 1, 1, 1000, 1, 65536, 65536);
        assertThrows(IllegalArgumentException.class, () -> config(0, 1, 1, 1, 1000, 1, 65536, 65536));
        assertThrows(IllegalArgumentException.class, () -> config(65, 1, 1, 1, 1000, 1, 65536, 65536));
        assertThrows(IllegalArgumentException.class, () -> config(1, 0, 1, 1, 1000, 1, 65536, 65536));
        assertThrows(IllegalArgumentException.class, () -> config(1, 1, 0, 1, 1000, 1, 65536, 65536));
        assertThrows(IllegalArgumentException.class, () -> config(1, 1, 1, 0, 1000, 1, 65536, 65536));
        assertThrows(IllegalArgumentException.class, () -> config(1, 1, 1, 1, 999, 1, 65536, 65536));
        assertThrows(IllegalArgumentException.class, () -> config(1, 1, 1, 1, 1000, 0, 65536, 65536));
        assertThrows(IllegalArgumentException.class, () -> config(1, 1, 1, 1, 1000, 1, 65535, 65536));
        assertThrows(IllegalArgumentException.class, () -> config(1, 1, 1, 1, 1000, 1, 65536, 65535));
    }
}
