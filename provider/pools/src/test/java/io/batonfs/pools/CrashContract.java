package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.raid.Geometry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * POOL-5 and DESIGN.md 6: random histories that end at a random write boundary by a kill (all writes are kept), by a
 * power cut (each unforced write is kept, dropped or torn), or by several of either in a row, alone or with the loss of
 * as many devices as the level spares, also in the middle of recovery. Devices are lost by failing at any write, those of
 * checkpoints and recovery among them, and by being missing afterwards. Nothing acknowledged is lost by a kill, nothing
 * forced by a power cut, no reader ever gets other bytes than were written, redundancy agrees with data in every row
 * in use, and no device is out that was not lost.
 *
 * <p>The histories are others in each run. A failing one prints its seed; {@code -Dbaton.pools.seed=N} runs that one alone,
 * {@code -Dbaton.pools.seeds=N} all of a run again, and {@code -Dbaton.pools.histories=N} sets how many are run.
 */
abstract class CrashContract {
    private static final int DEVICE_BYTES = 512 * 1024;
    private static final int ROUNDS = 3;
    /** Histories of a kind, unless their number is set. */
    private static final int USUAL = 150;
    private static final int FEW = 60;
    /** Of a history with calls in it; most have several hundred. */
    private static final int LEAST_BOUNDARIES = 100;

    private final RaidLevel level;
    private final int deviceCount;
    private final int unitBlocks;
    private final int canLose;
    private final int oneIn;

    CrashContract(RaidLevel level, int unitBlocks, int canLose) {
        this(level, 4, unitBlocks, canLose, 1);
    }

    /**
     * @param canLose most devices that are lost in one history, as far as the level spares them
     * @param oneIn   which part of the usual histories and write boundaries is run, unless their number is set. A prime
     *                larger than the number of devices meets the writes of a row on all of them
     */
    CrashContract(RaidLevel level, int deviceCount, int unitBlocks, int canLose, int oneIn) {
        this.level = level;
        this.deviceCount = deviceCount;
        this.unitBlocks = unitBlocks;
        this.canLose = canLose;
        this.oneIn = Long.getLong("baton.pools.histories") == null ? oneIn : 1;
    }

    @Test
    void killsLoseNothingAcknowledged() throws IOException {
        histories(1, seed -> new Plan(Crash.KILL, 0, false));
    }

    @Test
    void powerCutsLoseNothingForced() throws IOException {
        histories(2, seed -> new Plan(Crash.POWER_CUT, 0, false));
    }

    @Test
    void killsWithDeviceLossLoseNothingAcknowledged() throws IOException {
        histories(3, seed -> new Plan(Crash.KILL, canLose, false));
    }

    @Test
    void powerCutsWithDeviceLossLoseNothingForced() throws IOException {
        histories(4, seed -> new Plan(Crash.POWER_CUT, canLose, false));
    }

    /** Devices forced beside one another, and early forces that nobody waits for, all the time. */
    @Test
    void powerCutsLoseNothingForcedByOtherThreads() throws IOException {
        histories(5, seed -> new Plan(Crash.POWER_CUT, 0, true));
    }

    /**
     * What a kill leaves with the operating system only, a power cut during the next start may take: as if there had been
     * a power cut alone.
     */
    @Test
    void killsAndPowerCutsInOneHistoryLoseNothingForced() throws IOException {
        histories(6, FEW, seed -> new Plan(Crash.EITHER, seed % 2 == 0 ? 0 : canLose, false));
    }

    /** One history, cut at every single write and force, or at one in so many of them. */
    @Test
    void everyWriteBoundaryOfOneHistory() throws IOException {
        long seed = Seeds.first(7);
        long boundary = Seeds.firstBoundary(oneIn);
        while (crash(seed, boundary, new Plan(Crash.POWER_CUT, 0, false))) {
            crash(seed, boundary, new Plan(Crash.KILL, canLose, false));
            boundary += oneIn;
        }
        assertTrue(boundary > LEAST_BOUNDARIES, "the history has only " + boundary + " boundaries");
    }

    private enum Crash {
        KILL, POWER_CUT,
        /** Now the one, now the other. */
        EITHER;

        boolean isPowerCut(Random random) {
            return this == EITHER ? random.nextBoolean() : this == POWER_CUT;
        }
    }

    /**
     * What happens.
     *
     * @param byThreads whether threads of an executor force. Then a seed does not fix the order of the forces
     */
    private record Plan(Crash crash, int devicesLost, boolean byThreads) {
    }

    /** Devices after one crash or several in a row, and whether the power was cut in any. */
    private record Left(List<RecordingBlockDevice> devices, boolean powerCut) {
    }

    private void histories(long kind, Function<Long, Plan> plan) throws IOException {
        histories(kind, USUAL, plan);
    }

    private void histories(long kind, int usual, Function<Long, Plan> plan) throws IOException {
        long first = Seeds.first(kind);
        long count = Seeds.count(Long.getLong("baton.pools.histories", usual / oneIn));
        for (long seed = first; seed < first + count; seed++) {
            crash(seed, -1, plan.apply(seed));
        }
    }

    /** Returns whether the power went off before the history's end. */
    private boolean crash(long seed, long boundary, Plan plan) throws IOException {
        try {
            return crashOnce(seed, boundary, plan);
        } catch (IOException | RuntimeException | AssertionError e) {
            System.out.println("seed " + seed + " boundary " + boundary + " " + plan + " " + level);
            throw new AssertionError(
                    "seed " + seed + ", boundary " + boundary + ", " + plan + ", " + level + ": " + e, e);
        }
    }

