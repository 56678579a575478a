package io.batonfs.catalog;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.tables.Acl;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ClientRow;
import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.Counters;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.FileBody;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.GroupRow;
import io.batonfs.catalog.tables.KeyRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.ReplyRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tables.WantedRow;
import io.batonfs.catalog.tables.WishRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Infos;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.Names;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.RouteMap;
import io.batonfs.catalog.tree.SliceLists;
import io.batonfs.catalog.tree.StoragePolicies;
import io.batonfs.catalog.tree.Unshared;
import io.batonfs.catalog.tree.Walk;
import io.batonfs.catalog.tree.XattrName;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.Invocation;
import io.batonfs.model.NodeId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.Slice;
import io.batonfs.model.TokenId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Questions to the tables at one moment (CAT-12: reading takes no write). Paths as in {@link Command}; those in
 * snapshots ({@code /dir/.snapshot/name/rest}) are fine everywhere. Methods with a {@link Caller} check permissions as
 * POSIX does and fail with NOT_FOUND, NOT_A_DIRECTORY, PERMISSION_DENIED or INVALID_ARGUMENT; the others are for the
 * servers themselves. Thread-safe if the view is; the view is the caller's to close.
 */
public final class CatalogReader {
    /** Entries of one listing: a directory of millions would fill a server's memory. */
    public static final int MAX_LISTED = 10_000;

    /** Different files and directories, and extents, of which it is told how many wait to be carried. */
    public static final int MAX_PROGRESS = 500_000;

    /** Of the walk for a {@link PolicyWish}: one command writes down what one step finds. */
    private static final int MAX_STEP_ENTRIES = 4096;
    private static final int MAX_STEP_EXTENTS = 200;

    private final Tables tables;

    /** Asks this view. */
    public CatalogReader(TableView view) {
        this.tables = new Tables(view);
    }

    /** What the group was formatted with; empty before. */
    public Optional<GroupInfo> group() {
        return tables.group().map(row -> new GroupInfo(row.group(), row.supergroup(), row.geometry(), row.runPages(),
                new GroupSettings(row.softLeaseMs(), row.hardLeaseMs(), row.retryMs(), row.freeGraceMs(),
                        row.maxTokenTimeToLiveMs(), row.maxTokenInactivityMs()), row.behaviourVersion()));
    }

    /** The highest command time so far, milliseconds since 1970. */
    public long timeMs() {
        return counters().get(Counter.TIME_MS);
    }

    /** Attributes of a file or directory; empty if there is none. */
    public Optional<FileInfo> status(Caller caller, String path) throws BatonException {
        List<String> names = Paths.parse(path);
        Optional<Located> at = walk(caller).find(names);
        return at.map(found -> Infos.of(tables, found, lastOf(names)));
    }

