package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.GuardedLog;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor of one thread that can be waited for until it is gone. Thread-safe; unbounded, so for those who give it a
 * task at a time.
 *
 * <p>Its queue has no lock and no condition: a caller whose stack ends within one leaves it locked, or its signal
 * half-given, and then nobody's task is ever run (the JDK's blocking queues do so). Here the task is in the queue or the
 * caller hears that it is not; if he could not wake the thread, that finds it once it looks again ({@value #NAP_MS} ms).
 */
final class OneThread implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(OneThread.class);
    private static final Runnable END = () -> { };

    private static final long NAP_MS = 1_000;
    private static final long NAP_NANOS = NAP_MS * 1_000_000;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;

    /** The thread is started. */
    OneThread(ThreadFactory threads) {
        thread = threads.newThread(this::run);
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        LockSupport.unpark(thread);
    }

    private void run() {
        boolean interrupted = false;
        Runnable task = null;
        while (task != END) {
            task = tasks.poll();
            if (task == null) {
                LockSupport.parkNanos(this, NAP_NANOS);
                // Whoever owns the thread can't end it so: connections would never be seen to end.
                interrupted |= Thread.interrupted();
            } else {
                run(task);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            // Also if that can't be told: without this thread nobody would hear of any end.
            GuardedLog.error(LOG, "a task of {} failed, which goes on", thread.getName(), e);
        }
    }

    /** The thread ends once it has done what it was given before. Again does nothing more. */
    void stop() {
        execute(END);
    }

    /** Waits until the thread has ended; for ever if nobody calls {@link #stop}. */
    void join() {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
