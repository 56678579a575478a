package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AclInfo;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.ListPage;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.TokenState;
import io.batonfs.protocol.StoragePolicyProgress;
import io.batonfs.protocol.TreeTotals;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.protocol.XattrChange;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The client of a group, over whatever connection a {@link GroupProvider} made. Puts the parts together and passes
 * calls to them. Thread-safe: the parts are; its own state is the sets of open streams.
 */
final class GroupClient implements BatonClient {
    private final GroupConnection group;
    private final ClientConfig config;
    private final ClientTime time;
    private final Retries retries;
    private final Calls calls;
    private final Connections connections;
    private final RoutingCache routing;
    private final BufferPool pool;
    private final Traffic traffic = new Traffic();
    private final LeaseKeeper leases;
    private final Offloads offloads;
    private final AtomicInteger streams = new AtomicInteger();
    private final Set<SliceInput> inputs = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    GroupClient(GroupConnection group, ClientConfig config, Caller caller, ClientSeams seams) {
        this.group = group;
        this.config = config;
        this.time = seams.time();
        this.retries = new Retries(config, time, seams.jitter());
        this.calls = new Calls(group, caller, seams.ids().get(), retries);
        this.connections =
                new Connections(group, calls, config.connectionsPerServer(), caller.user(), seams.ids(), time);
        this.routing = new RoutingCache(calls, config.cachedRoutes());
        this.pool = new BufferPool(config.bufferBytes(), config.bufferMemoryBytes());
        this.leases = new LeaseKeeper(calls, time, config.leaseRenewMs());
        this.offloads = new Offloads(calls, config, traffic);
    }

    private <T> T catalog(Calls.Call<CatalogService, T> call) throws IOException {
        checkOpen();
        return calls.catalog(call);
    }

