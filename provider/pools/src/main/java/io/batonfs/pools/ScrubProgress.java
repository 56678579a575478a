package io.batonfs.pools;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How far a {@link Scrubber} is, and what it met: in the pass under way, else in the last one. Figures are those since
 * the pass began, or, if it went on after a restart, since then.
 *
 * @param state          what it does
 * @param heldBecause    why the pass under way does not go on at this moment; empty if it does
 * @param passBegunMs    when the pass under way began, by the clock it was given; 0 if none is
 * @param lastWholePassMs when the last pass that read everything ended; 0 if none did
 * @param nextPassMs     when the next pass is due; 0 if one is under way
 * @param pool           the pool that is being read; empty if none is
 * @param totalBytes     data that the pass had before it at the beginning
 * @param doneBytes      data looked at, in whole rows; what was freed or added meanwhile makes the difference at the
 *                       end
 * @param readBytes      bytes read from all devices for it, redundancy, copies of metadata, and what was looked at again
 *                       to be mended included
 * @param writtenBytes   bytes written to all devices to mend them
 * @param damagedBlocks  blocks of 4 KiB that were wrong on a device or that it did not give, mended or not
 * @param repairedBlocks blocks of 4 KiB that were written anew: data, their redundancy, copies of metadata
 * @param lostBytes      data that redundancy could not give back
 * @param lost           those, by name; the first 1000 ranges if there are more
 * @param failureCount   what could not be looked at or mended, although nothing need be lost
 * @param failures       those, one message each; the first 1000 if there are more
 */
public record ScrubProgress(
        ScrubState state, Optional<String> heldBecause, long passBegunMs, long lastWholePassMs, long nextPassMs,
        String pool, long totalBytes, long doneBytes, long readBytes, long writtenBytes, long damagedBlocks,
        long repairedBlocks, long lostBytes, List<LostRange> lost, long failureCount, List<String> failures) {

    /** Copies the lists. */
    public ScrubProgress {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(heldBecause, "heldBecause");
        lost = List.copyOf(lost);
        failures = List.copyOf(failures);
    }

    /** How much of the pass under way is done, from 0 to 1; 0 if none is. Of what it had before it when it began. */
    public double fraction() {
        if (passBegunMs == 0) {
            return 0;
        }
        return totalBytes == 0 ? 1 : Math.min(1, (double) doneBytes / totalBytes);
    }
}
