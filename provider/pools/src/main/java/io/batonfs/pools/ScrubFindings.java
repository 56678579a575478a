package io.batonfs.pools;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a pass of the {@link Scrubber} has met so far. Of what is lost or failed everything is counted, and as much is
 * named as a report can hold. Thread-safe: one thread adds, any may look.
 */
final class ScrubFindings {
    /** Some hundred KiB of names; who has lost more needs another copy, not a list. */
    static final int MOST_NAMED = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(ScrubFindings.class);

    private final int mostNamed;
    private final List<LostRange> lost = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private long doneBytes;
    private long readBytes;
    private long writtenBytes;
    private long damagedBlocks;
    private long repairedBlocks;
    private long lostBytes;
    private long lostBlocks;
    private long failureCount;

    ScrubFindings() {
        this(MOST_NAMED);
    }

    /**
     * @param mostNamed how many ranges and how many failures are named
     */
    ScrubFindings(int mostNamed) {
        this.mostNamed = mostNamed;
    }

    /** Counts data that were looked at. */
    synchronized void scanned(long dataBytes) {
        doneBytes += dataBytes;
    }

    /** Counts what a device was asked to read. */
    synchronized void read(long bytes) {
        readBytes += bytes;
    }

    /** Counts what was written to a device. */
    synchronized void written(long bytes) {
        writtenBytes += bytes;
    }

    /** Counts blocks that are wrong on a device, mended or not. */
    synchronized void damaged(long blocks) {
        damagedBlocks += blocks;
    }

    /** Counts those of them that were mended. */
    synchronized void repaired(long blocks) {
        repairedBlocks += blocks;
    }

    /** Names a range; one that goes on where the last one ended is joined to it. */
    synchronized void lost(LostRange range) {
        lostBytes += range.lengthBytes();
        lostBlocks += (range.lengthBytes() - 1) / PoolLayout.BLOCK_BYTES + 1;
        LostRange last = lost.isEmpty() ? null : lost.get(lost.size() - 1);
        if (last != null && range.continues(last)) {
            lost.set(lost.size() - 1, last.plus(range));
        } else if (lost.size() < mostNamed) {
            lost.add(range);
            LOG.error("lost; if a file has these bytes, restore it from another copy: {}", range);
        }
    }

    /** Names something that could not be looked at or mended, although nothing need be lost. */
    synchronized void failed(String what) {
        failureCount++;
        if (failures.size() < mostNamed) {
            failures.add(what);
            LOG.warn("scrubbing: {}", what);
        }
    }

    synchronized long doneBytes() {
        return doneBytes;
    }

    synchronized long readBytes() {
        return readBytes;
    }

    synchronized long writtenBytes() {
        return writtenBytes;
    }

    /** What the devices were asked for so far, reads and writes together: what keeps to the rate. */
    synchronized long deviceBytes() {
        return readBytes + writtenBytes;
    }

    /** Wrong blocks, those that nothing could give back included. */
    synchronized long damagedBlocks() {
        return damagedBlocks + lostBlocks;
    }

    synchronized long repairedBlocks() {
        return repairedBlocks;
    }

    synchronized long lostBytes() {
        return lostBytes;
    }

    /** What is lost, by name as far as it is named. */
    synchronized KnownLosses losses() {
        return new KnownLosses(lost, lostBytes - lost.stream().mapToLong(LostRange::lengthBytes).sum());
    }

    synchronized List<LostRange> lost() {
        return List.copyOf(lost);
    }

    synchronized long failureCount() {
        return failureCount;
    }

    synchronized List<String> failures() {
        return List.copyOf(failures);
    }
}
