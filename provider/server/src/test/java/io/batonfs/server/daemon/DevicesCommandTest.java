package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.DeviceHealth;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RebuildProgress;
import io.batonfs.pools.RebuildState;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SpareDevice;
import io.batonfs.server.storage.DeviceReport;
import io.batonfs.server.storage.RebuildReport;
import io.batonfs.server.storage.SpareReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon whose device files go and come: {@code baton devices}, what {@code baton pools} shows of it, metrics, health. */
class DevicesCommandTest extends DeviceCommands {
    /** At 1 MiB/s each device takes some seconds, so that a rebuild is met on its way. */
    private void slowly() {
        settings.put("baton.server.rebuild.most.bytes.per.second", "1048576");
        settings.put("baton.server.rebuild.least.bytes.per.second", "1048576");
    }

    private void atFullSpeed() {
        settings.remove("baton.server.rebuild.most.bytes.per.second");
        settings.remove("baton.server.rebuild.least.bytes.per.second");
    }

    private void level(int level) {
        settings.put("baton.server.pools", "only level=" + level + " share=100");
    }

    private static boolean isDone(PoolsAnswer answer) {
        return !answer.rebuilds().isEmpty()
                && answer.rebuilds().stream().allMatch(report -> report.progress().state() == RebuildState.DONE);
    }

    private static List<PoolDevices.State> states(PoolsAnswer answer) {
        return answer.pools().get(0).pool().devices().stream().map(PoolDevices.Device::state).toList();
    }

