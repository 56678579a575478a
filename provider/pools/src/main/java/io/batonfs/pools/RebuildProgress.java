package io.batonfs.pools;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * How far the rebuilding of a device in a pool is.
 *
 * @param pool           the pool
 * @param place          the device's place in the set, from 1
 * @param device         what the device is called
 * @param state          what becomes of it
 * @param doneBytes      of the data and their redundancy that belong on the device, what is done
 * @param totalBytes     those that there were when it began or, after a restart, when it went on
 * @param bytesPerSecond bytes written to the device, on average since it began or went on; 0 while it is not under way
 * @param secondsLeft    how long the rest takes at that rate; empty if that can't be told yet, or nothing is left to do
 * @param lostBytes      data that were found to be lost, on whatever device, since it began or went on
 * @param lost           those, by name; the first 1000 ranges if there are more
 * @param reason         why it failed; empty if it did not
 */
public record RebuildProgress(
        String pool, int place, String device, RebuildState state, long doneBytes, long totalBytes, long bytesPerSecond,
        OptionalLong secondsLeft, long lostBytes, List<LostRange> lost, String reason) {

    /** Copies the list. */
    public RebuildProgress {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(secondsLeft, "secondsLeft");
        lost = List.copyOf(lost);
    }
}
