package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ResumeKey;
import io.batonfs.transport.DecoderFuzz;
import io.batonfs.transport.DecoderFuzz.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Every decoder of LWIO, in both directions and over the pipe, with bytes of all sorts. */
class LwioDecodersTest {
    private static final byte[] SECRET = new byte[32];
    private static final int NAME_UNITS = 8;
    /** One negotiation in so many is as large as one can be, of the smallest parts. */
    private static final int LARGEST_ONE_IN = 200;
    private static final LwioStatus[] STATUSES = LwioStatus.values();

    private static final List<Codec> CODECS = List.of(
            Codec.of("COMMON_HEADER", LwioException.class, LwioDecodersTest::header, LwioDecodersTest::headerAgain,
                    CommonHeader.class, Opcode.class).fixed(),
            Codec.of("AUTH_PARAMS of a client", LwioException.class, random -> authParams(random, false),
                    bytes -> authAgain(bytes, AuthParams.decodeClient(bytes)), AuthParams.class, AuthOption.class)
                    .severalForms(),
            Codec.of("AUTH_PARAMS of a server", LwioException.class, random -> authParams(random, true),
                    bytes -> authAgain(bytes, AuthParams.decodeServer(bytes)), AuthParams.class, AuthOption.class)
                    .severalForms(),
            Codec.of("FID_PARAMS", LwioException.class, LwioDecodersTest::fidParams, bytes -> {
                byte[] again = new byte[FidParams.BYTES];
                FidParams.decode(DecoderFuzz.over(bytes), 0).encode(DecoderFuzz.over(again), 0);
                return again;
            }, FidParams.class, ResumeKeyLayout.class).fixed(),
            Codec.of("RDMA_REGION", LwioException.class, LwioDecodersTest::region, bytes -> {
                byte[] again = new byte[RdmaRegion.BYTES];
                RdmaRegion region = RdmaRegion.decode(DecoderFuzz.over(bytes), 0);
                assertTrue(region.lengthBytes() > 0);
                region.encode(DecoderFuzz.over(again), 0);
                return again;
            }, RdmaRegion.class).fixed(),
            Codec.of("STATUS_RESPONSE", LwioException.class, LwioDecodersTest::statusResponse, bytes -> {
                ByteBuffer read = DecoderFuzz.over(bytes);
                byte[] again = new byte[StatusResponse.BYTES];
                StatusResponse.encode(DecoderFuzz.over(again), 0, StatusResponse.cookie(read, 0),
                        StatusResponse.information(read, 0), StatusResponse.status(read, 0));
                return again;
            }, StatusResponse.class, LwioStatus.class).fixed(),
            Codec.of("IO_STATUS_BLOCK", LwioException.class, LwioDecodersTest::statusBlock, bytes -> {
                ByteBuffer read = DecoderFuzz.over(bytes);
                byte[] again = new byte[IoStatusBlock.BYTES];
                IoStatusBlock.encode(DecoderFuzz.over(again), 0, IoStatusBlock.information(read, 0),
                        IoStatusBlock.status(read, 0));
                assertEquals(IoStatusBlock.status(read, 0), IoStatusBlock.status(read.getLong(0)), "as a word");
                assertEquals(IoStatusBlock.information(read, 0), IoStatusBlock.information(read.getLong(0)));
                return again;
            }, IoStatusBlock.class).fixed(),
            Codec.of("SRV_REQUEST_RESUME_KEY", LwioException.class,
                    random -> new ServerResumeKey(key(random), text(random, 100)).encode(),
                    bytes -> ServerResumeKey.decode(bytes).encode(), ServerResumeKey.class, Utf8.class),
            Codec.of("GUID", LwioException.class, random -> Guid.bytesOf(uuid(random)),
                    bytes -> Guid.bytesOf(Guid.decode(DecoderFuzz.over(bytes), 0)), Guid.class).fixed(),
            Codec.of("a name of fixed width", LwioException.class, random -> {
                byte[] bytes = new byte[2 * NAME_UNITS];
                WideName.encode(DecoderFuzz.over(bytes), 0, NAME_UNITS, text(random, NAME_UNITS));
                return bytes;
            }, bytes -> {
                byte[] again = new byte[2 * NAME_UNITS];
                WideName.encode(DecoderFuzz.over(again), 0, NAME_UNITS,
                        WideName.decode(DecoderFuzz.over(bytes), 0, NAME_UNITS, "name"));
                return again;
            }, WideName.class).fixed(),
            Codec.of("negotiate request", LwioException.class, random -> new NegotiateRequest(text(random, 20),
                            uuid(random), random.nextInt(65536), providers(random)).encode(),
                    bytes -> NegotiateRequest.decode(bytes).encode(), NegotiateRequest.class, ControlHeader.class,
                    ProviderEntry.class, NetAddress.class).allocating(128),
            Codec.of("negotiate response", LwioException.class,
                    random -> new NegotiateResponse(text(random, 20), uuid(random), providers(random)).encode(),
                    bytes -> NegotiateResponse.decode(bytes).encode(), NegotiateResponse.class).allocating(128));