    /** Every block of what was rebuilt is needed: the device that it was made from, or beside, is gone. */
    private void assertReadWithout(Path device) throws IOException {
        Files.delete(device);
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertEquals(1, states(answer()).stream().filter(state -> state == PoolDevices.State.MISSING).count());
            assertArrayEquals(BYTES, read(client, "/f"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 5})
    void aFailedDiskFromFirstToLast(int level) throws Exception {
        level(level);
        writeAndClose();
        Files.delete(device(3));
        slowly();
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertEquals(Health.State.DEGRADED, daemon.health().state());
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.startsWith("server-1: device 3 of 4 is "
                    + "missing: ") && reason.contains("\"baton devices replace 1 3 PATH\"")), daemon.health().toString());
            assertTrue(run("pools").out().contains("  missing  device 3 of 4: put a blank one in its place with \"baton "
                    + "devices replace 1 3 PATH\""), run("pools").out());
            assertFigure(daemon, "rebuild_", "unfinished 0");
            Run replaced = run("devices", "replace", "1", "3");
            assertEquals(0, replaced.exitCode(), replaced.toString());
            assertEquals("server-1: " + device(3) + " is in place 3 and is being rebuilt; \"baton pools\" shows how far that "
                    + "is\n", replaced.out());
            assertEquals(DEVICE_BYTES, Files.size(device(3)));
            await(DevicesCommandTest::isUnderWay);
            Run shown = run("pools");
            assertEquals(1, shown.exitCode(), shown.toString());
            assertEquals("", shown.err(), "the missing device is no problem any more");
            assertTrue(shown.out().contains("  rebuilding  " + device(3) + "\n"), shown.out());
            assertTrue(shown.out().matches("(?s).*rebuild of " + device(3) + " in place 3 of server-1, pool only: running, "
                    + "\\d+ % of [0-9.]+ MB, [0-9.]+ [KM]?B/s, \\d+ s left\n.*"), shown.out());
            assertFigure(daemon, "rebuild_", "unfinished 1");
            assertFigure(daemon, "rebuild_", "done_bytes [1-9]");
            assertFigure(daemon, "rebuild_", "total_bytes [1-9]");
            assertFigure(daemon, "rebuild_", "seconds_left [1-9]");
            assertFigure(daemon, "rebuild_", "lost_ranges 0");
            assertTrue(get(daemon, "/jmx").contains("service=baton,name=Rebuild-server-1"));
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.contains("rebuilding of device "
                    + device(3) + " is running, ")), daemon.health().toString());
            assertArrayEquals(BYTES, read(client, "/f"));
        }
        assertEquals(List.of(), Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.contains("maintenance")).toList());
        atFullSpeed();
        try (BatonDaemon daemon = start()) {
            await(DevicesCommandTest::isDone);
            assertHealthy(daemon);
            assertFigure(daemon, "rebuild_", "unfinished 0");
            assertTrue(run("pools").out().contains(", pool only: done\n"), run("pools").out());
        }
        assertReadWithout(device(4));
    }

    /** Kill -9: what it had done until its last mark is not done again, and nothing is believed before it is all there. */
    @Test
    void aRebuildThatAKilledServerLeftGoesOn() throws Exception {
        level(10);
        writeAndClose();
        Files.delete(device(3));
        slowly();
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
            Run replaced = run("devices", "replace", "server-1", "3");
            assertEquals(0, replaced.exitCode(), replaced.toString());
            await(DevicesCommandTest::isUnderWay);
        } finally {
            server.destroyForcibly().waitFor();
        }
        assertEquals(PoolDevices.State.REBUILDING, states(answer()).get(2), "the devices say so");
        atFullSpeed();
        try (BatonDaemon daemon = start()) {
            await(DevicesCommandTest::isDone);
            assertHealthy(daemon);
        }
        assertReadWithout(device(4));
    }

    @Test
    void aDeviceAtAnotherPathIsFoundAgain() throws Exception {
        level(10);
        writeAndClose();
        Path other = blank("other", DEVICE_BYTES);
        try (BatonDaemon daemon = start()) {
            Run replaced = run("devices", "replace", "1", "3", other.toString());
            assertEquals(0, replaced.exitCode(), replaced.toString());
            await(DevicesCommandTest::isDone);
            assertHealthy(daemon);
        }
        assertTrue(run("pools", "--devices").out().contains("  in  " + other + "\n"), "also without a server");
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
            Run shown = run("pools", "--devices");
            assertTrue(shown.out().contains("  in  " + other + "\n"), shown.toString());
            assertFalse((shown.out() + shown.err()).contains(device(3).toString()), shown.toString());
            Run busy = run("devices", "replace", "1", "3", other.toString());
            assertEquals(1, busy.exitCode());
            assertTrue(busy.err().contains(other + " is in use"), busy.err());
        }
        // Back to the group's own file, which has to be blank for that.
        try (BatonDaemon daemon = start()) {
            Run refused = run("devices", "replace", "1", "3");
            assertEquals(1, refused.exitCode());
            assertTrue(refused.err().contains("write zeros to its beginning and end"), refused.err());
            assertHealthy(daemon);
            Files.delete(device(3));
            assertEquals(0, run("devices", "replace", "1", "3").exitCode());
            await(DevicesCommandTest::isDone);
        }
        Files.delete(other);
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
        }
        assertReadWithout(device(4));
    }

    @Test
    void aNamedDeviceIsFoundAgainWhicheverOfTheTwoTheSettingsName() throws Exception {
        level(5);
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            names.add(blank("disk-" + i, DEVICE_BYTES).toString());
        }
        settings.put("baton.server.devices", String.join(",", names));
        writeAndClose();
        Files.delete(directory.resolve("disk-2"));
        Path fresh = blank("fresh", DEVICE_BYTES + 4096);
        try (BatonDaemon daemon = start()) {
            Run refused = run("devices", "replace", "1", "2");
            assertEquals(1, refused.exitCode(), refused.toString());
            assertTrue(refused.err().contains("baton.server.devices") && refused.err().contains("name the path"),
                    refused.err());
            assertEquals(0, run("devices", "replace", "1", "2", fresh.toString()).exitCode());
            await(DevicesCommandTest::isDone);
            assertHealthy(daemon);
        }
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
        }
        names.set(1, fresh.toString());
        settings.put("baton.server.devices", String.join(",", names));
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
        }
        assertReadWithout(directory.resolve("disk-1"));
    }

    /** Its content is of before the file was written; only once it is rebuilt may it be read. */
    @Test
    void aDeviceThatWasMissingComesBackWhileTheServerRuns() throws Exception {
        level(10);
        start().close();
        Path aside = directory.resolve("aside");
        Files.move(device(3), aside);
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", BYTES);
            Run early = run("devices", "rejoin", "1", "3");
            assertEquals(1, early.exitCode());
            assertTrue(early.err().contains("there is no file or device " + device(3)), early.err());
            Files.move(aside, device(3));
            Run rejoined = run("devices", "rejoin", "1", "3");
            assertEquals(0, rejoined.exitCode(), rejoined.toString());
            await(DevicesCommandTest::isDone);
            assertHealthy(daemon);
            Run again = run("devices", "rejoin", "1", "3");
            assertEquals(1, again.exitCode());
            assertTrue(again.err().contains("out of no pool"), again.err());
        }
        assertReadWithout(device(4));
    }

    @Test
    void aDeviceThatIsBackAtTheNextStartIsTakenBackByOrder() throws Exception {
        level(10);
        start().close();
        Path aside = directory.resolve("aside");
        Files.move(device(3), aside);
        writeAndClose();
        Files.move(aside, device(3));
        try (BatonDaemon daemon = start()) {
            assertTrue(run("pools").out().contains("  out  " + device(3) + ": if it is well, take it back with \"baton "
                    + "devices rejoin 1 3\", else put a blank one in its place"), run("pools").out());
            assertEquals(0, run("devices", "rejoin", "1", "3").exitCode());
            await(DevicesCommandTest::isDone);
            assertHealthy(daemon);
        }
        assertReadWithout(device(4));
    }

    @Test
    void whatOnlyTheFormerDeviceHasIsGivenUpOnlyByWord() throws Exception {
        settings.put("baton.server.pools", "only level=10 share=50; bare level=0 share=50");
        writeAndClose();
        Files.delete(device(3));
        try (BatonDaemon daemon = start()) {
            Run refused = run("devices", "replace", "1", "3");
            assertEquals(1, refused.exitCode(), refused.toString());
            assertTrue(refused.err().contains("[bare]"), refused.err());
            assertFalse(Files.exists(device(3)), "the file that was made for it is gone again");
            assertEquals(0, run("devices", "replace", "1", "3", "--accept-loss").exitCode());
            await(DevicesCommandTest::isDone);
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.contains("pool bare: it takes no "
                    + "changes")), daemon.health().toString());
        }
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertEquals(PoolDevices.State.IN, states(answer()).get(2));
            assertArrayEquals(BYTES, read(client, "/f"));
        }
    }

    @Test
    void whatCantBeTakenIsRefusedByNameAndNothingHasChanged() throws Exception {
        Path small = blank("small", 1 << 20);
        Path used = blank("used", DEVICE_BYTES);
        try (FileChannel file = FileChannel.open(used, StandardOpenOption.WRITE)) {
            file.write(StandardCharsets.US_ASCII.encode("somebody's"), 1024);
        }
        try (BatonDaemon daemon = start()) {
            assertRefused("places 1 to 4 for devices, not 5", "replace", "1", "5", used.toString());
            assertRefused("places 1 to 4 for devices, not 0", "rejoin", "1", "0");
            assertRefused("server-2", "replace", "2", "1", used.toString());
            assertRefused("there is no file or device /nowhere/disk", "replace", "1", "1", "/nowhere/disk");
            assertRefused("is not the absolute path", "replace", "1", "1", "disk");
            assertRefused("is not the absolute path", "replace", "1", "1", "/a,/b");
            assertRefused("can't be opened", "replace", "1", "1", directory.toString());
            assertRefused("take a larger one", "replace", "1", "1", small.toString());
            assertRefused(used + " is not blank", "replace", "1", "1", used.toString());
            assertRefused(device(2) + " is in use", "replace", "1", "1", device(2).toString());
            assertRefused(device(1) + " is in use", "replace", "1", "1");
            assertRefused("out of no pool", "rejoin", "1", "1");
            assertHealthy(daemon);
            assertEquals(List.of(), answer().rebuilds());
            FileBlockDevice.open(used).close();
        }
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
        }
    }

    private void assertRefused(String why, String... order) {
        List<String> all = new ArrayList<>(List.of("devices"));
        all.addAll(List.of(order));
        Run run = run(all.toArray(String[]::new));
        assertEquals(1, run.exitCode(), run.toString());
        assertTrue(run.err().contains(why), run.err());
    }

    /** A spare is listed, known again at each start, and has the place of a device that is missing at the next one. */
    @Test
    void aSpareTakesThePlaceOfAMissingDeviceByItself() throws Exception {
        level(10);
        settings.put("baton.server.spare.delay.minutes", "0");
        writeAndClose();
        Path spare = blank("spare", DEVICE_BYTES + 4096);
        String line = "spare " + spare + " of server-1, 64.0 MB\n";
        try (BatonDaemon daemon = start()) {
            Run added = run("devices", "add", "1", "--spare", spare.toString());
            assertEquals(0, added.exitCode(), added.toString());
            assertEquals("server-1: " + spare + " is a spare\n", added.out());
            assertTrue(run("pools").out().contains(line), run("pools").out());
            assertFigure(daemon, "spares_", "usable 1");
            assertHealthy(daemon);
            Run again = run("devices", "add", "1", "--spare", spare.toString());
            assertEquals(1, again.exitCode());
            assertTrue(again.err().contains(spare + " is in use"), again.err());
        }
        assertTrue(run("pools").out().contains(line), "also without a server");
        Files.delete(device(3));
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            await(DevicesCommandTest::isDone);
            assertEquals(0, run("pools").exitCode());
            assertFalse(run("pools").out().contains("\nspare "), run("pools").out());
            assertFigure(daemon, "spares_", "used 1");
            assertFigure(daemon, "spares_", "usable 0");
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.contains("device " + device(3)
                    + " was missing from or out of place 3, and spare " + spare + " has its place now")),
                    daemon.health().toString());
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.contains("has no spare left")),
                    daemon.health().toString());
            assertArrayEquals(BYTES, read(client, "/f"));
        }
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
            assertTrue(run("pools", "--devices").out().contains("  in  " + spare + "\n"));
        }
        assertReadWithout(device(4));
    }

    @Test
    void aSpareIsTakenAwayAlsoWhereItIsGone() throws Exception {
        level(10);
        Path spare = blank("spare", DEVICE_BYTES);
        Path other = blank("other", DEVICE_BYTES);
        try (BatonDaemon daemon = start()) {
            assertEquals(0, run("devices", "add", "1", "--spare", spare.toString()).exitCode());
            assertEquals(0, run("devices", "add", "1", "--spare", other.toString()).exitCode());
            // However its path is written.
            Run removed = run("devices", "remove", "1", "--spare", directory + "/./spare");
            assertEquals(0, removed.exitCode(), removed.toString());
            assertEquals("server-1: " + spare + " is no spare any more\n", removed.out());
            assertRefused("is none of the spares of server-1", "remove", "1", "--spare", spare.toString());
            assertRefused("where a device of server-1 is", "add", "1", "--spare", device(2).toString());
            assertRefused("there is no file or device", "add", "1", "--spare", directory + "/nothing");
            assertHealthy(daemon);
            // Blank again: it may be taken for anything.
            assertEquals(0, run("devices", "replace", "1", "3", spare.toString()).exitCode());
            await(DevicesCommandTest::isDone);
        }
        Files.delete(other);
        try (BatonDaemon daemon = start()) {
            assertTrue(daemon.health().reasons().contains("server-1: device not opened: " + other
                    + ": there is no such file"), daemon.health().toString());
            assertEquals(0, run("devices", "remove", "1", "--spare", other.toString()).exitCode());
            assertHealthy(daemon);
        }
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
        }
    }

    /** By an operator, into the place of a device that is well. */
    @Test
    void aSpareIsPutWhereAnOperatorWantsIt() throws Exception {
        level(10);
        writeAndClose();
        Path spare = blank("spare", DEVICE_BYTES);
        try (BatonDaemon daemon = start()) {
            assertEquals(0, run("devices", "add", "1", "--spare", spare.toString()).exitCode());
            assertEquals(0, run("devices", "replace", "1", "3", directory + "/x/../spare").exitCode());
            await(DevicesCommandTest::isDone);
            assertHealthy(daemon);
        }
        Files.delete(device(3));
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
        }
        assertReadWithout(device(4));
    }

    @Test
    void onlyAdministratorsGiveOrders() throws Exception {
        Path blank = blank("blank", DEVICE_BYTES);
        try (BatonDaemon daemon = start()) {
            UserGroupInformation mallory = UserGroupInformation.createRemoteUser("mallory");
            for (List<String> order : List.of(List.of("devices", "replace", "1", "3", blank.toString()),
                    List.of("devices", "rejoin", "1", "3"), List.of("devices", "add", "1", "--spare", blank.toString()),
                    List.of("devices", "remove", "1", "--spare", blank.toString()))) {
                Run refused = mallory.doAs((PrivilegedExceptionAction<Run>) () -> run(order.toArray(String[]::new)));
                assertEquals(1, refused.exitCode(), refused.toString());
                assertTrue(refused.err().contains("mallory may not " + order.get(1)), refused.err());
                assertTrue(refused.err().contains(" devices of server-1"), refused.err());
            }
            assertHealthy(daemon);
            FileBlockDevice.open(blank).close();
        }
    }

    @Test
    void wrongUsageIsToldFromFailure() {
        for (String[] wrong : new String[][] {{"devices"}, {"devices", "add", "1", "1"}, {"devices", "add", "1"},
            {"devices", "add", "1", "1", "--spare", "/dev/sdx"}, {"devices", "remove", "1", "/dev/sdx"},
            {"devices", "replace", "1", "1", "--spare", "/dev/sdx"}, {"devices", "rejoin", "1", "--spare", "/dev/sdx"},
            {"devices", "spare", "1", "1"}, {"devices", "replace", "1"},
            {"devices", "replace", "one", "1"}, {"devices", "replace", "1", "first"},
            {"devices", "rejoin", "1", "1", "/dev/sdx"}, {"devices", "rejoin", "1", "1", "--accept-loss"},
            {"devices", "replace", "1", "1", "--control", "here"}}) {
            Run run = run(wrong);
            assertEquals(2, run.exitCode(), run.toString());
            assertFalse(run.err().isEmpty());
        }
        Run nobody = run("devices", "rejoin", "1", "1");
        assertEquals(1, nobody.exitCode(), nobody.toString());
        assertTrue(nobody.err().contains("127.0.0.1"), nobody.err());
    }

    @Test
    void whatIsEncodedIsDecodedAndShown() throws IOException {
        LostRange lost = new LostRange("fast", new SegmentIdentity(new GroupId(UUID.randomUUID()), VolumeId.of(0, 1),
                Long.MAX_VALUE, ExtentId.of(0, 5)), 4096, 1, "dev \"1\": \n");
        PoolsAnswer answer = new PoolsAnswer(List.of(), List.of(), List.of(
                new RebuildReport(new ServerId(2), new RebuildProgress("fast", 3, "/dev/a", RebuildState.RUNNING, 1999, 2000,
                        5L << 20, OptionalLong.of(7300), 1, List.of(lost), "")),
                new RebuildReport(new ServerId(2), new RebuildProgress("slow", 3, "/dev/a", RebuildState.FAILED, 0, 0, 0,
                        OptionalLong.empty(), 0, List.of(), "it broke"))), List.of(
                new SpareReport(new ServerId(2), 1, new SpareDevice("/dev/b", 1L << 40, "")),
                new SpareReport(new ServerId(1), 3, new SpareDevice("/dev/c", 4096, "it can't be \"written\""))));
        assertEquals(answer, PoolReports.decode(new String(PoolReports.encode(answer), StandardCharsets.UTF_8)));
        assertEquals(List.of(), PoolReports.decode("{\"pools\": []}").rebuilds(), "as older servers answer");
        DeviceReport device = new DeviceReport(new ServerId(2), 3, new DeviceHealth(DeviceHealth.Role.SUCCESSOR, 4, "/dev/d", 1, 2,
                3, 4, 5, 6, 7, 8, true), true, false);
        PoolsAnswer ofDevices = new PoolsAnswer(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
                List.of(device));
        String encoded = new String(PoolReports.encode(ofDevices), StandardCharsets.UTF_8);
        assertEquals(ofDevices, PoolReports.decode(encoded));
        assertTrue(encoded.contains("\"devices\":[{\"server\":2,\"set\":3,\"place\":4,\"role\":\"SUCCESSOR\",\"device\":"
                + "\"/dev/d\",\"readErrors\":1,\"writeErrors\":2,\"forceErrors\":3,\"damagedBlocks\":4,\"mendedBlocks\":5,"
                + "\"damagedInADay\":6,\"unansweredMs\":7,\"forcingMs\":8,\"followed\":true,"
                + "\"hung\":true,\"goingBad\":false}]"), encoded);
        assertFalse(ofDevices.isHealthy(), "it hangs");
        assertTrue(ofDevices.problemsWithDevices().get(0).startsWith("server-2, set 3: the device that is to have place 304 next, "
                + "/dev/d, has not "), ofDevices.problemsWithDevices().toString());
        StringWriter table = new StringWriter();
        DeviceTable.print(ofDevices, new PrintWriter(table, true));
        assertTrue(table.toString().contains("server-2  304    /dev/d  successor; has not answered for "), table.toString());
        assertEquals(List.of(), PoolReports.decode("{\"pools\": []}").devices(), "as older servers answer");
        assertThrows(IOException.class, () -> PoolReports.decode("{\"pools\": [], \"rebuilds\": [{\"server\": 1}]}"));
        StringWriter out = new StringWriter();
        RebuildTable.print(answer.rebuilds(), new PrintWriter(out, true));
        assertTrue(out.toString().startsWith("rebuild of /dev/a in place 3 of server-2, pool fast: running, 99 % of 2.0 KB, "
                + "5 MB/s, 2 h 1 min left\n  lost  1 bytes; restore the files from other copies:\n    pool fast, "),
                out.toString());
        assertTrue(out.toString().endsWith("pool slow: failed, 0 % of 0 B: it broke\n"), out.toString());
    }
}
