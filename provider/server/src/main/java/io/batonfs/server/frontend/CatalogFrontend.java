package io.batonfs.server.frontend;

import io.batonfs.catalog.AclOperation;
import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.LeaseInfo;
import io.batonfs.catalog.Listing;
import io.batonfs.catalog.NodeAcl;
import io.batonfs.catalog.OpenFile;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.PolicyProgress;
import io.batonfs.catalog.Placement;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.Totals;
import io.batonfs.catalog.XattrCondition;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageRun;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.Slice;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The catalog as clients see it: a thin façade, each call a command or a query, with what it takes from the owners of
 * extents done before. Stateless; thread-safe.
 */
final class CatalogFrontend implements CatalogService {
    /** One object, by which a listing knows that its page was made before. */
    private static final Function<Listing, ListPage> PAGE = listing -> listing.isOfFile()
            ? ListPage.ofFile(listing.entries().get(0))
            : new ListPage(listing.entries(), listing.more());

    private final CatalogCalls calls;
    private final Grants grants;
    private final Reopening reopening;
    private final ExtentOwners owners;
    private final Placements placements;
    private final StoragePolicyNames policies;
    private final OpenFileReports reports;
    private final TokenDesk tokens;
    private final LeaseRecovery recovery;
    private final ExtentMover mover;
    private final Supplier<GroupStatus> groupStatus;

    CatalogFrontend(CatalogCalls calls, Grants grants, Reopening reopening, ExtentOwners owners, Placements placements,
            StoragePolicyNames policies, OpenFileReports reports, TokenDesk tokens, LeaseRecovery recovery, ExtentMover mover,
            Supplier<GroupStatus> groupStatus) {
        this.calls = calls;
        this.grants = grants;
        this.reopening = reopening;
        this.owners = owners;
        this.placements = placements;
        this.policies = policies;
        this.reports = reports;
        this.tokens = tokens;
        this.recovery = recovery;
        this.mover = mover;
        this.groupStatus = groupStatus;
    }

    @Override
    public Optional<FileInfo> status(CallContext context, String path) throws IOException {
        return calls.read(reader -> reader.status(calls.trusted(context.caller()), path));
    }

    @Override
    public ListPage list(CallContext context, String path, String startAfter, int limit) throws IOException {
        return calls.read(reader -> reader.list(calls.trusted(context.caller()), path, startAfter, limit)).shown(PAGE);
    }

    @Override
    public ReadGrant open(CallContext context, String path) throws IOException {
        return grants.toRead(calls.read(reader -> reader.open(calls.trusted(context.caller()), path)));
    }

    @Override
    public ReadGrant reopen(CallContext context, String path, FileInfo seen, ResumeKey content) throws IOException {
        return reopening.reopen(calls.trusted(context.caller()), path, seen, content);
    }

    @Override
    public WriteGrant create(CallContext context, String path, CreateOptions options) throws IOException {
        Optional<String> policy = calls.read(reader -> reader.storagePolicyBelow(parent(path)));
        return granted(context, policy, placement -> new Command.Create(path, TokenDesk.options(options), placement));
    }

    @Override
    public WriteGrant append(CallContext context, String path) throws IOException {
        takeOver(context, path);
        Optional<String> policy = calls.read(reader -> reader.storagePolicyBelow(path));
        return granted(context, policy, placement -> new Command.Append(path, placement));
    }

    /**
     * A writer past its soft limit gives way to who may write to the file; of one within it the command that follows will
     * say so. A call that was answered before ends no lease: it may be its own, or one that was given after it. That is
     * asked after the file was looked at, since the lease that a call is given comes to light with its answer.
     */
    private void takeOver(CallContext context, String path) throws IOException {
        Optional<FileInfo> info = status(context, path);
        if (info.isEmpty() || !info.get().open() || calls.first(context, Reply.class).isPresent()) {
            return;
        }
        recovered(context, info.get(), false);
    }

    /**
     * Recovers a file, unless its writer is faster.
     *
     * @return whether it is closed now as far as is known here: not if its writer stays, or if he has closed it, it was
     *         deleted, or somebody else began to recover it, since it was looked at
     */
    private boolean recovered(CallContext context, FileInfo open, boolean force) throws IOException {
        try {
            recovery.recover(calls.own(context), open.fileId(), force);
            return true;
        } catch (BatonException e) {
            return switch (e.code()) {
                case LEASE_HELD, NOT_FOUND, LEASE_LOST -> false;
                default -> throw e;
            };
        }
    }

