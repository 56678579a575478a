package io.batonfs.catalog;

import io.batonfs.catalog.tables.Acl;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ByteWriter;
import io.batonfs.catalog.tables.Envelope;
import io.batonfs.catalog.tables.MalformedBytesException;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ServerId;
import io.batonfs.model.TokenId;
import io.batonfs.model.VolumeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A {@link CatalogRequest} as bytes, as it stands in the replicated log. An {@link Envelope} (magic {@code BCRQ},
 * version 2) whose type is the command's number, with this body:
 * <pre>
 *  client id 16 | call id 8 | user string | groups list of string | superuser 1 | time ms 8 | fields of the command
 * </pre>
 * A command's fields follow in the order of its record. Numbers of commands are never reused: 13 and 14
 * were those of attributes and extended attributes in version 1.
 */
public final class RequestFormat {
    private static final Envelope ENVELOPE = new Envelope("catalog request", 0x42435251, 2);

    private static final Map<Class<?>, Kind<?>> BY_CLASS = new HashMap<>();
    private static final Map<Integer, Kind<?>> BY_NUMBER = new HashMap<>();

    static {
        kind(1, Command.FormatGroup.class, (o, c) -> o.uuid(c.group().value()).string(c.owner()).string(c.ownerGroup())
                        .i32(c.mode()).optional(c.supergroup(), ByteWriter::string).i32(c.geometry().blockBytes())
                        .i32(c.geometry().blocksPerPage()).i32(c.runPages()).i64(c.settings().softLeaseMs())
                        .i64(c.settings().hardLeaseMs()).i64(c.settings().retryMs()).i64(c.settings().freeGraceMs())
                        .i64(c.settings().maxTokenTimeToLiveMs()).i64(c.settings().maxTokenInactivityMs()),
                i -> new Command.FormatGroup(new GroupId(i.uuid()), i.string(), i.string(), i.i32(),
                        i.optional(ByteReader::string), new PageGeometry(i.i32(), i.i32()), i.i32(),
                        new GroupSettings(i.i64(), i.i64(), i.i64(), i.i64(), i.i64(), i.i64())));
        kind(2, Command.AddServer.class, (o, c) -> o.string(c.address()), i -> new Command.AddServer(i.string()));
        kind(3, Command.Mkdirs.class, (o, c) -> o.string(c.path()).i32(c.mode()).i32(c.umask())
                        .bool(c.createParents()),
                i -> new Command.Mkdirs(i.string(), i.i32(), i.i32(), i.bool()));
        kind(4, Command.Create.class, (o, c) -> placement(options(o.string(c.path()), c.options()), c.placement()),
                i -> new Command.Create(i.string(), options(i), placement(i)));
        kind(5, Command.Append.class, (o, c) -> placement(o.string(c.path()), c.placement()),
                i -> new Command.Append(i.string(), placement(i)));
        kind(6, Command.NextExtent.class,
                (o, c) -> placement(length(o.id(c.file()).id(c.lease()), c.full()), c.placement()),
                i -> new Command.NextExtent(new FileId(i.i64()), new LeaseId(i.i64()), length(i), placement(i)));
        kind(7, Command.CloseFile.class, (o, c) -> length(o.id(c.file()).id(c.lease()), c.last()),
                i -> new Command.CloseFile(new FileId(i.i64()), new LeaseId(i.i64()), length(i)));
        kind(8, Command.RenewLeases.class, (o, c) -> o.uuid(c.clientId()), i -> new Command.RenewLeases(i.uuid()));
        kind(9, Command.StartRecovery.class, (o, c) -> o.id(c.file()).bool(c.force()),
                i -> new Command.StartRecovery(new FileId(i.i64()), i.bool()));
        kind(10, Command.FinishRecovery.class,
                (o, c) -> servers(length(o.id(c.file()).id(c.recovery()), c.held()), c.kept()),
                i -> new Command.FinishRecovery(new FileId(i.i64()), new LeaseId(i.i64()), length(i), servers(i)));
        kind(11, Command.Rename.class, (o, c) -> o.string(c.source()).string(c.destination()).bool(c.overwrite()),
                i -> new Command.Rename(i.string(), i.string(), i.bool()));
        kind(12, Command.Delete.class, (o, c) -> o.string(c.path()).bool(c.recursive()),
                i -> new Command.Delete(i.string(), i.bool()));
        kind(15, Command.Truncate.class, (o, c) -> o.string(c.path()).i64(c.lengthBytes()),
                i -> new Command.Truncate(i.string(), i.i64()));
        kind(16, Command.Concat.class, (o, c) -> o.string(c.target()).list(c.sources(), ByteWriter::string),
                i -> new Command.Concat(i.string(), i.list(ByteReader::string)));
        kind(17, Command.OffloadRead.class, (o, c) -> o.list(c.items(), RequestFormat::tokenRequest)
                        .i64(c.timeToLiveMs()).i64(c.inactivityMs()).list(c.report(), RequestFormat::length),
                i -> new Command.OffloadRead(i.list(RequestFormat::tokenRequest), i.i64(), i.i64(),
                        i.list(RequestFormat::length)));
        kind(18, Command.OffloadWrite.class, (o, c) -> o.list(c.items(), RequestFormat::tokenUse),
                i -> new Command.OffloadWrite(i.list(RequestFormat::tokenUse)));
        kind(19, Command.RevokeToken.class, (o, c) -> o.id(c.token()).optional(c.keyEvidence(), ByteWriter::bytes),
                i -> new Command.RevokeToken(new TokenId(i.i64()), i.optional(ByteReader::bytes)));
        kind(20, Command.Clone.class, (o, c) -> o.string(c.source()).string(c.destination()).bool(c.overwrite())
                        .list(c.report(), RequestFormat::length),
                i -> new Command.Clone(i.string(), i.string(), i.bool(), i.list(RequestFormat::length)));
        kind(21, Command.CreateSnapshot.class,
                (o, c) -> o.string(c.path()).string(c.name()).list(c.report(), RequestFormat::length),
                i -> new Command.CreateSnapshot(i.string(), i.string(), i.list(RequestFormat::length)));
        kind(22, Command.DeleteSnapshot.class, (o, c) -> o.string(c.path()).string(c.name()),
                i -> new Command.DeleteSnapshot(i.string(), i.string()));
        kind(23, Command.RollSigningKey.class, (o, c) -> o.bytes(c.material()),
                i -> new Command.RollSigningKey(i.bytes()));
        kind(24, Command.Housekeep.class, (o, c) -> o.i32(c.maxSteps()), i -> new Command.Housekeep(i.i32()));
        kind(25, Command.FlattenAll.class, (o, c) -> { }, i -> new Command.FlattenAll());
        kind(26, Command.ExtentsFreed.class, (o, c) -> o.list(c.extents(), ByteWriter::id),
                i -> new Command.ExtentsFreed(i.list(each -> new ExtentId(each.i64()))));
        kind(27, Command.MoveRoute.class, (o, c) -> servers(o.id(c.pages().volume()).i64(c.pages().firstPage())
                        .i32(c.pages().pages()), c.owners()).i64(c.expected().value()),
                i -> new Command.MoveRoute(new PageRun(new VolumeId(i.i64()), i.i64(), i.i32()), servers(i),
                        new Epoch(i.i64())));
        kind(28, Command.FinalizeBehaviour.class, (o, c) -> o.i32(c.behaviourVersion()),
                i -> new Command.FinalizeBehaviour(i.i32()));
        kind(40, Command.SetAttributes.class, (o, c) -> attributes(o.string(c.path()), c.attributes()),
                i -> new Command.SetAttributes(i.string(), attributes(i)));
        kind(41, Command.SetXattr.class,
                (o, c) -> o.string(c.path()).string(c.name()).bytes(c.value()).u8(c.when().number()),
                i -> new Command.SetXattr(i.string(), i.string(), i.bytes(), XattrCondition.ofNumber(i.u8())));
        kind(42, Command.RemoveXattr.class, (o, c) -> o.string(c.path()).string(c.name()),
                i -> new Command.RemoveXattr(i.string(), i.string()));
        kind(43, Command.TrackFile.class, (o, c) -> o.string(c.path()), i -> new Command.TrackFile(i.string()));
        kind(44, Command.Move.class, (o, c) -> o.string(c.source()).string(c.destination()),
                i -> new Command.Move(i.string(), i.string()));
        kind(45, Command.SatisfyPolicy.class, (o, c) -> o.string(c.path()), i -> new Command.SatisfyPolicy(i.string()));
        kind(46, Command.WantExtents.class,
                (o, c) -> position(o.string(c.wish().path()).i64(c.wish().number()), c.wish().position())
                        .optional(c.to(), RequestFormat::position).list(c.extents(), RequestFormat::found),
                i -> new Command.WantExtents(new PolicyWish(i.string(), i.i64(), position(i)),
                        i.optional(RequestFormat::position), i.list(RequestFormat::found)));
        // 47 was the same without the server.
        kind(48, Command.ExtentsPlaced.class, (o, c) -> o.u16(c.server().value()).list(c.placed(), RequestFormat::wanted)
                .list(c.refused(), RequestFormat::wanted),
                i -> new Command.ExtentsPlaced(new ServerId(i.u16()), i.list(RequestFormat::wanted),
                        i.list(RequestFormat::wanted)));
        kind(60, Command.ChangeAcl.class, (o, c) -> o.string(c.path()).u8(c.operation().number())
                        .list(c.entries(), Acl::write),
                i -> new Command.ChangeAcl(i.string(), AclOperation.ofNumber(i.u8()), i.list(Acl::read)));
    }

