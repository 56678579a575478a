package io.batonfs.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.AclEntry;
import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.model.GroupId;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.Slice;
import io.batonfs.model.TokenId;
import io.batonfs.model.VolumeId;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AclInfo;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.ListPage;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.ReadGrant;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.StoragePolicyProgress;
import io.batonfs.protocol.StorageService;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.TokenState;
import io.batonfs.protocol.TreeTotals;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.protocol.WrittenExtent;
import io.batonfs.protocol.XattrChange;
import io.batonfs.protocol.rpc.CatalogControl;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.protocol.rpc.StorageControl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every call arrives as it was made, and every answer as it was given, over a real port. */
class RoundTripTest {
    // Values at the ends of their ranges, so that a field that is too narrow, or taken for another, shows.
    private static final String PATH = "/data/naïve \u65e5\u672c \ud83d\ude00 %2F";
    private static final FileId FILE = FileId.of(32767, (1L << 48) - 1);
    private static final LeaseId LEASE = LeaseId.of(5, 77);
    private static final ResumeKey KEY = new ResumeKey(-1, Long.MIN_VALUE, 0x0123456789abcdefL);
    private static final ResumeKey OTHER_KEY = new ResumeKey(1, 2, 3);
    private static final PageRun RUN = new PageRun(VolumeId.of(3, 9), 1L << 40, Integer.MAX_VALUE);
    private static final Extent EXTENT = new Extent(ExtentId.of(2, 11), RUN, new Epoch(Long.MAX_VALUE), true);
    private static final Extent OPEN_EXTENT =
            new Extent(ExtentId.of(2, 12), new PageRun(VolumeId.of(0, 1), 0, 1), Epoch.FIRST, false);
    private static final Route ROUTE =
            new Route(RUN, List.of(new ServerId(65535), new ServerId(1), new ServerId(2)), new Epoch(17));
    private static final Route PLAIN_ROUTE =
            new Route(new PageRun(VolumeId.of(0, 1), 0, 1), List.of(new ServerId(7)), new Epoch(0));
    private static final WrittenExtent WRITTEN = new WrittenExtent(ExtentId.of(2, 13), Long.MAX_VALUE, -2);
    private static final FileInfo INFO = new FileInfo(FILE, "naïve \ud83d\ude00", FileKind.FILE, Long.MAX_VALUE,
            "öwner", "grüppe", 01777, -1, Long.MIN_VALUE, 1L << 33, 512, true, 0, true);
    private static final FileInfo DIRECTORY = new FileInfo(FileId.of(0, 1), "", FileKind.DIRECTORY, 0, "o", "g", 0, 0,
            0, 0, 0, false, 10_000_000, false);
    private static final CreateOptions OPTIONS = new CreateOptions(true, true, 01777, 0777, 1L << 40, 512);
    private static final ReadGrant FULL_READ = new ReadGrant(INFO,
            List.of(new Slice(ExtentId.of(2, 11), 4, Long.MAX_VALUE - 4, OptionalInt.of(-1)),
                    new Slice(ExtentId.of(2, 12), 0, 1, OptionalInt.empty()),
                    new Slice(ExtentId.of(2, 12), 0, 1, OptionalInt.of(0))),
            List.of(EXTENT, OPEN_EXTENT), Optional.of(OPEN_EXTENT), new PageGeometry(512, 4),
            List.of(ROUTE, PLAIN_ROUTE), new ReadGrant.ReadKeys(KEY, Optional.of(OTHER_KEY)), Long.MAX_VALUE);
    private static final ReadGrant BARE_READ = new ReadGrant(INFO, List.of(), List.of(), Optional.empty(),
            PageGeometry.DEFAULT, List.of(), new ReadGrant.ReadKeys(KEY, Optional.empty()), 0);
    private static final WriteGrant WRITE = new WriteGrant(FILE, LEASE, Long.MAX_VALUE, EXTENT, PageGeometry.DEFAULT,
            List.of(ROUTE, PLAIN_ROUTE), KEY, Long.MAX_VALUE - 1);
    private static final List<AclEntry> ENTRIES = allEntries();

    private static Rig rig;
    private static RpcServices client;

    /**
     * One use of a call.
     *
     * @param method    what is called
     * @param named     whether it takes a context
     * @param arguments what it is called with, and has to arrive
     * @param answer    what the service answers, and has to come back; null for none
     * @param call      calls it
     */
    private record Use(String method, boolean named, List<?> arguments, Object answer, Call call) {

