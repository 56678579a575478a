package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Every structure on a device: golden bytes at its beginning, round trip, each single bit, older and newer versions.
 */
class FormatsTest {
    private static final SegmentId ID = new SegmentId(0x1_0000_0007L);
    private final Random random = new Random(2);

    /** Reads a structure from a buffer, or throws if it is not sound. */
    private interface Reading {
        void from(ByteBuffer bytes) throws IOException;
    }

    private static Superblock superblock() {
        List<PoolLayout> pools = List.of(
                PoolLayout.plan(PoolConfig.of("fast", RaidLevel.RAID_10, 1), 4, 65536, 8 << 20),
                PoolLayout.plan(PoolConfig.of("capacité", RaidLevel.RAID_5, 1), 4, 8 << 20, 16 << 20));
        return new Superblock(TestPools.GROUP, new UUID(5, 6), TestPools.SERVER, 3, 17, 16 << 20, pools,
                List.of(0L, 0b1010L), List.of(0L, 0b1000L), List.of(0L, -7L, 0L, 8L), List.of(0L, 99L));
    }

    @Test
    void superblockRoundTrip() throws IOException {
        Superblock block = superblock();
        ByteBuffer bytes = SuperblockFormat.encode(block);
        assertEquals("4241544f4e44455600000002", hex(bytes, 12));
        assertEquals(block, SuperblockFormat.decode(bytes, "d"));
        assertEveryBitCounts(bytes, SuperblockFormat.BYTES, from -> SuperblockFormat.decode(from, "d"));
        assertVersions(bytes, 8, 4, 4092, SuperblockFormat.VERSION, from -> SuperblockFormat.decode(from, "d"));
    }

    /** What only software of version 3 may open. */
    @Test
    void aSuperblockWithSuccessorsRoundTrip() throws IOException {
        Superblock block = superblock().withSuccessor(1, 77).forSuccessor(1, 16 << 20, List.of(3L, 0L));
        ByteBuffer bytes = SuperblockFormat.encode(block);
        assertEquals("4241544f4e4445560000000300000001", hex(bytes, 16));
        assertEquals(77, bytes.getLong(2688 + 8));
        assertEquals(block, SuperblockFormat.decode(bytes, "d"));
        assertEquals(77, block.tenant());
        assertEveryBitCounts(bytes, SuperblockFormat.BYTES, from -> SuperblockFormat.decode(from, "d"));
        Superblock former = superblock().withSuccessor(1, 77).forDevice(1, 16 << 20, List.of(0L, 0L));
        assertEquals(former, SuperblockFormat.decode(SuperblockFormat.encode(former), "d"));
        assertEquals(-7, former.tenant());
    }

    /** What only software of version 4 may open. */
    @Test
    void aSuperblockWithDoubtsRoundTrip() throws IOException {
        Superblock block = superblock().withSuccessor(1, 77).withDoubts(List.of(0b100L, 0L),
                List.of(0L, 0L, new Witness(1, 9).number(), 0L));
        ByteBuffer bytes = SuperblockFormat.encode(block);
        assertEquals("4241544f4e44455600000004", hex(bytes, 12));
        assertEquals(0b100L, bytes.getLong(128 + 112));
        assertEquals(1L << 56 | 9, bytes.getLong(3200 + 16));
        assertEquals(block, SuperblockFormat.decode(bytes, "d"));
        assertEquals(new Witness(1, 9), Witness.of(block.witnesses().get(2)));
        assertEveryBitCounts(bytes, SuperblockFormat.BYTES, from -> SuperblockFormat.decode(from, "d"));
        assertEquals(3, SuperblockFormat.encode(block.withoutDoubts(0)).getInt(8));
    }

