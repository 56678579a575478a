package io.batonfs.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.rpc.CatalogControl;
import io.batonfs.protocol.rpc.ControlProtocol;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.protocol.rpc.StorageControl;
import io.batonfs.protocol.wire.CatalogMessages.ChangeAclRequest;
import io.batonfs.protocol.wire.CatalogMessages.CheckAccessRequest;
import io.batonfs.protocol.wire.CatalogMessages.CreateRequest;
import io.batonfs.protocol.wire.CatalogMessages.LeaseRequest;
import io.batonfs.protocol.wire.CatalogMessages.ListRequest;
import io.batonfs.protocol.wire.CatalogMessages.MkdirsRequest;
import io.batonfs.protocol.wire.CatalogMessages.MoveFileRequest;
import io.batonfs.protocol.wire.CatalogMessages.NamedRequest;
import io.batonfs.protocol.wire.CatalogMessages.OffloadReadRequest;
import io.batonfs.protocol.wire.CatalogMessages.OffloadWriteRequest;
import io.batonfs.protocol.wire.CatalogMessages.PathOfRequest;
import io.batonfs.protocol.wire.CatalogMessages.PathRequest;
import io.batonfs.protocol.wire.CatalogMessages.ReopenRequest;
import io.batonfs.protocol.wire.CatalogMessages.RoutesRequest;
import io.batonfs.protocol.wire.CatalogMessages.SetAttributesRequest;
import io.batonfs.protocol.wire.CatalogMessages.SetXattrRequest;
import io.batonfs.protocol.wire.CatalogMessages.WrittenRequest;
import io.batonfs.protocol.wire.RecordMessages.AclChangeProto;
import io.batonfs.protocol.wire.RecordMessages.AclEntryProto;
import io.batonfs.protocol.wire.RecordMessages.AttributeChangeProto;
import io.batonfs.protocol.wire.RecordMessages.CallHeader;
import io.batonfs.protocol.wire.RecordMessages.CreateOptionsProto;
import io.batonfs.protocol.wire.RecordMessages.FileInfoProto;
import io.batonfs.protocol.wire.RecordMessages.OffloadReadProto;
import io.batonfs.protocol.wire.RecordMessages.OffloadWriteProto;
import io.batonfs.protocol.wire.RecordMessages.PageRunProto;
import io.batonfs.protocol.wire.RecordMessages.ResumeKeyProto;
import io.batonfs.protocol.wire.RecordMessages.TokenLimitsProto;
import io.batonfs.protocol.wire.RecordMessages.WrittenExtentProto;
import io.batonfs.protocol.wire.RecordMessages.XattrProto;
import io.batonfs.protocol.wire.StorageMessages.AcknowledgedLengthRequest;
import io.batonfs.protocol.wire.StorageMessages.ChecksumRequest;
import io.batonfs.protocol.wire.StorageMessages.NegotiateRequestProto;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.ipc.ProtobufRpcEngine2;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client that is broken, newer or bad-tempered sends hurts nobody but itself, and it is told why. */
class HostileClientTest {
    private static final CallHeader HEADER = CallHeader.newBuilder().setClientIdLeast(1).setCallId(1).build();
    private static final int UNKNOWN_ENUM = 99;
    private static final int ABOVE_INT = -1;

    private static Rig rig;
    private static CatalogControl catalog;
    private static StorageControl storage;

    /**
     * A message that makes no sense.
     *
     * @param says what the refusal has to say
     * @param send sends it
     */
    private record Nonsense(String says, Send send) {

        @Override
        public String toString() {
            return says;
        }
    }

    private interface Send {

        void send() throws ServiceException;
    }

    @BeforeAll
    static void open() throws IOException {
        rig = new Rig();
        Configuration conf = new Configuration();
        RPC.setProtocolEngine(conf, CatalogControl.class, ProtobufRpcEngine2.class);
        RPC.setProtocolEngine(conf, StorageControl.class, ProtobufRpcEngine2.class);
        catalog = RPC.getProxy(CatalogControl.class, 1, rig.address(), conf);
        storage = RPC.getProxy(StorageControl.class, 1, rig.address(), conf);
    }

    @AfterAll
    static void close() {
        RPC.stopProxy(catalog);
        RPC.stopProxy(storage);
        rig.close();
    }

    private static Nonsense nonsense(String says, Send send) {
        return new Nonsense(says, send);
    }

    static Stream<Nonsense> nonsense() {
        return Stream.of(missing(), outOfRange(), unknown()).flatMap(List::stream);
    }

