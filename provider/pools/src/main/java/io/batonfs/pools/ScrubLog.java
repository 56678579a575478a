package io.batonfs.pools;

import java.io.IOException;
import java.util.Optional;

/** Where a {@link Scrubber} keeps its {@link ScrubMark}. Used by one thread at a time. */
public interface ScrubLog {

    /**
     * What was kept last; empty if nothing was, or if it was harmed: then a pass begins anew, which costs time only.
     *
     * @throws IOException if it can't be read or is of another version
     */
    Optional<ScrubMark> load() throws IOException;

    /** Keeps a mark in place of the last one. */
    void save(ScrubMark mark) throws IOException;

    /** Keeps nothing beyond the process. */
    static ScrubLog inMemory() {
        return new ScrubLog() {
            private ScrubMark kept;

            @Override
            public Optional<ScrubMark> load() {
                return Optional.ofNullable(kept);
            }

            @Override
            public void save(ScrubMark mark) {
                kept = mark;
            }
        };
    }
}