    @Override
    public WriteGrant nextExtent(CallContext context, FileId file, LeaseId lease, WrittenExtent full)
            throws IOException {
        seal(context, file, lease, full);
        Optional<String> policy = calls.read(reader -> reader.extent(full.extent())).map(PlacedExtent::storagePolicy);
        return granted(context, policy, placement -> new Command.NextExtent(file, lease, length(full), placement));
    }

    @Override
    public void forceEarlierExtents(CallContext context, FileId file, LeaseId lease) throws IOException {
        ExtentId open = heldLease(context, file, lease).extent().id();
        Optional<String> path = calls.read(reader -> reader.pathOf(file));
        if (path.isPresent()) {
            OpenFile held = calls.read(reader -> reader.open(calls.superuser(), path.get()));
            for (Slice slice : held.slices()) {
                if (!slice.extent().equals(open)) {
                    force(slice);
                }
            }
        }
    }

    /** An extent that nothing names any more needs it no longer; one that is moved meanwhile is looked for again. */
    private void force(Slice slice) throws IOException {
        for (List<Route> routes = routes(slice.extent()); !routes.isEmpty(); routes = routes(slice.extent())) {
            List<Route> asked = routes;
            OptionalLong sealed = calls.read(reader -> reader.sealedLength(slice.extent()));
            try {
                owners.force(slice.extent(), asked, sealed.orElse(slice.endOffset()), sealed.isPresent());
                return;
            } catch (BatonException e) {
                if (routes(slice.extent()).equals(asked)) {
                    throw e;
                }
            }
        }
    }

    private List<Route> routes(ExtentId extent) throws IOException {
        return calls.read(reader -> reader.extent(extent)).map(PlacedExtent::routes).orElse(List.of());
    }

    @Override
    public WriteGrant renewWrite(CallContext context, FileId file, LeaseId lease) throws IOException {
        LeaseInfo info = heldLease(context, file, lease);
        return grants.toWrite(new Reply.WriteGranted(file, lease, info.fileOffset(), info.extent(), info.routes()));
    }

    @Override
    public FileInfo close(CallContext context, FileId file, LeaseId lease, WrittenExtent last) throws IOException {
        seal(context, file, lease, last);
        return calls.submit(context, new Command.CloseFile(file, lease, length(last)), Reply.FileClosed.class).info();
    }

    /**
     * As a recovery, but ended by the command that only this lease's holder may give: had another writer taken over
     * meanwhile, his lease is left alone.
     */
    @Override
    public void abandon(CallContext context, FileId file, LeaseId lease) throws IOException {
        Optional<LeaseInfo> held = lease(context, file, lease);
        if (held.isEmpty()) {
            return;
        }
        ExtentLength length = owners.fenceAndSeal(held.get().extent(), held.get().extent().writeEpoch().next(),
                held.get().routes(), held.get().committedBytes());
        try {
            calls.submit(context, new Command.CloseFile(file, lease, length), Reply.FileClosed.class);
        } catch (BatonException e) {
            if (e.code() != ErrorCode.LEASE_LOST) {
                throw e;
            }
        }
    }

    @Override
    public void renewLeases(CallContext context) throws IOException {
        calls.submit(context, new Command.RenewLeases(context.invocation().clientId()), Reply.LeasesRenewed.class);
    }

    @Override
    public boolean recoverLease(CallContext context, String path) throws IOException {
        // Whoever asks by name means it: HDFS's recoverLease too takes the lease from a writer that is alive.
        FileInfo info = existing(context, path);
        return !info.open() || recovered(context, info, true) || !existing(context, path).open();
    }

    private FileInfo existing(CallContext context, String path) throws IOException {
        return status(context, path).orElseThrow(() -> new BatonException(ErrorCode.NOT_FOUND,
                path + " does not exist; check the path"));
    }

    @Override
    public boolean mkdirs(CallContext context, String path, int mode, int umask, boolean createParents) throws IOException {
        return calls.submit(context, new Command.Mkdirs(path, mode, umask, createParents),
                Reply.Changed.class).changed();
    }

