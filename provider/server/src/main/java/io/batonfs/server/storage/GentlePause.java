package io.batonfs.server.storage;

import io.batonfs.pools.LoadMeter;
import io.batonfs.pools.profile.Throttle;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How who measures a device rests while a server works with it: as long as its share of the device's time wants, and as
 * long again for each {@value #GENTLE_BYTES_PER_SECOND} bytes a second that clients ask of the server's pools meanwhile, but
 * {@value #MOST_TIMES} times as long at most. Ends when it is told to stop, by the exception that an interrupt would end it
 * by. One thread rests, any may stop it.
 */
final class GentlePause implements Throttle.Pause {
    /** A tenth of what one spindle gives: beside less it need not hold back. */
    static final long GENTLE_BYTES_PER_SECOND = 16L << 20;
    /** Beside the greatest load it goes on, if slowly. */
    static final int MOST_TIMES = 20;

    private final LoadMeter load;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stop = lock.newCondition();
    private boolean stopped;

    GentlePause(LoadMeter load, Clock clock) {
        this.load = load;
        this.clock = clock;
    }

    @Override
    public void forNanos(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long rest = stretched(nanos, load.perSecond(clock.millis()));
            while (!stopped && rest > 0) {
                rest = stop.awaitNanos(rest);
            }
            if (stopped) {
                throw new InterruptedException("measuring was stopped");
            }
        } finally {
            lock.unlock();
        }
    }

    static long stretched(long nanos, double bytesPerSecond) {
        double times = Math.min(MOST_TIMES, 1 + Math.max(0, bytesPerSecond) / GENTLE_BYTES_PER_SECOND);
        return (long) Math.min(nanos * times, TimeUnit.HOURS.toNanos(1));
    }

    /** Ends the present rest and every further one. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            stop.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
