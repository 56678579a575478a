package io.batonfs.server.metrics;

import io.batonfs.pools.ScrubProgress;
import io.batonfs.pools.ScrubState;
import io.batonfs.server.storage.ScrubReport;
import io.batonfs.server.storage.StorageServer;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsRecordBuilder;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.Interns;

/**
 * How scrubbing of a storage server's devices is, a record for each set of them. What it has met is of the pass under way, else of the
 * last one since the start: gauges, which begin anew with each pass; what was mended since the start is counted by the pools. Stateless;
 * thread-safe.
 */
public final class ScrubMetrics implements MetricsSource {
    private final StorageServer server;

    /** Of a server that runs as long as this is registered. */
    public ScrubMetrics(StorageServer server) {
        this.server = server;
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        server.scrubReports().forEach(report -> add(collector, report));
    }

    private static void add(MetricsCollector collector, ScrubReport report) {
        MetricsRecordBuilder record = collector.addRecord("Scrub").setContext("baton")
                .tag(Interns.info("Server", "The storage server"), report.server().toString())
                .tag(Interns.info("Set", "The set of its devices"), Integer.toString(report.set()));
        gauge(record, "Enabled", "1 where scrubbing is on", report.progress().isPresent() ? 1 : 0);
        report.progress().ifPresent(progress -> add(record, progress));
    }

    private static void add(MetricsRecordBuilder record, ScrubProgress progress) {
        gauge(record, "Running", "1 while a pass goes on", progress.state() == ScrubState.RUNNING ? 1 : 0);
        gauge(record, "Paused", "1 while it is paused", progress.state() == ScrubState.PAUSED ? 1 : 0);
        gauge(record, "Held", "1 while a pass waits for something", progress.heldBecause().isPresent() ? 1 : 0);
        record.addGauge(Interns.info("Progress", "How much of the pass under way is done, 0 to 1; 0 if none is"),
                progress.fraction());
        gauge(record, "LastWholePassMs", "End of the last pass that read everything, milliseconds since 1970; 0 if none",
                progress.lastWholePassMs());
        gauge(record, "NextPassMs", "When the next pass is due, milliseconds since 1970; 0 while one is under way",
                progress.nextPassMs());
        gauge(record, "DoneBytes", "Data looked at", progress.doneBytes());
        gauge(record, "ReadBytes", "Bytes that the devices have read for it", progress.readBytes());
        gauge(record, "WrittenBytes", "Bytes that the devices have written to be mended", progress.writtenBytes());
        gauge(record, "DamagedBlocks", "Blocks of 4 KiB that were wrong on a device", progress.damagedBlocks());
        gauge(record, "RepairedBlocks", "Those that were mended", progress.repairedBlocks());
        gauge(record, "LostRanges", "Ranges that redundancy could not give back, 1000 at most", progress.lost().size());
        gauge(record, "LostBytes", "Bytes that redundancy could not give back", progress.lostBytes());
        gauge(record, "Failures", "What could not be looked at or mended, although nothing need be lost",
                progress.failureCount());
    }

    private static void gauge(MetricsRecordBuilder record, String name, String description, long value) {
        record.addGauge(Interns.info(name, description), value);
    }
}
