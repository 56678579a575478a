package io.batonfs.bench;

/**
 * How long operations took, in classes that are 3 % wide, so that millions of them fit into a few kilobytes. Owned by
 * the thread that adds; to be merged when that has ended.
 */
final class Latencies {
    /** Classes of each power of two: 32, so that a class is at most 1/32 of its value wide. */
    private static final int FINE_BITS = 5;
    private static final int FINE = 1 << FINE_BITS;
    private static final int CLASSES = (Long.SIZE - FINE_BITS) * FINE;

    private final long[] counts = new long[CLASSES];
    private long total;

    /** Adds an operation. */
    void add(long nanos) {
        counts[classOf(nanos)]++;
        total++;
    }

    /** Adds all of another's. */
    void merge(Latencies other) {
        for (int i = 0; i < CLASSES; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    /** How many operations there were. */
    long total() {
        return total;
    }

    /**
     * The time in nanoseconds within which a part of the operations ended: the upper end of its class.
     *
     * @param part above 0 and up to 1
     * @throws IllegalStateException if there were none
     */
    long quantile(double part) {
        if (total == 0) {
            throw new IllegalStateException("no operation ended: nothing can be said of how long one takes");
        }
        long rank = (long) Math.ceil(part * total);
        long seen = 0;
        int i = -1;
        while (seen < rank) {
            i++;
            seen += counts[i];
        }
        return upperEnd(i);
    }

    /** Below 32 each value has its class; from there on the power of two and the five bits after the leading one. */
    private static int classOf(long nanos) {
        long value = Math.max(0, nanos);
        if (value < FINE) {
            return (int) value;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - FINE_BITS;
        return shift * FINE + (int) (value >>> shift);
    }

    private static long upperEnd(int i) {
        if (i < 2 * FINE) {
            return i;
        }
        int shift = i / FINE - 1;
        long mantissa = i - (long) shift * FINE;
        return (mantissa + 1 << shift) - 1;
    }
}
