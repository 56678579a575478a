package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ResumeKey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Every structure of revision 0x1001, byte for byte. The hexadecimal text was written by hand from the layouts of the
 * specification, not taken from the code's output; READ is the specification's own.
 */
class GoldenBytesTest {
    private static final UUID GUID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final String GUID_BYTES = "33221100 5544 7766 8899aabbccddeeff";
    private static final ResumeKey KEY =
            new ResumeKey(0x0102030405060708L, 0x1112131415161718L, 0x2122232425262728L);
    private static final String KEY_BYTES = "0807060504030201 1817161514131211 2827262524232221";

    private static String header(CommonHeaderFiller filler) {
        ByteBuffer buffer = Hex.buffer(CommonHeader.BYTES);
        filler.fill(new CommonHeader().wrap(buffer, 0));
        return Hex.text(buffer.array());
    }

    private interface CommonHeaderFiller {
        void fill(CommonHeader header);
    }

    private static void assertHex(String expected, String found) {
        assertEquals(expected.replaceAll("\\s", ""), found);
    }

    @Test
    void read() throws Exception {
        String golden = "00100000008003ff070002000000000000000100000000008877665544332211ddccbbaa05000000"
                + "0900000000000000";
        assertHex(golden, header(h -> h.begin(Opcode.READ, 0x80, 4096, 9).creditsHint(3).fid(7).sequence(2)
                .offset(0x10000).data(0x1122334455667788L, 0xAABBCCDD).immediateCookie(5)));
        CommonHeader read = new CommonHeader().wrap(Hex.buffer(Hex.bytes(golden)), 0);
        assertEquals(Opcode.READ, read.check());
        assertEquals(4096, read.length());
        assertEquals(0x80, read.flags());
        assertEquals(3, read.creditsHint());
        assertEquals(0xFF, read.marker());
        assertEquals(7, read.fid());
        assertEquals(2, read.sequence());
        assertEquals(0x10000, read.offset());
        assertEquals(0x1122334455667788L, read.dataVa());
        assertEquals(0xAABBCCDD, read.dataMh());
        assertEquals(5, read.immediateCookie());
        assertEquals(9, read.cookie());
    }

    @Test
    void write() {
        assertHex("00200000 01 80 ff ff ffff 3412 00000000 0000000001000000"
                        + "0000000000000000 00000000 00000000 efcdab8967452301",
                header(h -> h.begin(Opcode.WRITE, 0x80, 8192, 0x0123456789ABCDEFL).creditsHint(400).fid(0xFFFF)
                        .sequence(0x1234).offset(1L << 32)));
    }

    @Test
    void vectoredRead() throws Exception {
        // Two pages of 4096 and a last one of 512 bytes: 0x2200 in 3 segments.
        String golden = "00220000 02 80 03 ff 0700 0200 00000000 0000010000000000"
                + "0000000000000000 0300 0010 05000000 0900000000000000";
        assertHex(golden, header(h -> h.begin(Opcode.VEC_READ, 0x80, 8704, 9).creditsHint(3).fid(7).sequence(2)
                .offset(0x10000).pages(3, 4096).immediateCookie(5)));
        CommonHeader read = new CommonHeader().wrap(Hex.buffer(Hex.bytes(golden)), 0);
        assertEquals(Opcode.VEC_READ, read.check());
        assertEquals(3, read.numPages());
        assertEquals(4096, read.pageSize());
        // In polling mode IosMh 11 and IosVa 0x2000 take the cookies' places; the most pages, and the largest of them.
        String polled = "00220000 02 00 03 ff 0700 0200 00000000 0000010000000000"
                + "0000000000000000 ffff 0080 0b000000 0020000000000000";
        assertHex(polled, header(h -> h.begin(Opcode.VEC_READ, 0, 8704, 0x2000).creditsHint(3).fid(7).sequence(2)
                .offset(0x10000).pages(65535, 32768).immediateCookie(11)));
        read.wrap(Hex.buffer(Hex.bytes(polled)), 0);
        assertEquals(Opcode.VEC_READ, read.check());
        assertEquals(65535, read.numPages());
        assertEquals(32768, read.pageSize());
    }