    private RequestFormat() {
    }

    /** The bytes of a request. */
    public static byte[] encode(CatalogRequest request) {
        Command command = request.command();
        Kind<?> kind = BY_CLASS.get(command.getClass());
        ByteWriter out = new ByteWriter().uuid(request.invocation().clientId()).i64(request.invocation().callId())
                .string(request.caller().user()).list(request.caller().groups(), ByteWriter::string)
                .bool(request.caller().superuser()).i64(request.timeMs());
        kind.write(out, command);
        return ENVELOPE.wrap(kind.number, out.toBytes());
    }

    /**
     * The request in bytes.
     *
     * @throws BatonException DATA_LOST for bytes that are corrupt; UNSUPPORTED for a version or command of newer code
     */
    public static CatalogRequest decode(byte[] bytes) throws BatonException {
        int type = ENVELOPE.type(bytes);
        Kind<?> kind = BY_NUMBER.get(type);
        if (kind == null) {
            throw new BatonException(ErrorCode.UNSUPPORTED, "A catalog request has command number " + type
                    + ", which this server does not know; upgrade this server");
        }
        try {
            ByteReader in = ENVELOPE.body(bytes);
            Invocation invocation = new Invocation(in.uuid(), in.i64());
            Caller caller = new Caller(in.string(), in.list(ByteReader::string), in.bool());
            long timeMs = in.i64();
            Command command = kind.read.apply(in);
            in.done();
            return new CatalogRequest(invocation, caller, timeMs, command);
        } catch (MalformedBytesException | IllegalArgumentException e) {
            throw new BatonException(ErrorCode.DATA_LOST, "A catalog request with command number " + type
                    + " is malformed: " + e.getMessage() + "; it was written by faulty code", e);
        }
    }

