package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ServerId;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import io.batonfs.server.FreePorts;
import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code baton pools}, of a server that runs and of one that does not. */
class PoolsCommandTest {
    @TempDir
    private Path directory;

    private final Map<String, String> settings = new TreeMap<>();

    /** The HTTP port is one that nobody has, so that a command without a URL finds the daemon, or nobody. */
    @BeforeEach
    void chooseSettings() throws IOException {
        settings.put("baton.server.dir", directory.resolve("group").toString());
        settings.put("baton.server.device.bytes", Long.toString(64L << 20));
        settings.put("baton.server.devices.per.server", "6");
        settings.put("baton.server.pools", "fast level=10 share=40; wide level=50 share=35; safe level=6 share=25");
        settings.put("baton.server.reserved.bytes", "0");
        settings.put("baton.server.rpc.address", "127.0.0.1:0");
        settings.put("baton.server.data.address", "127.0.0.1:0");
        settings.put("baton.server.shared.memory.enabled", "false");
        settings.put("baton.server.http.address", "127.0.0.1:" + FreePorts.next());
    }

    private BatonDaemon start() throws IOException {
        Configuration conf = new Configuration();
        settings.forEach(conf::set);
        return BatonDaemon.start(DaemonConfig.from(conf));
    }

    /** What a command came to. */
    private record Run(int exitCode, List<String> out, String err) {
    }

