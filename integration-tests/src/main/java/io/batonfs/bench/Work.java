package io.batonfs.bench;

/**
 * One row's work on one contender. It lives in the client's JVM from the first warm-up to the last sample; one thread
 * calls it, in the order in which the methods stand here, {@code before} to {@code after} for each sample. Only
 * {@code run} is measured. Whatever goes wrong is thrown, and fails the row.
 */
interface Work {

    /** Lays out what the next sample needs. */
    default void before() throws Exception {
    }

    /** Takes a sample: times what the row is about by itself, so that it can leave out what isn't. */
    Figure run() throws Exception;

    /** Removes what the sample left. */
    default void after() throws Exception {
    }

    /** Removes everything. */
    default void end() throws Exception {
    }

    /** Begins a row's work on a site: lays out what all samples share. */
    @FunctionalInterface
    interface Factory {
        /** Begins it. */
        Work open(Site site) throws Exception;
    }
}
