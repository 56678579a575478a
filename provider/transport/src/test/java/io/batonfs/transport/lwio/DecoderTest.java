package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Decoders refuse what is not exactly right, by name; that they never fail otherwise is {@link LwioDecodersTest}. */
class DecoderTest {
    private static final byte[] SECRET = new byte[32];

    private static void assertRefused(LwioStatus status, String word, Executable decode) {
        LwioException refusal = assertThrows(LwioException.class, decode);
        assertEquals(status, refusal.status());
        assertTrue(refusal.getMessage().contains(word), refusal.getMessage());
    }

    private static CommonHeader valid(Opcode opcode) {
        return new CommonHeader().wrap(Hex.buffer(CommonHeader.BYTES), 0).begin(opcode,
                opcode == Opcode.INTERRUPT ? 0xC0 : 0x80, opcode.isFileIo() ? 100 : 48, 1);
    }

    /** A header with one field changed. */
    private static void assertHeaderRefused(Opcode opcode, int offset, int value, String word) {
        ByteBuffer buffer = Hex.buffer(CommonHeader.BYTES);
        CommonHeader header = new CommonHeader().wrap(buffer, 0).begin(opcode,
                opcode == Opcode.INTERRUPT ? 0xC0 : 0x80, opcode.isFileIo() ? 100 : 48, 1);
        buffer.put(offset, (byte) value);
        assertRefused(LwioStatus.INVALID_PARAMETER, word, header::check);
    }

    @Test
    void everyValidHeaderPasses() throws Exception {
        for (Opcode opcode : Opcode.values()) {
            assertEquals(opcode, valid(opcode).check());
        }
    }

    @Test
    void headerFieldsOutOfPlaceAreRefusedByName() {
        assertHeaderRefused(Opcode.READ, CommonHeader.OPCODE_OFFSET, 10, "Opcode");
        assertHeaderRefused(Opcode.READ, CommonHeader.FLAGS_OFFSET, 0xC0, "Flags");
        assertHeaderRefused(Opcode.WRITE, CommonHeader.FLAGS_OFFSET, 0xA0, "Flags");
        assertHeaderRefused(Opcode.CLOSE, CommonHeader.FLAGS_OFFSET, 0, "Flags");
        assertHeaderRefused(Opcode.INTERRUPT, CommonHeader.FLAGS_OFFSET, 0x80, "Flags");
        assertHeaderRefused(Opcode.READ, CommonHeader.MARKER_OFFSET, 0, "Marker");
        assertHeaderRefused(Opcode.CLOSE, CommonHeader.MARKER_OFFSET, 0xFF, "Marker");
        assertHeaderRefused(Opcode.READ, CommonHeader.TID_OFFSET + 3, 1, "Tid");
        assertHeaderRefused(Opcode.READ, CommonHeader.LENGTH_OFFSET + 3, 0x80, "Length");
        assertHeaderRefused(Opcode.READ, CommonHeader.OFFSET_OFFSET + 7, 0x80, "Offset");
        assertHeaderRefused(Opcode.READ, CommonHeader.COOKIE_OFFSET, 0, "Cookie");
        assertHeaderRefused(Opcode.REGISTER, CommonHeader.FID_OFFSET, 1, "Fid");
        assertHeaderRefused(Opcode.CLOSE, CommonHeader.OFFSET_OFFSET, 1, "Offset");
        assertHeaderRefused(Opcode.CREDIT, CommonHeader.OFFSET_OFFSET, 1, "Offset");
        assertHeaderRefused(Opcode.WRITE, CommonHeader.DATA_VA_OFFSET, 1, "DataVa");
        assertHeaderRefused(Opcode.WRITE, CommonHeader.DATA_MH_OFFSET, 1, "DataMh");
        assertHeaderRefused(Opcode.WRITE, CommonHeader.IMMEDIATE_COOKIE_OFFSET, 1, "ImmediateCookie");
        assertHeaderRefused(Opcode.AUTH, CommonHeader.CREDITS_OFFSET, 1, "Credits");
    }

    private static byte[] authOfClient() {
        return new AuthParams(4096, 0, 65536, 1024, 16, 8, new byte[16], OptionalLong.empty()).encode(SECRET);
    }

    private static byte[] with(byte[] bytes, int offset, int... values) {
        byte[] changed = bytes.clone();
        for (int i = 0; i < values.length; i++) {
            changed[offset + i] = (byte) values[i];
        }
        return changed;
    }

