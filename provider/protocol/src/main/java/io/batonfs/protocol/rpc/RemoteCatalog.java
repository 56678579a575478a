package io.batonfs.protocol.rpc;

import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageRun;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AclInfo;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.ListPage;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.ReadGrant;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.TokenState;
import io.batonfs.protocol.StoragePolicyProgress;
import io.batonfs.protocol.TreeTotals;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.protocol.WrittenExtent;
import io.batonfs.protocol.XattrChange;
import io.batonfs.protocol.wire.CatalogMessages.ChangeAclRequest;
import io.batonfs.protocol.wire.CatalogMessages.CheckAccessRequest;
import io.batonfs.protocol.wire.CatalogMessages.CloneTreeRequest;
import io.batonfs.protocol.wire.CatalogMessages.ConcatRequest;
import io.batonfs.protocol.wire.CatalogMessages.CreateRequest;
import io.batonfs.protocol.wire.CatalogMessages.DeleteReply;
import io.batonfs.protocol.wire.CatalogMessages.DeleteRequest;
import io.batonfs.protocol.wire.CatalogMessages.EmptyRequest;
import io.batonfs.protocol.wire.CatalogMessages.ListRequest;
import io.batonfs.protocol.wire.CatalogMessages.MkdirsReply;
import io.batonfs.protocol.wire.CatalogMessages.MkdirsRequest;
import io.batonfs.protocol.wire.CatalogMessages.MoveFileRequest;
import io.batonfs.protocol.wire.CatalogMessages.MoveReply;
import io.batonfs.protocol.wire.CatalogMessages.MoveRequest;
import io.batonfs.protocol.wire.CatalogMessages.NamedRequest;
import io.batonfs.protocol.wire.CatalogMessages.OffloadReadRequest;
import io.batonfs.protocol.wire.CatalogMessages.OffloadWriteRequest;
import io.batonfs.protocol.wire.CatalogMessages.PathOfRequest;
import io.batonfs.protocol.wire.CatalogMessages.RecoverLeaseReply;
import io.batonfs.protocol.wire.CatalogMessages.RemoveXattrRequest;
import io.batonfs.protocol.wire.CatalogMessages.RenameRequest;
import io.batonfs.protocol.wire.CatalogMessages.ReopenRequest;
import io.batonfs.protocol.wire.CatalogMessages.RoutesRequest;
import io.batonfs.protocol.wire.CatalogMessages.SetAttributesRequest;
import io.batonfs.protocol.wire.CatalogMessages.SetXattrRequest;
import io.batonfs.protocol.wire.CatalogMessages.StoragePolicyReply;
import io.batonfs.protocol.wire.CatalogMessages.TruncateRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The client's end: calls of {@link CatalogService} into messages of {@link CatalogControl}. Thread-safe. */
final class RemoteCatalog implements CatalogService {
    private final CatalogControl rpc;
    private final RemoteCalls calls;

    RemoteCatalog(CatalogControl rpc, RemoteCalls calls) {
        this.rpc = rpc;
        this.calls = calls;
    }

    @Override
    public Optional<FileInfo> status(CallContext context, String path) throws IOException {
        return calls.ask(CallRecords.path(context, path), rpc::status, reply -> reply.hasInfo()
                ? Optional.of(FileRecords.info(reply.getInfo())) : Optional.empty());
    }

    @Override
    public ListPage list(CallContext context, String path, String startAfter, int limit) throws IOException {
        ListRequest request = ListRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setStartAfter(Fields.text(startAfter))
                .setLimit(limit)
                .build();
        return calls.ask(request, rpc::list, ListRecords::page);
    }

    @Override
    public ReadGrant open(CallContext context, String path) throws IOException {
        return calls.ask(CallRecords.path(context, path), rpc::open, GrantRecords::readGrant);
    }

    @Override
    public ReadGrant reopen(CallContext context, String path, FileInfo seen, ResumeKey content) throws IOException {
        ReopenRequest request = ReopenRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setSeen(FileRecords.message(seen))
                .setContentKey(GrantRecords.message(content))
                .build();
        return calls.ask(request, rpc::reopen, GrantRecords::readGrant);
    }

    @Override
    public WriteGrant create(CallContext context, String path, CreateOptions options) throws IOException {
        CreateRequest request = CreateRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setOptions(FileRecords.message(options))
                .build();
        return calls.ask(request, rpc::create, GrantRecords::writeGrant);
    }

    @Override
    public WriteGrant append(CallContext context, String path) throws IOException {
        return calls.ask(CallRecords.path(context, path), rpc::append, GrantRecords::writeGrant);
    }

    @Override
    public WriteGrant nextExtent(CallContext context, FileId file, LeaseId lease, WrittenExtent full)
            throws IOException {
        return calls.ask(
                CallRecords.written(context, file, lease, full), rpc::nextExtent, GrantRecords::writeGrant);
    }

