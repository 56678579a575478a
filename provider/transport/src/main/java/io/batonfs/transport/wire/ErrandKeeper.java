package io.batonfs.transport.wire;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that nothing left in the connections of an in-process wire is forgotten: a thread that looks at all of
 * them once in a lull ({@value #LULL_MS} ms), and hands out what it finds for the second time. It runs nothing itself,
 * so nothing holds it up.
 *
 * <p>The thread is there as long as connections are, from the first errand on: so it ends with the last of them, and
 * nobody has to close it. When nothing has been found for a while it sleeps until something is left. That wakes it for
 * certain: it says that it sleeps, and looks once more; who has left something looks then whether it sleeps; at least
 * one of the two sees the other.
 *
 * <p>Thread-safe: {@code this} guards the thread's beginning and end.
 */
final class ErrandKeeper implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ErrandKeeper.class);
    private static final long LULL_MS = 1;
    private static final long LULL_NANOS = LULL_MS * 1_000_000;
    /** Whoever leaves less often than once in a tenth of a second may as well wake it each time. */
    private static final int LOOKS_BEFORE_SLEEP = 100;

    private final LongSupplier nanoClock;
    private final Set<ErrandSlot> slots = ConcurrentHashMap.newKeySet();
    private volatile Thread thread;
    private volatile boolean asleep;

    /** Without a thread yet. */
    ErrandKeeper(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** For one end of a connection; {@link #remove} follows when that ends. */
    ErrandSlot newSlot() {
        ErrandSlot slot = new ErrandSlot(nanoClock);
        slots.add(slot);
        return slot;
    }

    /** The connection has ended, and nothing is left there any more: what was is handed out. */
    void remove(ErrandSlot slot) {
        slots.remove(slot);
        slot.handOut();
        wakeIfAsleep(thread);
    }

    /** Something has been left in a slot. */
    void left() {
        Thread keeper = thread;
        if (keeper == null) {
            start();
        } else {
            wakeIfAsleep(keeper);
        }
    }

    private void wakeIfAsleep(Thread keeper) {
        if (asleep) {
            asleep = false;
            LockSupport.unpark(keeper);
        }
    }

    /** The one that looks; null as long as there is none. */
    Thread thread() {
        return thread;
    }

    boolean isAsleep() {
        return asleep;
    }

    /** Ends of connections that stand. */
    int slots() {
        return slots.size();
    }

    private synchronized void start() {
        if (thread == null && !slots.isEmpty()) {
            thread = new Thread(this, "baton-in-process-keeper");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private synchronized boolean ends() {
        if (slots.isEmpty()) {
            thread = null;
            return true;
        }
        return false;
    }

    @Override
    public void run() {
        int looksInVain = 0;
        while (!ends()) {
            LockSupport.parkNanos(this, LULL_NANOS);
            looksInVain = look() ? 0 : looksInVain + 1;
            if (looksInVain >= LOOKS_BEFORE_SLEEP) {
                sleep();
                looksInVain = 0;
            }
        }
    }

    private boolean look() {
        boolean any = false;
        for (ErrandSlot slot : slots) {
            try {
                any |= slot.look();
            } catch (RuntimeException | Error e) {
                // One connection's failure is no other's: without this thread all would be forgotten.
                LOG.error("an errand of a connection within this process could not be handed out", e);
            }
        }
        return any;
    }

    private void sleep() {
        asleep = true;
        while (asleep && !slots.isEmpty() && slots.stream().allMatch(ErrandSlot::isEmpty)) {
            LockSupport.park(this);
        }
        asleep = false;
    }
}
