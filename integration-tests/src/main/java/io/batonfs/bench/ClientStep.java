package io.batonfs.bench;

/** What a client is told to do; the words of the talk with it. */
enum ClientStep {
    /** Begins a row, whose name follows. */
    OPEN,
    BEFORE,
    /** Answered by the figure. */
    RUN,
    AFTER,
    END
}
