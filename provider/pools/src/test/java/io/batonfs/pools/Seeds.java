package io.batonfs.pools;

/**
 * Where the random histories of a run begin: somewhere else in each, so that runs add up, and printed, so that any can be had
 * again. {@code -Dbaton.pools.seeds=N} gives a whole run again, which of the write boundaries are tried included;
 * {@code -Dbaton.pools.seed=N} runs the one history whose seed a failure printed. Stateless after loading.
 */
final class Seeds {
    private static final Long ONE = Long.getLong("baton.pools.seed");
    private static final long RUN = Long.getLong("baton.pools.seeds", System.nanoTime() & 0xFFFF_FFFFL);
    /** More than there are histories of a kind. */
    private static final long APART = 1_000_000;

    private Seeds() {
    }

    /**
     * The first seed of a kind of histories; further ones are the numbers after it.
     *
     * @param kind a small number, another one for histories that are to be others
     */
    static long first(long kind) {
        if (ONE != null) {
            return ONE;
        }
        System.out.println("-Dbaton.pools.seeds=" + RUN);
        return RUN + kind * APART;
    }

    /** How many histories are to be run where so many are usual. */
    static long count(long usual) {
        return ONE == null ? usual : 1;
    }

    /** The first write boundary of those that are tried, which are so far apart: each has its turn in some run. */
    static long firstBoundary(int stride) {
        return 1 + Math.floorMod(RUN, stride);
    }
}
