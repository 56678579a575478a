package io.batonfs.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class WriteChunkTest {
    private static final PageGeometry GEOMETRY = new PageGeometry(512, 256);

    @Test
    void cutsAndChecksumsFitWhateverTheBoundaries() {
        Random random = new Random(Setup.seed());
        for (int round = 0; round < 2000; round++) {
            long address = random.nextInt(4 * GEOMETRY.pageBytes());
            long room = 1 + random.nextInt(200_000);
            WriteChunk chunk = new WriteChunk(GEOMETRY, address, ByteBuffer.allocate(65_536), room);
            byte[] bytes = new byte[1 + random.nextInt(100_000)];
            random.nextBytes(bytes);
            int taken = 0;
            while (taken < bytes.length && !chunk.isFull()) {
                taken += chunk.fill(
                        ByteBuffer.wrap(bytes, taken, Math.min(bytes.length - taken, 1 + random.nextInt(3000))));
            }
            assertTrue(taken <= room);
            assertEquals(GEOMETRY.pageOf(address), GEOMETRY.pageOf(address + taken - 1));
            if (chunk.isFull() && taken < room) {
                assertEquals(0, (address + taken) % 512, "a full chunk ends at a block boundary");
            }
            chunk.seal(false);
            int crc = 0;
            for (int piece = 0; piece < chunk.pieces(); piece++) {
                crc = Crc32cMath.combine(crc, chunk.pieceCrc(piece), chunk.pieceLength(piece));
            }
            CRC32C whole = new CRC32C();
            whole.update(bytes, 0, taken);
            assertEquals((int) whole.getValue(), crc);

            int max = 1 + random.nextInt(random.nextBoolean() ? 700 : 70_000);
            chunk.sending(max);
            int at = 0;
            while (at < taken) {
                int length = chunk.writeLength(at);
                assertTrue(length >= 1 && length <= max);
                ByteBuffer slice = chunk.buffer().slice(at, length);
                assertArrayEquals(Arrays.copyOfRange(bytes, at, at + length), toArray(slice));
                assertArrayEquals(Pieces.of(GEOMETRY, address + at, slice), chunk.crcsOf(at, length));
                at += length;
            }
            assertEquals(taken, at);
        }
    }

    private static byte[] toArray(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Test
    void theFirstFailureByAddressIsTheOneThatCounts() {
        WriteChunk chunk = new WriteChunk(GEOMETRY, 0, ByteBuffer.allocate(65_536), 65_536);
        chunk.fill(ByteBuffer.allocate(2048));
        chunk.seal(false);
        chunk.sending(512);
        BatonException behind = new BatonException(ErrorCode.INVALID_ARGUMENT, "a gap");
        BatonException first = new BatonException(ErrorCode.BUSY, "busy");
        assertFalse(chunk.answered(1536, behind));
        assertFalse(chunk.answered(0, null));
        assertFalse(chunk.answered(512, first));
        assertTrue(chunk.answered(1024, behind));
        assertEquals(WriteChunk.State.FAILED, chunk.state());
        assertEquals(first, chunk.failure());
        assertEquals(512, chunk.failureAddress());
        assertThrows(IllegalStateException.class, () -> chunk.sending(512));
        chunk.mended();
        chunk.sending(4096);
        assertEquals(512, chunk.writeLength(0), "WRITEs don't grow when they are sent again");
    }

    /** It has been sent in four WRITEs before: nobody waits for the answers of four that were not sent. */
    @Test
    void aChunkThatCannotBeSentAgainFailsByOneAnswer() {
        WriteChunk chunk = new WriteChunk(GEOMETRY, 0, ByteBuffer.allocate(65_536), 65_536);
        chunk.fill(ByteBuffer.allocate(2048));
        chunk.seal(false);
        chunk.sending(512);
        BatonException lost = new BatonException(ErrorCode.UNREACHABLE, "lost");
        for (int at = 0; at < 2048; at += 512) {
            assertEquals(at == 1536, chunk.answered(at, lost));
        }
        chunk.mended();
        chunk.unsendable();
        BatonException down = new BatonException(ErrorCode.UNREACHABLE, "down");
        assertTrue(chunk.answered(0, down));
        assertEquals(WriteChunk.State.FAILED, chunk.state());
        assertEquals(down, chunk.failure());
        chunk.mended();
        chunk.sending(4096);
        assertEquals(512, chunk.writeLength(0), "it has been sent in such WRITEs once");
    }
}
