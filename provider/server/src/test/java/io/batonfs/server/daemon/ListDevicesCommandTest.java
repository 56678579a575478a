package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.FileBlockDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code baton devices list}, of a server that runs and of one that does not. */
class ListDevicesCommandTest extends DaemonCommands {
    private static final long DEVICE_BYTES = 64L << 20;

    @BeforeEach
    void choosePools() {
        settings.put("baton.server.pools", "fast level=10 share=50; safe level=6 share=50");
    }

    private Path blank(String name) throws Exception {
        Path path = directory.resolve(name);
        FileBlockDevice.create(path, DEVICE_BYTES).close();
        return path;
    }

    private static void assertLine(Run run, int line, String pattern) {
        assertTrue(run.out().lines().skip(line).findFirst().orElseThrow().matches(pattern), run.toString());
    }

    @Test
    void everyPlaceAndEverySpareHasALine() throws Exception {
        Path spare = blank("spare");
        Path[] further = {blank("a"), blank("b"), blank("c"), blank("d")};
        try (BatonDaemon daemon = start()) {
            assertEquals(0, run("devices", "add", "1", "--spare", spare.toString()).exitCode());
            assertEquals(0, run("devices", "add-set", further[0].toString(), further[1].toString(), further[2].toString(),
                    further[3].toString()).exitCode());
            Run run = run("devices", "list");
            assertEquals(0, run.exitCode(), run.toString());
            assertEquals(1 + 4 + 4 + 1, run.out().lines().count(), run.out());
            assertLine(run, 0, "SERVER +PLACE +DEVICE +STATE");
            assertLine(run, 1, "server-1 +1 +\\Q" + device(1) + "\\E +in");
            assertLine(run, 6, "server-1 +202 +\\Q" + further[1] + "\\E +in");
            assertLine(run, 9, "server-1 +spare +\\Q" + spare + "\\E +64 MB");
            assertEquals(run, run("devices", "list", "--url", "http://" + daemon.httpAddress() + "/pools"));
        }
    }

    /** It is as well told without a server, and with one that has begun to do something about it. */
    @Test
    void whatIsMissingIsToldWithTheRemedy() throws Exception {
        start().close();
        Files.move(device(3), directory.resolve("away"));
        Run closed = run("devices", "list");
        assertEquals(1, closed.exitCode(), closed.toString());
        assertTrue(closed.err().startsWith("No server listens at http://127.0.0.1:"), closed.err());
        assertLine(closed, 3, "server-1 +3 +- +missing: .*\"baton devices replace 1 3 PATH\".*");
        Files.move(device(4), directory.resolve("away-too"));
        Run lost = run("devices", "list");
        assertLine(lost, 3, "server-1 +3 +- +missing: bring it back and restart the server, .*\"baton devices replace 1 3 PATH "
                + "--accept-loss\".*");
        assertEquals(4, run("pools").out().split("--accept-loss", -1).length - 1, "two devices in two pools");
        Files.move(directory.resolve("away-too"), device(4));
        settings.put("baton.server.rebuild.most.bytes.per.second", "1048576");
        settings.put("baton.server.rebuild.least.bytes.per.second", "1048576");
        try (BatonDaemon daemon = start(); var client = client(daemon)) {
            // So that there is something to rebuild in one of the pools, and nothing in the other one.
            write(client, "/f", new byte[8 << 20]);
            assertEquals(0, run("devices", "replace", "1", "3").exitCode());
            Run run = run("devices", "list");
            assertEquals(1, run.exitCode(), run.toString());
            assertLine(run, 3, "server-1 +3 +\\Q" + device(3) + "\\E +rebuilding.*");
        }
    }
}
