package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.client.BatonClient;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.Invocation;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.ServerId;
import io.batonfs.model.Slice;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.ReadGrant;
import io.batonfs.protocol.StorageService.Negotiated;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.LwioStatus;
import io.batonfs.transport.lwio.NegotiateRequest;
import io.batonfs.transport.lwio.NegotiateResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** LW-5, LW-16, CAT-10: a resume key opens exactly what it was given out for, whatever its holder asks. */
class HostileKeyTest {
    private static final byte[] MINE = GroupUnderTest.random(100_000);
    private static final byte[] SECRET = GroupUnderTest.random(150_000);
    private static final ServerId SERVER = new ServerId(1);
    private static final int BYTES = 100;

    private final UUID clientId = UUID.randomUUID();
    private GroupUnderTest group;
    private BatonClient owner;
    private EmbeddedConnection ways;
    private LwioConnection lwio;
    private long calls;

    @BeforeEach
    void twoFilesAndAConnectionOfOnesOwn(@TempDir Path directory) throws Exception {
        group = new GroupUnderTest(directory, 1);
        owner = group.client();
        GroupUnderTest.write(owner, "/mine", MINE);
        GroupUnderTest.write(owner, "/secret", SECRET);
        ways = group.connection();
        UUID key = UUID.randomUUID();
        Negotiated negotiated = ways.storage(SERVER).negotiate(context(),
                new NegotiateRequest("hostile", key, 0xFFFF, ways.providers()).encode());
        lwio = ways.connectLwio(NegotiateResponse.decode(negotiated.response()), key, negotiated.authSecret());
    }

    @AfterEach
    void nothingWasHarmed() throws Exception {
        assertArrayEquals(MINE, GroupUnderTest.read(owner, "/mine"));
        assertArrayEquals(SECRET, GroupUnderTest.read(owner, "/secret"));
        assertEquals(List.of(), owner.groupStatus().problems());
        lwio.close();
        ways.close();
        owner.close();
        group.close();
    }

    @Test
    void theKeyOfOneFileReadsNoByteOfAnother() throws Exception {
        ReadGrant mine = open("/mine");
        int fid = lwio.register(mine.resumeKeys().content(), false, true);
        assertEquals(LwioStatus.SUCCESS, read(fid, address(mine), BYTES));
        assertEquals(LwioStatus.INVALID_PARAMETER, read(fid, address(open("/secret")), BYTES));
        assertEquals(LwioStatus.INVALID_PARAMETER, read(fid, address(open("/secret")) + MINE.length, 0));
        ExtentId secret = open("/secret").extents().get(0).id();
        refused(ErrorCode.KEY_REFUSED, () -> ways.storage(SERVER).checksum(context(), mine.resumeKeys().content(), secret, 0, 1));
        refused(ErrorCode.KEY_REFUSED,
                () -> ways.storage(SERVER).acknowledgedLength(context(), mine.resumeKeys().content(), secret));
    }

    @Test
    void theKeyOfAPartReadsNoByteOfTheRestOfTheExtent() throws Exception {
        owner.copyByToken("/secret", Optional.empty(), 8192, 4096, "/part", GroupUnderTest.OPTIONS);
        ReadGrant part = open("/part");
        Slice slice = part.slices().get(0);
        ResumeKey key = part.resumeKeys().content();
        long first = address(part) + slice.offset();
        int fid = lwio.register(key, false, true);
        assertEquals(LwioStatus.SUCCESS, read(fid, first, (int) slice.lengthBytes()));
        assertEquals(LwioStatus.SUCCESS, read(fid, first + slice.lengthBytes() - 1, 1));
        assertEquals(LwioStatus.INVALID_PARAMETER, read(fid, first - 1, 1));
        assertEquals(LwioStatus.INVALID_PARAMETER, read(fid, first - 1, BYTES));
        assertEquals(LwioStatus.INVALID_PARAMETER, read(fid, first + slice.lengthBytes(), 1));
        assertEquals(LwioStatus.INVALID_PARAMETER, read(fid, first, (int) slice.lengthBytes() + 1));
        ExtentId extent = slice.extent();
        ways.storage(SERVER).checksum(context(), key, extent, slice.offset(), slice.lengthBytes());
        long[][] outside = {{slice.offset() - 1, 1}, {slice.offset(), slice.lengthBytes() + 1}, {-1, 1},
            {slice.offset(), -1}, {Long.MAX_VALUE, 1}, {slice.offset(), Long.MAX_VALUE}};
        for (long[] range : outside) {
            refused(ErrorCode.KEY_REFUSED, () -> ways.storage(SERVER).checksum(context(), key, extent, range[0], range[1]));
        }
    }

