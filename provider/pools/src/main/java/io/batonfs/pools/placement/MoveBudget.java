package io.batonfs.pools.placement;

/**
 * A token bucket for bytes to be moved. It may be overdrawn by one step, or a page larger than the burst could never
 * move, and is closed until that is paid back. So within any time t no more than burst + rate * t + one step are
 * spent. Not thread-safe.
 */
final class MoveBudget {
    private static final long MILLIS = 1000;

    private final long bytesPerSecond;
    private final long burstBytes;
    private long bytes;
    private long thousandths;
    private long atMs;
    private boolean started;

    MoveBudget(long bytesPerSecond, long burstBytes) {
        this.bytesPerSecond = bytesPerSecond;
        this.burstBytes = burstBytes;
    }

    /** It is this late now; the first time, the bucket is full. A clock that was set back gives nothing. */
    void advance(long nowMs) {
        if (!started) {
            started = true;
            bytes = burstBytes;
        } else if (nowMs > atMs) {
            long elapsedMs = nowMs - atMs;
            long missing = burstBytes - bytes;
            // First whether it is full by now: a long time away would overflow the product.
            if (elapsedMs / MILLIS > missing / bytesPerSecond) {
                bytes = burstBytes;
                thousandths = 0;
            } else {
                long earned = elapsedMs * bytesPerSecond + thousandths;
                bytes = Math.min(burstBytes, bytes + earned / MILLIS);
                thousandths = earned % MILLIS;
            }
        }
        atMs = nowMs;
    }

    /** Whether another step may be made. */
    boolean isOpen() {
        return bytes > 0;
    }

    void spend(long spentBytes) {
        bytes -= spentBytes;
    }

    /** Gives back what was spent on a step that was not made. */
    void giveBack(long unspentBytes) {
        bytes = Math.min(burstBytes, bytes + unspentBytes);
    }
}