    @Override
    public void forceEarlierExtents(CallContext context, FileId file, LeaseId lease) throws IOException {
        calls.ask(CallRecords.lease(context, file, lease), rpc::forceEarlierExtents);
    }

    @Override
    public WriteGrant renewWrite(CallContext context, FileId file, LeaseId lease) throws IOException {
        return calls.ask(CallRecords.lease(context, file, lease), rpc::renewWrite, GrantRecords::writeGrant);
    }

    @Override
    public FileInfo close(CallContext context, FileId file, LeaseId lease, WrittenExtent last) throws IOException {
        return calls.ask(CallRecords.written(context, file, lease, last), rpc::close, FileRecords::info);
    }

    @Override
    public void abandon(CallContext context, FileId file, LeaseId lease) throws IOException {
        calls.ask(CallRecords.lease(context, file, lease), rpc::abandon);
    }

    @Override
    public void renewLeases(CallContext context) throws IOException {
        calls.ask(NamedRequest.newBuilder().setHeader(CallRecords.header(context)).build(), rpc::renewLeases);
    }

    @Override
    public boolean recoverLease(CallContext context, String path) throws IOException {
        return calls.ask(CallRecords.path(context, path), rpc::recoverLease, RecoverLeaseReply::getClosed);
    }

    @Override
    public boolean mkdirs(CallContext context, String path, int mode, int umask, boolean createParents)
            throws IOException {
        MkdirsRequest request = MkdirsRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setMode(mode)
                .setUmask(umask)
                .setCreateParents(createParents)
                .build();
        return calls.ask(request, rpc::mkdirs, MkdirsReply::getMade);
    }

    @Override
    public void rename(CallContext context, String source, String destination, boolean overwrite)
            throws IOException {
        RenameRequest request = RenameRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setSource(Fields.text(source))
                .setDestination(Fields.text(destination))
                .setOverwrite(overwrite)
                .build();
        calls.ask(request, rpc::rename);
    }

    @Override
    public boolean move(CallContext context, String source, String destination) throws IOException {
        MoveRequest request = MoveRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setSource(Fields.text(source))
                .setDestination(Fields.text(destination))
                .build();
        return calls.ask(request, rpc::move, MoveReply::getMoved);
    }

    @Override
    public boolean delete(CallContext context, String path, boolean recursive) throws IOException {
        DeleteRequest request = DeleteRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setRecursive(recursive)
                .build();
        return calls.ask(request, rpc::delete, DeleteReply::getDeleted);
    }

    @Override
    public void setAttributes(CallContext context, String path, AttributeChange change) throws IOException {
        SetAttributesRequest request = SetAttributesRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setChange(FileRecords.message(change))
                .build();
        calls.ask(request, rpc::setAttributes);
    }

    @Override
    public List<OffloadReadResult> offloadRead(CallContext context, List<OffloadRead> items, TokenLimits limits)
            throws IOException {
        OffloadReadRequest.Builder request = OffloadReadRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setLimits(TokenRecords.message(limits));
        for (OffloadRead item : items) {
            request.addItems(TokenRecords.message(item));
        }
        return calls.ask(request.build(), rpc::offloadRead, reply -> oneForEach(items,
                List.copyOf(Fields.list(reply.getResultsList(), TokenRecords::readResult))));
    }

    @Override
    public List<OffloadWriteResult> offloadWrite(CallContext context, List<OffloadWrite> items) throws IOException {
        OffloadWriteRequest.Builder request = OffloadWriteRequest.newBuilder().setHeader(CallRecords.header(context));
        for (OffloadWrite item : items) {
            request.addItems(TokenRecords.message(item));
        }
        return calls.ask(request.build(), rpc::offloadWrite, reply -> oneForEach(items,
                List.copyOf(Fields.list(reply.getResultsList(), TokenRecords::writeResult))));
    }

    private static <T> List<T> oneForEach(List<?> items, List<T> results) throws MalformedMessageException {
        Fields.present(items.size() == results.size(),
                "a result for each item (" + results.size() + " for " + items.size() + ")");
        return results;
    }

    @Override
    public void revokeToken(CallContext context, byte[] token) throws IOException {
        calls.ask(CallRecords.token(context, token), rpc::revokeToken);
    }

    @Override
    public FileInfo cloneTree(CallContext context, String source, String destination, boolean overwrite)
            throws IOException {
        CloneTreeRequest request = CloneTreeRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setSource(Fields.text(source))
                .setDestination(Fields.text(destination))
                .setOverwrite(overwrite)
                .build();
        return calls.ask(request, rpc::cloneTree, FileRecords::info);
    }

