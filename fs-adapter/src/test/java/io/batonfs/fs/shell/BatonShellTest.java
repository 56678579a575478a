package io.batonfs.fs.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.TokenSummary;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code hadoop baton} on a real group. */
class BatonShellTest {
    @TempDir
    static File temporary;

    private static EmbeddedShell shell;

    private final File tokenFile = new File(temporary, "token");

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
        shell.write("/src/a", "content of a");
        shell.write("/src/dir/b", "b");
        Files.deleteIfExists(tokenFile.toPath());
    }

    // ---- usage

    @Test
    void tellsHowItIsUsed() throws Exception {
        ShellRun none = shell.baton();
        assertEquals(-1, none.exitCode());
        assertTrue(none.err().startsWith("Usage: hadoop baton [generic options]\n\t[status [-h] [URI]]"), none.err());

        ShellRun unknown = shell.baton("frobnicate");
        assertEquals(-1, unknown.exitCode());
        assertTrue(unknown.err().startsWith("frobnicate: Unknown command\nUsage: hadoop baton"), unknown.err());
        ShellRun family = shell.baton("token");
        assertEquals(-1, family.exitCode());
        assertTrue(family.err().startsWith("token: say what to do\nUsage: hadoop baton"), family.err());
        assertTrue(family.err().lines().skip(2).allMatch(line -> line.startsWith("\t[token ")), family.err());
        ShellRun stranger = shell.baton("token", "frobnicate");
        assertEquals(-1, stranger.exitCode());
        assertTrue(stranger.err().startsWith("token: there is no token frobnicate\nUsage: hadoop baton"), stranger.err());

        ShellRun help = shell.baton("-help");
        assertEquals(0, help.exitCode());
        for (String name : List.of("status", "clone", "token create", "token show", "token use", "token revoke",
                "storagepolicies -listPolicies", "storagepolicies -getStoragePolicy")) {
            assertTrue(help.out().contains("\n" + name + " "), name);
            ShellRun one = shell.baton(("help " + name).split(" "));
            assertEquals(0, one.exitCode());
            assertTrue(one.out().startsWith(name + " "), one.out());
        }
        assertEquals(4, shell.baton("help", "token").lines().stream().filter(line -> line.startsWith("token")).count());
        assertEquals(shell.baton("help", "token").out(), shell.baton("token", "-help").out());
        assertEquals(shell.baton("help", "clone").out(), shell.baton("clone", "--help").out());
        ShellRun noHelp = shell.baton("help", "frobnicate");
        assertEquals(-1, noHelp.exitCode());
        assertTrue(noHelp.err().startsWith("help: `frobnicate': Unknown command"), noHelp.err());
    }

    @Test
    void tellsWhatIsWrongWithArguments() throws Exception {
        Map<String, String> wrong = Map.of(
                "status -x", "status: Illegal option -x",
                "status a b", "status: Too many arguments: expected 1 but got 2",
                "clone /a", "clone: Not enough arguments: expected 2 but got 1",
                "token create -ttl soon /src/a t", "token create: -ttl is soon; say it as 90s, 30m, 12h or 7d",
                "token create -ttl 0 /src/a t", "token create: -ttl is 0; a token lives for 1 ms at least",
                "token use -offset x t /x", "token use: -offset is \"x\", which is no number of bytes");
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            ShellRun run = shell.baton(each.getKey().split(" "));
            assertEquals(-1, run.exitCode(), each.getKey());
            assertEquals(each.getValue(), run.err().lines().findFirst().orElseThrow());
            assertTrue(run.err().lines().skip(1).findFirst().orElseThrow().startsWith("Usage: hadoop baton"), run.err());
        }
    }

    // ---- status

    @Test
    void showsTheGroup() throws Exception {
        ShellRun run = shell.baton("status");

        assertEquals(0, run.exitCode(), run.toString());
        assertTrue(run.out().matches("(?s)URI +baton://\\S*\nGroup +group-[0-9a-f-]{36}\n(Server +server-\\d+ on \\S+, "
                + "data at \\S+\n)+Capacity +[1-9]\\d*\nUsed +\\d+\nFree +[1-9]\\d*\nReserve +[1-9]\\d*\nProblems +none\n"), run.out());
        assertTrue(shell.baton("status", "-h", shell.fileSystem().getUri().toString()).out()
                .matches("(?s).*Capacity +[0-9.]+ [KMGT]?\n.*"), shell.baton("status", "-h").out());
    }

    @Test
    void saysWhereThereIsNoGroup() throws Exception {
        ShellRun local = shell.baton("status", "file:///");
        assertEquals(2, local.exitCode());
        assertTrue(local.err().contains("which is no Baton group: name a baton:// URI"), local.err());

        Configuration conf = new Configuration(shell.conf());
        conf.set("fs.baton.client.retry.timeout.ms", "100");
        conf.set("ipc.client.connect.max.retries", "0");
        // Nobody listens on the discard port.
        ShellRun nobody = ShellRun.of(new BatonShell(conf), "status", "baton://localhost:9/");
        assertEquals(2, nobody.exitCode(), nobody.toString());
        assertTrue(nobody.err().startsWith("status: "), nobody.err());
    }

    // ---- clone

    @Test
    void clonesTreesAndFiles() throws Exception {
        long clientBytes = EmbeddedShell.statistic("clientBytes");
        ShellRun tree = shell.baton("clone", "/src", "/copy");
        assertEquals(new ShellRun(0, "Cloned the tree /src to /copy; they share their data, no bytes were copied\n", ""),
                tree);
        ShellRun file = shell.baton("clone", "/src/a", "/file");
        assertEquals(new ShellRun(0, "Cloned the file /src/a to /file; they share their data, no bytes were copied\n", ""),
                file);
        assertEquals(clientBytes, EmbeddedShell.statistic("clientBytes"));
        assertEquals("b", shell.read("/copy/dir/b"));
        assertEquals("content of a", shell.read("/file"));
    }

    @Test
    void replacesOnlyWhenTold() throws Exception {
        shell.write("/there/old", "old");
        ShellRun refused = shell.baton("clone", "/src", "/there");
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().startsWith("clone: ") && refused.err().contains("/there"), refused.err());
        assertEquals("old", shell.read("/there/old"));

        assertEquals(0, shell.baton("clone", "-overwrite", "/src", "/there").exitCode());
        assertFalse(shell.fileSystem().exists(new Path("/there/old")));
        assertEquals("content of a", shell.read("/there/a"));

        assertEquals(1, shell.baton("clone", "/nothing", "/copy").exitCode());
        ShellRun elsewhere = shell.baton("clone", "/src", temporary.toURI() + "copy");
        assertEquals(1, elsewhere.exitCode());
        assertTrue(elsewhere.err().contains("which is no Baton group"), elsewhere.err());
    }

    // ---- tokens

    @Test
    void aTokenGoesFromHandToHand() throws Exception {
        ShellRun created = shell.baton("token", "create", "-ttl", "30m", "-inactivity", "20m", "/src/a", file());
        assertEquals(new ShellRun(0, "The token in " + file() + " stands for 12 bytes of /src/a; whoever has that file"
                + " can copy them\n", ""), created);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(tokenFile.toPath())));
        assertEquals(TokenSummary.TOKEN_BYTES, Files.size(tokenFile.toPath()));
        shell.write("/src/a", "changed since");

        assertEquals(new ShellRun(0, "Made /whole of 12 bytes by token; no bytes were copied\n", ""),
                shell.baton("token", "use", file(), "/whole"));
        assertEquals("content of a", shell.read("/whole"));
        assertEquals(0, shell.baton("token", "use", "-offset", "8", "-length", "2", file(), "/part").exitCode());
        assertEquals("of", shell.read("/part"));

        ShellRun there = shell.baton("token", "use", file(), "/whole");
        assertEquals(1, there.exitCode());
        assertTrue(there.err().startsWith("token use: "), there.err());
        assertEquals(0, shell.baton("token", "use", "-overwrite", "-offset", "11", file(), "/whole").exitCode());
        assertEquals("a", shell.read("/whole"));

        assertEquals(new ShellRun(0, "Revoked the token in " + file() + "\n", ""),
                shell.baton("token", "revoke", file()));
        ShellRun dead = shell.baton("token", "use", file(), "/after");
        assertEquals(1, dead.exitCode());
        assertTrue(dead.err().contains("TOKEN_REVOKED"), dead.err());
        assertFalse(shell.fileSystem().exists(new Path("/after")));
        assertEquals("of", shell.read("/part"));
    }

    @Test
    void aTokenOfATreeMakesTrees() throws Exception {
        ShellRun created = shell.baton("token", "create", "/src", file());
        assertTrue(created.out().contains("stands for the tree /src;"), created.toString());

        assertEquals(new ShellRun(0, "Made the tree /copy by token; no bytes were copied\n", ""),
                shell.baton("token", "use", file(), "/copy"));

        assertEquals("b", shell.read("/copy/dir/b"));
        assertTrue(shell.baton("token", "show", file()).out().matches("(?s).*Stands for +a tree\n.*"));
    }

    @Test
    void showsATokenButNeverItsKey() throws Exception {
        shell.baton("token", "create", "-ttl", "30m", "/src/a", file());
        byte[] token = Files.readAllBytes(tokenFile.toPath());
        ShellRun alive = shell.baton("token", "show", file());
        assertEquals(0, alive.exitCode(), alive.toString());
        assertTrue(alive.out().matches("(?s)Type +point in time persistent \\(00800002h\\)\nGroup +group-\\S+\n"
                + "Token +token-\\d+\nStands for +12 bytes of a file\nBlock size +\\d+\nCreator +\\S+\nCreated +\\S+Z\n"
                + "Expires +\\S+Z\nIdle until +\\S+Z\nState +alive\n"), alive.out());

        shell.baton("token", "revoke", file());
        ShellRun dead = shell.baton("token", "show", file());
        assertEquals(1, dead.exitCode(), dead.toString());
        assertTrue(dead.out().endsWith("dead: TOKEN_REVOKED\n"), dead.out());

        for (ShellRun run : List.of(alive, dead)) {
            assertNoKey(token, run.out() + run.err());
        }
    }

    /** No four bytes in a row of the key (32 from offset 296 on) in any form in which bytes are usually printed. */
    private static void assertNoKey(byte[] token, String said) {
        for (int from = 296; from + 4 <= 328; from++) {
            byte[] part = Arrays.copyOfRange(token, from, from + 4);
            String hex = HexFormat.of().formatHex(part);
            assertFalse(said.toLowerCase().contains(hex), "hexadecimal");
            assertFalse(said.contains(Base64.getEncoder().withoutPadding().encodeToString(part).substring(0, 5)), "Base64");
            assertFalse(said.contains(new String(part, StandardCharsets.ISO_8859_1)), "as they are");
            assertFalse(said.contains(Arrays.toString(part).replaceAll("[\\[\\]]", "")), "decimal");
        }
    }

    @Test
    void showsWhatItCanWithoutTheGroup() throws Exception {
        shell.baton("token", "create", "/src/a", file());
        ShellRun run = shell.baton("token", "show", file(), "file:///");

        assertEquals(2, run.exitCode());
        assertTrue(run.out().contains("Stands for   12 bytes of a file\n"), run.out());
        assertTrue(run.out().endsWith("State        unknown, the group could not be asked\n"), run.out());
        assertTrue(run.err().contains("no Baton group"), run.err());
    }

    @Test
    void knowsATokenOfAnotherGroup() throws Exception {
        shell.baton("token", "create", "/src/a", file());
        File other = new File(temporary, "other");
        Configuration conf = new Configuration(shell.conf());
        conf.set("baton.embedded.dir", other.toString());
        conf.setBoolean("fs.baton.impl.disable.cache", true);
        conf.set("fs.defaultFS", "baton:///");
        try {
            ShellRun run = ShellRun.of(new BatonShell(conf), "token", "show", file());

            assertEquals(2, run.exitCode(), run.toString());
            assertTrue(run.err().contains("not the group that made the token"), run.err());
        } finally {
            FileSystem.closeAll();
            shell = EmbeddedShell.open(temporary);
        }
    }

    @Test
    void refusesWhatIsNoToken() throws Exception {
        Files.writeString(tokenFile.toPath(), "no token");
        ShellRun shorter = shell.baton("token", "show", file());
        assertEquals(1, shorter.exitCode());
        assertEquals("token show: a token has 512 bytes, this has 8; take the token whole from where it was made\n",
                shorter.err());
        Files.write(tokenFile.toPath(), new byte[10_000]);
        assertTrue(shell.baton("token", "revoke", file()).err().startsWith("token revoke: "));

        Files.delete(tokenFile.toPath());
        shell.baton("token", "create", "/src/a", file());
        byte[] token = Files.readAllBytes(tokenFile.toPath());
        token[300] ^= 1;
        Files.write(tokenFile.toPath(), token);
        assertTrue(shell.baton("token", "show", file()).err().contains("altered"));
        assertEquals(1, shell.baton("token", "use", file(), "/x").exitCode());
        ShellRun missing = shell.baton("token", "use", file() + "-missing", "/x");
        assertTrue(missing.err().contains("does not exist: name the local file"), missing.err());
    }

    @Test
    void makesNoTokenThatItCantKeepAndNoFileWithoutAToken() throws Exception {
        Files.writeString(tokenFile.toPath(), "something of value");
        ShellRun there = shell.baton("token", "create", "/src/a", file());
        assertEquals(1, there.exitCode());
        assertTrue(there.err().contains("is there already"), there.err());
        assertEquals("something of value", Files.readString(tokenFile.toPath()));

        Files.delete(tokenFile.toPath());
        shell.fileSystem().setPermission(new Path("/src/a"), new FsPermission((short) 0600));
        ShellRun denied = shell.as("mallory", new BatonShell(shell.conf()), "token", "create", "/src/a", file());
        assertEquals(1, denied.exitCode());
        assertTrue(denied.err().startsWith("token create: ") && denied.err().contains("mallory"), denied.err());
        assertFalse(tokenFile.exists());
        assertEquals(1, shell.baton("token", "create", "/nothing", file()).exitCode());
        assertFalse(tokenFile.exists());
        assertEquals(1, shell.baton("token", "create", "/src/a", "/no/such/directory/token").exitCode());
    }

    private String file() {
        return tokenFile.toString();
    }
}
