package io.batonfs.pools.raid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyRunsTest {
    private static final int RUN_BLOCKS = 256;

    private static CopyRuns runs(int devices, int copies, int unitBlocks) {
        return new CopyRuns(new MirroredStripes(devices, copies, unitBlocks), RUN_BLOCKS);
    }

    /** 4 devices, two copies: column 0 is read from device 0, then 1, then 1, then 0; column 1 from 3, 2, 2, 3. */
    @ParameterizedTest
    @CsvSource({"0,0", "255,0", "256,1", "511,1", "512,1", "767,1", "768,0", "1024,1", "1280,0"})
    void raid10(long deviceBlock, int first) {
        CopyRuns runs = runs(4, 2, 16);
        long block = deviceBlock / 16 * 32 + deviceBlock % 16;
        assertEquals(first, runs.first(block));
        assertEquals(1 - first, runs.first(block + 16), "the next column");
        assertEquals(first, runs(2, 2, 16).first(deviceBlock), "one column");
    }

    /** Who reads on from the first block reads each device in long runs, and as much of each. */
    @ParameterizedTest
    @CsvSource({"4,2,16", "4,4,16", "6,2,1", "6,3,48", "4,1,16"})
    void devicesAreReadInLongRunsAndEvenly(int devices, int copies, int unitBlocks) {
        CopyRuns runs = runs(devices, copies, unitBlocks);
        MirroredStripes geometry = runs.geometry();
        long blocks = 6L * copies * RUN_BLOCKS * (devices / copies);
        long[] next = new long[devices];
        long[] read = new long[devices];
        int jumps = 0;
        for (long block = 0; block < blocks; block++) {
            int device = geometry.device(block, runs.first(block));
            jumps += geometry.deviceBlock(block) == next[device] ? 0 : 1;
            next[device] = geometry.deviceBlock(block) + 1;
            read[device]++;
        }
        for (long each : read) {
            assertEquals(blocks / devices, each);
        }
        // A device is left and come back to after the others' runs.
        assertTrue(jumps <= 6 * devices, jumps + " jumps");
    }

    /** While one is out, the others of its column are read as much as one another, and nobody else for them. */
    @ParameterizedTest
    @CsvSource({"2,2,16", "3,3,16", "4,4,16", "6,3,48", "8,4,16"})
    void theRunsOfOneThatIsOutAreSharedByTheOthers(int devices, int copies, int unitBlocks) {
        CopyRuns runs = runs(devices, copies, unitBlocks);
        MirroredStripes geometry = runs.geometry();
        long blocks = 12L * RUN_BLOCKS * (devices / copies);
        for (int lost = 0; lost < copies; lost++) {
            long online = (1L << copies) - 1 & ~(1L << lost);
            long[] read = new long[copies];
            for (long block = 0; block < blocks; block++) {
                int first = runs.first(block);
                int asked = first == lost ? runs.instead(block, online) : first;
                read[asked] += geometry.column(block) == 0 ? 1 : 0;
            }
            for (int copy = 0; copy < copies; copy++) {
                long fair = copy == lost ? 0 : 12L * RUN_BLOCKS / (copies - 1);
                assertTrue(Math.abs(read[copy] - fair) <= fair / 20, copy + " without " + lost + ": " + read[copy]);
            }
            assertEquals(lost, runs.instead(0, 1L << lost), "the only one");
        }
        assertEquals(runs.first(0), runs.instead(0, 0));
    }

    /** What is smaller than a run too, wherever it lies: no copy has more than its share of columns, rounded up. */
    @ParameterizedTest
    @CsvSource({"4,2,16", "6,2,1", "6,3,48", "8,2,16", "12,3,16"})
    void aPieceIsReadFromAllCopies(int devices, int copies, int unitBlocks) {
        CopyRuns runs = runs(devices, copies, unitBlocks);
        int columns = devices / copies;
        for (long run = 0; run < 100; run++) {
            // On each device a run that is not reached by this.
            long first = RUN_BLOCKS / unitBlocks * unitBlocks * columns * run;
            long[] read = new long[copies];
            for (long block = first; block < first + (long) unitBlocks * columns; block++) {
                read[runs.first(block)]++;
            }
            for (long each : read) {
                assertTrue(each <= (long) (columns + copies - 1) / copies * unitBlocks, run + ": " + each);
            }
        }
    }

    /** The beginnings of pages, or their ends, don't all ask the same copy. */
    @ParameterizedTest
    @CsvSource({"4,2,1", "4,2,2", "4,2,4", "4,2,64", "4,4,16", "9,3,9", "6,3,3"})
    void whatLiesRunsApartIsReadFromAllCopies(int devices, int copies, int step) {
        CopyRuns runs = runs(devices, copies, 16);
        int[] read = new int[copies];
        for (long i = 0; i < 6L * copies; i++) {
            read[runs.first(i * step * RUN_BLOCKS * (devices / copies))]++;
        }
        for (int each : read) {
            assertEquals(6, each);
        }
    }

    /** A large pool has the longest, and each copy of a small one is read of at least twice, if it is not tiny. */
    @ParameterizedTest
    @CsvSource({"4,2,0,1024", "4,2,8192,2048", "4,2,8191,1024", "4,2,65535,8192", "4,2,65536,16384",
        "4,2,1000000000,16384", "4,4,65536,8192", "3,3,6143,1024", "3,3,12288,2048", "4,1,32768,16384"})
    void lengthFollowsThePoolsSize(int devices, int copies, long deviceBlocks, long runBlocks) {
        assertEquals(runBlocks, CopyRuns.of(new MirroredStripes(devices, copies, 16), deviceBlocks).runBlocks());
    }

    @Test
    void runsHaveBlocks() {
        assertThrows(IllegalArgumentException.class, () -> new CopyRuns(new MirroredStripes(4, 2, 16), 0));
    }
}
