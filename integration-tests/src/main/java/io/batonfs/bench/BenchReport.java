package io.batonfs.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;

/** The results of a group of rows as JSON, for scripts. README.md explains the fields. */
final class BenchReport {
    /** More digits would be noise. */
    private static final double DIGITS = 1e4;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Machine machine;
    private final Settings settings;
    private final Instant begun;

    BenchReport(Machine machine, Settings settings, Instant begun) {
        this.machine = machine;
        this.settings = settings;
        this.begun = begun;
    }

    /** Writes a file, replacing an older one. */
    void write(List<Result> results, Path file) throws IOException {
        ObjectNode report = JSON.createObjectNode();
        report.put("begun", begun.toString());
        report.set("machine", JSON.valueToTree(machine));
        report.set("settings", JSON.valueToTree(settings));
        ArrayNode rows = report.putArray("rows");
        results.forEach(result -> put(rows.addObject(), result));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
    }

    private static void put(ObjectNode node, Result result) {
        Spread figures = result.series().figures();
        node.put("name", result.name()).put("unit", result.row().unit().symbol());
        put(node.putArray("samples"), figures);
        node.put("median", rounded(figures.median()))
                .put("min", rounded(figures.min())).put("max", rounded(figures.max()));
        node.put("peer", result.peer().name());
        ArrayNode peerSamples = node.putArray("peerSamples");
        result.peer().figures().ifPresent(peers -> put(peerSamples, peers));
        node.put("peerMedian", rounded(result.peer().median())).put("ratio", rounded(result.ratio()));
        OptionalDouble goal = result.comparison().goal();
        // What there is not, is null: every row has every field.
        node.put("goal", goal.isPresent() ? rounded(goal.getAsDouble()) : null);
        node.put("acknowledged", result.row().acknowledged());
        put(node.putObject("use"), result.series());
        result.peer().series().ifPresent(series -> put(node.putObject("peerUse"), series));
    }

    private static void put(ArrayNode array, Spread figures) {
        figures.samples().forEach(figure -> array.add(rounded(figure)));
    }

    private static void put(ObjectNode node, Series series) {
        put(node.putObject("client"), series.client());
        if (!series.server().isEmpty()) {
            put(node.putObject("server"), series.server());
        }
        ObjectNode details = node.putObject("details");
        series.details().forEach((name, value) -> details.put(name, rounded(value)));
    }

    private static void put(ObjectNode node, List<Usage> uses) {
        ArrayNode cpuSeconds = node.putArray("cpuSeconds");
        ArrayNode residentBytes = node.putArray("residentBytes");
        for (Usage use : uses) {
            cpuSeconds.add(use.cpuSeconds());
            residentBytes.add(use.residentBytes());
        }
    }

    private static double rounded(double value) {
        return Math.round(value * DIGITS) / DIGITS;
    }
}
