package io.batonfs.transport.wire;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
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
 * nobody has to close it. It says that it ends, and looks once more whether there are any; who has left something looks
 * then whether there is a thread. No Error ends it, as of a process without memory: it looks again a lull later. When
 * nothing has been found for a while it sleeps until something is left. That wakes it for
 * certain: it says that it sleeps, and looks once more; who has left something looks then whether it sleeps; at least
 * one of the two sees the other. But who has failed at an errand may have no stack left to wake it: so it gets up once
 * in {@value #NAP_MS} ms all the same.
 *
 * <p>Thread-safe: {@code this} guards the thread's beginning and end.
 */
final class ErrandKeeper implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ErrandKeeper.class);
    private static final long LULL_MS = 1;
    private static final long LULL_NANOS = LULL_MS * 1_000_000;
    /** Whoever leaves less often than once in a tenth of a second may as well wake it each time. */
    private static final int LOOKS_BEFORE_SLEEP = 100;
    private static final long NAP_MS = 1_000;
    private static final long NAP_NANOS = NAP_MS * 1_000_000;

    private final LongSupplier nanoClock;
    private final ThreadFactory threads;
    private final Set<ErrandSlot> slots;
    private volatile Thread thread;
    private volatile boolean asleep;
    /** Whether something has failed at the look before; the thread's own. */
    private boolean failing;

    /** Without a thread yet. */
    ErrandKeeper(LongSupplier nanoClock) {
        this(nanoClock, task -> {
            Thread keeper = new Thread(task, "baton-in-process-keeper");
            keeper.setDaemon(true);
            return keeper;
        }, ConcurrentHashMap.newKeySet());
    }

    /**
     * The same of other parts.
     *
     * @param threads of one after the other
     * @param slots   empty; any number of threads add and remove while others go through them
     */
    ErrandKeeper(LongSupplier nanoClock, ThreadFactory threads, Set<ErrandSlot> slots) {
        this.nanoClock = nanoClock;
        this.threads = threads;
        this.slots = slots;
    }

    /** For one end of a connection; {@link #remove} follows when that ends. */
    ErrandSlot newSlot() {
        ErrandSlot slot = new ErrandSlot(nanoClock);
        slots.add(slot);
        return slot;
    }

    /** The connection has ended, and nothing is left there any more: what was is handed out. */
    void remove(ErrandSlot slot) {
        boolean done = false;
        try {
            slot.handOut();
            slots.remove(slot);
            done = true;
        } finally {
            if (!done) {
                // Only now, or the thread may find it settled while it is being handed out: so it stays until it is.
                slot.ends();
            }
            wakeIfAsleep();
        }
    }

    /** Something has been left in a slot. */
    void left() {
        if (thread == null) {
            start();
        } else {
            wakeIfAsleep();
        }
    }

    private void wakeIfAsleep() {
        if (asleep) {
            asleep = false;
            // Read after that: it may have been another thread before, which has ended, and this one sleeps.
            LockSupport.unpark(thread);
        }
    }

    /** The one that looks; null as long as there is none. */
    Thread thread() {
        return thread;
    }

    boolean isAsleep() {
        return asleep;
    }

    /** Not by {@code isEmpty}, which may be true for a moment though one is there that came before. */
    private boolean anySlots() {
        return slots.iterator().hasNext();
    }

    /** Ends of connections that stand. */
    int slots() {
        return slots.size();
    }

    private synchronized void start() {
        if (thread == null && anySlots()) {
            Thread keeper = threads.newThread(this);
            keeper.start();
            thread = keeper;
        }
    }

    private synchronized boolean ends() {
        if (anySlots()) {
            return false;
        }
        thread = null;
        boolean more = true;
        try {
            // Who came before that saw a thread, and left it at that; who comes from now on waits to start one.
            more = anySlots();
        } finally {
            if (more) {
                thread = Thread.currentThread();
            }
        }
        return !more;
    }

    @Override
    public void run() {
        int looksInVain = 0;
        while (true) {
            try {
                LockSupport.parkNanos(this, LULL_NANOS);
                forgetInterrupt();
                if (ends()) {
                    return;
                }
                looksInVain = look() ? 0 : looksInVain + 1;
                if (looksInVain >= LOOKS_BEFORE_SLEEP) {
                    sleep();
                    looksInVain = 0;
                }
            } catch (RuntimeException | Error e) {
                // Without this thread everybody would be forgotten.
                asleep = false;
                failed(e);
            }
        }
    }

    /** Told once, and not at each look for as long as it lasts. */
    private void failed(Throwable why) {
        if (!failing) {
            try {
                LOG.error("errands of connections within this process can't be handed out for the moment", why);
                failing = true;
            } catch (RuntimeException | Error e) {
                // Telling may fail like all else: then the next look tells.
                failing = false;
            }
        }
    }

    /** It is nobody's to end, and would never park again. */
    private static void forgetInterrupt() {
        if (Thread.interrupted()) {
            LOG.debug("somebody has interrupted the keeper of an in-process wire, which goes on");
        }
    }

    private boolean look() {
        boolean any = false;
        Throwable why = null;
        for (ErrandSlot slot : slots) {
            try {
                any |= slot.look();
                if (slot.isOver()) {
                    slots.remove(slot);
                }
            } catch (RuntimeException | Error e) {
                // One connection's failure is no other's.
                why = e;
            }
        }
        if (why != null) {
            failed(why);
            return true;
        }
        failing = false;
        return any;
    }

    private void sleep() {
        asleep = true;
        while (asleep && anySlots() && slots.stream().allMatch(ErrandSlot::isSettled)) {
            LockSupport.parkNanos(this, NAP_NANOS);
            forgetInterrupt();
        }
        asleep = false;
    }
}