    @Override
    public void rename(CallContext context, String source, String destination, boolean overwrite) throws IOException {
        calls.submit(context, new Command.Rename(source, destination, overwrite), Reply.class);
    }

    @Override
    public boolean move(CallContext context, String source, String destination) throws IOException {
        return calls.submit(context, new Command.Move(source, destination), Reply.Changed.class).changed();
    }

    @Override
    public boolean delete(CallContext context, String path, boolean recursive) throws IOException {
        return calls.submit(context, new Command.Delete(path, recursive), Reply.Changed.class).changed();
    }

    @Override
    public void setAttributes(CallContext context, String path, AttributeChange change) throws IOException {
        Optional<String> policy = Optional.empty();
        if (change.storagePolicy().isPresent()) {
            policy = Optional.of(policies.checked(change.storagePolicy().get()));
        }
        calls.submit(context, new Command.SetAttributes(path, new AttributeSet(change.mode(), change.owner(),
                change.group(), change.modifiedMs(), change.accessedMs(), change.replication(), policy)), Reply.class);
    }

    @Override
    public List<OffloadReadResult> offloadRead(CallContext context, List<OffloadRead> items, TokenLimits limits)
            throws IOException {
        return tokens.read(context, items, limits);
    }

    @Override
    public List<OffloadWriteResult> offloadWrite(CallContext context, List<OffloadWrite> items) throws IOException {
        return tokens.write(context, items);
    }

    @Override
    public void revokeToken(CallContext context, byte[] token) throws IOException {
        tokens.revoke(context, token);
    }

    @Override
    public FileInfo cloneTree(CallContext context, String source, String destination, boolean overwrite)
            throws IOException {
        return reports.freeze(List.of(source), report -> calls.submit(context,
                new Command.Clone(source, destination, overwrite, report), Reply.Cloned.class)).info();
    }

    @Override
    public List<Route> routes(PageRun run) throws IOException {
        return calls.read(reader -> reader.routes(run));
    }

    @Override
    public int moveFile(CallContext context, String path, ServerId destination) throws IOException {
        CallContext trusted = new CallContext(calls.trusted(context.caller()), context.invocation());
        return mover.moveFile(trusted, path, destination);
    }

    @Override
    public void truncate(CallContext context, String path, long lengthBytes) throws IOException {
        takeOver(context, path);
        calls.submit(context, new Command.Truncate(path, lengthBytes), Reply.Done.class);
    }

    @Override
    public void concat(CallContext context, String target, List<String> sources) throws IOException {
        takeOver(context, target);
        for (String source : sources) {
            takeOver(context, source);
        }
        calls.submit(context, new Command.Concat(target, sources), Reply.Done.class);
    }

    @Override
    public void checkAccess(CallContext context, String path, int wanted) throws IOException {
        calls.read(reader -> {
            reader.checkAccess(calls.trusted(context.caller()), path, wanted);
            return true;
        });
    }

    @Override
    public AclInfo acl(CallContext context, String path) throws IOException {
        NodeAcl acl = calls.read(reader -> reader.acl(calls.trusted(context.caller()), path));
        return new AclInfo(acl.owner(), acl.group(), acl.mode(), acl.entries());
    }

    @Override
    public void changeAcl(CallContext context, String path, AclChange change) throws IOException {
        calls.submit(context, new Command.ChangeAcl(path, operation(change.kind()), change.entries()),
                Reply.Done.class);
    }

    private static AclOperation operation(AclChange.Kind kind) {
        return switch (kind) {
            case MODIFY -> AclOperation.MODIFY;
            case REMOVE_ENTRIES -> AclOperation.REMOVE_ENTRIES;
            case REMOVE_DEFAULT -> AclOperation.REMOVE_DEFAULT;
            case REMOVE -> AclOperation.REMOVE;
            case SET -> AclOperation.SET;
        };
    }

    @Override
    public Map<String, byte[]> xattrs(CallContext context, String path) throws IOException {
        return calls.read(reader -> reader.xattrs(calls.trusted(context.caller()), path));
    }

