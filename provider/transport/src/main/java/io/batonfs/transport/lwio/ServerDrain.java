package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.GuardedLog;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.WorkCompletion;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By which threads the messages of one connection at the server end are taken in and its READs carried out, and what is
 * done once something has gone wrong.
 *
 * <p>Threads: the completion queue's doorbell gives {@link #drain} to a thread of the wire, if one is to be had, else
 * to the server's executor, and is armed again only when the queue is empty, so one thread at a time drains. That
 * thread alone uses {@code batch}, {@code deferred}, {@code lentBriefly} and {@code seen}.
 *
 * <p>Failures that have no status, Errors above all, may come up anywhere: an executor may have no thread left, a
 * client's thread that runs an errand no stack. Then the connection ends, and the client hears that at once. Whoever
 * meets one does no more than note it, by stores alone if need be: {@code failed} or {@code lost} of the request that
 * he carries, {@code unseenFrom} and {@code unseenTo} of the completions that he has taken out, {@code failure} and
 * {@code noted} of {@code givingBack}. What was left half done is given back by {@link #drainAfterFailure}, in a thread
 * of the server's: one at a time, which goes on as long as more is noted, maybe beside one that drains and others that
 * carry requests. These are left alone; requests that nobody carries, {@code deferred} too, are taken up, and whoever
 * was to carry them out finds that ({@link ServerRequest#takeUp}). If giving back can't be done either, as for want of
 * memory, it stays noted, and the server, which looks for it once in a while ({@link #seeToFailure}), has it tried
 * again: so whatever gives back notes for each part that it is done, and behind it. What went wrong is logged when all
 * has been given back, since to log takes memory and a stack, too.
 */
final class ServerDrain {
    private static final Logger LOG = LoggerFactory.getLogger(ServerDrain.class);
    private static final int BATCH = 16;

    private final LwioServer server;
    private final ServerConnection connection;
    private final CompletionQueue completions;
    private final ServerSends sends;
    private final CompletionQueue.Doorbell doorbell = this::rung;
    private final Errand errand = new Drain();
    private final Runnable task = () -> byServer(false);
    private final Runnable afterFailure = () -> byServer(true);
    private final WorkCompletion[] batch = WorkCompletion.batch(BATCH);
    private QueuePair queuePair;
    /** A READ that has its buffer and waits. */
    private ServerRequest deferred;
    /** Whether the draining thread is a client's, which has come for an answer. */
    private boolean lentBriefly;
    /** Whether the completion that is being looked at has become somebody's; of the draining thread. */
    boolean seen;

    private final GivingBack givingBack = new GivingBack();
    private final Runnable all = this::giveBack;
    /** Whether the server's look has asked for a try that has not begun. */
    private volatile boolean tryAsked;
    /** Of who gives back. */
    private boolean failureTold;
    /** Whether it has been told that giving back has failed; another thread may tell it once more. */
    private volatile boolean retryTold;
    /** Completions of {@code batch} that were taken out and not looked at when the drain failed. */
    private int unseenFrom;
    private volatile int unseenTo;

    ServerDrain(LwioServer server, ServerConnection connection, CompletionQueue completions, ServerSends sends) {
        this.server = server;
        this.connection = connection;
        this.completions = completions;
        this.sends = sends;
    }

    /** Before anything comes. */
    void prepare(QueuePair pair) {
        queuePair = pair;
    }

    /** Begins to look at what arrives. */
    void start() {
        schedule(task);
    }

    /** Where what goes wrong is noted. */
    GivingBack givingBack() {
        return givingBack;
    }

    /** Ends the connection. */
    void disconnect() {
        try {
            queuePair.disconnect();
        } finally {
            // Its end may have been taken out, and then nobody rings.
            if (givingBack.noted) {
                schedule(afterFailure);
            }
        }
    }

    /**
     * Has it tried again to give back what a failure has left half done, if there may be something, and unless the last
     * try still waits for a thread. Once in a while; any thread.
     */
    void seeToFailure() {
        if (givingBack.noted && !tryAsked) {
            tryAsked = true;
            schedule(afterFailure);
        }
    }

    private boolean isFailing() {
        return givingBack.failure != null;
    }

    private void rung(boolean byWire) {
        if (!byWire || !server.lend(errand)) {
            schedule(task);
        }
    }

    private void schedule(Runnable draining) {
        try {
            server.executor().execute(draining);
        } catch (RuntimeException | Error e) {
            givingBack.failure = givingBack.failure == null ? e : givingBack.failure;
            givingBack.noted = true;
            endWithoutExecutor(draining);
        }
    }

    /** Nobody can be asked to drain. The scheduler's thread is there already, and at an end there is little to do. */
    private void endWithoutExecutor(Runnable draining) {
        try {
            queuePair.disconnect();
        } finally {
            try {
                server.scheduler().execute(draining);
            } catch (RuntimeException | Error e) {
                // Who was to go on with what is put off never comes: the server finds it at its next look.
                tryAsked = false;
                completions.armForNextRing(doorbell);
            }
        }
    }

    /** {@link #drain} by a thread that the wire lends. */
    private final class Drain implements Errand {

        @Override
        public void run(Runner runner) {
            drain(runner);
        }

        @Override
        public void elsewhere() {
            // If a run of it has failed, somebody else may drain already.
            schedule(isFailing() ? afterFailure : task);
        }
    }

    /**
     * Takes in what there is, until there is nothing more and the doorbell is armed.
     *
     * @param runner if the thread is not the wire's or ours, it has come for an answer, which one of the first messages
     *               asks for, or an earlier one: after some of them it leaves the others, and what may take long and
     *               is not its own, to another thread
     */
    private void drain(Errand.Runner runner) {
        if (givingBack.failure != null) {
            drainAfterFailure();
            return;
        }
        int taken = 0;
        boolean brief = runner != Errand.Runner.WIRE;
        boolean armed = false;
        ServerRequest last = null;
        lentBriefly = brief;
        try {
            while (!armed) {
                int n = takeIn(brief ? BATCH - taken : BATCH);
                taken += n;
                if (n == 0) {
                    // The READ that came last is left to this thread: a lone READ costs no hop to another one.
                    last = takeDeferred();
                    armed = completions.arm(doorbell);
                    if (!armed) {
                        deferred = last;
                        last = null;
                    }
                } else if (brief && taken == BATCH) {
                    schedule(task);
                    return;
                }
            }
        } catch (RuntimeException | Error e) {
            // What is put off is nobody's, and found as that. Noted before anything is called.
            sends.draining = null;
            givingBack.failure = givingBack.failure == null ? e : givingBack.failure;
            givingBack.noted = true;
            fail(e);
            return;
        }
        if (last != null) {
            try {
                carryOutLast(last, brief && (taken > 1 || runner == Errand.Runner.BYSTANDER));
            } catch (RuntimeException | Error e) {
                givingBack.failure = givingBack.failure == null ? e : givingBack.failure;
                givingBack.noted = true;
                fail(e);
            }
        }
    }

    /**
     * Ends the connection, and has what was left half done seen to. Throws what has to be done again in a thread with
     * more of a stack: there a drain finds out for itself what has happened.
     */
    void fail(Throwable cause) {
        givingBack.failure = givingBack.failure == null ? cause : givingBack.failure;
        givingBack.noted = true;
        try {
            queuePair.disconnect();
        } finally {
            schedule(afterFailure);
        }
    }

    /** By who carries a request, and can't any more. */
    void failed(ServerRequest request, Throwable cause) {
        request.failed = true;
        fail(cause);
    }

    /** In a thread of the server's; what can't be done now has been noted. */
    private void byServer(boolean isAfterFailure) {
        try {
            if (isAfterFailure) {
                drainAfterFailure();
            } else {
                drain(Errand.Runner.WIRE);
            }
        } catch (RuntimeException | Error e) {
            tellRetry(e);
        }
    }

    /** Once, and not at each try for as long as it lasts. */
    private void tellRetry(Throwable why) {
        if (!retryTold) {
            retryTold = GuardedLog.error(LOG, "{} could not be brought to its end; that is tried again",
                    connection.name(), why);
        }
    }

    /** Takes in the end, and gives back whatever nobody carries any more; if that fails, it is tried again later. */
    private void drainAfterFailure() {
        boolean done = false;
        tryAsked = false;
        try {
            givingBack.run(all);
            done = true;
        } finally {
            if (!done) {
                completions.armForNextRing(doorbell);
            }
        }
    }

    private void giveBack() {
        queuePair.disconnect();
        // Before unseenFrom, which is stored before it: another thread may have just failed.
        int to = unseenTo;
        connection.giveBackSent(to > 0);
        while (unseenFrom < to) {
            connection.see(batch[unseenFrom++]);
        }
        WorkCompletion[] one = WorkCompletion.batch(1);
        do {
            while (completions.poll(one) > 0) {
                connection.see(one[0]);
            }
            connection.giveBackLeft();
        } while (!completions.arm(doorbell));
        tellFailure();
    }

    /** Behind all else, once. */
    private void tellFailure() {
        if (!failureTold) {
            Throwable failure = givingBack.failure;
            if (failure instanceof RejectedExecutionException) {
                LOG.warn("{} ends: its server's executor takes no more work", connection.name());
            } else {
                LOG.error("{} ends: what went wrong has no status", connection.name(), failure);
            }
            failureTold = true;
        }
    }

    /** To be told with the first failure, if there is memory for that. */
    void suppress(Throwable cause) {
        if (cause != givingBack.failure) {
            try {
                givingBack.failure.addSuppressed(cause);
            } catch (RuntimeException | Error e) {
                // It says no more than the first one; thrown, it would hold up what is given back behind this.
                return;
            }
        }
    }

    /** By any connection's thread, of credits: what goes wrong is this connection's end, and no affair of the caller's. */
    void creditsFailed(Throwable cause) {
        try {
            fail(cause);
        } catch (RuntimeException | Error e) {
            // It is noted: the server's look finds it, and tries it again.
            suppress(e);
        }
    }

    /** Up to so many completions; how many there were. */
    private int takeIn(int most) {
        sends.begin();
        int n = completions.poll(batch, most);
        for (int i = 0; i < n; i++) {
            seen = false;
            try {
                if (deferred != null) {
                    carryOut(takeDeferred());
                }
                connection.look(batch[i]);
            } catch (RuntimeException | Error e) {
                unseenFrom = seen ? i + 1 : i;
                unseenTo = n;
                throw e;
            }
        }
        sends.finish();
        return n;
    }

    private void carryOutLast(ServerRequest request, boolean ifQuick) {
        if (ifQuick) {
            carryOut(request);
        } else {
            try {
                server.pace().run(request.readTask, request.length);
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }
    }

    /** A READ that is not the last: here if that is quick, else by another thread. */
    private void carryOut(ServerRequest request) {
        try {
            if (server.pace().isQuick(request.length)) {
                server.pace().run(request.readTask, request.length);
            } else {
                execute(request.readTask);
            }
        } catch (RuntimeException | Error e) {
            // One that has begun has noted itself what went wrong, and may be over; the others are nobody's.
            fail(e);
        }
    }

    /** Leaves a READ, which has its buffer, to be run once nothing else is to be looked at. */
    void defer(ServerRequest request) {
        deferred = request;
    }

    private ServerRequest takeDeferred() {
        ServerRequest request = deferred;
        deferred = null;
        return request;
    }

    /**
     * By the draining thread: runs what may wait for others, here if the thread is the server's. A client's may be
     * interrupted for reasons of its own, which must not fail what another client asked for, and has its time limit.
     */
    void executeForServer(Runnable task) {
        if (lentBriefly) {
            execute(task);
        } else {
            task.run();
        }
    }

    /** Runs a task on the server's executor. */
    void execute(Runnable task) {
        try {
            server.executor().execute(task);
        } catch (RejectedExecutionException e) {
            // The server goes down: what has begun is brought to its end by whoever is at it.
            task.run();
        }
    }
}
