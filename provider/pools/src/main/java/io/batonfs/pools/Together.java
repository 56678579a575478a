package io.batonfs.pools;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs tasks beside one another. The caller takes part and runs whatever no thread of the executor has begun, so this
 * ends with any executor: one that is busy with callers of this, one that refuses, one that runs in the caller's thread.
 */
final class Together {

    private Together() {
    }

    /** What may fail. */
    interface Task {
        void run() throws IOException;
    }

    /**
     * Runs all tasks and returns when all have ended. An interrupt is kept for the caller to see, and obeyed by none.
     *
     * @throws IOException the failure of the first task in the list that failed; those of others are its suppressed ones
     */
    static void run(Executor executor, List<Task> tasks) throws IOException {
        List<FutureTask<Void>> all = new ArrayList<>();
        for (Task task : tasks) {
            all.add(new FutureTask<>(() -> {
                task.run();
                return null;
            }));
        }
        for (FutureTask<Void> task : all.subList(0, Math.max(0, all.size() - 1))) {
            try {
                executor.execute(task);
            } catch (RejectedExecutionException e) {
                // It is run below.
                break;
            }
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            all.get(i).run();
        }
        Throwable first = null;
        for (FutureTask<Void> task : all) {
            Throwable failure = failure(task);
            if (first == null) {
                first = failure;
            } else if (failure != null && failure != first) {
                first.addSuppressed(failure);
            }
        }
        throwIfAny(first);
    }

    private static Throwable failure(FutureTask<Void> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get();
                    return null;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    return e.getCause();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void throwIfAny(Throwable failure) throws IOException {
        if (failure instanceof IOException io) {
            throw io;
        } else if (failure instanceof RuntimeException unexpected) {
            throw unexpected;
        } else if (failure instanceof Error error) {
            throw error;
        } else if (failure != null) {
            throw new IOException(failure);
        }
    }
}
