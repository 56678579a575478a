package io.batonfs.client;

import static io.batonfs.client.Setup.NEW;
import static io.batonfs.client.Setup.fails;
import static io.batonfs.client.Setup.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonInput.RangeRead;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.LwioStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SliceInputTest {

    private static byte[] part(byte[] bytes, long from, int length) {
        return Arrays.copyOfRange(bytes, (int) from, (int) Math.min(bytes.length, from + length));
    }

    @Test
    void anyRangeComesBackAsItWasWritten() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 50_000);
            try (BatonInput input = setup.client.open("/f")) {
                for (int i = 0; i < 500; i++) {
                    int from = setup.random.nextInt(bytes.length);
                    int length = 1 + setup.random.nextInt(setup.random.nextInt(10) == 0 ? 50_000 : 3000);
                    assertArrayEquals(part(bytes, from, length), read(input, from, length, i % 2 == 0));
                }
                assertEquals(-1, input.read(50_000, ByteBuffer.allocate(1)));
                assertEquals(-1, input.read(Long.MAX_VALUE, ByteBuffer.allocate(1)));
                assertEquals(0, input.read(0, ByteBuffer.allocate(0)));
                fails(ErrorCode.INVALID_ARGUMENT, () -> input.read(-1, ByteBuffer.allocate(1)));
            }
            BatonInput closed = setup.client.open("/f");
            closed.close();
            closed.close();
            fails(ErrorCode.INVALID_ARGUMENT, () -> closed.read(0, ByteBuffer.allocate(1)));
        }
    }

    @Test
    void oneWrongBitIsReadAgainAndASecondIsAnError() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/dir/f", 9000);
            try (BatonInput input = setup.client.open("/dir/f")) {
                setup.group.faults.wrongReads(1);
                assertArrayEquals(part(bytes, 100, 300), read(input, 100, 300, false));
                setup.group.faults.wrongReads(2);
                ByteBuffer buffer = ByteBuffer.allocate(300);
                BatonException lost = fails(ErrorCode.DATA_LOST, () -> input.read(5000, buffer));
                assertEquals(0, buffer.position());
                assertArrayEquals(new byte[300], buffer.array(), "wrong bytes were handed out");
                for (String named : new String[] {"/dir/f", "5000", "server-"}) {
                    assertTrue(lost.getMessage().contains(named), lost.getMessage());
                }
                assertArrayEquals(part(bytes, 5000, 300), read(input, 5000, 300, false));
            }
        }
    }

    @Test
    void readAheadNeverHandsOutWrongBytesEither() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 50_000);
            try (BatonInput input = setup.client.open("/f")) {
                for (int at = 0; at < bytes.length; at += 100) {
                    setup.group.faults.wrongReads(1);
                    assertArrayEquals(part(bytes, at, 100), read(input, at, 100, false));
                }
            }
        }
    }

    @Test
    void smallReadsInARowAreNotARequestEach() throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 2, 8, 1 << 20);
        try (Setup setup = new Setup(group, Map.of())) {
            byte[] bytes = setup.file("/f", 4 << 20);
            try (BatonInput input = setup.client.open("/f")) {
                for (int at = 0; at < bytes.length; at += 4096) {
                    assertArrayEquals(part(bytes, at, 4096), read(input, at, 4096, false));
                }
            }
            assertTrue(group.reads.get() < 25, group.reads + " READs for 1024 reads");
            assertEquals(4 << 20, setup.client.counters().readBytes());
        }
    }

    @Test
    void randomReadsAreOneRequestEachAndNothingMore() throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 2, 8, 1 << 20);
        try (Setup setup = new Setup(group, Map.of())) {
            setup.file("/f", 4 << 20);
            try (BatonInput input = setup.client.open("/f")) {
                int[] blocks = new Random(1).ints(300, 0, 500).map(block -> block * 2).toArray();
                for (int block : blocks) {
                    read(input, block * 4096L, 4096, false);
                }
            }
            assertEquals(300, group.reads.get());
        }
    }

    @Test
    void ofLargeReadsInARowTheNextIsUnderWayUnlessItNeedsNoCopy() throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 2, 8, 1 << 20);
        try (Setup setup = new Setup(group, Map.of("buffer.bytes", "65536", "readahead.bytes", "65536"))) {
            byte[] bytes = setup.file("/f", (2 << 20) + 5000);
            int length = 4 * 65536 + 100;
            for (boolean direct : new boolean[] {false, true}) {
                int most = 0;
                try (BatonInput input = setup.client.open("/f")) {
                    for (int at = 0; at < bytes.length; at += length) {
                        int wanted = Math.min(length, bytes.length - at);
                        assertArrayEquals(part(bytes, at, wanted), read(input, at, wanted, direct));
                        most = Math.max(most, setup.client.pool().out());
                    }
                }
                assertEquals(direct ? 0 : 7, most, "buffers that are being filled between two reads");
                assertEquals(0, setup.client.pool().out());
            }
        }
    }

    @Test
    void inTheMiddleOfALargeReadMoreIsAskedForAsSoonAsThereIsRoom() throws Exception {
        int window = 65536;
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 2, 8, 1 << 20);
        try (Setup setup = new Setup(group, Map.of("buffer.bytes", "64k", "readahead.bytes", "64k"))) {
            byte[] bytes = setup.file("/f", 32 * window);
            try (BatonInput input = setup.client.open("/f")) {
                for (int at = 0; at < 6 * window; at += 2 * window) {
                    read(input, at, 2 * window, false);
                }
                while (group.wire.pending() > 0) {
                    Thread.onSpinWait();
                }
                group.wire.hold(true);
                CompletableFuture<byte[]> large = CompletableFuture.supplyAsync(() -> {
                    try {
                        return read(input, 6 * window, 5 * window, false);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
                // Four windows are there. The first one used up makes room for seven: the fifth and three after it.
                group.wire.awaitPending(4);
                assertFalse(large.isDone());
                group.wire.hold(false);
                assertArrayEquals(part(bytes, 6 * window, 5 * window), large.get());
            }
        }
    }

    @Test
    void whoGoesOnWithLargeReadsIntoDirectMemoryNeedsNoCopyFromTheSecondOn() throws IOException {
        int window = 65536;
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 2, 8, 1 << 20);
        try (Setup setup = new Setup(group, Map.of("buffer.bytes", "64k", "readahead.bytes", "64k"))) {
            byte[] bytes = setup.file("/f", 64 * window);
            try (BatonInput input = setup.client.open("/f")) {
                int at = 0;
                for (; at < 8 * window; at += 2 * window) {
                    read(input, at, 2 * window, false);
                }
                assertTrue(setup.client.pool().out() > 0, "nothing was read ahead");
                for (; at < 40 * window; at += 8 * window) {
                    assertArrayEquals(part(bytes, at, 8 * window), read(input, at, 8 * window, true));
                    assertEquals(0, setup.client.pool().out(), "buffers that hold what is to be copied");
                }
            }
        }
    }

    @Test
    void readAheadCanBeTurnedOff() throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 2, 8, 1 << 20);
        try (Setup setup = new Setup(group, Map.of("readahead.bytes", "0"))) {
            setup.file("/f", 64 * 4096);
            try (BatonInput input = setup.client.open("/f")) {
                for (int block = 0; block < 64; block++) {
                    read(input, block * 4096L, 4096, false);
                }
            }
            assertEquals(64, group.reads.get());
        }
    }

    @Test
    void largeReadsHaveSeveralRequestsOutstanding() throws Exception {
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 1, 8, 1 << 16);
        try (Setup setup = new Setup(group, Map.of("read.parallel.requests", "5"))) {
            byte[] bytes = setup.file("/f", 1 << 20);
            group.connections.forEach(FakeLwio::resetMostOutstanding);
            try (BatonInput input = setup.client.open("/f")) {
                group.wire.hold(true);
                CompletableFuture<byte[]> direct = CompletableFuture.supplyAsync(() -> {
                    try {
                        return read(input, 0, 1 << 20, true);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
                group.wire.awaitPending(5);
                group.wire.hold(false);
                assertArrayEquals(bytes, direct.get());
                assertArrayEquals(bytes, read(input, 0, 1 << 20, false));
            }
            int most = group.connections.stream().mapToInt(FakeLwio::mostOutstanding).max().orElseThrow();
            assertEquals(5, most);
        }
    }

    private static RangeRead wanted(long position, int length, boolean direct) {
        return new RangeRead(position, direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length),
                new CompletableFuture<>());
    }

    private static void assertRead(byte[] file, RangeRead range) {
        range.done().join();
        ByteBuffer destination = range.destination();
        assertFalse(destination.hasRemaining());
        byte[] found = new byte[destination.flip().remaining()];
        destination.get(found);
        assertArrayEquals(part(file, range.position(), found.length), found);
    }

    @Test
    void manyRangesComeBackAsTheyWereWritten() throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 2, 8, 1 << 18);
        try (Setup setup = new Setup(group, Map.of("buffer.bytes", "64k", "buffer.memory.bytes", "128k"))) {
            byte[] bytes = setup.file("/f", 1 << 20);
            try (BatonInput input = setup.client.open("/f")) {
                for (int round = 0; round < 20; round++) {
                    List<RangeRead> ranges = new ArrayList<>();
                    for (int i = setup.random.nextInt(30); i >= 0; i--) {
                        int length = setup.random.nextInt(setup.random.nextInt(5) == 0 ? 300_000 : 3000);
                        ranges.add(wanted(setup.random.nextInt(bytes.length - length + 1), length, i % 3 == 0));
                    }
                    input.readVectored(ranges);
                    ranges.forEach(range -> assertRead(bytes, range));
                    assertEquals(0, setup.client.pool().out());
                }
                input.readVectored(List.of());
            }
        }
    }

    @Test
    void manyRangesHaveSeveralRequestsOutstanding() throws Exception {
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 1, 8, 1 << 18);
        try (Setup setup = new Setup(group, Map.of("read.parallel.requests", "5"))) {
            byte[] bytes = setup.file("/f", 1 << 20);
            try (BatonInput input = setup.client.open("/f")) {
                List<RangeRead> ranges = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    ranges.add(wanted(i * 50_000L, 100, i % 2 == 0));
                }
                group.wire.hold(true);
                CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
                    try {
                        input.readVectored(ranges);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
                group.wire.awaitPending(5);
                group.wire.hold(false);
                reading.get();
                ranges.forEach(range -> assertRead(bytes, range));
            }
        }
    }

    @Test
    void aRangeFailsByItself() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 9000);
            BatonInput input = setup.client.open("/f");
            RangeRead lost = wanted(100, 100, false);
            List<RangeRead> well = List.of(wanted(3000, 100, false), wanted(6000, 100, true));
            RangeRead past = wanted(8950, 51, false);
            RangeRead before = wanted(-1, 1, false);
            // Three in each of two passes over all of them, and the first one's own two.
            setup.group.faults.wrongReads(8);
            input.readVectored(List.of(lost, past, well.get(0), before, well.get(1)));
            well.forEach(range -> assertRead(bytes, range));
            assertEquals(ErrorCode.DATA_LOST, codeOf(lost));
            assertEquals(0, lost.destination().position());
            assertArrayEquals(new byte[100], lost.destination().array(), "wrong bytes were handed out");
            assertEquals(ErrorCode.INVALID_ARGUMENT, codeOf(past));
            assertEquals(ErrorCode.INVALID_ARGUMENT, codeOf(before));
            input.close();
            fails(ErrorCode.INVALID_ARGUMENT, () -> input.readVectored(well));
        }
    }

    private static ErrorCode codeOf(RangeRead range) {
        ExecutionException failed = assertThrows(ExecutionException.class, range.done()::get);
        return ((BatonException) failed.getCause()).code();
    }

    @Test
    void anInterruptedVectoredReadLeavesNoRangeUndone() throws IOException {
        try (Setup setup = new Setup()) {
            setup.file("/f", 9000);
            try (BatonInput input = setup.client.open("/f")) {
                setup.group.down(new ServerId(1), true);
                setup.group.down(new ServerId(2), true);
                setup.group.cutAll();
                List<RangeRead> ranges = List.of(wanted(0, 10, false), wanted(5000, 10, true));
                Thread.currentThread().interrupt();
                input.readVectored(ranges);
                assertTrue(Thread.interrupted());
                ranges.forEach(range -> assertTrue(range.done().isCompletedExceptionally()));
            }
        }
    }

    @Test
    void aStreamSaysHowFarToReadAhead() throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 2, 8, 1 << 20);
        try (Setup setup = new Setup(group, Map.of())) {
            setup.file("/f", 64 * 4096);
            assertEquals(64, readsFor(setup, 0));
            assertTrue(readsFor(setup, Long.MAX_VALUE) < 10);
            assertTrue(readsFor(setup, -1) < 10);
            int few = readsFor(setup, 16_384);
            assertTrue(few > 10 && few < 30, few + " READs with four blocks a window");
        }
    }

    private static int readsFor(Setup setup, long readAhead) throws IOException {
        int before = setup.group.reads.get();
        try (BatonInput input = setup.client.open("/f")) {
            input.setReadAhead(readAhead);
            for (int block = 0; block < 64; block++) {
                read(input, block * 4096L, 4096, false);
            }
        }
        return setup.group.reads.get() - before;
    }

    @Test
    void unbufferGivesBackWhatWasReadAhead() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 50_000);
            try (BatonInput input = setup.client.open("/f")) {
                for (int at = 0; at < 1000; at += 100) {
                    read(input, at, 100, false);
                }
                assertTrue(setup.client.pool().out() > 0);
                input.unbuffer();
                assertEquals(0, setup.client.pool().out());
                assertArrayEquals(part(bytes, 1000, 100), read(input, 1000, 100, false));
            }
        }
    }

    @Test
    void everythingThatCanBeMendedIsMended() throws IOException {
        for (LwioStatus status : new LwioStatus[] {LwioStatus.STALE_ROUTE, LwioStatus.INVALID_HANDLE,
            LwioStatus.FILE_CLOSED, LwioStatus.INSUFFICIENT_RESOURCES, LwioStatus.ACCESS_DENIED,
            LwioStatus.NO_SUCH_EXTENT, LwioStatus.DATA_ERROR}) {
            try (Setup setup = new Setup()) {
                byte[] bytes = setup.file("/f", 7000);
                try (BatonInput input = setup.client.open("/f")) {
                    setup.group.faults.nextIo(status);
                    assertArrayEquals(part(bytes, 10, 5000), read(input, 10, 5000, false), status.name());
                }
            }
        }
    }

    @Test
    void aCompactedFileIsLookedUpAgain() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 20_000);
            try (BatonInput input = setup.client.open("/f")) {
                assertArrayEquals(part(bytes, 0, 10), read(input, 0, 10, false));
                setup.group.catalog.compact("/f");
                assertArrayEquals(part(bytes, 10, 15_000), read(input, 10, 15_000, false));
                assertEquals(2, setup.group.catalog.opens);
            }
        }
    }

    @Test
    void anExtentThatStaysGoneIsAnErrorAndNotALoop() throws IOException {
        try (Setup setup = new Setup()) {
            setup.file("/f", 5000);
            try (BatonInput input = setup.client.open("/f")) {
                setup.group.catalog.allExtents().forEach(held -> held.gone = true);
                fails(ErrorCode.NO_SUCH_EXTENT, () -> read(input, 0, 5000, false));
                assertEquals(4, setup.group.catalog.opens);
            }
        }
    }

    @Test
    void aRenameIsNotNoticedByWhoReads() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 20_000);
            try (BatonInput input = setup.client.open("/f")) {
                setup.client.rename("/f", "/g", false);
                byte[] other = setup.file("/f", 20_000);
                setup.group.extents.expireKeys();
                assertArrayEquals(bytes, read(input, 0, 20_000, false));
                assertArrayEquals(other, setup.readAll("/f"));
            }
        }
    }

    @Test
    void anotherFileUnderTheSameNameIsNotReadInstead() throws IOException {
        try (Setup setup = new Setup()) {
            setup.file("/f", 20_000);
            try (BatonInput input = setup.client.open("/f")) {
                setup.group.catalog.compact("/f");
                setup.client.delete("/f", false);
                setup.file("/f", 20_000);
                fails(ErrorCode.FILE_CHANGED, () -> read(input, 0, 10, false));
                setup.client.delete("/f", false);
                fails(ErrorCode.NOT_FOUND, () -> read(input, 0, 10, false));
            }
        }
    }

    @Test
    void movedPagesAreFollowedWithoutLookingTheFileUp() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 16_000);
            try (BatonInput one = setup.client.open("/f"); BatonInput two = setup.client.open("/f")) {
                assertEquals(1, setup.client.moveFile("/f", new ServerId(2)));
                assertArrayEquals(bytes, read(one, 0, 16_000, false));
                int reads = setup.group.reads.get();
                assertArrayEquals(bytes, read(two, 0, 16_000, false));
                assertEquals(8, setup.group.reads.get() - reads, "what one stream learned helps the other");
                assertEquals(2, setup.group.catalog.opens);
            }
        }
    }

    @Test
    void keysAreRenewedBeforeTheyExpireAndAfterTheyWereRefused() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 9000);
            setup.group.extents.keyLifeMs = 1000;
            try (BatonInput input = setup.client.open("/f")) {
                for (int i = 0; i < 20; i++) {
                    assertArrayEquals(part(bytes, i * 17, 2000), read(input, i * 17, 2000, false));
                    setup.group.time.advance(400);
                }
                assertEquals(0, setup.group.time.pauses().size());
                setup.group.extents.expireKeys();
                assertArrayEquals(part(bytes, 5, 2000), read(input, 5, 2000, false));
            }
        }
    }

    @Test
    void keysThatStayRefusedAreAnError() throws IOException {
        try (Setup setup = new Setup()) {
            setup.file("/f", 100);
            setup.group.extents.keyLifeMs = -1;
            try (BatonInput input = setup.client.open("/f")) {
                fails(ErrorCode.KEY_REFUSED, () -> read(input, 0, 10, false));
            }
        }
    }

    @Test
    void anOpenFileShowsWhatIsAcknowledgedAndNotAByteMore() throws Exception {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.bytes(30_000);
            BatonOutput output = setup.client.create("/f", NEW);
            try (BatonInput empty = setup.client.open("/f")) {
                assertEquals(0, empty.lengthBytes());
                assertEquals(-1, empty.read(0, ByteBuffer.allocate(10)));
            }
            output.write(bytes, 0, 700);
            output.hflush();
            output.write(bytes, 700, 200); // in the writer's memory only
            try (BatonInput input = setup.client.open("/f")) {
                assertEquals(700, input.lengthBytes());
                assertArrayEquals(part(bytes, 0, 700), read(input, 0, 5000, false));
                output.hflush();
                assertEquals(700, input.lengthBytes());
                assertEquals(900, input.refreshLength());
                setup.group.catalog.commitOpen("/f");
                output.write(bytes, 900, 5000);
                output.hflush();
                assertEquals(5900, input.refreshLength());
                assertArrayEquals(part(bytes, 0, 5900), read(input, 0, 6000, false),
                        "what a slice covers of the open extent counts once");
                output.write(bytes, 5900, 24_100); // two more extents
                output.close();
                assertEquals(30_000, input.refreshLength());
                assertArrayEquals(bytes, read(input, 0, 30_000, false));
            }
        }
    }

    @Test
    void anOpenFileIsReadThroughLostOwnersAndBack() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 5000);
            try (BatonInput input = setup.client.open("/f")) {
                setup.group.down(new ServerId(1), true);
                setup.group.down(new ServerId(2), true);
                setup.group.cutAll();
                BatonException failure = fails(ErrorCode.UNREACHABLE, () -> read(input, 0, 5000, false));
                assertTrue(failure.getMessage().contains("server-"), failure.getMessage());
                setup.group.down(new ServerId(1), false);
                setup.group.down(new ServerId(2), false);
                assertArrayEquals(bytes, read(input, 0, 5000, false));
            }
        }
    }

    @Test
    void manyThreadsReadOneInput() throws Exception {
        FakeGroup group = new FakeGroup(Setup.seed(), 2, 4, 2048);
        try (Setup setup = new Setup(group, Map.of("buffer.bytes", "64k", "buffer.memory.bytes", "128k"))) {
            byte[] bytes = setup.file("/f", 60_000);
            AtomicReference<Throwable> failed = new AtomicReference<>();
            try (BatonInput input = setup.client.open("/f")) {
                Thread[] threads = new Thread[6];
                for (int i = 0; i < threads.length; i++) {
                    int number = i;
                    threads[i] = new Thread(() -> {
                        Random random = new Random(number);
                        long at = 0;
                        try {
                            for (int n = 0; n < 300; n++) {
                                at = number % 2 == 0 ? (at + 100) % 59_000 : random.nextInt(59_000);
                                assertArrayEquals(part(bytes, at, 100), read(input, at, 100, n % 3 == 0));
                            }
                        } catch (Throwable e) {
                            failed.compareAndSet(null, e);
                        }
                    });
                    threads[i].start();
                }
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            if (failed.get() != null) {
                throw new AssertionError(failed.get());
            }
        }
    }

    @Test
    void anInterruptedReaderStillGetsItsBytesAndKeepsTheInterrupt() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 3000);
            try (BatonInput input = setup.client.open("/f")) {
                Thread.currentThread().interrupt();
                assertArrayEquals(bytes, read(input, 0, 3000, true));
                assertTrue(Thread.interrupted());
            }
        }
    }

    @Test
    void aDirectoryOrNothingCantBeOpened() throws IOException {
        try (Setup setup = new Setup()) {
            fails(ErrorCode.NOT_FOUND, () -> setup.client.open("/nothing"));
            assertFalse(setup.client.status("/nothing").isPresent());
            assertThrows(IOException.class, () -> setup.client.append("/nothing"));
        }
    }
}
