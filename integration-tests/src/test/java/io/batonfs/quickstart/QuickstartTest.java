package io.batonfs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batonfs.processes.ProcessHarness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart as {@code mvn -Pquickstart} runs it, in a JVM of its own, over a small input. */
class QuickstartTest {
    private static final int FILES = 12;

    @TempDir
    Path temporary;

    private Path input;
    private Path target;

    @BeforeEach
    void makeDirectories() throws IOException {
        input = Files.createDirectories(temporary.resolve("input"));
        target = Files.createDirectories(temporary.resolve("target"));
    }

    @Test
    void everyStepIsVerifiedAndNothingIsLeft() throws Exception {
        long bytes = fillInput();
        ProcessHarness.Ended run = run();
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("dangling (dangling link)").doesNotContain("NOT").doesNotContain("log4j");
        List<String> steps = new ArrayList<>();
        for (JsonNode row : new ObjectMapper().readTree(target.resolve("quickstart.json").toFile())) {
            steps.add(row.get("step").asText());
            assertThat(row.get("verified").asBoolean()).as("%s", row).isTrue();
            assertThat(row.get("fallbacks").asLong()).as("%s", row).isZero();
            if (!row.get("step").asText().startsWith("wordcount")) {
                assertThat(row.get("files").asInt()).as("%s", row).isEqualTo(FILES);
                assertThat(row.get("bytes").asLong()).as("%s", row).isEqualTo(bytes);
            }
        }
        assertThat(steps).containsExactly("local files -> hdfs:// (setup)", "hdfs:// -> baton://",
                "baton:// -> baton://", "clone of the whole tree", "baton:// -> hdfs://",
                "hdfs:// -> baton:// -update", "baton:// -> hdfs:// -update", "wordcount on baton://");
        assertThat(names(target)).containsExactlyInAnyOrder("quickstart.json", "quickstart.log");
        assertThat(names(run.temporary())).as("temporary files left behind").isEmpty();
    }

    @Test
    void inputThatIsNoDirectoryFailsWithARemedy() throws Exception {
        input = temporary.resolve("missing");
        ProcessHarness.Ended run = run();
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output()).contains("FAILED").contains("-Dquickstart.input=DIR");
        assertThat(names(target)).containsExactly("quickstart.log");
    }

    @Test
    void copiesThatAreNotOffloadedFailTheQuickstart() throws Exception {
        Files.writeString(input.resolve("file"), "some text");
        Path conf = Files.createDirectories(temporary.resolve("conf"));
        // The file system works without the hook for distcp; the copies inside Baton then stream, and that must show.
        Files.writeString(conf.resolve("core-site.xml"), "<configuration><property>"
                + "<name>dfs.checksum.combine.mode</name><value>COMPOSITE_CRC</value><final>true</final>"
                + "</property></configuration>");
        ProcessHarness.Ended run = run(conf);
        assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
        assertThat(run.output()).contains("NOT all of it was as promised")
                .contains("baton:// -> baton://: only 0 of 1 files were copied by token");
        assertThat(names(target)).containsExactlyInAnyOrder("quickstart.json", "quickstart.log");
    }

    private long fillInput() throws IOException {
        Random random = new Random(1);
        long bytes = 0;
        for (int i = 0; i < FILES - 2; i++) {
            byte[] content = new byte[i * i * 20_000];
            random.nextBytes(content);
            Path file = input.resolve("dir" + i % 3 + "/sub" + i % 2 + "/file " + i);
            Files.createDirectories(file.getParent());
            Files.write(file, content);
            bytes += content.length;
        }
        String text = "the quick brown fox \u00e4\u20ac the\n".repeat(5000);
        Files.writeString(input.resolve("text"), text);
        Files.createSymbolicLink(input.resolve("link to text"), Path.of("text"));
        Files.createSymbolicLink(input.resolve("dangling"), Path.of("nowhere"));
        return bytes + 2 * Files.size(input.resolve("text"));
    }

    private ProcessHarness.Ended run(Path... classPathBefore) throws Exception {
        try (ProcessHarness harness = new ProcessHarness(temporary)) {
            return harness.with("quickstart.input", input.toString())
                    .with("quickstart.target", target.toString())
                    .run(Quickstart.class, List.of(classPathBefore));
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
