package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Kills and power cuts at any write and force while a device that is well is retired, in recovery too, beside random calls
 * on two pools (POOL-3, POOL-5). After each crash nothing that was promised is gone, redundancy agrees in every row, and
 * where no device failed or was missing <b>none is out of any pool</b>: no reading needs redundancy at any time. In every
 * second history another device is lost with a crash, and nothing may be gone for that either; in every third the retiring
 * device or the new one fails for a while, or is missing when the set is opened. In some the new one is a spare at first, and in
 * some the retirement is called off now and then, and begun anew. At the end the new one makes up for any other.
 *
 * <p>The histories are others in each run. A failing one prints its seed; {@code -Dbaton.pools.seed=N} runs that one alone,
 * {@code -Dbaton.pools.seeds=N} all of a run again, and {@code -Dbaton.pools.histories=N} sets how many are run, and every
 * boundary of one history.
 */
class RetireCrashTest {
    private static final int DEVICE_BYTES = 768 * 1024;
    private static final int MOST_ROUNDS = 5;
    private static final int USUAL = 12;
    private static final int ONE_IN = 37;
    private static final int NONE = -1;

    /** What is fixed for a history. */
    private record Plan(RaidLevel level, int devices, int unitBlocks, boolean powerCut) {
        boolean spares() {
            return level != RaidLevel.RAID_0;
        }
    }

    @ParameterizedTest
    @CsvSource({"RAID_10,4,2,false", "RAID_10,4,2,true", "RAID_5,4,1,false", "RAID_5,4,1,true", "RAID_5,4,2,true",
        "RAID_0,3,1,false", "RAID_0,3,2,true", "RAID_1,3,1,true", "RAID_50,6,1,true", "RAID_6,5,1,false", "RAID_6,5,1,true"})
    void crashesAtRandom(RaidLevel level, int devices, int unitBlocks, boolean powerCut) throws Exception {
        long first = Seeds.first(20 + level.number());
        long count = Seeds.count(Long.getLong("baton.pools.histories", USUAL));
        for (long seed = first; seed < first + count; seed++) {
            run(seed, -1, new Plan(level, devices, unitBlocks, powerCut));
        }
    }

    @ParameterizedTest
    @CsvSource({"RAID_10,4,2", "RAID_5,4,1", "RAID_0,2,1"})
    void crashesAtTheWriteBoundariesOfOneRetirement(RaidLevel level, int devices, int unitBlocks) throws Exception {
        int stride = Long.getLong("baton.pools.histories") == null ? ONE_IN : 1;
        long seed = Seeds.first(19);
        for (boolean powerCut : new boolean[] {false, true}) {
            long boundary = Seeds.firstBoundary(stride);
            while (run(seed, boundary, new Plan(level, devices, unitBlocks, powerCut))) {
                boundary += stride;
            }
            assertTrue(boundary > 100, "the history has only " + boundary + " boundaries");
        }
    }

    /** Returns whether the power went off before the first retirement was done. */
    private static boolean run(long seed, long boundary, Plan plan) throws Exception {
        try {
            return new History(seed, boundary, plan).run();
        } catch (Exception | AssertionError e) {
            System.out.println("seed " + seed + " boundary " + boundary + " " + plan);
            throw new AssertionError("seed " + seed + ", boundary " + boundary + ", " + plan + ": " + e, e);
        }
    }

    private static final class History {
        private final Random random;
        private final long boundary;
        private final Plan plan;
        private final PoolHistory[] calls = new PoolHistory[2];
        private final StepTimer timer = new StepTimer();
        private final int place;
        /** Which other device is lost with the first crash; none where the level spares none. */
        private final int lost;
        /** Whether one of the two fails, or is missing, now and then. */
        private final boolean troubled;
        /** Whether the new one is a spare. */
        private final boolean spare;
        /** How often the retirement is called off still. */
        private int calledOff;
        private PowerSwitch power = new PowerSwitch();
        private List<RecordingBlockDevice> devices;
        private RecordingBlockDevice fresh;
        private boolean otherIsLost;

        History(long seed, long boundary, Plan plan) {
            this.random = new Random(seed);
            this.boundary = boundary;
            this.plan = plan;
            long number = boundary >= 0 ? boundary : seed;
            this.calls[0] = new PoolHistory(random);
            this.calls[1] = new PoolHistory(random);
            this.place = random.nextInt(plan.devices);
            this.lost = plan.spares() && number % 2 == 1 ? (place + 1 + random.nextInt(plan.devices - 1)) % plan.devices
                    : NONE;
            // With another one lost, RAID 5 could not spare the retiring device as well.
            this.troubled = boundary < 0 && plan.spares() && lost == NONE && number % 3 != 0;
            this.spare = number % 4 == 1;
            this.calledOff = number % 5 == 2 ? 2 : 0;
        }

