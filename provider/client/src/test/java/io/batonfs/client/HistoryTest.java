package io.batonfs.client;

import static io.batonfs.client.Setup.NEW;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ServerId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random histories of writing, flushing, reading, moving, compacting and copying, with faults at the wire, at the
 * owners and at the catalog, against byte arrays. Run one again with {@code -Dbaton.seed}, more with
 * {@code -Dbaton.histories}.
 */
@Timeout(120)
class HistoryTest {
    private static final int HISTORIES = Integer.getInteger("baton.histories", 40);
    private static final int STEPS = 120;

    private record Writer(BatonOutput output, ByteArrayOutputStream bytes, int[] flushed) {
    }

    @Test
    void everyHistoryReadsBackWhatItWrote() throws Exception {
        long first = Long.getLong("baton.seed", System.nanoTime());
        System.out.println("-Dbaton.seed=" + first + " is the first");
        for (int i = 0; i < HISTORIES; i++) {
            long seed = first + i;
            try {
                run(seed);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("history failed; run it again with -Dbaton.seed=" + seed
                        + " -Dbaton.histories=1", e);
            }
        }
    }

    private static void run(long seed) throws Exception {
        Random random = new Random(seed);
        FakeGroup group = new FakeGroup(seed, 1 + random.nextInt(3), 1 + random.nextInt(6), 512 << random.nextInt(4));
        Map<String, String> settings = Map.of("buffer.bytes", "64k", "buffer.memory.bytes",
                random.nextBoolean() ? "64k" : "1m", "write.window.buffers", String.valueOf(1 + random.nextInt(4)),
                "connections.per.server", String.valueOf(1 + random.nextInt(3)));
        Map<String, byte[]> closed = new LinkedHashMap<>();
        Map<String, Writer> open = new LinkedHashMap<>();
        try (Setup setup = new Setup(group, settings)) {
            group.faults.chance(random.nextInt(3) * 0.03);
            group.extents.keyLifeMs = random.nextBoolean() ? 3000 : 1_000_000;
            for (int step = 0; step < STEPS; step++) {
                step(random, setup, closed, open, step);
            }
            group.faults.chance(0);
            for (Map.Entry<String, Writer> entry : open.entrySet()) {
                entry.getValue().output.close();
                closed.put(entry.getKey(), entry.getValue().bytes.toByteArray());
            }
            for (Map.Entry<String, byte[]> entry : closed.entrySet()) {
                assertArrayEquals(entry.getValue(), setup.readAll(entry.getKey()));
                checkSum(setup, entry.getKey(), entry.getValue(), entry.getValue().length);
            }
        }
    }