    private void checkOpen() throws BatonException {
        if (closed) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the client is closed; open the file system again");
        }
    }

    @Override
    public Optional<FileInfo> status(String path) throws IOException {
        return catalog((catalog, context) -> catalog.status(context, path));
    }

    @Override
    public ListPage list(String path, String startAfter, int limit) throws IOException {
        return catalog((catalog, context) -> catalog.list(context, path, startAfter, limit));
    }

    @Override
    public BatonInput open(String path) throws IOException {
        checkOpen();
        FidTable fids = new FidTable(connections, streams.getAndIncrement());
        ReadHandle handle = new ReadHandle(path, calls, routing, fids, time, retries);
        ReadSender sender = new ReadSender(routing, fids, traffic);
        SliceInput input = new SliceInput(handle,
                new RangeReader(handle, sender, routing, fids, connections, retries, config),
                new ReadAhead(path, sender, pool, connections, config), fids, pool, config, traffic, inputs::remove);
        inputs.add(input);
        if (closed) {
            input.close();
            checkOpen();
        }
        return input;
    }

    @Override
    public BatonOutput create(String path, CreateOptions options) throws IOException {
        return output(path, (catalog, context) -> catalog.create(context, path, options));
    }

    @Override
    public BatonOutput append(String path) throws IOException {
        return output(path, (catalog, context) -> catalog.append(context, path));
    }

    private BatonOutput output(String path, Calls.Call<CatalogService, WriteGrant> call)
            throws IOException {
        FidTable fids = new FidTable(connections, streams.getAndIncrement());
        WriteHandle handle = new WriteHandle(path, catalog(call), calls, routing, fids, time);
        FailureSlot failure = new FailureSlot();
        WritePipeline pipeline = new WritePipeline(
                handle, fids, pool, connections, config, failure, new WriteRepair(handle, fids, retries));
        ExtentOutput output =
                new ExtentOutput(handle, pipeline, fids, pool, failure, config, traffic, leases::ended);
        leases.opened(output);
        if (closed) {
            output.abort();
            checkOpen();
        }
        return output;
    }

    @Override
    public boolean mkdirs(String path, int mode, int umask, boolean createParents) throws IOException {
        return catalog((catalog, context) -> catalog.mkdirs(context, path, mode, umask, createParents));
    }

    @Override
    public void rename(String source, String destination, boolean overwrite) throws IOException {
        catalog((catalog, context) -> {
            catalog.rename(context, source, destination, overwrite);
            return null;
        });
    }

    @Override
    public boolean move(String source, String destination) throws IOException {
        return catalog((catalog, context) -> catalog.move(context, source, destination));
    }

    @Override
    public boolean delete(String path, boolean recursive) throws IOException {
        return catalog((catalog, context) -> catalog.delete(context, path, recursive));
    }

    @Override
    public void setAttributes(String path, AttributeChange change) throws IOException {
        catalog((catalog, context) -> {
            catalog.setAttributes(context, path, change);
            return null;
        });
    }

    @Override
    public boolean recoverLease(String path) throws IOException {
        return catalog((catalog, context) -> catalog.recoverLease(context, path));
    }

    @Override
    public List<OffloadReadResult> offloadRead(List<OffloadRead> items, TokenLimits limits) throws IOException {
        checkOpen();
        return offloads.read(items, limits);
    }

    @Override
    public List<OffloadReadResult> offloadRead(List<OffloadRead> items) throws IOException {
        checkOpen();
        return offloads.read(items);
    }

    @Override
    public List<OffloadWriteResult> offloadWrite(List<OffloadWrite> items) throws IOException {
        checkOpen();
        return offloads.write(items);
    }

    @Override
    public void revokeToken(byte[] token) throws IOException {
        catalog((catalog, context) -> {
            catalog.revokeToken(context, token);
            return null;
        });
    }

    @Override
    public FileInfo copyByToken(
            String source, Optional<FileId> expectedId, long offset, long length, String destination,
            CreateOptions options) throws IOException {
        checkOpen();
        return offloads.copy(source, expectedId, offset, length, destination, options);
    }

    @Override
    public FileInfo cloneTree(String source, String destination, boolean overwrite) throws IOException {
        FileInfo cloned = catalog((catalog, context) -> catalog.cloneTree(context, source, destination, overwrite));
        traffic.offloaded(0);
        return cloned;
    }

    @Override
    public OptionalInt checksum(String path, long length) throws IOException {
        checkOpen();
        return new FileChecksums(calls, routing, retries, time).of(path, length);
    }

    @Override
    public List<ByteLocation> locate(String path, long offset, long length) throws IOException {
        checkOpen();
        return new FileLocations(group, calls, routing, time).of(path, offset, length);
    }

    @Override
    public int moveFile(String path, ServerId destination) throws IOException {
        return catalog((catalog, context) -> catalog.moveFile(context, path, destination));
    }

    @Override
    public void truncate(String path, long lengthBytes) throws IOException {
        catalog((catalog, context) -> {
            catalog.truncate(context, path, lengthBytes);
            return null;
        });
    }

    @Override
    public void concat(String target, List<String> sources) throws IOException {
        catalog((catalog, context) -> {
            catalog.concat(context, target, sources);
            return null;
        });
    }

    @Override
    public void checkAccess(String path, int wanted) throws IOException {
        catalog((catalog, context) -> {
            catalog.checkAccess(context, path, wanted);
            return null;
        });
    }

    @Override
    public AclInfo acl(String path) throws IOException {
        return catalog((catalog, context) -> catalog.acl(context, path));
    }

    @Override
    public void changeAcl(String path, AclChange change) throws IOException {
        catalog((catalog, context) -> {
            catalog.changeAcl(context, path, change);
            return null;
        });
    }

    @Override
    public Map<String, byte[]> xattrs(String path) throws IOException {
        return catalog((catalog, context) -> catalog.xattrs(context, path));
    }

    @Override
    public void setXattr(String path, String name, byte[] value, XattrChange when) throws IOException {
        catalog((catalog, context) -> {
            catalog.setXattr(context, path, name, value, when);
            return null;
        });
    }

    @Override
    public void removeXattr(String path, String name) throws IOException {
        catalog((catalog, context) -> {
            catalog.removeXattr(context, path, name);
            return null;
        });
    }

    @Override
    public List<String> storagePolicies() throws IOException {
        return catalog((catalog, context) -> catalog.storagePolicies());
    }

    @Override
    public String storagePolicy(String path) throws IOException {
        return catalog((catalog, context) -> catalog.storagePolicy(context, path));
    }

    @Override
    public void satisfyStoragePolicy(String path) throws IOException {
        catalog((catalog, context) -> {
            catalog.satisfyStoragePolicy(context, path);
            return null;
        });
    }

    @Override
    public StoragePolicyProgress storagePolicyProgress(String path) throws IOException {
        return catalog((catalog, context) -> catalog.storagePolicyProgress(context, path));
    }

    @Override
    public TreeTotals totals(String path) throws IOException {
        return catalog((catalog, context) -> catalog.totals(context, path));
    }

    @Override
    public FileInfo track(String path) throws IOException {
        return catalog((catalog, context) -> catalog.track(context, path));
    }

    @Override
    public Optional<String> pathOf(FileId file) throws IOException {
        return catalog((catalog, context) -> catalog.pathOf(context, file));
    }

    @Override
    public TokenState tokenState(byte[] token) throws IOException {
        return catalog((catalog, context) -> catalog.tokenState(context, token));
    }

    @Override
    public GroupStatus groupStatus() throws IOException {
        return catalog((catalog, context) -> catalog.groupStatus());
    }

    @Override
    public ClientCounters counters() {
        return traffic.counters(connections.payloadBytes(), connections.sharedMemoryBytes(),
                group.sharedMemoryFallbacks(), connections.copiedBytes());
    }

    @Override
    public void countFallback() {
        traffic.fallback();
    }

    @Override
    public Caller caller() {
        return calls.caller();
    }

    /** The pool, for tests that look for leaks. */
    BufferPool pool() {
        return pool;
    }

    /**
     * Closes what is open still, files being written among it, as if their users had, and then everything below.
     *
     * @throws IOException the first failure; all is closed nevertheless
     */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        IOException first = null;
        for (ExtentOutput output : leases.open()) {
            first = closed(output, first);
        }
        for (SliceInput input : Set.copyOf(inputs)) {
            input.close();
        }
        leases.close();
        time.close();
        connections.close();
        first = closed(group, first);
        if (first != null) {
            throw first;
        }
    }

    private static IOException closed(Closeable part, IOException first) {
        try {
            part.close();
        } catch (IOException e) {
            if (first == null) {
                return e;
            }
            first.addSuppressed(e);
        }
        return first;
    }
}