    @Test
    void nothingIsReadPastWhatIsAcknowledgedOrPastThePageOrAtAddressesOfNobody() throws Exception {
        try (var writer = owner.create("/open", GroupUnderTest.OPTIONS)) {
            writer.write(MINE, 0, 10_000);
            writer.hflush();
            ReadGrant open = open("/open");
            int fid = lwio.register(open.resumeKeys().openExtent().orElseThrow(), false, true);
            long start = open.geometry().addressOf(open.openExtent().orElseThrow().pages().firstPage());
            assertEquals(LwioStatus.SUCCESS, read(fid, start, 10_000));
            assertEquals(LwioStatus.INVALID_PARAMETER, read(fid, start, 10_001));
            assertEquals(LwioStatus.INVALID_PARAMETER, read(fid, start + open.geometry().pageBytes() - 10, 20));
            assertEquals(LwioStatus.INVALID_PARAMETER, read(fid, Long.MAX_VALUE - BYTES, BYTES));
            assertEquals(LwioStatus.INVALID_PARAMETER, read(fid, 1L << 40, lwio.maxReadBytes()));
            assertThrows(IllegalArgumentException.class, () -> read(fid, -1, BYTES));
        }
    }

    @Test
    void readersDoNotWriteAndWritersDoNotRead() throws Exception {
        ReadGrant mine = open("/mine");
        int reading = lwio.register(mine.resumeKeys().content(), false, false);
        assertEquals(LwioStatus.ACCESS_DENIED, write(reading, address(mine), MINE, BYTES));
        WriteGrant grant = create("/new");
        int writing = lwio.register(grant.resumeKey(), false, false);
        assertEquals(LwioStatus.SUCCESS, write(writing, address(grant), MINE, BYTES));
        assertEquals(LwioStatus.ACCESS_DENIED, read(writing, address(grant), BYTES));
    }

    @Test
    void aWriterReachesOnlyTheEndOfItsOwnExtentAndChangesNothingThatIsThere() throws Exception {
        WriteGrant grant = create("/new");
        int fid = lwio.register(grant.resumeKey(), false, false);
        long start = address(grant);
        assertEquals(LwioStatus.SUCCESS, write(fid, start, MINE, BYTES));
        assertEquals(LwioStatus.SUCCESS, write(fid, start, MINE, BYTES)); // an exact repetition
        refusedWrite(write(fid, start, SECRET, BYTES));
        refusedWrite(write(fid, start + BYTES + 1, MINE, BYTES));
        assertEquals(LwioStatus.INVALID_PARAMETER, write(fid, address(open("/secret")), MINE, BYTES));
        assertEquals(LwioStatus.INVALID_PARAMETER, write(fid, start + grant.geometry().pageBytes() - 10, MINE, BYTES));
        assertEquals(LwioStatus.INVALID_PARAMETER, write(fid, Long.MAX_VALUE - BYTES, MINE, BYTES));
        owner.recoverLease("/new");
        assertArrayEquals(Arrays.copyOf(MINE, BYTES), GroupUnderTest.read(owner, "/new"));
    }

    @Test
    void bytesThatDontAgreeWithTheirChecksumsAreSaidToBeDamagedAndAreNotKept() throws Exception {
        WriteGrant grant = create("/new");
        int fid = lwio.register(grant.resumeKey(), false, true);
        ByteBuffer bytes = ByteBuffer.allocateDirect(5000).put(MINE, 0, 5000).flip();
        int[] crcs = {crc(MINE, 0, 4096), crc(MINE, 4096, 5000) + 1};
        assertEquals(LwioStatus.DATA_ERROR, outcome(lwio.write(fid, address(grant), bytes, crcs)));
        crcs[1]--;
        assertEquals(LwioStatus.SUCCESS, outcome(lwio.write(fid, address(grant), bytes, crcs)));
        owner.recoverLease("/new");
        assertArrayEquals(Arrays.copyOf(MINE, 5000), GroupUnderTest.read(owner, "/new"));
    }

