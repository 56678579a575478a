package io.batonfs.bench;

import io.batonfs.bench.pools.CodecLoop;
import java.util.Map;

/** Parities of data in the processor's caches, on one thread, and a copy of the same data beside them. */
final class CodecWork implements Work {
    /** The detail: what a copy of the same data came to, in the row's unit. */
    static final String COPY = "copyMegabytesPerSecond";

    private final CodecLoop loop;
    private final long spellNanos;

    CodecWork(Site site, int parities) {
        this.loop = new CodecLoop(parities);
        this.spellNanos = site.sizes().spell().toNanos() / 2;
    }

    @Override
    public Figure run() {
        double copied = loop.copy(spellNanos);
        return new Figure(loop.encode(spellNanos), Map.of(COPY, copied));
    }

    @Override
    public void after() {
        loop.check();
    }
}
