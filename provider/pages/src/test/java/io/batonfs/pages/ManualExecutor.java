package io.batonfs.pages;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** Keeps tasks until a test runs them, in the test's thread. */
final class ManualExecutor implements Executor {
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean released;

    @Override
    public void execute(Runnable task) {
        if (released) {
            task.run();
        } else {
            tasks.add(task);
        }
    }

    int waiting() {
        return tasks.size();
    }

    /** Runs what waits, and what that brings about. */
    void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** From now on tasks run in the thread that brings them. */
    void release() {
        released = true;
        runAll();
    }
}
