package io.batonfs.client;

import static io.batonfs.client.Setup.NEW;
import static io.batonfs.client.Setup.fails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient.ByteLocation;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupClientTest {
    private static final TokenLimits LIMITS = new TokenLimits(1000, 1000);

    private static OptionalInt crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return OptionalInt.of((int) crc.getValue());
    }

    @Test
    void aCopyByTokenMovesNoByteThroughTheClient() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 40_000);
            long before = setup.client.counters().lwioBytes();
            assertEquals(40_000, setup.client.copyByToken("/f", Optional.empty(), 0, -1, "/all", NEW).lengthBytes());
            setup.client.copyByToken("/f", Optional.empty(), 1000, 20_000, "/part", NEW);
            ClientCounters counters = setup.client.counters();
            assertEquals(before, counters.lwioBytes());
            assertEquals(2, counters.offloadedCopies());
            assertEquals(60_000, counters.offloadedBytes());
            assertEquals(0, counters.fallbacks());
            setup.client.countFallback();
            assertEquals(1, setup.client.counters().fallbacks());
            assertArrayEquals(bytes, setup.readAll("/all"));
            assertArrayEquals(Arrays.copyOfRange(bytes, 1000, 21_000), setup.readAll("/part"));
        }
    }

    @Test
    void aTokenForLessThanAskedIsNotTakenForTheWhole() throws IOException {
        try (Setup setup = new Setup()) {
            setup.file("/f", 10_000);
            fails(ErrorCode.FILE_CHANGED,
                    () -> setup.client.copyByToken("/f", Optional.empty(), 0, 10_001, "/copy", NEW));
            setup.group.catalog.tokenBytesMost = 5000;
            fails(ErrorCode.FILE_CHANGED,
                    () -> setup.client.copyByToken("/f", Optional.empty(), 0, 10_000, "/copy", NEW));
            fails(ErrorCode.NOT_FOUND,
                    () -> setup.client.copyByToken("/none", Optional.empty(), 0, -1, "/copy", NEW));
            assertFalse(setup.client.status("/copy").isPresent());
        }
    }

    @Test
    void longListsOfOffloadsAreSplitAndKeepTheirOrder() throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), 2, 4, 2048);
        try (Setup setup = new Setup(group, Map.of("offload.batch.items", "7"))) {
            List<OffloadRead> reads = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                if (i != 11) {
                    setup.file("/f" + i, 100 + i);
                }
                reads.add(new OffloadRead("/f" + i, Optional.empty(), 0, -1));
            }
            List<OffloadReadResult> tokens = setup.client.offloadRead(reads, LIMITS);
            assertEquals(20, tokens.size());
            assertEquals(7, group.catalog.mostItems);
            List<OffloadWrite> writes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                if (i == 11) {
                    assertInstanceOf(OffloadReadResult.Refused.class, tokens.get(i));
                    continue;
                }
                OffloadReadResult.Granted granted = (OffloadReadResult.Granted) tokens.get(i);
                assertEquals(100 + i, granted.representedBytes());
                writes.add(new OffloadWrite(granted.token(), 0, -1, "/g" + i, NEW));
            }
            List<OffloadWriteResult> written = setup.client.offloadWrite(writes);
            assertEquals(19, written.size());
            assertEquals(119, ((OffloadWriteResult.Written) written.get(18)).writtenBytes());
            assertEquals(19, setup.client.counters().offloadedCopies());
            setup.client.revokeToken(writes.get(0).token());
            assertInstanceOf(OffloadWriteResult.Refused.class,
                    setup.client.offloadWrite(writes.subList(0, 1)).get(0));
        }
    }

    @Test
    void aLaterCallThatFailsDoesNotHideWhatTheFirstOnesDid() throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), 2, 4, 2048);
        try (Setup setup = new Setup(group, Map.of("offload.batch.items", "2", "retry.timeout.ms", "100"))) {
            setup.file("/f", 100);
            OffloadRead item = new OffloadRead("/f", Optional.empty(), 0, -1);
            group.catalog.failAfter(1);
            List<OffloadReadResult> results = setup.client.offloadRead(List.of(item, item, item, item), LIMITS);
            assertInstanceOf(OffloadReadResult.Granted.class, results.get(1));
            assertEquals(ErrorCode.BUSY, ((OffloadReadResult.Refused) results.get(2)).code());
            assertEquals(4, results.size());
            group.catalog.failAfter(0);
            fails(ErrorCode.BUSY, () -> setup.client.offloadRead(List.of(item), LIMITS));
            group.catalog.failAfter(Integer.MAX_VALUE);
        }
    }

    @Test
    void checksumsComeFromSlicesAndOwnersAndNotFromData() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 50_000);
            setup.client.copyByToken("/f", Optional.empty(), 777, 30_000, "/part", NEW);
            long before = setup.client.counters().lwioBytes();
            assertEquals(crc(bytes, 50_000), setup.client.checksum("/f", Long.MAX_VALUE));
            assertEquals(0, setup.group.checksums.get());
            for (int length : new int[] {1, 511, 4096, 16_384, 20_001, 49_999}) {
                assertEquals(crc(bytes, length), setup.client.checksum("/f", length));
            }
            assertTrue(setup.group.checksums.get() > 0);
            assertEquals(crc(Arrays.copyOfRange(bytes, 777, 30_777), 30_000), setup.client.checksum("/part", 30_000));
            for (long page = 0; page < setup.group.extents.pages(); page++) {
                setup.group.extents.move(page, new ServerId(2 - (int) (page % 2)));
            }
            assertEquals(crc(bytes, 49_000), setup.client.checksum("/f", 49_000));
            assertEquals(OptionalInt.empty(), setup.client.checksum("/f", 0));
            assertEquals(before, setup.client.counters().lwioBytes());
        }
    }

    @Test
    void anOpenFileIsSummedAsFarAsItIsCommitted() throws IOException {
        try (Setup setup = new Setup()) {
            byte[] bytes = setup.file("/f", 5000);
            try (BatonOutput output = setup.client.append("/f")) {
                output.write(new byte[100], 0, 100);
                output.hflush();
                assertEquals(crc(bytes, 5000), setup.client.checksum("/f", Long.MAX_VALUE));
            }
        }
    }

    @Test
    void locationsCoverTheRangeAndNeighboursAreOne() throws IOException {
        try (Setup setup = new Setup()) {
            setup.file("/f", 20_000);
            List<ByteLocation> all = setup.client.locate("/f", 0, Long.MAX_VALUE);
            assertEquals(List.of(
                    new ByteLocation(0, 8192, List.of("host1")),
                    new ByteLocation(8192, 8192, List.of("host2")),
                    new ByteLocation(16384, 3616, List.of("host1"))), all);
            assertEquals(List.of(new ByteLocation(8000, 192, List.of("host1")),
                    new ByteLocation(8192, 8, List.of("host2"))), setup.client.locate("/f", 8000, 200));
            assertEquals(List.of(), setup.client.locate("/f", 20_000, 10));
            assertEquals(List.of(), setup.client.locate("/f", 0, 0));
        }
    }

    @Test
    void aCallIsRepeatedUnderItsNameAndOthersHaveTheirOwn() throws IOException {
        try (Setup setup = new Setup()) {
            setup.group.faults.busyReplies(4);
            setup.group.faults.lostReplies(1);
            assertTrue(setup.client.mkdirs("/d", 0755, true));
            assertEquals(6, setup.group.catalog.calls);
            assertEquals(1, setup.group.catalog.executed);
            List<Long> pauses = setup.group.time.pauses();
            long full = 10;
            for (long pause : pauses) {
                assertTrue(pause >= full / 2 && pause <= full, pauses.toString());
                full *= 2;
            }
            setup.client.mkdirs("/d", 0755, true);
            assertEquals(2, setup.group.catalog.executed);
        }
    }

    @Test
    void aBusyCatalogIsGivenUpAfterABoundedTime() throws IOException {
        try (Setup setup = new Setup()) {
            setup.group.faults.busyReplies(Integer.MAX_VALUE);
            long beforeMs = setup.group.time.nowMs();
            fails(ErrorCode.BUSY, () -> setup.client.delete("/f", false));
            long tookMs = setup.group.time.nowMs() - beforeMs;
            assertTrue(tookMs >= 60_000 && tookMs < 62_000, "took " + tookMs);
            setup.group.faults.busyReplies(0);
            int calls = setup.group.catalog.calls;
            fails(ErrorCode.NOT_FOUND, () -> setup.client.open("/f")); // refused: asked once
            assertEquals(calls + 1, setup.group.catalog.calls);
        }
    }

    @Test
    void nothingWorksAfterClose() throws IOException {
        Setup setup = new Setup();
        setup.close();
        setup.client.close();
        BatonException failure = fails(ErrorCode.INVALID_ARGUMENT, () -> setup.client.status("/f"));
        assertTrue(failure.getMessage().contains("closed"));
        fails(ErrorCode.INVALID_ARGUMENT, () -> setup.client.open("/f"));
        fails(ErrorCode.INVALID_ARGUMENT, () -> setup.client.create("/f", NEW));
        fails(ErrorCode.INVALID_ARGUMENT, () -> setup.client.offloadWrite(List.of()));
    }

    @Test
    void theMachinesTimeLeavesNoThreadBehind() throws Exception {
        SystemTime time = new SystemTime();
        CountDownLatch ran = new CountDownLatch(2);
        time.every(1, ran::countDown);
        ran.await();
        List<Thread> timers = timerThreads();
        assertEquals(1, timers.size());
        time.close();
        timers.get(0).join(); // its work is over; its last steps may still be under way
        time.every(1, ran::countDown).cancel();
        assertEquals(List.of(), timerThreads());
    }

    private static List<Thread> timerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("baton-client-timer")).toList();
    }
}
