package io.batonfs.client;

import static io.batonfs.client.Setup.NEW;
import static io.batonfs.client.Setup.fails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.FakeExtents.Held;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.LwioStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ExtentOutputTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 511, 512, 513, 2047, 2048, 4095, 4096, 4097, 16383, 16384, 16385, 50_000})
    void whatWasWrittenIsThereWithItsChecksum(int length) throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", length);
            assertArrayEquals(bytes, setup.group.catalog.bytes("/f"));
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            assertEquals((int) crc.getValue(), setup.group.catalog.crc("/f"));
            assertArrayEquals(bytes, setup.readAll("/f"));
            assertEquals(length, setup.client.counters().writtenBytes());
            assertEquals(2L * length, setup.client.counters().lwioBytes());
        }
    }

    @Test
    void anEmptyFileNeedsNoDataConnection() throws IOException {
        try (Setup setup = new Setup()) {
            BatonOutput output = setup.client.create("/f", NEW);
            output.hflush();
            output.hsync();
            output.close();
            assertEquals(0, output.closedInfo().lengthBytes());
            assertEquals(0, setup.group.connections.size());
            try (BatonInput input = setup.client.open("/f")) {
                assertEquals(0, Setup.read(input, 0, 10, false).length);
            }
            assertEquals(0, setup.group.connections.size());
        }
    }

    @Test
    void hflushMeansAcknowledgedAndHsyncMeansForced() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.bytes(9000);
            try (BatonOutput output = setup.client.create("/f", NEW)) {
                output.write(bytes, 0, 700);
                output.hflush();
                Held held = setup.group.catalog.openExtent("/f");
                assertArrayEquals(Arrays.copyOf(bytes, 700), held.bytes);
                assertEquals(0, held.forcedBytes);
                output.write(bytes, 700, 8300);
                output.hsync();
                assertArrayEquals(bytes, held.bytes);
                assertEquals(9000, held.forcedBytes);
            }
        }
    }

    @Test
    void anHsyncOfARecordIsOneWriteThatAlsoForcesWhatCameBefore() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.bytes(900);
            try (BatonOutput output = setup.client.create("/f", NEW)) {
                output.write(bytes, 0, 300);
                output.hflush();
                for (int at = 300; at < 900; at += 200) {
                    int before = setup.group.writes.get();
                    output.write(bytes, at, 200);
                    output.hsync();
                    assertEquals(1, setup.group.writes.get() - before);
                    assertEquals(at + 200, setup.group.catalog.openExtent("/f").forcedBytes);
                }
                int before = setup.group.writes.get();
                output.hsync();
                assertEquals(before, setup.group.writes.get(), "there is nothing left to force");
            }
            assertArrayEquals(bytes, setup.readAll("/f"));
        }
    }

    @Test
    void anHsyncForcesEveryServerThatGotBytes() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.bytes(16_000);
            int at = 0;
            try (BatonOutput output = setup.client.create("/f", NEW)) {
                for (int length : new int[] {9000, 100, 6900}) {
                    output.write(bytes, at, length);
                    output.hsync();
                    at += length;
                    Held held = setup.group.catalog.openExtent("/f");
                    assertEquals(at, held.forcedBytes);
                    assertEquals(Set.of(new ServerId(1), new ServerId(2)), held.forcedBy);
                }
            }
        }
    }

    @Test
    void aDurableWriteThatFailsIsMendedAndStillDurable() throws IOException {
        for (LwioStatus status : new LwioStatus[] {LwioStatus.STALE_ROUTE, LwioStatus.INVALID_HANDLE,
            LwioStatus.FILE_CLOSED, LwioStatus.INSUFFICIENT_RESOURCES, LwioStatus.ACCESS_DENIED,
            LwioStatus.NO_SUCH_EXTENT, LwioStatus.DATA_ERROR}) {
            try (Setup setup = new Setup()) {
                byte[] bytes = setup.bytes(3000);
                try (BatonOutput output = setup.client.create("/f", NEW)) {
                    output.write(bytes, 0, 1000);
                    output.hflush();
                    setup.group.faults.nextIo(status);
                    output.write(bytes, 1000, 500);
                    output.hsync();
                    assertEquals(1500, setup.group.catalog.openExtent("/f").forcedBytes, status.name());
                    output.write(bytes, 1500, 1500);
                }
                assertArrayEquals(bytes, setup.group.catalog.bytes("/f"), status.name());
            }
        }
    }

    @Test
    void hsyncCoversExtentsThatWereLeftAndThoseOfEarlierWriters() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.bytes(3 * 16384 + 100);
            try (BatonOutput output = setup.client.create("/f", NEW)) {
                output.write(bytes, 0, 3 * 16384); // exactly three extents
                output.hsync();
                assertTrue(setup.group.catalog.isForced("/f"));
                output.write(bytes, 3 * 16384, 100);
            }
            assertFalse(setup.group.catalog.isForced("/f"), "close alone forces nothing");
            try (BatonOutput output = setup.client.append("/f")) {
                output.hsync();
                assertTrue(setup.group.catalog.isForced("/f"));
            }
            assertArrayEquals(bytes, setup.readAll("/f"));
        }
    }

    @Test
    void closeForcesWhereThatIsWanted() throws IOException {
        try (Setup setup = new Setup(new FakeGroup(Setup.seed(), 2, 4, 2048), Map.of("close.sync", "true"))) {
            setup.file("/f", 5000);
            assertEquals(5000, setup.group.catalog.allExtents().get(0).forcedBytes);
        }
    }

    @Test
    void appendGoesOnWhereTheFileEnds() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] first = setup.file("/f", 1000);
            byte[] second = setup.bytes(2500);
            try (BatonOutput output = setup.client.append("/f")) {
                assertEquals(1000, output.position());
                output.write(second, 0, second.length);
                assertEquals(3500, output.position());
            }
            byte[] both = Arrays.copyOf(first, 3500);
            System.arraycopy(second, 0, both, 1000, 2500);
            assertArrayEquals(both, setup.readAll("/f"));
        }
    }

    @Test
    void aWriterThatIsFasterThanTheOwnersWaits() throws Exception {
        PageGeometry geometry = new PageGeometry(4096, 256);
        FakeGroup group = new FakeGroup(Setup.seed(), geometry, 1, 16, 1 << 20);
        Map<String, String> settings = Map.of("buffer.bytes", "64k", "write.window.buffers", "3");
        try (Setup setup = new Setup(group, settings)) {
            byte[] bytes = setup.bytes(20 * 65536);
            group.wire.hold(true);
            BatonOutput output = setup.client.create("/f", NEW);
            Thread writer = new Thread(() -> {
                try {
                    output.write(bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();
            group.wire.awaitPending(3);
            while (writer.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            assertEquals(3, group.wire.pending());
            assertTrue(setup.client.pool().out() <= 4);
            group.wire.hold(false);
            writer.join();
            output.close();
            assertEquals(3, group.connections.get(0).mostOutstanding());
            assertArrayEquals(bytes, group.catalog.bytes("/f"));
        }
    }

    @Test
    void theNextServerGetsNothingUntilAllBeforeIsAcknowledged() throws Exception {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.bytes(16384); // two pages at server 1, then two at server 2
            BatonOutput output = setup.client.create("/f", NEW);
            setup.group.wire.hold(true);
            Thread writer = new Thread(() -> {
                try {
                    output.write(bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();
            setup.group.wire.awaitPending(4);
            while (writer.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            assertEquals(4, setup.group.writes.get(), "two pages of two WRITEs each");
            assertEquals(8192, setup.group.catalog.openExtent("/f").bytes.length);
            setup.group.wire.hold(false);
            writer.join();
            output.close();
            assertArrayEquals(bytes, setup.group.catalog.bytes("/f"));
        }
    }

    @Test
    void fidsAreMadeOnceAndClosedWithTheStream() throws IOException {
        try (Setup setup = new Setup()) {
            BatonOutput output = setup.client.create("/f", NEW);
            for (int i = 0; i < 30; i++) {
                output.write(new byte[500], 0, 500);
                output.hflush();
            }
            assertEquals(2, setup.group.registered.get(), "one at each server");
            output.hsync();
            assertEquals(4, setup.group.registered.get(), "and one write-through");
            output.close();
            assertEquals(0, setup.group.fids());
            try (BatonInput input = setup.client.open("/f")) {
                for (int i = 0; i < 30; i++) {
                    Setup.read(input, i * 500, 500, true);
                }
                assertEquals(6, setup.group.registered.get());
                assertEquals(2, setup.group.fids());
            }
            assertEquals(0, setup.group.fids());
            assertEquals(4, setup.group.openConnections(), "connections stay: two places at each of two servers");
        }
    }

    @Test
    void manyOutputsShareABoundedMemory() throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), 2, 4, 2048);
        try (Setup setup = new Setup(group, Map.of("buffer.bytes", "64k", "buffer.memory.bytes", "128k"))) {
            BatonOutput[] outputs = new BatonOutput[10];
            byte[][] bytes = new byte[10][];
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = setup.client.create("/f" + i, NEW);
                bytes[i] = setup.bytes(30_000);
                outputs[i].write(bytes[i], 0, 100);
            }
            assertEquals(10, setup.client.pool().out());
            for (int i = 0; i < outputs.length; i++) {
                outputs[i].write(bytes[i], 100, bytes[i].length - 100);
            }
            for (int i = 0; i < outputs.length; i++) {
                outputs[i].close();
                assertArrayEquals(bytes[i], setup.readAll("/f" + i));
            }
        }
    }

    @Test
    void aCutConnectionIsReplacedAndNothingIsLost() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.bytes(30_000);
            try (BatonOutput output = setup.client.create("/f", NEW)) {
                for (int at = 0; at < bytes.length; at += 1000) {
                    output.write(bytes, at, 1000);
                    if (at % 5000 == 0) {
                        setup.group.cutAll();
                    }
                }
            }
            assertArrayEquals(bytes, setup.group.catalog.bytes("/f"));
        }
    }

    @Test
    void everythingThatCanBeMendedIsMended() throws IOException {
        for (LwioStatus status : new LwioStatus[] {LwioStatus.STALE_ROUTE, LwioStatus.INVALID_HANDLE,
            LwioStatus.FILE_CLOSED, LwioStatus.INSUFFICIENT_RESOURCES, LwioStatus.ACCESS_DENIED,
            LwioStatus.NO_SUCH_EXTENT, LwioStatus.DATA_ERROR}) {
            try (Setup setup = new Setup()) {
                byte[] bytes = setup.bytes(7000);
                try (BatonOutput output = setup.client.create("/f", NEW)) {
                    setup.group.faults.nextIo(status);
                    output.write(bytes, 0, 7000);
                    output.hflush();
                    setup.group.faults.nextIo(status); // of the empty WRITE
                    output.hsync();
                }
                assertArrayEquals(bytes, setup.group.catalog.bytes("/f"), status.name());
            }
        }
    }

    @Test
    void pagesThatMoveUnderAWriterAreFollowed() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.bytes(16384);
            try (BatonOutput output = setup.client.create("/f", NEW)) {
                output.write(bytes, 0, 3000);
                output.hflush();
                for (long page = 0; page < setup.group.extents.pages(); page++) {
                    setup.group.extents.move(page, new ServerId(2 - (int) (page % 2)));
                }
                output.write(bytes, 3000, 13384);
                output.hsync();
            }
            assertArrayEquals(bytes, setup.group.catalog.bytes("/f"));
        }
    }

    @Test
    void theKeyIsRenewedBeforeItExpires() throws IOException {
        try (Setup setup = new Setup()) {
            setup.group.extents.keyLifeMs = 1000;
            byte[] bytes = setup.bytes(12_000);
            try (BatonOutput output = setup.client.create("/f", NEW)) {
                for (int at = 0; at < bytes.length; at += 1000) {
                    output.write(bytes, at, 1000);
                    output.hflush();
                    setup.group.time.advance(400);
                }
                output.hsync();
            }
            assertArrayEquals(bytes, setup.group.catalog.bytes("/f"));
            assertEquals(0, setup.group.time.pauses().size(), "no WRITE met a dead key");
        }
    }

    @Test
    void leasesAreRenewedWhileAFileIsOpenAndNotLonger() throws IOException {
        try (Setup setup = new Setup()) {
            setup.group.time.advance(100_000);
            assertEquals(0, setup.group.catalog.renewals);
            BatonOutput one = setup.client.create("/one", NEW);
            BatonOutput two = setup.client.create("/two", NEW);
            setup.group.time.advance(100_000);
            assertEquals(5, setup.group.catalog.renewals);
            one.close();
            setup.group.time.advance(20_000);
            assertEquals(6, setup.group.catalog.renewals);
            two.abort();
            setup.group.time.advance(100_000);
            assertEquals(6, setup.group.catalog.renewals);
            assertEquals(0, setup.group.time.tasks());
        }
    }

    @Test
    void shortFilesDoNotAskTheTimerEach() throws IOException {
        try (Setup setup = new Setup()) {
            for (int i = 0; i < 10; i++) {
                setup.client.create("/short-" + i, NEW).close();
            }
            assertEquals(1, setup.group.time.tasksBegun());
            setup.group.time.advance(100_000);
            assertEquals(0, setup.group.time.tasks());
            BatonOutput late = setup.client.create("/late", NEW);
            setup.group.time.advance(100_000);
            assertEquals(5, setup.group.catalog.renewals);
            late.close();
        }
    }

    @Test
    void aLostLeaseIsTheAnswerToEveryLaterCall() throws IOException {
        try (Setup setup = new Setup()) {
            BatonOutput output = setup.client.create("/f", NEW);
            output.write(new byte[100], 0, 100);
            setup.group.catalog.leasesLost = true;
            setup.group.time.advance(30_000);
            BatonException first = fails(ErrorCode.LEASE_LOST, () -> output.write(new byte[1], 0, 1));
            BatonException second = fails(ErrorCode.LEASE_LOST, output::hflush);
            assertSame(first.getCause(), second.getCause());
            fails(ErrorCode.LEASE_LOST, output::hsync);
            fails(ErrorCode.LEASE_LOST, output::close);
            output.close();
            assertEquals(0, setup.client.pool().out());
        }
    }

    @Test
    void aFencedWriterHasLostItsLease() throws IOException {
        try (Setup setup = new Setup()) {
            BatonOutput output = setup.client.create("/f", NEW);
            output.write(new byte[100], 0, 100);
            output.hflush();
            assertTrue(setup.client.recoverLease("/f"));
            output.write(new byte[100], 0, 100);
            fails(ErrorCode.LEASE_LOST, output::hflush);
            fails(ErrorCode.LEASE_LOST, output::close);
        }
    }

    @Test
    void failuresThatStayAreGivenUpAfterABoundedTime() throws IOException {
        try (Setup setup = new Setup()) {
            BatonOutput output = setup.client.create("/f", NEW);
            output.write(new byte[3000], 0, 3000);
            setup.group.down(new ServerId(1), true);
            setup.group.down(new ServerId(2), true);
            setup.group.cutAll();
            long beforeMs = setup.group.time.nowMs();
            BatonException failure = fails(ErrorCode.UNREACHABLE, output::hflush);
            assertTrue(failure.getMessage().contains("server-"), failure.getMessage());
            assertTrue(setup.group.time.nowMs() - beforeMs >= 60_000);
            assertTrue(setup.group.time.nowMs() - beforeMs < 70_000);
            assertThrows(IOException.class, () -> {
                try (output) {
                    output.write(new byte[1], 0, 1); // and close fails too: neither hides the other
                }
            });
            assertEquals(0, setup.client.pool().out());
        }
    }

    @Test
    void abortGivesEverythingBackAndLeavesWhatWasAcknowledged() throws Exception {
        try (Setup setup = new Setup()) {
            BatonOutput output = setup.client.create("/f", NEW);
            output.write(new byte[3000], 0, 3000);
            output.hflush();
            setup.group.wire.hold(true);
            output.write(new byte[1 << 13], 0, 1 << 13);
            Thread flusher = new Thread(() -> assertThrows(IOException.class, output::hflush));
            flusher.start();
            setup.group.wire.awaitPending(1);
            output.abort();
            flusher.join();
            output.abort();
            assertTrue(setup.client.pool().out() > 0, "an owner may still be reading it");
            setup.group.wire.hold(false);
            while (setup.client.pool().out() > 0) {
                Thread.onSpinWait();
            }
            assertTrue(setup.client.status("/f").orElseThrow().lengthBytes() >= 3000);
            assertFalse(setup.client.status("/f").orElseThrow().open());
            assertEquals(1, setup.group.catalog.abandoned);
            fails(ErrorCode.INVALID_ARGUMENT, () -> output.write(new byte[1], 0, 1));
        }
    }

    @Test
    void abortNeverThrowsAndDoesNotWaitForACatalogThatIsAway() throws Exception {
        try (Setup setup = new Setup()) {
            BatonOutput output = setup.client.create("/f", NEW);
            setup.group.catalog.failAfter(0);
            long beforeMs = setup.group.time.nowMs();
            output.abort();
            assertEquals(beforeMs, setup.group.time.nowMs());
            setup.group.catalog.failAfter(Integer.MAX_VALUE);
            assertEquals(0, setup.group.catalog.abandoned);
        }
    }

    @Test
    void aCloseThatFailsGivesTheLeaseUp() throws Exception {
        try (Setup setup = new Setup()) {
            BatonOutput output = setup.client.create("/f", NEW);
            output.write(new byte[3000], 0, 3000);
            setup.group.down(new ServerId(1), true);
            setup.group.down(new ServerId(2), true);
            fails(ErrorCode.UNREACHABLE, output::close);
            assertEquals(1, setup.group.catalog.abandoned);
            setup.group.time.advance(100_000);
            assertEquals(0, setup.group.catalog.renewals, "nobody renews it");
            assertEquals(0, setup.group.time.tasks());
        }
    }

    @Test
    void anInterruptEndsAWriteAndIsKept() throws Exception {
        try (Setup setup = new Setup()) {
            BatonOutput output = setup.client.create("/f", NEW);
            setup.group.wire.hold(true);
            output.write(new byte[3000], 0, 3000);
            Thread.currentThread().interrupt();
            assertThrows(InterruptedIOException.class, output::hflush);
            assertTrue(Thread.interrupted());
            setup.group.wire.hold(false);
            assertThrows(InterruptedIOException.class, output::close);
        }
    }

    @Test
    void aServerThatDoesNotAnswerLosesItsConnection() throws Exception {
        FakeGroup group = new FakeGroup(Setup.seed(), 1, 4, 2048);
        try (Setup setup = new Setup(group, Map.of("request.timeout.ms", "30"))) {
            byte[] bytes = setup.bytes(3000);
            BatonOutput output = setup.client.create("/f", NEW);
            output.write(bytes, 0, 3000);
            group.wire.hold(true);
            Thread flusher = new Thread(() -> {
                try {
                    output.hflush();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            flusher.start();
            while (group.connections.size() < 2) {
                Thread.onSpinWait();
            }
            group.wire.hold(false);
            flusher.join();
            output.close();
            assertArrayEquals(bytes, group.catalog.bytes("/f"));
        }
    }

    @Test
    void lostRepliesOfTheCatalogHaveOneEffect() throws IOException {
        try (Setup setup = new Setup()) {
            setup.group.faults.lostReplies(1);
            BatonOutput output = setup.client.create("/f", NEW); // a second create would be refused
            byte[] bytes = setup.bytes(20_000);
            setup.group.faults.lostReplies(1);
            output.write(bytes, 0, bytes.length); // the reply to nextExtent
            setup.group.faults.lostReplies(2);
            output.close();
            assertEquals(20_000, output.closedInfo().lengthBytes());
            assertArrayEquals(bytes, setup.group.catalog.bytes("/f"));
        }
    }

    @Test
    void aBugBelowIsAFailureAndNotAHang() throws IOException {
        try (Setup setup = new Setup()) {
            BatonOutput output = setup.client.create("/f", NEW);
            setup.group.faults.breakCode(true);
            output.write(new byte[100], 0, 100);
            fails(ErrorCode.INTERNAL, output::hflush);
            setup.group.faults.breakCode(false);
            fails(ErrorCode.INTERNAL, output::close);
            assertEquals(0, setup.client.pool().out());
        }
    }

    @Test
    void closingTheClientClosesItsFiles() throws IOException {
        byte[] bytes;
        FakeGroup group;
        try (Setup setup = new Setup()) {
            group = setup.group;
            bytes = setup.bytes(5000);
            setup.client.create("/f", NEW).write(bytes, 0, 5000);
            setup.client.open("/f");
        }
        assertArrayEquals(bytes, group.catalog.bytes("/f"));
    }
}
