package io.batonfs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table and the JSON report. */
class ReportsTest {
    private static final StepRow ROW =
            new StepRow("hdfs:// -> baton://", 12, 3_000_000, 1.5, 3_000_000, 0, 0, true);
    private static final StepRow BAD = new StepRow("short", 1, 0, 0, 7, 2, 1, false);

    @TempDir
    Path temporary;

    @Test
    void jsonHasEveryField() throws IOException {
        Path file = temporary.resolve("deep/quickstart.json");
        JsonReport.write(List.of(ROW, BAD), file);
        JsonNode rows = new ObjectMapper().readTree(file.toFile());
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).fieldNames()).toIterable().containsExactly(
                "step", "files", "bytes", "seconds", "clientBytes", "offloaded", "fallbacks", "verified");
        assertThat(rows.get(0).get("seconds").asDouble()).isEqualTo(1.5);
        assertThat(rows.get(1).get("verified").asBoolean()).isFalse();
    }

    @Test
    void tableIsAlignedAndShowsFailures() {
        List<String> lines = ResultTable.lines(List.of(ROW, BAD));
        assertThat(lines).hasSize(4).allSatisfy(line -> assertThat(line).hasSameSizeAs(lines.get(0)));
        assertThat(lines.get(2)).contains("3,000,000").contains(" 2.0 ").endsWith("yes");
        assertThat(lines.get(3)).endsWith("NO");
    }
}
