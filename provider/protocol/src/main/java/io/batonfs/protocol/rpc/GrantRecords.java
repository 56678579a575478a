package io.batonfs.protocol.rpc;

import io.batonfs.model.Epoch;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.Slice;
import io.batonfs.model.VolumeId;
import io.batonfs.protocol.ReadGrant;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.protocol.WrittenExtent;
import io.batonfs.protocol.wire.RecordMessages.ExtentProto;
import io.batonfs.protocol.wire.RecordMessages.PageGeometryProto;
import io.batonfs.protocol.wire.RecordMessages.PageRunProto;
import io.batonfs.protocol.wire.RecordMessages.ReadGrantProto;
import io.batonfs.protocol.wire.RecordMessages.ResumeKeyProto;
import io.batonfs.protocol.wire.RecordMessages.RouteProto;
import io.batonfs.protocol.wire.RecordMessages.SliceProto;
import io.batonfs.protocol.wire.RecordMessages.WriteGrantProto;
import io.batonfs.protocol.wire.RecordMessages.WrittenExtentProto;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The right to read and write, and where the bytes are: grants, extents, slices, routes, keys. Pure functions. */
final class GrantRecords {

    private GrantRecords() {
    }

    static ReadGrantProto message(ReadGrant grant) {
        ReadGrantProto.Builder message = ReadGrantProto.newBuilder()
                .setInfo(FileRecords.message(grant.info()))
                .setGeometry(message(grant.geometry()))
                .setContentKey(message(grant.resumeKeys().content()))
                .setExpiresMs(grant.expiresMs());
        grant.slices().forEach(slice -> message.addSlices(message(slice)));
        grant.extents().forEach(extent -> message.addExtents(message(extent)));
        grant.routes().forEach(route -> message.addRoutes(message(route)));
        grant.openExtent().ifPresent(extent -> message.setOpenExtent(message(extent)));
        grant.resumeKeys().openExtent().ifPresent(key -> message.setOpenExtentKey(message(key)));
        return message.build();
    }

    static ReadGrant readGrant(ReadGrantProto message) throws MalformedMessageException {
        ResumeKey content = key(message.hasContentKey(), message.getContentKey());
        Optional<ResumeKey> open = message.hasOpenExtentKey()
                ? Optional.of(key(true, message.getOpenExtentKey())) : Optional.empty();
        return new ReadGrant(
                FileRecords.info(message.hasInfo(), message.getInfo()),
                Fields.list(message.getSlicesList(), GrantRecords::slice),
                Fields.list(message.getExtentsList(), GrantRecords::extent),
                message.hasOpenExtent() ? Optional.of(extent(message.getOpenExtent())) : Optional.empty(),
                geometry(message.hasGeometry(), message.getGeometry()),
                routes(message.getRoutesList()),
                new ReadGrant.ReadKeys(content, open),
                message.getExpiresMs());
    }

    static WriteGrantProto message(WriteGrant grant) {
        WriteGrantProto.Builder message = WriteGrantProto.newBuilder()
                .setFileId(grant.file().value())
                .setLeaseId(grant.lease().value())
                .setOffset(grant.offset())
                .setExtent(message(grant.extent()))
                .setGeometry(message(grant.geometry()))
                .setResumeKey(message(grant.resumeKey()))
                .setExpiresMs(grant.expiresMs());
        grant.routes().forEach(route -> message.addRoutes(message(route)));
        return message.build();
    }

    static WriteGrant writeGrant(WriteGrantProto message) throws MalformedMessageException {
        Fields.present(message.hasExtent(), "the extent to append to");
        return new WriteGrant(CallRecords.fileId(message.getFileId()), CallRecords.leaseId(message.getLeaseId()),
                message.getOffset(), extent(message.getExtent()),
                geometry(message.hasGeometry(), message.getGeometry()), routes(message.getRoutesList()),
                key(message.hasResumeKey(), message.getResumeKey()), message.getExpiresMs());
    }

    static ResumeKeyProto message(ResumeKey key) {
        return ResumeKeyProto.newBuilder()
                .setKey(key.key()).setTimestamp(key.timestamp()).setPid(key.pid()).build();
    }

