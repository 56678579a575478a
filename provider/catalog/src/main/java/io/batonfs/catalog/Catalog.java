package io.batonfs.catalog;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The catalog as a server uses it. Thread-safe.
 */
public interface Catalog extends Closeable {

    /**
     * Runs a command. The reply is complete when the command is durable and applied.
     *
     * @return a reply, {@link Reply.Refused} included; completes exceptionally with a
     *     {@link BatonException} when it could not be decided (NOT_LEADER, OUTCOME_UNKNOWN)
     */
    CompletableFuture<Reply> submit(CatalogRequest request);

    /**
     * As {@link #submit}, for who waits for the reply anyway: no other thread has to carry it over.
     *
     * @throws BatonException when it could not be decided
     * @throws InterruptedException the command may have run or yet run
     */
    default Reply call(CatalogRequest request) throws IOException, InterruptedException {
        try {
            return submit(request).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BatonException cause) {
                throw new BatonException(cause.code(), cause.getMessage(), cause);
            }
            throw new BatonException(ErrorCode.OUTCOME_UNKNOWN, "the catalog failed while it was at work: "
                    + e.getCause(), e);
        }
    }

    /**
     * Asks the tables as they are now, all commands that were answered before included. The reader is valid only
     * inside the query.
     *
     * @throws BatonException NOT_LEADER where this catalog may be behind; INTERNAL with the cause if
     *     the query threw
     */
    <T> T read(Query<T> query) throws IOException;

    /** A question to the tables. */
    @FunctionalInterface
    interface Query<T> {
        /** Answers it. */
        T ask(CatalogReader reader) throws IOException;
    }
}
