package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A device of a set that was used and is given back is blank afterwards, also if that was cut short; no other one is. */
class GivenBackDeviceTest {
    private static final int BYTES = 8 << 20;

    /** The pools fill the devices to their last block, and both ends have data, tables and journals that were used. */
    private static List<RecordingBlockDevice> used(PowerSwitch power) throws IOException {
        List<RecordingBlockDevice> devices = TestPools.devices(4, BYTES, power);
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("p@2", RaidLevel.RAID_10, 1),
                PoolConfig.of("b@2", RaidLevel.RAID_0, 1))), devices, TestPools.GROUP, TestPools.SERVER, new Random(1));
        try (StorageSet set = TestPools.open(devices)) {
            for (Pool pool : set.pools()) {
                for (int page = 0; page < 3; page++) {
                    SegmentId segment = TestPools.create(pool, page);
                    TestPools.append(pool, segment, 0, TestPools.bytes(new Random(page), 600_000), true);
                }
                pool.segments().forEach(segment -> {
                    try {
                        pool.free(segment.id(), true);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
            }
        }
        // Nothing in the ends looks like what formatting leaves.
        devices.forEach(device -> {
            device.put(500_000, TestPools.bytes(new Random(5), 5000));
            device.put(BYTES - 500_000, TestPools.bytes(new Random(6), 5000));
        });
        return devices;
    }

    private static boolean giveBack(BlockDevice device) throws IOException {
        return DeviceEnds.giveBack(device, TestPools.GROUP, TestPools.SERVER, name -> name.endsWith("@2"));
    }

    @Test
    void aPowerCutAtAnyWriteLeavesOneThatIsMadeBlankLater() throws IOException {
        long seed = Long.getLong("baton.pools.seed", System.nanoTime());
        System.out.println("baton.pools.seed=" + seed);
        Random random = new Random(seed);
        PowerSwitch power = new PowerSwitch();
        RecordingBlockDevice whole = used(power).get(0);
        assertFalse(DeviceEnds.takeBackFormat(whole, TestPools.GROUP, TestPools.SERVER, name -> true),
                "formatting alone would leave something else");
        boolean cut = true;
        int cuts = 0;
        for (long after = 0; cut; after++) {
            for (int again = 0; again < 8; again++) {
                PowerSwitch first = new PowerSwitch();
                RecordingBlockDevice device = whole.afterKill(first);
                device.force();
                first.offAfter(after);
                cut = false;
                try {
                    assertTrue(giveBack(device));
                } catch (IOException e) {
                    cut = true;
                    cuts++;
                }
                RecordingBlockDevice left = device.afterPowerCut(random, new PowerSwitch());
                assertTrue(giveBack(left), "after " + after);
                assertTrue(DeviceEnds.areBlank(left), "after " + after);
            }
        }
        assertTrue(cuts >= 40, "there are several writes: " + cuts);
    }

    @Test
    void whatIsSomebodyElsesIsLeft() throws IOException {
        for (int damaged : new int[] {0, BYTES - 4096}) {
            RecordingBlockDevice device = used(new PowerSwitch()).get(0);
            // A file system's mark, and nothing that begins as ours do.
            device.put(damaged, new byte[] {'X', 'F', 'S', 'B', 0, 0, 0, 0});
            byte[] before = device.content();
            assertFalse(giveBack(device));
            assertArrayEquals(before, device.content());
        }
        RecordingBlockDevice other = used(new PowerSwitch()).get(0);
        byte[] before = other.content();
        assertFalse(DeviceEnds.giveBack(other, TestPools.GROUP, TestPools.SERVER, name -> name.endsWith("@3")));
        assertArrayEquals(before, other.content());
    }

    @Test
    void oneThatCantBeWrittenSaysSo() throws IOException {
        RecordingBlockDevice device = used(new PowerSwitch()).get(0);
        device.failWrites("it is dead");
        assertThrows(IOException.class, () -> giveBack(device));
    }
}
