package io.batonfs.pools.profile;

/**
 * Whether the operating system's page cache stood between a profiler and its device. The number stands for it in kept
 * profiles and is never reused.
 */
public enum CacheUse {
    /** Every read and write went to the device. */
    BYPASSED(0),
    /** Reads may have been answered from memory: the file system can't do without its cache. */
    IN_BETWEEN(1);

    private final int number;

    CacheUse(int number) {
        this.number = number;
    }

    /** The number in kept profiles. */
    public int number() {
        return number;
    }

    /**
     * The use with a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    static CacheUse ofNumber(int number) {
        for (CacheUse use : values()) {
            if (use.number == number) {
                return use;
            }
        }
        throw new IllegalArgumentException("there is no use of the cache with number " + number);
    }
}
