package io.batonfs.pools;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One walk over a pool, step by step: a checkpoint, so that what was in the journal is in its place and is read there;
 * the copies of the metadata; the segments that were there at the beginning, in the order of their slots. Segments made
 * meanwhile are left to the next walk. What readers had met before the beginning is looked at again by a walk from the
 * first segment to the last, and forgotten then. Used by one thread at a time.
 */
final class PoolScrub {
    private static final Logger LOG = LoggerFactory.getLogger(PoolScrub.class);

    private final SegmentPool pool;
    private final ScrubFindings findings;
    private final MetadataScrub metadata;
    private final SegmentScrub rows;
    private final List<Segment> segments;
    private final long totalBytes;
    private final boolean whole;
    private final long readsBefore;
    private boolean begun;
    private long failuresBefore;
    private boolean metadataDone;
    private int nextSegment;
    private int nextRow;

    /**
     * @param fromSlot slot of the first segment to look at; above 0 where a walk goes on, whose metadata were compared
     */
    PoolScrub(SegmentPool pool, int fromSlot, ScrubFindings findings) {
        this.pool = pool;
        this.findings = findings;
        PoolParts parts = pool.parts();
        // Before the segments are listed: one that is made after that may be met by readers and is not looked at.
        this.readsBefore = parts.lost().reads();
        this.whole = fromSlot == 0;
        this.metadata = new MetadataScrub(parts, findings);
        this.rows = new SegmentScrub(parts, findings);
        this.segments = parts.segments().all().stream().filter(segment -> segment.slot() >= fromSlot)
                .sorted(Comparator.comparingInt(Segment::slot)).toList();
        this.totalBytes = segments.stream().filter(segment -> segment.state().packed() == null)
                .mapToLong(segment -> segment.state().lengthBytes()).sum();
        this.metadataDone = fromSlot > 0;
    }

    /** Bytes that its segments held at the beginning. */
    long totalBytes() {
        return totalBytes;
    }

    /** Slot of the first segment that was not looked at to its end. */
    int slot() {
        if (!metadataDone) {
            return 0;
        }
        return nextSegment < segments.size() ? segments.get(nextSegment).slot() : Integer.MAX_VALUE;
    }

    /**
     * Looks at about 1 MiB; returns whether something is left. Nothing is while a device is rebuilt in the pool: that
     * reads and checks all that the pool holds anyway, and without the device more may look lost than is.
     */
    boolean step() {
        if (pool.parts().members().anyRebuilding()) {
            LOG.info("pool {} is not scrubbed while a device is rebuilt there; the next pass looks at it", pool.name());
            return false;
        }
        if (!begun) {
            begun = true;
            failuresBefore = findings.failureCount();
            begin();
        } else if (!metadataDone) {
            compareMetadata();
        } else if (nextSegment < segments.size()) {
            nextRow = rows.step(segments.get(nextSegment), nextRow);
            if (nextRow == SegmentScrub.END) {
                nextSegment++;
                nextRow = 0;
            }
        }
        boolean more = !metadataDone || nextSegment < segments.size();
        if (!more && whole && findings.failureCount() == failuresBefore) {
            pool.parts().lost().forget(readsBefore);
        }
        return more;
    }

    private void begin() {
        if (!pool.parts().mutations().isOpen()) {
            // No checkpoint, and nothing that metadata on the devices could be held against: what the journal says is in
            // memory only. Data are looked at all the same. A pool that was opened for reading is not mended either
            // (PoolMembers.forbidMending), so what is wrong there is named; one that a failure has closed to changes is,
            // as a reader would mend it: whole blocks that checks vouch for, over what fails them.
            metadataDone = true;
            findings.failed("pool " + pool.name() + " takes no changes, so its metadata were not compared; bring back its "
                    + "devices and restart the server");
            return;
        }
        try {
            // While changes go on, so that there is little left to force while none may.
            pool.parts().mutations().force();
            pool.parts().mutations().checkpoint();
        } catch (IOException e) {
            findings.failed("pool " + pool.name() + ": no checkpoint before it is scrubbed: " + e.getMessage());
        }
    }

    private void compareMetadata() {
        try {
            metadataDone = !metadata.step();
        } catch (IOException e) {
            metadataDone = true;
            findings.failed("pool " + pool.name() + ": its metadata can't be compared: " + e.getMessage());
        }
    }
}
