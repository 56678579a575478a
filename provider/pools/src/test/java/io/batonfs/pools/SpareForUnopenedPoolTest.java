package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A spare is not given a place whose device a pool needs that is not open, whatever the open ones can do without (POOL-3). */
class SpareForUnopenedPoolTest {
    private static final int DEVICES = 5;
    private static final int DEVICE_BYTES = 1 << 20;

    private final Random random = new Random(23);
    private final byte[] content = bytes(random, 60_000);
    private final PowerSwitch power = new PowerSwitch();
    private final List<RecordingBlockDevice> devices = TestPools.devices(DEVICES, DEVICE_BYTES, power);

    /** One that spares a device, and one that spares two. */
    private StorageSet formatted() throws IOException {
        StorageSet.format(new StorageSetConfig(List.of(new PoolConfig("once", RaidLevel.RAID_5, 0, 1, 1, 0, 60, 24 * 1024),
                new PoolConfig("twice", RaidLevel.RAID_6, 0, 1, 1, 0, 60, 24 * 1024))), devices, TestPools.GROUP,
                TestPools.SERVER, random);
        return TestPools.open(devices);
    }

    @Test
    void theDeviceThatAPoolNeedsWhichIsNotOpenKeepsItsPlace() throws Exception {
        StorageSet set = formatted();
        SegmentId id = create(set.pool("once"), 1);
        append(set.pool("once"), id, 0, content, true);
        devices.get(1).failWrites("broken");
        for (Pool pool : set.pools()) {
            append(pool, create(pool, 2), 0, content, true);
        }
        set.close();
        List<byte[]> before = new ArrayList<>();
        PoolLayout once = ((SegmentPool) set.pool("once")).parts().layout();
        for (RecordingBlockDevice device : devices) {
            before.add(device.content());
            device.noise(random, (int) once.headerOffset(0), TestPools.BLOCK);
            device.noise(random, (int) once.headerOffset(1), TestPools.BLOCK);
        }
        set = TestPools.open(devices);
        assertEquals(List.of("once"), List.copyOf(set.unopenedPools().keySet()));
        RecordingBlockDevice spare = new RecordingBlockDevice("spare", DEVICE_BYTES, power);
        set.addSpare(spare);
        StorageSet closed = set;
        BatonException refused = assertThrows(BatonException.class, () -> closed.useSpare(3, "spare", random));
        assertEquals(ErrorCode.DATA_LOST, refused.code(), refused.getMessage());
        BatonException asked = assertThrows(BatonException.class, () -> closed.replace(
                3, new RecordingBlockDevice("blank", DEVICE_BYTES, power), false, random));
        assertEquals(ErrorCode.DATA_LOST, asked.code(), asked.getMessage());
        assertEquals("dev2", set.devices().get(0).devices().get(2).name());
        set.close();
        for (int i = 0; i < DEVICES; i++) {
            for (int header = 0; header < 2; header++) {
                int at = (int) once.headerOffset(header);
                devices.get(i).put(at, Arrays.copyOfRange(before.get(i), at, at + TestPools.BLOCK));
            }
        }
        set = TestPools.open(devices);
        assertArrayEquals(content, read(set.pool("once"), id, 0, content.length));
    }
}