    private static int crc(byte[] bytes, int from, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, end - from);
        return (int) crc.getValue();
    }

    @Test
    void aWriterWhoseLeaseHasEndedWritesNothingMoreNotEvenTheSameAgain() throws Exception {
        WriteGrant grant = create("/new");
        int fid = lwio.register(grant.resumeKey(), false, false);
        assertEquals(LwioStatus.SUCCESS, write(fid, address(grant), MINE, BYTES));
        owner.recoverLease("/new");
        assertEquals(LwioStatus.FENCED, write(fid, address(grant), MINE, BYTES));
        assertEquals(LwioStatus.FENCED, write(fid, address(grant) + BYTES, MINE, BYTES));
        assertEquals(LwioStatus.FENCED, registration(grant.resumeKey()));
        assertEquals(BYTES, owner.status("/new").orElseThrow().lengthBytes());
    }

    @Test
    void aKeyDiesInTimeAlsoWhereItIsRegistered() throws Exception {
        ResumeKey key = open("/mine").resumeKeys().content();
        int fid = lwio.register(key, false, true);
        group.advance(Duration.ofMinutes(11));
        assertEquals(LwioStatus.ACCESS_DENIED, read(fid, address(open("/mine")), BYTES));
        assertEquals(LwioStatus.ACCESS_DENIED, registration(key));
        ExtentId extent = open("/mine").extents().get(0).id();
        refused(ErrorCode.KEY_REFUSED, () -> ways.storage(SERVER).checksum(context(), key, extent, 0, 1));
    }

    @Test
    void aKeyWithAnyBitChangedOpensNothing() throws Exception {
        for (ResumeKey key : List.of(open("/mine").resumeKeys().content(), create("/new").resumeKey())) {
            for (int bit = 0; bit < Long.SIZE; bit++) {
                long flip = 1L << bit;
                assertEquals(LwioStatus.ACCESS_DENIED,
                        registration(new ResumeKey(key.key() ^ flip, key.timestamp(), key.pid())), "key bit " + bit);
                assertEquals(LwioStatus.ACCESS_DENIED,
                        registration(new ResumeKey(key.key(), key.timestamp() ^ flip, key.pid())), "timestamp bit " + bit);
                assertEquals(LwioStatus.ACCESS_DENIED,
                        registration(new ResumeKey(key.key(), key.timestamp(), key.pid() ^ flip)), "pid bit " + bit);
            }
        }
    }

    private CallContext context() {
        return new CallContext(owner.caller(), new Invocation(clientId, ++calls));
    }

    private ReadGrant open(String path) throws Exception {
        return ways.catalog().open(context(), path);
    }

    private WriteGrant create(String path) throws Exception {
        return ways.catalog().create(context(), path, GroupUnderTest.OPTIONS);
    }

    private static long address(ReadGrant grant) {
        return grant.geometry().addressOf(grant.extents().get(0).pages().firstPage());
    }

    private static long address(WriteGrant grant) {
        return grant.geometry().addressOf(grant.extent().pages().firstPage());
    }

    private LwioStatus read(int fid, long address, int length) throws Exception {
        return outcome(lwio.read(fid, address, ByteBuffer.allocateDirect(length), new int[length / 4096 + 2]));
    }

    private LwioStatus write(int fid, long address, byte[] bytes, int length) throws Exception {
        return outcome(lwio.write(fid, address, ByteBuffer.allocateDirect(length).put(bytes, 0, length).flip(), null));
    }

    private static void refusedWrite(LwioStatus status) {
        assertEquals(LwioStatus.INVALID_PARAMETER, status);
    }

    private static LwioStatus outcome(CompletableFuture<Integer> answer) throws InterruptedException {
        try {
            answer.get();
            return LwioStatus.SUCCESS;
        } catch (ExecutionException e) {
            return assertInstanceOf(LwioException.class, e.getCause()).status();
        }
    }

    private LwioStatus registration(ResumeKey key) {
        return assertThrows(LwioException.class, () -> lwio.register(key, false, true)).status();
    }

    private static void refused(ErrorCode code, Executable call) {
        assertEquals(code, assertThrows(BatonException.class, call).code());
    }
}
