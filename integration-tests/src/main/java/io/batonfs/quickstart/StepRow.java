package io.batonfs.quickstart;

/**
 * A line of the result.
 *
 * @param step        what was done
 * @param files       files it dealt with
 * @param bytes       their bytes
 * @param seconds     how long it took, without the verification
 * @param clientBytes file bytes that passed through the streams of the Baton client meanwhile
 * @param offloaded   files or trees copied by token
 * @param fallbacks   offloads that failed and were done by ordinary copying
 * @param verified    whether everything that had to be true was
 */
record StepRow(
        String step, long files, long bytes, double seconds, long clientBytes, long offloaded, long fallbacks,
        boolean verified) {

    /** Megabytes (10^6 bytes) a second. */
    double megabytesPerSecond() {
        return seconds > 0 ? bytes / 1e6 / seconds : 0;
    }
}
