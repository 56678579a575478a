package io.batonfs.bench;

import io.batonfs.bench.pools.CodecStream;
import java.util.Map;

/**
 * Parities of data that come from memory, on one thread, and beside them what memory gives to one that only reads or
 * copies.
 */
final class CodecMemoryWork implements Work {
    /** The detail: what reading the same data came to, in the row's unit. */
    static final String READ = "readMegabytesPerSecond";
    /** The detail: what a copy of the same data came to, in the row's unit. */
    static final String COPY = "copyMegabytesPerSecond";

    private final CodecStream stream;
    private final long spellNanos;

    CodecMemoryWork(Site site, int parities) {
        this.stream = new CodecStream(parities, site.sizes().memoryBytes());
        this.spellNanos = site.sizes().spell().toNanos() / 3;
    }

    @Override
    public Figure run() {
        double read = stream.read(spellNanos);
        double copied = stream.copy(spellNanos);
        return new Figure(stream.encode(spellNanos), Map.of(READ, read, COPY, copied));
    }

    /** The encoding came last, so that it is what is checked. */
    @Override
    public void after() {
        stream.check();
    }
}
