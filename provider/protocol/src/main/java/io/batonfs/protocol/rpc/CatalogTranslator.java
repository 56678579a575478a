package io.batonfs.protocol.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.StoragePolicyProgress;
import io.batonfs.protocol.wire.CatalogMessages.ChangeAclRequest;
import io.batonfs.protocol.wire.CatalogMessages.CheckAccessRequest;
import io.batonfs.protocol.wire.CatalogMessages.CloneTreeRequest;
import io.batonfs.protocol.wire.CatalogMessages.ConcatRequest;
import io.batonfs.protocol.wire.CatalogMessages.CreateRequest;
import io.batonfs.protocol.wire.CatalogMessages.DeleteReply;
import io.batonfs.protocol.wire.CatalogMessages.DeleteRequest;
import io.batonfs.protocol.wire.CatalogMessages.EmptyRequest;
import io.batonfs.protocol.wire.CatalogMessages.LeaseRequest;
import io.batonfs.protocol.wire.CatalogMessages.ListReply;
import io.batonfs.protocol.wire.CatalogMessages.ListRequest;
import io.batonfs.protocol.wire.CatalogMessages.MkdirsReply;
import io.batonfs.protocol.wire.CatalogMessages.MkdirsRequest;
import io.batonfs.protocol.wire.CatalogMessages.MoveFileReply;
import io.batonfs.protocol.wire.CatalogMessages.MoveFileRequest;
import io.batonfs.protocol.wire.CatalogMessages.MoveReply;
import io.batonfs.protocol.wire.CatalogMessages.MoveRequest;
import io.batonfs.protocol.wire.CatalogMessages.NamedRequest;
import io.batonfs.protocol.wire.CatalogMessages.OffloadReadReply;
import io.batonfs.protocol.wire.CatalogMessages.OffloadReadRequest;
import io.batonfs.protocol.wire.CatalogMessages.OffloadWriteReply;
import io.batonfs.protocol.wire.CatalogMessages.OffloadWriteRequest;
import io.batonfs.protocol.wire.CatalogMessages.PathOfReply;
import io.batonfs.protocol.wire.CatalogMessages.PathOfRequest;
import io.batonfs.protocol.wire.CatalogMessages.PathRequest;
import io.batonfs.protocol.wire.CatalogMessages.RecoverLeaseReply;
import io.batonfs.protocol.wire.CatalogMessages.RemoveXattrRequest;
import io.batonfs.protocol.wire.CatalogMessages.RenameRequest;
import io.batonfs.protocol.wire.CatalogMessages.ReopenRequest;
import io.batonfs.protocol.wire.CatalogMessages.RoutesReply;
import io.batonfs.protocol.wire.CatalogMessages.RoutesRequest;
import io.batonfs.protocol.wire.CatalogMessages.SetAttributesRequest;
import io.batonfs.protocol.wire.CatalogMessages.SetXattrRequest;
import io.batonfs.protocol.wire.CatalogMessages.StatusReply;
import io.batonfs.protocol.wire.CatalogMessages.StoragePoliciesReply;
import io.batonfs.protocol.wire.CatalogMessages.StoragePolicyProgressReply;
import io.batonfs.protocol.wire.CatalogMessages.StoragePolicyReply;
import io.batonfs.protocol.wire.CatalogMessages.TokenRequest;
import io.batonfs.protocol.wire.CatalogMessages.TruncateRequest;
import io.batonfs.protocol.wire.CatalogMessages.WrittenRequest;
import io.batonfs.protocol.wire.CatalogMessages.XattrsReply;
import io.batonfs.protocol.wire.RecordMessages.AclInfoProto;
import io.batonfs.protocol.wire.RecordMessages.CallHeader;
import io.batonfs.protocol.wire.RecordMessages.Done;
import io.batonfs.protocol.wire.RecordMessages.FileInfoProto;
import io.batonfs.protocol.wire.RecordMessages.GroupStatusProto;
import io.batonfs.protocol.wire.RecordMessages.ReadGrantProto;
import io.batonfs.protocol.wire.RecordMessages.TokenStateProto;
import io.batonfs.protocol.wire.RecordMessages.TreeTotalsProto;
import io.batonfs.protocol.wire.RecordMessages.WriteGrantProto;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.thirdparty.protobuf.RpcController;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;

