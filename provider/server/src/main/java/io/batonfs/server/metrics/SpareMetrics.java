package io.batonfs.server.metrics;

import io.batonfs.server.storage.SpareFigures;
import io.batonfs.server.storage.StorageServer;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.Interns;

/** A storage server's spares. Stateless; thread-safe. */
public final class SpareMetrics implements MetricsSource {
    private final StorageServer server;

    /** Of a server that runs as long as this is registered. */
    public SpareMetrics(StorageServer server) {
        this.server = server;
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        SpareFigures figures = server.spareFigures();
        collector.addRecord("Spares").setContext("baton")
                .tag(Interns.info("Server", "The storage server"), server.config().server().toString())
                .addGauge(Interns.info("Usable", "Spares that nothing is known against"), figures.usable())
                .addGauge(Interns.info("Bad", "Spares that can't be written"), figures.bad())
                .addGauge(Interns.info("VacantPlaces", "Places of devices that are missing or out"), figures.vacant())
                .addCounter(Interns.info("Used", "Spares that were put into places of others"), figures.used());
    }
}
