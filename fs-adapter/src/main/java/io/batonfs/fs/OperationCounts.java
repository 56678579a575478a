package io.batonfs.fs;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.apache.hadoop.fs.statistics.IOStatistics;
import org.apache.hadoop.fs.statistics.impl.IOStatisticsBinding;

/** How often each operation was asked for. Thread-safe: the map never changes, its counters are concurrent. */
final class OperationCounts {
    private final Map<Operation, LongAdder> counts = new EnumMap<>(Operation.class);
    private final IOStatistics asIoStatistics;

    /** All zero. */
    OperationCounts() {
        var statistics = IOStatisticsBinding.dynamicIOStatistics();
        for (Operation operation : Operation.values()) {
            counts.put(operation, new LongAdder());
            statistics.withLongFunctionCounter(operation.symbol(), symbol -> of(operation));
        }
        asIoStatistics = statistics.build();
    }

    /** One more. */
    void count(Operation operation) {
        counts.get(operation).increment();
    }

    /** How often so far. */
    long of(Operation operation) {
        return counts.get(operation).sum();
    }

    /** Begins at zero again. */
    void reset() {
        counts.values().forEach(LongAdder::reset);
    }

    /** A view of the counters, always of this moment. */
    IOStatistics asIoStatistics() {
        return asIoStatistics;
    }
}