/** The server's end: messages of {@link CatalogControl} into calls of a {@link CatalogService}. Thread-safe. */
public final class CatalogTranslator implements CatalogControl {
    private final CatalogService catalog;
    private final ServedCalls calls;

    /** Messages to a catalog. */
    public CatalogTranslator(CatalogService catalog, ServedCalls calls) {
        this.catalog = catalog;
        this.calls = calls;
    }

    @Override
    public StatusReply status(RpcController controller, PathRequest request) throws ServiceException {
        return calls.serve("status", () -> {
            Optional<FileInfo> info = catalog.status(context(request), request.getPath());
            StatusReply.Builder reply = StatusReply.newBuilder();
            info.ifPresent(there -> reply.setInfo(FileRecords.message(there)));
            return reply.build();
        });
    }

    @Override
    public ListReply list(RpcController controller, ListRequest request) throws ServiceException {
        return calls.serve("list", () -> ListRecords.message(catalog.list(
                context(request.hasHeader(), request.getHeader()), request.getPath(), request.getStartAfter(),
                Fields.count(request.getLimit(), "limit"))));
    }

    @Override
    public ReadGrantProto open(RpcController controller, PathRequest request) throws ServiceException {
        return calls.serve("open", () -> GrantRecords.message(catalog.open(context(request), request.getPath())));
    }

    @Override
    public ReadGrantProto reopen(RpcController controller, ReopenRequest request) throws ServiceException {
        return calls.serve("reopen", () -> GrantRecords.message(catalog.reopen(
                context(request.hasHeader(), request.getHeader()), request.getPath(),
                FileRecords.info(request.hasSeen(), request.getSeen()),
                GrantRecords.key(request.hasContentKey(), request.getContentKey()))));
    }

    @Override
    public WriteGrantProto create(RpcController controller, CreateRequest request) throws ServiceException {
        return calls.serve("create", () -> GrantRecords.message(catalog.create(
                context(request.hasHeader(), request.getHeader()), request.getPath(),
                FileRecords.options(request.hasOptions(), request.getOptions()))));
    }

    @Override
    public WriteGrantProto append(RpcController controller, PathRequest request) throws ServiceException {
        return calls.serve("append", () -> GrantRecords.message(catalog.append(context(request), request.getPath())));
    }

    @Override
    public WriteGrantProto nextExtent(RpcController controller, WrittenRequest request) throws ServiceException {
        return calls.serve("nextExtent", () -> GrantRecords.message(catalog.nextExtent(
                context(request.hasHeader(), request.getHeader()), CallRecords.fileId(request.getFileId()),
                CallRecords.leaseId(request.getLeaseId()),
                GrantRecords.written(request.hasWritten(), request.getWritten()))));
    }

    @Override
    public Done forceEarlierExtents(RpcController controller, LeaseRequest request) throws ServiceException {
        return calls.serve("forceEarlierExtents", () -> {
            catalog.forceEarlierExtents(context(request), CallRecords.fileId(request.getFileId()),
                    CallRecords.leaseId(request.getLeaseId()));
            return Done.getDefaultInstance();
        });
    }

    @Override
    public WriteGrantProto renewWrite(RpcController controller, LeaseRequest request) throws ServiceException {
        return calls.serve("renewWrite", () -> GrantRecords.message(catalog.renewWrite(context(request),
                CallRecords.fileId(request.getFileId()), CallRecords.leaseId(request.getLeaseId()))));
    }

    @Override
    public FileInfoProto close(RpcController controller, WrittenRequest request) throws ServiceException {
        return calls.serve("close", () -> FileRecords.message(catalog.close(
                context(request.hasHeader(), request.getHeader()), CallRecords.fileId(request.getFileId()),
                CallRecords.leaseId(request.getLeaseId()),
                GrantRecords.written(request.hasWritten(), request.getWritten()))));
    }

