package io.batonfs.pages;

import static io.batonfs.pages.EngineRig.PAGE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.pools.RaidLevel;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a power cut, at any write or force of a device, leaves of extents in a real pool (DESIGN.md 6). */
@Timeout(120)
class EnginePowerCutTest {
    private static final int EXTENTS = 4;
    private static final int PAGES = 3;

    /** What was promised for an extent before the power failed. */
    private static final class Promise {
        long written;
        long forced;
        Epoch fenced = Epoch.FIRST;
        boolean closed;
        boolean sealed;
    }

    @Test
    void forcedBytesFencesAndSealsSurviveAndNothingElseIsEverSeen() throws IOException {
        long seed = Long.getLong("baton.pages.seed", System.nanoTime());
        for (int round = 0; round < Integer.getInteger("baton.pages.rounds", 60); round++) {
            try {
                cut(new Random(seed + round));
            } catch (AssertionError | IOException e) {
                throw new AssertionError("with -Dbaton.pages.seed=" + (seed + round)
                        + " -Dbaton.pages.rounds=1", e);
            }
        }
    }

    private static void cut(Random random) throws IOException {
        DevicePools devices = new DevicePools(random.nextBoolean() ? RaidLevel.RAID_10 : RaidLevel.RAID_5, 4);
        Promise[] promises = new Promise[EXTENTS];
        try (EngineRig rig = new EngineRig(devices.pool())) {
            for (int n = 0; n < EXTENTS; n++) {
                promises[n] = new Promise();
                rig.engine.addExtent(extent(n), "pool");
            }
            devices.power().offAfter(random.nextInt(250));
            for (int step = 0; step < 400 && !devices.power().isOff(); step++) {
                try {
                    step(rig, random, promises);
                } catch (IOException e) {
                    assertTrue(devices.power().isOff(), e.toString());
                }
            }
        }
        try (EngineRig rig = new EngineRig(devices.afterPowerCut(random))) {
            assertEquals(List.of(), rig.engine.problems());
            for (int n = 0; n < EXTENTS; n++) {
                check(rig, n, promises[n]);
            }
        }
    }

    private static Extent extent(int n) {
        return EngineRig.extent(n + 1, (long) PAGES * n, PAGES);
    }

    private static byte[] content(int n) {
        return EngineRig.bytes(n, PAGES * PAGE);
    }

    private static void step(EngineRig rig, Random random, Promise[] promises) throws IOException {
        int n = random.nextInt(EXTENTS);
        Promise promise = promises[n];
        Extent extent = extent(n);
        int dice = random.nextInt(30);
        if (dice == 0 && !promise.closed) {
            boolean force = random.nextBoolean();
            promise.closed = true;
            rig.engine.seal(extent.id(), promise.written, force);
            if (force) {
                promise.forced = promise.written;
                promise.sealed = promise.written > 0;
            }
        } else if (dice == 1 && promise.written > 0) {
            Epoch next = promise.fenced.next();
            rig.engine.fence(extent.id(), next);
            promise.fenced = next;
        } else if (promise.closed || promise.written == (long) PAGES * PAGE) {
            EngineRig.get(rig.write(extent, promise.fenced, 0, new byte[0], true));
            promise.forced = promise.written;
        } else {
            int at = (int) promise.written;
            int bytes = Math.min(1 + random.nextInt(random.nextBoolean() ? 100 : PAGE), PAGE - at % PAGE);
            boolean force = random.nextInt(5) == 0;
            EngineRig.get(rig.write(
                    extent, promise.fenced, at, Arrays.copyOfRange(content(n), at, at + bytes), force));
            promise.written += bytes;
            if (force) {
                promise.forced = promise.written;
            }
        }
    }

    private static void check(EngineRig rig, int n, Promise promise) throws IOException {
        ExtentState state;
        try {
            state = rig.engine.state(extent(n).id());
        } catch (BatonException e) {
            assertEquals(ErrorCode.NO_SUCH_EXTENT, e.code());
            assertEquals(0, promise.forced, "forced bytes of an extent that is gone");
            assertEquals(Epoch.FIRST, promise.fenced, "the fence of an extent that is gone");
            return;
        }
        assertTrue(state.lengthBytes() >= promise.forced, state + ", though " + promise.forced + " were forced");
        assertTrue(state.writeEpoch().compareTo(promise.fenced) >= 0, state + ", though fenced at " + promise.fenced);
        if (promise.sealed) {
            assertTrue(state.sealed());
            assertEquals(promise.forced, state.lengthBytes());
        }
        assertArrayEquals(Arrays.copyOf(content(n), (int) state.lengthBytes()),
                rig.readAll(extent(n), state.lengthBytes()));
        if (!state.sealed()) {
            // And the extent can be gone on with, over whatever the cut left behind its end.
            rig.engine.addExtent(extent(n), "pool");
            byte[] rest = Arrays.copyOfRange(content(n), (int) state.lengthBytes(), PAGES * PAGE);
            rig.append(new Extent(extent(n).id(), extent(n).pages(), state.writeEpoch(), false), state.lengthBytes(),
                    rest);
            assertArrayEquals(content(n), rig.readAll(extent(n), PAGES * PAGE));
        }
    }
}
