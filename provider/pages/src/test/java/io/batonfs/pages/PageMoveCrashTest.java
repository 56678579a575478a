package io.batonfs.pages;

import static io.batonfs.pages.EngineRig.PAGE;
import static io.batonfs.pages.EngineRig.bytes;
import static io.batonfs.pages.EngineRig.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a kill or a power cut, at any write or force of a move between real pools, leaves: everything that was promised,
 * one segment for each page, and nothing that is served short by a server that starts with one of the pools only.
 */
@Timeout(120)
class PageMoveCrashTest {
    private static final Extent EXTENT = EngineRig.extent(1, 0, 3);
    private static final int BEFORE = PAGE + 3000;
    private static final int FULL = 2 * PAGE;
    private static final byte[] DATA = bytes(7, 3 * PAGE);
    private static final Epoch FENCED = new Epoch(3);
    private static final Set<ErrorCode> NOT_HERE = Set.of(ErrorCode.DATA_LOST, ErrorCode.NO_SUCH_EXTENT);

    private static DevicePools devices() throws IOException {
        return new DevicePools(4, PoolConfig.of("slow", RaidLevel.RAID_5, 1), PoolConfig.of("fast", RaidLevel.RAID_10, 1));
    }

    @Test
    void everyBoundaryOfAMoveOfASealedPage() throws Exception {
        everyBoundary(true);
    }

    @Test
    void everyBoundaryOfAMoveOfAnOpenPage() throws Exception {
        everyBoundary(false);
    }

    private static void everyBoundary(boolean sealed) throws Exception {
        for (boolean power : new boolean[] {false, true}) {
            int boundary = 0;
            while (new Crash(sealed, power, false, boundary, new Random(boundary)).happens()) {
                boundary++;
            }
            assertTrue(boundary > 10, boundary + " boundaries");
        }
    }

    @Test
    void everyBoundaryOfAMoveOfAPageThatWasNotForced() throws Exception {
        int boundary = 0;
        while (new Crash(false, true, false, boundary, new Random(boundary)).unforced().happens()) {
            boundary++;
        }
        assertTrue(boundary > 10, boundary + " boundaries");
    }

    @Test
    void appendsThatRaceTheMove() throws Exception {
        long seed = Long.getLong("baton.pages.seed", System.nanoTime());
        for (int round = 0; round < Integer.getInteger("baton.pages.rounds", 40); round++) {
            Random random = new Random(seed + round);
            try {
                new Crash(false, random.nextBoolean(), true, random.nextInt(90), random).happens();
            } catch (AssertionError | IOException e) {
                throw new AssertionError(
                        "with -Dbaton.pages.seed=" + (seed + round) + " -Dbaton.pages.rounds=1", e);
            }
        }
    }

    /** One history: a page is carried from "slow" to "fast", and at a boundary the power or the process goes. */
    private static final class Crash {
        private final boolean sealed;
        private final boolean power;
        private final boolean appends;
        private final int boundary;
        private final Random random;
        private long written = BEFORE;
        private long forced = BEFORE;

        Crash(boolean sealed, boolean power, boolean appends, int boundary, Random random) {
            this.sealed = sealed;
            this.power = power;
            this.appends = appends;
            this.boundary = boundary;
            this.random = random;
        }

        /** The page was begun, and nothing of it is forced. */
        Crash unforced() {
            forced = PAGE;
            return this;
        }

        /** False if the move, and what else was done, needs no more than so many writes and forces. */
        boolean happens() throws Exception {
            DevicePools devices = devices();
            try (EngineRig rig = new EngineRig(devices.pool("slow"), devices.pool("fast"))) {
                rig.engine.addExtent(EXTENT, "slow");
                rig.append(EXTENT, 0, Arrays.copyOf(DATA, (int) forced));
                get(rig.write(EXTENT, Epoch.FIRST, 0, new byte[0], true));
                rig.engine.fence(EXTENT.id(), FENCED);
                if (forced < written) {
                    byte[] rest = Arrays.copyOfRange(DATA, (int) forced, BEFORE);
                    get(rig.write(EXTENT, FENCED, forced, rest, false));
                }
                if (sealed) {
                    rig.engine.seal(EXTENT.id(), BEFORE, true);
                }
                devices.power().offAfter(boundary);
                CompletableFuture<Void> writer = appends
                        ? CompletableFuture.runAsync(() -> append(rig, devices, new Random(random.nextLong())))
                        : CompletableFuture.completedFuture(null);
                try {
                    MoveOutcome outcome = rig.engine.mover().move(EngineRig.VOLUME, 1, "fast");
                    assertTrue(outcome == MoveOutcome.MOVED || devices.power().isOff(), outcome.toString());
                } catch (IOException e) {
                    assertTrue(devices.power().isOff(), e.toString());
                }
                join(writer);
            }
            boolean off = devices.power().isOff();
            if (power) {
                devices.afterPowerCut(random);
            } else {
                devices.afterKill();
            }
            try {
                checkOn(devices.pool("slow"));
                checkOn(devices.pool("fast"));
                checkOnBoth(devices);
            } catch (AssertionError | IOException e) {
                throw new AssertionError("after " + (power ? "a power cut" : "a kill") + " at boundary " + boundary, e);
            }
            return off;
        }

