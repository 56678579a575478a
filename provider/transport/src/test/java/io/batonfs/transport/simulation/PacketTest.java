package io.batonfs.transport.simulation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The layout of packets, and that no damage goes unseen. */
class PacketTest {
    private static final Packet SAMPLE = new Packet(PacketKind.RDMA_WRITE_WITH_IMMEDIATE,
            Packet.FIRST | Packet.LAST | Packet.ACKNOWLEDGE_NOW, 3, 0x01020304, 0x05060708, 0x0A0B0C, 0x0D0E0F, 3,
            0x1112131415161718L, 0x191A1B1C, 0x1D1E1F20, ByteBuffer.wrap(new byte[] {0, 0x21, 0x22, 0x23, 0}, 1, 3));

    @Test
    void theLayoutIsAsDrawn() {
        String hex = HexFormat.of().formatHex(SAMPLE.encode());
        assertEquals("03070300" + "04030201" + "08070605" + "0c0b0a00" + "0f0e0d00" + "03000000" + "1817161514131211"
                + "1c1b1a19" + "201f1e1d" + "03000000" + "f51ef826" + "212223", hex);
    }

    @Test
    void whatIsEncodedIsDecoded() {
        Packet found = Packet.decode(SAMPLE.encode(), true);
        assertNotNull(found);
        byte[] payload = new byte[3];
        found.payload().get(payload);
        assertArrayEquals(new byte[] {0x21, 0x22, 0x23}, payload);
        assertEquals(SAMPLE.toString().replaceAll(", payload=.*", ""), found.toString().replaceAll(", payload=.*", ""));
    }

    @Test
    void everyBitIsCovered() {
        byte[] whole = SAMPLE.encode();
        for (int bit = 0; bit < whole.length * Byte.SIZE; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertNull(Packet.decode(damaged, true), "bit " + bit);
        }
        assertNull(Packet.decode(Arrays.copyOf(whole, whole.length - 1), true));
        assertNull(Packet.decode(Arrays.copyOf(whole, whole.length + 1), true));
        assertNull(Packet.decode(Arrays.copyOf(whole, Packet.BYTES - 1), false));
    }

    @Test
    void withoutChecksDamagedPayloadsPass() {
        byte[] damaged = SAMPLE.encode();
        damaged[Packet.BYTES] ^= 1;
        assertNull(Packet.decode(damaged, true));
        assertNotNull(Packet.decode(damaged, false));
    }

    @Test
    void sequencesGoRound() {
        assertEquals(0, Packet.next(0xFFFFFF));
        assertEquals(2, Packet.distance(0xFFFFFF, 1));
        assertEquals(-2, Packet.distance(1, 0xFFFFFF));
        assertEquals(0, Packet.distance(7, 7));
    }
}