    private boolean crashOnce(long seed, long boundary, Plan plan) throws IOException {
        Random random = new Random(seed);
        PowerSwitch power = new PowerSwitch();
        List<RecordingBlockDevice> devices = TestPools.devices(deviceCount, DEVICE_BYTES, power);
        StorageSet.format(TestPools.small(level, unitBlocks, 24 * 1024), devices, TestPools.GROUP, TestPools.SERVER,
                random);
        PoolHistory history = new PoolHistory(random);
        boolean wentOff = false;
        Losses losses = new Losses(plan.devicesLost);
        for (int round = 0; round < (boundary < 0 ? ROUNDS : 1); round++) {
            try (ForceThreads threads = new ForceThreads(plan.byThreads)) {
                Pool pool = TestPools.open(devices, threads.policy()).pool("p");
                long until = boundary < 0 ? 1 + random.nextInt(300) : boundary;
                power.offAfter(until);
                // They are there again after the crash, with old bytes.
                losses.fail(devices, until, random);
                wentOff |= history.run(pool, 60, power);
            }
            boolean powerCut = plan.crash.isPowerCut(random);
            List<RecordingBlockDevice> survivors = survivors(devices, powerCut, random);
            while (losses.mayGoOn() && random.nextBoolean()) {
                RecordingBlockDevice device = survivors.get(random.nextInt(survivors.size()));
                if (losses.add(device)) {
                    survivors.remove(device);
                }
            }
            Left left = crashInRecovery(new Left(survivors, powerCut), losses, plan, random);
            power = new PowerSwitch();
            devices = copies(left.devices, power);
            StorageSet set = TestPools.open(devices);
            history.check((SegmentPool) set.pool("p"), left.powerCut);
            losses.assertNoOtherIsOut(set);
        }
        return wentOff;
    }

    /** Devices that a history lost: never more, and no others, than the level spares. */
    private final class Losses {
        private final Geometry geometry =
                PoolLayout.plan(PoolConfig.of("p", level, 1), deviceCount, 0, 64 * DEVICE_BYTES).geometry();
        private final int most;
        private long outMask;

        Losses(int most) {
            this.most = most;
        }

        boolean mayGoOn() {
            return Long.bitCount(outMask) < most;
        }

        /** Lets devices fail in service, from any of so many writes of all on. */
        void fail(List<RecordingBlockDevice> devices, long writes, Random random) {
            while (mayGoOn() && random.nextInt(3) == 0) {
                RecordingBlockDevice device = devices.get(random.nextInt(devices.size()));
                if (add(device)) {
                    device.failWrites(random.nextInt((int) (writes / devices.size()) + 1), Long.MAX_VALUE,
                            "fails in service");
                }
            }
        }

        /** No crash costs redundancy: without losses every device is a full member, however often it crashed. */
        void assertNoOtherIsOut(StorageSet set) {
            List<PoolDevices.Device> all = set.devices().get(0).devices();
            for (int i = 0; i < all.size(); i++) {
                assertTrue((outMask >>> i & 1) != 0 || all.get(i).state() == PoolDevices.State.IN, all::toString);
            }
        }

        /** Returns whether this one may be lost; one that fails in service may be missing later, and is one loss. */
        boolean add(RecordingBlockDevice device) {
            long out = outMask | 1L << Integer.parseInt(device.name().substring("dev".length()));
            if (!geometry.survives(out)) {
                return false;
            }
            outMask = out;
            return true;
        }
    }

    /** Who forces: the caller, or threads, and then soon after anything was written. */
    private static final class ForceThreads implements AutoCloseable {
        private static final long EARLY_BYTES = 8 << 10;
        private static final long LATEST_BYTES = 64 << 10;
        private static final long FREED_BYTES = 8 << 10;

        /** Whatever can be packed is. */
        private static final long WASTED_BYTES = 1;

        private final ExecutorService threads;

        ForceThreads(boolean wanted) {
            threads = wanted ? Executors.newFixedThreadPool(2) : null;
        }

        ForcePolicy policy() {
            return threads == null
                    ? TestPools.PACKING
                    : new ForcePolicy(threads, EARLY_BYTES, LATEST_BYTES, FREED_BYTES, WASTED_BYTES);
        }

        /** All that they began is done. */
        @Override
        public void close() throws IOException {
            if (threads == null) {
                return;
            }
            threads.shutdown();
            try {
                assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES), "a force did not end");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while forces were ending");
            }
        }
    }

    private static Left crashInRecovery(Left left, Losses losses, Plan plan, Random random) {
        List<RecordingBlockDevice> present = left.devices;
        boolean anyPowerCut = left.powerCut;
        while (random.nextInt(3) == 0) {
            PowerSwitch power = new PowerSwitch();
            int until = random.nextInt(40);
            power.offAfter(until);
            present = copies(present, power);
            losses.fail(present, until, random);
            try {
                TestPools.open(present);
            } catch (IOException e) {
                // That is the crash, and not a device, of which one too many would have failed.
                assertTrue(power.isOff(), e::toString);
            }
            boolean powerCut = plan.crash.isPowerCut(random);
            anyPowerCut |= powerCut;
            present = survivors(present, powerCut, random);
        }
        return new Left(present, anyPowerCut);
    }

    private static List<RecordingBlockDevice> survivors(
            List<RecordingBlockDevice> devices, boolean powerCut, Random random) {
        List<RecordingBlockDevice> survivors = new ArrayList<>();
        for (RecordingBlockDevice device : devices) {
            survivors.add(powerCut
                    ? device.afterPowerCut(random, new PowerSwitch())
                    : device.afterKill(new PowerSwitch()));
        }
        return survivors;
    }

    private static List<RecordingBlockDevice> copies(List<RecordingBlockDevice> devices, PowerSwitch power) {
        List<RecordingBlockDevice> copies = new ArrayList<>();
        devices.forEach(device -> copies.add(device.afterKill(power)));
        return copies;
    }
}
