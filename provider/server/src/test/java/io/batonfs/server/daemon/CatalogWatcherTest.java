package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CatalogWatcherTest {

    @Test
    void tellsTheFirstReasonOnce() throws Exception {
        AtomicReference<Optional<String>> failure = new AtomicReference<>(Optional.empty());
        try (CatalogWatcher watcher = new CatalogWatcher(failure::get)) {
            CompletableFuture<String> stopped = watcher.stopped();
            assertFalse(stopped.isDone());
            failure.set(Optional.of("the disk is gone"));
            assertEquals("the disk is gone", stopped.get(60, TimeUnit.SECONDS));
            failure.set(Optional.of("something else"));
            assertEquals("the disk is gone", watcher.stopped().get(60, TimeUnit.SECONDS));
        }
    }
}
