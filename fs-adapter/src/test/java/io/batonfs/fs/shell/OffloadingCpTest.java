package io.batonfs.fs.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code -cp} beside the stock command, on the same tree: the same result and messages, and no bytes through the client. */
class OffloadingCpTest {
    private static final int LARGE_BYTES = 1_500_000;
    private static final long OLD_MS = 1_000_000_000L;

    @TempDir
    static File temporary;

    private static EmbeddedShell shell;

    @BeforeAll
    static void open() throws IOException {
        shell = EmbeddedShell.open(temporary);
    }

    @AfterAll
    static void close() throws IOException {
        shell.close();
    }

    @BeforeEach
    void plant() throws IOException {
        shell.empty();
        shell.write("/src/a", bytes(1000, 1));
        shell.write("/src/dir/b", bytes(LARGE_BYTES, 2));
        shell.write("/src/dir/deep/c", "c");
        shell.write("/src/empty", "");
        shell.write("/src/st ar", "name with a blank");
        shell.write("/there/file", "old");
        shell.fileSystem().mkdirs(new Path("/src/bare"));
        shell.fileSystem().mkdirs(new Path("/user/" + System.getProperty("user.name")));
        age("/src/dir/b", 0604);
        age("/src/dir/deep", 0701);
        age("/src/dir", 0751);
        age("/src/a", 0640);
    }

    private static void age(String path, int mode) throws IOException {
        shell.fileSystem().setPermission(new Path(path), new FsPermission((short) mode));
        shell.fileSystem().setTimes(new Path(path), OLD_MS, 2 * OLD_MS);
    }

    /** A command and how many of the files it copies by token. */
    private record Case(int offloaded, List<String> arguments) {
        static Case of(int offloaded, String... arguments) {
            return new Case(offloaded, Arrays.asList(arguments));
        }

        @Override
        public String toString() {
            return String.join(" ", arguments);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                Case.of(1, "/src/a", "/copy"),
                Case.of(1, "/src/a", "/there"),
                Case.of(1, "/src/a", "/there/"),
                Case.of(1, "/src/empty", "/copy"),
                Case.of(1, "-d", "/src/dir/b", "/copy"),
                Case.of(1, "-f", "/src/a", "/there/file"),
                Case.of(1, "-f", "-d", "/src/a", "/there/file"),
                Case.of(1, "-p", "/src/a", "/copy"),
                Case.of(1, "-pt", "/src/a", "/copy"),
                Case.of(1, "-f", "-ptop", "/src/a", "/there/file"),
                Case.of(1, "/src/a", "copy-in-home"),
                Case.of(1, "/src/st ar", "/copy with a blank"),
                Case.of(5, "/src", "/whole"),
                Case.of(5, "/src", "/there"),
                Case.of(5, "-p", "/src", "/whole"),
                Case.of(5, "-t", "4", "/src", "/whole"),
                Case.of(5, "-pop", "-t", "3", "-q", "1", "/src", "/whole"),
                Case.of(3, "/src/a", "/src/dir", "/there"),
                Case.of(2, "/src/{a,empty}", "/there"),
                Case.of(2, "-t", "2", "/src/a", "/src/empty", "/there"),
                Case.of(1, "--", "/src/a", "/copy"),
                Case.of(1, "-f", "/src/a", "/src/a"),
                Case.of(1, "/src/nothing", "/src/a", "/there"),
                // What fails, fails alike.
                Case.of(0, "/src/a", "/there/file"),
                Case.of(0, "/src/nothing", "/copy"),
                Case.of(0, "/src/*nothing*", "/copy"),
                Case.of(0, "/src/a", "/no/parent/copy"),
                Case.of(0, "/src/a", "/src/empty", "/no-directory"),
                Case.of(0, "/src/a", "/src/empty", "/there/file"),
                Case.of(0, "/src/dir", "/src/dir/deep"),
                Case.of(0, "/src/dir", "/src/dir"),
                Case.of(0, "/src/dir", "/there/file"),
                Case.of(0, "-f", "/src/dir", "/there/file"),
                Case.of(0, "/src/a", "/src/a"),
                Case.of(0, "-x", "/src/a", "/copy"),
                Case.of(0, "/src/a"),
                Case.of(0, "-t", "two", "/src/a", "/copy"),
                Case.of(0, "-pz", "/src/a", "/copy"),
                Case.of(0));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void doesWhatTheStockCommandDoes(Case example) throws Exception {
        ShellRun stock = shell.stockFs(command(example));
        Map<String, String> afterStock = shell.everything();
        plant();
        long clientBytes = EmbeddedShell.statistic("clientBytes");
        long lwioBytes = EmbeddedShell.statistic("lwioBytes");
        long offloaded = EmbeddedShell.statistic("offloadedCopies");
        long fallbacks = EmbeddedShell.statistic("fallbacks");
        ShellRun ours = shell.fs(command(example));

        assertEquals(clientBytes, EmbeddedShell.statistic("clientBytes"), "bytes through the client");
        assertEquals(lwioBytes, EmbeddedShell.statistic("lwioBytes"), "bytes over LWIO");
        assertEquals(example.offloaded(), EmbeddedShell.statistic("offloadedCopies") - offloaded, ours.toString());
        assertEquals(fallbacks, EmbeddedShell.statistic("fallbacks"));
        assertEquals(withoutTraces(stock), withoutTraces(ours));
        assertEquals(afterStock, shell.everything());
    }

