package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A device file removed, truncated or overwritten with noise while others read and write: issue 2, point 11. */
class FileDamageTest {
    private static final int DEVICE_BYTES = 8 << 20;

    @TempDir
    private Path directory;
    private final Random random = new Random(5);
    private StorageSet set;
    private Pool pool;

    @ParameterizedTest
    @CsvSource({"RAID_10,removed,0", "RAID_10,truncated,0", "RAID_10,noise,0", "RAID_10,removed,1",
        "RAID_10,truncated,1", "RAID_10,noise,1", "RAID_5,removed,1", "RAID_5,truncated,0", "RAID_5,noise,0"})
    void carriedOnWhileReadingAndWriting(RaidLevel level, String damage, int victim) throws Exception {
        String file = "dev" + victim;
        format(level);
        byte[] old = bytes(random, 1_000_000);
        SegmentId oldId = create(pool, 1);
        append(pool, oldId, 0, old, false);
        SegmentId growing = create(pool, 2);
        byte[] content = bytes(random, 2_000_000);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread reader = new Thread(() -> readUntil(stop, oldId, old, failure), "reader");
        reader.start();
        for (int at = 0; at < content.length; at += 20_000) {
            if (at == 800_000) {
                damage(directory.resolve(file), damage);
            }
            append(pool, growing, at, java.util.Arrays.copyOfRange(content, at, at + 20_000), at % 200_000 == 0);
        }
        pool.append(growing, content.length, ByteBuffer.allocate(0), new int[0], true);
        stop.set(true);
        reader.join();
        if (failure.get() != null) {
            throw new AssertionError("the reader failed", failure.get());
        }
        assertArrayEquals(content, read(pool, growing, 0, content.length));
        assertArrayEquals(old, read(pool, oldId, 0, old.length));
        if (damage.equals("noise") && level == RaidLevel.RAID_10 && victim == 1) {
            // Of so little, dev0 has the copies that are read: the others are wrong until they are scrubbed.
            scrub();
        }
        PoolStatus status = pool.status();
        assertTrue(damage.equals("noise") ? status.repairedBlocks() > 0
                : status.failedDevices().size() == 1 && status.failedDevices().get(0).contains(file),
                status::toString);
        assertEquals(0, status.lostBlocks());
        set.close();
        open();
        assertArrayEquals(content, read(pool, growing, 0, content.length));
        assertArrayEquals(old, read(pool, oldId, 0, old.length));
    }

    @Test
    void interruptedThreadsHarmNobody() throws Exception {
        format(RaidLevel.RAID_5);
        byte[] content = bytes(random, 500_000);
        SegmentId id = create(pool, 1);
        append(pool, id, 0, content, true);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            readers.add(new Thread(() -> readUntil(stop, id, content, failure), "reader"));
        }
        readers.forEach(Thread::start);
        SegmentId growing = create(pool, 2);
        for (int i = 0; i < 300; i++) {
            readers.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            append(pool, growing, i * 5000, java.util.Arrays.copyOf(content, 5000), i % 10 == 0);
            assertTrue(Thread.interrupted(), "the interrupt was swallowed");
        }
        stop.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        if (failure.get() != null) {
            throw new AssertionError("a reader failed", failure.get());
        }
        assertEquals(List.of(), pool.status().failedDevices());
        set.close();
    }

    @Test
    void aDeviceFileIsUsedByOneSetAtATime() throws IOException {
        format(RaidLevel.RAID_10);
        IOException refused = assertThrows(IOException.class, () -> FileBlockDevice.open(directory.resolve("dev0")));
        assertTrue(refused.getMessage().contains("dev0"), refused.getMessage());
        assertThrows(java.nio.file.FileAlreadyExistsException.class,
                () -> FileBlockDevice.create(directory.resolve("dev0"), 4096));
        set.close();
    }

    private void scrub() {
        ScrubPass pass = new ScrubPass(List.of((SegmentPool) pool), "", 0);
        while (pass.step()) {
            assertEquals(List.of(), pass.findings().failures());
        }
        assertTrue(pass.findings().repairedBlocks() > 0, "the scrubber found nothing");
    }

    private void readUntil(AtomicBoolean stop, SegmentId id, byte[] expected, AtomicReference<Throwable> failure) {
        Random own = new Random(6);
        try {
            while (!stop.get()) {
                int from = own.nextInt(expected.length);
                int until = Math.min(expected.length, from + own.nextInt(100_000));
                assertArrayEquals(java.util.Arrays.copyOfRange(expected, from, until),
                        read(pool, id, from, until - from));
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            failure.set(e);
        }
    }

    private void damage(Path file, String damage) throws IOException {
        if (damage.equals("removed")) {
            Files.delete(file);
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (damage.equals("truncated")) {
                channel.truncate(100_000);
            } else {
                channel.write(ByteBuffer.wrap(bytes(random, DEVICE_BYTES)), 0);
            }
        }
    }

    private void format(RaidLevel level) throws IOException {
        List<BlockDevice> devices = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            devices.add(FileBlockDevice.create(directory.resolve("dev" + i), DEVICE_BYTES));
        }
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("p", level, 1))), devices, TestPools.GROUP,
                TestPools.SERVER, random);
        for (BlockDevice device : devices) {
            device.close();
        }
        open();
    }

    private void open() throws IOException {
        List<BlockDevice> devices = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            if (Files.exists(directory.resolve("dev" + i))) {
                devices.add(FileBlockDevice.open(directory.resolve("dev" + i)));
            }
        }
        set = TestPools.open(devices);
        pool = set.pool("p");
    }
}
