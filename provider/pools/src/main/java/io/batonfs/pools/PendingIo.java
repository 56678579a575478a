package io.batonfs.pools;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What a device was asked for and has not answered yet: when each of that was begun, in places of their own, one cache line
 * each. A thread takes the place that is its own by its number, or the next free one: an I/O costs one write that compares
 * and one that does not, takes no lock, allocates nothing and asks no clock.
 *
 * <p>{@value #PLACES} I/Os are known of a device at a time. What is begun beside so many is not: if all of them hang that
 * shows, and if they don't, one of those beside them may hang unseen until it is begun anew. A device has the queue of a disk
 * (some 32), and a storage server as many threads that ask one. Thread-safe.
 */
final class PendingIo {
    /** A power of two. */
    static final int PLACES = 64;
    /** No I/O; so nothing begins at this time. */
    static final long NONE = 0;

    /** Longs from one place to the next: 64 bytes. */
    private static final int STRIDE = 8;
    private static final int UNKNOWN = -1;

    private final AtomicLongArray begun = new AtomicLongArray(PLACES * STRIDE);

    /**
     * Something was asked for.
     *
     * @param now the time, not {@link #NONE}
     * @return what {@link #end} is to be told
     */
    int begin(long now) {
        int own = (int) Thread.currentThread().getId();
        for (int i = 0; i < PLACES; i++) {
            int at = (own + i & PLACES - 1) * STRIDE;
            if (begun.getPlain(at) == NONE && begun.compareAndSet(at, NONE, now)) {
                return at;
            }
        }
        return UNKNOWN;
    }

    /** The device has answered, with success or without. */
    void end(int place) {
        if (place != UNKNOWN) {
            begun.setRelease(place, NONE);
        }
    }

    /** When the oldest was begun of what is not answered; {@link #NONE} if all is. */
    long oldest() {
        long oldest = NONE;
        for (int at = 0; at < begun.length(); at += STRIDE) {
            long since = begun.getAcquire(at);
            if (since != NONE && (oldest == NONE || since < oldest)) {
                oldest = since;
            }
        }
        return oldest;
    }
}
