package io.batonfs.bench;

import java.io.IOException;

/** A contender that runs: its client, and its server if it has one. Used by one thread. */
interface Entrant {

    /** Begins a row. */
    void open(Row row) throws IOException, InterruptedException;

    /** Lays out what the next sample needs. */
    void before() throws IOException, InterruptedException;

    /** Takes a sample. */
    Sample run() throws IOException, InterruptedException;

    /** Removes what the sample left. */
    void after() throws IOException, InterruptedException;

    /** Ends the row. */
    void end() throws IOException, InterruptedException;
}
