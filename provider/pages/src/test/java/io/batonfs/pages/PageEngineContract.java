package io.batonfs.pages;

import static io.batonfs.pages.EngineRig.PAGE;
import static io.batonfs.pages.EngineRig.bytes;
import static io.batonfs.pages.EngineRig.extent;
import static io.batonfs.pages.EngineRig.failure;
import static io.batonfs.pages.EngineRig.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageRun;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** What {@link PageEngine} promises, over any pool. */
@Timeout(120)
abstract class PageEngineContract {
    static final Epoch FIRST = Epoch.FIRST;
    static final Epoch SECOND = FIRST.next();

    Pool pool;
    EngineRig rig;

    /** A pool of the geometry in {@link EngineRig}, named "pool", empty. */
    abstract Pool newPool() throws IOException;

    /** What a restart of the server makes of a pool. */
    abstract Pool restarted(Pool before) throws IOException;

    /** Checks made once a test is over. */
    abstract void checkPool(Pool after);

    @BeforeEach
    void open() throws IOException {
        pool = newPool();
        rig = new EngineRig(pool);
    }

    @AfterEach
    void close() throws IOException {
        rig.close();
        checkPool(pool);
        pool.close();
    }

    void restart() throws IOException {
        rig.close();
        pool = restarted(pool);
        rig = new EngineRig(pool);
    }

    Extent added(long number, long firstPage, int pages) throws IOException {
        Extent extent = extent(number, firstPage, pages);
        rig.engine.addExtent(extent, "pool");
        return extent;
    }

    static ErrorCode refused(Executable call) {
        return assertThrows(BatonException.class, call).code();
    }

    @Test
    void whatWasWrittenIsReadBack() throws IOException {
        assertEquals(0, rig.engine.extents());
        Extent extent = added(1, 5, 3);
        assertEquals(1, rig.engine.extents());
        byte[] data = bytes(1, 2 * PAGE + 700);
        rig.append(extent, 0, data);
        assertArrayEquals(data, rig.readAll(extent, data.length));
        assertArrayEquals(Arrays.copyOfRange(data, PAGE - 100, PAGE), get(rig.read(extent, PAGE - 100, 100)));
        ExtentState state = rig.engine.state(extent.id());
        assertEquals(new ExtentState(extent.id(), extent.pages(), FIRST, data.length, false, true), state);
        assertEquals(List.of(state), rig.engine.report());
    }

    @Test
    void pipelinedWritesOfOneExtentKeepTheirOrder() throws IOException {
        Extent extent = added(1, 0, 8);
        byte[] data = bytes(2, 8 * PAGE);
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        for (int at = 0; at < data.length; at += PAGE / 32) {
            writes.add(rig.write(extent, at, Arrays.copyOfRange(data, at, at + PAGE / 32)));
        }
        for (CompletableFuture<Void> write : writes) {
            get(write);
        }
        assertArrayEquals(data, rig.readAll(extent, data.length));
    }

