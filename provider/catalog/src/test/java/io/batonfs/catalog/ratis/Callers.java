package io.batonfs.catalog.ratis;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Many calls at once, each waiting on a thread of its own, as those of a server do. */
final class Callers {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "pool-callers");
        thread.setDaemon(true);
        return thread;
    });

    private Callers() {
    }

    /** Begins a call; the order in which several reach the log is nobody's. */
    static <T> CompletableFuture<T> begin(Callable<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        THREADS.execute(() -> {
            try {
                answer.complete(call.call());
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }
}
