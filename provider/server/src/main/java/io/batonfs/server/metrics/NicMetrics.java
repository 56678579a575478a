package io.batonfs.server.metrics;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.TransportMetric;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsRecordBuilder;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.Interns;

/** What all connections of a NIC have come to, by whichever of its wires. Stateless; thread-safe. */
public final class NicMetrics implements MetricsSource {
    private final Nic nic;

    /** Of a card that is open as long as this is registered. */
    public NicMetrics(Nic nic) {
        this.nic = nic;
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        MetricsRecordBuilder record = collector.addRecord("Nic").setContext("baton")
                .tag(Interns.info("Wires", "The wires that are plugged in"), String.join(" ", nic.providerNames()));
        record.addGauge(Interns.info("QueuePairs", "Queue pairs that have not ended"), nic.openQueuePairs());
        record.addGauge(Interns.info("RegisteredRegions", "Memory regions registered"), nic.registeredRegions());
        record.addGauge(Interns.info("RegisteredBytes", "Bytes of memory registered"), nic.registeredBytes());
        TransportRecords.add(record, nic.metrics(), TransportMetric.Layer.NIC);
    }
}
