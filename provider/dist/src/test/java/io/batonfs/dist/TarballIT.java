package io.batonfs.dist;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.client.BatonInput;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.Caller;
import io.batonfs.protocol.CreateOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tarball as an operator meets it. */
class TarballIT {
    private static final CreateOptions OPTIONS = new CreateOptions(true, true, 0644, 128L << 20, 1);

    private static BatonClient connect(Installation.Running server) throws IOException {
        return BatonClients.connect(server.address("control"), Map.of("fs.baton.client.retry.timeout.ms", "2000"),
                new Caller(System.getProperty("user.name"), List.of(), false));
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void write(BatonClient client, String path, byte[] bytes) throws IOException {
        try (BatonOutput out = client.create(path, OPTIONS)) {
            out.write(bytes, 0, bytes.length);
        }
    }

    private static byte[] read(BatonClient client, String path) throws IOException {
        try (BatonInput in = client.open(path)) {
            ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(client.status(path).orElseThrow().lengthBytes()));
            while (all.hasRemaining() && in.read(all.position(), all) > 0) {
                continue;
            }
            return all.array();
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void servesEndsInOrderAndLeavesNothingBehind() throws Exception {
        try (Installation installation = new Installation("in order and with spaces")) {
            byte[] written = bytes(1, 3_000_000);
            Installation.Running server = installation.startServer();
            try (BatonClient client = connect(server)) {
                write(client, "/dir/file", written);
                assertArrayEquals(written, read(client, "/dir/file"));
            }
            Installation.Running health = installation.start("health", "--url",
                    "http://" + server.address("http") + "/health");
            assertTrue(health.output().startsWith("{\"status\":\"healthy\""), health.errors());
            assertEquals(0, health.exitCode());

            server.terminate();
            assertEquals(0, server.exitCode(), installation.log());
            assertEquals("", server.errors());
            assertTrue(installation.audit().contains("cmd=create\tsrc=/dir/file"), installation.audit());
            assertTrue(!installation.log().contains("cmd=create"), "audit lines have a file of their own");
            assertEquals(List.of(), names(installation.systemTemporary()));
            assertEquals(List.of(), names(installation.home().resolve("tmp")));
            assertEquals(List.of("catalog", "group", "lock", "maintenance", "server-1"), names(installation.group()));
            assertEquals("rwx------", permissions(installation.group()));
            assertEquals("rwxr-x---", permissions(installation.home().resolve("logs")));
            assertEquals("rw-r-----", permissions(installation.home().resolve("logs/baton-audit.log")));
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesKillsInMidWriteAndNothingPilesUp() throws Exception {
        try (Installation installation = new Installation("killed")) {
            Map<String, byte[]> acknowledged = new TreeMap<>();
            for (int round = 0; round < 3; round++) {
                Installation.Running server = installation.startServer();
                try (BatonClient client = connect(server)) {
                    for (Map.Entry<String, byte[]> file : acknowledged.entrySet()) {
                        client.recoverLease(file.getKey());
                        byte[] found = read(client, file.getKey());
                        assertArrayEquals(file.getValue(), Arrays.copyOf(found, file.getValue().length), file.getKey());
                    }
                    byte[] closed = bytes(round, 1_000_000 + round);
                    write(client, "/closed-" + round, closed);
                    acknowledged.put("/closed-" + round, closed);
                    BatonOutput open = client.create("/open-" + round, OPTIONS);
                    open.write(closed, 0, closed.length);
                    open.hflush();
                    acknowledged.put("/open-" + round, closed);
                    open.write(closed, 0, closed.length);
                    server.kill();
                    open.abort();
                }
            }
            Installation.Running last = installation.startServer();
            last.terminate();
            assertEquals(0, last.exitCode());
            assertEquals(List.of(), names(installation.home().resolve("tmp")));
            assertEquals(List.of(), names(installation.systemTemporary()));
            assertFalse(Files.exists(Path.of(last.address("shared-memory"))), "what those who were killed had left");
        }
    }

    @Test
    void aSecondServerOnTheSameDirectoryIsRefusedWithASentence() throws Exception {
        try (Installation installation = new Installation("second")) {
            installation.startServer();
            Installation.Running second = installation.start("server");
            assertEquals("", second.output());
            assertEquals(1, second.exitCode());
            assertTrue(second.errors().contains("is open in process") && second.errors().contains("baton.server.dir"),
                    second.errors());
        }
    }

    @Test
    void aWrongSettingIsNamed() throws Exception {
        try (Installation installation = new Installation("wrong")) {
            installation.configure(Map.of("baton.server.rpc.handlers", "many"));
            Installation.Running server = installation.start("server");
            assertEquals(1, server.exitCode());
            assertEquals("baton server: baton.server.rpc.handlers = \"many\" is not a whole number from 1 to 4096\n",
                    server.errors());
            assertTrue(installation.log().contains("\tat io.batonfs."), "the log has the trace: " + installation.log());
            assertEquals(2, installation.start("server", "--confg", "x").exitCode());
        }
    }

    /** Without log4j2.properties of its own a configuration directory gets the shipped one, and no complaint. */
    @Test
    void throughALinkAndWithAConfigurationElsewhere() throws Exception {
        try (Installation installation = new Installation("linked")) {
            Path link = Files.createSymbolicLink(installation.work().resolve("baton"),
                    installation.work().relativize(installation.home().resolve("bin/baton")));
            Path conf = Files.createDirectory(installation.work().resolve("conf of its own"));
            Files.writeString(conf.resolve("baton-site.xml"), "<configuration><property>"
                    + "<name>baton.server.pool</name><value>slow</value></property></configuration>");
            installation.setEnvironment("BATON_CONF_DIR", conf.toString());
            Installation.Running server = installation.startBy(link, "server");
            assertEquals(1, server.exitCode());
            assertEquals("baton server: baton.server.pool = \"slow\" is not one of [fast, capacity], which are "
                    + "those of baton.server.pools\n", server.errors());
            Installation.Running version = installation.startBy(link, "version");
            assertTrue(version.output().startsWith("Baton "), version.errors());
            assertEquals("", version.errors());
            // Hadoop's shell fails without any core-site.xml.
            Installation.Running listed = installation.startBy(link, "fs", "-ls", "-d", "file:///");
            assertEquals(0, listed.exitCode(), listed.errors());
            for (String command : List.of("storagepolicies", "profile")) {
                Installation.Running help = installation.startBy(link, "help", command);
                assertEquals(0, help.exitCode(), help.errors());
                assertTrue(help.output().contains(command + " "), help.output());
            }
        }
    }

    @Test
    void aJavaThatIsTooOldIsNamed() throws Exception {
        try (Installation installation = new Installation("old")) {
            Path old = Files.createDirectories(installation.work().resolve("jdk-11/bin")).getParent();
            Path java = Files.writeString(old.resolve("bin/java"), "#!/bin/sh\n");
            Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.writeString(old.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"11.0.2\"\n");
            installation.setEnvironment("JAVA_HOME", old.toString());
            Installation.Running version = installation.start("version");
            assertEquals(1, version.exitCode());
            assertTrue(version.errors().contains("is Java 11; install Java 17 or newer"), version.errors());
        }
    }

    @Test
    void formattingAnewNeedsForce() throws Exception {
        try (Installation installation = new Installation("format")) {
            assertEquals(0, installation.start("format").exitCode());
            Installation.Running again = installation.start("format");
            assertEquals(1, again.exitCode());
            assertTrue(again.errors().contains("--force"), again.errors());
            assertEquals(0, installation.start("format", "--force").exitCode());
        }
    }

    @Test
    void theLibrariesAreOneOfEachAndNoneOfTests() throws Exception {
        try (Installation installation = new Installation("libraries")) {
            List<String> jars = names(installation.home().resolve("lib"));
            List<String> names = jars.stream().map(jar -> jar.replaceFirst("-[0-9].*", "")).toList();
            assertEquals(names.stream().distinct().toList(), names);
            assertTrue(jars.stream().noneMatch(jar -> jar.contains("tests") || jar.contains("junit")
                    || jar.contains("reload4j") || jar.contains("slf4j-simple")), jars.toString());
            assertTrue(jars.stream().anyMatch(jar -> jar.startsWith("log4j-slf4j2-impl")), jars.toString());
            assertEquals(List.of("LICENSE", "OPERATING.md", "README", "bin", "conf", "lib", "share"), names(installation.home()));
            assertEquals(List.of("baton-hadoop-0.1.0.jar"), names(installation.home().resolve("share")));
            String version = installation.start("version").output();
            assertTrue(version.startsWith("Baton 0.1.0\nHadoop 3."), version);
        }
    }
}