    @Test
    void aRepeatedWriteSucceedsAndADifferentOneIsRefused() throws IOException {
        Extent extent = added(1, 0, 2);
        byte[] data = bytes(3, 1500);
        get(rig.write(extent, 0, data));
        get(rig.write(extent, 0, data));
        get(rig.write(extent, 700, Arrays.copyOfRange(data, 700, 900)));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, 700, bytes(4, 200))));
        assertEquals(1500, rig.engine.state(extent.id()).lengthBytes());
        rig.engine.seal(extent.id(), 1500, false);
        get(rig.write(extent, 0, data));
        assertArrayEquals(data, rig.readAll(extent, 1500));
    }

    @Test
    void aWriteIsRefusedUnlessItBeginsAtTheEnd() throws IOException {
        Extent extent = added(1, 0, 2);
        byte[] data = bytes(5, 600);
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, 1, data)), "beyond the end of nothing");
        get(rig.write(extent, 0, data));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, 500, data)), "across the end");
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, 601, data)), "beyond the end");
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, PAGE, data)), "next page too early");
        assertEquals(600, rig.engine.state(extent.id()).lengthBytes());
    }

    @Test
    void requestsThatMakeNoSenseAreRefused() throws IOException {
        Extent extent = added(1, 4, 1);
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, PAGE - 48, new byte[100])), "across pages");
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, 0, new byte[0])), "forces nothing");
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, PAGE, new byte[1])), "behind its pages");
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, -1, new byte[1])), "before its pages");
        WriteRequest sound = EngineRig.writeRequest(extent, FIRST, 0, bytes(1, 5000), false);
        int[] wrong = sound.pieceCrcs().clone();
        wrong[1]++;
        assertEquals(ErrorCode.CHECKSUM_MISMATCH, failure(write(sound, wrong)), "wrong checksum, and no segment yet");
        long handedOver = rig.engine.counters().handedOver();
        assertEquals(ErrorCode.CHECKSUM_MISMATCH, failure(write(sound, wrong)), "wrong checksum");
        assertEquals(handedOver, rig.engine.counters().handedOver(), "a writer's error is no failed component");
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(write(sound, new int[1])), "too few checksums");
        assertEquals(0, rig.engine.state(extent.id()).lengthBytes());
        get(write(sound, sound.pieceCrcs()));
    }

    private CompletableFuture<Void> write(WriteRequest request, int[] crcs) {
        EngineRig.Outcome outcome = new EngineRig.Outcome();
        rig.engine.write(new WriteRequest(request.volume(), request.address(), request.extent(), request.writeEpoch(),
                request.data(), crcs, request.writeThrough()), outcome);
        return outcome.future;
    }

    @Test
    void whatIsNotThereIsNotRead() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 100)));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.read(extent, 0, 101)));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.read(extent, 100, 1)));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.read(extent, PAGE, 1)));
        assertEquals(0, get(rig.read(extent, 100, 0)).length);
        assertEquals(ErrorCode.NO_SUCH_EXTENT, failure(rig.read(extent(2, 2, 1), 0, 1)));
        assertEquals(ErrorCode.NO_SUCH_EXTENT, failure(rig.write(extent(2, 2, 1), 0, bytes(1, 1))));
        assertEquals(ErrorCode.NO_SUCH_EXTENT, refused(() -> rig.engine.state(EngineRig.id(2))));
        assertEquals(ErrorCode.NO_SUCH_EXTENT, refused(() -> rig.engine.fence(EngineRig.id(2), FIRST)));
        assertEquals(ErrorCode.NO_SUCH_EXTENT, refused(() -> rig.engine.seal(EngineRig.id(2), 0, false)));
        assertEquals(ErrorCode.NO_SUCH_EXTENT, refused(() -> rig.engine.checksum(EngineRig.id(2), 0, 0)));
    }

    @Test
    void pagesThatAreHeldAreNotGivenOutAgain() throws IOException {
        Extent extent = added(1, 10, 4);
        rig.engine.addExtent(extent, "pool");
        assertEquals(ErrorCode.ALREADY_EXISTS, refused(() -> added(1, 10, 5)), "other pages");
        assertEquals(ErrorCode.ALREADY_EXISTS, refused(() -> added(1, 20, 4)), "other pages");
        assertEquals(ErrorCode.ALREADY_EXISTS, refused(() -> added(2, 13, 1)), "the last page");
        assertEquals(ErrorCode.ALREADY_EXISTS, refused(() -> added(2, 8, 3)), "the first page");
        assertEquals(ErrorCode.ALREADY_EXISTS, refused(() -> added(2, 8, 20)), "all pages");
        assertEquals(ErrorCode.NOT_FOUND, refused(() -> rig.engine.addExtent(extent(2, 14, 1), "no such pool")));
        added(2, 14, 1);
        added(3, 9, 1);
        assertEquals(3, rig.engine.report().size());
    }

    @Test
    void aFenceStopsOlderWritersAndLetsTheNewOneOn() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 100)));
        ExtentState fenced = rig.engine.fence(extent.id(), SECOND);
        assertEquals(100, fenced.lengthBytes());
        assertEquals(SECOND, fenced.writeEpoch());
        assertEquals(ErrorCode.FENCED, failure(rig.write(extent, 100, bytes(2, 10))));
        assertEquals(ErrorCode.FENCED, failure(rig.write(extent, 0, bytes(1, 100))), "not even a repeated write");
        assertEquals(ErrorCode.FENCED, refused(() -> rig.engine.fence(extent.id(), FIRST)));
        rig.engine.fence(extent.id(), SECOND);
        get(rig.write(extent, SECOND, 100, bytes(2, 10), false));
        restart();
        assertEquals(SECOND, rig.engine.state(extent.id()).writeEpoch());
        assertEquals(ErrorCode.FENCED, failure(rig.write(extent, 110, bytes(2, 10))));
    }

    @Test
    void aWriterWithANewerEpochFencesTheOlderOne() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 100)));
        get(rig.write(extent, SECOND, 100, bytes(2, 100), false));
        assertEquals(ErrorCode.FENCED, failure(rig.write(extent, 200, bytes(3, 1))));
        restart();
        assertEquals(SECOND, rig.engine.state(extent.id()).writeEpoch());
    }

    @Test
    void sealingEndsAppendingForEver() throws IOException {
        Extent extent = added(1, 0, 3);
        byte[] data = bytes(1, 2 * PAGE + 10);
        rig.append(extent, 0, data);
        assertEquals(ErrorCode.INVALID_ARGUMENT,
                refused(() -> rig.engine.seal(extent.id(), data.length + 1, false)), "more than there is");
        ExtentState sealed = rig.engine.seal(extent.id(), PAGE + 5, true);
        assertEquals(new ExtentState(extent.id(), extent.pages(), FIRST, PAGE + 5, true, true), sealed);
        assertEquals(sealed, rig.engine.seal(extent.id(), PAGE + 5, false));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused(() -> rig.engine.seal(extent.id(), PAGE, false)));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, PAGE + 5, bytes(1, 1))));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.read(extent, PAGE, 6)), "forgotten");
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.read(extent, 2 * PAGE, 1)), "forgotten page");
        assertEquals(2, pool.segments().size());
        assertArrayEquals(Arrays.copyOf(data, PAGE + 5), rig.readAll(extent, PAGE + 5));
        restart();
        ExtentState found = rig.engine.state(extent.id());
        assertTrue(found.sealed());
        assertEquals(PAGE + 5, found.lengthBytes());
        rig.engine.addExtent(extent, "pool");
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(extent, PAGE + 5, bytes(1, 1))));
        assertEquals(new PageRun(EngineRig.VOLUME, 0, 3), rig.engine.state(extent.id()).pages());
    }

    @Test
    void sealingAtAPageBoundaryAndAtNothing() throws IOException {
        Extent one = added(1, 0, 3);
        rig.append(one, 0, bytes(1, PAGE + 10));
        rig.engine.seal(one.id(), PAGE, false);
        Extent two = added(2, 3, 1);
        rig.append(two, 0, bytes(1, 10));
        rig.engine.seal(two.id(), 0, false);
        assertEquals(1, pool.segments().size());
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(one, PAGE, bytes(1, 1))));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(rig.write(two, 0, bytes(1, 1))));
        assertEquals(0, rig.engine.state(two.id()).lengthBytes());
        restart();
        assertTrue(rig.engine.state(one.id()).sealed());
        assertEquals(PAGE, rig.engine.state(one.id()).lengthBytes());
    }

    @Test
    void checksumsOfRanges() throws IOException {
        Extent extent = added(1, 0, 3);
        byte[] data = bytes(1, 2 * PAGE + 700);
        rig.append(extent, 0, data);
        for (int[] range : new int[][] {{0, data.length}, {0, 0}, {1, 1}, {100, PAGE}, {PAGE, PAGE}, {511, 2 * PAGE}}) {
            CRC32C crc = new CRC32C();
            crc.update(data, range[0], range[1]);
            assertEquals((int) crc.getValue(), rig.engine.checksum(extent.id(), range[0], range[1]));
        }
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused(() -> rig.engine.checksum(extent.id(), 1, data.length)));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused(() -> rig.engine.checksum(extent.id(), -1, 1)));
        assertEquals(ErrorCode.INVALID_ARGUMENT,
                refused(() -> rig.engine.checksum(extent.id(), Long.MAX_VALUE, 1)));
    }

    @Test
    void freeingGivesEverythingBack() throws IOException {
        Extent extent = added(1, 0, 3);
        rig.append(extent, 0, bytes(1, 2 * PAGE + 1));
        assertEquals(3, pool.segments().size());
        rig.engine.free(extent.id());
        assertEquals(0, pool.segments().size());
        rig.engine.free(extent.id());
        assertEquals(List.of(), rig.engine.report());
        assertEquals(ErrorCode.NO_SUCH_EXTENT, failure(rig.read(extent, 0, 1)));
        assertEquals(ErrorCode.NO_SUCH_EXTENT, failure(rig.write(extent, 0, bytes(1, 1))));
        restart();
        assertEquals(List.of(), rig.engine.report());
    }

    @Test
    void aRestartFindsWhatWasThere() throws IOException {
        Extent one = added(1, 0, 4);
        Extent two = added(2, 4, 2);
        Extent never = added(3, 6, 1);
        byte[] data = bytes(1, 2 * PAGE + 9);
        rig.append(one, 0, data);
        rig.append(two, 0, bytes(2, 1));
        restart();
        assertEquals(List.of(), rig.engine.problems());
        assertArrayEquals(data, rig.readAll(one, data.length));
        assertEquals(ErrorCode.NO_SUCH_EXTENT, refused(() -> rig.engine.state(never.id())));
        assertEquals(new PageRun(EngineRig.VOLUME, 0, 3), rig.engine.state(one.id()).pages());
        rig.append(one, data.length, bytes(3, 5));
        assertEquals(ErrorCode.ALREADY_EXISTS, refused(() -> added(1, 0, 2)), "fewer pages than are held");
        assertEquals(ErrorCode.ALREADY_EXISTS, refused(() -> added(1, 0, 5)), "pages of another extent");
        assertEquals(ErrorCode.ALREADY_EXISTS, refused(() -> added(9, 2, 1)));
        added(1, 0, 4);
        rig.append(one, data.length + 5, bytes(4, PAGE));
        assertEquals(ErrorCode.ALREADY_EXISTS, refused(() -> added(1, 0, 3)));
        assertEquals(data.length + 5 + PAGE, rig.engine.state(one.id()).lengthBytes());
    }

    @Test
    void segmentsOfOtherGroupsAndPagesClaimedTwiceAreNotServed() throws IOException {
        Extent good = added(1, 0, 1);
        rig.append(good, 0, bytes(1, 10));
        Extent twice = added(2, 1, 2);
        rig.append(twice, 0, bytes(2, PAGE + 10));
        SegmentIdentity copy = new SegmentIdentity(EngineRig.GROUP, EngineRig.VOLUME, 2, twice.id());
        filled(copy);
        filled(new SegmentIdentity(new GroupId(new UUID(8, 8)), EngineRig.VOLUME, 0,
                good.id()));
        restart();
        assertEquals(3, rig.engine.problems().size(), rig.engine.problems().toString());
        assertArrayEquals(bytes(1, 10), rig.readAll(good, 10));
        assertEquals(PAGE, rig.engine.state(twice.id()).lengthBytes());
        assertEquals(ErrorCode.NO_SUCH_EXTENT, failure(rig.read(twice, PAGE, 1)));
        assertEquals(ErrorCode.ALREADY_EXISTS, refused(() -> added(5, 2, 1)), "claimed pages are not given out");
        added(2, 1, 2);
        assertEquals(ErrorCode.DATA_LOST, failure(rig.read(twice, PAGE, 1)));
        assertEquals(ErrorCode.DATA_LOST, failure(rig.write(twice, PAGE, bytes(1, 1))));
        assertEquals(4 + 1, pool.segments().size(), "nothing is freed on account of a problem");
    }

    private void filled(SegmentIdentity identity) throws IOException {
        SegmentId id = pool.create(identity, FIRST);
        ByteBuffer data = ByteBuffer.wrap(bytes(9, 10));
        pool.append(id, 0, data, Pieces.crcs(EngineRig.GEOMETRY, 0, data), false);
    }

    @Test
    void steadyStateNeverEntersTheControlPath() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 1)));
        assertEquals(new PageEngineCounters(0, 0, 1, 1), rig.engine.counters(), "the first write made the segment");
        for (int at = 1; at <= 50; at++) {
            get(rig.write(extent, at, bytes(at, 1)));
            get(rig.read(extent, 0, at));
        }
        assertEquals(new PageEngineCounters(50, 50, 1, 1), rig.engine.counters());
        assertFalse(rig.engine.state(extent.id()).sealed());
    }

    @Test
    void randomHistoriesAgreeWithByteArrays() throws IOException {
        new RandomHistory(rig, () -> {
            restart();
            return rig;
        }).run(Integer.getInteger("baton.pages.steps", 1500));
    }

    @Test
    void aClosedEngineRefuses() throws IOException {
        Extent extent = added(1, 0, 2);
        get(rig.write(extent, 0, bytes(1, 1)));
        rig.engine.close();
        rig.engine.close();
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.write(extent, 1, bytes(1, 1))));
        assertEquals(ErrorCode.UNREACHABLE, failure(rig.read(extent, 0, 1)));
        assertEquals(ErrorCode.UNREACHABLE, refused(() -> rig.engine.free(extent.id())));
    }
}
