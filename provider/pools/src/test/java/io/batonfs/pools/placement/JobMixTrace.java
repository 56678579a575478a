package io.batonfs.pools.placement;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The trace that is kept: what {@code JobMix} in integration-tests did in three and a half minutes. */
final class JobMixTrace {
    /** Two seconds of it are a minute: its jobs take a second or two on small files, where others take minutes. */
    static final int SLOWNESS = 30;

    private JobMixTrace() {
    }

    /** The trace, slowed down. */
    static RecordedTrace open() throws IOException {
        try {
            return RecordedTrace.open(Path.of(JobMixTrace.class.getResource("job-mix.trace.gz").toURI()))
                    .slowedDown(SLOWNESS);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a resource has no URI", e);
        }
    }

    /** Pools for a recorded trace: the fast one holds a tenth of all its pages. */
    static SimulatedPools poolsFor(RecordedTrace trace) throws IOException {
        Set<TracePage> pages = new HashSet<>();
        trace.replay(access -> pages.add(access.page()));
        return new SimulatedPools(trace.pageBytes(), Math.max(1, pages.size() / 10), 2 * pages.size());
    }
}