    private static List<Nonsense> missing() {
        ResumeKeyProto key = ResumeKeyProto.newBuilder().setKey(1).build();
        return List.of(
                nonsense("header is missing", () -> catalog.status(null, PathRequest.getDefaultInstance())),
                nonsense("client's id is missing", () -> catalog.renewLeases(null, NamedRequest.newBuilder()
                        .setHeader(CallHeader.newBuilder().setCallId(1)).build())),
                nonsense("header is missing", () -> catalog.renewLeases(null, NamedRequest.getDefaultInstance())),
                nonsense("header is missing", () -> storage.negotiate(null,
                        NegotiateRequestProto.newBuilder().setServerId(1).build())),
                nonsense("what a file tells about itself is missing", () -> catalog.reopen(null,
                        ReopenRequest.newBuilder().setHeader(HEADER).setContentKey(key).build())),
                nonsense("resume key is missing", () -> catalog.reopen(null, ReopenRequest.newBuilder()
                        .setHeader(HEADER).setSeen(FileInfoProto.newBuilder().setFileId(1).setKindValue(1)).build())),
                nonsense("how to make the file is missing", () -> catalog.create(null,
                        CreateRequest.newBuilder().setHeader(HEADER).setPath("/f").build())),
                nonsense("what was written is missing", () -> catalog.close(null,
                        WrittenRequest.newBuilder().setHeader(HEADER).setFileId(1).setLeaseId(1).build())),
                nonsense("what to change is missing", () -> catalog.setAttributes(null,
                        SetAttributesRequest.newBuilder().setHeader(HEADER).build())),
                nonsense("how long the tokens live is missing", () -> catalog.offloadRead(null,
                        OffloadReadRequest.newBuilder().setHeader(HEADER).build())),
                nonsense("how to make the file is missing", () -> catalog.offloadWrite(null, OffloadWriteRequest
                        .newBuilder().setHeader(HEADER).addItems(OffloadWriteProto.getDefaultInstance()).build())),
                nonsense("run of pages is missing", () -> catalog.routes(null, RoutesRequest.getDefaultInstance())),
                nonsense("how the ACL changes is missing", () -> catalog.changeAcl(null,
                        ChangeAclRequest.newBuilder().setHeader(HEADER).build())),
                nonsense("extended attribute is missing", () -> catalog.setXattr(null,
                        SetXattrRequest.newBuilder().setHeader(HEADER).setWhenValue(1).build())),
                nonsense("resume key is missing", () -> storage.checksum(null,
                        ChecksumRequest.newBuilder().setHeader(HEADER).setServerId(1).setExtentId(1).build())));
    }

