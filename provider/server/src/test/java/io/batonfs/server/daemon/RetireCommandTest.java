package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RebuildState;
import io.batonfs.pools.StorageSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code baton devices retire} and a daemon: devices that serve until others have all that they have. */
class RetireCommandTest extends DeviceCommands {
    private void settings(int level, boolean slowly) {
        settings.put("baton.server.pools", "only level=" + level + " share=100");
        for (String key : List.of("most", "least")) {
            settings.put("baton.server.rebuild." + key + ".bytes.per.second", slowly ? "1048576" : "1073741824");
        }
    }

    /** Whether the path is in place 3, and all devices are in. */
    private static Predicate<PoolsAnswer> has(Path path) {
        return answer -> answer.pools().get(0).pool().devices().get(2).name().equals(path.toString())
                && answer.rebuilds().stream().noneMatch(report -> report.progress().state() == RebuildState.RUNNING);
    }

    private static void assertAllIn(PoolsAnswer answer) {
        answer.pools().forEach(pool -> pool.pool().devices()
                .forEach(device -> assertEquals(PoolDevices.State.IN, device.state(), answer::toString)));
    }

    private static boolean isBlank(Path path) throws IOException {
        try (FileBlockDevice device = FileBlockDevice.open(path)) {
            return StorageSet.isBlank(device);
        }
    }