    @Override
    public Done abandon(RpcController controller, LeaseRequest request) throws ServiceException {
        return calls.serve("abandon", () -> {
            catalog.abandon(context(request), CallRecords.fileId(request.getFileId()),
                    CallRecords.leaseId(request.getLeaseId()));
            return Done.getDefaultInstance();
        });
    }

    @Override
    public Done renewLeases(RpcController controller, NamedRequest request) throws ServiceException {
        return calls.serve("renewLeases", () -> {
            catalog.renewLeases(context(request.hasHeader(), request.getHeader()));
            return Done.getDefaultInstance();
        });
    }

    @Override
    public RecoverLeaseReply recoverLease(RpcController controller, PathRequest request) throws ServiceException {
        return calls.serve("recoverLease", () -> RecoverLeaseReply.newBuilder()
                .setClosed(catalog.recoverLease(context(request), request.getPath())).build());
    }

    @Override
    public MkdirsReply mkdirs(RpcController controller, MkdirsRequest request) throws ServiceException {
        return calls.serve("mkdirs", () -> MkdirsReply.newBuilder()
                .setMade(catalog.mkdirs(context(request.hasHeader(), request.getHeader()), request.getPath(),
                        Fields.count(request.getMode(), "mode"), Fields.count(request.getUmask(), "umask"),
                        request.getCreateParents()))
                .build());
    }

    @Override
    public Done rename(RpcController controller, RenameRequest request) throws ServiceException {
        return calls.serve("rename", () -> {
            catalog.rename(context(request.hasHeader(), request.getHeader()), request.getSource(),
                    request.getDestination(), request.getOverwrite());
            return Done.getDefaultInstance();
        });
    }

    @Override
    public MoveReply move(RpcController controller, MoveRequest request) throws ServiceException {
        return calls.serve("move", () -> MoveReply.newBuilder()
                .setMoved(catalog.move(context(request.hasHeader(), request.getHeader()), request.getSource(),
                        request.getDestination()))
                .build());
    }

    @Override
    public DeleteReply delete(RpcController controller, DeleteRequest request) throws ServiceException {
        return calls.serve("delete", () -> DeleteReply.newBuilder()
                .setDeleted(catalog.delete(context(request.hasHeader(), request.getHeader()), request.getPath(),
                        request.getRecursive()))
                .build());
    }

    @Override
    public Done setAttributes(RpcController controller, SetAttributesRequest request) throws ServiceException {
        return calls.serve("setAttributes", () -> {
            catalog.setAttributes(context(request.hasHeader(), request.getHeader()), request.getPath(),
                    FileRecords.change(request.hasChange(), request.getChange()));
            return Done.getDefaultInstance();
        });
    }

    @Override
    public OffloadReadReply offloadRead(RpcController controller, OffloadReadRequest request)
            throws ServiceException {
        return calls.serve("offloadRead", () -> {
            CallContext context = context(request.hasHeader(), request.getHeader());
            checkItems(request.getItemsCount());
            List<OffloadRead> items = Fields.list(request.getItemsList(), TokenRecords::read);
            OffloadReadReply.Builder reply = OffloadReadReply.newBuilder();
            catalog.offloadRead(context, items, TokenRecords.limits(request.hasLimits(), request.getLimits()))
                    .forEach(result -> reply.addResults(TokenRecords.message(result)));
            return reply.build();
        });
    }

    @Override
    public OffloadWriteReply offloadWrite(RpcController controller, OffloadWriteRequest request)
            throws ServiceException {
        return calls.serve("offloadWrite", () -> {
            CallContext context = context(request.hasHeader(), request.getHeader());
            checkItems(request.getItemsCount());
            List<OffloadWrite> items = Fields.list(request.getItemsList(), TokenRecords::write);
            OffloadWriteReply.Builder reply = OffloadWriteReply.newBuilder();
            catalog.offloadWrite(context, items).forEach(result -> reply.addResults(TokenRecords.message(result)));
            return reply.build();
        });
    }

