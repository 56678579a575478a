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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is told of reads and appends hears of those that were done, and can't spoil any. */
class SegmentObserverTest {
    private static final int LENGTH = 20_000;

    private final Random random = new Random(17);
    private final byte[] content = bytes(random, LENGTH);
    private final List<String> told = new ArrayList<>();
    private List<RecordingBlockDevice> devices;
    private Pool pool;
    private SegmentId id;

    @AfterEach
    void nobodyIsTold() {
        SegmentPool.tell(SegmentObserver.NONE);
    }

    private void fill() throws IOException {
        devices = TestPools.devices(4, 1 << 20, new PowerSwitch());
        StorageSet.format(TestPools.small(RaidLevel.RAID_10, 2, 32 * 1024), devices, TestPools.GROUP, TestPools.SERVER,
                random);
        pool = TestPools.open(devices).pool("p");
        id = create(pool, 7);
    }

    private void write(SegmentIdentity identity, boolean write, int lengthBytes) {
        told.add(identity.page() + (write ? " w " : " r ") + lengthBytes);
    }

    @Test
    void whatIsDoneIsToldOnce() throws IOException {
        fill();
        SegmentPool.tell(this::write);
        append(pool, id, 0, content, true);
        pool.append(id, LENGTH, ByteBuffer.allocate(0), new int[0], true);
        read(pool, id, 100, 1000);
        assertThrows(IOException.class, () -> append(pool, id, 3, content, false));
        assertThrows(IOException.class, () -> read(pool, id, LENGTH, 1));
        assertEquals(List.of("7 w " + LENGTH, "7 r 1000"), told);
        SegmentPool.tell(SegmentObserver.NONE);
        read(pool, id, 0, LENGTH);
        assertEquals(2, told.size());
    }

    /** All devices fail after so many writes and forces, until none is left that fails. */
    @Test
    void anAppendThatFailsAnywhereIsNotTold() throws IOException {
        SegmentPool.tell(this::write);
        int failed = 0;
        for (int mayPass = 0; told.isEmpty(); mayPass++) {
            fill();
            for (RecordingBlockDevice device : devices) {
                device.failWrites(mayPass, Long.MAX_VALUE, "no answer");
            }
            try {
                append(pool, id, 0, content, true);
                assertEquals(List.of("7 w " + LENGTH), told);
            } catch (IOException e) {
                failed++;
                assertEquals(List.of(), told, "after " + mayPass);
            }
        }
        assertTrue(failed > 1, "only " + failed + " appends failed");
    }

    @Test
    void oneThatThrowsIsToldNoMoreAndSpoilsNothing() throws IOException {
        fill();
        for (Throwable thrown : List.of(new IllegalStateException("the disk is full"), new NoClassDefFoundError("gone"))) {
            int before = told.size();
            int length = pool.segment(id).lengthBytes();
            SegmentPool.tell((identity, write, lengthBytes) -> {
                write(identity, write, lengthBytes);
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) thrown;
            });
            append(pool, id, length, content, true);
            assertArrayEquals(content, read(pool, id, length, LENGTH));
            assertEquals(before + 1, told.size());
            // It was forced, too.
            PowerSwitch power = new PowerSwitch();
            List<RecordingBlockDevice> left =
                    devices.stream().map(device -> device.afterPowerCut(random, power)).toList();
            try (StorageSet set = TestPools.open(left)) {
                assertArrayEquals(content, read(set.pool("p"), id, length, LENGTH));
            }
        }
    }

    @Test
    void aTraceThatCantBeWrittenFailsWhoRecordsAndNobodyElse() throws IOException {
        fill();
        TouchLog log = new TouchLog((volume, extent, page, write, lengthBytes) -> {
            told.add(extent + " " + page);
            throw new IOException("no space left");
        });
        log.begin();
        append(pool, id, 0, content, true);
        assertArrayEquals(content, read(pool, id, 0, LENGTH));
        assertEquals(2, told.size());
        assertEquals("no space left", assertThrows(IOException.class, log::close).getCause().getMessage());
        read(pool, id, 0, LENGTH);
        assertEquals(2, told.size());
    }
}
