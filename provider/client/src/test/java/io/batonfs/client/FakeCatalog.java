package io.batonfs.client;

import io.batonfs.client.FakeExtents.Held;
import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.model.Invocation;
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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.zip.CRC32C;

/** Files by path, without a tree; one effect and one reply for each invocation. Checks what a writer commits. */
final class FakeCatalog implements CatalogService {
    private final FakeGroup group;
    private final Map<String, FakeFile> files = new LinkedHashMap<>();
    private final Map<Long, List<Slice>> tokens = new HashMap<>();
    private final Map<Invocation, Reply> replies = new HashMap<>();
    private final List<Held> allExtents = new ArrayList<>();
    private long nextId = 1;
    int executed;
    int calls;
    int renewals;
    int opens;
    int abandoned;
    int mostItems;
    boolean leasesLost;
    int tokenBytesMost = Integer.MAX_VALUE;
    private int failAfter = Integer.MAX_VALUE;

    private record Reply(Object value, IOException failure) {
    }

    private static final class FakeFile {
        private final FileId id;
        private final List<Slice> slices = new ArrayList<>();
        private LeaseId lease;
        private Held open;

        FakeFile(FileId id) {
            this.id = id;
        }

        long length() {
            return slices.stream().mapToLong(Slice::lengthBytes).sum();
        }
    }

    FakeCatalog(FakeGroup group) {
        this.group = group;
    }

    /** Refuses everything after so many more commands. */
    synchronized void failAfter(int commands) {
        failAfter = commands == Integer.MAX_VALUE ? commands : executed + commands;
    }

    private interface Command<T> {
        T run() throws IOException;
    }

    private synchronized <T> T once(CallContext context, Command<T> command) throws IOException {
        calls++;
        if (executed >= failAfter) {
            throw new BatonException(ErrorCode.BUSY, "busy for ever");
        }
        if (group.faults.busyReply()) {
            throw new BatonException(ErrorCode.BUSY, "busy");
        }
        Reply reply = replies.get(context.invocation());
        if (reply == null) {
            executed++;
            try {
                reply = new Reply(command.run(), null);
            } catch (IOException e) {
                reply = new Reply(null, e);
            }
            replies.put(context.invocation(), reply);
            if (group.faults.lostReply()) {
                throw group.faults.coin() ? new BatonException(ErrorCode.OUTCOME_UNKNOWN, "the reply was lost")
                        : new IOException("connection reset");
            }
        }
        if (reply.failure != null) {
            throw reply.failure;
        }
        @SuppressWarnings("unchecked")
        T value = (T) reply.value;
        return value;
    }

    synchronized List<Held> allExtents() {
        return List.copyOf(allExtents);
    }

    private Held newExtent() {
        Held held = group.extents.add();
        allExtents.add(held);
        return held;
    }

    private FakeFile file(String path) throws BatonException {
        FakeFile file = files.get(path);
        if (file == null) {
            throw new BatonException(ErrorCode.NOT_FOUND, path + " does not exist");
        }
        return file;
    }

    private FakeFile leased(FileId id, LeaseId lease) throws BatonException {
        for (FakeFile file : files.values()) {
            if (file.id.equals(id) && lease.equals(file.lease) && !leasesLost) {
                return file;
            }
        }
        throw new BatonException(ErrorCode.LEASE_LOST, "the lease " + lease + " is gone");
    }

    private FileInfo info(String path, FakeFile file) {
        return new FileInfo(file.id, path.substring(path.lastIndexOf('/') + 1), FileKind.FILE, file.length(), "u", "g",
                0644, 1, 1, 1 << 20, 1, file.open != null, 0, false);
    }

    @Override
    public Optional<FileInfo> status(CallContext context, String path) throws IOException {
        return once(context, () -> Optional.ofNullable(files.get(path)).map(file -> info(path, file)));
    }

    @Override
    public ListPage list(CallContext context, String path, String startAfter, int limit) throws IOException {
        return once(context, () -> new ListPage(
                files.entrySet().stream().map(entry -> info(entry.getKey(), entry.getValue())).toList(), false));
    }

    @Override
    public ReadGrant open(CallContext context, String path) throws IOException {
        return once(context, () -> readGrant(path, file(path)));
    }

