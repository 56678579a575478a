package io.batonfs.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trace can be recorded as PLACEMENT.md says, small and short here. */
class TraceRecordingTest {
    @TempDir
    private Path directory;

    @Test
    void jobsLeaveTheirTrace() throws Exception {
        Path trace = directory.resolve("trace.gz");
        TraceRecording.record(trace, directory.resolve("work"), Duration.ofSeconds(1), 1, 2, 1, 200);
        List<String> lines;
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(trace))))) {
            lines = in.lines().toList();
        }
        assertThat(lines.get(0)).isEqualTo("baton-access-trace 2 33554432");
        assertThat(lines.get(1)).startsWith("# ");
        List<String> accesses = lines.stream().filter(line -> line.matches("\\d.*")).toList();
        assertThat(lines.get(lines.size() - 1)).isEqualTo("end " + accesses.size());
        // Two days and sixteen files were written, and each day read once more.
        assertThat(pages(accesses, "w")).isGreaterThanOrEqualTo(18);
        assertThat(pages(accesses, "r")).isGreaterThanOrEqualTo(2);
        assertThat(accesses).allMatch(line -> line.matches("\\d+ \\d+ \\d+ \\d+ [rw] \\d+"));
    }

    private static long pages(List<String> accesses, String kind) {
        return accesses.stream().map(line -> line.split(" ")).filter(fields -> fields[4].equals(kind))
                .map(fields -> fields[1] + " " + fields[3]).distinct().count();
    }
}
