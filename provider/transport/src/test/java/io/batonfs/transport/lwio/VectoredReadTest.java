package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The steps of a vectored read bring every byte and every checksum to its place, once. */
class VectoredReadTest {
    private static final int PAGE = 4096;
    private static final int FILE_BYTES = 1 << 20;
    /** Where page i goes: far apart and not in order. */
    private static final long FIRST_ADDRESS = 1L << 40;
    private static final int CRC_HANDLE = 9;

    private static long addressOf(int page) {
        return FIRST_ADDRESS - page * 3L * PAGE;
    }

    private static ServerRequest request(long offset, int length, boolean checksummed) {
        int pages = RdmaRegion.pagesOf(length, PAGE);
        int regions = checksummed ? pages + 1 : pages;
        ByteBuffer header = Hex.buffer(CommonHeader.BYTES);
        CommonHeader fields = new CommonHeader().wrap(header, 0).begin(Opcode.VEC_READ, 0x80, length, 1)
                .offset(offset).pages(regions, PAGE);
        ServerRequest request = new ServerRequest(null, new GivingBack(), null);
        request.begin(fields, Opcode.VEC_READ, 1, CommonHeader.BYTES + regions * RdmaRegion.BYTES);
        return request;
    }

    private static ByteBuffer message(long offset, int length, boolean checksummed) {
        int pages = RdmaRegion.pagesOf(length, PAGE);
        ByteBuffer message = Hex.buffer(CommonHeader.BYTES + (pages + 1) * RdmaRegion.BYTES);
        for (int i = 0; i < pages; i++) {
            new RdmaRegion(addressOf(i), i, Math.min(PAGE, length - i * PAGE))
                    .encode(message, CommonHeader.BYTES + i * RdmaRegion.BYTES);
        }
        if (checksummed) {
            new RdmaRegion(0, CRC_HANDLE, ChecksumPieces.count(offset, length) * ChecksumPieces.CRC_BYTES)
                    .encode(message, CommonHeader.BYTES + pages * RdmaRegion.BYTES);
        }
        return message;
    }

    private static void check(byte[] file, long offset, int length, boolean checksummed, int bufferBytes)
            throws LwioException {
        VectoredRead read = VectoredRead.check(request(offset, length, checksummed),
                message(offset, length, checksummed), checksummed, PAGE, bufferBytes);
        byte[] found = new byte[length];
        int[] crcs = new int[checksummed ? ChecksumPieces.count(offset, length) : 0];
        boolean[] pageSeen = new boolean[RdmaRegion.pagesOf(length, PAGE)];
        boolean[] crcSeen = new boolean[crcs.length];
        do {
            read.nextStep();
            assertTrue(read.readBytes() <= bufferBytes);
            ByteBuffer buffer = Hex.buffer(ChecksumPieces.maxBytes(bufferBytes));
            buffer.put(0, file, (int) read.stepOffset(), read.readBytes());
            if (checksummed) {
                ChecksumPieces.put(MemoryFiles.crcs(file, read.stepOffset(), read.readBytes()), read.pieces(), buffer,
                        read.readBytes());
            }
            int[] writes = {0};
            boolean[] ended = {false};
            read.forEachWrite((address, handle, at, bytes, last) -> {
                assertTrue(!ended[0], "the last write is not the last");
                ended[0] = last;
                assertTrue(++writes[0] <= VectoredRead.MAX_STEP_SENDS);
                if (checksummed && handle == CRC_HANDLE && address < FIRST_ADDRESS / 2) {
                    for (int i = 0; i < bytes; i += 4) {
                        int index = (int) address / 4 + i / 4;
                        assertTrue(!crcSeen[index], "checksum " + index + " is sent twice");
                        crcSeen[index] = true;
                        crcs[index] = buffer.getInt(at + i);
                    }
                } else {
                    assertEquals(addressOf(handle), address);
                    assertTrue(!pageSeen[handle], "page " + handle + " is sent twice");
                    pageSeen[handle] = true;
                    assertEquals(Math.min(PAGE, length - handle * PAGE), bytes);
                    buffer.get(at, found, handle * PAGE, bytes);
                }
            });
            assertTrue(ended[0], "a step has no last write");
        } while (!read.isLastStep());
        assertArrayEquals(Arrays.copyOfRange(file, (int) offset, (int) offset + length), found);
        for (boolean seen : pageSeen) {
            assertTrue(seen);
        }
        if (checksummed) {
            assertArrayEquals(MemoryFiles.crcs(file, offset, length), crcs);
        }
    }

    @Test
    void everyOffsetLengthAndBufferGivesTheFilesBytes() throws Exception {
        long seed = Long.getLong("lwio.seed", System.nanoTime());
        System.out.println("-Dlwio.seed=" + seed);
        Random random = new Random(seed);
        byte[] file = new byte[FILE_BYTES];
        random.nextBytes(file);
        for (int round = 0; round < 1000; round++) {
            int length = (1 + random.nextInt(round % 10 == 0 ? 800 : 40)) * RdmaRegion.SECTOR_BYTES;
            long offset = switch (random.nextInt(3)) {
                case 0 -> random.nextInt(FILE_BYTES - length + 1);
                case 1 -> random.nextInt(100) * (long) PAGE;
                default -> random.nextInt(10) * (long) PAGE + 1 - random.nextInt(2) * 2 + PAGE;
            };
            check(file, offset, length, random.nextBoolean(), 8192 + random.nextInt(10) * 4096);
        }
        check(file, 1, 800 * RdmaRegion.SECTOR_BYTES, true, 1 << 20);
    }

    @Test
    void stepsAreBoundedHoweverLargeTheBuffer() throws Exception {
        VectoredRead read = VectoredRead.check(request(0, 100 * PAGE, false), message(0, 100 * PAGE, false), false,
                PAGE, 1 << 30);
        read.nextStep();
        assertEquals(VectoredRead.MAX_STEP_PAGES * PAGE, read.readBytes());
    }

    @Test
    void aPageLargerThanTheWindowOrTheBufferIsNotSupported() {
        for (int[] limits : new int[][] {{PAGE - 1, 1 << 20}, {PAGE, 2 * PAGE - 1}}) {
            LwioException refused = assertThrows(LwioException.class, () -> VectoredRead.check(request(0, PAGE, false),
                    message(0, PAGE, false), false, limits[0], limits[1]));
            assertEquals(LwioStatus.NOT_SUPPORTED, refused.status());
        }
    }
}
