package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that appends is killed with SIGKILL, again and again on the same devices. */
class KillTest {
    private static final int KILLS = 4;

    @TempDir
    private Path directory;
    private final Map<String, Integer> acknowledged = new HashMap<>();

    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        long seed = Seeds.first(8);
        Random random = new Random(seed);
        for (int kill = 0; kill < KILLS; kill++) {
            runAndKill(seed + kill, 200 + random.nextInt(600));
            try (StorageSet set = KilledWriter.open(directory)) {
                for (Pool pool : set.pools()) {
                    check(pool, "seed " + seed + ", kill " + kill);
                }
            }
        }
    }

    private void runAndKill(long seed, int lines) throws IOException, InterruptedException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-cp", classPath, KilledWriter.class.getName(), directory.toString(), Long.toString(seed)))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int seen = 0;
            String line = out.readLine();
            while (line != null) {
                if (++seen == lines) {
                    // Not through the process itself, which would close the stream.
                    process.toHandle().destroyForcibly();
                }
                // The last line may have been cut by the kill: then it claims less.
                String[] words = line.split(" ");
                if (words.length == 3) {
                    acknowledged.put(words[0] + " " + words[1], Integer.parseInt(words[2]));
                }
                line = out.readLine();
            }
            assertTrue(seen >= lines, "the writer ended by itself after " + seen + " lines");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void check(Pool pool, String which) throws IOException {
        for (long page = 0; page < KilledWriter.PAGES; page++) {
            long wanted = page;
            SegmentInfo info = pool.segments().stream().filter(each -> each.identity().page() == wanted).findFirst()
                    .orElse(null);
            int least = acknowledged.getOrDefault(pool.name() + " " + page, 0);
            int found = info == null ? 0 : info.lengthBytes();
            // A segment that has grown large may have been freed in the moment of the kill.
            assertTrue(found >= least || least > 4_900_000, which + ", " + pool.name() + " page " + page + ": found "
                    + found + " of " + least);
            if (info != null) {
                assertArrayEquals(KilledWriter.content(page, 0, found), TestPools.read(pool, info.id(), 0, found), which);
            }
            acknowledged.put(pool.name() + " " + page, found);
        }
        PoolAudit.Report report = PoolAudit.run((SegmentPool) pool);
        assertEquals(List.of(), report.lost(), which);
        assertEquals(List.of(), report.disagreeing(), which);
    }
}
