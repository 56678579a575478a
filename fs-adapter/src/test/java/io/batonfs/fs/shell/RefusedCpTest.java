package io.batonfs.fs.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.fs.InMemoryGroup;
import io.batonfs.model.ErrorCode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code -cp} when offloads and renames are refused, over a double that can be told to. */
class RefusedCpTest {
    private final InMemoryGroup group = new InMemoryGroup();
    private final Configuration conf = new Configuration();
    private AutoCloseable installed;
    private FileSystem fs;

    @BeforeEach
    void open() throws Exception {
        FileSystem.closeAll();
        installed = group.install();
        conf.set("fs.defaultFS", "baton://group/");
        fs = FileSystem.get(URI.create("baton://group/"), conf);
        for (String path : new String[] {"/src/a", "/src/b", "/src/c"}) {
            write(path, path);
        }
        write("/there", "old");
    }

    @AfterEach
    void close() throws Exception {
        FileSystem.closeAll();
        installed.close();
    }

    @Test
    void streamsWhatIsRefusedAndCountsIt() throws Exception {
        for (ErrorCode code : new ErrorCode[] {
            ErrorCode.TOKEN_EXPIRED, ErrorCode.NO_SPACE, ErrorCode.UNSUPPORTED, ErrorCode.OUTCOME_UNKNOWN}) {
            group.refuseOffload(copying -> Optional.of(code));
            long fallbacks = EmbeddedShell.statistic("fallbacks");

            ShellRun run = run("-cp", "-f", "/src/a", "/there");

            assertEquals(new ShellRun(0, "", ""), run, code.toString());
            assertEquals("/src/a", read("/there"));
            assertFalse(fs.exists(new Path("/there._COPYING_")));
            assertEquals(1, EmbeddedShell.statistic("fallbacks") - fallbacks);
        }
    }

    @Test
    void streamsOnlyTheRefusedOnes() throws Exception {
        group.refuseOffload(copying -> copying.source().endsWith("/b")
                ? Optional.of(ErrorCode.TOKEN_UNKNOWN) : Optional.empty());
        for (String[] command : new String[][] {
            {"-cp", "/src", "/one"}, {"-cp", "-t", "3", "/src", "/more"}, {"-cp", "-d", "/src", "/direct"}}) {
            long fallbacks = EmbeddedShell.statistic("fallbacks");
            long offloaded = EmbeddedShell.statistic("offloadedCopies");
            String target = command[command.length - 1];

            assertEquals(new ShellRun(0, "", ""), run(command));

            assertEquals("/src/a", read(target + "/a"));
            assertEquals("/src/b", read(target + "/b"));
            assertEquals("/src/c", read(target + "/c"));
            assertEquals(3, fs.listStatus(new Path(target)).length);
            assertEquals(1, EmbeddedShell.statistic("fallbacks") - fallbacks);
            assertEquals(2, EmbeddedShell.statistic("offloadedCopies") - offloaded);
        }
    }

    @Test
    void leavesTheOldFileAndNoTemporaryOneWhenTheRenameFails() throws Exception {
        group.failRenames(1);

        ShellRun run = run("-cp", "-f", "/src/a", "/there");

        assertEquals(1, run.exitCode());
        assertTrue(run.err().startsWith("cp: "), run.err());
        assertEquals("old", read("/there"));
        assertFalse(fs.exists(new Path("/there._COPYING_")));
    }

    @Test
    void aFailedFileOfThePoolFailsTheCommand() throws Exception {
        group.failRenames(1);

        ShellRun run = run("-cp", "-t", "2", "/src", "/copy");

        assertEquals(1, run.exitCode());
        assertEquals(1, run.err().lines().count(), run.err());
        assertEquals(2, fs.listStatus(new Path("/copy")).length);
    }

    private ShellRun run(String... command) throws Exception {
        return ShellRun.of(new BatonFsShell(conf), command);
    }

    private void write(String path, String content) throws Exception {
        try (FSDataOutputStream out = fs.create(new Path(path))) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
    }

    private String read(String path) throws Exception {
        try (var in = fs.open(new Path(path))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
