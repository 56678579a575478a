package io.batonfs.server.daemon;

import io.batonfs.server.OpenParts;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MarkerFactory;

/**
 * Notices that the catalog has stopped. Nothing tells: Ratis closes a peer that can't go on, and the JVM lives on with a
 * catalog that refuses everything. So one thread of this object's asks once a second. Thread-safe.
 */
final class CatalogWatcher implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogWatcher.class);
    private static final long PERIOD_MS = 1000;

    private final Supplier<Optional<String>> failure;
    private final CompletableFuture<String> stopped = new CompletableFuture<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "baton-catalog-watcher");
        made.setDaemon(true);
        return made;
    });

    /**
     * Begins to watch.
     *
     * @param failure why the catalog has stopped; empty while it works
     */
    CatalogWatcher(Supplier<Optional<String>> failure) {
        this.failure = failure;
        thread.scheduleWithFixedDelay(this::look, 0, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        Optional<String> found;
        try {
            found = failure.get();
        } catch (RuntimeException e) {
            // Thrown on, it would end the watch and nobody would be told of anything.
            LOG.error("the catalog can't be asked whether it has stopped; the next try is in {} ms", PERIOD_MS, e);
            return;
        }
        found.ifPresent(reason -> {
            if (stopped.complete(reason)) {
                LOG.error(MarkerFactory.getMarker("FATAL"), "FATAL: the catalog has stopped and nothing can be served any "
                        + "more: {}. What was acknowledged is safe; the daemon has to be restarted", reason);
            }
        });
    }

    /** Completes with the reason when the catalog has stopped. */
    CompletableFuture<String> stopped() {
        return stopped.copy();
    }

    @Override
    public void close() throws IOException {
        thread.shutdownNow();
        OpenParts.awaitEnd("the catalog's watcher", thread);
    }
}
