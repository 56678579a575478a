package io.batonfs.server.metrics;

import io.batonfs.pools.DeviceHealth;
import io.batonfs.server.storage.DeviceReport;
import io.batonfs.server.storage.StorageServer;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsRecordBuilder;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.Interns;

/**
 * How a storage server's devices are: a record for all, then one for each. Waits for no device. Stateless; thread-safe.
 */
public final class DeviceMetrics implements MetricsSource {
    private final StorageServer server;

    /** Of a server that runs as long as this is registered. */
    public DeviceMetrics(StorageServer server) {
        this.server = server;
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        List<DeviceReport> reports = server.deviceReports();
        MetricsRecordBuilder together = record(collector, "Devices");
        gauge(together, "Hung", "Devices that do not answer", reports.stream().filter(DeviceReport::isHung).count());
        gauge(together, "GoingBad", "Devices of which damage keeps coming",
                reports.stream().filter(DeviceReport::isGoingBad).count());
        reports.forEach(report -> add(record(collector, "Device"), report));
    }

    private static void add(MetricsRecordBuilder record, DeviceReport report) {
        DeviceHealth health = report.health();
        record.tag(Interns.info("Set", "The set of devices"), Integer.toString(report.set()))
                .tag(Interns.info("Place", "Its place among those of the server; 0 of a spare"),
                        Integer.toString(report.place()))
                .tag(Interns.info("Role", "member, successor, spare or former"), health.role().name().toLowerCase(Locale.ROOT))
                .tag(Interns.info("Device", "What it is called"), health.device());
        counter(record, "ReadErrors", "Reads that it answered with an error", health.readErrors());
        counter(record, "WriteErrors", "Writes that it answered with an error", health.writeErrors());
        counter(record, "ForceErrors", "Forces that it answered with an error", health.forceErrors());
        counter(record, "DamagedBlocks", "Blocks that were wrong on it or that it did not give", health.damagedBlocks());
        counter(record, "MendedBlocks", "Those of them that were written anew", health.mendedBlocks());
        gauge(record, "DamagedInADay", "Those of them that were found within the last day", health.damagedInADay());
        gauge(record, "UnansweredMs", "For how long it has not answered the oldest read or write",
                health.unansweredMs());
        gauge(record, "ForcingMs", "For how long it has not ended the oldest force", health.forcingMs());
    }

    private MetricsRecordBuilder record(MetricsCollector collector, String name) {
        return collector.addRecord(name).setContext("baton")
                .tag(Interns.info("Server", "The storage server"), server.config().server().toString());
    }

    private static void counter(MetricsRecordBuilder record, String name, String description, long value) {
        record.addCounter(Interns.info(name, description), value);
    }

    private static void gauge(MetricsRecordBuilder record, String name, String description, long value) {
        record.addGauge(Interns.info(name, description), value);
    }
}
