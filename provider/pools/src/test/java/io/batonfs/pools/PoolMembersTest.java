package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Devices are left out of a pool's writes when the others say so on themselves, and not before. */
@Timeout(60)
class PoolMembersTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final PoolLayout LAYOUT = PoolLayout.plan(
            new PoolConfig("p", RaidLevel.RAID_10, 0, 1, 2, 0, 60, 24 * 1024), 4, 64 * 1024, DEVICE_BYTES);

    private final List<RecordingBlockDevice> devices = TestPools.devices(4, DEVICE_BYTES, new PowerSwitch());

    private PoolMembers members(OutOnly.Out out) {
        return new PoolMembers(LAYOUT, devices.toArray(new BlockDevice[0]), new String[4], new OutOnly(out), Runnable::run);
    }

    private static FutureTask<Void> writing(PoolMembers members) {
        return new FutureTask<>(() -> {
            members.writeMetadata(LAYOUT.headerOffset(0), ByteBuffer.wrap(new byte[4096]));
            return null;
        });
    }

    @Test
    void nobodyAnswersWithoutADeviceBeforeTheOthersKnowThatItIsOut() throws Exception {
        CountDownLatch recording = new CountDownLatch(1);
        CountDownLatch recorded = new CountDownLatch(1);
        PoolMembers members = members((device, reason) -> {
            recording.countDown();
            try {
                recorded.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return 0;
        });
        devices.get(0).failWrites("broken");
        FutureTask<Void> first = writing(members);
        new Thread(first, "first").start();
        recording.await();
        assertTrue(members.online(0));
        FutureTask<Void> second = writing(members);
        Thread other = new Thread(second, "second");
        other.start();
        while (other.getState() != Thread.State.BLOCKED && !second.isDone()) {
            Thread.onSpinWait();
        }
        assertFalse(second.isDone(), "a write was answered without a device that the others don't know to be out");
        recorded.countDown();
        first.get(30, TimeUnit.SECONDS);
        second.get(30, TimeUnit.SECONDS);
        assertFalse(members.online(0));
        assertEquals(1, members.failed().size());
    }

    @Test
    void aDeviceOfWhichNobodyTookDownThatItIsOutStays() throws IOException {
        PoolMembers members = members((device, reason) -> {
            throw new IOException("nobody took it");
        });
        devices.get(0).failWrites("broken");
        for (int i = 0; i < 2; i++) {
            assertThrows(IOException.class,
                    () -> members.writeMetadata(LAYOUT.headerOffset(0), ByteBuffer.wrap(new byte[4096])));
        }
        assertTrue(members.online(0));
        devices.get(0).failWrites(null);
        byte[] header = new byte[4096];
        Arrays.fill(header, (byte) 1);
        members.writeMetadata(LAYOUT.headerOffset(0), ByteBuffer.wrap(header));
        ByteBuffer found = ByteBuffer.allocate(4096);
        members.read(0, LAYOUT.headerOffset(0), found);
        assertArrayEquals(header, found.array());
    }
}
