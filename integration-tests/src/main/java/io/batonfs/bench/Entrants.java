package io.batonfs.bench;

import java.io.IOException;

/** Where the sampler gets its entrants from. */
@FunctionalInterface
interface Entrants {

    /** A contender that runs; started if it doesn't yet. */
    Entrant running(Contender contender) throws IOException, InterruptedException;
}
