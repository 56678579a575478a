package io.batonfs.pages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/**
 * A random history against plain byte arrays, with readers beside it. What an extent will hold is drawn when it is
 * made, and ids are not used twice, so a reader can check whatever it gets without knowing how far the history is.
 */
final class RandomHistory {
    private static final int PAGE = EngineRig.PAGE;
    private static final int PAGES = 3;

    /** How a test restarts the server. */
    interface Restart {
        EngineRig restart() throws IOException;
    }

    private static final class Expected {
        final Extent extent;
        final byte[] bytes;
        Epoch epoch = Epoch.FIRST;
        int length;
        boolean sealed;
        boolean known = true;

        Expected(Extent extent, byte[] bytes) {
            this.extent = extent;
            this.bytes = bytes;
        }
    }

    private final long seed;
    private final Random random;
    private final Restart restart;
    private final Map<Long, Expected> model = new TreeMap<>();
    private final Map<Long, byte[]> everything = new ConcurrentHashMap<>();
    private volatile EngineRig rig;
    private volatile boolean stop;
    private long nextExtent = 1;

    RandomHistory(EngineRig rig, Restart restart) {
        this.seed = Long.getLong("baton.pages.seed", System.nanoTime());
        this.random = new Random(seed);
        this.rig = rig;
        this.restart = restart;
    }

    void run(int steps) throws IOException {
        List<CompletableFuture<Void>> readers = List.of(reader(1), reader(2));
        try {
            for (int step = 0; step < steps; step++) {
                step();
                if (step % 50 == 0) {
                    compareAll();
                }
            }
            compareAll();
        } catch (AssertionError | IOException e) {
            throw new AssertionError("with -Dbaton.pages.seed=" + seed, e);
        } finally {
            stop = true;
        }
        for (CompletableFuture<Void> reader : readers) {
            EngineRig.get(reader);
        }
    }

    private void step() throws IOException {
        Expected any = anyKnown();
        int dice = random.nextInt(100);
        if (any == null || dice < 8) {
            add();
        } else if (dice < 60) {
            append(any);
        } else if (dice < 70) {
            repeat(any);
        } else if (dice < 76) {
            refusedWrites(any);
        } else if (dice < 84) {
            checksum(any);
        } else if (dice < 88) {
            fence(any);
        } else if (dice < 92) {
            seal(any);
        } else if (dice < 96) {
            rig.engine.free(any.extent.id());
            model.remove(any.extent.id().number());
        } else if (dice < 97) {
            restart();
        } else {
            EngineRig.get(rig.write(any.extent, any.epoch, 0, new byte[0], true));
        }
    }

    private Expected anyKnown() {
        List<Expected> known = model.values().stream().filter(e -> e.known).toList();
        return known.isEmpty() ? null : known.get(random.nextInt(known.size()));
    }

    private void add() throws IOException {
        long number = nextExtent++;
        Extent extent = EngineRig.extent(number, PAGES * number, PAGES);
        byte[] bytes = EngineRig.bytes(seed ^ number, PAGES * PAGE);
        everything.put(number, bytes);
        rig.engine.addExtent(extent, "pool");
        model.put(number, new Expected(extent, bytes));
    }

    /** Several writes, none waiting for the one before. */
    private void append(Expected to) throws IOException {
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        for (int n = 1 + random.nextInt(5); n > 0 && to.length < to.bytes.length && !to.sealed; n--) {
            int bytes = Math.min(1 + random.nextInt(random.nextBoolean() ? 40 : PAGE), PAGE - to.length % PAGE);
            writes.add(rig.write(to.extent, to.epoch, to.length,
                    Arrays.copyOfRange(to.bytes, to.length, to.length + bytes), random.nextInt(8) == 0));
            to.length += bytes;
        }
        for (CompletableFuture<Void> write : writes) {
            EngineRig.get(write);
        }
    }

    private void repeat(Expected of) throws IOException {
        if (of.length == 0) {
            return;
        }
        int at = random.nextInt(of.length);
        int bytes = Math.min(1 + random.nextInt(of.length - at), PAGE - at % PAGE);
        byte[] same = Arrays.copyOfRange(of.bytes, at, at + bytes);
        EngineRig.get(rig.write(of.extent, of.epoch, at, same, random.nextInt(4) == 0));
        same[random.nextInt(bytes)] ^= 1;
        assertEquals(ErrorCode.INVALID_ARGUMENT, EngineRig.failure(rig.write(of.extent, of.epoch, at, same, false)));
    }

