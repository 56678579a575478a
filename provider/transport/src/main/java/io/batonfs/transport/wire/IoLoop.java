package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.GuardedLog;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A selector with its channels, and who drives it: selects, reads, delivers, runs the tasks that others hand in (in
 * their order, between two selections). One thread at a time is the <em>driver</em>; what is not said to be
 * thread-safe here, and in the handlers, belongs to it, and passes on with {@link #driver}.
 *
 * <p>Two threads of the loop's own, the <em>keepers</em>, drive when nobody else does, and two sorts of work are done
 * without waking a further thread:
 * <ul>
 *   <li>A thread that waits for an answer of one of the connections, a <em>guest</em>, drives meanwhile
 *       ({@link #await}).
 *   <li>What a doorbell has to do that may take a moment, an <em>errand</em> ({@link #lend}), is run by the keeper that
 *       drove, after it has let go of the loop. While it is away, the other one runs none, so that one is always there.
 * </ul>
 * <pre>
 * keeper   drives; leaves for errands, and when it has served a guest; rests while others come and drive; takes the
 *          loop when nobody has begun to for {@value #LULL_MS} ms, or a task is there
 * guest    drives if nobody does, until its answer has come; else sleeps until that, or until a driver that leaves
 *          wakes the guest that has waited longest
 * </pre>
 * Nobody is forgotten: a guest is entered among those that wait and then looks at the driver again; a driver leaves and
 * then looks who waits. A loop may be left without a driver, but until a keeper's second look at most: mostly the
 * keeper is back from its errand before, or the next guest comes, and to wake somebody each time would cost more than
 * it saves.
 *
 * <p>Connections whose peer speaks by memory ({@link Polled}) are looked at by the driver as long as they are busy, and
 * a while longer ({@link SpinBudget}); then they sleep, and their peer rings by their channel. While some are busy, the
 * selector is asked now and then; once all sleep, so does the driver, in the selector.
 *
 * <p>Where no peer speaks by memory, it is the selector that is asked for as long, if something may come at any moment:
 * after something has come, or when a guest begins to wait. So a peer that is at work on another processor meets one
 * that need not be woken first, and one that needs this processor gets it.
 *
 * <p>A thread that polls itself need not wait for a driver: it is the driver for one look at one connection
 * ({@link #progress}), and the keepers stand back as long as it comes again.
 *
 * <p>Memory that a peer has cut short throws late ({@link FaultBarrier}). The driver has such a fault come up before it
 * turns from one connection to anything else, so that it can hit what belongs to that connection only, which then ends.
 *
 * <p>No Error ends a keeper, as of a process without memory, nor what would be said about it: it goes on a lull later.
 * A guest may leave with one, at the end of his stack: that he drives no more is a store, and if he can wake nobody, a
 * keeper finds it, also one that sleeps ({@value #ASLEEP_MS} ms). A connection that can't even be closed is closed again
 * ({@link FailedConnections}).
 *
 * <p>Ends when it was told to and its channels have gone, or at a deadline, when it closes what is left.
 */
final class IoLoop {
    private static final Logger LOG = LoggerFactory.getLogger(IoLoop.class);
    private static final long NANOS_PER_MS = 1_000_000;
    /** How long a loop may be without a driver before a keeper takes it. */
    private static final long LULL_MS = 1;
    private static final long LULL_NANOS = LULL_MS * NANOS_PER_MS;
    /** How long a keeper sleeps for which there is nothing to do, before it sees whether there is a driver. */
    private static final long ASLEEP_MS = 1000;
    private static final int KEEPERS = 2;
    /** How often what can't be closed is closed again when the loop ends, a lull apart. */
    private static final int LAST_TRIES = 100;
    /** For who is told of what he waits for. */
    private static final Runnable NO_LOOK = () -> { };
    private static final VarHandle DRIVER;

    static {
        try {
            DRIVER = MethodHandles.lookup().findVarHandle(IoLoop.class, "driver", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final LoopWork work;
    private final List<Thread> keepers = new ArrayList<>();
    /** Null if nobody drives. Who drives lets go by a store. */
    private volatile Thread driver;
    /** Threads that wait for an answer while another one drives, the one that has waited longest first. */
    private final Queue<Thread> guests = new ConcurrentLinkedQueue<>();
    /** How many have ever waited so. */
    private final AtomicLong guestsCome = new AtomicLong();
    /** How often somebody has begun to drive; written by drivers. */
    private final AtomicLong drives = new AtomicLong();
    /** Who polled last. */
    private volatile Thread poller;
    /** Keepers that sleep until they are woken, since somebody has been driving for long. */
    private final Queue<Thread> asleep = new ConcurrentLinkedQueue<>();
    private final LoopErrands errands;
    private boolean errandsRun;
    private final LongSupplier nanoClock;
    private final long tickMs;
    private final long closeNanos;
    private volatile boolean stopping;
    private long stopDeadline;
    /** Whether an Error has been told, and nothing has come right since; who sees less or more of it does no harm. */
    private volatile boolean failing;

    /** What is registered: the attachment of its key. Called by the driver only. */
    interface Handler {
        /** The channel can do what its key is interested in. */
        void ready(SelectionKey key);

        /** Some time has passed. */
        void tick(long nowNanos);

        /** The wire is being closed: end in order. */
        void endInOrder();

        /** End now, and close the channel. After an Error in it, it is called again. */
        void drop(String reason);
    }

    /** A handler whose peer also speaks by memory that both see. Called by the driver only. */
    interface Polled extends Handler {
        /** Looks, without waiting, and handles what is there; whether there was something. */
        boolean poll();

        /** Asks the peer to ring from now on; false if there is something already: then it is not asked. */
        boolean sleeps();

        /** The peer need not ring any more. */
        void wakes();

        /** Whether a look would find something; changes nothing. */
        boolean hasNews();

        /** Whether the peer has been asked to ring. */
        boolean isAsleep();

        /** Somebody waits for what the peer will do: if the connection stands, it is to be {@linkplain #heat hot}. */
        void awaited();
    }

    /** How often {@link Handler#tick} should be called for timeouts of so many milliseconds. */
    static int tickMs(int... timeoutsMs) {
        int shortest = Arrays.stream(timeoutsMs).min().orElseThrow();
        return Math.max(10, Math.min(1000, shortest / 8));
    }

    /** One whose connections' peers don't speak by memory. */
    IoLoop(String name, int tickMs, int closeTimeoutMs, long spinNanos, LongSupplier nanoClock) throws IOException {
        this(name, tickMs, closeTimeoutMs, spinNanos, () -> { }, nanoClock);
    }

    /**
     * One for any connections.
     *
     * @param spinNanos    how long to look at busy connections, or for what is expected, before sleeping, at most
     * @param whenFaultMet called when somebody's memory is not there, and it is not known whose
     */
    IoLoop(String name, int tickMs, int closeTimeoutMs, long spinNanos, Runnable whenFaultMet, LongSupplier nanoClock)
            throws IOException {
        this(name, tickMs, closeTimeoutMs, spinNanos, whenFaultMet, nanoClock, Thread::new);
    }

    /** One whose keepers are made by somebody. */
    IoLoop(String name, int tickMs, int closeTimeoutMs, long spinNanos, Runnable whenFaultMet, LongSupplier nanoClock,
            ThreadFactory threads) throws IOException {
        this.nanoClock = nanoClock;
        this.tickMs = tickMs;
        closeNanos = closeTimeoutMs * NANOS_PER_MS;
        errands = new LoopErrands(name);
        work = new LoopWork(name, tickMs, spinNanos, whenFaultMet, nanoClock);
        this.name = name;
        for (int i = 0; i < KEEPERS; i++) {
            Thread keeper = threads.newThread(this::run);
            keeper.setName(i == 0 ? name : name + "-" + i);
            keeper.setDaemon(true);
            keepers.add(keeper);
        }
    }

    /** Makes one of several loops. */
    interface Maker {
        IoLoop make(int number) throws IOException;
    }

    /**
     * Makes so many loops, all or none, which are then to be {@linkplain #start started}.
     *
     * @throws IOException if the process has no selector left for all of them
     */
    static void addAll(List<IoLoop> loops, int count, Maker maker) throws IOException {
        try {
            while (loops.size() < count) {
                loops.add(maker.make(loops.size()));
            }
        } finally {
            if (loops.size() < count) {
                loops.forEach(IoLoop::closeSelector);
            }
        }
    }

    /** The other keeper follows with the first errand: it is of no use before. */
    void start() {
        keepers.get(0).start();
    }

    /** Whether the caller drives, or was called by what the driver does. */
    boolean isLoopThread() {
        return Thread.currentThread() == driver;
    }

    long now() {
        return nanoClock.getAsLong();
    }

    /** Shared by the loop's channels: whoever reads into it has used its bytes up before returning. */
    ByteBuffer readBuffer() {
        return work.readBuffer();
    }

    /** Whether the caller is the one who has polled last. */
    boolean isPoller() {
        return Thread.currentThread() == poller;
    }

    AcknowledgementsOwed owed() {
        return work.owed();
    }

    /**
     * Has the driver run a task.
     *
     * @return false if the loop has ended: the task is not run
     */
    boolean execute(Runnable task) {
        if (!work.add(task)) {
            return false;
        }
        if (!isLoopThread() && work.wakeUp()) {
            if (driver == null) {
                keepers.forEach(LockSupport::unpark);
            }
        }
        return true;
    }

    /**
     * From within the loop: has this thread run something once it has let go of the loop, so that it may take its time.
     *
     * @return false if that can't be, and somebody else has to run it: the caller is not within the loop, or is a
     *         guest, or the other keeper is away on errands, or there are too many
     */
    boolean lend(Errand errand) {
        if (!isLoopThread() || errands.isKeeperAway() || stopping || !keepers.contains(Thread.currentThread())) {
            return false;
        }
        if (!errandsRun && !startOtherKeeper()) {
            return false;
        }
        return errands.note(errand);
    }

    /** Without the other keeper an errand would hold up all. If there is no thread for it now, the next errand asks. */
    private boolean startOtherKeeper() {
        try {
            keepers.get(1).start();
            errandsRun = true;
        } catch (RuntimeException | Error e) {
            LOG.debug("{} lends no thread: its second can't be started", name, e);
        }
        return errandsRun;
    }

    /**
     * Waits until an answer has come that hangs on one of the loop's connections; the caller drives meanwhile, unless
     * somebody does. So it runs what hangs on the answers of others, and they what hangs on its own: it must hold no
     * lock that such a thing takes.
     *
     * @param connection the one that brings it, to be looked at from now on; null if it can't be
     * @return whether it is done; false also at once if the caller can't wait here: it is the driver, or the loop ends
     */
    boolean await(CompletableFuture<?> answer, long timeoutNanos, Polled connection) throws InterruptedException {
        if (isLoopThread()) {
            return answer.isDone();
        }
        long deadline = now() + timeoutNanos;
        Thread self = Thread.currentThread();
        boolean entered = false;
        answer.whenComplete((result, failure) -> wake(self));
        try {
            while (!answer.isDone() && !stopping) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while waiting for an answer");
                }
                long left = deadline - now();
                if (left <= 0) {
                    return false;
                }
                if (takes(self)) {
                    driveAsGuest(answer, NO_LOOK, deadline, connection);
                } else if (entered) {
                    LockSupport.parkNanos(this, left);
                } else {
                    entered = true;
                    guestsCome.incrementAndGet();
                    guests.add(self);
                }
            }
            return answer.isDone();
        } finally {
            if (driver == self) {
                // By an Error that kept it from letting go.
                driver = null;
            }
            if (entered) {
                guests.remove(self);
                wakeGuestUnlessDriven();
            }
        }
    }

    /**
     * As {@link #await}, for an answer that comes in memory: nobody is told of it, so only a driver can be sure that
     * none has come since it looked.
     *
     * @param look takes in what is there; called as the driver, before waiting and after whatever came
     * @return whether it is done; false also at once if somebody else drives: then it has to be waited for in another
     *         way. A keeper that drives is sent away, so that the caller finds the loop free the next time
     */
    boolean drive(CompletableFuture<?> answer, Runnable look, long timeoutNanos) {
        Thread self = Thread.currentThread();
        Thread driving = driver;
        if (driving != null || stopping) {
            sendAway(driving);
            return answer.isDone();
        }
        long deadline = now() + timeoutNanos;
        answer.whenComplete((result, failure) -> wake(self));
        try {
            if (takes(self)) {
                driveAsGuest(answer, look, deadline, null);
            }
        } finally {
            if (driver == self) {
                driver = null;
            }
        }
        return answer.isDone();
    }

    /** If it is a keeper, it makes room for who drives himself, and stands back as long as somebody does. */
    private void sendAway(Thread driving) {
        if (driving != Thread.currentThread() && keepers.contains(driving) && !work.isAboutToWakeUp()) {
            // Before the wake-up, or the keeper finds nobody come and drives on.
            guestsCome.incrementAndGet();
            work.wakeUp();
        }
    }

    /** A guest's answer has come, by whatever thread. */
    private void wake(Thread guest) {
        if (guest != Thread.currentThread()) {
            if (driver == guest) {
                work.wakeSelection();
            } else {
                LockSupport.unpark(guest);
            }
        }
    }

    private void driveAsGuest(CompletableFuture<?> answer, Runnable look, long deadline, Polled connection) {
        try {
            if (connection != null) {
                work.attend(connection);
            }
            work.expect();
            look.run();
            long left = deadline - now();
            while (!answer.isDone() && left > 0 && !stopping && !Thread.currentThread().isInterrupted()) {
                work.iterate(Math.min(selectMs(), left / NANOS_PER_MS + 1));
                look.run();
                left = deadline - work.clock();
            }
        } catch (IOException e) {
            fail(e);
        } finally {
            leave();
        }
    }

    /**
     * One look at one connection by a thread that polls, as the driver; if it is in vain, or after some of them, by
     * number or by time, it sees to what else a driver does. If a keeper drives, it is sent away, for as long as polls
     * follow each other by less than the lull.
     *
     * @param trusted whether a fault in the connection's memory may come up in the caller's own code
     * @return whether there was something; false also if somebody else drives
     */
    boolean progress(Polled connection, boolean trusted) {
        Thread self = Thread.currentThread();
        Thread driving = driver;
        if (driving != null || !DRIVER.compareAndSet(this, (Thread) null, self)) {
            sendAway(driving);
            return false;
        }
        try {
            drives.setOpaque(drives.getPlain() + 1);
            if (poller != self) {
                poller = self;
            }
            return work.lookFor(connection, trusted);
        } catch (IOException e) {
            fail(e);
            return false;
        } finally {
            driver = null;
            wakeWhoDrives();
        }
    }

    /** Whether the caller drives from now on. */
    private boolean takes(Thread caller) {
        if (DRIVER.compareAndSet(this, (Thread) null, caller)) {
            drives.incrementAndGet();
            return true;
        }
        return false;
    }

    /** The caller drives no more: somebody who waits does, if there is one, or a keeper after a while. */
    private void leave() {
        try {
            work.bringUpFaults();
        } finally {
            driver = null;
            wakeWhoDrives();
        }
    }

    private void wakeWhoDrives() {
        wakeGuestUnlessDriven();
        if (!asleep.isEmpty() || work.hasTasks()) {
            wakeKeepers();
        }
    }

    private void wakeKeepers() {
        Thread self = Thread.currentThread();
        for (Thread keeper : keepers) {
            if (keeper != self) {
                LockSupport.unpark(keeper);
            }
        }
    }

    private void wakeGuestUnlessDriven() {
        if (driver == null) {
            LockSupport.unpark(guests.peek());
        }
    }

    /** From within the loop. */
    SelectionKey register(SelectableChannel channel, int interest, Handler handler) throws IOException {
        return work.register(channel, interest, handler);
    }

    /** Has the driver drop a connection, now or in the end. */
    void drop(Handler handler, String reason) {
        execute(() -> work.drop(handler, reason));
    }

    /** Lets connections end in order for a while, then ends. {@link #join} waits for it. */
    void stop() {
        execute(() -> {
            stopDeadline = now() + closeNanos;
            stopping = true;
            work.forEach(Handler::endInOrder);
        });
    }

    /** Waits until the threads have ended; not for the caller itself, nor if it is called from within the loop. */
    void join() throws InterruptedException {
        if (isLoopThread()) {
            return;
        }
        for (Thread keeper : keepers) {
            if (keeper != Thread.currentThread()) {
                keeper.join();
            }
        }
    }

    private void run() {
        Thread self = Thread.currentThread();
        while (!work.hasEnded()) {
            try {
                runDespiteFaults(self);
            } catch (Error e) {
                // Whoever waits is woken when this thread, or another one, has driven again.
                if (driver == self) {
                    driver = null;
                }
                goOnAfter(e);
            }
        }
    }

    private void runDespiteFaults(Thread self) {
        try {
            runOnce(self);
        } catch (InternalError e) {
            // Of shared memory, and late: it can come up in anything that this thread does.
            work.faultMet(e);
            if (isLoopThread()) {
                leave();
            }
        }
    }

    /** Without the keepers all connections would stand still, so none ends for what failed. */
    private void goOnAfter(Error why) {
        if (!failing) {
            // Told once, and not after each lull for as long as it lasts.
            failing = GuardedLog.error(LOG, "{} can't see to its connections for the moment", name, why);
        }
        LockSupport.parkNanos(this, LULL_NANOS);
    }

    private void runOnce(Thread self) {
        if (takes(self)) {
            try {
                driveAsKeeper(self);
            } catch (IOException | RuntimeException e) {
                fail(e);
                end();
            }
        } else {
            rest();
        }
    }

    private void fail(Exception e) {
        stopDeadline = now();
        stopping = true;
        GuardedLog.error(LOG, "{} fails; its connections end", name, e);
    }

    /** Until the loop is finished, or somebody else has taken it, or a guest has been served. */
    private void driveAsKeeper(Thread self) throws IOException {
        while (!finished()) {
            long before = guestsCome.get() - guests.size();
            iterateAsKeeper();
            if (errands.areThere()) {
                runErrands();
                if (!takes(self)) {
                    return;
                }
            } else if (guestsCome.get() != before && !stopping) {
                leave();
                rest();
                return;
            }
        }
        end();
    }

    private void iterateAsKeeper() throws IOException {
        try {
            work.iterate(selectMs());
            failing = false;
        } catch (Error e) {
            goOnAfter(e);
        }
    }

    private boolean finished() {
        return stopping && (work.hasNoChannels() || now() - stopDeadline >= 0);
    }

    /**
     * Leaves the loop, and runs what was left for that. Faults of what an errand posts come up where it posts, so there
     * is none to be brought up after it; one that a connection has left comes up before, or it would cost the errands.
     */
    private void runErrands() {
        work.bringUpFaults();
        errands.run(this::leave);
    }

    /** Until nobody has begun to drive for a while, or something is to be done that nobody does. */
    private void rest() {
        long seen = drives.get();
        while (!work.hasEnded()) {
            LockSupport.parkNanos(this, LULL_NANOS);
            long now = drives.get();
            Thread driving = driver;
            if (driving == null && (now == seen || work.hasTasks())) {
                return;
            }
            if (now == seen) {
                sleepWhileDriven();
            }
            seen = now;
        }
    }

    /** Somebody waits in a selection for long. */
    private void sleepWhileDriven() {
        Thread self = Thread.currentThread();
        asleep.add(self);
        if (driver != null && !work.hasEnded()) {
            LockSupport.parkNanos(this, ASLEEP_MS * NANOS_PER_MS);
        }
        asleep.remove(self);
    }

    /** From within the loop: something happens on a connection, so it is looked at for a while. */
    void heat(Polled connection) {
        work.heat(connection);
    }

    /** From within the loop: a connection has ended. */
    void cool(Polled connection) {
        work.cool(connection);
    }

    /** Closed channels leave the selector at the next selection only: at the end that must not be long after. */
    private long selectMs() {
        return work.owed().isAnythingOwed() || stopping || errands.areThere() ? LoopWork.ACKNOWLEDGE_WITHIN_MS : tickMs;
    }

    /** By the keeper that drives, which it does from now on for ever. */
    private void end() {
        work.takeNoMore();
        try {
            work.runTasks();
            errands.runLast();
            work.forEach(handler -> handler.drop("the wire is closed"));
            for (int tries = 0; work.hasFailedToClose() && tries < LAST_TRIES; tries++) {
                LockSupport.parkNanos(this, LULL_NANOS);
                work.dropAgain();
            }
        } finally {
            guests.forEach(LockSupport::unpark);
            wakeKeepers();
            closeSelector();
        }
    }

    /** Of a loop that has ended, or was never started. */
    void closeSelector() {
        work.close();
    }
}
