package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.MemoryRegion;
import java.util.SplittableRandom;

/**
 * What a client may not say, in any state that it can be in with a file open: each of them ends its connection. Beside
 * the rule that it breaks a message is as it should be.
 */
enum ClientMisdeed {
    GAP_IN_THE_SEQUENCE((raw, random, fid, foreign) -> {
        raw.sequence += 1 + random.nextInt(65534);
        return raw.interrupt();
    }),
    UNKNOWN_OPCODE((raw, random, fid, foreign) -> raw.message(Opcode.CLOSE, 0x80, 48, 0,
            (header, bytes) -> bytes.put(CommonHeader.OPCODE_OFFSET, (byte) (10 + random.nextInt(246))))),
    FLAGS_OF_NO_READ((raw, random, fid, foreign) -> raw.message(Opcode.READ, 0x80 | 1 + random.nextInt(127), 8, 0,
            (header, bytes) -> { })),
    WRONG_MARKER((raw, random, fid, foreign) -> raw.message(Opcode.WRITE, 0x80, 0, 0,
            (header, bytes) -> bytes.put(CommonHeader.MARKER_OFFSET, (byte) random.nextInt(255)))),
    TID((raw, random, fid, foreign) -> raw.message(Opcode.CANCEL, 0x80, 48, 0,
            (header, bytes) -> bytes.putInt(CommonHeader.TID_OFFSET, 1 + random.nextInt(1000)))),
    DATA_VA_IN_A_WRITE((raw, random, fid, foreign) -> raw.message(Opcode.WRITE, 0x80, 0, 0,
            (header, bytes) -> bytes.putLong(CommonHeader.DATA_VA_OFFSET, random.nextLong() | 1))),
    COOKIE_0((raw, random, fid, foreign) -> raw.message(Opcode.CLOSE, 0x80, 48, 0,
            (header, bytes) -> bytes.putLong(CommonHeader.COOKIE_OFFSET, 0))),
    LENGTH_OVER_2_GIB((raw, random, fid, foreign) -> raw.message(Opcode.READ, 0x80,
            Integer.MIN_VALUE + random.nextInt(9), 0, (header, bytes) -> header.fid(fid))),
    OFFSET_OVER_2_TO_63((raw, random, fid, foreign) -> raw.message(Opcode.READ, 0x80, 8, 0,
            (header, bytes) -> header.fid(fid).offset(Long.MIN_VALUE + random.nextInt(9)))),
    RANGE_PAST_2_TO_63((raw, random, fid, foreign) -> raw.message(Opcode.WRITE, 0x80, 100, 100,
            (header, bytes) -> header.fid(fid).offset(Long.MAX_VALUE - random.nextInt(99)))),
    SECOND_AUTH((raw, random, fid, foreign) -> raw.message(Opcode.AUTH, 0x80, 115, 67,
            (header, bytes) -> header.data(raw.memory.address(), raw.memory.handle()))),
    READ_OVER_THE_WINDOW((raw, random, fid, foreign) -> raw.message(Opcode.READ, 0x80,
            2 * FuzzStage.IO_BYTES + random.nextInt(1 << 30), 0, (header, bytes) -> header.fid(fid))),
    WRITE_OF_MORE_THAN_CAME((raw, random, fid, foreign) -> raw.message(Opcode.WRITE, 0x80,
            101 + random.nextInt(1 << 30), 100, (header, bytes) -> header.fid(fid))),
    WRITE_OF_LESS_THAN_CAME((raw, random, fid, foreign) -> raw.message(Opcode.WRITE, 0x80, random.nextInt(100), 100,
            (header, bytes) -> header.fid(fid))),
    SEGMENTS_NOT_AS_TOLD((raw, random, fid, foreign) -> raw.message(Opcode.VEC_READ, 0x80, 4096, 16,
            (header, bytes) -> header.fid(fid).pages(3 + random.nextInt(65000), 4096))),
    SEGMENT_NOT_A_PAGE((raw, random, fid, foreign) -> raw.readVectored(fid, 8192, 2,
            new RdmaRegion(raw.memory.address(), raw.memory.handle(), 512 * (1 + random.nextInt(7))),
            new RdmaRegion(raw.memory.address(), raw.memory.handle(), 4096))),
    ANOTHER_PAGE_SIZE((raw, random, fid, foreign) -> raw.message(Opcode.VEC_WRITE, 0x80, 0, 0,
            (header, bytes) -> header.fid(fid).pages(0, 512 << random.nextInt(3)))),
    PAGES_IN_A_GATHERED_WRITE((raw, random, fid, foreign) -> raw.message(Opcode.VEC_WRITE, 0x80, 8, 8,
            (header, bytes) -> header.fid(fid).pages(1 + random.nextInt(65535), 4096))),
    COLLAPSED_WRITE_OF_NOTHING((raw, random, fid, foreign) -> raw.writeVectored(fid, 0xA0, 0, 0, 4096)),
    COLLAPSED_WRITE_OF_OTHER_PAGES((raw, random, fid, foreign) ->
            raw.writeVectored(fid, 0xA0, 8192, 3 + random.nextInt(60000), 4096)),
    COLLAPSED_WRITE_OVER_THE_BUFFER((raw, random, fid, foreign) ->
            raw.writeVectored(fid, 0xA0, 4096 * 60_000, 60_000, 4096)),
    CREDIT_THAT_CANNOT_BE((raw, random, fid, foreign) -> raw.credit(random.nextBoolean() ? 99_999 : -99_999)),
    LONG_INTERRUPT((raw, random, fid, foreign) -> raw.message(Opcode.INTERRUPT, 0xC0, 49, random.nextInt(2),
            (header, bytes) -> { })),
    LESS_THAN_A_HEADER((raw, random, fid, foreign) -> new byte[random.nextInt(CommonHeader.BYTES)]),
    MORE_THAN_A_RECEIVE_BUFFER((raw, random, fid, foreign) -> raw.write(fid, 40_000, 40_000)),
    MORE_THAN_ITS_OWN_RECEIVE_BUFFER((raw, random, fid, foreign) -> {
        int length = raw.maxReceiveBytes + 1 + random.nextInt(9000);
        return raw.write(fid, length, length);
    }),
    COLLAPSED_WRITE_OVER_ITS_OWN_BUFFER((raw, random, fid, foreign) -> {
        int length = raw.maxReceiveBytes + 1 + random.nextInt(9000);
        return raw.writeVectored(fid, 0xA0, length, RdmaRegion.pagesOf(length, 4096), 4096);
    }),
    SHORT_REGISTER((raw, random, fid, foreign) -> raw.message(Opcode.REGISTER, 0x80, 83, 35, (header, bytes) -> { })),
    CLOSE_WITH_A_TAIL((raw, random, fid, foreign) -> raw.message(Opcode.CLOSE, 0x80, 48, 1 + random.nextInt(99),
            (header, bytes) -> header.fid(fid))),
    STATUS_BLOCK_PAST_ITS_REGION((raw, random, fid, foreign) -> raw.message(Opcode.WRITE, 0, 0, 0, (header, bytes) -> {
        header.fid(fid).immediateCookie(raw.memory.handle());
        bytes.putLong(CommonHeader.COOKIE_OFFSET,
                raw.memory.address() + raw.memory.lengthBytes() - random.nextInt(IoStatusBlock.BYTES));
    })),
    STATUS_BLOCK_IN_FOREIGN_MEMORY((raw, random, fid, foreign) -> raw.message(Opcode.WRITE, 0, 0, 0,
            (header, bytes) -> {
                header.fid(fid).immediateCookie(foreign.handle());
                bytes.putLong(CommonHeader.COOKIE_OFFSET, foreign.address());
            })),
    READ_INTO_FOREIGN_MEMORY((raw, random, fid, foreign) -> raw.message(Opcode.READ, 0x80, 8 + random.nextInt(4000), 0,
            (header, bytes) -> header.fid(fid).data(foreign.address(), foreign.handle()).immediateCookie(5)));

    private final Maker maker;

    ClientMisdeed(Maker maker) {
        this.maker = maker;
    }

    private interface Maker {
        byte[] message(RawPeer raw, SplittableRandom random, int fid, MemoryRegion foreign);
    }

    /**
     * The message, which uses up the peer's next sequence.
     *
     * @param fid     an open file
     * @param foreign memory that is not the client's
     */
    byte[] message(RawPeer raw, SplittableRandom random, int fid, MemoryRegion foreign) {
        return maker.message(raw, random, fid, foreign);
    }
}
