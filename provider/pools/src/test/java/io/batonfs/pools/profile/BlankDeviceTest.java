package io.batonfs.pools.profile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Somebody else takes a device while it is measured by writes. */
class BlankDeviceTest {
    private static final int SIZE = 8 << 20;
    private static final long IO_NANOS = 20_000_000;
    private static final int WRITES_BEFORE_THE_OTHER = 30;

    private final VirtualClock clock = new VirtualClock();

    /** A device in memory, which somebody else puts something on after some writes. */
    private final class Taken implements BlockDevice {
        private final byte[] content = new byte[SIZE];
        private final int markAt;
        private int writes;
        private long takenAt;
        private long lastWriteAt;

        Taken(int markAt) {
            this.markAt = markAt;
        }

        @Override
        public String name() {
            return "taken";
        }

        @Override
        public long sizeBytes() {
            return SIZE;
        }

        @Override
        public void read(long offset, ByteBuffer destination) {
            clock.advance(IO_NANOS);
            destination.put(content, (int) offset, destination.remaining());
        }

        @Override
        public void write(long offset, ByteBuffer source) {
            clock.advance(IO_NANOS);
            lastWriteAt = clock.nanoTime();
            source.get(content, (int) offset, source.remaining());
            if (++writes == WRITES_BEFORE_THE_OTHER) {
                content[markAt] = 1;
                takenAt = clock.nanoTime();
            }
        }

        @Override
        public void force() {
            // In memory.
        }

        @Override
        public void close() {
            // In memory.
        }
    }

    @Test
    void measuringEndsWhenSomebodyPutsSomethingOnTheDevice() throws Exception {
        for (int markAt : new int[] {0, (1 << 20) - 1, SIZE - (1 << 20), SIZE - 1}) {
            Taken device = new Taken(markAt);
            Profiles.Forgetful progress = new Profiles.Forgetful();
            ProfileParameters parameters = ProfileParameters.forDevice(SIZE, 16, 20, true, 3);
            DeviceProfile begun = DeviceProfile.begin(Profiles.IDENTITY, SIZE, CacheUse.BYPASSED, parameters, 0);
            FreeSpace blank = BlankDevice.of(device, Optional::empty, clock::nanoTime);
            DeviceChangedException ended = assertThrows(DeviceChangedException.class,
                    () -> Profiles.profiler(clock, 1).measure(begun, device, blank, progress));
            assertTrue(ended.getMessage().contains("taken holds data"), ended.getMessage());
            assertEquals(0, progress.failures, "it counts as a failed sample");
            assertTrue(device.takenAt > 0);
            long sampleNanos = 20 * IO_NANOS;
            assertTrue(device.lastWriteAt - device.takenAt <= BlankDevice.LOOK_INTERVAL_NANOS + sampleNanos,
                    "written to for " + (device.lastWriteAt - device.takenAt) + " ns after it was taken");
        }
    }

    @Test
    void oneThatIsInUseIsRefusedAtOnceAndLater() throws IOException {
        Taken device = new Taken(0);
        String[] user = {"device dm-0"};
        BatonException refused = assertThrows(BatonException.class,
                () -> BlankDevice.of(device, () -> Optional.ofNullable(user[0]), clock::nanoTime));
        assertEquals(ErrorCode.BUSY, refused.code());
        assertTrue(refused.getMessage().contains("taken is used by device dm-0"), refused.getMessage());
        user[0] = null;
        BlankDevice blank = BlankDevice.of(device, () -> Optional.ofNullable(user[0]), clock::nanoTime);
        user[0] = "device dm-0";
        clock.advance(BlankDevice.LOOK_INTERVAL_NANOS);
        assertThrows(DeviceChangedException.class, () -> blank.claim(0, SIZE, 4096, new SplittableRandom(1)));
    }

    @Test
    void oneThatHoldsSomethingIsRefusedAtOnce() throws IOException {
        Taken device = new Taken(0);
        device.content[SIZE - 1] = 1;
        byte[] before = device.content.clone();
        BatonException refused = assertThrows(BatonException.class,
                () -> BlankDevice.of(device, Optional::empty, clock::nanoTime));
        assertEquals(ErrorCode.ALREADY_EXISTS, refused.code());
        assertArrayEquals(before, device.content);
    }
}
