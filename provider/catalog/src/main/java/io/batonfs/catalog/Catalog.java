package io.batonfs.catalog;

import io.batonfs.model.BatonException;
import java.io.Closeable;
import java.io.IOException;

/**
 * The catalog as a server uses it. Thread-safe.
 */
public interface Catalog extends Closeable {

    /**
     * Runs a command and waits until it is durable and applied.
     *
     * @return a reply, {@link Reply.Refused} included
     * @throws BatonException when it could not be decided (NOT_LEADER, OUTCOME_UNKNOWN)
     * @throws InterruptedException the command may have run or yet run
     */
    Reply call(CatalogRequest request) throws IOException, InterruptedException;

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