    /** A file that was renamed is found by its id; of one that was deleted nothing is left. */
    @Override
    public ReadGrant reopen(CallContext context, String path, FileInfo seen, ResumeKey content) throws IOException {
        return once(context, () -> {
            for (Map.Entry<String, FakeFile> entry : files.entrySet()) {
                if (entry.getValue().id.equals(seen.fileId())) {
                    return readGrant(entry.getKey(), entry.getValue());
                }
            }
            throw new BatonException(files.containsKey(path) ? ErrorCode.FILE_CHANGED : ErrorCode.NOT_FOUND,
                    path + " was deleted or replaced");
        });
    }

    private ReadGrant readGrant(String path, FakeFile file) {
        opens++;
        Map<ExtentId, Extent> extents = new LinkedHashMap<>();
        file.slices.forEach(slice -> extents.put(slice.extent(), group.extents.get(slice.extent()).extent));
        Set<ExtentId> granted = new HashSet<>(extents.keySet());
        Optional<Extent> open = Optional.ofNullable(file.open).map(held -> held.extent);
        open.ifPresent(extent -> extents.put(extent.id(), extent));
        List<Route> routes = new ArrayList<>();
        extents.values().forEach(extent -> routes.addAll(group.extents.routes(extent.pages())));
        Optional<ResumeKey> openKey =
                open.map(extent -> group.extents.grant(Set.of(extent.id()), false, Epoch.FIRST));
        return new ReadGrant(info(path, file), file.slices, List.copyOf(extents.values()), open,
                group.extents.geometry, routes,
                new ReadGrant.ReadKeys(group.extents.grant(granted, false, Epoch.FIRST), openKey),
                group.time.nowMs() + group.extents.keyLifeMs);
    }

    private WriteGrant grant(FakeFile file) {
        Extent extent = file.open.extent;
        long before = file.slices.stream().filter(slice -> !slice.extent().equals(extent.id()))
                .mapToLong(Slice::lengthBytes).sum();
        return new WriteGrant(file.id, file.lease, before, extent, group.extents.geometry,
                group.extents.routes(extent.pages()),
                group.extents.grant(Set.of(extent.id()), true, extent.writeEpoch()),
                group.time.nowMs() + group.extents.keyLifeMs);
    }

    @Override
    public WriteGrant create(CallContext context, String path, CreateOptions options) throws IOException {
        return once(context, () -> {
            if (files.containsKey(path) && !options.overwrite()) {
                throw new BatonException(ErrorCode.ALREADY_EXISTS, path + " exists");
            }
            FakeFile file = new FakeFile(FileId.of(0, nextId++));
            file.lease = LeaseId.of(0, nextId++);
            file.open = newExtent();
            files.put(path, file);
            return grant(file);
        });
    }

    @Override
    public WriteGrant append(CallContext context, String path) throws IOException {
        return once(context, () -> {
            FakeFile file = file(path);
            if (file.lease != null) {
                throw new BatonException(ErrorCode.LEASE_HELD, path + " has a writer");
            }
            file.lease = LeaseId.of(0, nextId++);
            file.open = newExtent();
            return grant(file);
        });
    }

    private void commit(FakeFile file, WrittenExtent written) {
        byte[] bytes = file.open.bytes;
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        if (!file.open.extent.id().equals(written.extent()) || bytes.length != written.lengthBytes()
                || (int) crc.getValue() != written.crc32c()) {
            throw new AssertionError("committed " + written + " and held " + bytes.length + " bytes");
        }
        file.slices.removeIf(slice -> slice.extent().equals(written.extent()));
        if (written.lengthBytes() > 0) {
            file.slices.add(new Slice(written.extent(), 0, written.lengthBytes(), OptionalInt.of(written.crc32c())));
        }
    }

    @Override
    public WriteGrant nextExtent(CallContext context, FileId id, LeaseId lease, WrittenExtent full)
            throws IOException {
        return once(context, () -> {
            FakeFile file = leased(id, lease);
            commit(file, full);
            file.open = newExtent();
            return grant(file);
        });
    }

    @Override
    public void forceEarlierExtents(CallContext context, FileId id, LeaseId lease) throws IOException {
        once(context, () -> {
            for (Slice slice : leased(id, lease).slices) {
                Held held = group.extents.get(slice.extent());
                held.forcedBytes = held.bytes.length;
            }
            return null;
        });
    }

