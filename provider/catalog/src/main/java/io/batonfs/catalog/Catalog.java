package io.batonfs.catalog;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * The catalog as a server uses it. Thread-safe.
 */
public interface Catalog extends Closeable {

    /**
     * Runs a command. The reply is complete when the command is durable and applied.
     *
     * @return a reply, {@link Reply.Refused} included; completes exceptionally with a
     *     {@link io.batonfs.model.BatonException} when it could not be decided (NOT_LEADER, OUTCOME_UNKNOWN)
     */
    CompletableFuture<Reply> submit(CatalogRequest request);

    /**
     * Asks the tables as they are now, all commands that were answered before included. The reader is valid only
     * inside the query.
     *
     * @throws io.batonfs.model.BatonException NOT_LEADER where this catalog may be behind; INTERNAL with the cause if
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