    /**
     * A part of a directory; for a file, itself, and that it is one.
     *
     * @param startAfter only names after this one; empty for all; without a meaning for a file
     * @param limit      at most so many entries, 1 to {@link #MAX_LISTED}
     */
    public Listing list(Caller caller, String path, String startAfter, int limit) throws BatonException {
        List<String> names = Paths.parse(path);
        if (limit < 1 || limit > MAX_LISTED) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "A listing has 1 to " + MAX_LISTED + " entries, not "
                    + limit + "; ask for such a part, and then for what comes after it");
        }
        if (names.size() > 0 && lastOf(names).equals(Paths.SNAPSHOTS)) {
            return snapshotListing(caller, names.subList(0, names.size() - 1), startAfter, limit);
        }
        Located at = walk(caller).locate(names);
        if (!at.row().isDirectory()) {
            return Listing.ofFile(Infos.of(tables, at, lastOf(names)));
        }
        access(caller).check(at.row().attributes(), Access.READ | Access.EXECUTE, path);
        TableView rows = tables.view().forRows(at.row().directory().childCount());
        ListedPart part = new ListedPart(at.id(), !at.foreign() && !at.frozen(), startAfter, limit);
        return rows.made(part.key(), part);
    }

    /** All that reading a file takes. IS_A_DIRECTORY. */
    public OpenFile open(Caller caller, String path) throws BatonException {
        List<String> names = Paths.parse(path);
        Located at = walk(caller).file(names);
        access(caller).check(at.row().attributes(), Access.READ, path);
        FileInfo info = Infos.of(tables, at, lastOf(names));
        ContentId content = at.row().file().content();
        List<Slice> slices = SliceLists.all(tables, content);
        Optional<Extent> open = info.open() ? tables.file(info.fileId()).flatMap(FileRow::lease)
                .map(lease -> tables.extent(lease.extent()).extent(lease.extent())) : Optional.empty();
        Map<ExtentId, Extent> extents = new LinkedHashMap<>();
        slices.forEach(slice -> extents.computeIfAbsent(slice.extent(), id -> tables.extent(id).extent(id)));
        open.ifPresent(extent -> extents.put(extent.id(), extent));
        return new OpenFile(info, at.id(), content, slices, List.copyOf(extents.values()), open, groupRow().geometry(),
                routesOf(extents.values()));
    }

    /** Owner, mode and access control list. */
    public NodeAcl acl(Caller caller, String path) throws BatonException {
        NodeAttributes has = walk(caller).locate(Paths.parse(path)).row().attributes();
        return new NodeAcl(has.owner(), has.group(), has.mode(), Acl.of(has.acl()).entries());
    }

    /**
     * Checks that the caller may use a file or directory in all the wanted ways.
     *
     * @param wanted bits of {@link Access}; 0 asks only whether it is there
     */
    public void checkAccess(Caller caller, String path, int wanted) throws BatonException {
        if ((wanted & ~(Access.READ | Access.WRITE | Access.EXECUTE)) != 0) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "Access " + wanted + " to " + path
                    + " cannot be asked for; ask for a sum of 4 (read), 2 (write) and 1 (execute)");
        }
        access(caller).check(walk(caller).locate(Paths.parse(path)).row().attributes(), wanted, path);
    }

    /** Extended attributes by name: those whose namespace the caller may use. */
    public Map<String, byte[]> xattrs(Caller caller, String path) throws BatonException {
        NodeRow row = walk(caller).locate(Paths.parse(path)).row();
        Access access = access(caller);
        access.check(row.attributes(), Access.READ, path);
        Map<String, byte[]> seen = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> xattr : row.attributes().xattrs().entrySet()) {
            if (XattrName.parse(xattr.getKey()).isFor(access)) {
                seen.put(xattr.getKey(), xattr.getValue());
            }
        }
        return Collections.unmodifiableMap(seen);
    }

    /** The storage policy at a path: its own, or that of the nearest ancestor that has one; empty if none has. */
    public Optional<String> storagePolicy(Caller caller, String path) throws BatonException {
        List<String> names = Paths.parse(path);
        List<Located> trail = walk(caller).trail(names);
        if (trail.isEmpty()) {
            throw Walk.notFound(names);
        }
        access(caller).check(trail.get(trail.size() - 1).row().attributes(), Access.READ, path);
        return StoragePolicies.inForce(trail);
    }

    /**
     * The storage policy that new data of a file, or something new in a directory, gets, for servers: of a path of
     * which not all is there, that of what is. Empty if there is none on the way, and where the path leads through a
     * file.
     */
    public Optional<String> storagePolicyBelow(String path) throws BatonException {
        Walk walk = new Walk(tables, root(), Access.UNCHECKED);
        try {
            return StoragePolicies.inForce(walk.prefix(Paths.parse(path)));
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NOT_A_DIRECTORY) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * What is at and below a path. The caller needs read and execute on every directory there. Takes as long as there
     * are different nodes, however often a tree that is shared within shows them.
     */
    public Totals totals(Caller caller, String path) throws BatonException {
        List<String> names = Paths.parse(path);
        Located at = walk(caller).locate(names);
        return new TotalsCount(tables, access(caller)).of(at, names);
    }

    /** Names of a directory's snapshots, in order. */
    public List<String> snapshots(Caller caller, String path) throws BatonException {
        Located at = walk(caller).directory(Paths.parse(path));
        access(caller).check(at.row().attributes(), Access.READ, path);
        List<String> names = new ArrayList<>();
        if (!at.foreign() && !at.frozen()) {
            tables.scan(Table.SNAPSHOTS, Keys.id(at.row().fileId()), (key, value) -> names.add(Keys.nameOf(key)));
        }
        return names;
    }

    /** What was asked for and is not written down wholly yet; for servers. */
    public List<PolicyWish> policyWishes() {
        List<PolicyWish> wishes = new ArrayList<>();
        tables.scan(Table.WISHES, Keys.letter('p'), (key, value) -> {
            WishRow row = WishRow.of(value);
            wishes.add(new PolicyWish(Keys.wishPath(key), row.number(),
                    new WalkPosition(row.names(), row.slices())));
            return true;
        });
        return wishes;
    }

    /**
     * The next part of the extents that a wish is about, for servers.
     *
     * @param seen what earlier parts of the same walk have told of in {@link PolicyStep#seen}
     * @return nothing, and no more to come, if there is nothing at its path any more
     */
    public PolicyStep policyStep(PolicyWish wish, Set<SeenDirectory> seen) throws BatonException {
        return policyStep(wish, seen, MAX_STEP_ENTRIES, MAX_STEP_EXTENTS);
    }

    /** As {@link #policyStep(PolicyWish, Set)}, of at most about so many files and directories, and so many extents. */
    public PolicyStep policyStep(PolicyWish wish, Set<SeenDirectory> seen, int maxEntries, int maxExtents)
            throws BatonException {
        List<String> names = Paths.parse(wish.path());
        List<Located> trail;
        try {
            trail = new Walk(tables, root(), Access.UNCHECKED).trail(names);
        } catch (BatonException e) {
            if (e.code() != ErrorCode.NOT_A_DIRECTORY) {
                throw e;
            }
            trail = List.of();
        }
        return trail.isEmpty() ? new PolicyStep(List.of(), Optional.empty(), Set.of(), false)
                : new PolicyWalk(tables, Access.UNCHECKED, names, seen, maxEntries, maxExtents, true)
                        .from(trail, wish.position());
    }

    /**
     * Extents that are wanted in pools of a server and not known to be there, in the order of their pages; for servers.
     *
     * @param after only those after this one; empty for the first ones
     * @param limit how many are looked at, at most; of those that nothing refers to any more nothing is told
     */
    public WantedPart wanted(ServerId server, Optional<WantedPosition> after, int limit) {
        List<ExtentId> ids = new ArrayList<>();
        byte[] all = Keys.wantedAt(server);
        byte[] from = after.map(at -> Keys.next(Keys.wantedAt(server, at.pages(), at.extent()))).orElse(all);
        tables.view().scan(Table.WISHES, from, Keys.after(all), (key, value) -> {
            ids.add(Keys.wantedExtentAt(key));
            return ids.size() < limit;
        });
        List<WantedExtent> wanted = new ArrayList<>();
        for (ExtentId id : ids) {
            if (tables.extent(id).references() > 0) {
                wantedRow(id).ifPresent(row -> wanted.add(new WantedExtent(id, row.storagePolicy())));
            }
        }
        ExtentId last = ids.isEmpty() ? null : ids.get(ids.size() - 1);
        return new WantedPart(wanted, ids.size() < limit ? Optional.empty()
                : Optional.of(new WantedPosition(tables.extent(last).pages(), last)));
    }

    /**
     * What is wanted of an extent at this moment, for a server; empty if nothing is, it is gone, or no route of it leads to
     * the server any more.
     */
    public Optional<WantedNow> wantedNow(ServerId server, ExtentId extent) {
        boolean here = tables.findExtent(extent).filter(row -> row.references() > 0 && routesOf(List.of(row.extent(extent)))
                .stream().anyMatch(route -> route.owners().contains(server))).isPresent();
        return here ? wantedRow(extent).map(row -> new WantedNow(row.storagePolicy(),
                !Unshared.isProved(tables, root(), row.path(), extent))) : Optional.empty();
    }

    /** Whether somebody has asked for a place of an extent: it has a storage policy, or one is wanted. False if it is gone. */
    public boolean isPlacedByPolicy(ExtentId extent) {
        return wantedRow(extent).isPresent()
                || tables.findExtent(extent).filter(row -> !row.storagePolicy().isEmpty()).isPresent();
    }

    private Optional<WantedRow> wantedRow(ExtentId extent) {
        return tables.find(Table.WISHES, Keys.wantedExtent(extent), WantedRow::of);
    }

    /**
     * What is still to be carried at and below a path. The caller needs to read what is there, and to read and enter every
     * directory. Shared directories are gone through once.
     *
     * @throws BatonException LIMIT_EXCEEDED if there are more than {@link #MAX_PROGRESS} different files and directories, or
     *                        extents
     */
    public PolicyProgress policyProgress(Caller caller, String path) throws BatonException {
        return policyProgress(caller, path, MAX_PROGRESS);
    }

    /** As {@link #policyProgress(Caller, String)}, with another bound. */
    PolicyProgress policyProgress(Caller caller, String path, int most) throws BatonException {
        List<String> names = Paths.parse(path);
        List<Located> trail = walk(caller).trail(names);
        if (trail.isEmpty()) {
            throw Walk.notFound(names);
        }
        access(caller).check(trail.get(trail.size() - 1).row().attributes(), Access.READ, path);
        boolean looking = false;
        for (PolicyWish wish : policyWishes()) {
            List<String> wished = Paths.parse(wish.path());
            int common = Math.min(wished.size(), names.size());
            looking |= wished.subList(0, common).equals(names.subList(0, common));
        }
        PolicyStep all = new PolicyWalk(tables, access(caller), names, Set.of(), most, most, false)
                .from(trail, WalkPosition.START);
        if (all.reached().isPresent() || all.tooDeep()) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "Below " + path + " are more than " + most
                    + " files and directories or extents, or directories deeper than " + WalkPosition.MAX_NAMES
                    + "; ask for directories below it one after another");
        }
        long waiting = 0;
        long bytes = 0;
        long staying = 0;
        long stayingBytes = 0;
        for (FoundExtent met : all.extents()) {
            // One that stays may still be on its way back.
            if (wantedRow(met.extent()).isPresent()) {
                waiting++;
                bytes += tables.extent(met.extent()).lengthBytes();
            } else if (stays(met)) {
                staying++;
                stayingBytes += tables.extent(met.extent()).lengthBytes();
            }
        }
        return new PolicyProgress(looking, waiting, bytes, staying, stayingBytes);
    }

    /** Whether an extent was refused the place that the policy in force wants it in. */
    private boolean stays(FoundExtent met) {
        return tables.find(Table.WISHES, Keys.staying(met.extent()), WantedRow::of)
                .filter(row -> row.storagePolicy().equals(met.storagePolicy())).isPresent();
    }

    /** The slices of a content, in order; empty if there is no such content. */
    public Optional<List<Slice>> slices(ContentId content) {
        return tables.findContent(content).map(row -> SliceLists.all(tables, content));
    }

    /** What a resume key for a content grants: its extents, each once; empty if there is no such content. */
    public Optional<List<Extent>> extentsOf(ContentId content) {
        return slices(content).map(slices -> slices.stream().map(Slice::extent).distinct()
                .map(id -> tables.extent(id).extent(id)).toList());
    }

    /** An extent and where it is; empty if there is none. */
    public Optional<PlacedExtent> extent(ExtentId extent) {
        return tables.findExtent(extent).map(row -> placed(extent, row));
    }

    /** Shows all extents, in the order of their ids; a group may have more of them than fit in memory. */
    public void eachExtent(Consumer<RecordedExtent> visitor) {
        tables.view().scan(Table.EXTENTS, new byte[0], null, (key, value) -> {
            visitor.accept(recorded(new ExtentId(new ByteReader(key).i64()), ExtentRow.of(value)));
            return true;
        });
    }

    /**
     * A part of all extents, in the order of their ids, for who does not want to see all of them at one moment.
     *
     * @param after only those after this one; empty for the first ones
     * @param limit at most so many
     */
    public List<RecordedExtent> extents(Optional<ExtentId> after, int limit) {
        List<RecordedExtent> part = new ArrayList<>();
        byte[] from = after.map(last -> Keys.next(Keys.id(last))).orElse(new byte[0]);
        tables.view().scan(Table.EXTENTS, from, null, (key, value) -> {
            part.add(recorded(new ExtentId(new ByteReader(key).i64()), ExtentRow.of(value)));
            return part.size() < limit;
        });
        return part;
    }

    /** An extent as {@link #eachExtent} shows it; empty if there is none. */
    public Optional<RecordedExtent> recorded(ExtentId extent) {
        return tables.findExtent(extent).map(row -> recorded(extent, row));
    }

    private RecordedExtent recorded(ExtentId id, ExtentRow row) {
        Extent extent = row.extent(id);
        return new RecordedExtent(extent, row.lengthBytes(), row.references() > 0, routesOf(List.of(extent)));
    }

    /** Shows what writers said of the bytes that they wrote, extent ranges of all contents; one may come several times. */
    public void eachChecksum(Consumer<SliceChecksum> visitor) {
        tables.view().scan(Table.CONTENTS, new byte[0], null, (key, value) -> {
            for (Slice slice : ContentRow.of(value).slices()) {
                slice.crc32c().ifPresent(crc -> visitor.accept(new SliceChecksum(
                        new ExtentRange(slice.extent(), slice.offset(), slice.lengthBytes()), crc)));
            }
            return true;
        });
    }

    /**
     * Where people see ranges of extents, for servers: reads all tables, some of them several times.
     *
     * @return the uses of each range, in the order of the ranges; none for one that no file shows
     * @throws BatonException INVALID_ARGUMENT, NOT_A_DIRECTORY if one of the paths can't be one
     */
    public List<RangeUses> usesOf(UsesQuestion question) throws BatonException {
        return usesOf(question, () -> { });
    }

    /** As the other one; {@code step} is called with every row that is read, and ends it by throwing something. */
    public List<RangeUses> usesOf(UsesQuestion question, Runnable step) throws BatonException {
        return question.ranges().isEmpty() ? List.of() : new ExtentUses(tables, root(), question, step).find();
    }

    /** How many bytes an extent was sealed at; empty if there is none such or a lease still holds it. */
    public OptionalLong sealedLength(ExtentId extent) {
        Optional<ExtentRow> row = tables.findExtent(extent).filter(ExtentRow::sealed);
        return row.isPresent() ? OptionalLong.of(row.get().lengthBytes()) : OptionalLong.empty();
    }

    /** Where pages are, in page order, covering the run; INVALID_ARGUMENT for pages that were never given out. */
    public List<Route> routes(PageRun run) throws BatonException {
        return RouteMap.of(tables, groupRow().runPages(), run).orElseThrow(() -> new BatonException(
                ErrorCode.INVALID_ARGUMENT, "The pages " + run + " were never given out; check the page numbers"));
    }

    /** A token, with its cause of death as of a time; empty if it was never made or is long forgotten. */
    public Optional<TokenInfo> token(TokenId token, long nowMs) {
        return tables.token(token).map(row -> new TokenInfo(token, row.keyEvidence(), row.content(), row.tree(),
                row.lengthBytes(), row.creator(), row.createdMs(), row.createdMs() + row.timeToLiveMs(),
                row.inactivityMs(), row.lastUsedMs(), row.deadAt(nowMs)));
    }

    /** A token, to who shows the evidence of its key; TOKEN_UNKNOWN to all others, as where there is none. */
    public TokenInfo token(TokenId token, byte[] keyEvidence, long nowMs) throws BatonException {
        TokenEvidence.check(tables.token(token).orElseThrow(TokenEvidence::unknown), keyEvidence);
        return token(token, Math.max(nowMs, timeMs())).orElseThrow(TokenEvidence::unknown);
    }

    /**
     * The first reply to a call, as a repetition of it would get; empty if it was not answered yet, was made by another
     * user, or is older than the replies that are kept.
     */
    public Optional<Reply> firstReply(Invocation invocation, String user) throws BatonException {
        Optional<ReplyRow> row = tables.find(Table.RETRY, Keys.reply(invocation), ReplyRow::of)
                .filter(found -> found.isOf(user));
        return row.isPresent() ? Optional.of(ReplyFormat.decode(row.get().reply())) : Optional.empty();
    }

    /** A file's lease; empty if it has no writer. */
    public Optional<LeaseInfo> lease(FileId file) {
        return tables.file(file).filter(row -> row.lease().isPresent()).map(row -> lease(file, row));
    }

    /**
     * The path of a file that has a writer or is tracked, to who may enter every directory on the way; empty for all
     * other files and callers, so that guessing ids teaches nothing.
     */
    public Optional<String> pathOf(Caller caller, FileId file) throws BatonException {
        Optional<FileRow> row = tables.file(file).filter(found -> found.tracked() || found.lease().isPresent());
        if (row.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = Names.pathOf(tables, file).orElseThrow();
        try {
            return walk(caller).find(names).map(found -> Paths.format(names));
        } catch (BatonException e) {
            if (e.code() == ErrorCode.PERMISSION_DENIED) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The path of what has a row in the table of files, for servers; empty for all others. */
    public Optional<String> pathOf(FileId file) {
        return Names.pathOf(tables, file).map(Paths::format);
    }

    /**
     * Leases that a server should recover, at most so many: those past their hard limit, and, when no recovery was begun
     * for as long as the soft limit, those whose recovery was begun and not finished.
     */
    public List<LeaseInfo> leasesDue(long nowMs, int limit) {
        GroupRow group = groupRow();
        List<UUID> late = new ArrayList<>();
        tables.scan(Table.LEASES, Keys.letter('c'), (key, value) -> {
            UUID client = new ByteReader(key, 1, key.length).uuid();
            long limitMs = client.equals(Keys.RECOVERY) ? group.softLeaseMs() : group.hardLeaseMs();
            if (nowMs - ClientRow.of(value).renewedMs() > limitMs) {
                late.add(client);
            }
            return late.size() < limit;
        });
        List<LeaseInfo> due = new ArrayList<>();
        for (UUID client : late) {
            tables.scan(Table.LEASES, Keys.clientFiles(client), (key, value) -> {
                if (due.size() == limit) {
                    return false;
                }
                FileId file = new FileId(new ByteReader(key, key.length - Long.BYTES, key.length).i64());
                return due.add(lease(file, tables.file(file).orElseThrow()));
            });
        }
        return due;
    }

    /**
     * The leases of all files at or below a path, in the order of file ids: what owners must be asked about before a
     * clone, a snapshot or a token (CAT-5). Empty for a path in a snapshot, and where there is nothing at the path.
     */
    public List<LeaseInfo> leasesBelow(String path) throws BatonException {
        Optional<Located> at;
        try {
            at = new Walk(tables, root(), Access.UNCHECKED).find(Paths.parse(path));
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NOT_A_DIRECTORY) {
                return List.of();
            }
            throw e;
        }
        if (at.isEmpty() || at.get().foreign() || at.get().frozen()) {
            return List.of();
        }
        List<LeaseInfo> leases = new ArrayList<>();
        for (FileId file : Names.leasedBelow(tables, at.get().row().fileId())) {
            leases.add(lease(file, tables.file(file).orElseThrow()));
        }
        return leases;
    }

    /** Extents that nothing names and whose grace time is over, at most so many (CAT-7). */
    public List<PlacedExtent> extentsToFree(long nowMs, int limit) {
        long graceMs = groupRow().freeGraceMs();
        List<PlacedExtent> due = new ArrayList<>();
        tables.scan(Table.RECLAIM, Keys.letter('e'), (key, value) -> {
            ByteReader in = new ByteReader(key, 1, key.length);
            if (in.i64() + graceMs > nowMs || due.size() == limit) {
                return false;
            }
            ExtentId id = new ExtentId(in.i64());
            return due.add(placed(id, tables.extent(id)));
        });
        return due;
    }

    /** The registered servers, in the order of their ids. */
    public List<ServerInfo> servers() {
        List<ServerInfo> servers = new ArrayList<>();
        tables.scan(Table.SERVERS, Keys.letter('s'), (key, value) -> servers.add(new ServerInfo(
                new ServerId(new ByteReader(key, 1, key.length).u16()), new String(value, StandardCharsets.UTF_8))));
        return servers;
    }

    /** A server; empty if it is not registered. */
    public Optional<ServerInfo> server(ServerId server) {
        return tables.server(server).map(address -> new ServerInfo(server, address));
    }

    /** The signing keys still in use; the last one is to sign with. */
    public List<SigningKey> signingKeys() {
        List<SigningKey> keys = new ArrayList<>();
        tables.view().scan(Table.SIGNING_KEYS, new byte[0], null, (key, value) -> {
            KeyRow row = KeyRow.of(value);
            return keys.add(new SigningKey(new ByteReader(key).i64(), row.material(), row.createdMs()));
        });
        return keys;
    }

    /** The counter of the default volume: pages from this number on were never given out (CAT-7). */
    public long nextPage() {
        return tables.nextPage(Placement.DEFAULT_VOLUME).orElse(0L);
    }

    /** The number of the extent given out last; a higher one was never given out (CAT-7). */
    public long lastExtentNumber() {
        return counters().get(Counter.LAST_EXTENT);
    }

    /** Counters. */
    public CatalogFigures figures() {
        Counters counters = counters();
        return new CatalogFigures(counters.get(Counter.NODES), counters.get(Counter.CONTENTS),
                counters.get(Counter.EXTENTS), counters.get(Counter.TOKENS), counters.get(Counter.LEASES),
                counters.get(Counter.ALLOCATED_PAGES), counters.get(Counter.NODES_COPIED),
                counters.get(Counter.RECLAIM_WAITING), counters.get(Counter.FREE_WAITING),
                counters.get(Counter.COMPACT_WAITING), counters.get(Counter.TRACKED));
    }

    private Listing snapshotListing(Caller caller, List<String> directory, String startAfter, int limit)
            throws BatonException {
        Walk walk = walk(caller);
        List<FileInfo> entries = new ArrayList<>();
        boolean more = false;
        for (String name : snapshots(caller, Paths.format(directory))) {
            if (Arrays.compareUnsigned(Keys.utf8(name), Keys.utf8(startAfter)) > 0) {
                more = entries.size() == limit;
                if (more) {
                    break;
                }
                List<String> path = new ArrayList<>(directory);
                path.addAll(List.of(Paths.SNAPSHOTS, name));
                entries.add(Infos.of(tables, walk.locate(path), name));
            }
        }
        return new Listing(entries, more);
    }

    private LeaseInfo lease(FileId file, FileRow row) {
        FileRow.Lease lease = row.lease().orElseThrow();
        ExtentRow extent = tables.extent(lease.extent());
        FileBody body = tables.node(row.node()).file();
        long committed = SliceLists.last(tables.content(body.content()))
                .filter(slice -> slice.extent().equals(lease.extent())).map(Slice::lengthBytes).orElse(0L);
        long renewedMs = tables.client(lease.client()).map(ClientRow::renewedMs).orElse(0L);
        return new LeaseInfo(file, lease.lease(), lease.client(), renewedMs, lease.recovering(),
                extent.extent(lease.extent()), placed(lease.extent(), extent).routes(), committed,
                body.lengthBytes() - committed);
    }

    private PlacedExtent placed(ExtentId id, ExtentRow row) {
        return new PlacedExtent(row.extent(id), routesOf(List.of(row.extent(id))), row.storagePolicy());
    }

    private List<Route> routesOf(Collection<Extent> extents) {
        return RouteMap.of(tables, groupRow().runPages(), extents.stream().map(Extent::pages).toList());
    }

    private GroupRow groupRow() {
        return tables.group().orElseThrow(() -> new IllegalStateException("the catalog has not been formatted"));
    }

    private Counters counters() {
        return Counters.of(tables.view().get(Table.META, Keys.COUNTERS));
    }

    private NodeId root() {
        return new NodeId(counters().get(Counter.ROOT_NODE));
    }

    private Access access(Caller caller) {
        return new Access(caller, groupRow().supergroup());
    }

    private Walk walk(Caller caller) {
        return new Walk(tables, root(), access(caller));
    }

    private static String lastOf(List<String> names) {
        return names.isEmpty() ? "" : names.get(names.size() - 1);
    }
}
