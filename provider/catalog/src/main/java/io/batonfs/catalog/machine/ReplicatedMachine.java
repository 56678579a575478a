package io.batonfs.catalog.machine;

import java.io.IOException;

/**
 * What the log drives: takes log entries in order, one at a time, on one thread.
 */
public interface ReplicatedMachine {

    /**
     * Applies one entry: its table changes, the stored reply and {@code (term, index)} are committed at once. An entry
     * that repeats an invocation changes nothing and gives the first reply (CAT-9).
     *
     * @param command the bytes that were proposed
     * @return the bytes of the reply; a refused command has a reply too
     * @throws IOException if the tables could not be written: the machine must not go on
     */
    byte[] apply(long term, long index, byte[] command) throws IOException;

    /** Index of the last entry applied, or -1; from the tables, so it survives restarts with them. */
    long appliedIndex();

    /** Term of the last entry applied, or 0. */
    long appliedTerm();
}
