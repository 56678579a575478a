package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scattered reads, gathered and collapsed writes (LW-11, LW-12), over the in-process wire; subclasses take others. */
@Timeout(60)
class VectoredIoTest {
    private static final int PAGE = 4096;

    private LwioFixture fixture;

    /** What to run over. */
    TestFabric fabric() throws IOException {
        return TestFabric.inProcess();
    }

    private LwioConnection connect(LwioServerConfig config) throws IOException {
        fixture = new LwioFixture(config, fabric());
        return fixture.connect();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
        fixture.checkClientsGone();
    }

    private byte[] file(long number) {
        byte[] file = fixture.files.bytes(number);
        new Random(number).nextBytes(file);
        return file;
    }

    private static List<ByteBuffer> pages(int lengthBytes, boolean direct) {
        List<ByteBuffer> pages = new ArrayList<>();
        for (int left = lengthBytes; left > 0; left -= PAGE) {
            int bytes = Math.min(PAGE, left);
            // One byte on either side, which must stay as it is.
            ByteBuffer page = direct ? ByteBuffer.allocateDirect(bytes + 2) : ByteBuffer.allocate(bytes + 2);
            pages.add(page.position(1).limit(bytes + 1));
        }
        return pages;
    }

    private static byte[] contents(List<ByteBuffer> pages, int lengthBytes) {
        ByteBuffer all = ByteBuffer.allocate(lengthBytes);
        for (ByteBuffer page : pages) {
            all.put(page.duplicate());
            assertEquals(0, page.get(0), "the byte before a page was touched");
            int limit = page.limit();
            assertEquals(0, page.limit(limit + 1).get(limit), "the byte behind a page was touched");
            page.limit(limit);
        }
        return all.array();
    }

    private static void read(LwioConnection connection, int fid, byte[] file, long offset, int length, boolean direct,
            boolean checksummed) throws Exception {
        List<ByteBuffer> pages = pages(length, direct);
        int[] crcs = checksummed ? new int[ChecksumPieces.count(offset, length) + 1] : null;
        assertEquals(length, connection.readVectored(fid, offset, pages, crcs).get());
        assertTrue(Arrays.equals(file, (int) offset, (int) offset + length, contents(pages, length), 0, length));
        if (checksummed) {
            assertArrayEquals(MemoryFiles.crcs(file, offset, length), Arrays.copyOf(crcs, crcs.length - 1));
        }
    }

    @Test
    void readsAreScattered() throws Exception {
        try (LwioConnection connection = connect(LwioServerConfig.DEFAULT)) {
            byte[] file = file(1);
            assertEquals(PAGE, connection.pageBytes());
            // 1 MiB and room for 257 checksums, in descriptions of 16 bytes; one is kept for checksums.
            assertEquals(Math.min(65535, ((1 << 20) + 257 * 4) / 16) - 1, connection.maxVectoredReadBytes() / PAGE);
            for (boolean checksummed : new boolean[] {false, true}) {
                int fid = connection.register(MemoryFiles.key(1), false, checksummed);
                for (int length : new int[] {512, PAGE, PAGE + 512, 64 * PAGE, 64 * PAGE + 1024, 300 * PAGE}) {
                    for (long offset : new long[] {0, PAGE - 1, 12_345}) {
                        read(connection, fid, file, offset, length, true, checksummed);
                        read(connection, fid, file, offset, length, false, checksummed);
                    }
                }
            }
        }
    }

    @Test
    void aReadLargerThanTheWindowComesInSteps() throws Exception {
        // One page is a step, and one buffer serves all.
        LwioServerConfig small = new LwioServerConfig(4, PAGE, PAGE, 1 << 20, 1, 8, 100, 10_000, 10_000);
        try (LwioConnection connection = connect(small)) {
            byte[] file = file(1);
            assertEquals((PAGE + 2 * 4) / 16 - 1, connection.maxVectoredReadBytes() / PAGE);
            for (boolean checksummed : new boolean[] {false, true}) {
                int fid = connection.register(MemoryFiles.key(1), false, checksummed);
                read(connection, fid, file, 77, connection.maxVectoredReadBytes(), true, checksummed);
                read(connection, fid, file, 0, connection.maxVectoredReadBytes(), false, checksummed);
            }
        }
    }