    /** Before older copies were noted, zeros were where a superblock now says who is in doubt: nobody is. */
    @Test
    void aSuperblockOfVersionThreeIsRead() throws IOException {
        Superblock now = superblock().withSuccessor(1, 77);
        ByteBuffer bytes = SuperblockFormat.encode(now.withDoubts(List.of(0b100L, 0L), List.of(0L, 0L, 9L, 0L))).putInt(8, 3);
        bytes.putLong(56, now.generation()).putLong(128 + 112, 0).putLong(3200 + 16, 0);
        bytes.putInt(4092, Checksums.crc(bytes, 0, 4092));
        Superblock read = SuperblockFormat.decode(bytes, "d");
        assertEquals(now, read);
        assertEquals(List.of(0L, 0L), read.doubts());
        assertEquals(List.of(0L, 0L, 0L, 0L), read.witnesses());
        assertEquals(bytes, SuperblockFormat.encode(read));
    }

    /** One that is out, or gave its place to another, is not doubted; others are. */
    @Test
    void doubtsEndWithThePlaceInThePool() {
        Superblock block = superblock().withDoubts(List.of(0b111L, 0b101L), List.of(5L, 6L, 7L, 0L));
        Superblock out = block.withOut(0, 0b001L);
        assertEquals(List.of(0b110L, 0b101L), out.doubts());
        assertEquals(List.of(5L, 6L, 7L, 0L), out.witnesses());
        Superblock another = out.withTenant(1, 78, 0b11, 0);
        assertEquals(List.of(0b100L, 0b101L), another.doubts());
        assertEquals(List.of(5L, 0L, 7L, 0L), another.witnesses());
        assertEquals(another, another.withDoubts(another.doubts(), another.witnesses()));
    }

    /** Before devices could be replaced, zeros were where a superblock now says who is rebuilt and has which place. */
    @Test
    void aSuperblockOfVersionOneIsRead() throws IOException {
        Superblock now = superblock();
        ByteBuffer bytes = SuperblockFormat.encode(now).putInt(8, 1);
        for (int pool = 0; pool < 2; pool++) {
            bytes.putLong(128 + 128 * pool + 96, 0).putLong(128 + 128 * pool + 104, 0);
        }
        for (int place = 0; place < 4; place++) {
            bytes.putLong(2176 + 8 * place, 0);
        }
        bytes.putInt(4092, Checksums.crc(bytes, 0, 4092));
        List<Long> none = List.of(0L, 0L);
        assertEquals(new Superblock(now.group(), now.setId(), now.server(), 3, 17, 16 << 20, now.pools(),
                now.outMasks(), none, List.of(0L, 0L, 0L, 0L), none), SuperblockFormat.decode(bytes, "d"));
    }

    /** As many devices and pools as there can be: nothing runs into the checksum. */
    @Test
    void theLargestSuperblockRoundTrip() throws IOException {
        PoolLayout layout = PoolLayout.plan(PoolConfig.of("p", RaidLevel.RAID_1, 1), 64, 65536, 8 << 20);
        List<Long> perPool = LongStream.range(-16, 0).boxed().toList();
        List<Long> perDevice = LongStream.range(-64, 0).boxed().toList();
        Superblock block = new Superblock(TestPools.GROUP, new UUID(5, 6), TestPools.SERVER, 63, 17, 16 << 20,
                Collections.nCopies(16, layout), perPool, perPool, perDevice, perPool, perDevice, false, perPool, perDevice);
        assertEquals(block, SuperblockFormat.decode(SuperblockFormat.encode(block), "d"));
    }

    /** Where a superblock now has the spans of RAID 50, it had zeros. */
    @Test
    void aSuperblockFromBeforeRaid50IsRead() throws IOException {
        ByteBuffer bytes = SuperblockFormat.encode(superblock());
        for (int pool = 0; pool < 2; pool++) {
            bytes.putShort(128 + 128 * pool + 88, (short) 0);
        }
        bytes.putInt(4092, Checksums.crc(bytes, 0, 4092));
        assertEquals(superblock(), SuperblockFormat.decode(bytes, "d"));
    }

