package io.batonfs.server.audit;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
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
import io.batonfs.server.rpc.CallOrigin;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Writes down who did what ({@link AuditLine}): every call that changes something or opens a file for reading, with its
 * outcome, and of the others those that were denied. Keys, tokens and secrets never get there. Thread-safe.
 */
public final class AuditedCatalog implements CatalogService {
    private static final String OK = "OK";

    private final CatalogService catalog;
    private final Supplier<Optional<CallOrigin>> origins;
    private final Consumer<String> log;

    /**
     * @param catalog does the work; belongs to the caller
     * @param origins where the call came from that the present thread serves; empty for one within this process
     * @param log     takes whole lines, from any thread
     */
    public AuditedCatalog(CatalogService catalog, Supplier<Optional<CallOrigin>> origins, Consumer<String> log) {
        this.catalog = catalog;
        this.origins = origins;
        this.log = log;
    }

    private interface Call<T> {
        T make() throws IOException;
    }

    private interface Action {
        void take() throws IOException;
    }

    /** A call that is written down whatever comes of it. */
    private <T> T told(CallContext context, AuditEvent event, Call<T> call) throws IOException {
        T result;
        try {
            result = call.make();
        } catch (BatonException e) {
            write(context, event, e.code());
            throw e;
        } catch (IOException | RuntimeException e) {
            write(context, event, ErrorCode.INTERNAL);
            throw e;
        }
        line(context, event, true, OK);
        return result;
    }

    private void did(CallContext context, AuditEvent event, Action action) throws IOException {
        told(context, event, () -> {
            action.take();
            return null;
        });
    }

    /** A call that is written down only when it is denied: looking around is not worth a line each. */
    private <T> T asked(CallContext context, AuditEvent event, Call<T> call) throws IOException {
        try {
            return call.make();
        } catch (BatonException e) {
            if (isDenial(e.code())) {
                write(context, event, e.code());
            }
            throw e;
        }
    }

    private void write(CallContext context, AuditEvent event, ErrorCode code) {
        line(context, event, !isDenial(code), code.name());
    }

    private static boolean isDenial(ErrorCode code) {
        return switch (code) {
            case PERMISSION_DENIED, KEY_REFUSED, TOKEN_UNKNOWN -> true;
            default -> false;
        };
    }

    private void line(CallContext context, AuditEvent event, boolean allowed, String code) {
        log.accept(AuditLine.of(event, origins.get(), context, allowed, code));
    }

    @Override
    public Optional<FileInfo> status(CallContext context, String path) throws IOException {
        return asked(context, AuditEvent.of("getfileinfo", path), () -> catalog.status(context, path));
    }

    @Override
    public ListPage list(CallContext context, String path, String startAfter, int limit) throws IOException {
        return asked(context, AuditEvent.of("listStatus", path), () -> catalog.list(context, path, startAfter, limit));
    }

    @Override
    public ReadGrant open(CallContext context, String path) throws IOException {
        return told(context, AuditEvent.of("open", path), () -> catalog.open(context, path));
    }

    @Override
    public ReadGrant reopen(CallContext context, String path, FileInfo seen, ResumeKey content) throws IOException {
        return told(context, AuditEvent.of("reopen", path, seen.fileId()),
                () -> catalog.reopen(context, path, seen, content));
    }

    @Override
    public WriteGrant create(CallContext context, String path, CreateOptions options) throws IOException {
        return told(context, AuditEvent.of("create", path).withMode(options.mode() & ~options.umask()),
                () -> catalog.create(context, path, options));
    }

    @Override
    public WriteGrant append(CallContext context, String path) throws IOException {
        return told(context, AuditEvent.of("append", path), () -> catalog.append(context, path));
    }

    @Override
    public WriteGrant nextExtent(CallContext context, FileId file, LeaseId lease, WrittenExtent full)
            throws IOException {
        return told(context, AuditEvent.of("nextExtent", file), () -> catalog.nextExtent(context, file, lease, full));
    }

    @Override
    public void forceEarlierExtents(CallContext context, FileId file, LeaseId lease) throws IOException {
        asked(context, AuditEvent.of("fsync", file), () -> {
            catalog.forceEarlierExtents(context, file, lease);
            return null;
        });
    }

    @Override
    public WriteGrant renewWrite(CallContext context, FileId file, LeaseId lease) throws IOException {
        return asked(context, AuditEvent.of("renewWrite", file), () -> catalog.renewWrite(context, file, lease));
    }