    private static String[] command(Case example) {
        return Stream.concat(Stream.of("-cp"), example.arguments().stream()).toArray(String[]::new);
    }

    /** Stack traces of what the stock command calls a fatal internal error name its class, or ours. */
    private static String withoutTraces(ShellRun run) {
        return run.toString().replaceAll("(?m)^\tat .*\n", "");
    }

    @Test
    void tellsTheStockHelp() throws Exception {
        assertEquals(shell.stockFs("-help", "cp"), shell.fs("-help", "cp"));
        assertEquals(shell.stockFs("-usage", "cp"), shell.fs("-usage", "cp"));
        assertEquals(shell.stockFs("-help"), shell.fs("-help"));
        assertEquals(shell.stockFs(), shell.fs());
        assertEquals(shell.stockFs("-nonsense"), shell.fs("-nonsense"));
        assertEquals(shell.stockFs("cp", "/src/a", "/copy"), shell.fs("cp", "/src/a", "/copy"));
    }

    @Test
    void failsWithTheStockMessageWhatTheUserMayNotDo() throws Exception {
        shell.fileSystem().setPermission(new Path("/src/a"), new FsPermission((short) 0600));
        shell.fileSystem().mkdirs(new Path("/open"));
        shell.fileSystem().setPermission(new Path("/open"), new FsPermission((short) 0777));
        long fallbacks = EmbeddedShell.statistic("fallbacks");
        for (String[] command : new String[][] {{"-cp", "/src/a", "/open"}, {"-cp", "/src/empty", "/there"}}) {
            ShellRun stock = shell.as("mallory", new FsShell(shell.conf()), command);
            ShellRun ours = shell.fsAs("mallory", command);

            assertEquals(1, ours.exitCode());
            assertTrue(ours.err().startsWith("cp: ") && ours.err().contains("mallory"), ours.err());
            assertEquals(stock, ours);
        }
        assertEquals(0, shell.fileSystem().listStatus(new Path("/open")).length);
        assertEquals(fallbacks, EmbeddedShell.statistic("fallbacks"), "nothing was streamed instead");
    }

    @Test
    void copiesWhatAWriterHasFlushedAMomentAgo() throws Exception {
        byte[] content = bytes(LARGE_BYTES, 9);
        try (FSDataOutputStream out = shell.fileSystem().create(new Path("/src/live"))) {
            out.write(content);
            out.hflush();
            assertEquals(0, shell.fs("-cp", "/src/live", "/copy").exitCode());
            out.write(content);
        }
        assertEquals(new String(content, StandardCharsets.ISO_8859_1), shell.read("/copy"));
    }

    @Test
    void streamsToAndFromOtherFileSystems() throws Exception {
        long offloaded = EmbeddedShell.statistic("offloadedCopies");
        long fallbacks = EmbeddedShell.statistic("fallbacks");
        File local = new File(temporary, "local");

        assertEquals(0, shell.fs("-cp", "/src", local.toURI().toString()).exitCode());
        assertTrue(Arrays.equals(bytes(LARGE_BYTES, 2), Files.readAllBytes(new File(local, "dir/b").toPath())));
        assertEquals(0, shell.fs("-cp", local.toURI().toString(), "/back").exitCode());

        assertEquals(LARGE_BYTES, shell.status("/back/dir/b").getLen());
        assertEquals(offloaded, EmbeddedShell.statistic("offloadedCopies"));
        assertEquals(fallbacks, EmbeddedShell.statistic("fallbacks"), "there was nothing to fall back from");
    }

    @Test
    void theCopyLivesOnWithoutItsSource() throws Exception {
        assertEquals(0, shell.fs("-cp", "/src/dir/b", "/copy").exitCode());
        String before = shell.read("/src/dir/b");
        shell.fileSystem().delete(new Path("/src"), true);
        shell.write("/src/dir/b", "something else");

        assertEquals(before, shell.read("/copy"));
        assertNotNull(shell.status("/copy"));
        assertNull(shell.status("/copy._COPYING_"));
    }

    private static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