        boolean run() throws Exception {
            devices = TestPools.devices(plan.devices, DEVICE_BYTES, power);
            StorageSet.format(new StorageSetConfig(List.of(
                    new PoolConfig("p", plan.level, 0, 1, plan.unitBlocks, 0, 60, 24 * 1024),
                    new PoolConfig("q", plan.level, 0, 1, plan.unitBlocks, 0, 60, 24 * 1024))), devices, TestPools.GROUP,
                    TestPools.SERVER, random);
            StorageSet begun = TestPools.open(devices);
            call(begun, 40);
            fresh = new RecordingBlockDevice("fresh", DEVICE_BYTES, power);
            if (spare) {
                begun.addSpare(fresh);
            }
            begun.close();
            boolean wentOff = false;
            boolean done = false;
            for (int round = 0; !done; round++) {
                assertTrue(round < 3 * MOST_ROUNDS, "it does not get done");
                boolean crashes = boundary < 0 ? round < MOST_ROUNDS : round == 0;
                power.offAfter(!crashes ? Long.MAX_VALUE >> 1 : boundary < 0 ? 1 + random.nextInt(700) : boundary);
                if (troubled && crashes && random.nextInt(3) == 0) {
                    RecordingBlockDevice failing = random.nextBoolean() ? fresh : devices.get(place);
                    failing.failWrites(random.nextInt(150), 1 + random.nextInt(6), "fails for a while");
                }
                done = serve(crashes);
                wentOff |= power.isOff();
                crash();
                if (troubled && crashes && !done && random.nextInt(4) == 0) {
                    openWithout(random.nextBoolean() ? fresh : devices.get(place));
                }
                check();
            }
            checkWithoutOthers();
            return wentOff;
        }

        private boolean call(StorageSet set, int count) throws IOException {
            // One that could not be opened without power any more.
            return power.isOff() && set.pools().size() < 2
                    || calls[0].run(set.pool("p"), count, power) || calls[1].run(set.pool("q"), count, power);
        }

        /** Opens the set, retires the device; returns whether it got done with that. */
        private boolean serve(boolean crashes) throws Exception {
            Rebuilder rebuilder = null;
            try {
                StorageSet set = TestPools.open(all());
                Duration marks = random.nextBoolean() ? Duration.ZERO : Duration.ofHours(1);
                rebuilder = new Rebuilder(set, new RebuildConfig(1L << 40, 1L << 40, marks), timer, timer.clock());
                rebuilder.start();
                boolean off = call(set, random.nextInt(5));
                for (int i = 0; i < 10_000 && !off && !power.isOff(); i++) {
                    if (isDone(set)) {
                        off = call(set, 10);
                        return !off && !power.isOff() && isDone(set);
                    } else if (!set.retirements().isEmpty() && calledOff > 0 && random.nextInt(20) == 0) {
                        calledOff--;
                        callOff(set);
                    } else if (!set.retirements().isEmpty() || isRebuilding(set)) {
                        timer.runNext();
                    } else {
                        takeIn(set);
                    }
                    off = call(set, random.nextInt(3));
                    if (!troubled) {
                        checkNobodyIsOut(set);
                    }
                }
            } catch (IOException e) {
                if (!power.isOff()) {
                    throw e;
                }
            } finally {
                if (rebuilder != null) {
                    rebuilder.close();
                }
            }
            assertTrue(crashes, "it did not get done");
            return false;
        }

        /** That is the promise; who was lost in a test of that is. */
        private void checkNobodyIsOut(StorageSet set) {
            for (PoolDevices pool : set.devices()) {
                for (int i = 0; i < plan.devices; i++) {
                    if ((i != lost || !otherIsLost) && !power.isOff()) {
                        assertEquals(PoolDevices.State.IN, pool.devices().get(i).state(), pool::toString);
                    }
                }
            }
        }

        private boolean isDone(StorageSet set) {
            return set.retirements().isEmpty() && set.devices().stream().map(pool -> pool.devices().get(place))
                    .allMatch(device -> device.name().equals("fresh") && device.state() == PoolDevices.State.IN);
        }

        private boolean isRebuilding(StorageSet set) {
            return set.devices().stream().anyMatch(
                    pool -> pool.devices().get(place).state() == PoolDevices.State.REBUILDING);
        }

