package io.batonfs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark as users run it, with one row at small sizes: it measures, reports, and leaves nothing behind. */
class BenchRunTest {
    private static final String ROW = "rename-1";
    private static final long PATIENCE_S = 300;

    @TempDir
    private Path temporary;

    private Process bench;

    private BufferedReader start(String rows) throws IOException {
        bench = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Nothing that it measures here is looked at; its children do as it does.
                "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.io.tmpdir=" + temporary,
                "-Dbench.target=" + temporary, "-Dbench.quick", "-Dbench.samples=1", "-Dbench.rows=" + rows,
                "-classpath", System.getProperty("java.class.path"), Bench.class.getName())
                .redirectErrorStream(true).start();
        return bench.inputReader();
    }

    @AfterEach
    void endBench() throws InterruptedException {
        if (bench != null) {
            bench.destroyForcibly().waitFor();
        }
    }

    private int exitCode() throws InterruptedException {
        assertThat(bench.waitFor(PATIENCE_S, TimeUnit.SECONDS)).as("whether the benchmark ends").isTrue();
        return bench.exitValue();
    }

    @Test
    void measuresAndReports() throws Exception {
        List<String> said = start("^" + ROW + "$").lines().toList();
        assertThat(exitCode()).as(String.join("\n", said)).isZero();
        assertThat(said).anyMatch(line -> line.startsWith(ROW + " daemon") && line.contains("HDFS"));
        JsonNode rows = new ObjectMapper().readTree(temporary.resolve("bench/metadata.json").toFile()).get("rows");
        assertThat(rows).extracting(row -> row.get("name").asText())
                .containsExactly(ROW + " embedded", ROW + " daemon");
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.get("samples")).hasSize(1);
            assertThat(row.get("median").asDouble()).isPositive();
            assertThat(row.get("peerMedian").asDouble()).isPositive();
            assertThat(row.get("ratio").asDouble()).isPositive();
            assertThat(row.at("/use/client/residentBytes/0").asLong()).isPositive();
            assertThat(row.at("/peerUse/server/residentBytes/0").asLong()).isPositive();
        });
        assertThat(temporary.resolve("bench-work")).doesNotExist();
    }

    @Test
    void measuresCarriersBetweenProcesses() throws Exception {
        String row = "lwio-4KiB-doorbell";
        List<String> said = start("^" + row + "$").lines().toList();
        assertThat(exitCode()).as(String.join("\n", said)).isZero();
        JsonNode rows = new ObjectMapper().readTree(temporary.resolve("bench/transport.json").toFile()).get("rows");
        assertThat(rows).extracting(found -> found.get("name").asText()).containsExactly(row + " shared-memory");
        JsonNode found = rows.get(0);
        assertThat(found.get("peer").asText()).isEqualTo("doorbell");
        assertThat(found.get("median").asDouble()).isPositive()
                .isLessThanOrEqualTo(found.at("/use/details/p99Us").asDouble());
        assertThat(found.at("/use/server/residentBytes/0").asLong()).isPositive();
        assertThat(found.at("/peerUse/details/cpuUsPerRequest").asDouble()).isPositive();
        Path memory = Path.of("/dev/shm");
        assertThat(memory.toFile().list((directory, name) -> name.startsWith("baton-bench-" + bench.pid() + "-")))
                .as("what it had in %s", memory).isEmpty();
    }

    @Test
    void leavesNoProcessWhenItIsEnded() throws Exception {
        List<ProcessHandle> children = new ArrayList<>();
        try (BufferedReader out = start("^" + ROW + "$")) {
            for (String line = out.readLine(); children.isEmpty(); line = out.readLine()) {
                assertThat(line).as("the next line of a benchmark that is at work").isNotNull();
                if (line.contains(ROW)) {
                    bench.descendants().forEach(children::add);
                }
            }
            bench.toHandle().destroy();
            assertThat(exitCode()).isNotZero();
        }
        for (ProcessHandle child : children) {
            child.onExit().get(PATIENCE_S, TimeUnit.SECONDS);
        }
        assertThat(temporary.resolve("bench-work")).doesNotExist();
    }

    @Test
    void namesTheRowsWhenNoneIsChosen() throws Exception {
        List<String> said = start("no-such-row").lines().toList();
        assertThat(exitCode()).isEqualTo(2);
        assertThat(said).anyMatch(line -> line.contains("no-such-row")).contains("  " + ROW);
    }
}