    private static void step(
            Random random, Setup setup, Map<String, byte[]> closed, Map<String, Writer> open, int step)
            throws IOException {
        FakeGroup group = setup.group;
        String writing = pick(random, open);
        String reading = pick(random, closed);
        switch (random.nextInt(14)) {
            case 0 -> {
                String path = "/f" + step;
                open.put(path, new Writer(setup.client.create(path, NEW), new ByteArrayOutputStream(), new int[1]));
            }
            case 1, 2, 3 -> {
                if (writing != null) {
                    Writer writer = open.get(writing);
                    byte[] bytes = new byte[random.nextInt(random.nextInt(4) == 0 ? 20_000 : 1500)];
                    random.nextBytes(bytes);
                    if (random.nextBoolean()) {
                        writer.output.write(bytes, 0, bytes.length);
                    } else {
                        bytes = random.nextInt(5) == 0 ? Arrays.copyOf(bytes, 70_000) : bytes;
                        writer.output.write(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
                    }
                    writer.bytes.write(bytes, 0, bytes.length);
                    assertTrue(writer.output.position() >= writer.bytes.size());
                }
            }
            case 4 -> {
                if (writing != null) {
                    Writer writer = open.get(writing);
                    if (random.nextBoolean()) {
                        writer.output.hflush();
                    } else {
                        writer.output.hsync();
                        assertTrue(group.catalog.isForced(writing));
                    }
                    writer.flushed[0] = writer.bytes.size();
                }
            }
            case 5 -> {
                if (writing != null) {
                    Writer writer = open.remove(writing);
                    writer.output.close();
                    closed.put(writing, writer.bytes.toByteArray());
                }
            }
            case 6 -> {
                if (writing != null) {
                    // A reader of an open file: at least what was flushed, at most what was written, and right.
                    Writer writer = open.get(writing);
                    byte[] model = writer.bytes.toByteArray();
                    byte[] read = setup.readAll(writing);
                    assertTrue(read.length >= writer.flushed[0] && read.length <= model.length,
                            read.length + " of " + writer.flushed[0] + ".." + model.length);
                    assertArrayEquals(Arrays.copyOf(model, read.length), read);
                }
            }
            case 7 -> {
                if (reading != null) {
                    readAround(random, setup, reading, closed.get(reading));
                }
            }
            case 8 -> {
                if (reading != null) {
                    byte[] bytes = closed.get(reading);
                    checkSum(setup, reading, bytes, random.nextInt(bytes.length + 2));
                }
            }
            case 9 -> {
                if (reading != null) {
                    byte[] bytes = closed.get(reading);
                    int from = random.nextInt(bytes.length + 1);
                    int length = random.nextInt(bytes.length - from + 1);
                    String copy = "/copy" + step;
                    assertEquals(length, setup.client.copyByToken(
                            reading, Optional.empty(), from, length, copy, NEW).lengthBytes());
                    closed.put(copy, Arrays.copyOfRange(bytes, from, from + length));
                }
            }
            case 10 -> {
                if (reading != null && random.nextInt(3) == 0) {
                    Writer writer = new Writer(setup.client.append(reading), new ByteArrayOutputStream(), new int[1]);
                    byte[] bytes = closed.remove(reading);
                    writer.bytes.write(bytes, 0, bytes.length);
                    writer.flushed[0] = bytes.length;
                    open.put(reading, writer);
                }
            }
            case 11 -> {
                if (group.extents.pages() > 0) {
                    long page = random.nextInt((int) group.extents.pages());
                    group.extents.move(page, new ServerId(1 + random.nextInt(group.extents.servers)));
                }
            }
            case 12 -> {
                if (random.nextInt(3) == 0) {
                    group.cutAll();
                }
                group.time.advance(random.nextInt(2500));
            }
            default -> group.faults.wrongReads(1);
        }
    }

    private static void readAround(Random random, Setup setup, String path, byte[] bytes) throws IOException {
        try (BatonInput input = setup.client.open(path)) {
            long at = random.nextInt(bytes.length + 1);
            for (int n = 0; n < 12; n++) {
                int length = 1 + random.nextInt(2000);
                if (random.nextInt(4) == 0) {
                    at += borrow(input, at, length, bytes);
                    continue;
                }
                ByteBuffer buffer = random.nextBoolean() ? ByteBuffer.allocate(length)
                        : ByteBuffer.allocateDirect(length);
                int count = input.read(at, buffer);
                int expected = (int) Math.min(length, bytes.length - at);
                assertEquals(expected == 0 ? -1 : expected, count);
                byte[] got = new byte[buffer.position()];
                buffer.flip().get(got);
                assertArrayEquals(Arrays.copyOfRange(bytes, (int) at, (int) at + expected), got);
                at = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : at + expected;
            }
        }
    }

    private static int borrow(BatonInput input, long at, int length, byte[] bytes) throws IOException {
        Optional<LentBytes> lent = input.lend(at, length);
        if (lent.isEmpty()) {
            return 0;
        }
        try (LentBytes held = lent.get()) {
            byte[] got = new byte[held.bytes().remaining()];
            held.bytes().duplicate().get(got);
            assertArrayEquals(Arrays.copyOfRange(bytes, (int) at, (int) at + got.length), got);
            return got.length;
        }
    }

    private static void checkSum(Setup setup, String path, byte[] bytes, int length) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, Math.min(bytes.length, length));
        var sum = setup.client.checksum(path, length);
        assertEquals(Math.min(bytes.length, length) > 0, sum.isPresent());
        if (sum.isPresent()) {
            assertEquals((int) crc.getValue(), sum.getAsInt());
        }
    }

    private static String pick(Random random, Map<String, ?> from) {
        return from.isEmpty() ? null : from.keySet().stream().skip(random.nextInt(from.size())).findFirst().orElseThrow();
    }
}
