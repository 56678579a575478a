package io.batonfs.bench;

import java.time.Duration;

/**
 * How much work the rows do.
 *
 * @param quick     whether these are the small ones, which show that the benchmark works and nothing about speed
 * @param fileBytes the big file; a multiple of 1 MiB
 * @param spell     how long a sample takes that counts operations in a time
 * @param listed    entries of the directory that is listed
 * @param deleted   files that each thread deletes in a sample
 */
record Sizes(boolean quick, long fileBytes, Duration spell, int listed, int deleted) {

    /** The sizes of the goals, or small ones. */
    static Sizes of(boolean quick) {
        return quick
                ? new Sizes(true, 32L << 20, Duration.ofMillis(200), 100, 20)
                : new Sizes(false, 1L << 30, Duration.ofSeconds(2), 1000, 500);
    }

    /** The big file's size in words. */
    String fileTitle() {
        return quick ? fileBytes / (1 << 20) + "MiB" : fileBytes / (1 << 30) + "GiB";
    }
}
