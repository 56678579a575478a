package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Reply;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The caller is interrupted or not, the opening ends well or not. */
@Timeout(60)
class OpeningOnDaemonTest {
    private static final ThreadFactory DAEMONS = task -> {
        Thread thread = new Thread(task, "opening");
        thread.setDaemon(true);
        return thread;
    };

    private final Opened catalog = new Opened();

    private static final class Opened implements Catalog {
        private int closed;
        private RuntimeException closing;

        @Override
        public Reply call(CatalogRequest request) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public <T> T read(Query<T> query) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public void close() {
            closed++;
            if (closing != null) {
                throw closing;
            }
        }
    }

    @Test
    void opensOnADaemon() throws IOException {
        assertSame(catalog, OpeningOnDaemon.open(() -> {
            assertTrue(Thread.currentThread().isDaemon());
            return catalog;
        }, DAEMONS));
    }

    @Test
    void failureIsTheOpenings() {
        IOException failure = new IOException("no disk");
        assertSame(failure, assertThrows(IOException.class, () -> OpeningOnDaemon.open(() -> {
            throw failure;
        }, DAEMONS)));
    }

    @Test
    void whatIsOpenedAfterAnInterruptIsClosed() {
        assertInterrupted(() -> catalog);
        assertEquals(1, catalog.closed);
    }

    @Test
    void interruptIsToldAlsoIfClosingFails() {
        catalog.closing = new IllegalStateException("closing failed");
        assertSame(catalog.closing, assertInterrupted(() -> catalog).getSuppressed()[0]);
    }

    /** Interrupts who waits for an opening, which then ends as it is told. */
    private InterruptedIOException assertInterrupted(Callable<Catalog> end) {
        CountDownLatch never = new CountDownLatch(1);
        Thread caller = Thread.currentThread();
        InterruptedIOException told = assertThrows(InterruptedIOException.class, () -> OpeningOnDaemon.open(() -> {
            caller.interrupt();
            assertThrows(InterruptedException.class, never::await);
            return end.call();
        }, DAEMONS));
        assertTrue(Thread.interrupted(), "the interrupt was lost");
        return told;
    }
}