    @Test
    void vectoredWrite() throws Exception {
        String[] golden = {
            // Gathered: NumPages is 0.
            "00220000 03 80 03 ff 0700 0200 00000000 0000010000000000"
                    + "0000000000000000 0000 0010 00000000 0900000000000000",
            // Collapsed: 3 pages are spanned.
            "00220000 03 a0 03 ff 0700 0200 00000000 0000010000000000"
                    + "0000000000000000 0300 0010 00000000 0900000000000000",
            // Collapsed in polling mode: IosMh 11, IosVa 0x2000.
            "00220000 03 20 03 ff 0700 0200 00000000 0000010000000000"
                    + "0000000000000000 0300 0010 0b000000 0020000000000000"};
        int[] flags = {0x80, 0xA0, 0x20};
        for (int i = 0; i < golden.length; i++) {
            int form = i;
            assertHex(golden[i], header(h -> h.begin(Opcode.VEC_WRITE, flags[form], 8704, form < 2 ? 9 : 0x2000)
                    .creditsHint(3).fid(7).sequence(2).offset(0x10000).pages(form == 0 ? 0 : 3, 4096)
                    .immediateCookie(form < 2 ? 0 : 11)));
            CommonHeader write = new CommonHeader().wrap(Hex.buffer(Hex.bytes(golden[i])), 0);
            assertEquals(Opcode.VEC_WRITE, write.check());
            assertEquals(form > 0, write.isCollapsed());
            assertEquals(form < 2, write.isInterruptMode());
        }
    }

    @Test
    void readInPollingMode() {
        assertHex("00020000 00 00 00 ff 0100 0300 00000000 0000000000000000"
                        + "0010000000000000 07000000 0b000000 0020000000000000",
                header(h -> h.begin(Opcode.READ, 0, 512, 0x2000).fid(1).sequence(3).data(0x1000, 7)
                        .immediateCookie(11)));
    }

    @Test
    void auth() {
        assertHex("73000000 06 80 00 00 0000 0000 00000000 0000000000000000"
                        + "0030000000000000 04000000 00000000 0100000000000000",
                header(h -> h.begin(Opcode.AUTH, 0x80, 115, 1).data(0x3000, 4)));
    }

    @Test
    void register() {
        assertHex("54000000 07 80 01 00 0000 0100 00000000 0000000000000000"
                        + "0000000000000000 00000000 00000000 0200000000000000",
                header(h -> h.begin(Opcode.REGISTER, 0x80, 84, 2).creditsHint(1).sequence(1)));
    }

    @Test
    void closeCancelCreditInterrupt() {
        assertHex("30000000 04 80 02 00 0500 0900 00000000 0000000000000000"
                        + "0000000000000000 00000000 00000000 0300000000000000",
                header(h -> h.begin(Opcode.CLOSE, 0x80, 48, 3).creditsHint(2).fid(5).sequence(9)));
        assertHex("30000000 05 80 02 00 0500 0a00 00000000 0000000000000000"
                        + "0000000000000000 00000000 00000000 0300000000000000",
                header(h -> h.begin(Opcode.CANCEL, 0x80, 48, 3).creditsHint(2).fid(5).sequence(10)));
        // CREDIT gives -2 in the upper half of Offset, bytes 20 to 23.
        String credit = "30000000 08 80 00 00 0000 0b00 00000000 00000000 feffffff"
                + "0000000000000000 00000000 00000000 0300000000000000";
        assertHex(credit, header(h -> h.begin(Opcode.CREDIT, 0x80, 48, 3).sequence(11).offset(-2L << 32)));
        assertEquals(-2, new CommonHeader().wrap(Hex.buffer(Hex.bytes(credit)), 0).creditCount());
        assertHex("30000000 09 c0 00 00 0000 0c00 00000000 0000000000000000"
                        + "0000000000000000 00000000 00000000 0300000000000000",
                header(h -> h.begin(Opcode.INTERRUPT, 0xC0, 48, 3).sequence(12)));
    }

    @Test
    void statusResponse() throws Exception {
        ByteBuffer buffer = Hex.buffer(StatusResponse.BYTES);
        StatusResponse.encode(buffer, 0, 0x1122334455667788L, 4096, LwioStatus.ACCESS_DENIED);
        assertHex("8877665544332211 00100000 220000c0", Hex.text(buffer.array()));
        assertEquals(0x1122334455667788L, StatusResponse.cookie(buffer, 0));
        assertEquals(4096, StatusResponse.information(buffer, 0));
        assertEquals(LwioStatus.ACCESS_DENIED, StatusResponse.status(buffer, 0));
    }