    private void retire(Path path) {
        Run retired = run("devices", "retire", "1", "3", path.toString());
        assertEquals(0, retired.exitCode(), retired.toString());
        assertEquals("server-1: " + path + " is to have place 3, once it has all that the device there has; \"baton pools\" "
                + "shows how far that is\n", retired.out());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void aDeviceServesUntilAnotherHasAll(int level) throws Exception {
        settings(level, true);
        writeAndClose();
        Path fresh = blank("fresh");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            retire(fresh);
            await(RetireCommandTest::isUnderWay);
            assertAllIn(answer());
            assertFigure(daemon, "rebuild_", "unfinished 1");
            assertTrue(run("pools").out().contains("rebuild of " + fresh + " in place 3 of server-1, pool only: running, "),
                    run("pools").out());
            assertArrayEquals(BYTES, read(client, "/f"));
            write(client, "/g", BYTES);
            Run other = run("devices", "replace", "1", "3", blank("other").toString());
            assertEquals(1, other.exitCode());
            assertTrue(other.err().contains("is being retired"), other.err());
        }
        settings(level, false);
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            await(has(fresh));
            assertHealthy(daemon);
            assertAllIn(answer());
            assertArrayEquals(BYTES, read(client, "/g"));
        }
        assertTrue(isBlank(device(3)));
        Files.delete(device(3));
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertHealthy(daemon);
            assertFalse(run("pools", "--devices").out().contains(device(3).toString()));
            assertArrayEquals(BYTES, read(client, "/f"));
            assertArrayEquals(BYTES, read(client, "/g"));
        }
        if (level != 0) {
            Files.delete(device(4));
            try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
                assertArrayEquals(BYTES, read(client, "/f"));
                assertArrayEquals(BYTES, read(client, "/g"));
            }
        }
    }

    /** Kill -9 in mid-way: both devices are found again, and it goes on. */
    @Test
    void aRetirementThatAKilledServerLeftGoesOn() throws Exception {
        settings(0, true);
        writeAndClose();
        Path fresh = blank("fresh");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BatonCommand.class.getName(), "server"));
        settings.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
        Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader out = server.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.startsWith("ready ")) {
                line = out.readLine();
            }
            assertTrue(line != null, "the server ended");
            retire(fresh);
            await(RetireCommandTest::isUnderWay);
        } finally {
            server.destroyForcibly().waitFor();
        }
        assertAllIn(answer());
        settings(0, false);
        try (BatonDaemon daemon = start()) {
            await(has(fresh));
            assertHealthy(daemon);
        }
        Files.delete(device(3));
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertHealthy(daemon);
            assertArrayEquals(BYTES, read(client, "/f"));
        }
    }

    @Test
    void itIsEndedByOrderAndWhatWasToHaveThePlaceIsFree() throws Exception {
        settings(5, true);
        writeAndClose();
        Path fresh = blank("fresh");
        try (BatonDaemon daemon = start()) {
            Run none = run("devices", "retire", "1", "3", "--cancel");
            assertEquals(1, none.exitCode());
            assertTrue(none.err().contains("is not being retired"), none.err());
            retire(fresh);
            await(RetireCommandTest::isUnderWay);
            assertFigure(daemon, "rebuild_", "unfinished 1");
            Run ended = run("devices", "retire", "1", "3", "--cancel");
            assertEquals(0, ended.exitCode(), ended.toString());
            assertEquals("server-1: " + fresh + " is not to have place 3 any more\n", ended.out());
            assertTrue(isBlank(fresh));
            assertAllIn(answer());
        }
        settings(5, false);
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
            // As a spare this time.
            assertEquals(0, run("devices", "add", "1", "--spare", fresh.toString()).exitCode());
            retire(fresh);
            await(has(fresh));
            assertHealthy(daemon);
        }
        Files.delete(device(3));
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
        }
    }

    @Test
    void aStartWithoutTheNewOneEndsItAndHealthSaysSo() throws Exception {
        settings(5, true);
        writeAndClose();
        Path fresh = blank("fresh");
        try (BatonDaemon daemon = start()) {
            retire(fresh);
            await(RetireCommandTest::isUnderWay);
            assertFigure(daemon, "rebuild_", "unfinished 1");
        }
        Files.delete(fresh);
        settings(5, false);
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.contains(
                    "the device that was to have place 3 next was missing")), daemon.health().toString());
            assertAllIn(answer());
            assertArrayEquals(BYTES, read(client, "/f"));
        }
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
        }
    }

    /** A start without it, and one to end it: nothing of it is noted any more. */
    @Test
    void aSpareThatWasToHaveAPlaceAndIsGoneIsNotLookedForAgain() throws Exception {
        settings(5, true);
        writeAndClose();
        Path fresh = blank("fresh");
        try (BatonDaemon daemon = start()) {
            assertEquals(0, run("devices", "add", "1", "--spare", fresh.toString()).exitCode());
            retire(fresh);
            await(RetireCommandTest::isUnderWay);
            assertFigure(daemon, "rebuild_", "unfinished 1");
        }
        Files.move(fresh, directory.resolve("aside"));
        start().close();
        Files.move(directory.resolve("aside"), fresh);
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
        }
    }

    /** The server that ended it did not begin it: it lets go of the device, which can be named at once. */
    @Test
    void itIsEndedAfterARestartAndBegunAnewWithTheSameDevice() throws Exception {
        settings(5, true);
        writeAndClose();
        Path fresh = blank("fresh");
        try (BatonDaemon daemon = start()) {
            retire(fresh);
            await(RetireCommandTest::isUnderWay);
            assertFigure(daemon, "rebuild_", "unfinished 1");
        }
        try (BatonDaemon daemon = start()) {
            assertFigure(daemon, "rebuild_", "unfinished 1");
            assertEquals(0, run("devices", "retire", "1", "3", "--cancel").exitCode());
            assertTrue(isBlank(fresh));
            retire(fresh);
        }
        settings(5, false);
        try (BatonDaemon daemon = start()) {
            await(has(fresh));
            assertHealthy(daemon);
        }
    }

    @Test
    void wrongUsageIsRefused() throws Exception {
        for (String[] arguments : new String[][] {{"1"}, {"1", "3"}, {"1", "3", "/dev/x", "--cancel"}, {"x", "3", "/dev/x"},
            {"1", "three", "/dev/x"}, {"1", "3", "/dev/x", "--set", "0"}}) {
            List<String> all = new ArrayList<>(List.of("devices", "retire"));
            all.addAll(List.of(arguments));
            assertEquals(2, run(all.toArray(String[]::new)).exitCode(), all::toString);
        }
        settings(5, false);
        writeAndClose();
        try (BatonDaemon daemon = start()) {
            for (String[] wrong : new String[][] {{"9", "/dev/x", "places 1 to 4"}, {"3", "dev/x", "absolute path"},
                {"3", directory.resolve("none").toString(), "no file or device"},
                {"3", device(4).toString(), "in use"}}) {
                Run refused = run("devices", "retire", "1", wrong[0], wrong[1]);
                assertEquals(1, refused.exitCode(), refused.toString());
                assertTrue(refused.err().contains(wrong[2]), refused.err());
            }
            assertHealthy(daemon);
        }
    }
}