    @Test
    void decodersGiveAValueOrRefuse() {
        DecoderFuzz.run(CODECS);
    }

    @Test
    void everyLayoutIsCovered() throws Exception {
        DecoderFuzz.checkComplete(CommonHeader.class, CODECS);
    }

    // ---- right values

    private static UUID uuid(SplittableRandom random) {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private static ResumeKey key(SplittableRandom random) {
        return new ResumeKey(random.nextLong(), random.nextLong(), random.nextLong());
    }

    /** Of so many UTF-16 units at most, from all planes. */
    private static String text(SplittableRandom random, int maxUnits) {
        StringBuilder text = new StringBuilder();
        int units = random.nextInt(maxUnits + 1);
        while (text.length() < units) {
            int point = switch (random.nextInt(4)) {
                case 0 -> 0xA1 + random.nextInt(0xD000 - 0xA1);
                case 1 -> units - text.length() > 1 ? 0x10000 + random.nextInt(0x100000) : 'x';
                default -> ' ' + random.nextInt('~' - ' ');
            };
            text.appendCodePoint(point);
        }
        return text.toString();
    }

    private static List<ProviderEntry> providers(SplittableRandom random) {
        List<ProviderEntry> providers = new ArrayList<>();
        if (random.nextInt(LARGEST_ONE_IN) == 0) {
            int left = ControlHeader.MAX_PACKET_BYTES - NegotiateRequest.PROVIDERS_OFFSET;
            int entries = random.nextBoolean() ? 1 : left / ProviderEntry.TABLE_OFFSET;
            int addresses = (left - entries * ProviderEntry.TABLE_OFFSET) / NetAddress.BYTES_OFFSET;
            for (int i = 0; i < entries; i++) {
                providers.add(new ProviderEntry("",
                        Collections.nCopies(i == 0 ? addresses : 0, new NetAddress("", ""))));
            }
            return providers;
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            List<NetAddress> instances = new ArrayList<>();
            for (int j = random.nextInt(4); j > 0; j--) {
                instances.add(new NetAddress(text(random, 30), text(random, 8)));
            }
            providers.add(new ProviderEntry(text(random, ProviderEntry.NAME_UNITS), instances));
        }
        return providers;
    }

    private static byte[] header(SplittableRandom random) {
        Opcode opcode = Opcode.values()[random.nextInt(Opcode.values().length)];
        boolean polled = opcode.isFileIo() && random.nextBoolean();
        int flags = (polled ? 0 : CommonHeader.FLAG_INTERRUPT)
                | (opcode == Opcode.INTERRUPT ? CommonHeader.FLAG_CONTROL : 0)
                | (opcode == Opcode.VEC_WRITE && random.nextBoolean() ? CommonHeader.FLAG_COLLAPSE_IO : 0);
        byte[] bytes = new byte[CommonHeader.BYTES];
        CommonHeader header = new CommonHeader().wrap(DecoderFuzz.over(bytes), 0)
                .begin(opcode, flags, random.nextInt() >>> 1, random.nextLong() | 1).sequence(random.nextInt(65536));
        if (opcode != Opcode.AUTH) {
            header.creditsHint(random.nextInt(300));
        }
        if (opcode.isFileIo() || opcode == Opcode.CLOSE || opcode == Opcode.CANCEL) {
            header.fid(random.nextInt(65536));
        }
        if (opcode.isFileIo()) {
            header.offset(random.nextLong() >>> 1 + random.nextInt(60));
        } else if (opcode == Opcode.CREDIT) {
            header.offset((long) (random.nextInt(9) - 4) << 32);
        }
        if (opcode == Opcode.READ || opcode == Opcode.AUTH) {
            header.data(random.nextLong(), random.nextInt());
        } else if (opcode == Opcode.VEC_READ || opcode == Opcode.VEC_WRITE) {
            header.pages(random.nextInt(65536), random.nextInt(65536));
        }
        if (polled || opcode == Opcode.READ || opcode == Opcode.VEC_READ) {
            header.immediateCookie(random.nextInt());
        }
        return bytes;
    }

    /** By what the accessors say, unused fields being zero; what was accepted is in its range. */
    private static byte[] headerAgain(byte[] bytes) throws LwioException {
        CommonHeader header = new CommonHeader().wrap(DecoderFuzz.over(bytes), 0);
        Opcode opcode = header.check();
        assertTrue(header.length() >= 0 && (!opcode.isFileIo() || header.offset() >= 0));
        byte[] again = new byte[CommonHeader.BYTES];
        CommonHeader written = new CommonHeader().wrap(DecoderFuzz.over(again), 0)
                .begin(opcode, header.flags(), header.length(), header.cookie()).fid(header.fid())
                .sequence(header.sequence()).offset(header.offset()).creditsHint(header.creditsHint())
                .data(header.dataVa(), header.dataMh()).immediateCookie(header.immediateCookie());
        if (opcode == Opcode.VEC_READ || opcode == Opcode.VEC_WRITE) {
            written.pages(header.numPages(), header.pageSize());
        }
        return again;
    }

    private static byte[] authParams(SplittableRandom random, boolean ofServer) {
        byte[] key = new byte[AuthOption.KEY.dataBytes()];
        random.nextBytes(key);
        return new AuthParams(512 << random.nextInt(7), ofServer ? 1 : 0, 1 + (random.nextInt() >>> 2),
                1 + (random.nextInt() >>> 2), 1 + (random.nextInt() >>> 2), 1 + random.nextInt(65535), key,
                ofServer ? OptionalLong.of(random.nextLong()) : OptionalLong.empty()).encode(SECRET);
    }

    /** Signed anew. */
    private static byte[] authAgain(byte[] bytes, AuthParams params) {
        AuthParams.isSignedBy(SECRET, bytes);
        assertTrue(params.credits() > 0 && params.maxRdmaWindowSize() > 0 && params.maxSendBufferSize() > 0
                && params.maxRecvBufferSize() > 0 && Integer.bitCount(params.pageSize()) == 1);
        return params.encode(SECRET);
    }

    private static byte[] fidParams(SplittableRandom random) {
        byte[] bytes = new byte[FidParams.BYTES];
        new FidParams(key(random), random.nextLong(), random.nextInt() & FidParams.KNOWN_FLAGS)
                .encode(DecoderFuzz.over(bytes), 0);
        return bytes;
    }

    private static byte[] region(SplittableRandom random) {
        byte[] bytes = new byte[RdmaRegion.BYTES];
        new RdmaRegion(random.nextLong(), random.nextInt(), 1 + (random.nextInt() >>> 2))
                .encode(DecoderFuzz.over(bytes), 0);
        return bytes;
    }

    private static byte[] statusResponse(SplittableRandom random) {
        byte[] bytes = new byte[StatusResponse.BYTES];
        StatusResponse.encode(DecoderFuzz.over(bytes), 0, random.nextLong(), random.nextInt(),
                STATUSES[random.nextInt(STATUSES.length)]);
        return bytes;
    }

    private static byte[] statusBlock(SplittableRandom random) {
        byte[] bytes = new byte[IoStatusBlock.BYTES];
        IoStatusBlock.encode(DecoderFuzz.over(bytes), 0, random.nextInt(), STATUSES[random.nextInt(STATUSES.length)]);
        return bytes;
    }
}