    @Override
    public FileInfo close(CallContext context, FileId file, LeaseId lease, WrittenExtent last) throws IOException {
        return told(context, AuditEvent.of("close", file), () -> catalog.close(context, file, lease, last));
    }

    @Override
    public void abandon(CallContext context, FileId file, LeaseId lease) throws IOException {
        did(context, AuditEvent.of("abandon", file), () -> catalog.abandon(context, file, lease));
    }

    @Override
    public void renewLeases(CallContext context) throws IOException {
        asked(context, new AuditEvent("renewLeases", null, null, null), () -> {
            catalog.renewLeases(context);
            return null;
        });
    }

    @Override
    public boolean recoverLease(CallContext context, String path) throws IOException {
        return told(context, AuditEvent.of("recoverLease", path), () -> catalog.recoverLease(context, path));
    }

    @Override
    public boolean mkdirs(CallContext context, String path, int mode, int umask, boolean createParents)
            throws IOException {
        return told(context, AuditEvent.of("mkdirs", path).withMode(mode & ~umask),
                () -> catalog.mkdirs(context, path, mode, umask, createParents));
    }

    @Override
    public void rename(CallContext context, String source, String destination, boolean overwrite) throws IOException {
        did(context, AuditEvent.of("rename", source, destination),
                () -> catalog.rename(context, source, destination, overwrite));
    }

    /** What HDFS calls it, too. */
    @Override
    public boolean move(CallContext context, String source, String destination) throws IOException {
        return told(context, AuditEvent.of("rename", source, destination),
                () -> catalog.move(context, source, destination));
    }

    @Override
    public boolean delete(CallContext context, String path, boolean recursive) throws IOException {
        return told(context, AuditEvent.of("delete", path), () -> catalog.delete(context, path, recursive));
    }

    /** Under the name that HDFS's call for the first of the attributes has. */
    @Override
    public void setAttributes(CallContext context, String path, AttributeChange change) throws IOException {
        AuditEvent event = AuditEvent.of(attributeCommand(change), path);
        if (change.mode().isPresent()) {
            event = event.withMode(change.mode().getAsInt());
        }
        did(context, event.withOwner(change.owner(), change.group()), () -> catalog.setAttributes(context, path, change));
    }

    private static String attributeCommand(AttributeChange change) {
        if (change.owner().isPresent() || change.group().isPresent()) {
            return "setOwner";
        }
        if (change.mode().isPresent()) {
            return "setPermission";
        }
        if (change.replication().isPresent()) {
            return "setReplication";
        }
        return change.storagePolicy().isPresent() ? "setStoragePolicy" : "setTimes";
    }

    /** One line for each item: who may have a token of what is worth knowing one by one. */
    @Override
    public List<OffloadReadResult> offloadRead(CallContext context, List<OffloadRead> items, TokenLimits limits)
            throws IOException {
        return each(context, items, item -> AuditEvent.of("offloadRead", item.path()),
                result -> result instanceof OffloadReadResult.Refused refused ? refused.code() : null,
                () -> catalog.offloadRead(context, items, limits));
    }

    @Override
    public List<OffloadWriteResult> offloadWrite(CallContext context, List<OffloadWrite> items) throws IOException {
        return each(context, items, item -> AuditEvent.of("offloadWrite", item.path())
                        .withMode(item.options().mode() & ~item.options().umask()),
                result -> result instanceof OffloadWriteResult.Refused refused ? refused.code() : null,
                () -> catalog.offloadWrite(context, items));
    }

    private <I, R> List<R> each(CallContext context, List<I> items, Function<I, AuditEvent> events,
            Function<R, ErrorCode> refusals, Call<List<R>> call) throws IOException {
        List<R> results;
        try {
            results = call.make();
        } catch (IOException | RuntimeException e) {
            ErrorCode code = e instanceof BatonException known ? known.code() : ErrorCode.INTERNAL;
            items.forEach(item -> write(context, events.apply(item), code));
            throw e;
        }
        for (int i = 0; i < items.size(); i++) {
            ErrorCode refused = refusals.apply(results.get(i));
            if (refused == null) {
                line(context, events.apply(items.get(i)), true, OK);
            } else {
                write(context, events.apply(items.get(i)), refused);
            }
        }
        return results;
    }

    @Override
    public void revokeToken(CallContext context, byte[] token) throws IOException {
        did(context, new AuditEvent("revokeToken", null, null, null), () -> catalog.revokeToken(context, token));
    }

