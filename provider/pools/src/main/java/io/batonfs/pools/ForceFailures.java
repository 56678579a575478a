package io.batonfs.pools;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many forces have failed of the device in each place of a set. A force concerns all that was written to a device,
 * and its failure is told once, to whoever asked: a pool that forces it next hears that all is well, though its own
 * bytes are lost. So each pool compares this count with what it was when it began to count on the device
 * ({@link PoolMembers}).
 *
 * <p>Thread-safe. While a superblock is written a lock of its place is held, in which nobody else is called but the device.
 */
final class ForceFailures {
    private final AtomicLongArray failures;
    /** 1 where a superblock is being written. */
    private final AtomicIntegerArray writing;
    private final Object[] locks;

    ForceFailures(int places) {
        this.failures = new AtomicLongArray(places);
        this.writing = new AtomicIntegerArray(places);
        this.locks = new Object[places];
        for (int place = 0; place < places; place++) {
            locks[place] = new Object();
        }
    }

    /** Writes a superblock. */
    interface Superblock {
        void write() throws IOException;
    }

    /** Writes the superblock of a device in use; counts a force of it that fails. */
    void superblock(int place, Superblock block) throws IOException {
        synchronized (locks[place]) {
            writing.set(place, 1);
            try {
                block.write();
            } catch (ForceFailedException e) {
                failures.incrementAndGet(place);
                throw e;
            } finally {
                writing.set(place, 0);
            }
        }
    }

    /** A force of the device in a place failed. */
    void add(int place) {
        failures.incrementAndGet(place);
    }

    /** How many have failed; waits for the end of a superblock's that is under way, which may be the one that hears. */
    long count(int place) {
        if (writing.get(place) != 0) {
            synchronized (locks[place]) {
                return failures.get(place);
            }
        }
        return failures.get(place);
    }
}
