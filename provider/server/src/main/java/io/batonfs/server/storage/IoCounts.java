package io.batonfs.server.storage;

import java.util.concurrent.atomic.LongAdder;

/** Counts what clients' I/Os came to. Thread-safe. */
final class IoCounts {
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();
    private final LongAdder readsFailed = new LongAdder();
    private final LongAdder writesFailed = new LongAdder();

    void succeeded(boolean write, int bytes) {
        (write ? bytesWritten : bytesRead).add(bytes);
    }

    void failed(boolean write) {
        (write ? writesFailed : readsFailed).increment();
    }

    long bytesRead() {
        return bytesRead.sum();
    }

    long bytesWritten() {
        return bytesWritten.sum();
    }

    long readsFailed() {
        return readsFailed.sum();
    }

    long writesFailed() {
        return writesFailed.sum();
    }
}