    private static ByteWriter options(ByteWriter out, FileOptions options) {
        return out.bool(options.overwrite()).bool(options.createParents()).i32(options.mode()).i32(options.umask())
                .i64(options.blockBytes()).i32(options.replication());
    }

    private static FileOptions options(ByteReader in) {
        return new FileOptions(in.bool(), in.bool(), in.i32(), in.i32(), in.i64(), in.i32());
    }

    private static ByteWriter placement(ByteWriter out, Placement placement) {
        return servers(out.id(placement.volume()), placement.owners());
    }

    private static Placement placement(ByteReader in) {
        return new Placement(new VolumeId(in.i64()), servers(in));
    }

    private static ByteWriter servers(ByteWriter out, List<ServerId> servers) {
        return out.list(servers, (each, server) -> each.u16(server.value()));
    }

    private static List<ServerId> servers(ByteReader in) {
        return in.list(each -> new ServerId(each.u16()));
    }

    private static ByteWriter length(ByteWriter out, ExtentLength length) {
        return out.id(length.extent()).i64(length.lengthBytes()).i32(length.crc32c());
    }

    private static ExtentLength length(ByteReader in) {
        return new ExtentLength(new ExtentId(in.i64()), in.i64(), in.i32());
    }

    private static ByteWriter position(ByteWriter out, WalkPosition position) {
        return out.list(position.names(), ByteWriter::string).i32(position.slices());
    }

