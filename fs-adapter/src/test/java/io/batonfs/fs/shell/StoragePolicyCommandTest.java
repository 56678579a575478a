package io.batonfs.fs.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.tools.StoragePolicyAdmin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code hadoop baton storagepolicies}, and {@code hdfs storagepolicies} on the same group. */
class StoragePolicyCommandTest {
    private static final String FAMILY = "storagepolicies";

    @TempDir
    static File temporary;

    private static final String SATISFIED = "/d is satisfied: nothing waits of what -satisfyStoragePolicy was given for\n";

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
        shell.write("/d/f", "f");
    }

    private static ShellRun stock(String... arguments) throws Exception {
        return ShellRun.of(new StoragePolicyAdmin(new Configuration(shell.conf())), arguments);
    }

    @Test
    void setsShowsAndTakesAway() throws Exception {
        assertEquals(new ShellRun(0, "Set storage policy cold on /d\n", ""),
                shell.baton(FAMILY, "-setStoragePolicy", "-path", "/d", "-policy", "cold"));
        assertEquals(new ShellRun(0, "The storage policy of /d/f:\nCOLD\n", ""),
                shell.baton(FAMILY, "-getStoragePolicy", "-path", "/d/f"));
        assertEquals(new ShellRun(0, "Unset storage policy from /d\n", ""),
                shell.baton(FAMILY, "-unsetStoragePolicy", "-path", "/d"));
        assertEquals(new ShellRun(0, "The storage policy of /d/f:\nFAST\n", ""),
                shell.baton(FAMILY, "-getStoragePolicy", "-path", "/d/f"));
    }

    @Test
    void carriesWhatIsStoredAndTellsHowFarItIs() throws Exception {
        assertEquals(new ShellRun(0, SATISFIED, ""), shell.baton(FAMILY, "-isSatisfied", "-path", "/d"));
        shell.baton(FAMILY, "-setStoragePolicy", "-path", "/d", "-policy", "cold");
        assertEquals(new ShellRun(0, "Scheduled blocks to move based on the current storage policy on /d\n", ""),
                shell.baton(FAMILY, "-satisfyStoragePolicy", "-path", "/d"));
        String answer = shell.baton(FAMILY, "-isSatisfied", "-path", "/d").out();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!answer.equals(SATISFIED)) {
            assertTrue(answer.matches("/d is not satisfied: \\d+ bytes in \\d extents wait"
                    + "(, and files are still looked for)?\n"), answer);
            assertTrue(System.nanoTime() < deadline, answer);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            answer = shell.baton(FAMILY, "-isSatisfied", "-path", "/d").out();
        }
        ShellRun missing = shell.baton(FAMILY, "-satisfyStoragePolicy", "-path", "/missing");
        assertEquals(2, missing.exitCode(), missing.toString());
        assertTrue(missing.err().contains("/missing"), missing.err());
        assertThrows(FileNotFoundException.class, () -> shell.fileSystem().satisfyStoragePolicy(new Path("/missing")));
        shell.fileSystem().satisfyStoragePolicy(new Path("/d/f"));
        assertEquals(new ShellRun(0, "Scheduled blocks to move based on the current storage policy on /d\n", ""),
                stock("-satisfyStoragePolicy", "-path", "/d"));
    }

    @Test
    void listsWhatThereIs() throws Exception {
        List<String> listed = shell.baton(FAMILY, "-listPolicies").lines();
        assertEquals(List.of("Block Storage Policies:", "\tCAPACITY", "\tFAST"), listed.subList(0, 3));
        assertTrue(listed.contains("\tHOT"), listed.toString());
        assertEquals(listed, shell.baton(FAMILY, "-listPolicies", shell.fileSystem().getUri().toString()).lines());
    }

    @Test
    void refusesWithTheListAndWrongUsageWithTheUsage() throws Exception {
        ShellRun unknown = shell.baton(FAMILY, "-setStoragePolicy", "-path", "/d", "-policy", "GLACIAL");
        assertEquals(2, unknown.exitCode(), unknown.toString());
        assertTrue(unknown.err().contains("GLACIAL") && unknown.err().contains("CAPACITY, FAST, "), unknown.err());
        ShellRun missing = shell.baton(FAMILY, "-getStoragePolicy", "-path", "/missing");
        assertEquals(2, missing.exitCode(), missing.toString());
        assertTrue(missing.err().contains("/missing"), missing.err());
        for (String wrong : List.of("-getStoragePolicy /d", "-setStoragePolicy -path /d",
                "-getStoragePolicy -path /d more", "-listPolicies baton:/// more", "-unsetStoragePolicy -path")) {
            ShellRun run = shell.baton((FAMILY + " " + wrong).split(" "));
            assertEquals(-1, run.exitCode(), wrong + ": " + run);
            assertTrue(run.err().contains("Usage: hadoop baton"), run.err());
        }
        assertEquals(-1, shell.baton(FAMILY).exitCode());
    }

    /** What the stock tool does with a path of ours; the last one is why there is a tool of ours. */
    @Test
    void theStockToolDoesTheSameAsFarAsItGoes() throws Exception {
        ShellRun listed = stock("-listPolicies");
        assertEquals(0, listed.exitCode(), listed.toString());
        assertEquals(shell.baton(FAMILY, "-listPolicies").out(), listed.out());
        assertEquals(new ShellRun(0, "Set storage policy WARM on /d\n", ""),
                stock("-setStoragePolicy", "-path", "/d", "-policy", "WARM"));
        assertEquals("WARM", shell.fileSystem().getStoragePolicy(new Path("/d/f")).getName());
        ShellRun unknown = stock("-setStoragePolicy", "-path", "/d", "-policy", "GLACIAL");
        assertEquals(2, unknown.exitCode(), unknown.toString());
        assertTrue(unknown.err().contains("GLACIAL") && unknown.err().contains("CAPACITY, FAST, "), unknown.err());
        assertEquals(new ShellRun(0, "Unset storage policy from /d\n", ""),
                stock("-unsetStoragePolicy", "-path", "/d"));
        assertEquals("FAST", shell.fileSystem().getStoragePolicy(new Path("/d/f")).getName());
        assertEquals(2, stock("-getStoragePolicy", "-path", "/d").exitCode());
    }
}