    private static List<Nonsense> outOfRange() {
        ResumeKeyProto key = ResumeKeyProto.newBuilder().setKey(1).build();
        return List.of(
                nonsense("file id: 0x0 ", () -> catalog.abandon(null,
                        LeaseRequest.newBuilder().setHeader(HEADER).setLeaseId(1).build())),
                nonsense("file id: 0xffffffffffffffff ", () -> catalog.pathOf(null,
                        PathOfRequest.newBuilder().setHeader(HEADER).setFileId(-1).build())),
                nonsense("lease id: 0x1000000000000 ", () -> catalog.renewWrite(null,
                        LeaseRequest.newBuilder().setHeader(HEADER).setFileId(1).setLeaseId(1L << 48).build())),
                nonsense("extent id: 0x0 ", () -> catalog.nextExtent(null, WrittenRequest.newBuilder().setHeader(HEADER)
                        .setFileId(1).setLeaseId(1).setWritten(WrittenExtentProto.getDefaultInstance()).build())),
                nonsense("-1 bytes can't have been written", () -> catalog.close(null, WrittenRequest.newBuilder()
                        .setHeader(HEADER).setFileId(1).setLeaseId(1)
                        .setWritten(WrittenExtentProto.newBuilder().setExtentId(1).setLengthBytes(-1)).build())),
                nonsense("extent id: 0x0 ", () -> storage.acknowledgedLength(null,
                        AcknowledgedLengthRequest.newBuilder().setHeader(HEADER).setServerId(1).setKey(key).build())),
                nonsense("server id: server id 0 ", () -> catalog.moveFile(null,
                        MoveFileRequest.newBuilder().setHeader(HEADER).setPath("/f").build())),
                nonsense("server id: server id 65536 ", () -> storage.negotiate(null,
                        NegotiateRequestProto.newBuilder().setHeader(HEADER).setServerId(65536).build())),
                nonsense("run of pages: ", () -> catalog.routes(null, RoutesRequest.newBuilder()
                        .setRun(PageRunProto.newBuilder().setVolumeId(1).setFirstPage(-1).setPages(1)).build())),
                nonsense("run of pages: ", () -> catalog.routes(null, RoutesRequest.newBuilder()
                        .setRun(PageRunProto.newBuilder().setFirstPage(1).setPages(1)).build())),
                nonsense("limit 4294967295 is above", () -> catalog.list(null,
                        ListRequest.newBuilder().setHeader(HEADER).setPath("/").setLimit(ABOVE_INT).build())),
                nonsense("mode 4294967295 is above", () -> catalog.mkdirs(null,
                        MkdirsRequest.newBuilder().setHeader(HEADER).setPath("/d").setMode(ABOVE_INT).build())),
                nonsense("umask 4294967295 is above", () -> catalog.create(null, CreateRequest.newBuilder()
                        .setHeader(HEADER).setOptions(CreateOptionsProto.newBuilder().setUmask(ABOVE_INT)).build())),
                nonsense("replication 4294967295 is above", () -> catalog.setAttributes(null,
                        SetAttributesRequest.newBuilder().setHeader(HEADER)
                                .setChange(AttributeChangeProto.newBuilder().setReplication(ABOVE_INT)).build())),
                nonsense("0 to 7", () -> catalog.checkAccess(null,
                        CheckAccessRequest.newBuilder().setHeader(HEADER).setPath("/").setWanted(8).build())),
                nonsense("ACL entry: permissions", () -> catalog.changeAcl(null, ChangeAclRequest.newBuilder()
                        .setHeader(HEADER).setChange(AclChangeProto.newBuilder().setKindValue(1).addEntries(
                                AclEntryProto.newBuilder().setScopeValue(1).setTypeValue(1).setPermissions(8)))
                        .build())),
                nonsense("file id: 0x0 ", () -> catalog.offloadRead(null, OffloadReadRequest.newBuilder()
                        .setHeader(HEADER).setLimits(TokenLimitsProto.getDefaultInstance())
                        .addItems(OffloadReadProto.newBuilder().setExpectedFileId(0)).build())));
    }

    private static List<Nonsense> unknown() {
        return List.of(
                nonsense("kind of file", () -> catalog.reopen(null, ReopenRequest.newBuilder().setHeader(HEADER)
                        .setSeen(FileInfoProto.newBuilder().setFileId(1).setKindValue(UNKNOWN_ENUM)).build())),
                nonsense("kind of file", () -> catalog.reopen(null, ReopenRequest.newBuilder().setHeader(HEADER)
                        .setSeen(FileInfoProto.newBuilder().setFileId(1)).build())),
                nonsense("change of an ACL", () -> catalog.changeAcl(null, ChangeAclRequest.newBuilder()
                        .setHeader(HEADER).setChange(AclChangeProto.newBuilder().setKindValue(UNKNOWN_ENUM)).build())),
                nonsense("scope of an ACL entry", () -> catalog.changeAcl(null, ChangeAclRequest.newBuilder()
                        .setHeader(HEADER).setChange(AclChangeProto.newBuilder().setKindValue(1)
                                .addEntries(AclEntryProto.newBuilder().setScopeValue(UNKNOWN_ENUM))).build())),
                nonsense("type of an ACL entry", () -> catalog.changeAcl(null, ChangeAclRequest.newBuilder()
                        .setHeader(HEADER).setChange(AclChangeProto.newBuilder().setKindValue(1)
                                .addEntries(AclEntryProto.newBuilder().setScopeValue(1))).build())),
                nonsense("condition for an extended attribute", () -> catalog.setXattr(null,
                        SetXattrRequest.newBuilder().setHeader(HEADER).setXattr(XattrProto.getDefaultInstance())
                        .setWhenValue(UNKNOWN_ENUM).build())));
    }

    @ParameterizedTest
    @MethodSource
    void nonsense(Nonsense nonsense) {
        int before = rig.catalog.calls().size();
        ServiceException thrown = assertThrows(ServiceException.class, nonsense.send::send);
        RemoteException remote = assertInstanceOf(RemoteException.class, thrown.getCause());
        String invalid = ErrorCode.INVALID_ARGUMENT.number() + ": ";
        assertTrue(remote.getMessage().startsWith(invalid), remote.getMessage());
        assertTrue(remote.getMessage().contains(nonsense.says), remote.getMessage());
        assertEquals(before, rig.catalog.calls().size(), "the catalog was asked");
    }