    @Test
    void deltaOfCredits() {
        ByteBuffer buffer = Hex.buffer(StatusResponse.BYTES);
        StatusResponse.encode(buffer, 0, StatusResponse.CREDIT_COOKIE, 2, LwioStatus.NOTIFY_CREDIT);
        assertHex("0000000000000000 02000000 01000000", Hex.text(buffer.array()));
        StatusResponse.encode(buffer, 0, StatusResponse.CREDIT_COOKIE, -3, LwioStatus.NOTIFY_CREDIT);
        assertHex("0000000000000000 fdffffff 01000000", Hex.text(buffer.array()));
        // One unused of them: 1 in the upper half of Offset. It is answered with SUCCESS, -1 with NOTIFY_CREDIT.
        assertHex("30000000 08 80 00 00 0000 0b00 00000000 00000000 01000000"
                        + "0000000000000000 00000000 00000000 0300000000000000",
                header(h -> h.begin(Opcode.CREDIT, 0x80, 48, 3).sequence(11).offset(ClientRequest.credit(1).offset())));
        assertEquals(LwioStatus.SUCCESS, ClientCredits.answerTo(ClientRequest.credit(0)));
        assertEquals(LwioStatus.NOTIFY_CREDIT, ClientCredits.answerTo(ClientRequest.credit(-1)));
    }

    @Test
    void ioStatusBlock() throws Exception {
        ByteBuffer buffer = Hex.buffer(IoStatusBlock.BYTES);
        IoStatusBlock.encode(buffer, 0, -3, LwioStatus.NOTIFY_CREDIT);
        assertHex("fdffffff 01000000", Hex.text(buffer.array()));
        assertEquals(-3, IoStatusBlock.information(buffer, 0));
        assertEquals(LwioStatus.NOTIFY_CREDIT, IoStatusBlock.status(buffer, 0));
    }

    @Test
    void rdmaRegion() throws Exception {
        RdmaRegion region = new RdmaRegion(0x1122334455667788L, 0xAABBCCDD, 4096);
        ByteBuffer buffer = Hex.buffer(RdmaRegion.BYTES);
        region.encode(buffer, 0);
        assertHex("8877665544332211 ddccbbaa 00100000", Hex.text(buffer.array()));
        assertEquals(region, RdmaRegion.decode(buffer, 0));
    }

    @Test
    void fidParams() throws Exception {
        FidParams params = new FidParams(KEY, 0x5152535455565758L, 0x0100_0002);
        ByteBuffer buffer = Hex.buffer(FidParams.BYTES);
        params.encode(buffer, 0);
        assertHex(KEY_BYTES + "5857565554535251 02000001", Hex.text(buffer.array()));
        assertEquals(36, FidParams.BYTES);
        assertEquals(params, FidParams.decode(buffer, 0));
    }

    @Test
    void serverResumeKey() throws Exception {
        ServerResumeKey key = new ServerResumeKey(KEY, "höst");
        assertHex(KEY_BYTES + "0500 68c3b67374", Hex.text(key.encode()));
        assertEquals(key, ServerResumeKey.decode(key.encode()));
    }

    @Test
    void guid() {
        assertHex(GUID_BYTES, Hex.text(Guid.bytesOf(GUID)));
        assertEquals(GUID, Guid.decode(Hex.buffer(Guid.bytesOf(GUID)), 0));
    }

    private static byte[] secret() {
        byte[] secret = new byte[32];
        for (int i = 0; i < secret.length; i++) {
            secret[i] = (byte) i;
        }
        return secret;
    }

    @Test
    void authParamsOfTheClient() throws Exception {
        // The seed's sizes: window 64 KiB, send 1 KiB, receive 16. The signature is HMAC-SHA-256 of the other 49 bytes
        // with the key 00..1f, as computed by another implementation of it, cut to 16 bytes.
        String golden = "4c57494f 0110 0800 0010 0000 00000100 00040000 10000000 3000 0800 0000"
                + "01 10" + GUID_BYTES + "03 10 " + CLIENT_SIGNATURE + " 00";
        byte[] encoded = new AuthParams(4096, 0, 65536, 1024, 16, 8, Guid.bytesOf(GUID), OptionalLong.empty())
                .encode(secret());
        assertHex(golden, Hex.text(encoded));
        assertEquals(67, encoded.length);
        AuthParams decoded = AuthParams.decodeClient(encoded);
        assertEquals(65536, decoded.maxRdmaWindowSize());
        assertEquals(1024, decoded.maxSendBufferSize());
        assertEquals(16, decoded.maxRecvBufferSize());
        assertEquals(8, decoded.credits());
        assertArrayEquals(Guid.bytesOf(GUID), decoded.key());
        assertTrue(AuthParams.isSignedBy(secret(), encoded));
    }