        /** Of one that failed it is not said whether it is blank; whoever may be all that has something stays. */
        private void callOff(StorageSet set) throws IOException {
            try {
                boolean blank = set.keep(place + 1).isEmpty();
                assertTrue(set.retirements().isEmpty());
                assertTrue(!blank || StorageSet.isBlank(fresh));
            } catch (BatonException e) {
                assertTrue(e.code() == ErrorCode.DATA_LOST && troubled || power.isOff(), e::toString);
            }
        }

        private void takeIn(StorageSet set) throws IOException {
            PoolDevices.Device now = set.devices().get(0).devices().get(place);
            boolean serves = set.devices().stream().anyMatch(
                    pool -> pool.devices().get(place).state() == PoolDevices.State.IN);
            try {
                if (now.name().equals("fresh")) {
                    set.rejoin(place + 1);
                } else if (serves && isUsableSpare(set)) {
                    set.retireToSpare(place + 1, "fresh", random);
                } else if (serves) {
                    removeSpare(set);
                    set.retire(place + 1, fresh, random);
                } else {
                    removeSpare(set);
                    set.replace(place + 1, fresh, false, random);
                }
            } catch (IOException e) {
                boolean known = e.getMessage().contains("for a while") || e.getMessage().contains("is not blank")
                        || e.getMessage().contains("is damaged") || e.getMessage().contains("belongs to place");
                if (power.isOff() || !known) {
                    throw e;
                }
                // As an operator has to, before it is tried again: what a crash or a failure has left may say that it has
                // the place, or was to have it.
                fresh.failWrites(null);
                fresh.put(0, new byte[4096]);
                fresh.put(DEVICE_BYTES - 4096, new byte[4096]);
            }
        }

        private static boolean isUsableSpare(StorageSet set) {
            return !set.spares().isEmpty() && set.spares().get(0).isUsable();
        }

        private static void removeSpare(StorageSet set) throws IOException {
            if (!set.spares().isEmpty()) {
                set.removeSpare("fresh");
            }
        }

        private List<RecordingBlockDevice> all() {
            List<RecordingBlockDevice> all = new ArrayList<>(devices);
            if (otherIsLost) {
                all.remove(lost);
            }
            all.add(random.nextInt(all.size() + 1), fresh);
            return all;
        }

        private void crash() throws IOException {
            survive();
            otherIsLost |= lost != NONE;
            while (random.nextInt(3) == 0 && boundary < 0) {
                power.offAfter(random.nextInt(60));
                try {
                    TestPools.open(all());
                } catch (IOException e) {
                    assertTrue(power.isOff(), e::toString);
                }
                survive();
            }
        }

        private void survive() {
            power = new PowerSwitch();
            devices.replaceAll(this::survivor);
            fresh = survivor(fresh);
        }

        private RecordingBlockDevice survivor(RecordingBlockDevice device) {
            return plan.powerCut ? device.afterPowerCut(random, power) : device.afterKill(power);
        }

        /** It misses what is written then, whatever it has. */
        private void openWithout(RecordingBlockDevice absent) throws IOException {
            List<RecordingBlockDevice> others = all();
            others.remove(absent);
            StorageSet set = TestPools.open(others);
            check(set, plan.powerCut);
            call(set, 3);
            survive();
        }

        private void check() throws IOException {
            StorageSet set = TestPools.open(all());
            check(set, plan.powerCut);
            if (!troubled) {
                checkNobodyIsOut(set);
            }
            if (random.nextBoolean()) {
                set.close();
            }
        }

        private void check(StorageSet set, boolean powerCut) throws IOException {
            long before = mended(set);
            calls[0].check((SegmentPool) set.pool("p"), powerCut);
            calls[1].check((SegmentPool) set.pool("q"), powerCut);
            // What opening has left is sound on every device that is read: no reading needed redundancy.
            assertEquals(before, mended(set));
        }

        private static long mended(StorageSet set) {
            return set.pools().stream().mapToLong(pool -> pool.status().repairedBlocks()).sum();
        }

        private void checkWithoutOthers() throws IOException {
            for (int other = 0; other < plan.devices; other++) {
                if (other == place && plan.spares() || otherIsLost && other != lost) {
                    continue;
                }
                List<RecordingBlockDevice> left = new ArrayList<>();
                left.add(fresh.afterKill(new PowerSwitch()));
                for (int i = 0; i < plan.devices; i++) {
                    if (i != place && (i != other || !plan.spares())) {
                        left.add(devices.get(i).afterKill(new PowerSwitch()));
                    }
                }
                StorageSet set = TestPools.open(left);
                assertEquals(plan.spares() ? 1 : 0, set.pool("p").status().failedDevices().size());
                check(set, false);
            }
        }
    }
}