    @Override
    public List<Route> routes(PageRun run) throws IOException {
        return calls.ask(RoutesRequest.newBuilder().setRun(GrantRecords.message(run)).build(), rpc::routes,
                reply -> List.copyOf(GrantRecords.routes(reply.getRoutesList())));
    }

    @Override
    public int moveFile(CallContext context, String path, ServerId destination) throws IOException {
        MoveFileRequest request = MoveFileRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setDestinationServerId(destination.value())
                .build();
        return calls.ask(request, rpc::moveFile, reply -> Fields.count(reply.getMovedExtents(), "moved extents"));
    }

    @Override
    public void truncate(CallContext context, String path, long lengthBytes) throws IOException {
        TruncateRequest request = TruncateRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setLengthBytes(lengthBytes)
                .build();
        calls.ask(request, rpc::truncate);
    }

    @Override
    public void concat(CallContext context, String target, List<String> sources) throws IOException {
        ConcatRequest.Builder request = ConcatRequest.newBuilder()
                .setHeader(CallRecords.header(context)).setTarget(Fields.text(target));
        for (String source : sources) {
            request.addSources(Fields.text(source));
        }
        calls.ask(request.build(), rpc::concat);
    }

    @Override
    public void checkAccess(CallContext context, String path, int wanted) throws IOException {
        CheckAccessRequest request = CheckAccessRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setWanted(wanted)
                .build();
        calls.ask(request, rpc::checkAccess);
    }

    @Override
    public AclInfo acl(CallContext context, String path) throws IOException {
        return calls.ask(CallRecords.path(context, path), rpc::acl, AccessRecords::info);
    }

    @Override
    public void changeAcl(CallContext context, String path, AclChange change) throws IOException {
        ChangeAclRequest request = ChangeAclRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setChange(AccessRecords.message(change))
                .build();
        calls.ask(request, rpc::changeAcl);
    }

    @Override
    public Map<String, byte[]> xattrs(CallContext context, String path) throws IOException {
        return calls.ask(CallRecords.path(context, path), rpc::xattrs, AccessRecords::xattrs);
    }

    @Override
    public void setXattr(CallContext context, String path, String name, byte[] value, XattrChange when)
            throws IOException {
        SetXattrRequest request = SetXattrRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setXattr(AccessRecords.message(name, value))
                .setWhen(AccessRecords.message(when))
                .build();
        calls.ask(request, rpc::setXattr);
    }

    @Override
    public void removeXattr(CallContext context, String path, String name) throws IOException {
        RemoveXattrRequest request = RemoveXattrRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setPath(Fields.text(path))
                .setName(Fields.text(name))
                .build();
        calls.ask(request, rpc::removeXattr);
    }

    @Override
    public List<String> storagePolicies() throws IOException {
        return calls.ask(EmptyRequest.getDefaultInstance(), rpc::storagePolicies,
                reply -> List.copyOf(reply.getNamesList()));
    }

    @Override
    public String storagePolicy(CallContext context, String path) throws IOException {
        return calls.ask(CallRecords.path(context, path), rpc::storagePolicy, StoragePolicyReply::getName);
    }

    @Override
    public void satisfyStoragePolicy(CallContext context, String path) throws IOException {
        calls.ask(CallRecords.path(context, path), rpc::satisfyStoragePolicy);
    }

    @Override
    public StoragePolicyProgress storagePolicyProgress(CallContext context, String path) throws IOException {
        return calls.ask(CallRecords.path(context, path), rpc::storagePolicyProgress, reply -> new StoragePolicyProgress(
                reply.getLooking(), reply.getWaitingExtents(), reply.getWaitingBytes(), reply.getStayingExtents(),
                reply.getStayingBytes()));
    }

    @Override
    public TreeTotals totals(CallContext context, String path) throws IOException {
        return calls.ask(CallRecords.path(context, path), rpc::totals, FileRecords::totals);
    }

    @Override
    public FileInfo track(CallContext context, String path) throws IOException {
        return calls.ask(CallRecords.path(context, path), rpc::track, FileRecords::info);
    }

    @Override
    public Optional<String> pathOf(CallContext context, FileId file) throws IOException {
        PathOfRequest request = PathOfRequest.newBuilder()
                .setHeader(CallRecords.header(context)).setFileId(file.value()).build();
        return calls.ask(request, rpc::pathOf,
                reply -> reply.hasPath() ? Optional.of(reply.getPath()) : Optional.empty());
    }

    @Override
    public TokenState tokenState(CallContext context, byte[] token) throws IOException {
        return calls.ask(CallRecords.token(context, token), rpc::tokenState, TokenRecords::state);
    }

    @Override
    public GroupStatus groupStatus() throws IOException {
        return calls.ask(EmptyRequest.getDefaultInstance(), rpc::groupStatus, GroupRecords::status);
    }
}
