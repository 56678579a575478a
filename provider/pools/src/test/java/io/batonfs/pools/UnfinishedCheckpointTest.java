package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A crash may leave the batch or the header of a checkpoint on one device only. The opening that follows may crash too,
 * and then this device may be gone: what the others have must be the state of one checkpoint all the same.
 */
class UnfinishedCheckpointTest {
    private final InterruptedCheckpoint checkpoint = new InterruptedCheckpoint();
    /** The same after each crash of one level. */
    private PoolLayout layout;

    @ParameterizedTest
    @CsvSource({"RAID_5, 4", "RAID_1, 4"})
    void theOnlyDeviceWithTheBatchMayGetLostWhileItIsBroughtToItsPlaces(RaidLevel level, int deviceCount)
            throws IOException {
        int tried = 0;
        for (int boundary = 1; checkpoint.crash(level, deviceCount, boundary); boundary++) {
            List<RecordingBlockDevice> left = checkpoint.left(false);
            layout = layout == null ? layout(left) : layout;
            if (firstTwoDiffer(left, layout.batchOffset(), layout.batchBytes())) {
                tried += openAndLoseTheFirst(left, level + ", boundary " + boundary);
            }
        }
        assertTrue(tried > 30, "only " + tried + " crashes while the checkpoint was ended");
    }

    @ParameterizedTest
    @CsvSource({"RAID_5, 4", "RAID_6, 4", "RAID_50, 6", "RAID_1, 4", "RAID_10, 4"})
    void theOnlyDeviceWithTheHeaderMayGetLostWhileTheNextCheckpointIsMade(RaidLevel level, int deviceCount)
            throws IOException {
        int tried = 0;
        for (int boundary = 1; checkpoint.crash(level, deviceCount, boundary); boundary++) {
            List<RecordingBlockDevice> left = checkpoint.left(false);
            layout = layout == null ? layout(left) : layout;
            if (firstTwoDiffer(left, layout.headerOffset(0), 2 * PoolHeaderFormat.BYTES)) {
                tried += openAndLoseTheFirst(left, level + ", boundary " + boundary);
            }
        }
        assertTrue(tried > 15, "only " + tried + " crashes while the next checkpoint was made");
    }

    private static PoolLayout layout(List<RecordingBlockDevice> devices) throws IOException {
        try (StorageSet set = TestPools.open(copies(devices, new PowerSwitch()))) {
            return ((SegmentPool) set.pool("p")).parts().layout();
        }
    }

    private static boolean firstTwoDiffer(List<RecordingBlockDevice> devices, long offset, long bytes)
            throws IOException {
        ByteBuffer first = ByteBuffer.allocate((int) bytes);
        devices.get(0).read(offset, first);
        ByteBuffer second = ByteBuffer.allocate((int) bytes);
        devices.get(1).read(offset, second);
        return !first.flip().equals(second.flip());
    }

    /** Returns at how many writes and forces the second crash was tried. */
    private int openAndLoseTheFirst(List<RecordingBlockDevice> devices, String what) throws IOException {
        int boundary = 0;
        boolean ended = false;
        while (!ended) {
            PowerSwitch power = new PowerSwitch();
            List<RecordingBlockDevice> copies = copies(devices, power);
            power.offAfter(++boundary);
            try {
                TestPools.open(copies);
                ended = !power.isOff();
            } catch (IOException e) {
                assertTrue(power.isOff(), e::toString);
            }
            List<RecordingBlockDevice> others = copies(copies, new PowerSwitch()).subList(1, copies.size());
            checkpoint.assertAllIsThere(others, what + ", then " + boundary);
        }
        assertEquals(0, devices.get(0).writes(), "each try begins at the same state");
        return boundary;
    }

    private static List<RecordingBlockDevice> copies(List<RecordingBlockDevice> devices, PowerSwitch power) {
        List<RecordingBlockDevice> copies = new ArrayList<>();
        devices.forEach(device -> copies.add(device.afterKill(power)));
        return copies;
    }
}