    /** As RAID 50 and 6 once were: no other version, but a level or a shape that older software has never heard of. */
    @Test
    void aSuperblockWithALevelOrShapeThatIsNotKnownIsRefusedByName() {
        for (int[] unknown : new int[][] {{32, 7}, {32, 77}, {88, 3}, {36, 0}}) {
            ByteBuffer bytes = SuperblockFormat.encode(superblock());
            int at = 128 + 128 + unknown[0];
            if (unknown[0] == 36) {
                bytes.putInt(at, unknown[1]);
            } else {
                bytes.putShort(at, (short) unknown[1]);
            }
            bytes.putShort(128 + 128 + 32, unknown[0] == 88 ? 50 : bytes.getShort(128 + 128 + 32));
            bytes.putInt(4092, Checksums.crc(bytes, 0, 4092));
            FormatException refused =
                    assertThrows(FormatException.class, () -> SuperblockFormat.decode(bytes, "the-device"));
            assertEquals(FormatException.Kind.TOO_NEW, refused.kind());
            assertTrue(refused.getMessage().contains("the-device"), refused::getMessage);
            assertTrue(refused.getMessage().contains("capacité"), refused::getMessage);
        }
    }

    @Test
    void poolHeader() throws IOException {
        ByteBuffer bytes = PoolHeaderFormat.encode(new PoolHeaderFormat.Header(9, 1234, 5, 6));
        assertEquals("4241544f4e5048440000000100000000000000000000000900000000000004d20000000500000006",
                hex(bytes, 40));
        assertEquals(new PoolHeaderFormat.Header(9, 1234, 5, 6), PoolHeaderFormat.decode(bytes, "h"));
        assertEveryBitCounts(bytes, PoolHeaderFormat.BYTES, from -> PoolHeaderFormat.decode(from, "h"));
        assertVersions(bytes, 8, 4, 4092, PoolHeaderFormat.VERSION, from -> PoolHeaderFormat.decode(from, "h"));
    }

    /** What only software of version 2 may open. */
    @Test
    void theHeaderAndTheBatchOfAPoolWithContainers() throws IOException {
        PoolHeaderFormat.Header header = new PoolHeaderFormat.Header(9, 1234, 5, 6, true, 7);
        ByteBuffer bytes = PoolHeaderFormat.encode(header);
        assertEquals("4241544f4e50484400000002", hex(bytes, 12));
        assertEquals(header, PoolHeaderFormat.decode(bytes, "h"));
        ByteBuffer batch = BatchFormat.encode(header, List.of());
        assertEquals("4241544f4e42415400000002", hex(batch, 12));
        assertEquals(new PoolHeaderFormat.Header(9, 1234, 5, 6, true, 0), BatchFormat.decodeHeader(batch));
        batch.putInt(8, 3).putInt(60, Checksums.crc(batch, 0, 60));
        assertEquals(FormatException.Kind.TOO_NEW,
                assertThrows(FormatException.class, () -> BatchFormat.decodeHeader(batch)).kind());
    }

    @Test
    void metadataPage() throws IOException {
        ByteBuffer page = ByteBuffer.wrap(TestPools.bytes(random, MetadataPageFormat.BYTES));
        MetadataPageFormat.seal(page, MetadataPageFormat.KIND_SLOTS, 12, 34);
        assertEquals("424d5047000100010000000c", hex(page, 12));
        Reading reading = from -> MetadataPageFormat.check(from, MetadataPageFormat.KIND_SLOTS, 12);
        reading.from(page);
        assertEveryBitCounts(page, MetadataPageFormat.BYTES, reading);
        assertVersions(page, 4, 2, 28, reading);
        assertThrows(FormatException.class, () -> MetadataPageFormat.check(page, MetadataPageFormat.KIND_SLOTS, 13));
        assertThrows(FormatException.class,
                () -> MetadataPageFormat.check(page, MetadataPageFormat.KIND_CHECKSUMS, 12));
    }

