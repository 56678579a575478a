package io.batonfs.bench;

/** What a figure is counted in, and which way is better. */
enum Unit {
    /** 10^6 bytes a second. */
    MEGABYTES_PER_SECOND("MB/s", true),
    OPERATIONS_PER_SECOND("ops/s", true),
    SECONDS("s", false),
    /** Processor time of all processes for 2^30 bytes carried. */
    SECONDS_PER_GIBIBYTE("s/GiB", false),
    MILLISECONDS("ms", false),
    MICROSECONDS("us", false);

    private final String symbol;
    private final boolean moreIsBetter;

    Unit(String symbol, boolean moreIsBetter) {
        this.symbol = symbol;
        this.moreIsBetter = moreIsBetter;
    }

    /** As it is printed. */
    String symbol() {
        return symbol;
    }

    /** How many times as good as the peer's figure a figure is: above 1 is better, whichever way that is. */
    double ratio(double figure, double peer) {
        return moreIsBetter ? figure / peer : peer / figure;
    }
}
