package io.batonfs.pages;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs commands one after another, in order, on a borrowed executor: what makes the control path one owner without a
 * thread of its own. Commands from outside count against a bound and are refused beyond it; the later steps of
 * commands already taken are never refused, and are at most a few per command.
 */
final class SerialQueue {
    private static final Logger LOG = LoggerFactory.getLogger(SerialQueue.class);

    private record Command(Runnable action, boolean counted) {
    }

    private final Executor executor;
    private final int bound;
    private final Queue<Command> commands = new ConcurrentLinkedQueue<>();
    private final AtomicInteger counted = new AtomicInteger();
    private final AtomicInteger wakeUps = new AtomicInteger();

    SerialQueue(Executor executor, int bound) {
        this.executor = executor;
        this.bound = bound;
    }

    /** Adds a command; false, and nothing added, if as many as the bound are waiting. */
    boolean offer(Runnable command) {
        if (counted.getAndIncrement() >= bound) {
            counted.decrementAndGet();
            return false;
        }
        enqueue(new Command(command, true));
        return true;
    }

    /** Adds a later step of a command that was taken before. */
    void proceed(Runnable step) {
        enqueue(new Command(step, false));
    }

    private void enqueue(Command command) {
        commands.add(command);
        if (wakeUps.getAndIncrement() == 0) {
            try {
                executor.execute(this::run);
            } catch (RejectedExecutionException e) {
                // The executor was shut down before its engine was closed: the caller's thread does what is left.
                run();
            }
        }
    }

    private void run() {
        int seen = wakeUps.get();
        do {
            for (Command next = commands.poll(); next != null; next = commands.poll()) {
                if (next.counted) {
                    counted.decrementAndGet();
                }
                try {
                    next.action.run();
                } catch (RuntimeException e) {
                    LOG.error("a command of the control path ended unexpectedly", e);
                }
            }
            seen = wakeUps.addAndGet(-seen);
        } while (seen != 0);
    }
}
