package io.batonfs.pools.raid;

/**
 * Which copy of a mirror is read first. It follows from where a block lies and from nothing else, so that of what is read
 * again and again the operating system keeps one copy in memory and not all.
 *
 * <p>It is the same for a <i>run</i> of blocks of a device. Who reads on does so on each device too, and is read ahead
 * for. At a run's end the system has read ahead in vain. Linux does so by 128 KiB where nobody says otherwise, but by
 * 8 MiB on some machines: with runs of 4 MiB nearly all copies of everything were fetched there, one of them for nobody.
 * With 64 MiB it is an eighth at worst, and a twelfth of two copies, as a run in three is followed by one of the same
 * copy. Longer runs gained nothing that could be measured, and the shorter runs are the better those are spread over the
 * copies who read one file together. A small pool has shorter ones, so that it has some of each copy.
 *
 * <p>Of each {@code copies} runs that follow one another (the first of them a multiple of that) each has its own copy, so
 * that reads are spread over all devices. While one is out, the others of its column have its runs in turn. Which one is
 * the sum of the digits of the run's number, to the base of the copies: what lies as many runs apart as a power of the copies tells, as pages often begin, is spread as evenly. And it
 * is another one in the next column, so that also what is smaller than a run is not read from first copies only.
 *
 * @param geometry  where copies lie
 * @param runBlocks blocks of a device that are read from the same copy
 */
public record CopyRuns(MirroredStripes geometry, long runBlocks) {
    /** 4 MiB. */
    static final long LEAST_RUN_BLOCKS = 1024;
    /** 64 MiB. */
    static final long MOST_RUN_BLOCKS = 16_384;

    private static final int RUNS_OF_A_COPY = 2;

    /** Checks the ranges. */
    public CopyRuns {
        if (runBlocks < 1) {
            throw new IllegalArgumentException("a run of " + runBlocks + " blocks is too small");
        }
    }

    /** Runs for a pool that has so many blocks on each device: if it can be, two for each copy at least. */
    public static CopyRuns of(MirroredStripes geometry, long deviceBlocks) {
        long most = Long.highestOneBit(deviceBlocks / (RUNS_OF_A_COPY * geometry.copies()));
        return new CopyRuns(geometry, Math.max(LEAST_RUN_BLOCKS, Math.min(MOST_RUN_BLOCKS, most)));
    }

    /** The copy of a block that is read first. */
    public int first(long block) {
        int copies = geometry.copies();
        if (copies == 1) {
            return 0;
        }
        long sum = geometry.column(block);
        for (long rest = geometry.deviceBlock(block) / runBlocks; rest > 0; rest /= copies) {
            sum += rest % copies;
        }
        return (int) (sum % copies);
    }

    /**
     * The copy of a block that is read first while the {@linkplain #first first one} can't be.
     *
     * @param online the copies that can be, bit after bit; if there are none the first one stays
     */
    public int instead(long block, long online) {
        int left = Long.bitCount(online);
        if (left == 0) {
            return first(block);
        }
        // Each copy has one run of those that follow one another; the one that is out, too.
        long turn = geometry.deviceBlock(block) / runBlocks / geometry.copies() + geometry.column(block);
        long rest = online;
        for (long i = turn % left; i > 0; i--) {
            rest &= rest - 1;
        }
        return Long.numberOfTrailingZeros(rest);
    }
}
