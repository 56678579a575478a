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
 * A crash may leave the batch of a checkpoint on one device only. What ends that checkpoint may crash too, and then this
 * device may be gone: what the others have must be the state of one checkpoint all the same.
 */
class UnfinishedCheckpointTest {
    private final InterruptedCheckpoint checkpoint = new InterruptedCheckpoint();

    @ParameterizedTest
    @CsvSource({"RAID_5, 4", "RAID_1, 4"})
    void theOnlyDeviceWithTheBatchMayGetLostWhileItIsBroughtToItsPlaces(RaidLevel level, int deviceCount)
            throws IOException {
        int tried = 0;
        for (int boundary = 1; checkpoint.crash(level, deviceCount, boundary); boundary++) {
            List<RecordingBlockDevice> left = checkpoint.left(false);
            if (differInTheirBatches(left)) {
                tried += endAndLoseTheFirst(left, level + ", boundary " + boundary);
            }
        }
        assertTrue(tried > 30, "only " + tried + " crashes while the checkpoint was ended");
    }

    private static boolean differInTheirBatches(List<RecordingBlockDevice> devices) throws IOException {
        PoolLayout layout;
        try (StorageSet set = TestPools.open(copies(devices, new PowerSwitch()))) {
            layout = ((SegmentPool) set.pool("p")).parts().layout();
        }
        ByteBuffer first = batch(devices.get(0), layout);
        return !first.equals(batch(devices.get(1), layout));
    }

    private static ByteBuffer batch(RecordingBlockDevice device, PoolLayout layout) throws IOException {
        ByteBuffer batch = ByteBuffer.allocate((int) layout.batchBytes());
        device.read(layout.batchOffset(), batch);
        return batch.flip();
    }

    /** Returns at how many writes and forces the second crash was tried. */
    private int endAndLoseTheFirst(List<RecordingBlockDevice> devices, String what) throws IOException {
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
