package io.batonfs.transport.verbs;

import java.io.Closeable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Where finished work is announced. Any thread adds; one consumer at a time takes out, by polling, by a doorbell that
 * rings once ({@link #arm}), or by a blocking wait that spins a little and then sleeps on that doorbell
 * ({@link #await}).
 *
 * <p>Never overruns and never loses an entry: the ring grows with what is in it. No peer can make it grow, since every
 * entry stands for a request that this side had outstanding; so it has the size of what its consumer lets pile up.
 *
 * <p>No wake-up is lost: the consumer arms the doorbell and then looks at the count again; the producer raises the count
 * and then looks at the doorbell. Both are volatile, so at least one of the two sees the other. The entries are guarded
 * by {@code lock}; doorbells are run without any lock held.
 */
public final class CompletionQueue implements Closeable {
    private static final int INITIAL_CAPACITY = 8;
    private static final VarHandle ARMED;

    static {
        try {
            ARMED = MethodHandles.lookup().findVarHandle(CompletionQueue.class, "armed", Doorbell.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Object lock = new Object();
    private volatile Doorbell armed;
    private WorkCompletion[] ring = WorkCompletion.batch(INITIAL_CAPACITY);
    private int head;
    private volatile int count;
    private volatile boolean wakeRequested;
    private volatile boolean closed;

    /** What a producer calls. */
    public interface Doorbell {

        /**
         * There is something to see, or the queue was woken or closed. Must not throw.
         *
         * @param byWire whether the caller is the wire, bringing what the peer sent or did, and holds no lock at all:
         *               then it may be the thread that takes out and handles what there is, if that takes no time to
         *               speak of and waits for nothing. Else it is whoever posted work or ended a connection, with
         *               whatever locks he holds: then this only tells somebody else
         */
        void ring(boolean byWire);
    }

    CompletionQueue() {
    }

    private void grow(int capacity) {
        WorkCompletion[] larger = WorkCompletion.batch(capacity);
        for (int i = 0; i < count; i++) {
            larger[i] = ring[(head + i) % ring.length];
        }
        ring = larger;
        head = 0;
    }

    /** Adds an entry; the caller rings the doorbell once it holds no lock. */
    void push(QueuePair pair, long id, WorkOpcode opcode, WorkStatus status, int lengthBytes, int immediate) {
        synchronized (lock) {
            if (closed) {
                return;
            }
            if (count == ring.length) {
                grow(ring.length * 2);
            }
            ring[(head + count) % ring.length].set(pair, id, opcode, status, lengthBytes, immediate);
            count++;
        }
    }

    /** Rings the doorbell if there is something to see and somebody waits. */
    void ring(boolean byWire) {
        if (armed != null && (count != 0 || wakeRequested || closed)) {
            Doorbell doorbell = (Doorbell) ARMED.getAndSet(this, null);
            if (doorbell != null) {
                try {
                    doorbell.ring(byWire);
                } catch (RuntimeException | Error e) {
                    // As for want of a stack: then nobody is about to look, and the next ring has to find it. A store
                    // takes no stack.
                    armed = doorbell;
                    throw e;
                }
            }
        }
    }

    /**
     * Takes out what is there, without waiting.
     *
     * @return entries filled, from 0
     */
    public int poll(WorkCompletion[] into) {
        return poll(into, into.length);
    }

    /**
     * As {@link #poll(WorkCompletion[])}, but not more than so many.
     *
     * @param most up to the array's length
     */
    public int poll(WorkCompletion[] into, int most) {
        if (count == 0) {
            return 0;
        }
        synchronized (lock) {
            int n = Math.min(count, most);
            for (int i = 0; i < n; i++) {
                WorkCompletion entry = ring[head];
                into[i].copyFrom(entry);
                entry.queuePair = null;
                head = (head + 1) % ring.length;
            }
            count -= n;
            return n;
        }
    }

    /**
     * Asks for one ring of a doorbell when an entry is added, by the thread that added the entry.
     *
     * @return false if there are entries already: the doorbell is not armed, poll again
     */
    public boolean arm(Doorbell doorbell) {
        armed = doorbell;
        if (count == 0 && !wakeRequested && !closed) {
            return true;
        }
        // Either we take it back, or a producer has taken it and rings it: then somebody will poll.
        return !ARMED.compareAndSet(this, doorbell, null);
    }

    /**
     * Asks for one ring of a doorbell whenever the next thing happens, also if there are entries already: for who can't
     * take them out now.
     */
    public void armForNextRing(Doorbell doorbell) {
        armed = doorbell;
    }

    /**
     * Waits for entries: spins, then sleeps. One thread at a time.
     *
     * @param spins how often to look before sleeping; some tens of nanoseconds each
     * @return entries filled; 0 after {@link #wakeUp} or {@link #close}
     * @throws InterruptedException if the thread is interrupted while it sleeps
     */
    public int await(WorkCompletion[] into, int spins) throws InterruptedException {
        Doorbell unpark = null;
        while (true) {
            int n = poll(into);
            if (n > 0) {
                return n;
            }
            if (wakeRequested || closed) {
                wakeRequested = false;
                return 0;
            }
            for (int i = 0; i < spins && count == 0; i++) {
                Thread.onSpinWait();
            }
            if (count != 0) {
                continue;
            }
            if (unpark == null) {
                Thread self = Thread.currentThread();
                unpark = byWire -> LockSupport.unpark(self);
            }
            if (arm(unpark)) {
                while (armed == unpark) {
                    LockSupport.park(this);
                    if (Thread.interrupted()) {
                        ARMED.compareAndSet(this, unpark, null);
                        throw new InterruptedException("interrupted while waiting for a completion");
                    }
                }
            }
        }
    }

    /** Makes one {@link #await}, running or next, return. */
    public void wakeUp() {
        wakeRequested = true;
        ring(false);
    }

    /** Entries that there is memory for at this moment. */
    int slots() {
        synchronized (lock) {
            return ring.length;
        }
    }

    /** Entries not taken out yet. */
    public int size() {
        return count;
    }

    /** Drops what is left; work that ends from now on is not announced. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            while (count > 0) {
                ring[head].queuePair = null;
                head = (head + 1) % ring.length;
                count--;
            }
        }
        ring(false);
    }
}
