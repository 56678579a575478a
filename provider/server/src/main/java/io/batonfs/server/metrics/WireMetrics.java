package io.batonfs.server.metrics;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.wire.TcpCounters;
import io.batonfs.transport.wire.TcpWire;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsRecordBuilder;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.Interns;

/** What the data port has seen, and what its NIC holds. Stateless; thread-safe. */
public final class WireMetrics implements MetricsSource {
    private final TcpWire wire;
    private final Nic nic;

    /** Of a wire, and the card plugged into it, that are open as long as this is registered. */
    public WireMetrics(TcpWire wire, Nic nic) {
        this.wire = wire;
        this.nic = nic;
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        TcpCounters counters = wire.counters();
        MetricsRecordBuilder record = collector.addRecord("Wire").setContext("baton");
        record.addGauge(Interns.info("OpenSockets", "Sockets open, listening ones too"), counters.openChannels());
        record.addGauge(Interns.info("Handshakes", "Incoming connections still in the handshake"), counters.handshakes());
        record.addGauge(Interns.info("QueuedBytes", "Memory for what waits to be sent"), wire.queuedBytes());
        record.addGauge(Interns.info("QueuePairs", "Queue pairs that have not ended"), nic.openQueuePairs());
        record.addGauge(Interns.info("RegisteredRegions", "Memory regions registered with the NIC"),
                nic.registeredRegions());
        record.addCounter(Interns.info("Established", "Connections made"), counters.established());
        record.addCounter(Interns.info("Rejected", "Connections that were not wanted"), counters.rejected());
        record.addCounter(Interns.info("Violations", "Connections ended for breaking a rule"), counters.violations());
        record.addCounter(Interns.info("EvictedHandshakes", "Handshakes that were too slow, or too many"),
                counters.evictedHandshakes());
        record.addCounter(Interns.info("DeadPeers", "Connections ended for silence"), counters.deadPeers());
        record.addCounter(Interns.info("Overflows", "Connections ended because too much waited"), counters.overflows());
    }
}