    static ResumeKey key(boolean present, ResumeKeyProto message) throws MalformedMessageException {
        Fields.present(present, "the resume key");
        return new ResumeKey(message.getKey(), message.getTimestamp(), message.getPid());
    }

    private static PageGeometryProto message(PageGeometry geometry) {
        return PageGeometryProto.newBuilder()
                .setBlockBytes(geometry.blockBytes()).setBlocksPerPage(geometry.blocksPerPage()).build();
    }

    private static PageGeometry geometry(boolean present, PageGeometryProto message)
            throws MalformedMessageException {
        Fields.present(present, "how the volume is cut");
        return Fields.checked("geometry",
                () -> new PageGeometry(message.getBlockBytes(), message.getBlocksPerPage()));
    }

    static PageRunProto message(PageRun run) {
        return PageRunProto.newBuilder()
                .setVolumeId(run.volume().value()).setFirstPage(run.firstPage()).setPages(run.pages()).build();
    }

    static PageRun run(boolean present, PageRunProto message) throws MalformedMessageException {
        Fields.present(present, "the run of pages");
        return Fields.checked("run of pages", () -> new PageRun(
                new VolumeId(message.getVolumeId()), message.getFirstPage(), message.getPages()));
    }

    static RouteProto message(Route route) {
        RouteProto.Builder message = RouteProto.newBuilder()
                .setRun(message(route.run())).setEpoch(route.epoch().value());
        route.owners().forEach(owner -> message.addOwners(owner.value()));
        return message.build();
    }

    static List<Route> routes(List<RouteProto> messages) throws MalformedMessageException {
        return Fields.list(messages, GrantRecords::route);
    }

    private static Route route(RouteProto message) throws MalformedMessageException {
        PageRun run = run(message.hasRun(), message.getRun());
        return Fields.checked("route", () -> new Route(run,
                message.getOwnersList().stream().map(ServerId::new).toList(), new Epoch(message.getEpoch())));
    }

    private static ExtentProto message(Extent extent) {
        return ExtentProto.newBuilder()
                .setExtentId(extent.id().value())
                .setPages(message(extent.pages()))
                .setWriteEpoch(extent.writeEpoch().value())
                .setSealed(extent.sealed())
                .build();
    }

    private static Extent extent(ExtentProto message) throws MalformedMessageException {
        PageRun run = run(message.hasPages(), message.getPages());
        return Fields.checked("extent", () -> new Extent(new ExtentId(message.getExtentId()), run,
                new Epoch(message.getWriteEpoch()), message.getSealed()));
    }

    private static SliceProto message(Slice slice) {
        SliceProto.Builder message = SliceProto.newBuilder()
                .setExtentId(slice.extent().value())
                .setOffset(slice.offset())
                .setLengthBytes(slice.lengthBytes());
        slice.crc32c().ifPresent(message::setCrc32C);
        return message.build();
    }

    private static Slice slice(SliceProto message) throws MalformedMessageException {
        return Fields.checked("slice", () -> new Slice(new ExtentId(message.getExtentId()), message.getOffset(),
                message.getLengthBytes(),
                message.hasCrc32C() ? OptionalInt.of(message.getCrc32C()) : OptionalInt.empty()));
    }

    static WrittenExtentProto message(WrittenExtent written) {
        return WrittenExtentProto.newBuilder()
                .setExtentId(written.extent().value())
                .setLengthBytes(written.lengthBytes())
                .setCrc32C(written.crc32c())
                .build();
    }

    static WrittenExtent written(boolean present, WrittenExtentProto message) throws MalformedMessageException {
        Fields.present(present, "what was written");
        if (message.getLengthBytes() < 0) {
            throw new MalformedMessageException(message.getLengthBytes() + " bytes can't have been written");
        }
        return new WrittenExtent(extentId(message.getExtentId()), message.getLengthBytes(), message.getCrc32C());
    }

    static ExtentId extentId(long packed) throws MalformedMessageException {
        return Fields.checked("extent id", () -> new ExtentId(packed));
    }

    static ServerId serverId(int number) throws MalformedMessageException {
        return Fields.checked("server id", () -> new ServerId(number));
    }
}
