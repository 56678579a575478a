package io.batonfs.pools;

import java.io.IOException;

/** Frees segments, one record each: the one way to do it, for whoever is told to and for {@link SegmentPacker}. Thread-safe. */
final class SegmentFreeing {
    private final PoolParts parts;

    SegmentFreeing(PoolParts parts) {
        this.parts = parts;
    }

    /**
     * Frees a segment, and its container if it was the last one there. Of containers it frees those alone that nobody was ever
     * in: any other goes with the last of its segments, by that one's record. Not within a change, and without locks of
     * segments.
     *
     * @return whether it was there, and has gone
     */
    boolean free(Segment segment) throws IOException {
        JournalRecord record = new JournalRecord.Freed(segment.id());
        segment.appending().lock();
        try {
            SegmentState state = segment.state();
            // A container is sealed by the record that says who lies there, and an error may have come just behind that.
            if (segment.freed() || segment.isContainer() && state.sealed()) {
                return false;
            }
            parts.mutations().change(JournalFormat.bytes(record), pages(state), recording -> {
                long stamp = segment.content().writeLock();
                try {
                    recording.append(record);
                    if (segment.isContainer()) {
                        parts.allocator().repay(parts.effects().apply(record));
                    } else {
                        parts.allocator().putBackLater(parts.effects().apply(record));
                    }
                } finally {
                    segment.content().unlockWrite(stamp);
                }
            });
            return true;
        } finally {
            segment.appending().unlock();
        }
    }

    /** Metadata pages that the slots may lie on which change. */
    private static int pages(SegmentState state) {
        PackedAt packed = state.packed();
        return 1 + state.overflowSlots().size() + (packed == null ? 0 : pages(packed.container().state()));
    }
}
