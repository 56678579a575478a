package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.client.ClientCounters;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.hadoop.fs.GlobalStorageStatistics;
import org.apache.hadoop.fs.StorageStatistics;

/**
 * What passed through all Baton clients of this process, open and closed, and how often each {@link Operation} was asked
 * for, under the name {@value #NAME} in {@link GlobalStorageStatistics}. Thread-safe; the maps are guarded by
 * {@code this}.
 */
final class BatonStorageStatistics extends StorageStatistics {
    /** The name in {@link GlobalStorageStatistics}; there is nothing under it before the first client. */
    static final String NAME = "BatonFileSystem";

    private enum Figure {
        CLIENT_BYTES("clientBytes", counters -> counters.readBytes() + counters.writtenBytes()),
        LWIO_BYTES("lwioBytes", ClientCounters::lwioBytes),
        SHARED_MEMORY_BYTES("sharedMemoryBytes", ClientCounters::sharedMemoryBytes),
        SHARED_MEMORY_FALLBACKS("sharedMemoryFallbacks", ClientCounters::sharedMemoryFallbacks),
        COPIED_BYTES("copiedBytes", ClientCounters::copiedBytes),
        CHECKSUMMED_BYTES("checksummedBytes", ClientCounters::checksummedBytes),
        OFFLOADED_COPIES("offloadedCopies", ClientCounters::offloadedCopies),
        OFFLOADED_BYTES("offloadedBytes", ClientCounters::offloadedBytes),
        FALLBACKS("fallbacks", ClientCounters::fallbacks);

        private final String key;
        private final ToLongFunction<ClientCounters> value;

        Figure(String key, ToLongFunction<ClientCounters> value) {
            this.key = key;
            this.value = value;
        }
    }

    /** Open clients, with what they had counted at the last reset. */
    private final Map<BatonClient, ClientCounters> open = new HashMap<>();
    private final long[] ofClosed = new long[Figure.values().length];
    private final OperationCounts operations = new OperationCounts();

    private BatonStorageStatistics() {
        super(NAME);
    }

    /** The statistics of this process. */
    static BatonStorageStatistics ofProcess() {
        return (BatonStorageStatistics) GlobalStorageStatistics.INSTANCE.put(NAME, BatonStorageStatistics::new);
    }

    /** Counts an operation. */
    void count(Operation operation) {
        operations.count(operation);
    }

    /** Counts a new client in. */
    synchronized void opened(BatonClient client) {
        open.put(client, client.counters());
    }

    /** Keeps what a client has counted; to be called once, after its last use and before it is closed. */
    synchronized void closing(BatonClient client) {
        for (Figure figure : Figure.values()) {
            ofClosed[figure.ordinal()] += ofOpen(client, figure);
        }
        open.remove(client);
    }

    @Override
    public String getScheme() {
        return BatonFileSystem.SCHEME;
    }

    @Override
    public Iterator<LongStatistic> getLongStatistics() {
        Stream<LongStatistic> figures = Arrays.stream(Figure.values())
                .map(figure -> new LongStatistic(figure.key, sum(figure)));
        Stream<LongStatistic> counts = Arrays.stream(Operation.values())
                .map(operation -> new LongStatistic(operation.symbol(), operations.of(operation)));
        return Stream.concat(figures, counts).iterator();
    }

    @Override
    public Long getLong(String key) {
        for (Figure figure : Figure.values()) {
            if (figure.key.equals(key)) {
                return sum(figure);
            }
        }
        Operation operation = Operation.ofSymbol(key);
        return operation == null ? null : operations.of(operation);
    }

    @Override
    public boolean isTracked(String key) {
        return getLong(key) != null;
    }

    @Override
    public synchronized void reset() {
        operations.reset();
        Arrays.fill(ofClosed, 0);
        open.replaceAll((client, atReset) -> client.counters());
    }

    private synchronized long sum(Figure figure) {
        long sum = ofClosed[figure.ordinal()];
        for (BatonClient client : open.keySet()) {
            sum += ofOpen(client, figure);
        }
        return sum;
    }

    private long ofOpen(BatonClient client, Figure figure) {
        ClientCounters atReset = open.get(client);
        return figure.value.applyAsLong(client.counters()) - figure.value.applyAsLong(atReset);
    }
}
