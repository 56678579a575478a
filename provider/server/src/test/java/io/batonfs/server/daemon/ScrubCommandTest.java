package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.ScrubProgress;
import io.batonfs.pools.ScrubState;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.server.storage.ScrubReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon that scrubs, whose device files are damaged under it: {@code baton scrub}, metrics, health. */
class ScrubCommandTest extends DaemonCommands {
    private static final int BLOCK = 4096;
    private static final byte[] BYTES = new byte[40 * BLOCK];

    static {
        new Random(7).nextBytes(BYTES);
    }

    private static void write(BatonClient client, String path) throws IOException {
        write(client, path, BYTES);
    }

    private ScrubProgress progress() throws IOException {
        Run run = run("scrub", "--json");
        return ScrubReports.decode(run.out()).get(0).progress().orElseThrow();
    }

    private ScrubProgress await(Predicate<ScrubProgress> condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        ScrubProgress progress = progress();
        while (!condition.test(progress)) {
            assertTrue(System.nanoTime() < deadline, progress::toString);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            progress = progress();
        }
        return progress;
    }

    /** Where a block of the file's lies on a device; -1 if it does not. */
    private long find(int device, int block) throws IOException {
        byte[] wanted = Arrays.copyOfRange(BYTES, block * BLOCK, (block + 1) * BLOCK);
        byte[] there = Files.readAllBytes(device(device));
        for (int at = 0; at < there.length; at += BLOCK) {
            if (Arrays.equals(there, at, at + BLOCK, wanted, 0, BLOCK)) {
                return at;
            }
        }
        return -1;
    }

    /** Harms a block on so many of the devices that have it; returns where it was done. */
    private Map<Integer, Long> harm(int block, int copies) throws IOException {
        Map<Integer, Long> harmed = new TreeMap<>();
        for (int device = 1; device <= 4 && harmed.size() < copies; device++) {
            long at = find(device, block);
            if (at >= 0) {
                try (FileChannel file = FileChannel.open(device(device), StandardOpenOption.WRITE)) {
                    file.write(ByteBuffer.wrap(new byte[] {'d', 'e', 'c', 'a', 'y'}), at + 100);
                }
                harmed.put(device, at);
            }
        }
        assertEquals(copies, harmed.size(), "copies of block " + block);
        return harmed;
    }

    private static void assertFigure(BatonDaemon daemon, String figure) throws Exception {
        assertFigure(daemon, "scrub_", figure);
    }