    @Test
    void authParamsOfTheServer() throws Exception {
        String golden = "4c57494f 0110 0800 0010 0100 00000800 10000000 00200000 3000 0400 0000"
                + "01 10" + GUID_BYTES + "02 08 8877665544332211 03 10 " + SERVER_SIGNATURE + " 00";
        byte[] encoded = new AuthParams(4096, 1, 512 * 1024, 16, 8192, 4, Guid.bytesOf(GUID),
                OptionalLong.of(0x1122334455667788L)).encode(secret());
        assertHex(golden, Hex.text(encoded));
        assertEquals(77, encoded.length);
        assertEquals(85, AuthParams.SERVER_INFORMATION);
        AuthParams decoded = AuthParams.decodeServer(encoded);
        assertEquals(0x1122334455667788L, decoded.sessionId().getAsLong());
        assertTrue(AuthParams.isSignedBy(secret(), encoded));
    }

    private static final String CLIENT_SIGNATURE = "061cffbd202f675e9d8c380d295a6cae";
    private static final String SERVER_SIGNATURE = "248a9ac6071c1c4347f3dc8423a5cde9";

    private static String wide(String name, int units) {
        StringBuilder hex = new StringBuilder();
        for (char c : name.toCharArray()) {
            hex.append(String.format("%02x%02x", c & 0xFF, c >> 8));
        }
        return hex + Hex.zeros(2 * (units - name.length()));
    }

    private static final String NET_ADDRESS = "0200 0300 6831 703a39";
    private static final String PROVIDER = wide("tcp", 64) + "0200" + NET_ADDRESS + "0000 0000";
    private static final ProviderEntry PROVIDER_ENTRY =
            new ProviderEntry("tcp", List.of(new NetAddress("h1", "p:9"), new NetAddress("", "")));

    @Test
    void netAddress() throws Exception {
        NetAddress address = new NetAddress("h1", "p:9");
        ByteBuffer buffer = Hex.buffer(address.bytes());
        address.encode(buffer, 0);
        assertHex(NET_ADDRESS, Hex.text(buffer.array()));
        assertEquals(address, NetAddress.decode(buffer, 0));
    }

    @Test
    void providerEntry() throws Exception {
        ByteBuffer buffer = Hex.buffer(PROVIDER_ENTRY.bytes());
        ProviderEntry.encodeList(buffer, 0, List.of(PROVIDER_ENTRY));
        assertHex(PROVIDER, Hex.text(buffer.array()));
        assertEquals(List.of(PROVIDER_ENTRY), ProviderEntry.decodeList(buffer, 0, 1));
    }

    @Test
    void negotiateRequest() throws Exception {
        NegotiateRequest request = new NegotiateRequest("Käthe", GUID, 0xFFFE, List.of(PROVIDER_ENTRY));
        // 544 + 130 + 9 + 4 = 687 = 0x02af bytes
        String golden = "4c57494f 01100000 fe00 af02" + wide("Käthe", 256) + GUID_BYTES + "feff 0100" + PROVIDER;
        assertHex(golden, Hex.text(request.encode()));
        assertEquals(request, NegotiateRequest.decode(Hex.bytes(golden)));
    }

    @Test
    void negotiateResponse() throws Exception {
        NegotiateResponse response = new NegotiateResponse("srv", GUID, List.of());
        // 542 = 0x021e bytes
        String golden = "4c57494f 01100000 fe00 1e02" + wide("srv", 256) + GUID_BYTES + "0000";
        assertHex(golden, Hex.text(response.encode()));
        assertEquals(response, NegotiateResponse.decode(Hex.bytes(golden)));
    }

    @Test
    void statusesAndOpcodesHaveTheSeedsNumbers() {
        assertEquals(0, LwioStatus.SUCCESS.code());
        assertEquals(1, LwioStatus.NOTIFY_CREDIT.code());
        assertEquals(0xC0000022, LwioStatus.ACCESS_DENIED.code());
        Opcode[] inOrder = {Opcode.READ, Opcode.WRITE, Opcode.VEC_READ, Opcode.VEC_WRITE, Opcode.CLOSE, Opcode.CANCEL,
            Opcode.AUTH, Opcode.REGISTER, Opcode.CREDIT, Opcode.INTERRUPT};
        for (int i = 0; i < inOrder.length; i++) {
            assertEquals(i, inOrder[i].code());
        }
    }
}