    @Test
    void aHugeListIsRefusedBeforeItIsSent() throws IOException {
        rig.catalog.answer(asked -> null);
        List<String> paths = Collections.nCopies(17, "/" + "x".repeat(1 << 20));
        try (RpcServices client = rig.client()) {
            BatonException refused = assertThrows(BatonException.class,
                    () -> client.catalog().concat(Rig.context(), "/f", paths));
            assertEquals(ErrorCode.LIMIT_EXCEEDED, refused.code());
            client.catalog().concat(Rig.context(), "/f", paths.subList(0, 15));
            assertEquals(15, ((List<?>) rig.catalog.last().arguments().get(1)).size());
        }
    }

    @Test
    void anOffloadOfTooManyItemsIsRefusedBeforeAnybodyLooksAtThem() {
        OffloadReadRequest.Builder read = OffloadReadRequest.newBuilder().setHeader(HEADER)
                .setLimits(TokenLimitsProto.getDefaultInstance());
        OffloadWriteRequest.Builder write = OffloadWriteRequest.newBuilder().setHeader(HEADER);
        for (int i = 0; i <= ControlProtocol.MOST_ITEMS; i++) {
            read.addItems(OffloadReadProto.getDefaultInstance());
            write.addItems(OffloadWriteProto.getDefaultInstance());
        }
        int before = rig.catalog.calls().size();
        for (Send send : List.<Send>of(() -> catalog.offloadRead(null, read.build()),
                () -> catalog.offloadWrite(null, write.build()))) {
            ServiceException thrown = assertThrows(ServiceException.class, send::send);
            assertTrue(thrown.getCause().getMessage().startsWith(ErrorCode.LIMIT_EXCEEDED.number() + ": "),
                    thrown.getCause().getMessage());
        }
        assertEquals(before, rig.catalog.calls().size(), "the catalog was asked");
    }

    @Test
    void halfACharacterInANameIsRefusedAndNotReplaced() throws IOException {
        try (RpcServices client = rig.client()) {
            for (String path : new String[] {"/\ud83d", "/\ude00\ud83d", "/a\ud83db"}) {
                BatonException refused = assertThrows(BatonException.class,
                        () -> client.catalog().open(Rig.context(), path));
                assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomBytesHurtOnlyTheirConnection(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] bytes = new byte[1 + random.nextInt(200_000)];
        random.nextBytes(bytes);
        strangerSends(bytes);
        // The same behind a valid beginning, so that they get past the first look.
        strangerSends(joined(preamble(), bytes));
    }

    @Test
    void framesThatAreCutOrTooLongHurtOnlyTheirConnection() throws IOException {
        strangerSends(preamble());
        strangerSends(joined(preamble(), length(1000), new byte[500]));
        strangerSends(joined(preamble(), length(Integer.MAX_VALUE)));
        strangerSends(joined(preamble(), length(-1)));
        strangerSends(joined(preamble(), length(0)));
        strangerSends(joined(preamble(), length(20 << 20), new byte[1 << 20]));
        strangerSends("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        strangerSends(joined("hrpc".getBytes(StandardCharsets.US_ASCII), new byte[] {127, 0, 0}));
    }

    @Test
    void aStrangerWhoOnlyWaitsDelaysNobody() throws IOException {
        try (Socket mute = new Socket(rig.address().getAddress(), rig.address().getPort())) {
            OutputStream out = mute.getOutputStream();
            out.write(joined(preamble(), length(100), new byte[10]));
            out.flush();
            aGoodClientWorks();
        }
    }

    private static byte[] preamble() {
        // "hrpc", version 9, service class 0, no authentication: Hadoop's connection header.
        return new byte[] {'h', 'r', 'p', 'c', 9, 0, 0};
    }

    private static byte[] length(int value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new DataOutputStream(bytes).writeInt(value);
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[]... parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.write(part);
        }
        return bytes.toByteArray();
    }

    /** Sends bytes, waits until the server has had enough or asks for more, and leaves. A good client works then. */
    private static void strangerSends(byte[] bytes) throws IOException {
        try (Socket stranger = new Socket(rig.address().getAddress(), rig.address().getPort())) {
            stranger.getOutputStream().write(bytes);
            stranger.shutdownOutput();
            stranger.getInputStream().readAllBytes();
        } catch (IOException e) {
            // A reset is one of the ways in which a server may turn a stranger out.
            assertTrue(e instanceof java.net.SocketException, e.toString());
        }
        aGoodClientWorks();
    }

    private static void aGoodClientWorks() throws IOException {
        rig.catalog.answer(asked -> Optional.empty());
        try (RpcServices client = rig.client()) {
            assertEquals(Optional.empty(), client.catalog().status(Rig.context(), "/f"));
        }
    }
}
