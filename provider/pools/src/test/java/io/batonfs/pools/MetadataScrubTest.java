package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies of metadata that are wrong, old or can't be read are found among the others, and written anew. */
class MetadataScrubTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int PAGE = MetadataPageFormat.BYTES;

    private final Random random = new Random(5);
    private final byte[] content = bytes(random, 30_000);
    private List<RecordingBlockDevice> devices;
    private SegmentPool pool;
    private SegmentId id;

    @BeforeEach
    void fill() throws IOException {
        devices = TestPools.devices(4, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(RaidLevel.RAID_5, 1, 32 * 1024), devices, TestPools.GROUP, TestPools.SERVER,
                random);
        open();
        id = create(pool, 1);
        append(pool, id, 0, Arrays.copyOf(content, 15_000), false);
        pool.parts().mutations().checkpoint();
    }

    private void open() throws IOException {
        pool = (SegmentPool) TestPools.open(devices).pool("p");
    }

    private ScrubFindings scrub() {
        ScrubPass pass = new ScrubPass(List.of(pool), "", 0);
        while (pass.step()) {
            continue;
        }
        return pass.findings();
    }

    private int slotPage() {
        return (int) pool.parts().layout().pageOffset(0);
    }

    private int checksumPage() {
        return (int) pool.parts().layout().pageOffset(pool.parts().layout().slotPages());
    }

    private int header() {
        long checkpoint = pool.parts().mutations().lastCheckpoint().checkpoint();
        return (int) pool.parts().layout().headerOffset((int) (checkpoint % 2));
    }

    @Test
    void wrongAndUnreadableCopiesAreWrittenAnew() throws IOException {
        List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
        devices.get(0).flip(slotPage() + 100, 3);
        devices.get(1).noise(random, slotPage(), PAGE);
        devices.get(1).put(checksumPage(), Arrays.copyOfRange(before.get(1), slotPage(), slotPage() + PAGE));
        devices.get(2).spoilSector(checksumPage() + 1000);
        devices.get(3).noise(random, header(), PAGE);
        ScrubFindings findings = scrub();
        assertEquals(List.of(), findings.failures());
        assertEquals(5, findings.repairedBlocks());
        for (int i = 0; i < devices.size(); i++) {
            assertArrayEquals(before.get(i), devices.get(i).content());
            byte[] page = new byte[PAGE];
            devices.get(i).read(checksumPage(), java.nio.ByteBuffer.wrap(page));
        }
        assertEquals(0, scrub().repairedBlocks());
    }

    /** A write that was lost leaves an older page that is sound in itself. */
    @Test
    void anOlderPageIsNotBelieved() throws IOException {
        byte[] older = Arrays.copyOfRange(devices.get(0).content(), checksumPage(), checksumPage() + PAGE);
        append(pool, id, 15_000, Arrays.copyOfRange(content, 15_000, content.length), false);
        pool.close();
        open();
        devices.get(0).put(checksumPage(), older);
        ScrubFindings findings = scrub();
        assertEquals(List.of(), findings.failures());
        assertEquals(List.of(), findings.lost());
        assertEquals(1, findings.repairedBlocks());
        assertArrayEquals(
                Arrays.copyOfRange(devices.get(1).content(), checksumPage(), checksumPage() + PAGE),
                Arrays.copyOfRange(devices.get(0).content(), checksumPage(), checksumPage() + PAGE));
        assertArrayEquals(content, read(pool, id, 0, content.length));
    }

    @Test
    void aPageWithoutASoundCopyIsNamed() {
        devices.forEach(device -> device.noise(random, checksumPage(), PAGE));
        ScrubFindings findings = scrub();
        assertEquals(1, findings.failureCount());
        assertTrue(findings.failures().get(0).contains("metadata page " + pool.parts().layout().slotPages()),
                findings.failures()::toString);
    }
}
