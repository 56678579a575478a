package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several buffers that are written to one device at once: a file's bytes are those that single writes would leave. */
class GatheredWriteTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int THREADS = 4;
    private static final int ROUNDS = 200;

    @TempDir
    private Path directory;
    private final Random random = new Random(8);

    private Path file() {
        return directory.resolve("device");
    }

    /** Buffers of both kinds, some of them empty, some of which only a part in the middle counts. */
    private static ByteBuffer[] sources(Random random, byte[] content) {
        List<ByteBuffer> sources = new ArrayList<>();
        for (int at = 0; at < content.length;) {
            int bytes = Math.min(content.length - at, random.nextInt(20_000));
            int skipped = random.nextInt(10);
            ByteBuffer source =
                    random.nextBoolean() ? ByteBuffer.allocate(bytes + 20) : ByteBuffer.allocateDirect(bytes + 20);
            source.put(skipped, content, at, bytes);
            sources.add(source.position(skipped).limit(skipped + bytes));
            at += bytes;
        }
        return sources.toArray(ByteBuffer[]::new);
    }

    private static byte[] read(BlockDevice device, long offset, int bytes) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(bytes);
        device.read(offset, read);
        return read.array();
    }

    @Test
    void sourcesStandBehindOneAnotherAndNothingElseIsWritten() throws IOException {
        byte[] expected = new byte[DEVICE_BYTES];
        try (FileBlockDevice device = FileBlockDevice.create(file(), DEVICE_BYTES)) {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] content = TestPools.bytes(random, random.nextInt(100_000));
                int offset = random.nextInt(DEVICE_BYTES - content.length + 1);
                device.write(offset, sources(random, content));
                System.arraycopy(content, 0, expected, offset, content.length);
            }
        }
        assertArrayEquals(expected, Files.readAllBytes(file()));
    }

    @Test
    void anInterruptedThreadWritesAllOfIt() throws IOException {
        byte[] content = TestPools.bytes(random, 300_000);
        try (FileBlockDevice device = FileBlockDevice.create(file(), DEVICE_BYTES)) {
            ByteBuffer[] sources = sources(random, content);
            Thread.currentThread().interrupt();
            device.write(1000, sources);
            assertTrue(Thread.interrupted(), "the interrupt was swallowed");
            assertArrayEquals(content, read(device, 1000, content.length));
        }
    }

    /** They share the position of one channel. */
    @Test
    void threadsDoNotWriteWhereOthersDo() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (FileBlockDevice device = FileBlockDevice.create(file(), DEVICE_BYTES)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int own = thread;
                writers.add(threads.submit(() -> {
                    Random its = new Random(own);
                    for (int round = 0; round < ROUNDS; round++) {
                        byte[] content = TestPools.bytes(its, DEVICE_BYTES / THREADS);
                        ByteBuffer[] sources = sources(its, content);
                        if (its.nextInt(10) == 0) {
                            Thread.currentThread().interrupt();
                        }
                        device.write((long) own * content.length, sources);
                        Thread.interrupted();
                        assertArrayEquals(content, read(device, (long) own * content.length, content.length));
                    }
                    return null;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void nothingIsWrittenToAFileThatBecameShorterOrBehindItsEnd() throws IOException {
        ByteBuffer[] sources = {ByteBuffer.allocate(4096), ByteBuffer.allocate(4096)};
        try (FileBlockDevice device = FileBlockDevice.create(file(), DEVICE_BYTES)) {
            IOException beyond = assertThrows(IOException.class, () -> device.write(DEVICE_BYTES - 8191, sources));
            assertTrue(beyond.getMessage().contains("not within"), beyond.getMessage());
            try (RandomAccessFile other = new RandomAccessFile(file().toFile(), "rw")) {
                other.setLength(DEVICE_BYTES / 2);
            }
            IOException shorter = assertThrows(IOException.class, () -> device.write(DEVICE_BYTES - 8192, sources));
            assertTrue(shorter.getMessage().contains("shorter"), shorter.getMessage());
            assertEquals(DEVICE_BYTES / 2, Files.size(file()));
        }
    }

    @Test
    void aDeviceThatCannotDoesItByOneWriteEach() throws IOException {
        byte[] content = TestPools.bytes(random, 100_000);
        RecordingBlockDevice device = new RecordingBlockDevice("dev0", DEVICE_BYTES, new PowerSwitch());
        device.write(77, sources(random, content));
        assertArrayEquals(content, Arrays.copyOfRange(device.content(), 77, 77 + content.length));
    }
}
