package io.batonfs.bench;

import io.batonfs.bench.transport.Load;
import io.batonfs.bench.transport.ProcessorTime;
import io.batonfs.bench.transport.Run;
import io.batonfs.bench.transport.Service;
import io.batonfs.bench.transport.TransportClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Keeps requests going over a carrier, for a time. The root of the site is where the carrier's server left its
 * address.
 */
final class TransportWork implements Work {
    private final Load load;
    private final Duration spell;
    private final TransportFigure figure;
    private final TransportClient client;
    private final ProcessorTime processorTime;

    TransportWork(Site site, Load load, Service service, Duration spell, TransportFigure figure) throws IOException {
        this.load = load;
        this.spell = spell;
        this.figure = figure;
        this.client = site.contender().carrier().orElseThrow()
                .connect(load, Path.of(site.root().toUri()), service);
        this.processorTime = new ProcessorTime(client.server());
    }

    @Override
    public void before() {
        client.clear();
    }

    @Override
    public Figure run() throws Exception {
        Latencies latencies = new Latencies();
        Run run = new Run(spell, System::nanoTime, latencies::add);
        long cpuBefore = processorTime.nanos();
        client.run(run);
        return figure.of(load, run, latencies, processorTime.nanos() - cpuBefore);
    }

    @Override
    public void after() throws IOException {
        client.check();
    }

    @Override
    public void end() throws IOException {
        client.close();
    }
}
