package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ranges of checksums, over the ends of pages, that were never written. */
class ChecksumTableTest {
    private static final int PAGE = ChecksumTable.CHECKSUMS_PER_PAGE;
    private static final int FIRST_PAGE = 5;

    @Test
    void rangesAreSetOverTheEndsOfPages() throws IOException {
        Random random = new Random(2);
        int[] expected = new int[4 * PAGE];
        ChecksumTable table = new ChecksumTable(null, FIRST_PAGE, 4, 4);
        table.clean(0);
        for (int round = 0; round < 200; round++) {
            int[] crcs = random.ints(1 + random.nextInt(2 * PAGE)).toArray();
            int from = random.nextInt(crcs.length);
            int count = random.nextInt(crcs.length - from + 1);
            int block = random.nextInt(expected.length - count + 1);
            table.set(block, count, crcs, from);
            System.arraycopy(crcs, from, expected, block, count);
        }
        for (int block = 0; block < expected.length; block++) {
            assertEquals(expected[block], table.get(block), "block " + block);
        }
    }

    @Test
    void onlyThePagesOfTheRangeAreToBeWritten() throws IOException {
        ChecksumTable table = new ChecksumTable(null, FIRST_PAGE, 4, 4);
        table.clean(0);
        table.set(PAGE, 0, new int[1], 1);
        assertEquals(0, table.dirtyCount());
        table.set(2 * PAGE - 1, 1, new int[] {7}, 0);
        assertArrayEquals(new int[] {FIRST_PAGE + 1}, table.dirtyPages());
        table.set(2 * PAGE - 1, 2, new int[] {7, 8}, 0);
        assertArrayEquals(new int[] {FIRST_PAGE + 1, FIRST_PAGE + 2}, table.dirtyPages());
    }
}