    private static WalkPosition position(ByteReader in) {
        return new WalkPosition(in.list(ByteReader::string), in.i32());
    }

    private static void found(ByteWriter out, FoundExtent found) {
        out.id(found.extent()).string(found.storagePolicy()).string(found.path())
                .optional(found.writer(), (each, file) -> each.id(file));
    }

    private static FoundExtent found(ByteReader in) {
        return new FoundExtent(new ExtentId(in.i64()), in.string(), in.string(),
                in.optional(each -> new FileId(each.i64())));
    }

    private static void wanted(ByteWriter out, WantedExtent wanted) {
        out.id(wanted.extent()).string(wanted.storagePolicy());
    }

    private static WantedExtent wanted(ByteReader in) {
        return new WantedExtent(new ExtentId(in.i64()), in.string());
    }

    private static ByteWriter attributes(ByteWriter out, AttributeSet attributes) {
        return out.optional(attributes.mode()).optional(attributes.owner(), ByteWriter::string)
                .optional(attributes.group(), ByteWriter::string).optional(attributes.modifiedMs())
                .optional(attributes.accessedMs()).optional(attributes.replication())
                .optional(attributes.storagePolicy(), ByteWriter::string);
    }

    private static AttributeSet attributes(ByteReader in) {
        return new AttributeSet(in.optionalInt(), in.optional(ByteReader::string), in.optional(ByteReader::string),
                in.optionalLong(), in.optionalLong(), in.optionalInt(), in.optional(ByteReader::string));
    }

    private static void tokenRequest(ByteWriter out, TokenRequest item) {
        out.string(item.path()).optional(item.expectedId(), ByteWriter::id).i64(item.offset()).i64(item.lengthBytes())
                .bytes(item.keyEvidence());
    }

    private static TokenRequest tokenRequest(ByteReader in) {
        return new TokenRequest(in.string(), in.optional(each -> new FileId(each.i64())), in.i64(), in.i64(),
                in.bytes());
    }

    private static void tokenUse(ByteWriter out, TokenUse item) {
        options(out.id(item.token()).bytes(item.keyEvidence()).i64(item.offset()).i64(item.lengthBytes())
                .string(item.path()), item.options());
    }

    private static TokenUse tokenUse(ByteReader in) {
        return new TokenUse(new TokenId(in.i64()), in.bytes(), in.i64(), in.i64(), in.string(), options(in));
    }

    private static <C extends Command> void kind(int number, Class<C> type, BiConsumer<ByteWriter, C> write,
            Function<ByteReader, C> read) {
        Kind<C> kind = new Kind<>(number, type, write, read);
        BY_CLASS.put(type, kind);
        BY_NUMBER.put(number, kind);
    }

    private record Kind<C extends Command>(
            int number, Class<C> type, BiConsumer<ByteWriter, C> write, Function<ByteReader, C> read) {
        void write(ByteWriter out, Command command) {
            write.accept(out, type.cast(command));
        }
    }
}