    @Test
    void whatHasDecayedIsFoundMendedAndShown() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f");
            Run first = run("scrub");
            assertEquals(0, first.exitCode(), first.toString());
            assertTrue(first.out().startsWith("server-1  waiting\n  last pass  none ended yet\n  next pass  2"), first.out());
            Map<Integer, Long> harmed = harm(3, 1);
            Run start = run("scrub", "start");
            assertEquals(0, start.exitCode(), start.toString());
            assertEquals("server-1: a pass has begun\n", start.out());
            ScrubProgress done = await(progress -> progress.lastWholePassMs() > 0);
            assertEquals(List.of(1L, 1L, 0L), List.of(done.damagedBlocks(), done.repairedBlocks(), done.lostBytes()));
            for (Map.Entry<Integer, Long> place : harmed.entrySet()) {
                assertEquals(place.getValue(), find(place.getKey(), 3), "it is on the device as it was");
            }
            Run shown = run("scrub");
            assertEquals(0, shown.exitCode(), shown.toString());
            assertTrue(shown.out().contains("  damaged    1 block, of which 1 mended\n  lost       nothing\n"), shown.out());
            assertTrue(shown.out().contains("  last pass  ended 2"), shown.out());
            assertFigure(daemon, "repaired_blocks 1");
            assertFigure(daemon, "damaged_blocks 1");
            assertFigure(daemon, "lost_ranges 0");
            assertFigure(daemon, "running 0");
            assertFigure(daemon, "last_whole_pass_ms [1-9]");
            assertFigure(daemon, "read_bytes [1-9]");
            assertTrue(get(daemon, "/jmx").contains("service=baton,name=Scrub-server-1"));
        }
    }

    private Run scrubOnce() throws Exception {
        long before = progress().lastWholePassMs();
        assertEquals(0, run("scrub", "start").exitCode());
        await(progress -> progress.lastWholePassMs() > before);
        return run("devices", "list");
    }

    /** By device: what is mended is shown, and what keeps coming is told of with what to do. */
    @Test
    void damageIsShownByDeviceAndToldOfWhereItKeepsComing() throws Exception {
        settings.put("baton.server.device.damaged.blocks", "2");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f");
            int device = harm(3, 1).keySet().iterator().next();
            Run list = scrubOnce();
            assertEquals(0, list.exitCode(), list.toString());
            for (int place = 1; place <= 4; place++) {
                assertTrue(list.out().lines().skip(place).findFirst().orElseThrow().endsWith(place == device
                        ? "in; since the start 1 damaged blocks, 1 mended, 0 reads, 0 writes and 0 forces failed" : " in"),
                        list.out());
            }
            assertEquals(Health.State.HEALTHY, daemon.health().state(), daemon.health().toString());
            assertEquals(0, run("pools").exitCode());
            assertEquals(device, harm(4, 1).keySet().iterator().next(), "of the same unit");
            list = scrubOnce();
            assertEquals(1, list.exitCode(), list.toString());
            String order = "\"baton devices retire 1 " + device + " NEWPATH\"";
            assertTrue(list.out().lines().skip(device).findFirst().orElseThrow().contains("; since the start 2 damaged blocks, "
                    + "2 mended, 0 reads, 0 writes and 0 forces failed; going bad, 2 of those blocks within a day: have another "
                    + "one take its place: with " + order), list.out());
            assertEquals(0, run("pools").exitCode(), "they serve");
            assertEquals(Health.State.DEGRADED, daemon.health().state());
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.startsWith("server-1, set 1: the device in "
                    + "place " + device + ", " + device(device) + ", is going bad: 2 blocks") && reason.contains(order)),
                    daemon.health().toString());
            assertFigure(daemon, "devices_", "going_bad 1");
            assertFigure(daemon, "devices_", "hung 0");
            String prometheus = get(daemon, "/prom");
            assertTrue(Pattern.compile("device_damaged_blocks\\{[^}]*place=\"" + device + "\"[^}]*\\} 2").matcher(prometheus)
                    .find() && Pattern.compile("device_read_errors\\{[^}]*place=\"4\"[^}]*\\} 0").matcher(prometheus).find(),
                    () -> prometheus.lines().filter(line -> line.startsWith("device")).toList().toString());
        }
    }

    @Test
    void whatIsLostIsNamed() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f");
            harm(3, 2);
            harm(4, 2);
            harm(30, 1);
            run("scrub", "start");
            ScrubProgress done = await(progress -> progress.lastWholePassMs() > 0);
            assertEquals(1, done.lost().size(), done.toString());
            LostRange lost = done.lost().get(0);
            assertEquals(List.of(3 * BLOCK, 2 * BLOCK), List.of(lost.offset(), lost.lengthBytes()));
            Run shown = run("scrub");
            assertEquals(1, shown.exitCode(), shown.toString());
            assertTrue(shown.out().contains("  lost       8192 bytes; restore"), shown.out());
            assertTrue(Pattern.compile("^    pool fast, volume.* page 0, extent.*: bytes 12288 to 20480: .*checksum",
                    Pattern.MULTILINE).matcher(shown.out()).find(), shown.out());
            assertEquals(1, done.repairedBlocks());
            assertFigure(daemon, "lost_ranges 1");
            assertFigure(daemon, "lost_bytes 8192");
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.contains("server-1: scrubbing has met "
                    + "8192 bytes") && reason.contains("baton scrub")), daemon.health().toString());
        }
    }

    /** At the least rate a pass of these files takes half a minute: it is still under way when the daemon ends. */
    @Test
    void aPassThatIsUnderWayEndsWithTheDaemonAndGoesOnWithTheNext() throws Exception {
        settings.put("baton.server.scrub.bytes.per.second", "65536");
        long begun;
        BatonDaemon daemon = start();
        try (BatonClient client = client(daemon)) {
            for (int i = 0; i < 5; i++) {
                write(client, "/f" + i);
            }
            run("scrub", "start");
            begun = await(progress -> progress.readBytes() > 0).passBegunMs();
        } finally {
            assertTimeout(Duration.ofSeconds(20), daemon::close);
        }
        assertTrue(Files.exists(directory.resolve("group/maintenance/server-1/scrub")));
        assertEquals(List.of(), Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.contains("maintenance")).toList());
        try (BatonDaemon next = start()) {
            ScrubProgress progress = progress();
            assertEquals(ScrubState.RUNNING, progress.state());
            assertEquals(begun, progress.passBegunMs());
            assertFigure(next, "running 1");
            assertTrue(run("scrub").out().matches("(?s)server-1  running, \\d+ % in pool .*, begun 2.*"));
            Run again = run("scrub", "start");
            assertEquals("server-1: a pass is under way already\n", again.out());
        }
    }

    @Test
    void itIsPausedAndResumed() throws Exception {
        try (BatonDaemon daemon = start()) {
            assertEquals("server-1: it was not paused\n", run("scrub", "resume").out());
            assertEquals("server-1: paused\n", run("scrub", "pause").out());
            assertEquals("server-1: it was paused already\n", run("scrub", "pause").out());
            assertFigure(daemon, "paused 1");
            assertTrue(run("scrub").out().startsWith("server-1  paused\n"));
            Run refused = run("scrub", "start");
            assertEquals(1, refused.exitCode(), refused.toString());
            assertTrue(refused.err().contains("server-1") && refused.err().contains("resume it first"), refused.err());
            assertEquals("server-1: resumed\n", run("scrub", "resume").out());
            assertEquals(0, run("scrub", "start", "--control", settings.get("baton.server.rpc.address")).exitCode());
            await(progress -> progress.lastWholePassMs() > 0);
        }
    }

    @Test
    void onlyAdministratorsGiveOrders() throws Exception {
        try (BatonDaemon daemon = start()) {
            UserGroupInformation mallory = UserGroupInformation.createRemoteUser("mallory");
            for (String order : List.of("start", "pause", "resume")) {
                Run refused = mallory.doAs((PrivilegedExceptionAction<Run>) () -> run("scrub", order));
                assertEquals(1, refused.exitCode(), refused.toString());
                assertTrue(refused.err().contains("mallory may not " + order + " scrubbing of server-1"), refused.err());
            }
            assertEquals(ScrubState.WAITING, progress().state());
            assertEquals(Health.State.HEALTHY, daemon.health().state());
        }
    }

    @Test
    void whereItIsOffThatIsSaid() throws Exception {
        settings.put("baton.server.scrub.enabled", "false");
        try (BatonDaemon daemon = start()) {
            assertEquals(new Run(0, "server-1  off: baton.server.scrub.enabled is false\n", ""), run("scrub"));
            Run refused = run("scrub", "start");
            assertEquals(1, refused.exitCode(), refused.toString());
            assertTrue(refused.err().contains("baton.server.scrub.enabled is false; set it to true"), refused.err());
            assertFalse(Files.exists(directory.resolve("group/maintenance")));
            assertFigure(daemon, "enabled 0");
            assertEquals(Health.State.HEALTHY, daemon.health().state());
        }
    }

    /** As on a full disk; nobody is kept from his files by that either. */
    @Test
    void aPlaceThatCantBeMadeKeepsItFromScrubbingAndNothingElse() throws Exception {
        settings.put("baton.server.scrub.enabled", "false");
        start().close();
        settings.put("baton.server.scrub.enabled", "true");
        Path inTheWay = Files.createFile(Files.createDirectory(directory.resolve("group/maintenance"))
                .resolve("server-1"));
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f");
            assertArrayEquals(BYTES, read(client, "/f"));
            Run shown = run("scrub");
            assertEquals(1, shown.exitCode(), shown.toString());
            assertTrue(shown.out().contains("off: the directory for where a pass is can't be made")
                    && shown.out().contains(inTheWay.toString()), shown.out());
            assertTrue(daemon.health().reasons().stream().anyMatch(reason ->
                    reason.contains("server-1: it does not scrub")), daemon.health().toString());
        }
        Files.delete(inTheWay);
        try (BatonDaemon daemon = start()) {
            assertEquals(ScrubState.WAITING, progress().state());
            assertEquals(Health.State.HEALTHY, daemon.health().state());
        }
    }

    /** Nobody is kept from his files by that. */
    @Test
    void aPlaceThatCantBeReadKeepsItFromScrubbingAndNothingElse() throws Exception {
        start().close();
        Path file = directory.resolve("group/maintenance/server-1/scrub");
        ByteBuffer newer = ByteBuffer.wrap(Files.readAllBytes(file)).putInt(8, 2);
        CRC32C crc = new CRC32C();
        crc.update(newer.array(), 0, 124);
        Files.write(file, newer.putInt(124, (int) crc.getValue()).array());
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f");
            assertArrayEquals(BYTES, read(client, "/f"));
            Run shown = run("scrub");
            assertTrue(shown.out().contains("off: where the last pass was can't be read") && shown.out().contains(file
                    + " to begin anew"), shown.out());
            assertEquals(1, shown.exitCode(), "whether all is well could not be found out");
            assertEquals(1, run("scrub", "--json").exitCode());
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.contains("server-1: it does not "
                    + "scrub") && reason.contains("newer")), daemon.health().toString());
        }
        Files.write(file, new byte[3]);
        try (BatonDaemon daemon = start()) {
            assertEquals(ScrubState.WAITING, progress().state());
            assertEquals(Health.State.HEALTHY, daemon.health().state());
        }
    }

    @Test
    void eachStorageServerHasItsOwnAndAllAreTold() throws Exception {
        settings.put("baton.server.storage.servers", "2");
        try (BatonDaemon daemon = start()) {
            assertEquals("server-1: a pass has begun\nserver-2: a pass has begun\n", run("scrub", "start").out());
            assertEquals(2, run("scrub").out().lines().filter(line -> line.startsWith("server-")).count());
            assertTrue(get(daemon, "/jmx").contains("service=baton,name=Scrub-server-2"));
        }
        assertTrue(Files.exists(directory.resolve("group/maintenance/server-2/scrub")));
    }

    @Test
    void whoMayNotSeeTheSettingsMayNotSeeWhatIsLost() throws Exception {
        settings.put("hadoop.security.authorization", "true");
        settings.put("hadoop.security.instrumentation.requires.admin", "true");
        try (BatonDaemon daemon = start()) {
            Run run = run("scrub", "--url", "http://" + daemon.httpAddress() + "/scrub");
            assertEquals(1, run.exitCode(), run.toString());
            assertEquals("", run.out());
            assertTrue(run.err().contains("hadoop.security.instrumentation.requires.admin"), run.err());
        }
    }

    @Test
    void whereNoServerListensThatIsSaid() {
        for (String action : List.of("status", "start")) {
            Run run = run("scrub", action);
            assertEquals(1, run.exitCode(), run.toString());
            assertTrue(run.err().contains("127.0.0.1"), run.err());
        }
    }

    @Test
    void wrongUsageIsToldFromFailure() {
        for (String[] wrong : new String[][] {{"scrub", "stop"}, {"scrub", "start", "--control", "here"},
            {"scrub", "--url", "http:8779"}, {"scrub", "start", "pause"}}) {
            Run run = run(wrong);
            assertEquals(2, run.exitCode(), run.toString());
            assertFalse(run.err().isEmpty());
        }
    }

    @Test
    void whatIsEncodedIsDecoded() throws IOException {
        LostRange lost = new LostRange("fast", new SegmentIdentity(new GroupId(UUID.randomUUID()), VolumeId.of(0, 1),
                Long.MAX_VALUE, ExtentId.of(0, 5)), 4096, 1, "dev \"1\": \n");
        ScrubProgress progress = new ScrubProgress(ScrubState.PAUSED, Optional.of("full"), 1, 2, 3, "fast", 4, 5, 6, 7, 8,
                9, 10, List.of(lost), 11, List.of("one"));
        List<ScrubReport> reports = List.of(new ScrubReport(new ServerId(1), 2, Optional.of(progress), "", false),
                new ScrubReport(new ServerId(2), 1, Optional.empty(), "off", false),
                new ScrubReport(new ServerId(3), 1, Optional.empty(), "no room", true));
        assertEquals(reports, ScrubReports.decode(new String(ScrubReports.encode(reports), StandardCharsets.UTF_8)));
        StringWriter out = new StringWriter();
        ScrubTable.print(reports, new PrintWriter(out, true));
        assertTrue(out.toString().startsWith("server-1, set 2  paused in a pass, 100 % in pool fast, begun 1970-01-01T00:00:00Z\n"
                + "  held       full\n"), out.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>hello</html>", "", "[]", "{}", "{\"scrub\": [{\"server\": 1}]}"})
    void anAnswerOfSomebodyElseIsCalledThat(String answer) {
        IOException refusal = assertThrows(IOException.class, () -> ScrubReports.decode(answer));
        assertTrue(refusal.getMessage().startsWith("the answer is not that of a Baton server"), refusal.getMessage());
    }
}
