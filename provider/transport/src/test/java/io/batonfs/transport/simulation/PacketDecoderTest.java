package io.batonfs.transport.simulation;

import io.batonfs.transport.DecoderFuzz;
import io.batonfs.transport.DecoderFuzz.Codec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Packets of the simulated network, with bytes of all sorts: with checksums, and without as in runs that break them. */
class PacketDecoderTest {
    private static final List<Codec> CODECS = List.of(codec("packet", true), codec("packet without checksum", false));

    private static Codec codec(String name, boolean checked) {
        return Codec.of(name, IOException.class, PacketDecoderTest::packet, bytes -> {
            Packet packet = Packet.decode(bytes, checked);
            if (packet == null) {
                throw new IOException("no packet");
            }
            return packet.encode();
        }, Packet.class, PacketKind.class).severalForms().sealed(PacketDecoderTest::seal);
    }

    @Test
    void decodersGiveAValueOrRefuse() {
        DecoderFuzz.run(CODECS);
    }

    @Test
    void everyLayoutIsCovered() throws Exception {
        DecoderFuzz.checkComplete(Packet.class, CODECS);
    }

    private static byte[] packet(SplittableRandom random) {
        byte[] payload = new byte[random.nextInt(200)];
        random.nextBytes(payload);
        PacketKind kind = PacketKind.values()[random.nextInt(PacketKind.values().length)];
        return new Packet(kind, random.nextInt(8), random.nextInt(8), random.nextInt(), random.nextInt(),
                random.nextInt() & Packet.SEQUENCE_MASK, random.nextInt() & Packet.SEQUENCE_MASK, random.nextInt(),
                random.nextLong(), random.nextInt(), random.nextInt(), ByteBuffer.wrap(payload)).encode();
    }

    private static void seal(byte[] bytes) {
        if (bytes.length >= Packet.BYTES) {
            CRC32C crc = new CRC32C();
            crc.update(bytes, 0, Packet.CHECKSUM_OFFSET);
            crc.update(bytes, Packet.BYTES, bytes.length - Packet.BYTES);
            DecoderFuzz.over(bytes).putInt(Packet.CHECKSUM_OFFSET, (int) crc.getValue());
        }
    }
}