    @Override
    public Done revokeToken(RpcController controller, TokenRequest request) throws ServiceException {
        return calls.serve("revokeToken", () -> {
            catalog.revokeToken(context(request.hasHeader(), request.getHeader()), request.getToken().toByteArray());
            return Done.getDefaultInstance();
        });
    }

    @Override
    public FileInfoProto cloneTree(RpcController controller, CloneTreeRequest request) throws ServiceException {
        return calls.serve("cloneTree", () -> FileRecords.message(catalog.cloneTree(
                context(request.hasHeader(), request.getHeader()), request.getSource(), request.getDestination(),
                request.getOverwrite())));
    }

    @Override
    public RoutesReply routes(RpcController controller, RoutesRequest request) throws ServiceException {
        return calls.serve("routes", () -> {
            RoutesReply.Builder reply = RoutesReply.newBuilder();
            catalog.routes(GrantRecords.run(request.hasRun(), request.getRun()))
                    .forEach(route -> reply.addRoutes(GrantRecords.message(route)));
            return reply.build();
        });
    }

    @Override
    public MoveFileReply moveFile(RpcController controller, MoveFileRequest request) throws ServiceException {
        return calls.serve("moveFile", () -> MoveFileReply.newBuilder()
                .setMovedExtents(catalog.moveFile(context(request.hasHeader(), request.getHeader()),
                        request.getPath(), GrantRecords.serverId(request.getDestinationServerId())))
                .build());
    }

    @Override
    public Done truncate(RpcController controller, TruncateRequest request) throws ServiceException {
        return calls.serve("truncate", () -> {
            catalog.truncate(context(request.hasHeader(), request.getHeader()), request.getPath(),
                    request.getLengthBytes());
            return Done.getDefaultInstance();
        });
    }

    @Override
    public Done concat(RpcController controller, ConcatRequest request) throws ServiceException {
        return calls.serve("concat", () -> {
            catalog.concat(context(request.hasHeader(), request.getHeader()), request.getTarget(),
                    List.copyOf(request.getSourcesList()));
            return Done.getDefaultInstance();
        });
    }

