package io.batonfs.clientjar;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.architecture.Checkout;
import io.batonfs.server.daemon.BatonDaemon;
import io.batonfs.server.daemon.DaemonConfig;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an installation does with the jar: JVMs whose class path is the client jar, a plain Hadoop and a directory with
 * conf/core-site.xml, against a daemon in this JVM.
 */
class ClientJarInstallationTest {
    private static final long PATIENCE_S = 300;
    private static final String FS_SHELL = "org.apache.hadoop.fs.FsShell";
    private static final String OUR_FS_SHELL = "io.batonfs.fs.shell.BatonFsShell";

    @TempDir
    static Path temporary;

    private static BatonDaemon daemon;
    private static String uri;
    private static Path conf;
    private static Path programs;

    @BeforeAll
    static void install() throws IOException {
        Configuration settings = new Configuration();
        settings.set("baton.server.dir", temporary.resolve("group").toString());
        settings.set("baton.server.device.bytes", Long.toString(256L << 20));
        settings.set("baton.server.reserved.bytes", "0");
        for (String port : List.of("rpc", "data", "http")) {
            settings.set("baton.server." + port + ".address", "127.0.0.1:0");
        }
        daemon = BatonDaemon.start(DaemonConfig.from(settings));
        uri = "baton://" + daemon.controlAddress();
        conf = Files.createDirectories(temporary.resolve("conf"));
        Files.copy(Checkout.root().resolve("conf/core-site.xml"), conf.resolve("core-site.xml"));
        try (InputStream log = ClientJarInstallationTest.class.getResourceAsStream("/log4j-client-jar.properties")) {
            Files.copy(log, conf.resolve("log4j.properties"));
        }
        programs = temporary.resolve("programs");
        String name = FileSystemProgram.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(programs.resolve(name).getParent());
        try (InputStream program = FileSystemProgram.class.getResourceAsStream("/" + name)) {
            Files.copy(program, programs.resolve(name));
        }
    }

    @AfterAll
    static void remove() throws IOException {
        if (daemon != null) {
            daemon.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain-hadoop", "spark-hadoop"})
    void aProgramThatKnowsOnlyHadoopWorks(String hadoop) throws Exception {
        Ended ended = run(hadoop, FileSystemProgram.class.getName(), uri + "/program-" + hadoop);

        assertThat(ended.exitCode()).as(ended.said()).isZero();
        assertThat(ended.said()).contains("well done");
    }

    @Test
    void hadoopFsWorks() throws Exception {
        Path local = Files.writeString(temporary.resolve("local.txt"), "what is put\n");

        assertThat(works(FS_SHELL, "-fs", uri, "-mkdir", "-p", "/shell/dir")).isEmpty();
        assertThat(works(OUR_FS_SHELL, "-fs", uri, "-put", local.toString(), "/shell/a")).isEmpty();
        assertThat(works(FS_SHELL, "-cat", uri + "/shell/a")).isEqualTo("what is put\n");
        assertThat(works(OUR_FS_SHELL, "-fs", uri, "-cp", "/shell/a", "/shell/dir")).isEmpty();
        assertThat(works(FS_SHELL, "-cat", uri + "/shell/dir/a")).isEqualTo("what is put\n");
        assertThat(works("io.batonfs.fs.shell.BatonShell", "status", uri + "/")).contains("Problems     none");
    }

    @Test
    void theStockDistCpCopiesByToken() throws Exception {
        Path tree = Files.createDirectories(temporary.resolve("tree/sub"));
        Files.writeString(tree.resolve("a"), "a".repeat(100_000));
        Files.writeString(tree.resolve("b"), "b");
        works(OUR_FS_SHELL, "-put", tree.getParent().toString(), uri + "/source");

        Ended ended = run("plain-hadoop", "org.apache.hadoop.tools.DistCp", "-Dmapreduce.framework.name=local",
                "-Dhadoop.tmp.dir=" + temporary.resolve("hadoop-tmp"), uri + "/source", uri + "/target");

        assertThat(ended.exitCode()).as(ended.said()).isZero();
        assertThat(ended.said()).as("what distcp counted").containsPattern("(?i)copied by token=2\\b")
                .containsPattern("(?i)bytes copied by token=100001\\b");
        assertThat(works(FS_SHELL, "-cat", uri + "/target/sub/b")).isEqualTo("b");
        assertThat(works(FS_SHELL, "-checksum", uri + "/target/sub/a").split("\t")[2])
                .isEqualTo(works(FS_SHELL, "-checksum", uri + "/source/sub/a").split("\t")[2]);
    }

    /** Runs a class's main beside plain Hadoop; it must end well. Returns what it said. */
    private static String works(String main, String... arguments) throws Exception {
        Ended ended = run("plain-hadoop", main, arguments);
        assertThat(ended.exitCode()).as(main + " " + String.join(" ", arguments) + " said " + ended.said()).isZero();
        return ended.said();
    }

    private static Ended run(String hadoop, String main, String... arguments) throws Exception {
        List<String> classPath = new ArrayList<>(List.of(conf.toString(), ClientJar.path().toString()));
        if (main.equals(FileSystemProgram.class.getName())) {
            classPath.add(programs.toString());
        }
        ClientJar.classPath(hadoop).forEach(jar -> classPath.add(jar.toString()));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + Files.createDirectories(temporary.resolve("tmp")),
                "-classpath", String.join(File.pathSeparator, classPath), main));
        command.addAll(List.of(arguments));
        Path output = temporary.resolve("output");
        Process process = new ProcessBuilder(command).directory(temporary.toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            boolean ended = process.waitFor(PATIENCE_S, TimeUnit.SECONDS);
            String said = Files.readString(output);
            assertThat(ended).as(main + " does not end; it said " + said).isTrue();
            return new Ended(process.exitValue(), said);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** A program that has run to its end, and all that it said. */
    private record Ended(int exitCode, String said) {
    }
}
