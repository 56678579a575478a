package io.batonfs.pages;

import java.util.concurrent.atomic.LongAdder;

/** Counts what the two paths do. Any thread. */
final class EngineCounts {
    final LongAdder acceleratedReads = new LongAdder();
    final LongAdder acceleratedWrites = new LongAdder();
    final LongAdder handedOver = new LongAdder();
    final LongAdder resubmitted = new LongAdder();

    PageEngineCounters read() {
        return new PageEngineCounters(
                acceleratedReads.sum(), acceleratedWrites.sum(), handedOver.sum(), resubmitted.sum());
    }
}
