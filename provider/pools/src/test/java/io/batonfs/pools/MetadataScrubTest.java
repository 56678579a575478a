package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
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
        MetadataPageFormat.seal(later, MetadataPageFormat.KIND_SLOTS, 0, 1L << 60);
        put(later.array(), slotPage(), 3);
        assertNamedAndLeft("written by checkpoint " + (1L << 60));
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

    /** Nor does who needs its checksums: the newer page can still be had from what is left of it. */
    @Test
    void noPassWritesAnOlderCopyOverADamagedNewerOne() throws IOException {
        byte[] older = page(0, checksumPage());
        append(pool, id, 15_000, Arrays.copyOfRange(content, 15_000, content.length), false);
        pool.close();
        put(older, checksumPage(), 0, 1);
        devices.get(2).flip(checksumPage() + 100, 1);
        devices.get(3).noise(random, checksumPage(), PAGE);
        List<byte[]> before = pages(checksumPage());
        for (int pass = 0; pass < 2; pass++) {
            open();
            ScrubFindings findings = scrub();
            assertTrue(findings.failures().toString().contains("nobody knows which copy is the newest"));
            assertEquals(content.length / PAGE * PAGE, findings.lostBytes(), "all but the last block, not whole");
            assertTrue(findings.lost().toString().contains("no device has a sound copy of the newest version of metadata "
                    + "page " + pool.parts().layout().slotPages()), findings.lost()::toString);
            assertEquals(ErrorCode.DATA_LOST, assertThrows(BatonException.class, () -> read(pool, id, 0, 1)).code());
            assertThrows(BatonException.class, () -> append(pool, id, content.length, new byte[10_000], false));
            pool.close();
            assertSamePages(before, checksumPage());
        }
        devices.get(2).flip(checksumPage() + 100, 1);
        open();
        assertArrayEquals(content, read(pool, id, 0, content.length));
        assertEquals(List.of(), scrub().failures());
    }

    @Test
    void noOpeningBelievesAnOlderCopyAgainstADamagedNewerOne() throws IOException {
        byte[] older = page(0, slotPage());
        append(pool, id, 15_000, Arrays.copyOfRange(content, 15_000, content.length), false);
        pool.close();
        put(older, slotPage(), 0, 1);
        devices.get(2).flip(slotPage() + 100, 1);
        devices.get(3).noise(random, slotPage(), PAGE);
        List<byte[]> before = pages(slotPage());
        IOException refused = assertThrows(IOException.class, this::open);
        assertTrue(refused.getMessage().contains("no device has a sound copy of the newest version of metadata page 0"),
                refused.getMessage());
        assertSamePages(before, slotPage());
        devices.get(2).flip(slotPage() + 100, 1);
        open();
        assertArrayEquals(content, read(pool, id, 0, content.length));
    }

    /** One bit may say anything about the page's age; what the page says is the same. */
    @Test
    void aFlippedBitInACheckpointsNumberIsMended() throws IOException {
        pool.close();
        byte[] slots = page(0, slotPage());
        byte[] checksums = page(0, checksumPage());
        devices.get(1).flip(slotPage() + 17, 1);
        devices.get(1).flip(checksumPage() + 17, 1);
        open();
        ScrubFindings findings = scrub();
        assertEquals(List.of(), findings.failures());
        assertEquals(1, findings.repairedBlocks());
        assertArrayEquals(slots, page(1, slotPage()));
        assertArrayEquals(checksums, page(1, checksumPage()));
        assertArrayEquals(Arrays.copyOf(content, 15_000), read(pool, id, 0, 15_000));
    }

    private List<byte[]> pages(int at) {
        return devices.stream().map(device -> Arrays.copyOfRange(device.content(), at, at + PAGE)).toList();
    }

    private void assertSamePages(List<byte[]> before, int at) {
        for (int device = 0; device < devices.size(); device++) {
            assertArrayEquals(before.get(device), page(device, at));
        }
    }

    /** The rate is that of the devices. */
    @Test
    void whatADeviceThatIsOutDoesNotDoIsNotCounted() throws IOException {
        ScrubFindings findings = new ScrubFindings();
        CountedMembers members = new CountedMembers(pool.parts().members(), findings);
        devices.get(3).failWrites("broken");
        members.mend(3, slotPage(), ByteBuffer.wrap(page(3, slotPage())));
        assertFalse(members.online(3));
        long before = findings.deviceBytes();
        members.writeData(3, slotPage(), ByteBuffer.allocate(PAGE));
        assertFalse(members.mend(3, slotPage(), ByteBuffer.allocate(PAGE)));
        assertEquals(before, findings.deviceBytes());
        assertEquals(0, members.takeLeft());
    }

    /** Else an older copy could come into memory while the others are mended from there. */
    @Test
    void aPageStaysInMemoryWhileItIsMended() throws IOException {
        ChecksumTable table = new ChecksumTable(pool.parts().pages(), 0, 4, 1);
        ByteBuffer page = ByteBuffer.allocate(PAGE);
        table.get(0);
        assertEquals(Remembered.AS_WRITTEN, table.remember(0, page));
        table.get(ChecksumTable.CHECKSUMS_PER_PAGE);
        assertEquals(Remembered.AS_WRITTEN, table.remember(0, page));
        table.release();
        for (int i = 0; i < 6; i++) {
            table.get((long) (i % 3 + 1) * ChecksumTable.CHECKSUMS_PER_PAGE);
        }
        assertEquals(Remembered.ABSENT, table.remember(0, page));
    }

    /** Else who still has the id of a segment that was freed there would meet another one. */
    @Test
    void aSlotKeepsItsGenerationWhileItHasAnotherSegmentsRuns() throws IOException {
        int slot = 5;
        SegmentTable table = new SegmentTable("p", 1);
        SegmentState state = new SegmentState(new Epoch(1), 0, 0, false, RunList.EMPTY, List.of());
        Segment freed = new Segment(Segment.id(slot, 7), TestPools.identity(1), state);
        table.put(freed);
        table.remove(freed);
        Segment owner = new Segment(Segment.id(0, 1), TestPools.identity(2), state);
        table.put(owner);
        table.changed(owner, state.withRuns(RunList.EMPTY, List.of(slot)));
        ByteBuffer page = ByteBuffer.allocate(PAGE);
        table.encode(0, page);
        MetadataPageFormat.seal(page, MetadataPageFormat.KIND_SLOTS, 0, 1L << 60);
        put(page.array(), slotPage(), 0, 1, 2, 3);
        SegmentTable reopened = new SegmentTable("p", 1);
        reopened.load(pool.parts().pages(), 1);
        reopened.remove(reopened.find(owner.id()));
        SegmentId next = reopened.takeId();
        while (Segment.slot(next) != slot) {
            next = reopened.takeId();
        }
        assertEquals(Segment.id(slot, 8), next);
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
