package io.batonfs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batonfs.bench.transport.Carrier;
import io.batonfs.bench.transport.Load;
import io.batonfs.bench.transport.Operation;
import io.batonfs.bench.transport.ProcessorTime;
import io.batonfs.bench.transport.Run;
import io.batonfs.bench.transport.Service;
import io.batonfs.bench.transport.TransportClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the figures of a transport row are made of. */
class TransportFigureTest {
    @TempDir
    private Path temporary;

    @Test
    void processorTimeIsThatOfTheThreadsThatWorked() throws IOException {
        ProcessorTime time = new ProcessorTime(OptionalLong.empty());
        long before = time.nanos();
        long begun = System.nanoTime();
        long spun = TimeUnit.MILLISECONDS.toNanos(60);
        while (System.nanoTime() - begun < spun) {
            Thread.onSpinWait();
        }
        assertThat(time.nanos() - before).as("of 60 ms, of which others may have had most")
                .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(5));
    }

    @Test
    void figuresOfARunAgreeWithEachOther() throws Exception {
        Load load = Load.hot(Operation.READ, 4096, 1, 1);
        Latencies latencies = new Latencies();
        Run run = new Run(Duration.ofMillis(1), System::nanoTime, latencies::add);
        try (TransportClient client = Carrier.IN_PROCESS.connect(load, temporary, Service.INTERRUPT)) {
            client.run(run);
        }
        long cpuNanos = run.requests() * 2000;
        Figure median = TransportFigure.P50.of(load, run, latencies, cpuNanos);
        Map<String, Double> details = median.details();
        assertThat(median.value()).isEqualTo(details.get("p50Us")).isLessThanOrEqualTo(details.get("p99Us"));
        assertThat(TransportFigure.P99.of(load, run, latencies, cpuNanos).value()).isEqualTo(details.get("p99Us"));
        assertThat(details.get("requests")).isEqualTo(run.requests());
        assertThat(details.get("cpuUsPerRequest")).isEqualTo(2, within(1e-9));
        assertThat(TransportFigure.PROCESSOR_TIME.of(load, run, latencies, cpuNanos).value())
                .as("262144 reads of 4 KiB, 2 us each").isEqualTo(0.524288, within(1e-9));
        assertThat(TransportFigure.THROUGHPUT.of(load, run, latencies, cpuNanos).value())
                .as("bytes in a microsecond are megabytes in a second")
                .isEqualTo(run.requests() * 4096 * 1000.0 / run.nanos(), within(1e-6));
    }
}
