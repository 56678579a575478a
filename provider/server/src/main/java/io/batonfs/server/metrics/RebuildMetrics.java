package io.batonfs.server.metrics;

import io.batonfs.pools.RebuildProgress;
import io.batonfs.pools.RebuildState;
import io.batonfs.server.storage.RebuildReport;
import io.batonfs.server.storage.StorageServer;
import java.util.List;
import java.util.function.ToLongFunction;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsRecordBuilder;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.Interns;

/**
 * How the rebuilding of a storage server's devices is, all devices and pools together: gauges, of what is under way or
 * waits; what has failed or is lost is of all since the start. Stateless; thread-safe.
 */
public final class RebuildMetrics implements MetricsSource {
    private final StorageServer server;

    /** Of a server that runs as long as this is registered. */
    public RebuildMetrics(StorageServer server) {
        this.server = server;
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        List<RebuildReport> reports = server.rebuildReports();
        List<RebuildReport> unfinished = reports.stream().filter(RebuildReport::isUnfinished).toList();
        MetricsRecordBuilder record = collector.addRecord("Rebuild").setContext("baton")
                .tag(Interns.info("Server", "The storage server"), server.config().server().toString());
        gauge(record, "Unfinished", "Devices in pools that are rebuilt or wait for that", unfinished.size());
        gauge(record, "Failed", "Devices in pools whose rebuilding has failed",
                reports.stream().filter(report -> report.progress().state() == RebuildState.FAILED).count());
        gauge(record, "TotalBytes", "Data and redundancy that belong on the devices", unfinished,
                RebuildProgress::totalBytes);
        gauge(record, "DoneBytes", "Of those, what is done", unfinished, RebuildProgress::doneBytes);
        gauge(record, "BytesPerSecond", "Bytes written to the device whose turn it is", unfinished,
                RebuildProgress::bytesPerSecond);
        gauge(record, "SecondsLeft", "Until the one whose turn it is is done; 0 if that is not known", unfinished,
                progress -> progress.secondsLeft().orElse(0));
        gauge(record, "LostBytes", "Bytes that were found to be lost", reports, RebuildProgress::lostBytes);
        gauge(record, "LostRanges", "Ranges that were found to be lost, 1000 at most for each device in each pool",
                reports, progress -> progress.lost().size());
    }

    private static void gauge(MetricsRecordBuilder record, String name, String description,
            List<RebuildReport> reports, ToLongFunction<RebuildProgress> figure) {
        gauge(record, name, description,
                reports.stream().map(RebuildReport::progress).mapToLong(figure).sum());
    }

    private static void gauge(MetricsRecordBuilder record, String name, String description, long value) {
        record.addGauge(Interns.info(name, description), value);
    }
}