    /** Whether all bytes of a file survive a power cut. */
    synchronized boolean isForced(String path) {
        FakeFile file = files.get(path);
        List<Held> held = new ArrayList<>();
        file.slices.forEach(slice -> held.add(group.extents.get(slice.extent())));
        if (file.open != null) {
            held.add(file.open);
        }
        return held.stream().allMatch(one -> one.forcedBytes == one.bytes.length);
    }

    @Override
    public WriteGrant renewWrite(CallContext context, FileId id, LeaseId lease) throws IOException {
        return once(context, () -> grant(leased(id, lease)));
    }

    @Override
    public FileInfo close(CallContext context, FileId id, LeaseId lease, WrittenExtent last) throws IOException {
        return once(context, () -> {
            FakeFile file = leased(id, lease);
            commit(file, last);
            file.open = null;
            file.lease = null;
            return info("/closed", file);
        });
    }

    @Override
    public void abandon(CallContext context, FileId id, LeaseId lease) throws IOException {
        once(context, () -> {
            for (FakeFile file : files.values()) {
                if (file.id.equals(id) && lease.equals(file.lease)) {
                    abandoned++;
                    byte[] bytes = file.open.bytes;
                    CRC32C crc = new CRC32C();
                    crc.update(bytes);
                    file.open.writeEpoch = file.open.writeEpoch.next();
                    commit(file, new WrittenExtent(file.open.extent.id(), bytes.length, (int) crc.getValue()));
                    file.open = null;
                    file.lease = null;
                }
            }
            return null;
        });
    }

    @Override
    public void renewLeases(CallContext context) throws IOException {
        once(context, () -> {
            renewals++;
            if (leasesLost) {
                throw new BatonException(ErrorCode.LEASE_LOST, "a lease is gone");
            }
            return null;
        });
    }

    @Override
    public boolean recoverLease(CallContext context, String path) throws IOException {
        return once(context, () -> {
            FakeFile file = file(path);
            file.open.writeEpoch = file.open.writeEpoch.next();
            file.lease = null;
            return true;
        });
    }

    @Override
    public boolean mkdirs(CallContext context, String path, int mode, int umask, boolean createParents) throws IOException {
        return once(context, () -> true);
    }

    @Override
    public void rename(CallContext context, String source, String destination, boolean overwrite) throws IOException {
        once(context, () -> files.put(destination, files.remove(source)));
    }

    @Override
    public boolean move(CallContext context, String source, String destination) throws IOException {
        return once(context, () -> {
            files.put(destination, files.remove(source));
            return true;
        });
    }

    @Override
    public boolean delete(CallContext context, String path, boolean recursive) throws IOException {
        return once(context, () -> files.remove(path) != null);
    }

    @Override
    public void setAttributes(CallContext context, String path, AttributeChange change) throws IOException {
        once(context, () -> null);
    }

    @Override
    public List<OffloadReadResult> offloadRead(CallContext context, List<OffloadRead> items, TokenLimits limits)
            throws IOException {
        return once(context, () -> {
            mostItems = Math.max(mostItems, items.size());
            List<OffloadReadResult> results = new ArrayList<>();
            for (OffloadRead item : items) {
                FakeFile file = files.get(item.path());
                if (file == null) {
                    results.add(new OffloadReadResult.Refused(ErrorCode.NOT_FOUND, item.path() + " does not exist"));
                    continue;
                }
                long wanted = item.length() < 0 ? file.length() - item.offset()
                        : Math.min(item.length(), file.length() - item.offset());
                wanted = Math.min(wanted, tokenBytesMost);
                byte[] token = new byte[512];
                ByteBuffer.wrap(token).putLong(nextId);
                tokens.put(nextId++, cut(file.slices, item.offset(), wanted));
                results.add(new OffloadReadResult.Granted(token, wanted));
            }
            return results;
        });
    }

    private List<Slice> cut(List<Slice> slices, long offset, long length) {
        List<Slice> parts = new ArrayList<>();
        long at = 0;
        for (Slice slice : slices) {
            long from = Math.max(0, offset - at);
            long to = Math.min(slice.lengthBytes(), offset + length - at);
            if (to > from) {
                parts.add(slice.part(from, to - from));
            }
            at += slice.lengthBytes();
        }
        return parts;
    }

