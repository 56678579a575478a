package io.batonfs.server.metrics;

import io.batonfs.catalog.CatalogFigures;
import io.batonfs.server.local.LocalGroup;
import java.io.IOException;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsRecordBuilder;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.Interns;

/**
 * What the catalog holds, and whether it runs. Stateless; thread-safe.
 */
public final class CatalogMetrics implements MetricsSource {
    private final LocalGroup group;

    /** Of a group that is open as long as this is registered. */
    public CatalogMetrics(LocalGroup group) {
        this.group = group;
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        MetricsRecordBuilder record = collector.addRecord("CatalogTables").setContext("baton");
        try {
            add(record, group.figures());
            gauge(record, "Running", "1 while the catalog answers", 1);
        } catch (IOException e) {
            // That it can't be asked is the figure; /health and the log say why.
            gauge(record, "Running", "1 while the catalog answers", 0);
        }
    }

    private static void add(MetricsRecordBuilder record, CatalogFigures figures) {
        gauge(record, "Nodes", "Versions of files and directories", figures.nodes());
        gauge(record, "Contents", "Lists of slices, frozen beginnings included", figures.contents());
        gauge(record, "Extents", "Extents, those that wait to be freed included", figures.extents());
        gauge(record, "Tokens", "Live tokens", figures.tokens());
        gauge(record, "Leases", "Files with a writer", figures.leases());
        gauge(record, "AllocatedPages", "Pages given out so far", figures.allocatedPages());
        gauge(record, "NodesCopied", "Private copies of nodes made so far", figures.nodesCopied());
        gauge(record, "ReclaimWaiting", "Nodes and contents that wait to be taken down", figures.reclaimWaiting());
        gauge(record, "FreeWaiting", "Extents that wait for their grace time or owners", figures.freeWaiting());
        gauge(record, "CompactWaiting", "Directories that wait for shorter chains", figures.compactWaiting());
        gauge(record, "Tracked", "Files that are tracked, of which there is a most", figures.tracked());
    }

    private static void gauge(MetricsRecordBuilder record, String name, String description, long value) {
        record.addGauge(Interns.info(name, description), value);
    }
}
