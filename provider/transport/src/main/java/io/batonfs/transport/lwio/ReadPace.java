package io.batonfs.transport.lwio;

import java.util.function.LongSupplier;

/**
 * Whether the small reads of a server are so quick that handing one to another thread would cost more than to carry it
 * out: what comes from memory takes some microseconds, a wake-up as many or more. Judged by those that were carried out
 * last; two slow ones in a row, or nearly, and all are handed out for a while, so that a device is asked for several
 * at a time and the thread that takes requests in is not held up by it.
 *
 * <p>Thread-safe without a lock: a judgement that comes a read late, or is lost to another thread's, does no harm.
 */
final class ReadPace {
    /** Up to this, data in memory is read, checked and copied in some 20 us. */
    static final int SMALL_BYTES = 64 * 1024;
    /** A hundred is what a fast device takes for a block, and several times what memory does. */
    static final long SLOW_NANOS = 100_000;
    /** How long reads are handed out; a thousand of a fast device's in a row. */
    static final long PAUSE_NANOS = 10_000_000;
    private static final int SLOW_AT = 2;

    private final LongSupplier nanoClock;
    private volatile int slowness;
    private volatile long pausedSince;

    ReadPace(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.pausedSince = nanoClock.getAsLong() - PAUSE_NANOS;
    }

    /** Whether a read of so many bytes is best carried out where it is. */
    boolean isQuick(int lengthBytes) {
        return lengthBytes <= SMALL_BYTES && (slowness < SLOW_AT || nanoClock.getAsLong() - pausedSince >= PAUSE_NANOS);
    }

    /**
     * Carries out a read, and judges by it if it is small. What fails here itself does so before the read has begun.
     */
    void run(Runnable read, int lengthBytes) {
        if (lengthBytes > SMALL_BYTES) {
            read.run();
            return;
        }
        long begin = nanoClock.getAsLong();
        read.run();
        long end;
        try {
            end = nanoClock.getAsLong();
        } catch (RuntimeException | Error e) {
            // The read is done, so whoever hears of this would take it for one that was not, and end a connection whose
            // client has its answer by then.
            return;
        }
        int before = slowness;
        if (end - begin < SLOW_NANOS) {
            if (before > 0) {
                slowness = before - 1;
            }
        } else if (before < SLOW_AT - 1) {
            slowness = before + 1;
        } else {
            pausedSince = end;
            slowness = SLOW_AT;
        }
    }
}
