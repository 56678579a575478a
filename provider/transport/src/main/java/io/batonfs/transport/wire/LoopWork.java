package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.GuardedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the driver of a loop does, whoever that is ({@link IoLoop}): looks at the connections that are hot, asks the
 * selector, runs the tasks that others hand in, and sees to time. It belongs to the driver and passes on with that, but
 * for {@code tasks} and {@code wakeUpPending}, and what is said to be for any thread.
 */
final class LoopWork {
    private static final Logger LOG = LoggerFactory.getLogger(LoopWork.class);
    private static final long NANOS_PER_MS = 1_000_000;
    /** How long the acknowledgement of a message that nobody waits for may wait for a frame to travel with. */
    static final long ACKNOWLEDGE_WITHIN_MS = 1;
    /** What one read takes in at best: small messages come together, and large ones go on straight to their place. */
    private static final int READ_BYTES = 64 * 1024;
    /** How often others have their turn while some connections are busy. */
    private static final long SELECT_EVERY_NANOS = 50_000;
    /** Looks in vain before others may have the processor: a look takes some tens of nanoseconds, yielding hundreds. */
    private static final int LOOKS_PER_YIELD = 64;
    /** Looks that found something, or were a poller's, before the driver sees to all else: some tens of microseconds. */
    private static final int LOOKS_PER_ROUND = 64;
    /** So many looks at the selector take longer than any budget, if the clock goes. */
    private static final int LOOKS_FOR_CHANNELS = 1000;
    /** Looks of a poller, which may work for long on what each finds, before it asks how long that took. */
    private static final int LOOKS_PER_CLOCK = 8;

