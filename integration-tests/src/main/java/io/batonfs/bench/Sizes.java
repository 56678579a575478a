package io.batonfs.bench;

import java.time.Duration;

/**
 * How much work the rows do.
 *
 * @param quick      whether these are the small ones, which show that the benchmark works and nothing about speed
 * @param fileBytes  the big file; a multiple of 1 MiB
 * @param preadBytes the file that is read at random positions; a multiple of 1 MiB
 * @param spell      how long a sample takes that counts operations in a time; half of it or a third, one
 *                   on a pool
 * @param files      entries of the directory that is listed, or whose files are asked for; a multiple of 8
 * @param deleted    files that are deleted in a sample, by all threads together; a multiple of 8
 * @param poolBytes  data that are written to a pool and read from it in a sample; a multiple of 1 MiB
 * @param diskBytes  data of a pool where the disk is what counts, and where a device is rebuilt; a multiple of 1 MiB
 * @param sustainedBytes data that are written to a pool without a pause, more than an operating system keeps to
 *                   itself; a multiple of 1 MiB
 * @param memoryBytes data that parities are computed of where memory is what counts: more than a processor's caches hold
 * @param segments   segments that a row allocator holds runs of, about
 */
record Sizes(boolean quick, long fileBytes, long preadBytes, Duration spell, int files, int deleted, long poolBytes,
        long diskBytes, long sustainedBytes, long memoryBytes, int segments) {

    /** The sizes of the goals, or small ones. */
    static Sizes of(boolean quick) {
        return quick
                ? new Sizes(true, 32L << 20, 8L << 20, Duration.ofMillis(200), 80, 80, 8L << 20,
                        8L << 20, 16L << 20, 8L << 20, 1000)
                : new Sizes(false, 1L << 30, 256L << 20, Duration.ofMillis(1500), 1000, 4000, 256L << 20,
                        512L << 20, 4L << 30, 256L << 20, 1_000_000);
    }

    /** The big file's size in words. */
    String fileTitle() {
        return quick ? fileBytes / (1 << 20) + "MiB" : fileBytes / (1 << 30) + "GiB";
    }
}
