package io.batonfs.trace;

import io.batonfs.model.PageGeometry;
import io.batonfs.pools.TouchLog;
import io.batonfs.pools.placement.AccessTraceRecorder;
import io.batonfs.quickstart.Tuning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * Runs a {@link JobMix} on an embedded group and records every read and append that its pools do, of laying out as well.
 * Arguments: the file to write, a directory that is empty, seconds, seed. How to run it stands in PLACEMENT.md of
 * provider/pools.
 */
public final class TraceRecording {
    private static final int DAYS_AT_START = 10;
    private static final int FILES_OF_DAY = 12;
    private static final int ROWS_OF_FILE = 5_000;

    private TraceRecording() {
    }

    /** See above. */
    public static void main(String[] arguments) throws Exception {
        record(Path.of(arguments[0]), Path.of(arguments[1]), Duration.ofSeconds(Long.parseLong(arguments[2])),
                Long.parseLong(arguments[3]), DAYS_AT_START, FILES_OF_DAY, ROWS_OF_FILE);
        // Threads of the job runner may go on.
        System.exit(0);
    }

    /** Records until so much time has passed and the round that was begun has ended, and all days were scanned once. */
    static void record(Path trace, Path directory, Duration least, long seed, int daysAtStart, int filesOfDay,
            int rowsOfFile) throws Exception {
        Configuration conf = configuration(directory);
        List<String> how = List.of(
                "every read and append of an embedded group's pools, while a mix of stock Hadoop jobs ran on it:",
                "io.batonfs.trace.JobMix (integration-tests, tests), which says what it does; " + daysAtStart
                        + " days at first, " + filesOfDay + " files a day of " + rowsOfFile + " rows, seed " + seed + ",",
                "for " + least.toSeconds() + " s and more on " + Runtime.getRuntime().availableProcessors()
                        + " processors. Each file has a page of its own. To record it again: PLACEMENT.md");
        try (AccessTraceRecorder recorder = new AccessTraceRecorder(trace, PageGeometry.DEFAULT.pageBytes(), how,
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
                FileSystem fs = FileSystem.get(conf);
                TouchLog log = new TouchLog(recorder)) {
            log.begin();
            JobMix mix = new JobMix(fs, conf, seed, daysAtStart, filesOfDay, rowsOfFile);
            long begunNanos = System.nanoTime();
            mix.layOut();
            boolean scanned = false;
            while (!scanned || System.nanoTime() - begunNanos < least.toNanos()) {
                if (!scanned && System.nanoTime() - begunNanos >= least.toNanos() / 2) {
                    mix.scanAll();
                    scanned = true;
                }
                mix.round();
            }
        }
    }

    private static Configuration configuration(Path directory) throws Exception {
        Configuration conf = new Configuration();
        Tuning.applyTo(conf);
        conf.set("fs.defaultFS", "baton:///");
        conf.set("baton.embedded.dir", Files.createDirectories(directory.resolve("group")).toString());
        conf.set("hadoop.tmp.dir", Files.createDirectories(directory.resolve("hadoop")).toString());
        conf.set("mapreduce.framework.name", "local");
        return conf;
    }
}
