package io.batonfs.fs.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.util.Tool;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** conf/shellprofile.d/baton.sh in a real bash, among stand-ins for Hadoop's functions. */
class ShellProfileTest {
    private static final Path PROFILE = Path.of("../conf/shellprofile.d/baton.sh").toAbsolutePath().normalize();

    @TempDir
    Path home;

    private Path jar;

    @BeforeEach
    void install() throws IOException {
        jar = Files.createDirectories(home.resolve("share/hadoop/baton")).resolve("baton-hadoop-9.9.jar");
        Files.createFile(jar);
    }

    @Test
    void putsOurShellsInPlaceOfTheStockOnes() throws Exception {
        assertRuns(BatonFsShell.class, run("", "hadoop", "fs", "-ls", "/"));
        assertRuns(BatonFsShell.class, run("", "hdfs", "dfs", "-ls", "/"));
        assertRuns(BatonShell.class, run("", "hadoop", "baton", "status"));
        assertTrue(FsShell.class.isAssignableFrom(BatonFsShell.class));
        assertTrue(Tool.class.isAssignableFrom(BatonShell.class));
    }

    @Test
    void leavesAllOtherCommandsAlone() throws Exception {
        for (String[] command : new String[][] {
            {"hadoop", "distcp"}, {"hdfs", "dfsadmin"}, {"hdfs", "fs"}, {"hadoop", "dfs"}, {"hdfs", "baton"},
            {"mapred", "fs"}}) {
            assertEquals("class stock." + command[1], run("", command).get(0), String.join(" ", command));
        }
    }

    @Test
    void putsTheJarBehindHadoopsOwn() throws Exception {
        assertEquals("classpath /stock/hadoop-common.jar:" + jar, run("", "hadoop", "distcp").get(1));

        Path elsewhere = Files.createFile(home.resolve("my baton.jar"));
        assertEquals("classpath /stock/hadoop-common.jar:" + elsewhere,
                run(elsewhere.toString(), "hadoop", "fs").get(1));
    }

    @Test
    void saysWhenTheNamedJarIsNotThereAndGoesOn() throws Exception {
        List<String> said = run("/no/such.jar", "hadoop", "fs");
        assertEquals("WARNING: BATON_CLIENT_JAR names /no/such.jar, which is not there: baton:// will not work.",
                said.get(0));
        assertEquals("classpath /stock/hadoop-common.jar", said.get(2));

        Files.delete(jar);
        assertEquals("classpath /stock/hadoop-common.jar", run("", "hadoop", "fs").get(1));
    }

    @Test
    void addsALineToTheUsageOfHadoopOnly() throws Exception {
        assertEquals(List.of("usage baton@client@show Baton groups, clone trees, make and use tokens"),
                run("", "hadoop", "distcp").subList(2, 3));
        assertEquals(2, run("", "hdfs", "dfs").size());
    }

    private static void assertRuns(Class<?> shell, List<String> said) throws Exception {
        assertEquals("class " + shell.getName(), said.get(0));
        assertTrue(Modifier.isStatic(shell.getMethod("main", String[].class).getModifiers()));
        assertNotNull(shell.getConstructor());
    }

    /** What is said when {@code COMMAND[0] COMMAND[1] ...} is typed, errors first. */
    private List<String> run(String clientJar, String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("bash",
                Path.of("src/test/resources/shell/hadoop-stand-in.sh").toAbsolutePath().toString(), command[0],
                PROFILE.toString()));
        line.addAll(List.of(command).subList(1, command.length));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("HADOOP_HOME", home.toString());
        builder.environment().put("BATON_CLIENT_JAR", clientJar);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said.lines().toList();
    }
}
