package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known to be lost between two looks at it, by reads and by passes of scrubbing. Time is the test's. */
class KnownLossesTest {
    private static final int SEGMENTS = 4;
    private static final int SEGMENT_BYTES = 300 * TestPools.BLOCK;

    @TempDir
    private Path directory;
    private final Random random = new Random(3);
    private final StepTimer timer = new StepTimer();
    private final List<SegmentId> ids = new ArrayList<>();
    private List<RecordingBlockDevice> devices;
    private StorageSet set;

    /** Without redundancy, so that one wrong block is a lost one. */
    @BeforeEach
    void fill() throws IOException {
        devices = TestPools.devices(4, 8 << 20, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(new PoolConfig("only", RaidLevel.RAID_0, 0, 1, 1, 0, 60, 32 * 1024))),
                devices, TestPools.GROUP, TestPools.SERVER, random);
        set = TestPools.open(devices);
        for (int i = 0; i < SEGMENTS; i++) {
            ids.add(create(pool(), i));
            append(pool(), ids.get(i), 0, bytes(random, SEGMENT_BYTES), false);
            pool().seal(ids.get(i), SEGMENT_BYTES, false);
        }
        pool().parts().mutations().checkpoint();
    }

    private SegmentPool pool() {
        return (SegmentPool) set.pool("only");
    }

    private void harm(int segment, int blockOfSegment) {
        PoolLayout layout = pool().parts().layout();
        long block = pool().parts().reader().poolBlock(
                pool().parts().segments().find(ids.get(segment)).state(), blockOfSegment * TestPools.BLOCK);
        devices.get(layout.geometry().device(block))
                .flip(layout.dataOffset() + layout.geometry().deviceBlock(block) * TestPools.BLOCK, 1);
    }

    private void failToRead(int segment) {
        assertThrows(IOException.class, () -> pool().read(ids.get(segment), 0, ByteBuffer.allocate(SEGMENT_BYTES)));
    }

    private Scrubber scrubber() throws IOException {
        Scrubber scrubber = new Scrubber(set, new ScrubConfig(1 << 20, Duration.ofHours(5)),
                new ScrubFile(directory.resolve("scrub")), timer, timer.clock());
        scrubber.start();
        return scrubber;
    }

    private void pass(Scrubber scrubber) throws Exception {
        assertTrue(scrubber.scrubNow());
        while (scrubber.progress().state() == ScrubState.RUNNING) {
            assertTrue(timer.runNext());
        }
    }

    /** Segment and block of each, in order. */
    private List<String> blocks(KnownLosses losses) {
        losses.named().forEach(range -> assertEquals(Optional.of(ids.get((int) range.identity().page())), range.segment()));
        return losses.named().stream().map(range -> range.identity().page() + " " + range.offset() / TestPools.BLOCK).toList();
    }

    @Test
    void whatAReadHasMetIsNamedOnceUntilAWholePassHasLookedAgain() throws Exception {
        harm(1, 7);
        harm(1, 9);
        harm(2, 0);
        assertEquals(KnownLosses.NONE, pool().lostToReaders());
        for (int again = 0; again < 3; again++) {
            failToRead(1);
            failToRead(2);
        }
        assertEquals(List.of("1 7", "2 0"), blocks(pool().lostToReaders()), "a read ends at the first one");
        assertEquals(6, pool().status().lostBlocks());
        try (Scrubber scrubber = scrubber()) {
            assertTrue(scrubber.scrubNow());
            assertEquals(List.of("1 7", "2 0"), blocks(pool().lostToReaders()), "the pass has only begun");
            assertTrue(timer.runNext() && timer.runNext());
            harm(0, 3);
            failToRead(0);
            while (scrubber.progress().state() == ScrubState.RUNNING) {
                assertTrue(timer.runNext());
            }
            assertEquals(List.of("0 3"), blocks(pool().lostToReaders()), "the pass may have been past it");
            assertTrue(blocks(scrubber.losses()).containsAll(List.of("1 7", "1 9", "2 0")), scrubber.losses().toString());
        }
    }

    @Test
    void whatAPassHasMetIsKnownUntilTheNextOneHasLookedAtAll() throws Exception {
        harm(3, 5);
        try (Scrubber scrubber = scrubber()) {
            pass(scrubber);
            assertEquals(List.of("3 5"), blocks(scrubber.losses()));
            assertTrue(scrubber.scrubNow());
            assertTrue(timer.runNext());
            assertEquals(List.of(), scrubber.progress().lost(), "it is not there yet");
            assertEquals(List.of("3 5"), blocks(scrubber.losses()));
            scrubber.cancel();
            assertEquals(List.of("3 5"), blocks(scrubber.losses()), "it did not get there");
            pool().free(ids.get(3));
            assertEquals(List.of("3 5"), blocks(scrubber.losses()));
            pass(scrubber);
            assertEquals(KnownLosses.NONE, scrubber.losses());
        }
    }

    @Test
    void whatIsTooMuchToBeNamedIsCounted() {
        Segment segment = pool().parts().segments().find(ids.get(0));
        LostReads reads = new LostReads(2);
        for (int block = 0; block < 3; block++) {
            reads.add("only", segment, block * TestPools.BLOCK, TestPools.BLOCK, List.of("why"));
        }
        reads.add("only", segment, 0, TestPools.BLOCK, List.of("why"));
        assertEquals(4, reads.reads());
        assertEquals(List.of("0 0", "0 1"), blocks(reads.losses()));
        assertEquals(TestPools.BLOCK, reads.losses().unnamedBytes());
        reads.forget(2);
        assertEquals(List.of("0 0"), blocks(reads.losses()), "the last read met it again");
        assertEquals(TestPools.BLOCK, reads.losses().unnamedBytes());
        reads.forget(3);
        assertEquals(0, reads.losses().unnamedBytes());
        KnownLosses both = new KnownLosses(reads.losses().named(), 10).and(new KnownLosses(List.of(
                reads.losses().named().get(0), new LostRange("only", segment.identity(), 8192, 100, "why")), 1), 1);
        assertEquals(List.of("0 0"), blocks(both));
        assertEquals(111, both.unnamedBytes());
    }

    /** A client that asks again and again makes no greater loss of one. */
    @Test
    void aBlockThatIsNotNamedCountsOnce() {
        Segment segment = pool().parts().segments().find(ids.get(0));
        LostReads reads = new LostReads(1);
        for (int again = 0; again < 100; again++) {
            for (int block = 0; block < 4; block++) {
                reads.add("only", segment, block * TestPools.BLOCK, TestPools.BLOCK, List.of("why"));
            }
        }
        assertEquals(400, reads.reads());
        assertEquals(3 * TestPools.BLOCK, reads.losses().unnamedBytes());
        reads.forget(400);
        assertEquals(KnownLosses.NONE, reads.losses());
        reads.add("only", segment, 0, TestPools.BLOCK, List.of("why"));
        reads.add("only", segment, TestPools.BLOCK, TestPools.BLOCK, List.of("why"));
        assertEquals(TestPools.BLOCK, reads.losses().unnamedBytes(), "it was met anew");
    }

    /** Blocks hash to different marks, but for a few. */
    @Test
    void manyBlocksThatAreNotNamedAreCountedNearly() {
        Segment segment = pool().parts().segments().find(ids.get(0));
        LostReads reads = new LostReads(0);
        for (int block = 0; block < 10_000; block++) {
            reads.add("only", segment, block * TestPools.BLOCK, 1, List.of("why"));
        }
        long counted = reads.losses().unnamedBytes();
        assertTrue(counted <= 10_000 && counted > 9_900, () -> counted + " of 10,000");
    }
}
