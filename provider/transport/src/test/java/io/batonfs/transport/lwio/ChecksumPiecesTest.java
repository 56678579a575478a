package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ChecksumPiecesTest {

    @Test
    void piecesEndAtBlockBoundaries() {
        assertEquals(0, ChecksumPieces.count(4096, 0));
        assertEquals(1, ChecksumPieces.count(0, 4096));
        assertEquals(2, ChecksumPieces.count(4095, 2));
        assertEquals(1, ChecksumPieces.count(4096, 1));
        assertEquals(3, ChecksumPieces.count(4095, 4098));
        assertEquals(257, ChecksumPieces.count((1L << 40) + 1, 1 << 20));
    }

    @Test
    void theBoundIsReachedAndNeverPassed() {
        for (int length = 1; length < 20_000; length += 7) {
            int most = 0;
            for (int offset = 0; offset < 4096; offset++) {
                most = Math.max(most, ChecksumPieces.count(offset, length));
            }
            assertEquals(most, ChecksumPieces.maxCount(length), "length " + length);
        }
    }

    @Test
    void theLargestDataOfALimitFitsAndOneMoreDoesNot() {
        for (int limit = 0; limit < 30_000; limit++) {
            int data = ChecksumPieces.maxData(limit);
            assertTrue(data == 0 || ChecksumPieces.maxBytes(data) <= limit, "limit " + limit);
            assertTrue(ChecksumPieces.maxBytes(data + 1) > limit, "limit " + limit);
        }
        assertEquals(1 << 20, ChecksumPieces.maxData(ChecksumPieces.maxBytes(1 << 20)));
    }
}