    @Override
    public FileInfo cloneTree(CallContext context, String source, String destination, boolean overwrite)
            throws IOException {
        return told(context, AuditEvent.of("cloneTree", source, destination),
                () -> catalog.cloneTree(context, source, destination, overwrite));
    }

    /** Of the group's insides, and without a caller: nothing to write down. */
    @Override
    public List<Route> routes(PageRun run) throws IOException {
        return catalog.routes(run);
    }

    @Override
    public int moveFile(CallContext context, String path, ServerId destination) throws IOException {
        return told(context, AuditEvent.of("moveFile", path, destination),
                () -> catalog.moveFile(context, path, destination));
    }

    @Override
    public void truncate(CallContext context, String path, long lengthBytes) throws IOException {
        did(context, AuditEvent.of("truncate", path, lengthBytes), () -> catalog.truncate(context, path, lengthBytes));
    }

    @Override
    public void concat(CallContext context, String target, List<String> sources) throws IOException {
        did(context, AuditEvent.of("concat", sources, target), () -> catalog.concat(context, target, sources));
    }

    @Override
    public void checkAccess(CallContext context, String path, int wanted) throws IOException {
        asked(context, AuditEvent.of("checkAccess", path), () -> {
            catalog.checkAccess(context, path, wanted);
            return null;
        });
    }

    @Override
    public AclInfo acl(CallContext context, String path) throws IOException {
        return asked(context, AuditEvent.of("getAclStatus", path), () -> catalog.acl(context, path));
    }

    @Override
    public void changeAcl(CallContext context, String path, AclChange change) throws IOException {
        String command = switch (change.kind()) {
            case MODIFY -> "modifyAclEntries";
            case REMOVE_ENTRIES -> "removeAclEntries";
            case REMOVE_DEFAULT -> "removeDefaultAcl";
            case REMOVE -> "removeAcl";
            case SET -> "setAcl";
        };
        did(context, AuditEvent.of(command, path), () -> catalog.changeAcl(context, path, change));
    }

    @Override
    public Map<String, byte[]> xattrs(CallContext context, String path) throws IOException {
        return asked(context, AuditEvent.of("getXAttrs", path), () -> catalog.xattrs(context, path));
    }

    @Override
    public void setXattr(CallContext context, String path, String name, byte[] value, XattrChange when)
            throws IOException {
        did(context, AuditEvent.of("setXAttr", path, name), () -> catalog.setXattr(context, path, name, value, when));
    }

    @Override
    public void removeXattr(CallContext context, String path, String name) throws IOException {
        did(context, AuditEvent.of("removeXAttr", path, name), () -> catalog.removeXattr(context, path, name));
    }

    @Override
    public List<String> storagePolicies() throws IOException {
        return catalog.storagePolicies();
    }

    @Override
    public String storagePolicy(CallContext context, String path) throws IOException {
        return asked(context, AuditEvent.of("getStoragePolicy", path), () -> catalog.storagePolicy(context, path));
    }

    @Override
    public void satisfyStoragePolicy(CallContext context, String path) throws IOException {
        did(context, AuditEvent.of("satisfyStoragePolicy", path), () -> catalog.satisfyStoragePolicy(context, path));
    }

    @Override
    public StoragePolicyProgress storagePolicyProgress(CallContext context, String path) throws IOException {
        return asked(context, AuditEvent.of("storagePolicyProgress", path),
                () -> catalog.storagePolicyProgress(context, path));
    }

    @Override
    public TreeTotals totals(CallContext context, String path) throws IOException {
        return asked(context, AuditEvent.of("contentSummary", path), () -> catalog.totals(context, path));
    }

    @Override
    public FileInfo track(CallContext context, String path) throws IOException {
        return told(context, AuditEvent.of("track", path), () -> catalog.track(context, path));
    }

    @Override
    public Optional<String> pathOf(CallContext context, FileId file) throws IOException {
        return asked(context, AuditEvent.of("pathOf", file), () -> catalog.pathOf(context, file));
    }

    @Override
    public TokenState tokenState(CallContext context, byte[] token) throws IOException {
        return asked(context, new AuditEvent("tokenState", null, null, null),
                () -> catalog.tokenState(context, token));
    }

    @Override
    public GroupStatus groupStatus() throws IOException {
        return catalog.groupStatus();
    }
}