    @Test
    void batch() throws IOException {
        List<BatchFormat.Entry> entries = List.of(
                new BatchFormat.Entry(BatchFormat.KIND_PAGE, 3, ByteBuffer.wrap(TestPools.bytes(random, 4096))),
                new BatchFormat.Entry(BatchFormat.KIND_ROW, 99, ByteBuffer.wrap(TestPools.bytes(random, 13))));
        ByteBuffer bytes = BatchFormat.encode(new PoolHeaderFormat.Header(9, 1234, 5, 6), entries);
        assertEquals("4241544f4e4241540000000100000002", hex(bytes, 16));
        assertEquals(bytes.remaining(),
                BatchFormat.HEADER_BYTES + BatchFormat.entryBytes(4096) + BatchFormat.entryBytes(13));
        Reading reading = from -> {
            ByteBuffer header = from.slice(0, BatchFormat.HEADER_BYTES);
            PoolHeaderFormat.Header found = BatchFormat.decodeHeader(header);
            List<BatchFormat.Entry> decoded = found == null ? null
                    : BatchFormat.decodeEntries(header,
                            from.slice(BatchFormat.HEADER_BYTES, BatchFormat.entriesLength(header)));
            if (decoded == null) {
                throw new IOException("no batch");
            }
            assertEquals(entries, decoded);
        };
        reading.from(bytes);
        assertEveryBitCounts(bytes, bytes.remaining(), reading);
    }

    @Test
    void journalRecords() throws IOException {
        List<JournalRecord> records = List.of(
                new JournalRecord.Created(ID, TestPools.identity(5), new Epoch(3)),
                new JournalRecord.Appended(ID, 100, 9000, List.of(new Run(1L << 40, 3), new Run(2, 1)), List.of(4, 5),
                        new int[] {1, 2, 3}, ByteBuffer.wrap(TestPools.bytes(random, 77)),
                        ByteBuffer.wrap(TestPools.bytes(random, 11))),
                new JournalRecord.Sealed(ID, 5000, 42), new JournalRecord.EpochRaised(ID, new Epoch(8)),
                new JournalRecord.Freed(ID), new JournalRecord.Synced(77), new JournalRecord.ContainerCreated(ID),
                new JournalRecord.Packed(ID, List.of(new SegmentId(1L << 40), new SegmentId(8)), List.of(7, 255)));
        for (JournalRecord record : records) {
            ByteBuffer bytes = ByteBuffer.allocate(JournalFormat.bytes(record));
            JournalFormat.encode(record, 500, 9, bytes);
            assertEquals(0, bytes.remaining());
            boolean isNew = record instanceof JournalRecord.Packed || record instanceof JournalRecord.ContainerCreated;
            assertEquals(isNew ? "424a02" : "424a01", hex(bytes.flip(), 3), "what older software can read it does");
            assertEquals(-1, JournalFormat.bodyLength(bytes, 501, 9));
            assertEquals(-1, JournalFormat.bodyLength(bytes, 500, 8));
            assertEquals(bytes.remaining() - JournalFormat.HEADER_BYTES, JournalFormat.bodyLength(bytes, 500, 9));
            assertSame(record, JournalFormat.decode(copy(bytes)));
            assertEveryBitCounts(bytes, bytes.remaining(), from -> {
                int body = JournalFormat.bodyLength(from, 500, 9);
                if (body < 0 || body > from.capacity() - JournalFormat.HEADER_BYTES
                        || JournalFormat.decode(from) == null) {
                    throw new IOException("no record");
                }
            });
        }
    }

