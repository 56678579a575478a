package io.batonfs.catalog;

import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ByteWriter;
import io.batonfs.catalog.tables.Envelope;
import io.batonfs.catalog.tables.MalformedBytesException;
import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.TokenId;
import io.batonfs.model.VolumeId;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A {@link Reply} as bytes, as the machine returns it and keeps it for retries. An {@link Envelope} (magic
 * {@code BCRP}, version 2) whose type is the reply's number and whose body is the reply's fields in the order of its
 * record. Numbers of replies are never reused.
 */
public final class ReplyFormat {
    private static final Envelope ENVELOPE = new Envelope("catalog reply", 0x42435250, 2);
    private static final int ITEM_REFUSED = 0;
    private static final int ITEM_DONE = 1;

    private static final Map<Class<?>, Kind<?>> BY_CLASS = new HashMap<>();
    private static final Map<Integer, Kind<?>> BY_NUMBER = new HashMap<>();

    static {
        kind(1, Reply.Done.class, (o, r) -> { }, i -> new Reply.Done());
        kind(2, Reply.Refused.class, (o, r) -> o.i32(r.code().number()).string(r.message()),
                i -> new Reply.Refused(ErrorCode.ofNumber(i.i32()), i.string()));
        kind(3, Reply.ServerAdded.class, (o, r) -> o.u16(r.server().value()),
                i -> new Reply.ServerAdded(new ServerId(i.u16())));
        kind(4, Reply.Changed.class, (o, r) -> o.bool(r.changed()), i -> new Reply.Changed(i.bool()));
        kind(5, Reply.WriteGranted.class, (o, r) -> extent(o.id(r.file()).id(r.lease()).i64(r.offset()), r.extent())
                        .list(r.routes(), ReplyFormat::route),
                i -> new Reply.WriteGranted(new FileId(i.i64()), new LeaseId(i.i64()), i.i64(), extent(i),
                        i.list(ReplyFormat::route)));
        kind(6, Reply.FileClosed.class, (o, r) -> info(o, r.info()), i -> new Reply.FileClosed(info(i)));
        kind(7, Reply.RecoveryStarted.class, (o, r) -> extent(o.id(r.file()).id(r.recovery()), r.extent())
                        .list(r.routes(), ReplyFormat::route).i64(r.committedBytes()),
                i -> new Reply.RecoveryStarted(new FileId(i.i64()), new LeaseId(i.i64()), extent(i),
                        i.list(ReplyFormat::route), i.i64()));
        kind(8, Reply.LeasesRenewed.class, (o, r) -> o.i32(r.leases()), i -> new Reply.LeasesRenewed(i.i32()));
        kind(9, Reply.TokensMade.class, (o, r) -> o.list(r.outcomes(), ReplyFormat::made),
                i -> new Reply.TokensMade(i.list(ReplyFormat::made)));
        kind(10, Reply.TokensUsed.class, (o, r) -> o.list(r.outcomes(), ReplyFormat::used),
                i -> new Reply.TokensUsed(i.list(ReplyFormat::used)));
        kind(11, Reply.Cloned.class, (o, r) -> info(o, r.info()), i -> new Reply.Cloned(info(i)));
        kind(12, Reply.KeyRolled.class, (o, r) -> o.i64(r.number()), i -> new Reply.KeyRolled(i.i64()));
        kind(13, Reply.Housekept.class, (o, r) -> o.i32(r.steps()).bool(r.more()),
                i -> new Reply.Housekept(i.i32(), i.bool()));
        kind(14, Reply.RouteMoved.class, (o, r) -> o.i64(r.epoch().value()),
                i -> new Reply.RouteMoved(new Epoch(i.i64())));
        kind(40, Reply.Tracked.class, (o, r) -> info(o, r.info()), i -> new Reply.Tracked(info(i)));
    }

    private ReplyFormat() {
    }

    /** The bytes of a reply. */
    public static byte[] encode(Reply reply) {
        Kind<?> kind = BY_CLASS.get(reply.getClass());
        ByteWriter out = new ByteWriter();
        kind.write(out, reply);
        return ENVELOPE.wrap(kind.number, out.toBytes());
    }

