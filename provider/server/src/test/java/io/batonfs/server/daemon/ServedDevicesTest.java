package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.pools.profile.CacheUse;
import io.batonfs.pools.profile.DeviceIdentity;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.ProbeKind;
import io.batonfs.pools.profile.ProfileStore;
import io.batonfs.server.storage.PoolCostReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code baton profile --server}: devices are measured while a daemon serves from them. */
@Timeout(120)
class ServedDevicesTest extends DaemonCommands {
    private static final byte[] BYTES = new byte[6 << 20];

    static {
        new Random(7).nextBytes(BYTES);
    }

    private Run measure(String... arguments) {
        String[] all = new String[arguments.length + 3];
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        all[0] = "profile";
        all[1] = "--server";
        all[2] = "1";
        return run(all);
    }

    private Path profiles() {
        return directory.resolve("group/maintenance/server-1/profiles");
    }

    private DeviceProfile kept(int place) throws Exception {
        return new ProfileStore(profiles()).load(DeviceIdentity.of(device(place))).orElseThrow();
    }

    @Test
    void measuresReadsAndWritesWhileItServes() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", BYTES);
            Run none = measure("--status", "1");
            assertEquals(0, none.exitCode(), none.toString());
            assertTrue(none.out().contains("server-1, place 1, " + device(1) + ": not measured"), none.out());
            assertFalse(Files.exists(profiles()));
            Run measured = measure("--write", "--zones", "16", "--samples", "2", "--share", "0.5", "1",
                    device(2).toString());
            assertEquals(0, measured.exitCode(), measured.toString());
            assertTrue(measured.out().contains("server-1, place 1, " + device(1) + ": done, 100 %"), measured.out());
            assertTrue(measured.out().contains("server-1, place 2, " + device(2) + ": done, 100 %"), measured.out());
            for (String part : List.of("class  first LBN", "sequential read, MB/s", "random write, I/O/s", "LBN  0")) {
                assertTrue(measured.out().contains(part), part + " in " + measured.out());
            }
            // Zones in which a pool's metadata begins have no room for a sequential sample.
            assertTrue(kept(2).samplesWithoutFreeRange(ProbeKind.SEQUENTIAL_WRITE) < 16, measured.out());
            assertEquals(0, kept(2).failedSamples(ProbeKind.RANDOM_WRITE));
            assertArrayEquals(BYTES, read(client, "/f"));
            write(client, "/g", BYTES);
            assertArrayEquals(BYTES, read(client, "/g"));
            assertEquals(List.of(), daemon.health().reasons());
        }
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertArrayEquals(BYTES, read(client, "/f"));
            assertArrayEquals(BYTES, read(client, "/g"));
            Run shown = measure("--status", "2");
            assertTrue(shown.out().contains("done, 100 %") && shown.out().contains("class  first LBN"), shown.out());
            assertEquals(List.of(), daemon.health().reasons());
        }
        assertEquals(0, run("fsck").exitCode(), "noise was left where somebody looks");
    }

    /** What was measured before a stop and before the server's end is not measured again. */
    @Test
    void goesOnWhereItWasStopped() throws Exception {
        long begun;
        int missing;
        try (BatonDaemon daemon = start()) {
            // At this share it would take minutes.
            Run started = measure("--background", "--share", "0.001", "1");
            assertEquals(0, started.exitCode(), started.toString());
            assertTrue(started.out().contains(": running, "), started.out());
            Run other = measure("2");
            assertEquals(1, other.exitCode());
            assertTrue(other.err().contains("is measuring the device in place 1"), other.err());
            Run stopped = measure("--stop", "1");
            assertTrue(stopped.out().contains(": stopped, "), stopped.toString());
            begun = kept(1).startedMs();
            missing = kept(1).missingSamples();
            assertTrue(missing > 0);
            measure("--background", "--share", "0.001", "1");
            assertEquals(List.of(), daemon.health().reasons());
        }
        assertTrue(kept(1).missingSamples() > 0 && kept(1).missingSamples() <= missing);
        try (BatonDaemon daemon = start()) {
            assertTrue(measure("--status", "1").out().contains(": stopped, "));
            Run refused = measure("--write", "1");
            assertEquals(1, refused.exitCode());
            assertTrue(refused.err().contains("was measured without writes") && refused.err().contains("--again"),
                    refused.err());
            Run done = measure("--share", "0.5", "1");
            assertTrue(done.out().contains("done, 100 %"), done.toString());
            assertEquals(begun, kept(1).startedMs());
            Run again = measure("--share", "0.5", "--again", "--samples", "1", "--zones", "16", "1");
            assertTrue(again.out().contains("done, 100 %"), again.toString());
            assertTrue(kept(1).startedMs() > begun);
            assertEquals(List.of(), daemon.health().reasons());
        }
    }

    @Test
    void whatCantBeDoneIsSaid() throws Exception {
        try (BatonDaemon daemon = start()) {
            assertRefused("there is no device \"5\"; name a place from 1 to 4", "5");
            assertRefused("there is no device \"/dev/other\"", "/dev/other");
            assertRefused("257 zones are more than the 256", "--zones", "257", "1");
            assertRefused("correct the number of zones or samples", "--zones", "2", "1");
            assertRefused("a share of 0.9 of the time of a device that is in use", "--share", "0.9", "1");
            measure("--zones", "16", "--samples", "1", "--share", "0.5", "1");
            try (var files = Files.list(profiles())) {
                Files.write(files.findFirst().orElseThrow(), "BATONPRF and damage".getBytes(StandardCharsets.UTF_8));
            }
            assertTrue(daemon.health().reasons().isEmpty(), daemon.health().toString());
        }
        try (BatonDaemon daemon = start()) {
            assertRefused("--again", "1");
            assertEquals(0, measure("--zones", "16", "--samples", "1", "--share", "0.5", "--again", "1").exitCode());
            for (String wrong : List.of("--stop --status 1", "--background 1 2", "--out here 1", "--status --write 1",
                    "--stop --again 1", "--status --share 0.5 1", "--stop --zones 16 1")) {
                assertEquals(2, measure(wrong.split(" ")).exitCode(), wrong);
            }
            assertEquals(List.of(), daemon.health().reasons());
        }
    }

    /** Four devices, the pools one behind the other on each: what was measured of them is what placement goes by. */
    @Test
    void costsAreGuessedUntilDevicesWereMeasured() throws Exception {
        try (BatonDaemon daemon = start()) {
            Run guessed = run("pools", "--costs");
            assertTrue(guessed.out().contains("costs of server-1, pool fast: read 1.00, with a device out 1.00, write 1.50, space 2.00 (guessed)"),
                    guessed.out());
            assertTrue(guessed.out().contains(
                    "costs of server-1, pool capacity: read 2.20, with a device out 3.30, write 3.30, space 1.33 (guessed)"), guessed.out());
            assertEquals(0, measure("--write", "--zones", "64", "--samples", "1", "--share", "0.5", "3").exitCode());
            boolean counts = kept(3).cache() == CacheUse.BYPASSED;
            String basis = counts ? "(measured)" : "(guessed)";
            assertEquals(2, run("pools", "--costs").out().lines().filter(line -> line.endsWith(basis)).count(),
                    run("pools", "--costs").out());
            // Guesses begin with 1 as well; a file system without direct I/O is where nothing counts.
            assertTrue(run("pools", "--costs").out().lines().anyMatch(line -> line.contains("read 1.00")
                    || line.contains("read 2.00")), "the fastest region is the measure");
            List<PoolCostReport> before = PoolReports.decode(get(daemon, "/pools")).costs();
            assertEquals(2, before.size());
            assertEquals(before, PoolReports.decode(new String(PoolReports.encode(
                    PoolReports.decode(get(daemon, "/pools"))), StandardCharsets.UTF_8)).costs());
        }
        try (BatonDaemon daemon = start()) {
            assertFalse(PoolReports.decode(get(daemon, "/pools")).costs().isEmpty());
            String basis = kept(3).cache() == CacheUse.BYPASSED ? "measured" : "guessed";
            assertTrue(PoolReports.decode(get(daemon, "/pools")).costs().stream()
                    .allMatch(cost -> cost.basis().equals(basis)), "after a restart");
        }
    }

    private void assertRefused(String reason, String... arguments) {
        Run refused = measure(arguments);
        assertEquals(1, refused.exitCode(), refused.toString());
        assertTrue(refused.err().contains(reason), refused.err());
    }

    @Test
    void onlyAdministratorsMeasure() throws Exception {
        try (BatonDaemon daemon = start()) {
            UserGroupInformation mallory = UserGroupInformation.createRemoteUser("mallory");
            for (String what : new String[] {"--status", "--stop", "--background"}) {
                Run refused = mallory.doAs((PrivilegedExceptionAction<Run>) () -> measure(what, "1"));
                assertEquals(1, refused.exitCode(), refused.toString());
                assertTrue(refused.err().contains("mallory may not measure devices of server-1"), refused.err());
            }
            assertFalse(Files.exists(profiles()));
            assertTrue(daemon.health().reasons().isEmpty());
        }
    }
}