    @Override
    public List<OffloadWriteResult> offloadWrite(CallContext context, List<OffloadWrite> items) throws IOException {
        return once(context, () -> {
            mostItems = Math.max(mostItems, items.size());
            List<OffloadWriteResult> results = new ArrayList<>();
            for (OffloadWrite item : items) {
                List<Slice> slices = tokens.get(ByteBuffer.wrap(item.token()).getLong());
                if (slices == null) {
                    results.add(new OffloadWriteResult.Refused(ErrorCode.TOKEN_UNKNOWN, "unknown"));
                    continue;
                }
                FakeFile file = new FakeFile(FileId.of(0, nextId++));
                file.slices.addAll(slices);
                files.put(item.path(), file);
                results.add(new OffloadWriteResult.Written(info(item.path(), file), file.length()));
            }
            return results;
        });
    }

    @Override
    public void revokeToken(CallContext context, byte[] token) throws IOException {
        once(context, () -> tokens.remove(ByteBuffer.wrap(token).getLong()));
    }

    @Override
    public FileInfo cloneTree(CallContext context, String source, String destination, boolean overwrite)
            throws IOException {
        return once(context, () -> info(destination, file(source)));
    }

    @Override
    public int moveFile(CallContext context, String path, ServerId destination) throws IOException {
        return once(context, () -> {
            for (Slice slice : file(path).slices) {
                PageRun run = group.extents.get(slice.extent()).extent.pages();
                for (long page = run.firstPage(); page < run.endPage(); page++) {
                    group.extents.move(page, destination);
                }
            }
            return file(path).slices.size();
        });
    }

    @Override
    public synchronized List<Route> routes(PageRun run) {
        return group.extents.routes(run);
    }

    @Override
    public void truncate(CallContext context, String path, long lengthBytes) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public void concat(CallContext context, String target, List<String> sources) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public void checkAccess(CallContext context, String path, int wanted) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public AclInfo acl(CallContext context, String path) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public void changeAcl(CallContext context, String path, AclChange change) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public Map<String, byte[]> xattrs(CallContext context, String path) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public void setXattr(CallContext context, String path, String name, byte[] value, XattrChange when) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public void removeXattr(CallContext context, String path, String name) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public List<String> storagePolicies() {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public String storagePolicy(CallContext context, String path) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public void satisfyStoragePolicy(CallContext context, String path) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public StoragePolicyProgress storagePolicyProgress(CallContext context, String path) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public TreeTotals totals(CallContext context, String path) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public FileInfo track(CallContext context, String path) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public Optional<String> pathOf(CallContext context, FileId file) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public TokenState tokenState(CallContext context, byte[] token) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public GroupStatus groupStatus() {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    /** Puts a file's bytes into new extents, as a compaction would; the old ones are gone. */
    synchronized void compact(String path) {
        FakeFile file = files.get(path);
        List<Slice> fresh = new ArrayList<>();
        for (Slice slice : file.slices) {
            Held old = group.extents.get(slice.extent());
            Held copy = newExtent();
            copy.bytes = old.bytes.clone();
            old.gone = true;
            fresh.add(new Slice(copy.extent.id(), slice.offset(), slice.lengthBytes(), slice.crc32c()));
        }
        file.slices.clear();
        file.slices.addAll(fresh);
    }

    /** Records as committed what the open extent holds so far, as a cut for a snapshot does (CAT-5). */
    synchronized void commitOpen(String path) {
        FakeFile file = files.get(path);
        byte[] bytes = file.open.bytes;
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        file.slices.add(new Slice(file.open.extent.id(), 0, bytes.length, OptionalInt.of((int) crc.getValue())));
    }

    synchronized byte[] bytes(String path) {
        FakeFile file = files.get(path);
        ByteBuffer all = ByteBuffer.allocate((int) file.length());
        file.slices.forEach(slice -> all.put(
                group.extents.committed(slice.extent(), slice.offset(), slice.lengthBytes())));
        return all.array();
    }

    /** Bytes of the extent that the writer has now. */
    synchronized Held openExtent(String path) {
        return files.get(path).open;
    }

    synchronized int crc(String path) {
        int crc = 0;
        for (Slice slice : files.get(path).slices) {
            crc = Crc32cMath.combine(crc, slice.crc32c().orElseThrow(), slice.lengthBytes());
        }
        return crc;
    }
}
