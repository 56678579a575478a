package io.batonfs.histories;

import java.io.IOException;

/** Who carries out operations, one at a time. Used by one thread. */
interface Client extends AutoCloseable {

    /**
     * Carries out an operation on the tree of one history.
     *
     * @param root the directory that is "/" to the history
     * @throws IOException if the client itself has failed
     */
    Outcome perform(String root, Operation operation) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
}
