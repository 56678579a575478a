package io.batonfs.bench;

import io.batonfs.bench.pools.AllocatorLoop;
import java.util.Map;

/** Runs of rows taken from a pool's allocator and given back, by one thread. */
final class AllocatorWork implements Work {
    private final AllocatorLoop loop;
    private final long spellNanos;

    AllocatorWork(Site site, int segments) {
        this.loop = new AllocatorLoop(segments);
        this.spellNanos = site.sizes().spell().toNanos() / 2;
    }

    @Override
    public Figure run() {
        double perSecond = loop.run(spellNanos);
        return new Figure(perSecond, Map.of("freeRuns", (double) loop.freeRuns(), "piecesOfOne", loop.piecesOfOne()));
    }
}
