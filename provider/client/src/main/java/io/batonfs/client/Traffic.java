package io.batonfs.client;

import java.util.concurrent.atomic.LongAdder;

/** Counts what passes through one client. Thread-safe. */
final class Traffic {
    private final LongAdder readBytes = new LongAdder();
    private final LongAdder writtenBytes = new LongAdder();
    private final LongAdder copiedBytes = new LongAdder();
    private final LongAdder checksummedBytes = new LongAdder();
    private final LongAdder offloadedCopies = new LongAdder();
    private final LongAdder offloadedBytes = new LongAdder();
    private final LongAdder fallbacks = new LongAdder();

    void read(int bytes) {
        readBytes.add(bytes);
    }

    void written(int bytes) {
        writtenBytes.add(bytes);
    }

    /** File bytes were copied within this process: every line of the client that does so says it here. */
    void copied(int bytes) {
        copiedBytes.add(bytes);
    }

    /** File bytes went through a checksum. */
    void checksummed(int bytes) {
        checksummedBytes.add(bytes);
    }

    void offloaded(long bytes) {
        offloadedCopies.increment();
        offloadedBytes.add(bytes);
    }

    void fallback() {
        fallbacks.increment();
    }

    /**
     * The counters now.
     *
     * @param lwioBytes             what passed through the connections
     * @param sharedMemoryBytes     of that, by shared memory
     * @param sharedMemoryFallbacks connections that it was not to be had for
     * @param lwioCopiedBytes       what they copied of what passed through them
     */
    ClientCounters counters(
            long lwioBytes, long sharedMemoryBytes, long sharedMemoryFallbacks, long lwioCopiedBytes) {
        return new ClientCounters(readBytes.sum(), writtenBytes.sum(), lwioBytes, sharedMemoryBytes,
                sharedMemoryFallbacks, copiedBytes.sum() + lwioCopiedBytes, checksummedBytes.sum(),
                offloadedCopies.sum(), offloadedBytes.sum(), fallbacks.sum());
    }
}
