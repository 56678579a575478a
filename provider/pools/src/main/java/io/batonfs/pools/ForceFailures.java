package io.batonfs.pools;

import java.io.IOException;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many forces of each device of a set have failed. A force concerns all that was written to a device, and its failure
 * is told once, to whoever asked: a pool that forces the device next, or at the same moment, hears that all is well, though
 * its own bytes are lost. So each pool compares this count with what it was when it began to count on the device
 * ({@link PoolMembers}), after those forces have ended that may have heard it in its stead.
 *
 * <p>Thread-safe. Each device has a lock, in which nobody is called. A device that never answers keeps who counts waiting,
 * as it does who forces it.
 */
final class ForceFailures {
    private final Map<BlockDevice, Forces> all = new ConcurrentHashMap<>();

    /** What forces a device. */
    interface Force {
        void run() throws IOException;
    }

    /** Those of a device; guarded by this object's lock. */
    private static final class Forces {
        /** The numbers of those under way. */
        private final TreeSet<Long> underWay = new TreeSet<>();
        private long begun;
        private long failures;

        private synchronized long begin() {
            underWay.add(begun);
            return begun++;
        }

        private synchronized void end(long number, boolean failed) {
            failures += failed ? 1 : 0;
            underWay.remove(number);
            notifyAll();
        }

        private synchronized long failures() {
            return failures;
        }

        private synchronized long failuresOfThoseBegun() {
            long next = begun;
            boolean interrupted = false;
            while (!underWay.isEmpty() && underWay.first() < next) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    // Without the answer nothing can be said; whoever interrupts is heard afterwards.
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return failures;
        }
    }

    /** Writes the superblock of a device in use; counts a force of it that fails. */
    void superblock(BlockDevice device, Force block) throws IOException {
        Forces forces = of(device);
        long number = forces.begin();
        boolean failed = false;
        try {
            block.run();
        } catch (ForceFailedException e) {
            failed = true;
            throw e;
        } finally {
            forces.end(number, failed);
        }
    }

    /** Forces a device; counts it if that fails. */
    void force(BlockDevice device) throws IOException {
        Forces forces = of(device);
        long number = forces.begin();
        boolean done = false;
        try {
            device.force();
            done = true;
        } finally {
            forces.end(number, !done);
        }
    }

    /** How many have failed until now, without those that are under way. */
    long soFar(BlockDevice device) {
        return of(device).failures();
    }

    /**
     * How many have failed of all that have begun until now: waits for the end of those under way, since one of them may be
     * the one that hears. Not to be called within one.
     */
    long count(BlockDevice device) {
        return of(device).failuresOfThoseBegun();
    }

    private Forces of(BlockDevice device) {
        return all.computeIfAbsent(device, added -> new Forces());
    }
}
