package io.batonfs.transport.verbs;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The figures of a NIC: those of its queue pairs, ended ones included, and of its wires. Nothing is counted twice for it;
 * who asks adds up. A queue pair may still count a little after its end, as what it had outstanding is given back: so
 * those that ended last are asked, too, and only then added to the rest.
 *
 * <p>Thread-safe: guarded by {@code this}.
 */
final class NicMetrics implements TransportMetrics {
    private static final int LINGERING = 64;

    private final Collection<Wire> wires;
    private final Set<QueuePair> open = new HashSet<>();
    private final ArrayDeque<QueuePairCounters> lingering = new ArrayDeque<>();
    private final long[] ended = new long[TransportMetric.values().length];

    NicMetrics(Collection<Wire> wires) {
        this.wires = wires;
    }

    synchronized void add(QueuePair pair) {
        open.add(pair);
    }

    synchronized void remove(QueuePair pair) {
        if (open.remove(pair)) {
            pair.counters().ended();
            lingering.addLast(pair.counters());
            if (lingering.size() > LINGERING) {
                QueuePairCounters over = lingering.removeFirst();
                for (TransportMetric metric : TransportMetric.values()) {
                    ended[metric.ordinal()] += over.get(metric);
                }
            }
        }
    }

    @Override
    public synchronized long get(TransportMetric metric) {
        long sum = ended[metric.ordinal()];
        for (QueuePairCounters one : lingering) {
            sum += one.get(metric);
        }
        for (QueuePair one : open) {
            sum += one.counters().get(metric);
        }
        if (metric == TransportMetric.FAULTS_SEEN) {
            for (Wire wire : wires) {
                sum += wire.faultsSeen();
            }
        }
        return sum;
    }
}
