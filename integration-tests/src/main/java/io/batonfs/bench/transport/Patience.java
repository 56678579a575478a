package io.batonfs.bench.transport;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Ends a client's spinning when the server never answers. For one thread. */
final class Patience {
    private static final int LOOKS = 1 << 16;
    private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(TransportClient.PATIENCE_MS);

    private int looks;
    private long beganNanos;

    /** There was nothing again. */
    void nothing() throws IOException {
        Thread.onSpinWait();
        looks++;
        if (looks % LOOKS == 0) {
            long now = System.nanoTime();
            if (looks == LOOKS) {
                beganNanos = now;
            } else if (now - beganNanos > NANOS) {
                throw new IOException("the server does not answer");
            }
        }
    }

    /** There was something. */
    void found() {
        looks = 0;
    }
}