    @Override
    public void setXattr(CallContext context, String path, String name, byte[] value, XattrChange when) throws IOException {
        XattrCondition condition = switch (when) {
            case CREATE -> XattrCondition.ABSENT;
            case REPLACE -> XattrCondition.PRESENT;
            case CREATE_OR_REPLACE -> XattrCondition.ANY;
        };
        calls.submit(context, new Command.SetXattr(path, name, value, condition), Reply.Done.class);
    }

    @Override
    public void removeXattr(CallContext context, String path, String name) throws IOException {
        calls.submit(context, new Command.RemoveXattr(path, name), Reply.Done.class);
    }

    @Override
    public List<String> storagePolicies() throws IOException {
        return policies.all();
    }

    @Override
    public String storagePolicy(CallContext context, String path) throws IOException {
        Optional<String> policy = calls.read(reader -> reader.storagePolicy(calls.trusted(context.caller()), path));
        return policy.isPresent() ? policy.get() : policies.ofDefault();
    }

    @Override
    public void satisfyStoragePolicy(CallContext context, String path) throws IOException {
        Optional<String> policy = calls.read(reader -> reader.storagePolicyBelow(path));
        policies.checkServed(policy.orElse(""));
        calls.submit(context, new Command.SatisfyPolicy(path), Reply.class);
    }

    @Override
    public StoragePolicyProgress storagePolicyProgress(CallContext context, String path) throws IOException {
        PolicyProgress progress =
                calls.read(reader -> reader.policyProgress(calls.trusted(context.caller()), path));
        return new StoragePolicyProgress(progress.looking(), progress.waitingExtents(), progress.waitingBytes(),
                progress.stayingExtents(), progress.stayingBytes());
    }

    @Override
    public TreeTotals totals(CallContext context, String path) throws IOException {
        Totals totals = calls.read(reader -> reader.totals(calls.trusted(context.caller()), path));
        return new TreeTotals(totals.files(), totals.directories(), totals.lengthBytes(), totals.consumedBytes());
    }

    @Override
    public FileInfo track(CallContext context, String path) throws IOException {
        return calls.submit(context, new Command.TrackFile(path), Reply.Tracked.class).info();
    }

    @Override
    public Optional<String> pathOf(CallContext context, FileId file) throws IOException {
        return calls.read(reader -> reader.pathOf(calls.trusted(context.caller()), file));
    }

    @Override
    public TokenState tokenState(CallContext context, byte[] token) throws IOException {
        return tokens.state(token);
    }

    @Override
    public GroupStatus groupStatus() {
        return groupStatus.get();
    }

    /**
     * Has an extent placed and granted. Where there is no room, a call that was granted one when it came before, and is
     * repeated because the answer was lost, gets that one.
     */
    private WriteGrant granted(CallContext context, Optional<String> policy, Function<Placement, Command> command)
            throws IOException {
        Placement placement;
        try {
            placement = placements.choose(policy);
        } catch (BatonException e) {
            return grants.toWrite(calls.first(context, Reply.WriteGranted.class).orElseThrow(() -> e));
        }
        return grants.toWrite(calls.submit(context, command.apply(placement), Reply.WriteGranted.class));
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    private static ExtentLength length(WrittenExtent written) {
        return new ExtentLength(written.extent(), written.lengthBytes(), written.crc32c());
    }

    /**
     * Has the owner end appending before the catalog commits, so that a committed length is always one that the owner
     * vouches for. A repeated call whose first one was already committed finds the lease gone, or another extent on it,
     * and leaves the answer to the catalog.
     */
    private void seal(CallContext context, FileId file, LeaseId lease, WrittenExtent written) throws IOException {
        Optional<LeaseInfo> held = lease(context, file, lease);
        if (held.isPresent() && held.get().extent().id().equals(written.extent())) {
            owners.seal(held.get().extent(), held.get().routes(), written, false);
        }
    }

    private LeaseInfo heldLease(CallContext context, FileId file, LeaseId lease) throws IOException {
        return lease(context, file, lease).orElseThrow(() -> new BatonException(ErrorCode.LEASE_LOST, "the lease on "
                + file + " has ended: it expired, was recovered, or the file was deleted; open the file again"));
    }

    private Optional<LeaseInfo> lease(CallContext context, FileId file, LeaseId lease) throws IOException {
        return calls.read(reader -> reader.lease(file)).filter(info -> info.lease().equals(lease)
                && info.clientId().equals(context.invocation().clientId()) && !info.recovering());
    }
}