    @Test
    void manyAtATimeShareTheServersBuffersWithOtherReads() throws Exception {
        LwioServerConfig few = new LwioServerConfig(16, 16 * PAGE, 16 * PAGE, 16 << 20, 2, 8, 100, 10_000, 10_000);
        ExecutorService later = Executors.newSingleThreadExecutor();
        try (LwioConnection connection = connect(few)) {
            byte[] file = file(1);
            fixture.files.completions = later;
            int fid = connection.register(MemoryFiles.key(1), false, true);
            List<CompletableFuture<Integer>> reads = new ArrayList<>();
            List<List<ByteBuffer>> targets = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int length = (1 + i % 60) * PAGE;
                List<ByteBuffer> pages = pages(length, i % 3 > 0);
                int[] crcs = new int[70];
                targets.add(pages);
                reads.add(i % 4 > 0 ? connection.readVectored(fid, i, pages, crcs)
                        : connection.read(fid, i, pages.get(0), crcs));
            }
            for (int i = 0; i < reads.size(); i++) {
                int length = (int) reads.get(i).get();
                assertEquals(i % 4 > 0 ? (1 + i % 60) * PAGE : PAGE, length);
                byte[] found = new byte[length];
                for (int at = 0; at < length; at += PAGE) {
                    targets.get(i).get(at / PAGE).get(1, found, at, PAGE);
                }
                assertTrue(Arrays.equals(file, i, i + length, found, 0, length));
            }
        } finally {
            fixture.files.completions = Runnable::run;
            later.shutdown();
        }
    }

    @Test
    void aReadPastTheEndFailsAsAWhole() throws Exception {
        try (LwioConnection connection = connect(LwioServerConfig.DEFAULT)) {
            int fid = connection.register(MemoryFiles.key(1), false, true);
            assertEquals(LwioStatus.END_OF_FILE, LwioEndToEndTest.statusOf(connection.readVectored(fid,
                    MemoryFiles.FILE_BYTES - 100 * PAGE, pages(101 * PAGE, true), new int[101])));
            read(connection, fid, fixture.files.bytes(1), 0, PAGE, true, true);
        }
    }

    @Test
    void segmentsThatAreNoPagesAreRefusedAtOnce() throws Exception {
        try (LwioConnection connection = connect(LwioServerConfig.DEFAULT)) {
            int fid = connection.register(MemoryFiles.key(1), false, false);
            for (int[] lengths : new int[][] {{}, {0}, {511}, {PAGE + 512}, {512, PAGE}, {PAGE, 513}, {PAGE, 0}}) {
                List<ByteBuffer> pages = Arrays.stream(lengths).mapToObj(ByteBuffer::allocate).toList();
                assertThrows(IllegalArgumentException.class, () -> connection.readVectored(fid, 0, pages, null));
            }
            assertThrows(IllegalArgumentException.class, () -> connection.readVectored(fid, 0,
                    List.of(ByteBuffer.allocate(512).asReadOnlyBuffer()), null));
            assertThrows(IllegalArgumentException.class,
                    () -> connection.writeCollapsed(fid, 0, ByteBuffer.allocate(512), 512, null));
            assertThrows(IllegalArgumentException.class,
                    () -> connection.writeCollapsed(fid, 0, ByteBuffer.allocate(PAGE), 0, null));
            assertThrows(IllegalArgumentException.class, () -> connection.writeCollapsed(fid, 0,
                    ByteBuffer.allocate(PAGE), connection.maxWriteBytes() + 1, null));
            assertTrue(connection.isOpen());
        }
    }

    @Test
    void writesAreGathered() throws Exception {
        try (LwioConnection connection = connect(LwioServerConfig.DEFAULT)) {
            byte[] file = fixture.files.bytes(1);
            for (boolean checksummed : new boolean[] {false, true}) {
                int fid = connection.register(MemoryFiles.key(1), false, checksummed);
                for (int[] lengths : new int[][] {{1}, {3, 0, 5}, {PAGE, PAGE, 100}, {5000, 1, 1, 1, 1, 1, 7000}}) {
                    for (int kinds = 0; kinds < 3; kinds++) {
                        gather(connection, fid, file, lengths, kinds, checksummed);
                    }
                }
                assertEquals(0, connection.writeVectored(fid, 0, List.of(), new int[0]).get());
            }
        }
    }

    private static void gather(LwioConnection connection, int fid, byte[] file, int[] lengths, int kinds,
            boolean checksummed) throws Exception {
        long offset = 4000 + kinds;
        byte[] expected = file.clone();
        List<ByteBuffer> sources = new ArrayList<>();
        int at = (int) offset;
        for (int i = 0; i < lengths.length; i++) {
            byte[] bytes = LwioEndToEndTest.random(lengths[i], at + kinds);
            System.arraycopy(bytes, 0, expected, at, lengths[i]);
            sources.add(LwioEndToEndTest.buffer(kinds == 0 || kinds == 1 && i % 2 == 0, bytes));
            at += lengths[i];
        }
        int total = at - (int) offset;
        int[] crcs = checksummed ? MemoryFiles.crcs(expected, offset, total) : null;
        assertEquals(total, connection.writeVectored(fid, offset, sources, crcs).get());
        assertTrue(Arrays.equals(expected, file));
    }

    @Test
    void aCollapsedWriteRepeatsItsPage() throws Exception {
        try (LwioConnection connection = connect(LwioServerConfig.DEFAULT)) {
            byte[] file = fixture.files.bytes(1);
            for (boolean checksummed : new boolean[] {false, true}) {
                Set<FidFlag> flags = EnumSet.of(FidFlag.NO_INTERMEDIATE_BUFFERING);
                if (checksummed) {
                    flags.add(FidFlag.CHECKSUMMED);
                }
                int fid = connection.register(MemoryFiles.key(1), flags);
                for (int length : new int[] {1, PAGE, PAGE + 1, 100_000, connection.maxWriteBytes()}) {
                    for (long offset : new long[] {0, 9999}) {
                        byte[] page = LwioEndToEndTest.random(PAGE, length + offset);
                        byte[] expected = file.clone();
                        for (int i = 0; i < length; i++) {
                            expected[(int) offset + i] = page[i % PAGE];
                        }
                        int[] crcs = checksummed ? MemoryFiles.crcs(expected, offset, length) : null;
                        assertEquals(length, connection.writeCollapsed(fid, offset,
                                LwioEndToEndTest.buffer(length % 2 == 0, page), length, crcs).get());
                        assertTrue(Arrays.equals(expected, file));
                    }
                }
            }
        }
    }

    @Test
    void aCollapsedWriteToABufferedFidEndsTheConnection() throws Exception {
        LwioConnection connection = connect(LwioServerConfig.DEFAULT);
        int fid = connection.register(MemoryFiles.key(1), false, false);
        assertEquals(LwioStatus.INVALID_PARAMETER, LwioEndToEndTest.statusOf(
                connection.writeCollapsed(fid, 0, ByteBuffer.allocate(PAGE), PAGE, null)));
        connection.close();
        assertFalse(connection.isOpen());
    }
}