    private Run run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        settings.forEach((key, value) -> all.addAll(List.of("-D", key + "=" + value)));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = BatonCommand.commandLine().setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        int exitCode = command.execute(all.toArray(String[]::new));
        return new Run(exitCode, out.toString().lines().toList(), err.toString());
    }

    private Path device(int number) {
        return directory.resolve("group/server-1/device-" + number);
    }

    @Test
    void aServerThatRunsTellsAllOfItsPools() throws Exception {
        try (BatonDaemon daemon = start()) {
            Run run = run("pools");
            assertEquals(0, run.exitCode(), run.toString());
            assertEquals(4, run.out().size(), run.toString());
            assertLine(run, 0, "SERVER +POOL +RAID +STATE +SURVIVES +CAPACITY +USED +FREE +FREE SLOTS");
            assertLine(run, 1, "server-1 +fast +10 +healthy +any 1 device +[0-9.]+ M +0 +[0-9.]+ M +[0-9]{4}");
            assertLine(run, 2, "server-1 +wide +50 \\(2 spans\\) +healthy +any 1 device +.*");
            assertLine(run, 3, "server-1 +safe +6 +healthy +any 2 devices +.*");
            assertEquals(4 + 3 * 6, run("pools", "--devices").out().size());
            List<PoolReport> told = PoolReports.decode(run("pools", "--json", "--url",
                    "http://" + daemon.httpAddress() + "/pools").out().get(0)).pools();
            assertEquals(List.of("fast", "wide", "safe"), told.stream().map(report -> report.pool().name()).toList());
            assertEquals(OptionalLong.of(0), told.get(0).usedBytes());
            assertTrue(run("pools", "--url", "http://" + daemon.httpAddress() + "/nowhere").err().contains("404"));
        }
    }

    @Test
    void ofOneThatDoesNotTheDevicesTell() throws Exception {
        start().close();
        Files.delete(device(5));
        byte[] before = Files.readAllBytes(device(1));
        Run run = run("pools");
        assertEquals(1, run.exitCode(), run.toString());
        assertTrue(run.err().contains("No server listens at http://" + settings.get("baton.server.http.address")),
                run.err());
        assertLine(run, 1, "server-1 +fast +10 +degraded +no failure +[0-9.]+ M +- +- +-");
        assertEquals("  place 5  missing  device 5 of 6: put a blank one in its place with \"baton devices replace 1 5 PATH\", or take "
                + "it back with \"baton devices rejoin 1 5\" when it is there again", run.out().get(2));
        assertLine(run, 5, "server-1 +safe +6 +degraded +any 1 device +[0-9.]+ M +- +- +-");
        assertArrayEquals(before, Files.readAllBytes(device(1)), "nothing is written for that");
        assertTrue(run.err().contains("server-1: device not opened: " + device(5) + ": there is no such file"), run.err());
        Files.delete(device(6));
        assertLine(run("pools"), 1, "server-1 +fast +10 +lost +- +.*");
    }

    @Test
    void aServerThatRunsTellsWhyDevicesAreNotItsOwn() throws Exception {
        start().close();
        Files.write(device(2), new byte[(int) Files.size(device(2))]);
        Files.delete(device(5));
        try (BatonDaemon daemon = start()) {
            Run run = run("pools");
            assertEquals(1, run.exitCode(), run.toString());
            assertTrue(run.err().contains("server-1: device refused: " + device(2) + ": "), run.err());
            assertTrue(run.err().contains("server-1: device not opened: " + device(5) + ": there is no such file"), run.err());
            assertEquals(2, PoolReports.decode(run("pools", "--json").out().get(0)).problems().size());
            assertEquals(Health.State.DEGRADED, daemon.health().state());
        }
    }

    @Test
    void aServerWhoseDevicesSayNothingDoesNotHideTheOthers() throws Exception {
        settings.put("baton.server.storage.servers", "2");
        start().close();
        Files.write(device(2), new byte[(int) Files.size(device(2))]);
        for (int number = 1; number <= 6; number++) {
            Files.delete(directory.resolve("group/server-2/device-" + number));
        }
        Files.delete(directory.resolve("group/server-2"));
        Run run = run("pools");
        assertEquals(1, run.exitCode(), run.toString());
        assertEquals(4 + 3, run.out().size(), run.toString());
        assertTrue(run.err().contains("server-1: device refused: " + device(2)), run.err());
        assertTrue(run.err().contains("server-2: none of its devices can be opened"), run.err());
        assertFalse(run.err().contains("format them"), run.err());
        assertFalse(Files.exists(directory.resolve("group/server-2")), "looking makes nothing");
    }

    private static void assertLine(Run run, int line, String expression) {
        assertTrue(run.out().get(line).matches(expression), run::toString);
    }

    @Test
    void aPoolThatCouldNotBeOpenedAndOneWithoutEnoughDevicesAreNotCalledHealthy() throws Exception {
        settings.put("baton.server.pools", "fast level=10 share=40; bare level=0 share=60");
        start().close();
        for (int number = 1; number <= 6; number++) {
            damageSecondPool(device(number));
        }
        try (BatonDaemon daemon = start()) {
            Run run = run("pools");
            assertEquals(1, run.exitCode(), run.toString());
            assertLine(run, 1, "server-1 +fast +10 +healthy +any 1 device +.*");
            assertLine(run, 2, "server-1 +bare +0 +not open +no failure +[0-9.]+ M +- +- +-");
            assertLine(run, 3, "  because  .*pool bare cannot be opened, no device has its header.*");
            assertTrue(daemon.health().reasons().stream().anyMatch(problem -> problem.contains("pool bare")
                    && problem.contains("could not be opened")), daemon.health().toString());
        }
        Files.delete(device(1));
        Files.delete(device(2));
        settings.put("baton.server.pool", "fast");
        try (BatonDaemon daemon = start()) {
            Run run = run("pools", "--json");
            assertEquals(1, run.exitCode(), run.toString());
            PoolReport fast = PoolReports.decode(run.out().get(0)).pools().get(0);
            assertEquals(PoolReport.Service.READ_ONLY, fast.service());
            assertTrue(fast.reason().contains("more devices are out of use"), fast.toString());
            assertTrue(daemon.health().reasons().stream().anyMatch(problem -> problem.contains("pool fast")
                    && problem.contains("takes no changes")), daemon.health().toString());
        }
    }

    @Test
    void aPoolThatTakesNoChangesIsNotHealthyEvenIfAllDevicesTakePart() throws Exception {
        PoolReport report = new PoolReport(new ServerId(1), new PoolDevices("bare", RaidLevel.RAID_0, 1, 8192, 0,
                List.of(new PoolDevices.Device("/dev/a", PoolDevices.State.IN))), PoolReport.Service.READ_ONLY,
                "device /dev/a failed", OptionalLong.of(4096), OptionalLong.of(7));
        assertFalse(report.isHealthy());
        PoolsAnswer answer = new PoolsAnswer(List.of(report), List.of("server-1: device refused: /dev/b: \"why\""), List.of(), List.of());
        assertEquals(answer, PoolReports.decode(new String(PoolReports.encode(answer), StandardCharsets.UTF_8)));
        assertEquals(List.of(), PoolReports.decode("{\"pools\": []}").problems(), "as older servers answer");
        StringWriter out = new StringWriter();
        PoolTable.print(List.of(report), false, new PrintWriter(out, true));
        List<String> lines = out.toString().lines().toList();
        assertTrue(lines.get(1).matches("server-1 +bare +0 +read-only +no failure +8 K +4 K +4 K +7"), lines.get(1));
        assertEquals("  because  device /dev/a failed", lines.get(2));
    }

    /** Destroys all headers of the second pool on a device; they begin with their magic in blocks of their own. */
    private static void damageSecondPool(Path device) throws IOException {
        byte[] magic = "BATONPHD".getBytes(StandardCharsets.US_ASCII);
        try (FileChannel file = FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (long at = 16L << 20; at < file.size(); at += 4096) {
                byte[] there = new byte[magic.length];
                file.read(ByteBuffer.wrap(there), at);
                if (Arrays.equals(magic, there)) {
                    file.write(ByteBuffer.wrap(new byte[magic.length]), at);
                }
            }
        }
    }

    @Test
    void whoMayNotSeeTheSettingsMayNotSeeTheDevices() throws Exception {
        settings.put("hadoop.security.authorization", "true");
        settings.put("hadoop.security.instrumentation.requires.admin", "true");
        try (BatonDaemon daemon = start()) {
            Run run = run("pools", "--url", "http://" + daemon.httpAddress() + "/pools");
            assertEquals(1, run.exitCode(), run.toString());
            assertEquals(List.of(), run.out());
            assertTrue(run.err().contains("hadoop.security.instrumentation.requires.admin"), run.err());
        }
    }

    @Test
    void oneThatListensElsewhereIsNotDisturbed() throws Exception {
        try (BatonDaemon daemon = start()) {
            String there = settings.put("baton.server.http.address", "127.0.0.1:1");
            Run run = run("pools");
            assertEquals(1, run.exitCode());
            assertTrue(run.err().contains("is open in process " + ProcessHandle.current().pid()), run.err());
            settings.put("baton.server.http.address", there);
            assertEquals(Health.State.HEALTHY, daemon.health().state());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"host:8779", "file:///etc/passwd", "/pools", "http:8779", "httpx://host/"})
    void whatIsNoUrlOfAServerIsWrongUsage(String url) {
        for (String command : new String[] {"pools", "health"}) {
            Run run = run(command, "--url", url);
            assertEquals(2, run.exitCode(), run.toString());
            assertTrue(run.err().contains("--url " + url + " is not like http://host:8779/" + command), run.err());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>hello</html>", "", "[]", "{}", "{\"pools\": [{\"server\": 1}]}"})
    void anAnswerOfSomebodyElseIsCalledThat(String answer) {
        IOException refusal = assertThrows(IOException.class, () -> PoolReports.decode(answer));
        assertTrue(refusal.getMessage().startsWith("the answer is not that of a Baton server"), refusal.getMessage());
        assertEquals(1, refusal.getMessage().lines().count(), refusal.getMessage());
    }

    @Test
    void whereThereIsNoGroupThatIsSaid() {
        Run run = run("pools");
        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("there is no Baton group in") && run.err().contains("baton.server.dir"),
                run.err());
    }
}
