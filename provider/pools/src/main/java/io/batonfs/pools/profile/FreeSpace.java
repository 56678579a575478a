package io.batonfs.pools.profile;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Says where on a device writes may be tried. A profiler writes nowhere else, so whoever implements this decides what
 * is safe. It is asked by the profiler's thread only.
 */
public interface FreeSpace {
    /** Nothing is free, or nobody knows: only reads are made. */
    FreeSpace NONE = (from, to, lengthBytes, random) -> Optional.empty();

    /** A range that nobody but the profiler uses until this is closed. What is in it then is of no meaning. */
    interface Claim extends Closeable {
        /** The first byte. */
        long offset();
    }

    /**
     * Takes a free range out of use.
     *
     * @param from        first byte of where it may lie
     * @param to          byte after where it may lie
     * @param lengthBytes how long it must be, a multiple of 4096; it begins at such a multiple too
     * @param random      chooses among several
     * @return empty if there is none
     * @throws NotNowException if there may be one at another time
     */
    Optional<Claim> claim(long from, long to, int lengthBytes, RandomGenerator random) throws IOException;
}
