package io.batonfs.transport.lwio;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor of one thread that can be waited for until it is gone. Thread-safe; unbounded, so for those who give it a
 * task at a time.
 */
final class OneThread implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(OneThread.class);
    private static final Runnable END = () -> { };

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Thread thread;

    /** The thread is started. */
    OneThread(ThreadFactory threads) {
        thread = threads.newThread(this::run);
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    private void run() {
        boolean interrupted = false;
        Runnable task = null;
        while (task != END) {
            try {
                task = tasks.take();
                task.run();
            } catch (InterruptedException e) {
                // Whoever owns the thread can't end it so: connections would never be seen to end.
                interrupted = true;
            } catch (RuntimeException | Error e) {
                LOG.error("a task of {} failed, which goes on", thread.getName(), e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The thread ends once it has done what it was given before. Again does nothing more. */
    void stop() {
        tasks.add(END);
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
