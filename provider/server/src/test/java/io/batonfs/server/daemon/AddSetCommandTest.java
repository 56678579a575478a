package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.DeviceEnds;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RebuildState;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon that is given further sets of devices: {@code baton devices add-set}, and what others show of them. */
class AddSetCommandTest extends SetCommands {
    private static final int FILE_BYTES = 6 << 20;
    private static final long LARGER = 96L << 20;

    AddSetCommandTest() {
        super(FILE_BYTES, LARGER);
    }

    @Test
    void writingGoesOnWhereTheGroupWasFull() throws Exception {
        long capacity;
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            capacity = client.groupStatus().capacityBytes();
            BatonException full = assertThrows(BatonException.class, () -> {
                while (true) {
                    writeNext(client);
                }
            });
            assertEquals(ErrorCode.NO_SPACE, full.code(), full.getMessage());
            int before = files.size();
            Run added = addSet();
            assertEquals(0, added.exitCode(), added.toString());
            assertEquals("server-1: set 2 is in, with the pools only@2\n", added.out());
            for (int i = 0; i < 5; i++) {
                writeNext(client);
            }
            assertEquals(before + 5, files.size());
            PoolReport second = pools().get(1);
            assertEquals("only@2", second.pool().name());
            assertTrue(second.usedBytes().getAsLong() >= 5 * FILE_BYTES, second::toString);
            assertTrue(second.pool().capacityBytes() > capacity, "its devices are larger");
            assertEquals(capacity + second.pool().capacityBytes(), client.groupStatus().capacityBytes());
            assertFigure(daemon, "pool_", "capacity_bytes [1-9]");
            assertTrue(get(daemon, "/prom").contains("pool=\"only@2\""));
            assertHealthy(daemon);
            assertAllRead(daemon);
        }
        assertSound();
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertEquals(List.of("only", "only@2"), poolNames());
            assertHealthy(daemon);
            assertAllRead(daemon);
            writeNext(client);
            assertEquals(capacity + pools().get(1).pool().capacityBytes(), client.groupStatus().capacityBytes());
        }
        assertEquals(List.of("only", "only@2"), poolNames(), "also without a server");
        assertSound();
    }

    /** Each set is scrubbed, and its devices are replaced by their places, also at the next start. */
    @Test
    void aFurtherSetIsScrubbedAndItsDevicesAreReplaced() throws Exception {
        Path fresh = blank("fresh");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertEquals(0, run("scrub", "pause").exitCode());
            assertEquals(0, addSet().exitCode());
            // The order holds for what comes, too.
            assertTrue(run("scrub").out().contains("server-1, set 2  paused\n"), run("scrub").out());
            assertEquals(0, run("scrub", "resume").exitCode());
            for (int i = 0; i < 3; i++) {
                writeNext(client);
            }
            assertEquals(0, run("scrub", "start").exitCode());
            Run scrub = run("scrub");
            assertTrue(scrub.out().contains("server-1, set 2  "), scrub.toString());
            assertTrue(get(daemon, "/prom").contains("set=\"2\""));
        }
        Files.delete(Path.of(disks.get(2)));
        try (BatonDaemon daemon = start()) {
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.contains("\"baton devices replace 1 203 "
                    + "PATH\"")), daemon.health().toString());
            assertTrue(run("pools").out().contains("\"baton devices replace 1 203 PATH\""), run("pools").out());
            for (String wrong : List.of("205", "200", "303", "5")) {
                Run refused = run("devices", "replace", "1", wrong, fresh.toString());
                assertEquals(1, refused.exitCode(), refused.toString());
                assertTrue(refused.err().contains("not " + wrong) || refused.err().contains("place " + wrong), refused.err());
            }
            Run nameless = run("devices", "replace", "1", "203");
            assertTrue(nameless.err().contains("name the path of a blank one for place 203"), nameless.err());
            Run replaced = run("devices", "replace", "1", "203", fresh.toString());
            assertEquals(0, replaced.exitCode(), replaced.toString());
            await(answer -> answer.rebuilds().stream().anyMatch(rebuild -> rebuild.progress().place() == 203
                    && rebuild.progress().pool().equals("only@2") && rebuild.progress().state() == RebuildState.DONE));
            assertHealthy(daemon);
        }
        Files.delete(Path.of(disks.get(3)));
        try (BatonDaemon daemon = start()) {
            assertEquals(fresh.toString(), pools().get(1).pool().devices().get(2).name());
            assertEquals(PoolDevices.State.MISSING, pools().get(1).pool().devices().get(3).state());
            assertEquals(4, pools().get(0).pool().devices().stream()
                    .filter(device -> device.state() == PoolDevices.State.IN).count(), "the first set has all its own");
            assertAllRead(daemon);
        }
    }

    /** One that is well is to go, by its place in the set or in the server; and then the whole set. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDeviceOfAFurtherSetIsRetired(boolean bySet) throws Exception {
        Path fresh = blank("fresh");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertEquals(0, addSet().exitCode());
            for (int i = 0; i < 3; i++) {
                writeNext(client);
            }
            assertTrue(pools().get(1).usedBytes().getAsLong() > FILE_BYTES);
            Run retired = bySet ? run("devices", "retire", "1", "3", fresh.toString(), "--set", "2")
                    : run("devices", "retire", "1", "203", fresh.toString());
            assertEquals("server-1: " + fresh + " is to have place 203, once it has all that the device there has; \"baton pools\" "
                    + "shows how far that is\n", retired.out(), retired.err());
            await(answer -> answer.pools().get(1).pool().devices().get(2).name().equals(fresh.toString())
                    && answer.rebuilds().stream().noneMatch(report -> report.progress().state() == RebuildState.RUNNING));
            assertHealthy(daemon);
            assertAllRead(daemon);
            assertEquals(device(3).toString(), pools().get(0).pool().devices().get(2).name(), "the first set has all its own");
        }
        try (FileBlockDevice former = FileBlockDevice.open(Path.of(disks.get(2)))) {
            assertTrue(StorageSet.isBlank(former));
        }
        Files.delete(Path.of(disks.get(2)));
        disks.set(2, fresh.toString());
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
            assertAllRead(daemon);
            assertEquals(0, run("devices", "retire-set", "1", "2").exitCode());
            await(() -> poolNames().equals(List.of("only")) && areBlank());
            assertHealthy(daemon);
            assertAllRead(daemon);
        }
        assertSound();
    }

    /** A spare is kept for one set, and the devices of each are measured. */
    @Test
    void aFurtherSetHasSparesAndIsMeasured() throws Exception {
        settings.put("baton.server.spare.delay.minutes", "0");
        Path spare = blank("spare");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            Run none = run("devices", "add", "1", "--set", "2", "--spare", spare.toString());
            assertEquals(1, none.exitCode());
            assertTrue(none.err().contains("server-1 has no open set 2 of devices; it has [1]"), none.err());
            assertEquals(0, addSet().exitCode());
            for (int i = 0; i < 3; i++) {
                writeNext(client);
            }
            Run added = run("devices", "add", "1", "--set", "2", "--spare", spare.toString());
            assertEquals("server-1: " + spare + " is a spare of set 2\n", added.out(), added.err());
            assertTrue(run("pools").out().contains("spare " + spare + " of server-1, set 2, "), run("pools").out());
            Run unmeasured = run("profile", "--server", "1", "--status", "203");
            assertTrue(unmeasured.out().contains("server-1, place 203, " + disks.get(2) + ": not measured"),
                    unmeasured.toString());
            Run measured = run("profile", "--server", "1", "--zones", "16", "--samples", "2", "--share", "0.5",
                    disks.get(2));
            assertTrue(measured.out().contains("server-1, place 203, " + disks.get(2) + ": done, 100 %"),
                    measured.toString());
            Run costs = run("pools", "--costs");
            assertTrue(costs.out().contains("only@2"), costs.toString());
            assertHealthy(daemon);
        }
        assertTrue(run("pools").out().contains("spare " + spare + " of server-1, set 2, "), "also without a server");
        Files.delete(Path.of(disks.get(2)));
        try (BatonDaemon daemon = start()) {
            await(answer -> answer.rebuilds().stream().anyMatch(rebuild -> rebuild.progress().place() == 203
                    && rebuild.progress().state() == RebuildState.DONE));
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.contains("device " + disks.get(2)
                    + " was missing from or out of place 203, and spare " + spare + " has its place now")
                    && reason.contains("\"baton devices add 1 --set 2 --spare PATH\"")), daemon.health().toString());
            assertFigure(daemon, "spares_", "used 1");
            assertAllRead(daemon);
        }
    }

    /** Its files can't be read, the others can; nothing is taken for lost, and all is there when the set is. */
    @Test
    void aSetThatIsAwayKeepsNobodyFromTheOthers() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            writeNext(client);
            assertEquals(0, addSet().exitCode());
            writeNext(client);
            assertTrue(pools().get(1).usedBytes().getAsLong() > 0);
        }
        for (String disk : disks) {
            Files.move(Path.of(disk), Path.of(disk + ".away"));
        }
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertArrayEquals(files.get("/f0"), read(client, "/f0"));
            assertThrows(IOException.class, () -> read(client, "/f1"));
            assertEquals(Health.State.DEGRADED, daemon.health().state());
            assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.startsWith("server-1: set 2 of its "
                    + "devices could not be opened: ") && reason.contains(disks.get(0))), daemon.health().toString());
            assertTrue(run("pools").err().contains("set 2 of its devices could not be opened"));
            write(client, "/g", files.get("/f0"));
            assertArrayEquals(files.get("/f0"), read(client, "/g"));
        }
        Run fsck = run("fsck");
        assertEquals(1, fsck.exitCode());
        assertTrue((fsck.out() + fsck.err()).contains("server-1, set 2: "), fsck.toString());
        for (String disk : disks) {
            Files.move(Path.of(disk + ".away"), Path.of(disk));
        }
        try (BatonDaemon daemon = start()) {
            assertHealthy(daemon);
            assertAllRead(daemon);
        }
        assertSound();
    }

    /** To end the file of a writer that has gone away means to ask how much of it there is. */
    @Test
    void aFileThatWasBeingWrittenIsNotCutWhileItsSetIsAway() throws Exception {
        byte[] bytes = new byte[FILE_BYTES];
        new Random(5).nextBytes(bytes);
        BatonDaemon before = start();
        BatonClient writer = client(before);
        BatonOutput out;
        try {
            assertEquals(0, addSet().exitCode());
            out = writer.create("/open", new CreateOptions(true, true, 0644, 128 << 20, 3));
            out.write(bytes, 0, bytes.length);
            out.hflush();
            assertTrue(pools().get(1).usedBytes().getAsLong() > 0);
        } finally {
            // Before the writer can end its file.
            before.close();
        }
        out.abort();
        writer.close();
        for (String disk : disks) {
            Files.move(Path.of(disk), Path.of(disk + ".away"));
        }
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertThrows(IOException.class, () -> client.recoverLease("/open"));
        }
        for (String disk : disks) {
            Files.move(Path.of(disk + ".away"), Path.of(disk));
        }
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertTrue(client.recoverLease("/open"));
            assertArrayEquals(bytes, read(client, "/open"));
        }
    }

    @Test
    void otherPoolsServeTheirOwnPolicies() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            Run refused = addSet("--pools", "only level=10 share=50; cold level=6");
            assertEquals(1, refused.exitCode());
            assertTrue(refused.err().contains("pool cold: it has no share="), refused.err());
            Run added = addSet("--server", "server-1", "--pools", "deep level=6 share=60; cold level=5 share=40");
            assertEquals("server-1: set 2 is in, with the pools deep@2, cold@2; none of them is for data without a storage "
                    + "policy\n", added.out(), added.err());
            writeNext(client);
            assertEquals(0, pools().get(1).usedBytes().getAsLong());
            assertTrue(client.storagePolicies().containsAll(List.of("ONLY", "DEEP", "COLD")));
        }
    }

    /**
     * Kill -9 somewhere between the order and some time after its answer: there is no set or the whole set, and if there
     * is none its devices can be used again.
     */
    @Test
    void aServerThatIsKilledWhileItTakesASetInHasItWholeOrNot() throws Exception {
        long seed = Long.getLong("baton.server.seed", System.nanoTime());
        System.out.println("baton.server.seed=" + seed);
        Random random = new Random(seed);
        start().close();
        for (int round = 0; round < Integer.getInteger("baton.server.rounds", 2); round++) {
            List<String> before = poolNames();
            long killedAfterMs = random.nextInt(400);
            Run[] added = new Run[1];
            whileAServerRuns(killedAfterMs, () -> added[0] = addSet());
            try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
                List<String> after = poolNames();
                System.out.println("killed after " + killedAfterMs + " ms: order ended with " + added[0].exitCode() + ", "
                        + after);
                assertHealthy(daemon);
                if (added[0].exitCode() == 0) {
                    assertEquals(before.size() + 1, after.size(), "what was answered is there");
                }
                if (after.size() == before.size()) {
                    for (String disk : disks) {
                        try (FileBlockDevice device = FileBlockDevice.open(Path.of(disk))) {
                            assertTrue(DeviceEnds.areBlank(device), disk + " after " + killedAfterMs + " ms");
                        }
                    }
                    Run again = addSet();
                    assertEquals(0, again.exitCode(), again.toString());
                }
                writeNext(client);
                assertTrue(pools().get(before.size()).usedBytes().getAsLong() > 0);
                assertAllRead(daemon);
            }
            assertSound();
            disks.replaceAll(disk -> disk + "x");
            for (String disk : disks) {
                // The next set is larger, so that new data go there.
                FileBlockDevice.create(Path.of(disk), LARGER + (round + 1) * (32L << 20)).close();
            }
        }
    }

    @Test
    void ofSeveralServersTheOneIsNamed() throws Exception {
        settings.put("baton.server.storage.servers", "2");
        try (BatonDaemon daemon = start()) {
            Run unnamed = addSet();
            assertEquals(2, unnamed.exitCode(), unnamed.toString());
            assertTrue(unnamed.err().contains("The group has 2 storage servers"), unnamed.err());
            Run added = addSet("--server", "2");
            assertEquals("server-2: set 2 is in, with the pools only@2\n", added.out(), added.err());
            assertHealthy(daemon);
        }
        try (BatonDaemon daemon = start()) {
            assertEquals(List.of("only", "only", "only@2"), poolNames());
            assertEquals(2, pools().get(2).server().value());
            assertHealthy(daemon);
        }
    }

    @Test
    void onlyAdministratorsAddDevices() throws Exception {
        try (BatonDaemon daemon = start()) {
            Run refused = UserGroupInformation.createRemoteUser("mallory")
                    .doAs((PrivilegedExceptionAction<Run>) this::addSet);
            assertEquals(1, refused.exitCode(), refused.toString());
            assertTrue(refused.err().contains("mallory may not add devices to server-1"), refused.err());
            assertEquals(List.of("only"), poolNames());
            assertFalse(Files.exists(directory.resolve("group/sets")));
            assertHealthy(daemon);
        }
    }

    @Test
    void wrongUsageIsToldFromFailure() {
        for (String[] wrong : new String[][] {{"devices", "add-set"}, {"devices", "add-set", "--pools"},
            {"devices", "add-set", "/a", "--server", "one"}, {"devices", "add", "1", "--spare", "/a", "--set", "0"},
            {"devices", "rejoin", "1", "3", "--set", "2"}, {"devices", "add-set", "/a", "--control", "here"}}) {
            Run run = run(wrong);
            assertEquals(2, run.exitCode(), run.toString());
            assertFalse(run.err().isEmpty());
        }
        Run nobody = run("devices", "add-set", "/a", "--server", "1");
        assertEquals(1, nobody.exitCode(), nobody.toString());
        assertTrue(nobody.err().contains("127.0.0.1"), nobody.err());
    }
}
