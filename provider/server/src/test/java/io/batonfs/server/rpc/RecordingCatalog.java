package io.batonfs.server.rpc;

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
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Notes what it is asked and gives the answer that the test put in its place. Thread-safe. */
final class RecordingCatalog implements CatalogService {
    private final List<Asked> calls = new ArrayList<>();
    private Answer answer = asked -> null;

    /**
     * One call.
     *
     * @param method    of {@link CatalogService}
     * @param context   who calls; null for the calls that don't say
     * @param arguments the others, in their order
     */
    record Asked(String method, CallContext context, List<Object> arguments) {
    }

    /** What is answered. */
    interface Answer {

        /** The result of a call, or its failure. */
        Object to(Asked asked) throws IOException;
    }

    /** Answers every call from now on. */
    synchronized void answer(Answer now) {
        answer = now;
    }

    /** All calls so far. */
    synchronized List<Asked> calls() {
        return List.copyOf(calls);
    }

    /** The last call. */
    synchronized Asked last() {
        return calls.get(calls.size() - 1);
    }

    @SuppressWarnings("unchecked")
    private <T> T asked(String method, CallContext context, Object... arguments) throws IOException {
        Asked asked = new Asked(method, context, new ArrayList<>(Arrays.asList(arguments)));
        Answer now;
        synchronized (this) {
            calls.add(asked);
            now = answer;
        }
        return (T) now.to(asked);
    }

    @Override
    public Optional<FileInfo> status(CallContext context, String path) throws IOException {
        return asked("status", context, path);
    }

    @Override
    public ListPage list(CallContext context, String path, String startAfter, int limit) throws IOException {
        return asked("list", context, path, startAfter, limit);
    }

    @Override
    public ReadGrant open(CallContext context, String path) throws IOException {
        return asked("open", context, path);
    }

    @Override
    public ReadGrant reopen(CallContext context, String path, FileInfo seen, ResumeKey content) throws IOException {
        return asked("reopen", context, path, seen, content);
    }

    @Override
    public WriteGrant create(CallContext context, String path, CreateOptions options) throws IOException {
        return asked("create", context, path, options);
    }

    @Override
    public WriteGrant append(CallContext context, String path) throws IOException {
        return asked("append", context, path);
    }

    @Override
    public WriteGrant nextExtent(CallContext context, FileId file, LeaseId lease, WrittenExtent full)
            throws IOException {
        return asked("nextExtent", context, file, lease, full);
    }

    @Override
    public void forceEarlierExtents(CallContext context, FileId file, LeaseId lease) throws IOException {
        asked("forceEarlierExtents", context, file, lease);
    }

    @Override
    public WriteGrant renewWrite(CallContext context, FileId file, LeaseId lease) throws IOException {
        return asked("renewWrite", context, file, lease);
    }

    @Override
    public FileInfo close(CallContext context, FileId file, LeaseId lease, WrittenExtent last) throws IOException {
        return asked("close", context, file, lease, last);
    }

    @Override
    public void abandon(CallContext context, FileId file, LeaseId lease) throws IOException {
        asked("abandon", context, file, lease);
    }

    @Override
    public void renewLeases(CallContext context) throws IOException {
        asked("renewLeases", context);
    }

    @Override
    public boolean recoverLease(CallContext context, String path) throws IOException {
        return this.<Boolean>asked("recoverLease", context, path);
    }

    @Override
    public boolean mkdirs(CallContext context, String path, int mode, int umask, boolean createParents)
            throws IOException {
        return this.<Boolean>asked("mkdirs", context, path, mode, umask, createParents);
    }

    @Override
    public void rename(CallContext context, String source, String destination, boolean overwrite)
            throws IOException {
        asked("rename", context, source, destination, overwrite);
    }

    @Override
    public boolean move(CallContext context, String source, String destination) throws IOException {
        return this.<Boolean>asked("move", context, source, destination);
    }

    @Override
    public boolean delete(CallContext context, String path, boolean recursive) throws IOException {
        return this.<Boolean>asked("delete", context, path, recursive);
    }

    @Override
    public void setAttributes(CallContext context, String path, AttributeChange change) throws IOException {
        asked("setAttributes", context, path, change);
    }

    @Override
    public List<OffloadReadResult> offloadRead(CallContext context, List<OffloadRead> items, TokenLimits limits)
            throws IOException {
        return asked("offloadRead", context, items, limits);
    }

    @Override
    public List<OffloadWriteResult> offloadWrite(CallContext context, List<OffloadWrite> items) throws IOException {
        return asked("offloadWrite", context, items);
    }

    @Override
    public void revokeToken(CallContext context, byte[] token) throws IOException {
        asked("revokeToken", context, token);
    }

    @Override
    public FileInfo cloneTree(CallContext context, String source, String destination, boolean overwrite)
            throws IOException {
        return asked("cloneTree", context, source, destination, overwrite);
    }

    @Override
    public List<Route> routes(PageRun run) throws IOException {
        return asked("routes", null, run);
    }

    @Override
    public int moveFile(CallContext context, String path, ServerId destination) throws IOException {
        return this.<Integer>asked("moveFile", context, path, destination);
    }

    @Override
    public void truncate(CallContext context, String path, long lengthBytes) throws IOException {
        asked("truncate", context, path, lengthBytes);
    }

    @Override
    public void concat(CallContext context, String target, List<String> sources) throws IOException {
        asked("concat", context, target, sources);
    }

    @Override
    public void checkAccess(CallContext context, String path, int wanted) throws IOException {
        asked("checkAccess", context, path, wanted);
    }

    @Override
    public AclInfo acl(CallContext context, String path) throws IOException {
        return asked("acl", context, path);
    }

    @Override
    public void changeAcl(CallContext context, String path, AclChange change) throws IOException {
        asked("changeAcl", context, path, change);
    }

    @Override
    public Map<String, byte[]> xattrs(CallContext context, String path) throws IOException {
        return asked("xattrs", context, path);
    }

    @Override
    public void setXattr(CallContext context, String path, String name, byte[] value, XattrChange when)
            throws IOException {
        asked("setXattr", context, path, name, value, when);
    }

    @Override
    public void removeXattr(CallContext context, String path, String name) throws IOException {
        asked("removeXattr", context, path, name);
    }

    @Override
    public List<String> storagePolicies() throws IOException {
        return asked("storagePolicies", null);
    }

    @Override
    public String storagePolicy(CallContext context, String path) throws IOException {
        return asked("storagePolicy", context, path);
    }

    @Override
    public void satisfyStoragePolicy(CallContext context, String path) throws IOException {
        asked("satisfyStoragePolicy", context, path);
    }

    @Override
    public StoragePolicyProgress storagePolicyProgress(CallContext context, String path) throws IOException {
        return asked("storagePolicyProgress", context, path);
    }

    @Override
    public TreeTotals totals(CallContext context, String path) throws IOException {
        return asked("totals", context, path);
    }

    @Override
    public FileInfo track(CallContext context, String path) throws IOException {
        return asked("track", context, path);
    }

    @Override
    public Optional<String> pathOf(CallContext context, FileId file) throws IOException {
        return asked("pathOf", context, file);
    }

    @Override
    public TokenState tokenState(CallContext context, byte[] token) throws IOException {
        return asked("tokenState", context, token);
    }

    @Override
    public GroupStatus groupStatus() throws IOException {
        return asked("groupStatus", null);
    }
}
