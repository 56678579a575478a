package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.DeviceHealth;
import io.batonfs.pools.GatedDevice;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.PowerSwitch;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.RecordingBlockDevice;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.StepTimer;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.server.storage.DeviceWatch.OpenDevices;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is told of devices that do not answer or are going bad, and when, by a clock of the test's. */
@Timeout(60)
class DeviceWatchTest {
    private static final GroupId GROUP = new GroupId(new UUID(0x1234_4000L, 0x8000_0000_0000_0001L));
    private static final ServerId SERVER = new ServerId(1);
    private static final int DEVICE_BYTES = 2 << 20;
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 30;

    private final StepTimer timer = new StepTimer();
    private final List<RecordingBlockDevice> devices = new ArrayList<>();
    private final List<GatedDevice> gates = new ArrayList<>();
    private final List<OpenDevices> open = new ArrayList<>();
    private final List<String> troubles = new ArrayList<>();
    private final List<String> overs = new ArrayList<>();
    private final ExecutorService others = Executors.newCachedThreadPool();
    private final byte[] content = new byte[BLOCKS * BLOCK];
    private long skippedNanos;
    private int nextPage;
    private SegmentId id;
    private StorageSet set;

    @BeforeEach
    void begin() throws IOException {
        new Random(4).nextBytes(content);
        for (int i = 0; i < 4; i++) {
            devices.add(new RecordingBlockDevice("dev" + i, DEVICE_BYTES, new PowerSwitch()));
            gates.add(new GatedDevice(devices.get(i)));
        }
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("p", RaidLevel.RAID_5, 1))), devices, GROUP, SERVER,
                new Random(1));
        try (StorageSet first = StorageSet.open(devices, GROUP, SERVER)) {
            id = create(first);
            int[] crcs = new int[BLOCKS];
            for (int i = 0; i < BLOCKS; i++) {
                CRC32C crc = new CRC32C();
                crc.update(content, i * BLOCK, BLOCK);
                crcs[i] = (int) crc.getValue();
            }
            first.pool("p").append(id, 0, ByteBuffer.wrap(content), crcs, true);
        }
        set = StorageSet.open(gates, GROUP, SERVER);
        open.add(new OpenDevices(2, set));
    }

    @AfterEach
    void end() {
        gates.forEach(GatedDevice::open);
        others.shutdownNow();
    }

    private SegmentId create(StorageSet in) throws IOException {
        nextPage++;
        return in.pool("p").create(new SegmentIdentity(GROUP, VolumeId.of(0, 1), nextPage, ExtentId.of(0, nextPage)),
                Epoch.FIRST);
    }

    private DeviceWatch watch(DeviceRules rules) {
        return DeviceWatch.begin(SERVER, () -> open, rules, troubles::add, overs::add, timer,
                () -> timer.nowNanos() + skippedNanos);
    }

    /** A change, which all devices get; it waits for one of them. */
    private Future<?> changeThatWaits(int device) throws InterruptedException {
        gates.get(device).shut();
        Future<?> change = others.submit(() -> create(set));
        gates.get(device).awaitSomebody();
        return change;
    }

    @Test
    void oneThatDoesNotAnswerIsToldOfOnceAndSoIsItsAnswer() throws Exception {
        try (DeviceWatch watch = watch(DeviceRules.DEFAULT)) {
            timer.runFor(Duration.ofHours(1));
            Future<?> change = changeThatWaits(2);
            timer.runFor(Duration.ofSeconds(28));
            assertEquals(List.of(), troubles);
            assertEquals(List.of(), watch.problems());
            timer.runFor(Duration.ofSeconds(4));
            assertEquals(1, troubles.size(), troubles.toString());
            assertTrue(troubles.get(0).matches("server-1, set 2: the device in place 203, dev2, has not answered for 3[01] s: "
                    + "see its cable.*\"baton devices replace 1 203 PATH\".*"), troubles.get(0));
            timer.runFor(Duration.ofMinutes(10));
            assertEquals(1, troubles.size(), troubles.toString());
            List<String> problems = watch.problems();
            assertTrue(problems.size() == 1 && problems.get(0).matches(".*dev2, has not answered for 63[0-2] s: .*"),
                    problems.toString());
            assertEquals(problems, watch.hung());
            assertEquals(List.of(), overs);
            gates.get(2).open();
            change.get();
            assertEquals(List.of(), watch.problems());
            timer.runFor(Duration.ofSeconds(1));
            assertEquals(1, overs.size());
            assertTrue(overs.get(0).matches("server-1, set 2: the device in place 203, dev2, answers again, after 63[0-2] s"),
                    overs.get(0));
            timer.runFor(Duration.ofMinutes(1));
            assertEquals(List.of(1, 1), List.of(troubles.size(), overs.size()));
            // And once more when it hangs once more.
            change = changeThatWaits(2);
            timer.runFor(Duration.ofSeconds(33));
            assertEquals(2, troubles.size());
            gates.get(2).open();
            change.get();
        }
    }

    /** While a process is stopped, or its machine, devices are asked for nothing. */
    @Test
    void timeInWhichNobodyCouldLookDoesNotCount() throws Exception {
        try (DeviceWatch watch = watch(DeviceRules.DEFAULT)) {
            Future<?> change = changeThatWaits(1);
            timer.runFor(Duration.ofSeconds(5));
            skippedNanos = Duration.ofHours(9).toNanos();
            timer.runFor(Duration.ofSeconds(20));
            assertEquals(List.of(), troubles);
            assertEquals(List.of(), watch.hung());
            timer.runFor(Duration.ofSeconds(7));
            assertEquals(1, troubles.size());
            gates.get(1).open();
            change.get();
        }
    }

    @Test
    void aLookThatFailsIsNotTheLast() throws Exception {
        boolean[] failing = {true};
        try (DeviceWatch watch = DeviceWatch.begin(SERVER, () -> {
            if (failing[0]) {
                throw new IllegalStateException("by the test");
            }
            return open;
        }, DeviceRules.DEFAULT, troubles::add, overs::add, timer, timer::nowNanos)) {
            timer.runFor(Duration.ofSeconds(3));
            failing[0] = false;
            Future<?> change = changeThatWaits(0);
            timer.runFor(Duration.ofSeconds(33));
            assertEquals(1, troubles.size());
            assertEquals(1, watch.hung().size());
            gates.get(0).open();
            change.get();
        }
        assertFalse(timer.runNext(), "it is closed, and looks no more");
    }

    /** Blocks of the segment that lie on a device, by where. */
    private List<Integer> blocksOn(int device) {
        byte[] all = devices.get(device).content();
        List<Integer> found = new ArrayList<>();
        for (int block = 0; block < BLOCKS; block++) {
            for (int at = 0; at < all.length; at += BLOCK) {
                if (Arrays.equals(all, at, at + BLOCK, content, block * BLOCK, (block + 1) * BLOCK)) {
                    found.add(at);
                }
            }
        }
        return found;
    }

    private void damage(int device, int at) throws IOException {
        devices.get(device).flip(at + 9, 2);
        Pool pool = set.pool("p");
        ByteBuffer read = ByteBuffer.allocate(content.length);
        pool.read(id, 0, read);
        assertEquals(ByteBuffer.wrap(content), read.flip());
    }

    @Test
    void damageIsToldOfWhereItKeepsComing() throws Exception {
        List<Integer> blocks = blocksOn(3);
        try (DeviceWatch watch = watch(new DeviceRules(3, DeviceRules.HUNG_AFTER))) {
            damage(3, blocks.get(0));
            timer.runFor(Duration.ofHours(30));
            damage(3, blocks.get(1));
            damage(3, blocks.get(2));
            damage(2, blocksOn(2).get(0));
            timer.runFor(Duration.ofSeconds(1));
            assertEquals(List.of(), watch.problems(), "three, but not within a day, and one of another device");
            assertEquals(3, watch.reports().get(3).health().damagedBlocks());
            damage(3, blocks.get(3));
            timer.runFor(Duration.ofHours(1));
            assertEquals(1, troubles.size(), troubles.toString());
            assertEquals("server-1, set 2: the device in place 204, dev3, is going bad: 3 blocks on it were damaged within the "
                    + "last day, 4 since the start, of which 4 were mended from redundancy; have another one take its place: "
                    + "with \"baton devices retire 1 204 NEWPATH\" while all pools have it, with \"baton devices replace 1 204 "
                    + "NEWPATH\" if one is without it; where a pool takes no changes, see to that first", troubles.get(0));
            assertEquals(troubles, watch.problems());
            assertEquals(List.of(), watch.hung());
            timer.runFor(Duration.ofHours(25));
            assertEquals(List.of(), watch.problems());
            assertEquals(1, overs.size(), overs.toString());
            assertTrue(overs.get(0).contains("dev3, had fewer than 3 damaged blocks"), overs.get(0));
        }
    }

    @Test
    void whoWantsToBeToldOfNoDamageIsNot() throws Exception {
        List<Integer> blocks = blocksOn(1);
        try (DeviceWatch watch = watch(new DeviceRules(0, DeviceRules.HUNG_AFTER))) {
            timer.runFor(Duration.ofSeconds(2));
            assertEquals(List.of(), watch.problems(), "none is not too many");
            damage(1, blocks.get(0));
            timer.runFor(Duration.ofSeconds(2));
            assertEquals(List.of(), watch.problems());
        }
        assertThrows(IllegalArgumentException.class, () -> new DeviceRules(-1, DeviceRules.HUNG_AFTER));
        assertThrows(IllegalArgumentException.class, () -> new DeviceRules(1, Duration.ofMillis(999)));
    }

    /** Its successor has its place: what was told of it is over, and nobody is told of a device that is not there. */
    @Test
    void oneThatIsNoDeviceOfTheSetAnyMoreIsNotToldOf() throws Exception {
        List<Integer> blocks = blocksOn(1);
        try (DeviceWatch watch = watch(new DeviceRules(1, DeviceRules.HUNG_AFTER))) {
            damage(1, blocks.get(0));
            timer.runFor(Duration.ofSeconds(1));
            assertEquals(1, troubles.size());
            set.replace(2, new RecordingBlockDevice("new", DEVICE_BYTES, new PowerSwitch()), false, new Random(3));
            timer.runFor(Duration.ofSeconds(1));
            assertEquals(List.of(), watch.problems());
            assertEquals(List.of(), overs, "it is not well, it is gone");
        }
    }

    /** A device hangs, of which that is told, and another one has its place and its name; what waits for it. */
    private Future<?> hangsAndHasLostItsPlace() throws Exception {
        assertFalse(blocksOn(1).isEmpty());
        Pool pool = set.pool("p");
        pool.read(id, 0, ByteBuffer.allocate(content.length));
        gates.get(1).shut();
        Future<?> waiting = others.submit(() -> {
            pool.read(id, 0, ByteBuffer.allocate(content.length));
            return null;
        });
        gates.get(1).awaitSomebody();
        timer.runFor(Duration.ofSeconds(33));
        assertEquals(1, troubles.size(), troubles.toString());
        others.submit(() -> {
            set.replace(2, new RecordingBlockDevice("dev1", DEVICE_BYTES, new PowerSwitch()), false, new Random(3));
            return null;
        }).get();
        timer.runFor(Duration.ofSeconds(10));
        return waiting;
    }

    /** It has lost its place, and what waits for it waits: told of anew, by what it is now, and so is its answer. */
    @Test
    void oneThatHangsIsToldOfAlsoWhenAnotherHasItsPlaceAndItsName() throws Exception {
        try (DeviceWatch watch = watch(DeviceRules.DEFAULT)) {
            Future<?> waiting = hangsAndHasLostItsPlace();
            assertEquals(2, troubles.size(), troubles.toString());
            assertTrue(troubles.get(1).startsWith("server-1, set 2: the device that was in place 202 and was taken out, dev1, "
                    + "has not answered for 3"), troubles.get(1));
            assertEquals(List.of(), overs);
            assertEquals(1, watch.hung().size());
            gates.get(1).open();
            waiting.get();
            timer.runFor(Duration.ofSeconds(10));
            assertEquals(List.of("server-1, set 2: dev1, which was taken out, has answered everything"), overs);
            assertEquals(List.of(), watch.hung());
        }
    }

    /** Nobody looks at it any more, so nobody can know. */
    @Test
    void ofOneThatHangsWhenItsSetIsClosedIsNotSaidThatItAnswers() throws Exception {
        try (DeviceWatch watch = watch(DeviceRules.DEFAULT)) {
            Future<?> waiting = hangsAndHasLostItsPlace();
            assertEquals(1, watch.hung().size());
            open.clear();
            timer.runFor(Duration.ofSeconds(10));
            assertEquals(List.of(), watch.hung());
            assertEquals(List.of(), overs);
            gates.get(1).open();
            waiting.get();
        }
    }

    private static DeviceHealth waiting(long unansweredMs, long forcingMs) {
        return new DeviceHealth(DeviceHealth.Role.MEMBER, 1, "/dev/x", 0, 0, 0, 0, 0, 0, unansweredMs, forcingMs, false);
    }

    /** A force of gigabytes takes as long as writing them. */
    @Test
    void forcesMayTakeLonger() {
        assertFalse(DeviceRules.DEFAULT.isHung(waiting(29_999, 299_999)));
        assertTrue(DeviceRules.DEFAULT.isHung(waiting(30_000, 0)));
        assertTrue(DeviceRules.DEFAULT.isHung(waiting(0, 300_000)));
        String told = new DeviceReport(SERVER, 1, waiting(0, 301_000), true, false).hungSentence();
        assertTrue(told.contains("/dev/x, has not ended a force for 301 s: "), told);
        String ofRead = new DeviceReport(SERVER, 1, waiting(31_000, 60_000), true, false).hungSentence();
        assertTrue(ofRead.contains("/dev/x, has not answered for 31 s: "), "the force is sound: " + ofRead);
    }

    /** No order is asked for that would be refused. */
    @Test
    void adviceFollowsWhatTheDeviceIs() {
        DeviceHealth followed = new DeviceHealth(DeviceHealth.Role.MEMBER, 3, "/dev/x", 0, 0, 0, 20, 0, 20, 0, 0, true);
        assertTrue(new DeviceReport(SERVER, 1, followed, false, true).goingBadSentence()
                .endsWith("; its successor is being brought up"));
        assertTrue(report(DeviceHealth.Role.SUCCESSOR, 3).goingBadSentence().contains("\"baton devices retire 1 3 --cancel\""));
        assertTrue(report(DeviceHealth.Role.SPARE, 0).goingBadSentence()
                .endsWith("\"baton devices remove 1 --spare /dev/x\""));
    }

    private static DeviceReport report(DeviceHealth.Role role, int place) {
        return new DeviceReport(SERVER, 1, new DeviceHealth(role, place, "/dev/x", 0, 0, 0, 0, 0, 0, 41_900, 0, false),
                true, false);
    }

    @Test
    void whatIsToldOfOneThatHasNoPlaceSaysWhatItIs() {
        assertTrue(report(DeviceHealth.Role.MEMBER, 3).hungSentence().startsWith(
                "server-1, set 1: the device in place 3, /dev/x, has not answered for 41 s: "));
        assertTrue(report(DeviceHealth.Role.SUCCESSOR, 3).hungSentence().startsWith(
                "server-1, set 1: the device that is to have place 3 next, /dev/x, has not answered for 41 s: "));
        String former = report(DeviceHealth.Role.FORMER, 3).hungSentence();
        assertTrue(former.startsWith("server-1, set 1: the device that was in place 3 and was taken out, /dev/x, has not "
                + "answered for 41 s: ") && !former.contains("replace"), former);
        assertTrue(report(DeviceHealth.Role.SPARE, 0).hungSentence().startsWith(
                "server-1, set 1: the spare, /dev/x, has not answered for 41 s: "));
    }
}
