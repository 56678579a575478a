package io.batonfs.server.local;

import io.batonfs.catalog.Catalog;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;

/**
 * Opens a catalog on a daemon thread. The log's engine makes its threads while it is opened, by itself or from threads
 * made then, and each is a daemon or not as the thread that made it; made by a user's thread they would keep a program
 * alive that has ended in all but name.
 */
final class OpeningOnDaemon {

    private OpeningOnDaemon() {
    }

    /**
     * Opens a catalog, whose threads are daemons then.
     *
     * @param daemons makes daemon threads
     */
    static <T extends Catalog> T open(Callable<T> opening, ThreadFactory daemons) throws IOException {
        FutureTask<T> task = new FutureTask<>(opening);
        Thread opener = daemons.newThread(task);
        opener.start();
        try {
            return task.get();
        } catch (InterruptedException e) {
            opener.interrupt();
            throw interrupted(task, e);
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    /** What was opened all the same is closed again: the directory is not to stay taken. */
    private static IOException interrupted(FutureTask<? extends Catalog> task, InterruptedException e) {
        IOException failure = (IOException) new InterruptedIOException("interrupted while the catalog was opened")
                .initCause(e);
        while (true) {
            try {
                task.get().close();
                break;
            } catch (InterruptedException again) {
                failure.addSuppressed(again);
            } catch (ExecutionException | IOException | RuntimeException ended) {
                failure.addSuppressed(ended);
                break;
            }
        }
        Thread.currentThread().interrupt();
        return failure;
    }

    private static IOException failure(ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
        }
        return e.getCause() instanceof IOException cause ? cause
                : new IOException("the catalog could not be opened", e.getCause());
    }
}
