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
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both ends with files in memory, over the in-process wire; a subclass takes another. */
@Timeout(60)
class LwioEndToEndTest {
    private LwioFixture fixture;

    /** What to run over. */
    TestFabric fabric() throws IOException {
        return TestFabric.inProcess();
    }

    @BeforeEach
    void start() throws Exception {
        fixture = new LwioFixture(LwioServerConfig.DEFAULT, fabric());
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
        fixture.checkClientsGone();
    }

    static ByteBuffer buffer(boolean direct, byte[] bytes) {
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(bytes.length) : ByteBuffer.allocate(bytes.length);
        return buffer.put(bytes).flip();
    }

    static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static LwioStatus statusOf(CompletableFuture<?> future) throws Exception {
        try {
            future.get(30, TimeUnit.SECONDS);
            return LwioStatus.SUCCESS;
        } catch (ExecutionException e) {
            return ((LwioException) e.getCause()).status();
        }
    }

    @Test
    void everySizeAndKindOfBufferIsWrittenAndReadBack() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            for (boolean checksummed : new boolean[] {false, true}) {
                int fid = connection.register(MemoryFiles.key(checksummed ? 2 : 1), false, checksummed);
                for (int length : new int[] {1, 100, 1023, 1024, 4095, 4096, 4097, 100_000, connection.maxWriteBytes()}) {
                    for (boolean direct : new boolean[] {false, true}) {
                        for (long offset : new long[] {0, 1, 4095, 4096, 12_345}) {
                            check(connection, fid, checksummed, length, direct, offset);
                        }
                    }
                }
                connection.closeFid(fid);
            }
        }
    }

    /** Over a wire that reaches the client's memory, reads go there without passing a buffer of the server. */
    boolean readsInPlace() {
        return true;
    }

    @Test
    void dataIsReadInPlaceWhereThatCanBeAndElseByWayOfABuffer() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            int fid = connection.register(MemoryFiles.key(3), false, true);
            check(connection, fid, true, 100_000, true, 12_345);
            int inPlace = fixture.files.readsAtOnce.get();
            assertEquals(readsInPlace() ? 1 : 0, inPlace);
            fixture.files.completions = completion -> completion.run();
            check(connection, fid, true, 100_001, true, 12_345);
            assertEquals(inPlace, fixture.files.readsAtOnce.get());
            assertEquals(LwioStatus.END_OF_FILE, statusOf(connection.read(fid, MemoryFiles.FILE_BYTES - 10,
                    ByteBuffer.allocateDirect(4096), new int[2])));
        }
    }

    private void check(LwioConnection connection, int fid, boolean checksummed, int length, boolean direct, long offset)
            throws Exception {
        byte[] bytes = random(length, length + offset);
        byte[] file = new byte[(int) offset + length];
        System.arraycopy(bytes, 0, file, (int) offset, length);
        int[] crcs = checksummed ? MemoryFiles.crcs(file, offset, length) : null;
        assertEquals(length, connection.write(fid, offset, buffer(direct, bytes), crcs).get());

        ByteBuffer destination = direct ? ByteBuffer.allocateDirect(length + 20) : ByteBuffer.allocate(length + 20);
        destination.position(10).limit(10 + length);
        int[] readCrcs = checksummed ? new int[crcs.length + 3] : null;
        assertEquals(length, connection.read(fid, offset, destination, readCrcs).get());
        byte[] read = new byte[length];
        destination.get(10, read);
        assertArrayEquals(bytes, read);
        assertEquals(0, destination.get(9), "a byte before the destination was touched");
        assertEquals(0, destination.limit(length + 20).get(10 + length), "a byte behind the destination was touched");
        if (checksummed) {
            assertArrayEquals(crcs, Arrays.copyOf(readCrcs, crcs.length));
        }
    }

    @Test
    void negotiatedSizesAreThoseOfTheDefaults() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            assertEquals(1 << 20, connection.maxReadBytes());
            assertEquals(1 << 20, connection.maxWriteBytes());
            assertTrue(connection.isOpen());
        }
    }

    @Test
    void openFidsAndBuffersAreCounted() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            assertEquals(0, fixture.server.openFids());
            int first = connection.register(MemoryFiles.key(1), false, false);
            connection.register(MemoryFiles.key(2), false, false);
            assertEquals(2, fixture.server.openFids());
            connection.closeFid(first);
            assertEquals(1, fixture.server.openFids());
            assertTrue(fixture.server.buffersInUse() > 0);
            assertTrue(fixture.server.buffersMade() >= fixture.server.buffersInUse());
        }
    }

    @Test
    void writesArriveInTheOrderInWhichTheyWereSubmitted() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            int fid = connection.register(MemoryFiles.key(7), false, false);
            List<CompletableFuture<Integer>> writes = new ArrayList<>();
            List<Long> expected = new ArrayList<>();
            for (long i = 0; i < 2000; i++) {
                writes.add(connection.write(fid, i * 8, ByteBuffer.allocate(8), null));
                expected.add(i * 8);
            }
            for (CompletableFuture<Integer> write : writes) {
                assertEquals(8, write.get());
            }
            assertEquals(expected, fixture.files.writeOrder.get(7L));
            assertEquals(16_000, connection.payloadBytes());
        }
    }

    @Test
    void anEmptyWriteReachesAWriteThroughFile() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            int fid = connection.register(MemoryFiles.key(1), true, true);
            assertEquals(0, connection.write(fid, 0, ByteBuffer.allocate(0), new int[0]).get());
            assertEquals(1, fixture.files.durableWrites.get());
        }
    }

    @Test
    void anEmptyReadIsAnswered() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            int fid = connection.register(MemoryFiles.key(1), false, true);
            assertEquals(0, connection.read(fid, 5, ByteBuffer.allocateDirect(0), new int[0]).get());
        }
    }

    @Test
    void aWrongChecksumIsSeenByTheFile() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            int fid = connection.register(MemoryFiles.key(1), false, true);
            assertEquals(LwioStatus.DATA_ERROR,
                    statusOf(connection.write(fid, 0, ByteBuffer.allocate(5000), new int[] {1, 2})));
            assertTrue(connection.isOpen());
        }
    }

    @Test
    void refusalsOfTheFileReachTheCallerAndTheConnectionGoesOn() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            LwioException refused = assertThrows(LwioException.class,
                    () -> connection.register(new io.batonfs.model.ResumeKey(1, 0, 0), false, false));
            assertEquals(LwioStatus.ACCESS_DENIED, refused.status());
            int fid = connection.register(MemoryFiles.key(1), false, false);
            assertEquals(LwioStatus.END_OF_FILE,
                    statusOf(connection.read(fid, MemoryFiles.FILE_BYTES, ByteBuffer.allocate(10), null)));
            assertEquals(10, connection.read(fid, 0, ByteBuffer.allocate(10), null).get());
        }
    }

    @Test
    void aClosedFidRefusesIoAndAnUnknownOneToo() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            int fid = connection.register(MemoryFiles.key(1), false, false);
            connection.closeFid(fid);
            assertEquals(0, fixture.files.open.get());
            assertEquals(LwioStatus.FILE_CLOSED, statusOf(connection.write(fid, 0, ByteBuffer.allocate(8), null)));
            assertEquals(LwioStatus.FILE_CLOSED, statusOf(connection.read(fid, 0, ByteBuffer.allocate(8), null)));
            assertEquals(LwioStatus.INVALID_HANDLE,
                    statusOf(connection.read(4711, 0, ByteBuffer.allocate(8), null)));
            assertEquals(LwioStatus.FILE_CLOSED,
                    assertThrows(LwioException.class, () -> connection.closeFid(fid)).status());
        }
    }

    @Test
    void afterCloseEverythingFailsAndNothingIsLeft() throws Exception {
        LwioConnection connection = fixture.connect();
        int fid = connection.register(MemoryFiles.key(1), false, false);
        connection.close();
        connection.close();
        assertFalse(connection.isOpen());
        assertEquals(LwioStatus.CONNECTION_DISCONNECTED,
                statusOf(connection.read(fid, 0, ByteBuffer.allocate(8), null)));
        fixture.checkClientsGone();
    }

    @Test
    void aFileThatBreaksItsPromisesFailsItsOwnRequestsOnly() throws Exception {
        try (LwioConnection connection = fixture.connect()) {
            assertEquals(LwioStatus.INTERNAL_ERROR, assertThrows(LwioException.class,
                    () -> connection.register(MemoryFiles.key(MemoryFiles.REFUSES_TO_OPEN), false, false)).status());
            int faulty = connection.register(MemoryFiles.key(MemoryFiles.BREAKS_PROMISES), false, false);
            for (int round = 0; round < 50; round++) {
                for (long offset = 0; offset < 4; offset++) {
                    LwioStatus expected = offset == 2 ? LwioStatus.SUCCESS : LwioStatus.INTERNAL_ERROR;
                    assertEquals(expected, statusOf(connection.read(faulty, offset, ByteBuffer.allocate(9), null)));
                    assertEquals(expected, statusOf(connection.write(faulty, offset, ByteBuffer.allocate(9), null)));
                }
            }
            connection.closeFid(faulty);
            int good = connection.register(MemoryFiles.key(1), false, false);
            assertEquals(9, connection.read(good, 0, ByteBuffer.allocate(9), null).get());
        }
    }
}
