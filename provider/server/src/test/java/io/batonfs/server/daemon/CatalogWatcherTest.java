package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    @Test
    void goesOnAfterAQuestionThatFails() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (CatalogWatcher watcher = new CatalogWatcher(() -> {
            if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException("no answer this time");
            }
            return Optional.of("the disk is gone");
        })) {
            assertEquals("the disk is gone", watcher.stopped().get(60, TimeUnit.SECONDS));
            assertTrue(asked.get() >= 2);
        }
    }
}