    @Test
    void slotsKeepAllThatASegmentIs() throws IOException {
        SegmentTable table = new SegmentTable("p", 2);
        List<Run> runs = new java.util.ArrayList<>();
        for (int i = 0; i < 30; i++) {
            runs.add(new Run(i * 10L + (1L << 33), i + 1));
        }
        SegmentId id = table.takeId();
        SegmentState state =
                new SegmentState(new Epoch(4), 123_456, 789, true, new RunList(runs), table.takeOverflow(2));
        table.put(new Segment(id, TestPools.identity(5), state));
        SegmentId freed = table.takeId();
        table.put(new Segment(freed, TestPools.identity(6), new SegmentState(Epoch.FIRST, 0, 0, false, RunList.EMPTY,
                List.of())));
        table.remove(table.find(freed));
        PoolLayout layout = PoolLayout.plan(new PoolConfig("p", RaidLevel.RAID_1, 0, 1, 1, 0, 30, 0), 1, 0, 4 << 20);
        RecordingBlockDevice device = new RecordingBlockDevice("d", 4 << 20, new PowerSwitch());
        PoolMembers members = new PoolMembers(
                layout, new BlockDevice[] {device}, new String[1], new OutOnly((i, reason) -> 0), Runnable::run);
        for (int page = 0; page < 2; page++) {
            ByteBuffer bytes = ByteBuffer.allocate(MetadataPageFormat.BYTES);
            table.encode(page, bytes);
            MetadataPageFormat.seal(bytes, MetadataPageFormat.KIND_SLOTS, page, 1);
            members.writeMetadata(layout.pageOffset(page), bytes);
        }
        SegmentTable loaded = new SegmentTable("p", 2);
        loaded.load(new MetadataPages(layout, members), 2);
        assertNotNull(loaded.find(id));
        assertEquals(TestPools.identity(5), loaded.find(id).identity());
        SegmentState found = loaded.find(id).state();
        assertEquals(runs, found.runs().runs());
        assertEquals(state.overflowSlots(), found.overflowSlots());
        assertEquals(List.of(state.epoch(), state.lengthBytes(), state.lastBlockCrc(), state.sealed()),
                List.of(found.epoch(), found.lengthBytes(), found.lastBlockCrc(), found.sealed()));
        assertNull(loaded.find(freed));
        assertTrue(loaded.takeId().number() != freed.number(), "the id of a freed segment was given again");
    }

    @Test
    void slotsKeepWhoIsPackedWhere() throws IOException {
        SegmentTable table = new SegmentTable("p", 1);
        Segment container = Segment.container(table.takeId(),
                new SegmentState(Epoch.FIRST, 6 * 4096, 0, true, new RunList(List.of(new Run(4, 2))), List.of()));
        table.put(container);
        Segment packed = new Segment(table.takeId(), TestPools.identity(5), new SegmentState(new Epoch(4), 5000, 789, true,
                RunList.EMPTY, List.of(), new PackedAt(container, 3)));
        table.put(packed);
        ByteBuffer page = ByteBuffer.allocate(MetadataPageFormat.BYTES);
        table.encode(0, page);
        SegmentTable loaded = load(page);
        assertTrue(loaded.hasContainers());
        Segment found = loaded.find(packed.id());
        assertEquals(List.of(5000, 789, true, 0, 3), List.of(found.state().lengthBytes(), found.state().lastBlockCrc(),
                found.state().sealed(), found.state().runs().rows(), found.state().packed().firstBlock()));
        assertEquals(container.id(), found.state().packed().container().id());
        assertEquals(List.of(found), found.state().packed().container().occupants().all());
        assertEquals(container.state().runs().runs(), found.state().packed().container().state().runs().runs());
        page.putInt(MetadataPageFormat.PAYLOAD_AT + SlotFormat.BYTES + 76, 5);
        assertThrows(BatonException.class, () -> load(page), "it would end behind the container");
    }