    private final String name;
    private final Selector selector;
    private final LongSupplier nanoClock;
    private final long tickNanos;
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BYTES);
    /** Added to under its own monitor, with {@code ended}. */
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;
    private final AtomicBoolean wakeUpPending = new AtomicBoolean();
    private final AcknowledgementsOwed owed = new AcknowledgementsOwed(ACKNOWLEDGE_WITHIN_MS * NANOS_PER_MS);
    private final FailedConnections failed;
    private final FaultContainment faults;
    private final HotSet hot;
    private final SpinBudget spin;
    private long nextTick;
    /** Something may come at any moment: somebody waits for an answer, or there was something just now. */
    private boolean expecting;
    /** Whether the last look at the channels went on for as long as it may, and found nothing. */
    private boolean lookedInVain;
    private long lastSelected;
    /** The time as it was read last. */
    private long clock;
    private int looksSinceRound;
    /** Once some connection's peer speaks by memory, an InternalError may be late. */
    private volatile boolean sharesMemory;

    /** That of one loop; the parameters are as there. */
    LoopWork(String name, int tickMs, long spinNanos, Runnable whenFaultMet, LongSupplier nanoClock) throws IOException {
        this.name = name;
        this.nanoClock = nanoClock;
        failed = new FailedConnections(name);
        faults = new FaultContainment(name, whenFaultMet, failed);
        hot = new HotSet(faults::look);
        spin = new SpinBudget(spinNanos);
        tickNanos = tickMs * NANOS_PER_MS;
        clock = now();
        nextTick = clock + tickNanos;
        selector = Selector.open();
    }

    private long now() {
        return nanoClock.getAsLong();
    }

    /** The time as it was read last. */
    long clock() {
        return clock;
    }

    ByteBuffer readBuffer() {
        return readBuffer;
    }

    AcknowledgementsOwed owed() {
        return owed;
    }

    // ---- any thread

    /** Adds a task; false if none are taken any more. */
    boolean add(Runnable task) {
        synchronized (tasks) {
            if (ended) {
                return false;
            }
            tasks.add(task);
        }
        return true;
    }

    boolean hasTasks() {
        return !tasks.isEmpty();
    }

    /** No more tasks are taken. */
    void takeNoMore() {
        synchronized (tasks) {
            ended = true;
        }
    }

    /** Whether {@link #takeNoMore} has been called. */
    boolean hasEnded() {
        return ended;
    }

    /** Has the driver look at its tasks; whether it was not about to anyway. */
    boolean wakeUp() {
        if (wakeUpPending.compareAndSet(false, true)) {
            selector.wakeup();
            return true;
        }
        return false;
    }

    boolean isAboutToWakeUp() {
        return wakeUpPending.get();
    }

    /** Ends a selection, and no more. */
    void wakeSelection() {
        selector.wakeup();
    }

    /** A fault came up, and it is not known whose. */
    void faultMet(InternalError fault) {
        faults.met(fault);
    }

    // ---- the driver

    /** Faults of a connection that was looked at come up now. */
    void bringUpFaults() {
        faults.bringUp();
    }

    /** Something may come at any moment. */
    void expect() {
        expecting = true;
    }

    SelectionKey register(SelectableChannel channel, int interest, IoLoop.Handler handler) throws IOException {
        channel.configureBlocking(false);
        failed.makeRoom(selector.keys().size() + 1);
        return channel.register(selector, interest, handler);
    }

    boolean hasNoChannels() {
        return selector.keys().isEmpty();
    }

    /** Ends a connection, now or in the end. */
    void drop(IoLoop.Handler handler, String reason) {
        failed.drop(handler, reason);
    }

    boolean hasFailedToClose() {
        return !failed.isEmpty();
    }

    void dropAgain() {
        failed.dropAgain();
    }

    /** Calls each of what is registered; who fails ends, and no other. */
    void forEach(Consumer<IoLoop.Handler> call) {
        selector.keys().forEach(key -> guarded(key, call));
    }

    void heat(IoLoop.Polled connection) {
        sharesMemory = true;
        hot.add(connection, now());
    }

    void cool(IoLoop.Polled connection) {
        hot.remove(connection);
    }

    /** Somebody waits for what a connection will bring. */
    void attend(IoLoop.Polled connection) {
        faults.within(connection, connection::awaited);
    }

    /** As {@link IoLoop#progress}, by who has become the driver for that. */
    boolean lookFor(IoLoop.Polled connection, boolean trusted) throws IOException {
        try {
            if (connection.isAsleep()) {
                attend(connection);
            }
            boolean any = faults.look(connection, true);
            if (!trusted) {
                faults.bringUp();
            }
            if (!any || pollerHasHadItsTurn() || wakeUpPending.get()) {
                clock = now();
                hot.busy(connection, clock);
                hot.look(clock);
                seeToAllElse();
                faults.bringUp();
                // Also what came of ending another connection: the caller's own code is no place for it.
                faults.bringUpHere();
            }
            return any;
        } catch (InternalError e) {
            faults.met(e);
            return false;
        }
    }

    /** After so many looks, or so much time with what the poller does between them, others have theirs. */
    private boolean pollerHasHadItsTurn() {
        looksSinceRound++;
        return looksSinceRound >= LOOKS_PER_ROUND
                || looksSinceRound % LOOKS_PER_CLOCK == 0 && now() - clock >= SELECT_EVERY_NANOS;
    }

    /** By the driver: some looks at what is hot, or one selection; and what comes of it. */
    void iterate(long maxMs) throws IOException {
        try {
            boolean found = spin();
            if (!found) {
                select(maxMs);
            }
            if (!found || ++looksSinceRound >= LOOKS_PER_ROUND || wakeUpPending.get() || !tasks.isEmpty()) {
                seeToAllElse();
            }
        } catch (InternalError e) {
            faults.met(e);
        }
    }

    /** Looks for what may come soon, or sleeps until something is there: not both, since meanwhile all may be done. */
    private void select(long maxMs) throws IOException {
        faults.bringUp();
        if (expecting && !sharesMemory && spin.nanos() > 0) {
            expecting = lookForChannels();
        } else {
            long before = now();
            // A guest's look may have left tasks, and nobody is told of what the driver itself leaves.
            int selected = tasks.isEmpty() ? selector.select(this::ready, maxMs) : selector.selectNow(this::ready);
            clock = now();
            if (selected > 0) {
                spin.slept(clock - before, sharesMemory || lookedInVain);
            }
            expecting = selected > 0;
            lookedInVain = false;
        }
        lastSelected = clock;
    }

    /** Asks again and again whether a channel is ready, for as long as waking a processor takes; whether one was. */
    private boolean lookForChannels() throws IOException {
        clock = now();
        long begin = clock;
        for (int looks = 0; looks < LOOKS_FOR_CHANNELS; looks++) {
            if (selector.selectNow(this::ready) > 0) {
                spin.found();
                clock = now();
                return true;
            }
            if (clock - begin >= spin.nanos()) {
                lookedInVain = true;
                return false;
            }
            if (wakeUpPending.get() || !tasks.isEmpty()) {
                return false;
            }
            // The peer may need this very processor.
            Thread.yield();
            long before = clock;
            clock = now();
            spin.looked(clock - before);
        }
        return false;
    }

    /** What a driver has to do beside looking at what is hot. */
    private void seeToAllElse() throws IOException {
        looksSinceRound = 0;
        faults.bringUp();
        runTasks();
        clock = now();
        if (!hot.isEmpty() && clock - lastSelected >= SELECT_EVERY_NANOS) {
            lastSelected = clock;
            selector.selectNow(this::ready);
            hot.restIdle(clock, spin.maxNanos());
        }
        owed.settle(clock);
        if (clock - nextTick >= 0) {
            nextTick = clock + tickNanos;
            failed.dropAgain();
            selector.keys().forEach(key -> guarded(key, handler -> handler.tick(clock)));
        }
    }

    /** Until something was found, or to be done, or all that was hot sleeps: then false. */
    private boolean spin() {
        if (hot.isEmpty()) {
            return false;
        }
        long begin = 0;
        long before = 0;
        for (int looks = 1; !wakeUpPending.get(); looks++) {
            if (hot.look(clock)) {
                spin.found();
                return true;
            }
            if (spin.nanos() == 0) {
                clock = now();
                hot.restIdle(clock, 0);
                return !hot.isEmpty();
            }
            if (looks % LOOKS_PER_YIELD == 0) {
                if (begin == 0) {
                    before = now() | 1;
                    begin = before;
                }
                // Who has nothing else to do must not be in the way, maybe of the very peer whose answer he looks for.
                Thread.yield();
                clock = now();
                spin.looked(clock - before);
                before = clock;
                if (clock - begin >= spin.nanos()) {
                    hot.restIdle(clock, 0);
                    return !hot.isEmpty();
                }
            }
            Thread.onSpinWait();
        }
        return true;
    }

    private void ready(SelectionKey key) {
        guarded(key, handler -> handler.ready(key));
    }

    /** One connection's failure is no other's; an Error's neither, as all stand still without the keepers. */
    private void guarded(SelectionKey key, Consumer<IoLoop.Handler> call) {
        IoLoop.Handler handler = (IoLoop.Handler) key.attachment();
        try {
            if (key.isValid()) {
                if (handler instanceof IoLoop.Polled connection) {
                    faults.within(connection, () -> call.accept(connection));
                } else {
                    call.accept(handler);
                }
            }
        } catch (CancelledKeyException e) {
            LOG.trace("a channel was closed while it was looked at", e);
        } catch (RuntimeException | Error e) {
            failed.failed(handler, e);
        }
    }

    void runTasks() {
        wakeUpPending.set(false);
        Runnable task = tasks.poll();
        while (task != null) {
            guarded(task);
            task = tasks.poll();
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            GuardedLog.error(LOG, "a task of {} failed", name, e);
        }
        if (sharesMemory) {
            faults.bringUpHere();
        }
    }

    /** Of a loop that has ended, or was never started. */
    void close() {
        try {
            selector.close();
        } catch (IOException e) {
            LOG.warn("the selector of {} can't be closed", name, e);
        }
    }
}
