package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.DecoderFuzz;
import io.batonfs.transport.DecoderFuzz.Codec;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Every decoder of the wires between processes and hosts, and their addresses, with bytes of all sorts. */
class WireDecodersTest {
    private static final int MAX_FRAME_BYTES = 1 << 20;
    private static final int AREA_BYTES = 1 << 16;
    private static final WorkOpcode[] MESSAGES =
            {WorkOpcode.SEND, WorkOpcode.RDMA_WRITE, WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE};
    private static final WorkStatus[] REASONS = {WorkStatus.REMOTE_INVALID_REQUEST, WorkStatus.REMOTE_ACCESS_ERROR,
        WorkStatus.REMOTE_OPERATION_ERROR, WorkStatus.RECEIVER_NOT_READY, WorkStatus.DISCONNECTED};

    private static final List<Codec> CODECS = List.of(
            Codec.of("header of a TCP frame", TcpViolation.class, WireDecodersTest::frame,
                    WireDecodersTest::frameAgain, TcpFrame.class).fixed().severalForms()
                    .sealed(seal(TcpFrame.CRC_OFFSET)),
            Codec.of("handshake of TCP", TcpViolation.class, random -> new TcpHello(
                    any(random, TcpHello.Kind.values()), random.nextInt(TcpHello.MAX_REASON_BYTES + 1),
                    TcpWireConfig.MIN_DEAD_PEER_TIMEOUT_MS + (random.nextInt() >>> 2), 1 + (random.nextInt() >>> 2))
                    .encode().array(), bytes -> TcpHello.decode(ByteBuffer.wrap(bytes)).encode().array(),
                    TcpHello.class).fixed().severalForms().sealed(seal(TcpHello.CRC_OFFSET)),
            Codec.of("handshake of shared memory", RingViolation.class, WireDecodersTest::sharedMemoryHello,
                    bytes -> SharedMemoryHello.decode(ByteBuffer.wrap(bytes)).encode().array(),
                    SharedMemoryHello.class).fixed().severalForms().sealed(seal(SharedMemoryHello.CRC_OFFSET)),
            Codec.of("slot of a ring", RingViolation.class, WireDecodersTest::slot, WireDecodersTest::slotRead,
                    RingSlot.class).fixed(),
            Codec.of("address of TCP", IOException.class, WireDecodersTest::tcpAddress,
                    bytes -> text(TcpAddress.parse(text(bytes))), TcpAddress.class).severalForms(),
            Codec.of("address of shared memory", IOException.class, random -> name(random, "a-_.1", 40),
                    bytes -> text(SharedMemoryAddress.parse(Path.of("/dev/shm"), text(bytes))),
                    SharedMemoryAddress.class));

    @Test
    void decodersGiveAValueOrRefuse() {
        DecoderFuzz.run(CODECS);
    }

    @Test
    void everyLayoutIsCovered() throws Exception {
        // The header of a ring's file is written for whoever looks at a dump; no end reads it.
        DecoderFuzz.checkComplete(TcpFrame.class, CODECS, RingLayout.class);
    }