    /** Each is refused that can't be read where it is said to lie, or would have its bytes changed by another one there. */
    @Test
    void whoIsSaidToLieWhereHeCannotIsRefused() throws IOException {
        SegmentTable table = new SegmentTable("p", 1);
        Segment container = Segment.container(table.takeId(),
                new SegmentState(Epoch.FIRST, 6 * 4096, 0, true, new RunList(List.of(new Run(4, 2))), List.of()));
        table.put(container);
        for (int firstBlock : new int[] {2, 0}) { // two blocks each, so from 1 on there is no room for both of its own
            table.put(new Segment(table.takeId(), TestPools.identity(firstBlock), new SegmentState(Epoch.FIRST, 5000, 1, true,
                    RunList.EMPTY, List.of(), new PackedAt(container, firstBlock))));
        }
        ByteBuffer page = ByteBuffer.allocate(MetadataPageFormat.BYTES);
        table.encode(0, page);
        assertEquals(4, load(page.duplicate()).all().stream().filter(Segment::isContainer).findFirst().orElseThrow()
                .occupants().liveBlocks());
        int second = MetadataPageFormat.PAYLOAD_AT + 2 * SlotFormat.BYTES;
        for (int firstBlock : new int[] {1, 2, 3, 5, 6, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertRefused(copy(page).putInt(second + 76, firstBlock));
        }
        assertEquals(2, load(copy(page).putInt(second + 76, 4)).all().stream()
                .filter(segment -> segment.state().packed() != null).count());
        assertRefused(copy(page).putLong(second + 68, container.id().number() + 1));
        assertRefused(copy(page).putLong(second + 68, Segment.id(1, 1).number()));
        assertRefused(copy(page).putInt(second + 56, 0));
        assertRefused(copy(page).put(second + 1, (byte) 7));
        assertRefused(copy(page).putShort(second + 2, (short) 1).putLong(second + 80, 9).putInt(second + 88, 1));
    }

    private static void assertRefused(ByteBuffer page) {
        BatonException refused = assertThrows(BatonException.class, () -> load(page));
        assertTrue(refused.getMessage().contains("is said to lie from block"), refused::getMessage);
    }

    private static SegmentTable load(ByteBuffer slots) throws IOException {
        PoolLayout layout = PoolLayout.plan(new PoolConfig("p", RaidLevel.RAID_1, 0, 1, 1, 0, 15, 0), 1, 0, 4 << 20);
        PoolMembers members = new PoolMembers(layout, new BlockDevice[] {
            new RecordingBlockDevice("d", 4 << 20, new PowerSwitch())}, new String[1], new OutOnly((i, reason) -> 0),
            Runnable::run);
        MetadataPageFormat.seal(slots, MetadataPageFormat.KIND_SLOTS, 0, 1);
        members.writeMetadata(layout.pageOffset(0), slots.duplicate().clear());
        SegmentTable loaded = new SegmentTable("p", 1);
        loaded.load(new MetadataPages(layout, members), 1);
        return loaded;
    }

    private static void assertSame(JournalRecord expected, JournalRecord found) {
        if (expected instanceof JournalRecord.Appended left && found instanceof JournalRecord.Appended right) {
            assertArrayEquals(left.blockCrcs(), right.blockCrcs());
            assertEquals(List.of(left.id(), left.offset(), left.lengthBytes(), left.runs(), left.overflowSlots(),
                    left.head(), left.tail()), List.of(right.id(), right.offset(), right.lengthBytes(), right.runs(),
                    right.overflowSlots(), right.head(), right.tail()));
        } else {
            assertEquals(expected, found);
        }
    }

    private static void assertEveryBitCounts(ByteBuffer sound, int lengthBytes, Reading reading) {
        for (int at = 0; at < lengthBytes; at++) {
            ByteBuffer damaged = copy(sound);
            damaged.put(at, (byte) (damaged.get(at) ^ 1 << at % 8));
            int where = at;
            IOException refused = assertThrows(IOException.class, () -> reading.from(damaged),
                    () -> "bit " + where % 8 + " of byte " + where);
            assertTrue(!(refused instanceof FormatException format) || format.kind() == FormatException.Kind.DAMAGED
                    || format.kind() == FormatException.Kind.ABSENT, refused::getMessage);
        }
    }

    private static void assertVersions(ByteBuffer sound, int versionAt, int versionBytes, int crcAt, Reading reading) {
        assertVersions(sound, versionAt, versionBytes, crcAt, 1, reading);
    }

    private static void assertVersions(
            ByteBuffer sound, int versionAt, int versionBytes, int crcAt, int newest, Reading reading) {
        for (int version : new int[] {0, newest + 1}) {
            ByteBuffer other = copy(sound);
            other.put(versionAt + versionBytes - 1, (byte) version).putInt(crcAt, 0);
            other.putInt(crcAt, Checksums.crc(other, 0, crcAt == 4092 ? 4092 : 4096));
            FormatException refused = assertThrows(FormatException.class, () -> reading.from(other));
            assertEquals(version == 0 ? FormatException.Kind.TOO_OLD : FormatException.Kind.TOO_NEW, refused.kind());
        }
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining());
        copy.put(bytes.duplicate());
        return copy.clear();
    }

    private static String hex(ByteBuffer bytes, int lengthBytes) {
        byte[] first = new byte[lengthBytes];
        bytes.get(0, first);
        return java.util.HexFormat.of().formatHex(first);
    }
}