    /**
     * The reply in bytes.
     *
     * @throws BatonException DATA_LOST for bytes that are corrupt; UNSUPPORTED for a version or reply of newer code
     */
    public static Reply decode(byte[] bytes) throws BatonException {
        int type = ENVELOPE.type(bytes);
        Kind<?> kind = BY_NUMBER.get(type);
        if (kind == null) {
            throw new BatonException(ErrorCode.UNSUPPORTED, "A catalog reply has number " + type
                    + ", which this server does not know; upgrade this server");
        }
        try {
            ByteReader in = ENVELOPE.body(bytes);
            Reply reply = kind.read.apply(in);
            in.done();
            return reply;
        } catch (MalformedBytesException | IllegalArgumentException e) {
            throw new BatonException(ErrorCode.DATA_LOST, "A catalog reply with number " + type + " is malformed: "
                    + e.getMessage() + "; it was written by faulty code", e);
        }
    }

    private static ByteWriter extent(ByteWriter out, Extent extent) {
        return run(out.id(extent.id()), extent.pages()).i64(extent.writeEpoch().value()).bool(extent.sealed());
    }

    private static Extent extent(ByteReader in) {
        return new Extent(new ExtentId(in.i64()), run(in), new Epoch(in.i64()), in.bool());
    }

    private static ByteWriter run(ByteWriter out, PageRun run) {
        return out.id(run.volume()).i64(run.firstPage()).i32(run.pages());
    }

    private static PageRun run(ByteReader in) {
        return new PageRun(new VolumeId(in.i64()), in.i64(), in.i32());
    }

    private static void route(ByteWriter out, Route route) {
        run(out, route.run()).list(route.owners(), (each, server) -> each.u16(server.value()))
                .i64(route.epoch().value());
    }

    private static Route route(ByteReader in) {
        return new Route(run(in), in.list(each -> new ServerId(each.u16())), new Epoch(in.i64()));
    }

    private static ByteWriter info(ByteWriter out, FileInfo info) {
        return out.id(info.fileId()).string(info.name()).bool(info.isDirectory()).i64(info.lengthBytes())
                .string(info.owner()).string(info.group()).i32(info.mode()).i64(info.modifiedMs())
                .i64(info.accessedMs()).i64(info.blockBytes()).i32(info.replication()).bool(info.open())
                .i64(info.childCount()).bool(info.hasAcl());
    }

    private static FileInfo info(ByteReader in) {
        return new FileInfo(new FileId(in.i64()), in.string(), in.bool() ? FileKind.DIRECTORY : FileKind.FILE,
                in.i64(), in.string(), in.string(), in.i32(), in.i64(), in.i64(), in.i64(), in.i32(), in.bool(),
                in.i64(), in.bool());
    }

    private static void made(ByteWriter out, Reply.TokenOutcome outcome) {
        if (outcome instanceof Reply.TokenMade made) {
            out.u8(ITEM_DONE).id(made.token()).bool(made.tree()).i64(made.representedBytes()).i64(made.expiresMs());
        } else {
            refused(out, (Reply.ItemRefused) outcome);
        }
    }

    private static Reply.TokenOutcome made(ByteReader in) {
        return done(in) ? new Reply.TokenMade(new TokenId(in.i64()), in.bool(), in.i64(), in.i64()) : refused(in);
    }

    private static void used(ByteWriter out, Reply.UseOutcome outcome) {
        if (outcome instanceof Reply.TokenWritten written) {
            info(out.u8(ITEM_DONE), written.info()).i64(written.writtenBytes());
        } else {
            refused(out, (Reply.ItemRefused) outcome);
        }
    }

    private static Reply.UseOutcome used(ByteReader in) {
        return done(in) ? new Reply.TokenWritten(info(in), in.i64()) : refused(in);
    }

    private static boolean done(ByteReader in) {
        int tag = in.u8();
        if (tag > ITEM_DONE) {
            throw new MalformedBytesException("an item's outcome cannot be " + tag);
        }
        return tag == ITEM_DONE;
    }

    private static void refused(ByteWriter out, Reply.ItemRefused refused) {
        out.u8(ITEM_REFUSED).i32(refused.code().number()).string(refused.message());
    }

    private static Reply.ItemRefused refused(ByteReader in) {
        return new Reply.ItemRefused(ErrorCode.ofNumber(in.i32()), in.string());
    }

    private static <R extends Reply> void kind(int number, Class<R> type, BiConsumer<ByteWriter, R> write,
            Function<ByteReader, R> read) {
        Kind<R> kind = new Kind<>(number, type, write, read);
        BY_CLASS.put(type, kind);
        BY_NUMBER.put(number, kind);
    }

    private record Kind<R extends Reply>(
            int number, Class<R> type, BiConsumer<ByteWriter, R> write, Function<ByteReader, R> read) {
        void write(ByteWriter out, Reply reply) {
            write.accept(out, type.cast(reply));
        }
    }
}
