package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
            devices.get(i).read(checksumPage(), ByteBuffer.wrap(page));
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

    /** Whichever device has lost a write: the copies of the others are newer. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void openingBelievesTheNewestCopy(int device) throws IOException {
        byte[] before = devices.get(device).content();
        append(pool, id, 15_000, Arrays.copyOfRange(content, 15_000, content.length), false);
        pool.close();
        for (int page : new int[] {slotPage(), checksumPage()}) {
            devices.get(device).put(page, Arrays.copyOfRange(before, page, page + PAGE));
        }
        open();
        assertEquals(content.length, pool.segment(id).lengthBytes());
        assertArrayEquals(content, read(pool, id, 0, content.length));
    }

    private byte[] page(int device, int at) {
        return Arrays.copyOfRange(devices.get(device).content(), at, at + PAGE);
    }

    private void put(byte[] page, int at, int... where) {
        for (int device : where) {
            devices.get(device).put(at, page);
        }
    }

    /** One device has lost a write, the others' copies are damaged: what is sound is older than what memory holds. */
    @Test
    void memoryIsBelievedWhereOnlyAnOlderCopyIsSound() throws IOException {
        byte[] olderSlots = page(0, slotPage());
        byte[] olderChecksums = page(0, checksumPage());
        append(pool, id, 15_000, Arrays.copyOfRange(content, 15_000, content.length), false);
        pool.parts().mutations().checkpoint();
        put(olderSlots, slotPage(), 0);
        put(olderChecksums, checksumPage(), 2);
        for (int device = 0; device < devices.size(); device++) {
            if (device != 0) {
                devices.get(device).noise(random, slotPage(), PAGE);
            }
            if (device != 2) {
                devices.get(device).noise(random, checksumPage() + 50, 50);
            }
        }
        ScrubFindings findings = scrub();
        assertEquals(List.of(), findings.failures());
        assertEquals(List.of(), findings.lost());
        assertEquals(8, findings.repairedBlocks());
        assertEquals(0, scrub().repairedBlocks());
        open(); // as after a kill
        assertArrayEquals(content, read(pool, id, 0, content.length));
    }

    @Test
    void whatMemoryHoldsIsWrittenWhereNoCopyIsSound() throws IOException {
        devices.forEach(device -> device.noise(random, slotPage(), PAGE));
        devices.forEach(device -> device.noise(random, checksumPage(), PAGE));
        ScrubFindings findings = scrub();
        assertEquals(List.of(), findings.failures());
        assertEquals(8, findings.repairedBlocks());
        open();
        assertArrayEquals(Arrays.copyOf(content, 15_000), read(pool, id, 0, 15_000));
    }

    /** The next checkpoint writes all copies of such a page, so that there is nothing to choose between. */
    @Test
    void aPageThatChangesIsLeftToTheNextCheckpoint() throws IOException {
        MetadataScrub scrub = new MetadataScrub(pool.parts(), new ScrubFindings());
        byte[] harmed = page(1, slotPage());
        harmed[200] ^= 1;
        put(harmed, slotPage(), 1);
        append(pool, id, 15_000, Arrays.copyOfRange(content, 15_000, content.length), false);
        while (scrub.step()) {
            continue;
        }
        assertArrayEquals(harmed, page(1, slotPage()));
        pool.parts().mutations().checkpoint();
        assertArrayEquals(page(0, slotPage()), page(1, slotPage()));
    }

    /** A segment that could not be made leaves its slot as it was, in memory too. */
    @Test
    void aSlotThatWasTakenInVainIsNoContradiction() throws IOException {
        pool.parts().segments().giveBack(List.of(Segment.slot(pool.parts().segments().takeId())));
        assertEquals(List.of(), scrub().failures());
    }

    @Test
    void soundCopiesThatContradictMemoryAreNamedAndLeft() throws IOException {
        byte[] older = page(0, slotPage());
        append(pool, id, 15_000, Arrays.copyOfRange(content, 15_000, content.length), false);
        pool.parts().mutations().checkpoint();
        put(older, slotPage(), 0, 1, 2, 3);
        assertNamedAndLeft("say something else than memory");
    }

    @Test
    void aCopyOfALaterCheckpointThanTheLastIsNamedAndLeft() throws IOException {
        ByteBuffer later = ByteBuffer.wrap(page(3, slotPage()));
        later.put(PAGE - 1, (byte) 1);
        MetadataPageFormat.seal(later, MetadataPageFormat.KIND_SLOTS, 0, 1000);
        put(later.array(), slotPage(), 3);
        assertNamedAndLeft("written by checkpoint 1000");
    }

    @Test
    void ofCopiesOfTheSameCheckpointThatDifferNoneIsChosen() throws IOException {
        pool.close();
        open();
        ByteBuffer other = ByteBuffer.wrap(page(3, checksumPage()));
        other.put(PAGE - 1, (byte) 1);
        MetadataPageFormat.seal(other, MetadataPageFormat.KIND_CHECKSUMS, pool.parts().layout().slotPages(),
                MetadataPageFormat.checkpoint(other));
        put(other.array(), checksumPage(), 3);
        assertNamedAndLeft("nobody knows which copy is the newest");
    }

    /** What is left of a page says that it is newer than the one that is sound. */
    @Test
    void anOlderCopyIsNotBelievedAgainstADamagedNewerOne() throws IOException {
        byte[] older = page(0, checksumPage());
        append(pool, id, 15_000, Arrays.copyOfRange(content, 15_000, content.length), false);
        pool.close();
        open();
        put(older, checksumPage(), 0, 1);
        devices.get(2).flip(checksumPage() + 100, 1);
        devices.get(3).noise(random, checksumPage(), PAGE);
        assertNamedAndLeft("nobody knows which copy is the newest");
    }

    @Test
    void aPageWithoutASoundCopyThatIsNotInMemoryIsNamed() throws IOException {
        pool.close();
        open();
        devices.forEach(device -> device.noise(random, checksumPage(), PAGE));
        assertNamedAndLeft("metadata page " + pool.parts().layout().slotPages() + " is left as it is: no device has");
    }

    private void assertNamedAndLeft(String reason) {
        List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
        ScrubFindings findings = new ScrubFindings();
        MetadataScrub scrub = new MetadataScrub(pool.parts(), findings);
        assertDoesNotThrow(() -> {
            while (scrub.step()) {
                continue;
            }
        });
        assertEquals(1, findings.failureCount(), findings.failures()::toString);
        assertTrue(findings.failures().get(0).contains(reason), findings.failures()::toString);
        assertEquals(0, findings.repairedBlocks());
        for (int i = 0; i < devices.size(); i++) {
            assertArrayEquals(before.get(i), devices.get(i).content());
        }
    }
}
