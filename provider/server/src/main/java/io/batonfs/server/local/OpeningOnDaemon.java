package io.batonfs.server.local;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * A catalog that is opened and asked on daemon threads. The log's engine makes threads as it needs them, and each is a
 * daemon or not as the thread that happened to need it; made on a user's thread they would keep a program alive that
 * has ended in all but name. Thread-safe; the executor belongs to the caller and is closed after this.
 */
final class CatalogOnDaemons implements Catalog {
    private final Catalog catalog;
    private final ExecutorService daemons;

    CatalogOnDaemons(Catalog catalog, ExecutorService daemons) {
        this.catalog = catalog;
        this.daemons = daemons;
    }

    /**
     * Opens a catalog, whose threads are daemons then, and which is to be asked through an instance of this class.
     *
     * @param daemons makes daemon threads without a bound, since opening and submitting may wait
     */
    static <T extends Catalog> T open(Callable<T> opening, ExecutorService daemons) throws IOException {
        try {
            return daemons.submit(opening).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while the catalog was opened").initCause(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IOException("the catalog could not be opened", e.getCause());
        }
    }

    @Override
    public CompletableFuture<Reply> submit(CatalogRequest request) {
        try {
            return CompletableFuture.supplyAsync(() -> catalog.submit(request), daemons).thenCompose(Function.identity());
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new BatonException(ErrorCode.UNREACHABLE,
                    "the group was closed; open it again", e));
        }
    }

    @Override
    public <T> T read(Query<T> query) throws IOException {
        return catalog.read(query);
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
