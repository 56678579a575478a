package io.batonfs.server.metrics;

import io.batonfs.transport.wire.SharedMemoryCounters;
import io.batonfs.transport.wire.SharedMemoryWire;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsRecordBuilder;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.Interns;

/** What a daemon has seen of clients of its host that come by shared memory. Stateless; thread-safe. */
public final class SharedMemoryMetrics implements MetricsSource {
    private final SharedMemoryWire wire;

    /** Of a wire that is open as long as this is registered. */
    public SharedMemoryMetrics(SharedMemoryWire wire) {
        this.wire = wire;
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        SharedMemoryCounters counters = wire.counters();
        MetricsRecordBuilder record = collector.addRecord("SharedMemory").setContext("baton");
        record.addGauge(Interns.info("OpenSockets", "Sockets open, listening ones too"), counters.openChannels());
        record.addGauge(Interns.info("Handshakes", "Incoming connections still in the handshake"), counters.handshakes());
        record.addGauge(Interns.info("Connections", "Connections that have memory"), counters.rings());
        record.addGauge(Interns.info("Bytes", "Shared memory, that of ended connections included until the garbage"
                + " collector has come by"), wire.memoryBytes());
        record.addGauge(Interns.info("QueuedBytes", "Memory for what waits to be sent"), wire.queuedBytes());
        record.addCounter(Interns.info("Established", "Connections made"), counters.established());
        record.addCounter(Interns.info("Rejected", "Connections that were not wanted, or whose user is not admitted"),
                counters.rejected());
        record.addCounter(Interns.info("WithoutMemory", "Connections refused for want of memory"),
                counters.withoutMemory());
        record.addCounter(Interns.info("Violations", "Connections ended for breaking a rule"), counters.violations());
        record.addCounter(Interns.info("EvictedHandshakes", "Handshakes that were too slow, or too many"),
                counters.evictedHandshakes());
        record.addCounter(Interns.info("StalledPeers", "Connections ended because nothing was taken for too long"),
                counters.stalledPeers());
        record.addCounter(Interns.info("Overflows", "Connections ended because too much waited"), counters.overflows());
        record.addCounter(Interns.info("Doorbells", "How often a sleeping client was woken"), counters.doorbells());
    }
}
