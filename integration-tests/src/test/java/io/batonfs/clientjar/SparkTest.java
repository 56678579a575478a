package io.batonfs.clientjar;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A Spark application against a daemon process: driver, two workers and their executors in JVMs of their own, with the
 * client jar beside the Hadoop that Spark brings. The application checks what it reads; here the files are looked at.
 */
@Tag("spark")
class SparkTest {
    /** Directories that a job has made and committed; the sink of a stream has a log of its own instead. */
    private static final Set<String> COMMITTED = Set.of("parquet/table", "parquet/copy", "texts/csv", "texts/json",
            "texts/json-gz", "texts/text", "texts/rdd", "modes/table", "sql/sales", "failures/thrown", "failures/halted",
            "stream/in");

    @TempDir
    static java.nio.file.Path temporary;

    private static ServerProcess server;
    private static BatonFileSystem fs;
    private static SparkInstallation spark;

    @BeforeAll
    static void install() throws Exception {
        server = new ServerProcess(temporary.resolve("logs"), temporary.resolve("group")).start();
        fs = server.open();
        spark = new SparkInstallation(temporary.resolve("spark"));
    }

    @AfterAll
    static void remove() throws IOException {
        if (fs != null) {
            fs.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anApplicationWorks(SparkCommitter committer) throws Exception {
        Path home = new Path(server.root().toString(), "/" + committer);
        fs.mkdirs(new Path(home, "events"));
        java.nio.file.Path log = temporary.resolve("driver-" + committer + ".log");
        int exitCode = spark.submit(log, arguments(committer, home));

        String said = Files.readString(log);
        assertThat(exitCode).as("exit code of the driver on Hadoop %s, which said %s", spark.hadoopVersion(), tail(said))
                .isZero();
        assertThat(said).contains("well done").contains(committer.saysOfItself());
        ranInExecutors();
        committed(home, committer);
        eventLog(home);
        assertThat(fs.groupStatus().problems()).isEmpty();
    }

    private static List<String> arguments(SparkCommitter committer, Path home) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--master", "local-cluster[2,1,512]", "--driver-memory", "768m", "--class",
                "io.batonfs.spark.SparkProgram"));
        List<String> settings = new ArrayList<>(List.of(
                "spark.executor.memory=512m", "spark.ui.enabled=false", "spark.sql.shuffle.partitions=2",
                "spark.sql.warehouse.dir=" + home + "/warehouse",
                "spark.eventLog.enabled=true", "spark.eventLog.dir=" + home + "/events"));
        settings.addAll(committer.settings());
        settings.forEach(setting -> arguments.addAll(List.of("--conf", setting)));
        arguments.addAll(List.of(SparkInstallation.application().toString(), home.toString()));
        return arguments;
    }

    /** Else a driver that does all by itself would pass. */
    private static void ranInExecutors() throws IOException {
        try (var logs = Files.walk(spark.work())) {
            List<java.nio.file.Path> executors = logs.filter(file -> file.endsWith("stderr")).toList();
            assertThat(executors).as("logs of executors: two workers, and one more for the executor that halts")
                    .hasSizeGreaterThanOrEqualTo(3);
        }
    }

    private static void committed(Path home, SparkCommitter committer) throws IOException {
        List<FileStatus> files = new ArrayList<>();
        var listing = fs.listFiles(home, true);
        while (listing.hasNext()) {
            files.add(listing.next());
        }
        Set<String> with = new TreeSet<>();
        for (FileStatus file : files) {
            String name = file.getPath().getName();
            String inHome = home.toUri().relativize(file.getPath().toUri()).getPath();
            if (name.equals("_SUCCESS")) {
                with.add(inHome.substring(0, inHome.length() - "/_SUCCESS".length()));
            }
            assertThat(fs.isFileClosed(file.getPath())).as("%s is closed", file.getPath()).isTrue();
        }
        assertThat(with).as("directories with _SUCCESS").containsAll(COMMITTED);
        everyDirectory(home);
        success(new Path(home, "parquet/table/_SUCCESS"), committer);
        if (committer != SparkCommitter.FILE_OUTPUT_2) {
            // Version 2 may leave files of tasks that had ended well: Hadoop's documents say so.
            assertThat(files).as("files of a job that has failed")
                    .noneMatch(file -> file.getPath().toString().contains("/failures/given-up/"));
        }
    }

    /** No staging directory is left, empty or not. */
    private static void everyDirectory(Path directory) throws IOException {
        for (FileStatus entry : fs.listStatus(directory)) {
            assertThat(entry.getPath().getName()).as("in %s", directory).doesNotStartWith("_temporary")
                    .doesNotStartWith(".spark-staging").doesNotContain(".inprogress").doesNotContain("attempt_");
            if (entry.isDirectory()) {
                everyDirectory(entry.getPath());
            }
        }
    }

    private static void success(Path file, SparkCommitter committer) throws IOException {
        try (FSDataInputStream in = fs.open(file)) {
            String content = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (committer == SparkCommitter.MANIFEST) {
                assertThat(content).contains("org.apache.hadoop.mapreduce.lib.output.committer.manifest.ManifestCommitter");
            } else {
                assertThat(content).isEmpty();
            }
        }
    }

    private static void eventLog(Path home) throws IOException {
        FileStatus[] logs = fs.listStatus(new Path(home, "events"));
        assertThat(logs).as("event logs").hasSize(1);
        long bytes = 0;
        for (FileStatus file : fs.listStatus(logs[0].getPath())) {
            bytes += file.getLen();
        }
        assertThat(bytes).as("bytes of the event log").isPositive();
    }

    private static String tail(String said) {
        return said.substring(Math.max(0, said.length() - 20_000));
    }
}