        @Override
        public String toString() {
            return method + " -> " + (answer == null ? "nothing" : answer.getClass().getSimpleName());
        }
    }

    private interface Call {

        Object of(CatalogService catalog, CallContext context) throws IOException;
    }

    private interface VoidCall {

        void of(CatalogService catalog, CallContext context) throws IOException;
    }

    private static Use use(String method, List<?> arguments, Object answer, Call call) {
        return new Use(method, true, arguments, answer, call);
    }

    private static Use use(String method, List<?> arguments, VoidCall call) {
        return new Use(method, true, arguments, null, (catalog, context) -> {
            call.of(catalog, context);
            return null;
        });
    }

    private static Use unnamed(String method, List<?> arguments, Object answer, Call call) {
        return new Use(method, false, arguments, answer, call);
    }

    private static List<AclEntry> allEntries() {
        List<AclEntry> entries = new ArrayList<>();
        for (AclEntry.Scope scope : AclEntry.Scope.values()) {
            for (AclEntry.Type type : AclEntry.Type.values()) {
                entries.add(new AclEntry(scope, type, "", 7));
                entries.add(new AclEntry(scope, type, "jürgen", entries.size() % 7));
            }
        }
        return entries;
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (seed + 31 * i);
        }
        return bytes;
    }

    @BeforeAll
    static void open() throws IOException {
        rig = new Rig();
        client = rig.client();
    }

    @AfterAll
    static void close() {
        client.close();
        rig.close();
    }

    static Stream<Use> uses() {
        List<Use> uses = new ArrayList<>();
        names(uses);
        writing(uses);
        tokens(uses);
        access(uses);
        group(uses);
        return uses.stream();
    }

    private static void names(List<Use> uses) {
        for (Optional<FileInfo> answer : List.of(
                Optional.of(INFO), Optional.of(DIRECTORY), Optional.<FileInfo>empty())) {
            uses.add(use("status", List.of(PATH), answer, (catalog, context) -> catalog.status(context, PATH)));
        }
        for (ListPage page : List.of(new ListPage(List.of(), false), new ListPage(List.of(INFO, DIRECTORY), true),
                new ListPage(List.of(INFO), false), ListPage.ofFile(INFO), ListPage.ofUnknown(List.of(INFO), true))) {
            uses.add(use("list", List.of(PATH, "after", 10_000), page,
                    (catalog, context) -> catalog.list(context, PATH, "after", 10_000)));
        }
        for (boolean flag : new boolean[] {true, false}) {
            uses.add(use("mkdirs", List.of(PATH, 01777, 022, flag), flag,
                    (catalog, context) -> catalog.mkdirs(context, PATH, 01777, 022, flag)));
            uses.add(use("rename", List.of(PATH, "/to", flag),
                    (catalog, context) -> catalog.rename(context, PATH, "/to", flag)));
            uses.add(use("move", List.of(PATH, "/to"), flag, (catalog, context) -> catalog.move(context, PATH, "/to")));
            uses.add(use("delete", List.of(PATH, flag), flag,
                    (catalog, context) -> catalog.delete(context, PATH, flag)));
            uses.add(use("recoverLease", List.of(PATH), flag,
                    (catalog, context) -> catalog.recoverLease(context, PATH)));
            uses.add(use("cloneTree", List.of(PATH, "/to", flag), DIRECTORY,
                    (catalog, context) -> catalog.cloneTree(context, PATH, "/to", flag)));
        }
        AttributeChange everything = new AttributeChange(OptionalInt.of(0), Optional.of("o"), Optional.of("g"),
                OptionalLong.of(Long.MIN_VALUE), OptionalLong.of(Long.MAX_VALUE), OptionalInt.of(512), Optional.of(""));
        for (AttributeChange change : List.of(everything, AttributeChange.NONE, AttributeChange.NONE.withMode(01777),
                AttributeChange.NONE.withTimes(OptionalLong.empty(), OptionalLong.of(0)),
                AttributeChange.NONE.withStoragePolicy("COLD"))) {
            uses.add(use("setAttributes", List.of(PATH, change),
                    (catalog, context) -> catalog.setAttributes(context, PATH, change)));
        }
        uses.add(use("truncate", List.of(PATH, Long.MAX_VALUE),
                (catalog, context) -> catalog.truncate(context, PATH, Long.MAX_VALUE)));
        for (List<String> sources : List.of(
                List.<String>of(), IntStream.range(0, 1000).mapToObj(i -> "/s" + i).toList())) {
            uses.add(use("concat", List.of(PATH, sources),
                    (catalog, context) -> catalog.concat(context, PATH, sources)));
        }
        uses.add(use("totals", List.of(PATH), new TreeTotals(1, 2, Long.MAX_VALUE, -1),
                (catalog, context) -> catalog.totals(context, PATH)));
        uses.add(use("track", List.of(PATH), INFO, (catalog, context) -> catalog.track(context, PATH)));
        for (Optional<String> path : List.of(Optional.of(PATH), Optional.of(""), Optional.<String>empty())) {
            uses.add(use("pathOf", List.of(FILE), path, (catalog, context) -> catalog.pathOf(context, FILE)));
        }
    }

    private static void writing(List<Use> uses) {
        for (ReadGrant grant : List.of(FULL_READ, BARE_READ)) {
            uses.add(use("open", List.of(PATH), grant, (catalog, context) -> catalog.open(context, PATH)));
            uses.add(use("reopen", List.of(PATH, INFO, KEY), grant,
                    (catalog, context) -> catalog.reopen(context, PATH, INFO, KEY)));
        }
        uses.add(use("create", List.of(PATH, OPTIONS), WRITE,
                (catalog, context) -> catalog.create(context, PATH, OPTIONS)));
        CreateOptions none = new CreateOptions(false, false, 0, 0, 1);
        uses.add(use("create", List.of(PATH, none), WRITE, (catalog, context) -> catalog.create(context, PATH, none)));
        uses.add(use("append", List.of(PATH), WRITE, (catalog, context) -> catalog.append(context, PATH)));
        uses.add(use("nextExtent", List.of(FILE, LEASE, WRITTEN), WRITE,
                (catalog, context) -> catalog.nextExtent(context, FILE, LEASE, WRITTEN)));
        uses.add(use("forceEarlierExtents", List.of(FILE, LEASE),
                (catalog, context) -> catalog.forceEarlierExtents(context, FILE, LEASE)));
        uses.add(use("renewWrite", List.of(FILE, LEASE), WRITE,
                (catalog, context) -> catalog.renewWrite(context, FILE, LEASE)));
        uses.add(use("close", List.of(FILE, LEASE, WRITTEN), INFO,
                (catalog, context) -> catalog.close(context, FILE, LEASE, WRITTEN)));
        uses.add(use("abandon", List.of(FILE, LEASE), (catalog, context) -> catalog.abandon(context, FILE, LEASE)));
        uses.add(use("renewLeases", List.of(), (catalog, context) -> catalog.renewLeases(context)));
        uses.add(use("moveFile", List.of(PATH, new ServerId(65535)), Integer.MAX_VALUE,
                (catalog, context) -> catalog.moveFile(context, PATH, new ServerId(65535))));
        uses.add(unnamed("routes", List.of(RUN), List.of(ROUTE, PLAIN_ROUTE),
                (catalog, context) -> catalog.routes(RUN)));
        uses.add(unnamed("routes", List.of(RUN), List.of(), (catalog, context) -> catalog.routes(RUN)));
    }

    private static void tokens(List<Use> uses) {
        TokenLimits limits = new TokenLimits(Long.MAX_VALUE, 1);
        List<OffloadRead> reads = IntStream.range(0, 1000).mapToObj(i -> new OffloadRead("/f" + i,
                i % 2 == 0 ? Optional.of(FileId.of(i, i + 1)) : Optional.empty(), i, i % 3 == 0 ? -1 : i, i % 5 == 0))
                .toList();
        List<OffloadReadResult> granted = IntStream.range(0, 1000).<OffloadReadResult>mapToObj(i -> i % 10 == 3
                ? new OffloadReadResult.Refused(ErrorCode.values()[i % ErrorCode.values().length], "no " + i)
                : new OffloadReadResult.Granted(
                        bytes(512, i), i, i % 2 == 0 ? Optional.of(INFO) : Optional.empty())).toList();
        uses.add(use("offloadRead", List.of(reads, limits), granted,
                (catalog, context) -> catalog.offloadRead(context, reads, limits)));
        uses.add(use("offloadRead", List.of(List.of(), limits), List.of(),
                (catalog, context) -> catalog.offloadRead(context, List.of(), limits)));
        List<OffloadWrite> writes = IntStream.range(0, 1000).mapToObj(i -> new OffloadWrite(
                bytes(512, i), i, i % 3 == 0 ? -1 : Long.MAX_VALUE, PATH + i, OPTIONS)).toList();
        List<OffloadWriteResult> written = IntStream.range(0, 1000).<OffloadWriteResult>mapToObj(i -> i % 10 == 3
                ? new OffloadWriteResult.Refused(ErrorCode.TOKEN_EXPIRED, "no " + i)
                : new OffloadWriteResult.Written(i % 2 == 0 ? INFO : DIRECTORY, i)).toList();
        uses.add(use("offloadWrite", List.of(writes), written,
                (catalog, context) -> catalog.offloadWrite(context, writes)));
        byte[] token = bytes(512, 200);
        uses.add(use("revokeToken", List.of(token), (catalog, context) -> catalog.revokeToken(context, token)));
        for (Optional<ErrorCode> dead : List.of(Optional.of(ErrorCode.TOKEN_REVOKED), Optional.<ErrorCode>empty())) {
            uses.add(use("tokenState", List.of(token),
                    new TokenState(TokenId.of(1, 2), dead.isPresent(), 3, "jürgen", 4, Long.MAX_VALUE, 6, dead),
                    (catalog, context) -> catalog.tokenState(context, token)));
        }
    }

    private static void access(List<Use> uses) {
        for (int wanted = 0; wanted <= 7; wanted++) {
            int bits = wanted;
            uses.add(use("checkAccess", List.of(PATH, bits),
                    (catalog, context) -> catalog.checkAccess(context, PATH, bits)));
        }
        for (AclInfo info : List.of(new AclInfo("o", "g", 01777, ENTRIES), new AclInfo("", "", 0, List.of()))) {
            uses.add(use("acl", List.of(PATH), info, (catalog, context) -> catalog.acl(context, PATH)));
        }
        for (AclChange.Kind kind : AclChange.Kind.values()) {
            AclChange change = new AclChange(kind, kind == AclChange.Kind.REMOVE ? List.of() : ENTRIES);
            uses.add(use("changeAcl", List.of(PATH, change),
                    (catalog, context) -> catalog.changeAcl(context, PATH, change)));
        }
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        xattrs.put("user.b", bytes(65_536, 1));
        xattrs.put("user.a", new byte[0]);
        uses.add(use("xattrs", List.of(PATH), xattrs, (catalog, context) -> catalog.xattrs(context, PATH)));
        uses.add(use("xattrs", List.of(PATH), Map.of(), (catalog, context) -> catalog.xattrs(context, PATH)));
        for (XattrChange when : XattrChange.values()) {
            byte[] value = bytes(when.ordinal(), 9);
            uses.add(use("setXattr", List.of(PATH, "user.\u00e4", value, when),
                    (catalog, context) -> catalog.setXattr(context, PATH, "user.\u00e4", value, when)));
        }
        uses.add(use("removeXattr", List.of(PATH, "user.x"),
                (catalog, context) -> catalog.removeXattr(context, PATH, "user.x")));
    }

    private static void group(List<Use> uses) {
        uses.add(unnamed("storagePolicies", List.of(), List.of("HOT", "COLD"),
                (catalog, context) -> catalog.storagePolicies()));
        uses.add(unnamed("storagePolicies", List.of(), List.of(), (catalog, context) -> catalog.storagePolicies()));
        uses.add(use("storagePolicy", List.of(PATH), "HOT",
                (catalog, context) -> catalog.storagePolicy(context, PATH)));
        uses.add(use("satisfyStoragePolicy", List.of(PATH),
                (catalog, context) -> catalog.satisfyStoragePolicy(context, PATH)));
        uses.add(use("storagePolicyProgress", List.of(PATH), new StoragePolicyProgress(true, 3, Long.MAX_VALUE, 4, 5),
                (catalog, context) -> catalog.storagePolicyProgress(context, PATH)));
        GroupId group = new GroupId(new UUID(-5, 7));
        uses.add(unnamed("groupStatus", List.of(), new GroupStatus(group,
                        List.of(new ServerDescription(new ServerId(1), "höst", "0.0.0.0:8771"),
                                new ServerDescription(new ServerId(65535), "", "")),
                        Long.MAX_VALUE, 1, 2, 3, List.of("a", "b")),
                (catalog, context) -> catalog.groupStatus()));
        uses.add(unnamed("groupStatus", List.of(), new GroupStatus(group, List.of(), 0, 0, 0, 0, List.of()),
                (catalog, context) -> catalog.groupStatus()));
    }

    @ParameterizedTest
    @MethodSource("uses")
    void aCallArrivesAsMadeAndItsAnswerAsGiven(Use use) throws IOException {
        rig.catalog.answer(asked -> use.answer);
        CallContext context = Rig.context();
        Object answer = use.call.of(client.catalog(), context);
        RecordingCatalog.Asked asked = rig.catalog.last();
        assertEquals(use.method, asked.method());
        assertEquals(Plain.of(use.arguments), Plain.of(asked.arguments()));
        assertEquals(Plain.of(use.answer), Plain.of(answer));
        if (use.named) {
            assertEquals(context.invocation(), asked.context().invocation());
            assertEquals("alice", asked.context().caller().user());
            assertFalse(asked.context().caller().superuser());
        }
    }

    @Test
    void noCallOfTheServicesIsLeftOut() {
        Set<String> used = uses().map(Use::method).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(methods(CatalogService.class), used, "calls that RoundTripTest makes");
        assertEquals(methods(CatalogService.class), methods(CatalogControl.class), "rpcs of catalog.proto");
        assertEquals(methods(StorageService.class), methods(StorageControl.class), "rpcs of storage.proto");
    }

    private static Set<String> methods(Class<?> service) {
        return Arrays.stream(service.getMethods()).map(method -> method.getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void callsOfStorageServersReachTheOneThatIsMeant() throws IOException {
        CallContext context = Rig.context();
        byte[] request = bytes(90, 1);
        StorageService.Negotiated negotiated = new StorageService.Negotiated(bytes(120, 2), bytes(32, 3));
        rig.second.answer(asked -> negotiated);
        assertEquals(Plain.of(negotiated), Plain.of(client.storage(Rig.SECOND).negotiate(context, request)));
        assertEquals(Plain.of(List.of(Rig.SECOND, request)), Plain.of(rig.second.last().arguments()));
        assertEquals(context.invocation(), rig.second.last().context().invocation());
        assertEquals("alice", rig.second.last().context().caller().user());

        for (OptionalLong length : List.of(OptionalLong.of(Long.MAX_VALUE), OptionalLong.of(0), OptionalLong.empty())) {
            rig.first.answer(asked -> length);
            assertEquals(length, client.storage(Rig.FIRST).acknowledgedLength(context, KEY, EXTENT.id()));
            assertEquals(List.of(Rig.FIRST, KEY, EXTENT.id()), rig.first.last().arguments());
        }
        rig.first.answer(asked -> -3);
        assertEquals(-3, client.storage(Rig.FIRST).checksum(context, KEY, EXTENT.id(), 5, Long.MAX_VALUE));
        assertEquals(List.of(Rig.FIRST, KEY, EXTENT.id(), 5L, Long.MAX_VALUE), rig.first.last().arguments());

        for (ScrubOrder order : ScrubOrder.values()) {
            for (boolean changed : new boolean[] {true, false}) {
                rig.second.answer(asked -> changed);
                assertEquals(changed, client.storage(Rig.SECOND).scrub(context, order));
                assertEquals(List.of(Rig.SECOND, order), rig.second.last().arguments());
                assertEquals("alice", rig.second.last().context().caller().user());
            }
        }

        for (DeviceOrder order : List.of(new DeviceOrder(DeviceOrder.Kind.REPLACE, 3, Optional.of("/dev/d\u00edsk"), true),
                new DeviceOrder(DeviceOrder.Kind.REPLACE, 64, Optional.empty(), false),
                new DeviceOrder(DeviceOrder.Kind.REJOIN, 1, Optional.empty(), false),
                new DeviceOrder(DeviceOrder.Kind.ADD_SPARE, 0, Optional.of("/dev/a"), false),
                new DeviceOrder(DeviceOrder.Kind.REMOVE_SPARE, 0, Optional.of("/dev/a"), false),
                new DeviceOrder(DeviceOrder.Kind.RETIRE, 203, Optional.of("/dev/a"), false),
                new DeviceOrder(DeviceOrder.Kind.KEEP, 3, Optional.empty(), false))) {
            rig.second.answer(asked -> "/dev/answer");
            assertEquals("/dev/answer", client.storage(Rig.SECOND).changeDevice(context, order));
            assertEquals(List.of(Rig.SECOND, order), rig.second.last().arguments());
            assertEquals("alice", rig.second.last().context().caller().user());
        }

        for (NewDeviceSet order : List.of(new NewDeviceSet(List.of("/dev/d\u00edsk", "/dev/b"), Optional.of("a level=0 share=100")),
                new NewDeviceSet(List.of(), Optional.empty()))) {
            NewDeviceSet.Added added = new NewDeviceSet.Added(2, List.of("a@2", "b@2"), true);
            rig.second.answer(asked -> added);
            assertEquals(added, client.storage(Rig.SECOND).addDeviceSet(context, order));
            assertEquals(List.of(Rig.SECOND, order), rig.second.last().arguments());
        }

        for (RetireOrder order : List.of(new RetireOrder(2, false), new RetireOrder(99, true),
                new RetireOrder(3, false, Optional.of("/dev/d\u00edsk")))) {
            RetireOrder.Answer answer = new RetireOrder.Answer(order.cancel(), 1L << 50);
            rig.second.answer(asked -> answer);
            assertEquals(answer, client.storage(Rig.SECOND).retireDeviceSet(context, order));
            assertEquals(List.of(Rig.SECOND, order), rig.second.last().arguments());
            assertEquals("alice", rig.second.last().context().caller().user());
        }

        for (MeasureOrder.Kind kind : MeasureOrder.Kind.values()) {
            MeasureOrder order = new MeasureOrder(kind, "/dev/d\u00edsk", kind == MeasureOrder.Kind.START,
                    kind == MeasureOrder.Kind.STOP, 0.25, 17, 99);
            for (DeviceMeasurement.State state : DeviceMeasurement.State.values()) {
                rig.second.answer(asked -> new DeviceMeasurement(64, "/dev/answer", state, "why", new byte[] {1, -2}));
                DeviceMeasurement measured = client.storage(Rig.SECOND).measureDevice(context, order);
                assertEquals("64 /dev/answer why [1, -2]", measured.place() + " " + measured.device() + " "
                        + measured.reason() + " " + Arrays.toString(measured.profile()));
                assertEquals(state, measured.state());
                assertEquals(List.of(Rig.SECOND, order), rig.second.last().arguments());
                assertEquals("alice", rig.second.last().context().caller().user());
            }
        }

        BatonException unknown = assertThrows(BatonException.class,
                () -> client.storage(new ServerId(3)).checksum(context, KEY, EXTENT.id(), 0, 1));
        assertEquals(ErrorCode.NOT_FOUND, unknown.code());
        assertEquals("server-3 is not here", unknown.getMessage());
    }

    @Test
    void everyFailureArrivesWithCodeAndTextAsTheyWere() {
        Map<ErrorCode, String> texts = new TreeMap<>();
        for (ErrorCode code : ErrorCode.values()) {
            texts.put(code, "/f: " + code + " 7: \ud83d\ude00\n\tat line two\nCaused by: nothing; do this ");
        }
        texts.put(ErrorCode.NOT_FOUND, "");
        texts.forEach((code, text) -> {
            rig.catalog.answer(asked -> {
                throw new BatonException(code, text, new IOException("insides of the server"));
            });
            BatonException failure = assertThrows(BatonException.class,
                    () -> client.catalog().status(Rig.context(), "/f"));
            assertEquals(code, failure.code());
            assertEquals(text, failure.getMessage());
        });
    }

    @Test
    void failuresWithoutACodeSayWhetherItMayHaveHappened() {
        rig.catalog.answer(asked -> {
            throw new IOException("the log is gone");
        });
        BatonException unknown = assertThrows(BatonException.class,
                () -> client.catalog().delete(Rig.context(), "/f", true));
        assertEquals(ErrorCode.OUTCOME_UNKNOWN, unknown.code());
        assertTrue(unknown.getMessage().contains("the log is gone"), unknown.getMessage());

        rig.catalog.answer(asked -> {
            throw new IllegalStateException("a fault");
        });
        BatonException internal = assertThrows(BatonException.class,
                () -> client.catalog().delete(Rig.context(), "/f", true));
        assertEquals(ErrorCode.INTERNAL, internal.code());
        assertTrue(internal.getMessage().contains("a fault"), internal.getMessage());
    }
}