    private void refusedWrites(Expected of) {
        int at = of.length + 1 + random.nextInt(100);
        if (at % PAGE < PAGE - 1 && at < of.bytes.length) {
            assertEquals(ErrorCode.INVALID_ARGUMENT,
                    EngineRig.failure(rig.write(of.extent, of.epoch, at, new byte[1], false)));
        }
        if (of.epoch.value() > 1) {
            assertEquals(ErrorCode.FENCED, EngineRig.failure(
                    rig.write(of.extent, new Epoch(of.epoch.value() - 1), of.length - of.length % PAGE, new byte[1],
                            false)));
        }
        if (of.sealed && of.length < of.bytes.length) {
            assertEquals(ErrorCode.INVALID_ARGUMENT, EngineRig.failure(
                    rig.write(of.extent, of.epoch, of.length, Arrays.copyOfRange(of.bytes, of.length, of.length + 1),
                            false)));
        }
    }

    private void checksum(Expected of) throws IOException {
        int at = random.nextInt(of.length + 1);
        int bytes = random.nextInt(of.length - at + 1);
        CRC32C crc = new CRC32C();
        crc.update(of.bytes, at, bytes);
        assertEquals((int) crc.getValue(), rig.engine.checksum(of.extent.id(), at, bytes));
    }

    private void fence(Expected of) throws IOException {
        of.epoch = random.nextBoolean() ? of.epoch.next() : of.epoch;
        ExtentState state = rig.engine.fence(of.extent.id(), of.epoch);
        assertEquals(of.epoch, state.writeEpoch());
        assertEquals(of.length, state.lengthBytes());
    }

    private void seal(Expected of) throws IOException {
        if (!of.sealed) {
            of.length -= random.nextInt(3) == 0 ? random.nextInt(of.length + 1) : 0;
            of.sealed = true;
        }
        rig.engine.seal(of.extent.id(), of.length, random.nextBoolean());
    }

    private void restart() throws IOException {
        rig = restart.restart();
        assertEquals(List.of(), rig.engine.problems());
        for (Expected extent : model.values()) {
            if (extent.length == 0) {
                // Without a segment it is not known any more, nor that it was fenced or sealed: add it, as the catalog
                // would.
                rig.engine.addExtent(new Extent(extent.extent.id(), extent.extent.pages(), extent.epoch,
                        extent.sealed), "pool");
            } else if (random.nextBoolean()) {
                rig.engine.addExtent(extent.extent, "pool");
            } else {
                extent.known = rig.engine.state(extent.extent.id()).pages().equals(extent.extent.pages());
            }
        }
        for (Expected extent : model.values()) {
            // Some stay a while as they were found, and are added later.
            if (!extent.known && random.nextBoolean()) {
                rig.engine.addExtent(extent.extent, "pool");
                extent.known = true;
            }
        }
    }

    private void compareAll() throws IOException {
        Map<Long, ExtentState> report = new TreeMap<>();
        rig.engine.report().forEach(state -> report.put(state.extent().number(), state));
        assertEquals(model.keySet(), report.keySet());
        for (Expected expected : model.values()) {
            ExtentState state = report.get(expected.extent.id().number());
            assertEquals(expected.length, state.lengthBytes(), state.toString());
            assertEquals(expected.sealed, state.sealed(), state.toString());
            assertEquals(expected.epoch, state.writeEpoch(), state.toString());
            assertArrayEquals(Arrays.copyOf(expected.bytes, expected.length),
                    rig.readAll(expected.extent, expected.length));
            assertEquals(ErrorCode.INVALID_ARGUMENT, expected.length % PAGE == 0
                    ? ErrorCode.INVALID_ARGUMENT
                    : EngineRig.failure(rig.read(expected.extent, expected.length - 1, 2)));
        }
    }

    private CompletableFuture<Void> reader(int number) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Random its = new Random(seed + number);
        new Thread(() -> {
            try {
                while (!stop) {
                    readOne(its);
                }
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(new AssertionError("with -Dbaton.pages.seed=" + seed, e));
            }
        }).start();
        return done;
    }

    private void readOne(Random its) throws IOException {
        List<ExtentState> held = rig.engine.report();
        if (held.isEmpty()) {
            return;
        }
        ExtentState state = held.get(its.nextInt(held.size()));
        if (state.lengthBytes() == 0) {
            return;
        }
        int at = its.nextInt((int) state.lengthBytes());
        int bytes = Math.min(1 + its.nextInt((int) state.lengthBytes() - at), PAGE - at % PAGE);
        Extent extent = EngineRig.extent(state.extent().number(), PAGES * state.extent().number(), PAGES);
        try {
            byte[] expected = everything.get(extent.id().number());
            assertArrayEquals(Arrays.copyOfRange(expected, at, at + bytes), EngineRig.get(rig.read(extent, at, bytes)));
        } catch (BatonException e) {
            // Freed, cut short by a seal, or restarted meanwhile.
            assertTrue(e.code() == ErrorCode.NO_SUCH_EXTENT || e.code() == ErrorCode.INVALID_ARGUMENT
                    || e.code() == ErrorCode.UNREACHABLE, e.toString());
        }
    }
}
