package io.batonfs.pools.placement;

/** What is done with the pages of a volume, taken together. Filled by one round, then read only. */
final class VolumeUse {
    private double reads;
    private double writes;
    private long bytes;

    void add(PlacedPage page) {
        reads += page.activity().reads();
        writes += page.activity().writes();
        bytes += page.bytes();
    }

    /** What a byte of it loses, on the average, in one tier against another. */
    double lossPerByte(Tiers tiers, int from, int to) {
        return -tiers.saving(reads, writes, from, to) / bytes;
    }
}