    @Override
    public Done checkAccess(RpcController controller, CheckAccessRequest request) throws ServiceException {
        return calls.serve("checkAccess", () -> {
            if (request.getWanted() < 0 || request.getWanted() > 7) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the wanted access is 0 to 7 (4 read, 2 write,"
                        + " 1 execute), not " + Integer.toUnsignedString(request.getWanted()));
            }
            catalog.checkAccess(context(request.hasHeader(), request.getHeader()), request.getPath(),
                    request.getWanted());
            return Done.getDefaultInstance();
        });
    }

    @Override
    public AclInfoProto acl(RpcController controller, PathRequest request) throws ServiceException {
        return calls.serve("acl", () -> AccessRecords.message(catalog.acl(context(request), request.getPath())));
    }

    @Override
    public Done changeAcl(RpcController controller, ChangeAclRequest request) throws ServiceException {
        return calls.serve("changeAcl", () -> {
            catalog.changeAcl(context(request.hasHeader(), request.getHeader()), request.getPath(),
                    AccessRecords.change(request.hasChange(), request.getChange()));
            return Done.getDefaultInstance();
        });
    }

    @Override
    public XattrsReply xattrs(RpcController controller, PathRequest request) throws ServiceException {
        return calls.serve("xattrs", () -> AccessRecords.message(catalog.xattrs(context(request), request.getPath())));
    }

    @Override
    public Done setXattr(RpcController controller, SetXattrRequest request) throws ServiceException {
        return calls.serve("setXattr", () -> {
            Fields.present(request.hasXattr(), "the extended attribute");
            catalog.setXattr(context(request.hasHeader(), request.getHeader()), request.getPath(),
                    request.getXattr().getName(), request.getXattr().getValue().toByteArray(),
                    AccessRecords.when(request.getWhen()));
            return Done.getDefaultInstance();
        });
    }

    @Override
    public Done removeXattr(RpcController controller, RemoveXattrRequest request) throws ServiceException {
        return calls.serve("removeXattr", () -> {
            catalog.removeXattr(context(request.hasHeader(), request.getHeader()), request.getPath(),
                    request.getName());
            return Done.getDefaultInstance();
        });
    }

    @Override
    public StoragePoliciesReply storagePolicies(RpcController controller, EmptyRequest request)
            throws ServiceException {
        return calls.serve("storagePolicies", () -> StoragePoliciesReply.newBuilder()
                .addAllNames(catalog.storagePolicies()).build());
    }

    @Override
    public StoragePolicyReply storagePolicy(RpcController controller, PathRequest request) throws ServiceException {
        return calls.serve("storagePolicy", () -> StoragePolicyReply.newBuilder()
                .setName(catalog.storagePolicy(context(request), request.getPath())).build());
    }

    @Override
    public Done satisfyStoragePolicy(RpcController controller, PathRequest request) throws ServiceException {
        return calls.serve("satisfyStoragePolicy", () -> {
            catalog.satisfyStoragePolicy(context(request), request.getPath());
            return Done.getDefaultInstance();
        });
    }

    @Override
    public StoragePolicyProgressReply storagePolicyProgress(RpcController controller, PathRequest request)
            throws ServiceException {
        return calls.serve("storagePolicyProgress", () -> {
            StoragePolicyProgress progress = catalog.storagePolicyProgress(context(request), request.getPath());
            return StoragePolicyProgressReply.newBuilder()
                    .setLooking(progress.looking())
                    .setWaitingExtents(progress.waitingExtents())
                    .setWaitingBytes(progress.waitingBytes())
                    .setStayingExtents(progress.stayingExtents())
                    .setStayingBytes(progress.stayingBytes())
                    .build();
        });
    }

    @Override
    public TreeTotalsProto totals(RpcController controller, PathRequest request) throws ServiceException {
        return calls.serve("totals", () -> FileRecords.message(catalog.totals(context(request), request.getPath())));
    }

    @Override
    public FileInfoProto track(RpcController controller, PathRequest request) throws ServiceException {
        return calls.serve("track", () -> FileRecords.message(catalog.track(context(request), request.getPath())));
    }

    @Override
    public PathOfReply pathOf(RpcController controller, PathOfRequest request) throws ServiceException {
        return calls.serve("pathOf", () -> {
            PathOfReply.Builder reply = PathOfReply.newBuilder();
            catalog.pathOf(context(request.hasHeader(), request.getHeader()), CallRecords.fileId(request.getFileId()))
                    .ifPresent(reply::setPath);
            return reply.build();
        });
    }

    @Override
    public TokenStateProto tokenState(RpcController controller, TokenRequest request) throws ServiceException {
        return calls.serve("tokenState", () -> TokenRecords.message(catalog.tokenState(
                context(request.hasHeader(), request.getHeader()), request.getToken().toByteArray())));
    }

    @Override
    public GroupStatusProto groupStatus(RpcController controller, EmptyRequest request) throws ServiceException {
        return calls.serve("groupStatus", () -> GroupRecords.message(catalog.groupStatus()));
    }

    private static void checkItems(int items) throws BatonException {
        if (items > ControlProtocol.MOST_ITEMS) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "an offload of " + items + " items is more than the "
                    + ControlProtocol.MOST_ITEMS + " that a call may have; split it");
        }
    }

    private CallContext context(PathRequest request) throws IOException {
        return context(request.hasHeader(), request.getHeader());
    }

    private CallContext context(LeaseRequest request) throws IOException {
        return context(request.hasHeader(), request.getHeader());
    }

    private CallContext context(boolean present, CallHeader header) throws IOException {
        return calls.context(present, header);
    }
}