    private static <T> T any(SplittableRandom random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    private static Consumer<byte[]> seal(int crcAt) {
        return bytes -> {
            CRC32C crc = new CRC32C();
            crc.update(bytes, 0, crcAt);
            DecoderFuzz.over(bytes).putInt(crcAt, (int) crc.getValue());
        };
    }

    private static byte[] frame(SplittableRandom random) {
        TcpFrame frame = new TcpFrame();
        int acknowledged = random.nextInt();
        return (switch (random.nextInt(6)) {
            case 0 -> frame.acknowledge(acknowledged);
            case 1 -> frame.goodbye(acknowledged);
            case 2 -> frame.refusal(any(random, REASONS), acknowledged);
            default -> frame.message(any(random, MESSAGES), random.nextInt(MAX_FRAME_BYTES + 1), random.nextLong(),
                    random.nextInt(), random.nextInt(), random.nextBoolean(), acknowledged);
        }).bytes().array().clone();
    }

    private static byte[] frameAgain(byte[] bytes) throws TcpViolation {
        TcpFrame read = new TcpFrame();
        read.bytes().put(0, bytes);
        read.check(MAX_FRAME_BYTES);
        TcpFrame written = new TcpFrame();
        switch (read.kind()) {
            case ACKNOWLEDGE -> written.acknowledge(read.acknowledged());
            case GOODBYE -> written.goodbye(read.acknowledged());
            case REFUSAL -> written.refusal(read.status(), read.acknowledged());
            default -> written.message(read.kind().opcode(), read.lengthBytes(), read.remoteAddress(),
                    read.remoteHandle(), read.immediate(), read.acknowledgeAtOnce(), read.acknowledged());
        }
        return written.bytes().array();
    }

    private static byte[] sharedMemoryHello(SplittableRandom random) {
        byte[] name = new byte[SharedMemoryHello.NAME_BYTES];
        random.nextBytes(name);
        SharedMemoryHello hello = random.nextBoolean()
                ? SharedMemoryHello.of(any(random, new SharedMemoryHello.Kind[] {SharedMemoryHello.Kind.HELLO,
                    SharedMemoryHello.Kind.REJECTED, SharedMemoryHello.Kind.MAPPED}), 1 + (random.nextInt() >>> 2))
                : SharedMemoryHello.accepted(1 + (random.nextInt() >>> 2), new RingLayout(
                        RingLayout.MIN_SLOTS << random.nextInt(10),
                        RingLayout.PAGE_BYTES
                                * (1 + random.nextInt(RingLayout.MAX_AREA_BYTES / RingLayout.PAGE_BYTES))),
                        HexFormat.of().formatHex(name));
        return hello.encode().array();
    }

    private static byte[] slot(SplittableRandom random) {
        byte[] bytes = new byte[RingSlot.BYTES];
        RingSlot.Kind kind = any(random, RingSlot.Kind.values());
        boolean inline = random.nextBoolean();
        int piece = random.nextInt(1 + (inline ? kind.inlineRoom() : AREA_BYTES));
        ByteBuffer slot = DecoderFuzz.over(bytes)
                .putLong(RingSlot.WORD_OFFSET, RingSlot.word(random.nextInt(), kind,
                        random.nextInt(2) * RingSlot.FLAG_ACKNOWLEDGE_AT_ONCE | (inline ? RingSlot.FLAG_INLINE : 0),
                        random.nextInt()))
                .putInt(RingSlot.MESSAGE_BYTES_OFFSET, piece + random.nextInt(1000))
                .putInt(RingSlot.PIECE_BYTES_OFFSET, piece);
        if (!inline) {
            slot.putInt(RingSlot.PLACE_OFFSET, random.nextInt(AREA_BYTES - piece + 1));
        }
        return bytes;
    }

    /** What was accepted lies in the slot or the area. */
    private static byte[] slotRead(byte[] bytes) throws RingViolation {
        RingMemory memory = new RingMemory(
                ByteBuffer.allocateDirect(RingSlot.BYTES).order(ByteOrder.LITTLE_ENDIAN).put(0, bytes));
        RingSlot slot = new RingSlot();
        slot.read(memory, 0, memory.getLong(RingSlot.WORD_OFFSET), AREA_BYTES);
        assertTrue(slot.pieceBytes() >= 0 && slot.pieceBytes() <= slot.messageBytes());
        if (slot.isInline()) {
            assertTrue(slot.pieceBytes() <= slot.kind().inlineRoom());
        } else {
            assertTrue(slot.place() >= 0 && (long) slot.place() + slot.pieceBytes() <= AREA_BYTES);
        }
        return null;
    }

    /** Brackets and colons are where damage is of interest. */
    private static byte[] tcpAddress(SplittableRandom random) {
        String host = any(random, new String[] {"a", "a.1", "[::1]", "[::]", "127.0.0.1"});
        return (host + ":" + random.nextInt(65536)).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] name(SplittableRandom random, String letters, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i >= 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] text(Object address) {
        return address.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
