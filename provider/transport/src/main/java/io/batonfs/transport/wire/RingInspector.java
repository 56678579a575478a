package io.batonfs.transport.wire;

import java.io.Closeable;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds the connections whose peer has cut the shared file short. Whoever touches such memory reads anything, and is
 * told late or never ({@link FaultBarrier}); so the lengths of the files are what counts, and a thread asks for them
 * that never touches the memory itself: nothing a peer does can be in its way. It is this object's own, sleeps while
 * there are no connections, and else looks now and then, or when somebody has met a fault. Thread-safe.
 */
final class RingInspector implements Closeable {
    /** Files looked at before the next sleep; one takes less than a microsecond. */
    private static final int FILES_IN_A_ROW = 1024;
    private static final long NANOS_PER_MS = 1_000_000;

    private final Set<Inspected> all = ConcurrentHashMap.newKeySet();
    private final long periodNanos;
    private final Thread thread;
    private volatile boolean faultMet;
    private volatile boolean closed;

    /** A connection with a file. Called by the inspector's thread. */
    interface Inspected {
        /** Ends if the file has been cut short; again and again until it is {@linkplain #remove taken out}. */
        void inspect();
    }

    /** @param periodMs how often to look, at the first {@value #FILES_IN_A_ROW} and then at the next */
    RingInspector(String name, int periodMs) {
        periodNanos = periodMs * NANOS_PER_MS;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void add(Inspected one) {
        all.add(one);
        LockSupport.unpark(thread);
    }

    void remove(Inspected one) {
        all.remove(one);
    }

    /** Somebody has met a fault and does not know whose: all are looked at, now. */
    void faultMet() {
        faultMet = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        Iterator<Inspected> next = all.iterator();
        while (!closed) {
            if (faultMet) {
                faultMet = false;
                all.forEach(Inspected::inspect);
            } else if (all.isEmpty()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, periodNanos);
            }
            for (int n = 0; n < FILES_IN_A_ROW && next.hasNext(); n++) {
                next.next().inspect();
            }
            if (!next.hasNext()) {
                next = all.iterator();
            }
        }
    }

    /** Ends the thread, without waiting for it. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /** Waits until the thread has ended. */
    void join() throws InterruptedException {
        thread.join();
    }
}