    @Test
    void authParamsAreRefusedByName() {
        byte[] good = authOfClient();
        assertRefused(LwioStatus.INVALID_PARAMETER, "Magic",
                () -> AuthParams.decodeClient(with(good, AuthParams.MAGIC_OFFSET, 'X')));
        assertRefused(LwioStatus.REVISION_MISMATCH, "older",
                () -> AuthParams.decodeClient(with(good, AuthParams.REV_ID_OFFSET, 0, 0x10)));
        assertRefused(LwioStatus.REVISION_MISMATCH, "newer",
                () -> AuthParams.decodeClient(with(good, AuthParams.REV_ID_OFFSET, 2, 0x10)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "Endian",
                () -> AuthParams.decodeClient(with(good, AuthParams.ENDIAN_OFFSET, 1)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "PageSize",
                () -> AuthParams.decodeClient(with(good, AuthParams.PAGE_SIZE_OFFSET, 1)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "BaseSequence",
                () -> AuthParams.decodeClient(with(good, AuthParams.BASE_SEQUENCE_OFFSET, 1)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "MaxRdmaWindowSize",
                () -> AuthParams.decodeClient(with(good, AuthParams.MAX_RDMA_WINDOW_SIZE_OFFSET, 0, 0, 0, 0x80)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "HeaderSize",
                () -> AuthParams.decodeClient(with(good, AuthParams.HEADER_SIZE_OFFSET, 56)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "Credits",
                () -> AuthParams.decodeClient(with(good, AuthParams.CREDITS_OFFSET, 0)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "RdmaReadSupported",
                () -> AuthParams.decodeClient(with(good, AuthParams.RDMA_READ_SUPPORTED_OFFSET, 2)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "KEY",
                () -> AuthParams.decodeClient(with(good, AuthParams.OPTIONS_OFFSET, 3)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "length of option KEY",
                () -> AuthParams.decodeClient(with(good, AuthParams.OPTIONS_OFFSET + 1, 15)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "END",
                () -> AuthParams.decodeClient(with(good, good.length - 1, 1)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "length",
                () -> AuthParams.decodeClient(Arrays.copyOf(good, good.length - 1)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "length", () -> AuthParams.decodeServer(good));
    }

    @Test
    void everyFlippedBitOfSignedParamsIsSeen() throws Exception {
        byte[] client = authOfClient();
        byte[] server = new AuthParams(4096, 1, 65536, 16, 8192, 8, new byte[16], OptionalLong.of(5)).encode(SECRET);
        for (byte[] good : List.of(client, server)) {
            for (int bit = 0; bit < good.length * 8; bit++) {
                byte[] bad = good.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                boolean accepted;
                try {
                    if (good == client) {
                        AuthParams.decodeClient(bad);
                    } else {
                        AuthParams.decodeServer(bad);
                    }
                    accepted = AuthParams.isSignedBy(SECRET, bad);
                } catch (LwioException e) {
                    accepted = false;
                }
                assertFalse(accepted, "bit " + bit);
            }
        }
    }

    @Test
    void anMd5SignatureIsRefused() throws Exception {
        byte[] forged = authOfClient();
        int optionAt = forged.length - 1 - AuthOption.SIGNATURE.bytes();
        java.security.MessageDigest md5 = java.security.MessageDigest.getInstance("MD5");
        md5.update(forged, 0, optionAt);
        byte[] digest = md5.digest(new byte[] {0});
        System.arraycopy(digest, 0, forged, optionAt + 2, 16);
        assertFalse(AuthParams.isSignedBy(SECRET, forged));
    }

    @Test
    void unknownRegistrationFlagsAreNotSupported() {
        ByteBuffer buffer = Hex.buffer(FidParams.BYTES);
        new FidParams(MemoryFiles.key(1), 1, 0x10).encode(buffer, 0);
        assertRefused(LwioStatus.NOT_SUPPORTED, "FlagsAndAttributes", () -> FidParams.decode(buffer, 0));
    }

    @Test
    void negotiationsAreRefusedByName() {
        byte[] good = new NegotiateRequest("c", new UUID(1, 2), 1000,
                List.of(new ProviderEntry("p", List.of(new NetAddress("h", "d"))))).encode();
        assertRefused(LwioStatus.INVALID_PARAMETER, "ProtocolId", () -> NegotiateRequest.decode(with(good, 0, 'M')));
        assertRefused(LwioStatus.REVISION_MISMATCH, "newer",
                () -> NegotiateRequest.decode(with(good, ControlHeader.REV_ID_OFFSET, 2)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "Opcode",
                () -> NegotiateRequest.decode(with(good, ControlHeader.OPCODE_OFFSET, 0xFD)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "Length",
                () -> NegotiateRequest.decode(Arrays.copyOf(good, good.length + 1)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "padded",
                () -> NegotiateRequest.decode(with(good, NegotiateRequest.CLIENT_NAME_OFFSET + 100, 1)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "UTF-16",
                () -> NegotiateRequest.decode(with(good, NegotiateRequest.CLIENT_NAME_OFFSET, 0, 0xD8)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "provider 2",
                () -> NegotiateRequest.decode(with(good, NegotiateRequest.PROVIDER_COUNT_OFFSET, 2)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "end of the provider list",
                () -> NegotiateRequest.decode(with(good, NegotiateRequest.PROVIDER_COUNT_OFFSET, 0)));
        assertRefused(LwioStatus.INVALID_PARAMETER, "NET_ADDRESS",
                () -> NegotiateRequest.decode(with(good, good.length - 6, 0xFF)));
    }

    @Test
    void aNegotiationSharesWhatBothHave() throws Exception {
        ProviderEntry tcp = new ProviderEntry("tcp", List.of(new NetAddress("server", "9")));
        ProviderEntry shm = new ProviderEntry("shared-memory", List.of());
        NegotiateRequest request = new NegotiateRequest("c", new UUID(1, 2), 0xFFFF, List.of(
                new ProviderEntry("in-process", List.of()), new ProviderEntry("tcp", List.of()),
                new ProviderEntry("tcp", List.of())));
        UUID key = new UUID(3, 4);
        assertEquals(new NegotiateResponse("s", key, List.of(tcp)),
                Negotiation.answer(request, "s", key, List.of(shm, tcp)));
        NegotiateRequest small = new NegotiateRequest("c", new UUID(1, 2), 600, request.providers());
        assertRefused(LwioStatus.INSUFFICIENT_RESOURCES, "room for 600",
                () -> Negotiation.answer(small, "s", key, List.of(tcp)));
    }
}