        private static void join(CompletableFuture<Void> writer) throws InterruptedException, IOException {
            try {
                writer.get();
            } catch (ExecutionException e) {
                throw new IOException(e.getCause());
            }
        }

        private void append(EngineRig rig, DevicePools devices, Random dice) {
            try {
                while (written < FULL) {
                    int at = (int) written;
                    int length = Math.min(1 + dice.nextInt(200), FULL - at);
                    boolean force = dice.nextInt(5) == 0;
                    get(rig.write(EXTENT, FENCED, at, Arrays.copyOfRange(DATA, at, at + length), force));
                    written = at + length;
                    forced = force ? written : forced;
                }
            } catch (IOException e) {
                assertTrue(devices.power().isOff(), e.toString());
            }
        }

        private long promised() {
            return power ? forced : written;
        }

        /** Where the other pool is not there, the page is read as it was acknowledged, or not at all. */
        private void checkOn(Pool pool) throws IOException {
            List<SegmentInfo> before = pool.segments();
            try (EngineRig rig = EngineRig.onSome(pool)) {
                rig.settled();
                checkPages(rig);
                checkLength(rig);
                rig.engine.addExtent(EXTENT, pool.name());
                checkPages(rig);
                checkLength(rig);
            }
            assertEquals(before, pool.segments(), "nothing is freed or changed while a pool is missing");
        }

        private void checkPages(EngineRig rig) throws IOException {
            for (long from = 0; from < promised(); from += PAGE) {
                int length = (int) Math.min(PAGE, promised() - from);
                byte[] read;
                try {
                    read = get(rig.read(EXTENT, from, length));
                } catch (BatonException e) {
                    assertTrue(NOT_HERE.contains(e.code()), e.toString());
                    continue;
                }
                assertArrayEquals(Arrays.copyOfRange(DATA, (int) from, (int) from + length), read);
            }
        }

        private void checkLength(EngineRig rig) throws IOException {
            try {
                assertTrue(rig.engine.state(EXTENT.id()).lengthBytes() >= promised(), "a length that is too short");
            } catch (BatonException e) {
                assertTrue(NOT_HERE.contains(e.code()), e.toString());
            }
            try {
                long fenced = rig.engine.fence(EXTENT.id(), FENCED).lengthBytes();
                assertTrue(fenced >= promised(), "fenced at a length that is too short");
            } catch (BatonException e) {
                assertTrue(NOT_HERE.contains(e.code()), e.toString());
            }
        }

        private void checkOnBoth(DevicePools devices) throws IOException {
            for (int start = 0; start < 2; start++) {
                try (EngineRig rig = new EngineRig(devices.pool("slow"), devices.pool("fast"))) {
                    rig.settled();
                    assertEquals(List.of(), rig.engine.problems());
                    ExtentState state = rig.engine.state(EXTENT.id());
                    assertTrue(state.lengthBytes() >= promised(), state + ", though " + promised() + " were promised");
                    assertEquals(FENCED, state.writeEpoch());
                    assertEquals(sealed, state.sealed());
                    assertArrayEquals(Arrays.copyOf(DATA, (int) state.lengthBytes()),
                            rig.readAll(EXTENT, state.lengthBytes()));
                    List<SegmentInfo> segments = new ArrayList<>(devices.pool("slow").segments());
                    segments.addAll(devices.pool("fast").segments());
                    // Of a page that was not forced a power cut may leave nothing.
                    int least = start == 0 && promised() == PAGE ? 1 : 2;
                    assertTrue(segments.size() == 2 || segments.size() == least, "a duplicate is left: " + segments);
                    if (!sealed) {
                        rig.engine.addExtent(EXTENT, "slow");
                        byte[] more = Arrays.copyOfRange(DATA, (int) state.lengthBytes(),
                                (int) Math.min(state.lengthBytes() + 100, FULL));
                        get(rig.write(EXTENT, FENCED, state.lengthBytes(), more, true));
                    }
                }
            }
        }
    }
}
