package io.batonfs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Medians, ratios, goals, and how they are reported. */
class ResultsTest {
    private static final Contender DAEMON = Contender.BATON_DAEMON;

    @TempDir
    private Path temporary;

    private final Results results = new Results();

    private static Comparison beside(Yardstick yardstick, double goal) {
        return new Comparison(DAEMON, yardstick, OptionalDouble.of(goal));
    }

    @Test
    void medianIsInTheMiddle() {
        assertThat(new Spread(List.of(9.0, 1.0, 5.0)).median()).isEqualTo(5);
        assertThat(new Spread(List.of(9.0, 1.0, 5.0, 6.0)).median()).isEqualTo(5.5);
        assertThat(new Spread(List.of(9.0, 1.0, 5.0)).min()).isEqualTo(1);
        assertThat(new Spread(List.of(9.0, 1.0, 5.0)).max()).isEqualTo(9);
        assertThatThrownBy(() -> new Spread(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ratioIsAboveOneForTheBetterWhicheverWayTheUnitGoes() {
        assertThat(Unit.OPERATIONS_PER_SECOND.ratio(300, 100)).isEqualTo(3);
        assertThat(Unit.MEGABYTES_PER_SECOND.ratio(50, 100)).isEqualTo(0.5);
        assertThat(Unit.SECONDS.ratio(1, 4)).isEqualTo(4);
        assertThat(Unit.MICROSECONDS.ratio(300, 200)).isEqualTo(2.0 / 3, within(1e-12));
        assertThat(Unit.MILLISECONDS.ratio(5, 10)).isEqualTo(2);
    }

    @Test
    void goalIsMissedBelowIt() {
        Row row = Samples.row("g", "r", Unit.OPERATIONS_PER_SECOND, Comparison.withHdfs(DAEMON, 2));
        Map<Contender, Series> met = Map.of(DAEMON, Samples.series(200, 220, 180), Contender.HDFS, Samples.series(100));
        Map<Contender, Series> less = Map.of(DAEMON, Samples.series(199), Contender.HDFS, Samples.series(100));
        assertThat(results.add(row, met).get(0).missed()).isFalse();
        assertThat(results.add(row, less).get(0).missed()).isTrue();
    }

    @Test
    void secondPeerOfAContenderIsNamed() {
        Row row = Samples.row("g", "r", Unit.MICROSECONDS, Comparison.with(DAEMON, Contender.LOCAL_DISK),
                Comparison.with(DAEMON, Contender.HDFS));
        List<Result> said = results.add(row, Map.of(DAEMON, Samples.series(2), Contender.LOCAL_DISK, Samples.series(1),
                Contender.HDFS, Samples.series(4)));
        assertThat(said).extracting(Result::name).containsExactly("r daemon", "r daemon beside HDFS");
        assertThat(said).extracting(Result::ratio).containsExactly(0.5, 2.0);
        assertThat(said).noneMatch(Result::missed);
    }

    @Test
    void limitsAndPartsOfTheSamplesAreYardsticksToo() {
        Row limited = Samples.row("g", "limited", Unit.SECONDS, beside(new Yardstick.Limit(1), 1));
        Row full = Samples.row("g", "full", Unit.SECONDS, beside(new Yardstick.Part("p99Us", "empty", 2.25), 1),
                beside(new Yardstick.Part("p99Us", "empty", 2), 1), beside(new Yardstick.Part("p99Us", "empty", 0), 1));
        assertThat(results.add(limited, Map.of(DAEMON, Samples.series(2))).get(0).missed()).isTrue();
        // Each sample's part is a tenth of its figure: the median is 2.5 beside 0.25 and what is allowed on top.
        List<Result> said = results.add(full, Map.of(DAEMON, Samples.series(2.5, 5, 1.25)));
        assertThat(said).extracting(Result::ratio).containsExactly(1.0, 0.9, 0.1);
        assertThat(said).extracting(Result::missed).containsExactly(false, true, true);
        assertThat(said).extracting(result -> result.peer().name())
                .containsExactly("empty + 2.25", "empty + 2.0", "empty");
        assertThat(said.get(0).peer().figures()).hasValue(new Spread(List.of(2.5, 2.75, 2.375)));
    }

    @Test
    void samplesThatLackTheirYardstickSayNothing() {
        Row row = Samples.row("g", "full", Unit.SECONDS, Comparison.withHdfs(DAEMON, 1),
                beside(new Yardstick.Part("nowhere", "empty", 0.5), 1));
        Map<Contender, Series> series = Map.of(DAEMON, Samples.series(2.5), Contender.HDFS, Samples.series(5));
        assertThatThrownBy(() -> results.add(row, series)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nowhere");
        assertThat(results.all()).isEmpty();
    }

    @Test
    void reportHasEveryFieldInEveryRow() throws Exception {
        Row row = Samples.row("g", "r", Unit.SECONDS, Comparison.withHdfs(DAEMON, 2), beside(new Yardstick.Limit(3), 1),
                Comparison.with(DAEMON, Contender.HDFS), beside(new Yardstick.Part("p99Us", "part", 0), 1));
        results.add(row, Map.of(DAEMON, Samples.series(1, 3, 2), Contender.HDFS, Samples.series(8, 6, 10)));
        Path file = temporary.resolve("deep/g.json");
        BenchOptions options = new BenchOptions(Pattern.compile(""), 3, true, temporary);
        new BenchReport(Machine.here(temporary), Settings.of(options, WarmUp.SHORT), Instant.EPOCH)
                .write(results.ofGroup("g"), file);
        JsonNode report = new ObjectMapper().readTree(file.toFile());
        assertThat(report.at("/begun").asText()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(report.at("/machine/cores").asInt()).isPositive();
        assertThat(report.at("/machine/memoryBytes").asLong()).isPositive();
        assertThat(report.at("/settings/samples").asInt()).isEqualTo(3);
        assertThat(report.at("/settings/tuned").toString()).contains("dfs.replication=2");
        assertThat(report.get("rows")).hasSize(4).allSatisfy(one -> assertThat(one.fieldNames()).toIterable()
                .startsWith("name", "unit", "samples", "median", "min", "max", "peer", "peerSamples", "peerMedian",
                        "ratio", "goal", "acknowledged", "use"));
        JsonNode first = report.at("/rows/0");
        assertThat(first.get("samples").toString()).isEqualTo("[1.0,3.0,2.0]");
        assertThat(first.get("median").asDouble()).isEqualTo(2);
        assertThat(first.get("peer").asText()).isEqualTo("HDFS");
        assertThat(first.get("peerMedian").asDouble()).isEqualTo(8);
        assertThat(first.get("ratio").asDouble()).isEqualTo(4);
        assertThat(first.get("goal").asDouble()).isEqualTo(2);
        assertThat(first.at("/use/client/cpuSeconds").toString()).isEqualTo("[1.0,1.0,1.0]");
        assertThat(first.at("/use/server/residentBytes").toString()).isEqualTo("[1000000,1000000,1000000]");
        assertThat(first.at("/use/details/p99Us").asDouble()).isEqualTo(0.2);
        assertThat(first.at("/peerUse/client/cpuSeconds")).hasSize(3);
        assertThat(report.at("/rows/1/ratio").asDouble()).isEqualTo(1.5);
        assertThat(report.at("/rows/1/peerSamples")).isEmpty();
        assertThat(report.at("/rows/2/goal").isNull()).isTrue();
        assertThat(report.at("/rows/3/peerMedian").asDouble()).isEqualTo(0.2);
        assertThat(report.at("/rows/3/peerSamples").toString()).isEqualTo("[0.1,0.3,0.2]");
        assertThat(report.at("/rows/3").has("peerUse")).isFalse();
    }

    @Test
    void tableMarksWhatMissedItsGoal() {
        Row row = Samples.row("g", "r", Unit.OPERATIONS_PER_SECOND, Comparison.withHdfs(DAEMON, 2),
                Comparison.with(DAEMON, Contender.HDFS));
        results.add(row, Map.of(DAEMON, Samples.series(1500), Contender.HDFS, Samples.series(1000)));
        List<String> lines = BenchTable.lines(results.all());
        assertThat(lines).hasSize(4);
        assertThat(lines.get(2)).contains("1,500").contains("1.50").endsWith("MISSED");
        assertThat(lines.get(3)).contains("r daemon beside HDFS").doesNotContain("MISSED");
    }
}
