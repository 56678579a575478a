package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.StorageService;
import io.batonfs.transport.lwio.AuthKeys;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.LwioServerConfig;
import io.batonfs.transport.lwio.NegotiateRequest;
import io.batonfs.transport.lwio.NegotiateResponse;
import io.batonfs.transport.lwio.Negotiation;
import io.batonfs.transport.lwio.ProviderEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/** A group in memory, at the client's real seams, with faults to order. */
final class FakeGroup implements GroupConnection {
    final ManualTime time = new ManualTime();
    final FakeFaults faults;
    final FakeWire wire;
    final FakeExtents extents;
    final FakeCatalog catalog;
    final List<FakeLwio> connections = new CopyOnWriteArrayList<>();
    final Set<ServerId> down = new HashSet<>();
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    /** Where the last READ that was sent writes to, and what the last WRITE is sent from. */
    volatile ByteBuffer lastTarget;
    volatile ByteBuffer lastSource;
    final AtomicInteger registered = new AtomicInteger();
    final AtomicInteger checksums = new AtomicInteger();
    final int maxIoBytes;
    /** What both sides have, the best first. */
    final List<ProviderEntry> providers = new CopyOnWriteArrayList<>();
    /** Providers by which no connection comes about, as at another host, so that the next is tried. */
    final Set<String> unreachable = ConcurrentHashMap.newKeySet();
    /** A provider by which connections come about and then fail before they can be used. */
    volatile String failing = "";
    boolean closed;
    private RealLwio real;

    /** Blocks of 512 bytes, pages of 4 KiB, so that every boundary is met often. */
    FakeGroup(long seed, int servers, int pagesPerExtent, int maxIoBytes) {
        this(seed, new PageGeometry(512, 8), servers, pagesPerExtent, maxIoBytes);
    }

    FakeGroup(long seed, PageGeometry geometry, int servers, int pagesPerExtent, int maxIoBytes) {
        this.faults = new FakeFaults(seed);
        this.wire = new FakeWire(seed + 1);
        this.extents = new FakeExtents(geometry, servers, pagesPerExtent, time);
        this.catalog = new FakeCatalog(this);
        this.maxIoBytes = maxIoBytes;
    }

    /** Data goes over the project's own transport from now on. */
    void useRealLwio(LwioServerConfig config) throws IOException {
        real = new RealLwio(extents, config);
    }

    RealLwio real() {
        return real;
    }

    @Override
    public CatalogService catalog() {
        return catalog;
    }

    @Override
    public StorageService storage(ServerId server) throws IOException {
        checkUp(server);
        return new Storage(server);
    }

    @Override
    public List<ProviderEntry> providers() {
        return real != null ? real.providers() : providers;
    }

    @Override
    public LwioConnection connectLwio(NegotiateResponse answer, UUID clientKey, byte[] authSecret)
            throws IOException {
        ServerId server = new ServerId(Integer.parseInt(answer.serverName().substring("server-".length())));
        checkUp(server);
        if (real != null) {
            return real.connect(answer, clientKey, authSecret);
        }
        UUID expected = new UUID(server.value(), clientKey.getLeastSignificantBits());
        if (!expected.equals(answer.serverKey()) || authSecret[0] != server.value()) {
            throw new IOException("wrong credentials");
        }
        String provider = "fake";
        if (!answer.providers().isEmpty()) {
            provider = answer.providers().stream().map(ProviderEntry::name)
                    .filter(name -> !unreachable.contains(name)).findFirst()
                    .orElseThrow(() -> new IOException("no provider leads to " + server));
        }
        if (provider.equals(failing)) {
            throw new IOException("AUTH was not answered");
        }
        FakeLwio connection = new FakeLwio(server, this, provider);
        connections.add(connection);
        return connection;
    }

    private void checkUp(ServerId server) throws BatonException {
        synchronized (down) {
            if (down.contains(server)) {
                throw new BatonException(ErrorCode.UNREACHABLE, server + " is down");
            }
        }
    }

    /** Takes a server away: its connections end and no new one comes about. */
    void down(ServerId server, boolean on) {
        synchronized (down) {
            if (on) {
                down.add(server);
            } else {
                down.remove(server);
            }
        }
    }

    /** Ends all connections. */
    void cutAll() {
        connections.forEach(FakeLwio::close);
    }

    /** Fids that are registered on living connections. */
    int fids() {
        return connections.stream().mapToInt(FakeLwio::fids).sum();
    }

    int openConnections() {
        return (int) connections.stream().filter(FakeLwio::isOpen).count();
    }

    void checkUnchanged(long address, ByteBuffer source) {
        byte[] now = new byte[source.remaining()];
        source.duplicate().get(now);
        for (FakeExtents.Held held : catalog.allExtents()) {
            long start = extents.geometry.addressOf(held.extent.pages().firstPage());
            if (held.extent.pages().contains(extents.geometry.pageOf(address))) {
                byte[] then = extents.committed(held.extent.id(), address - start, now.length);
                if (!Arrays.equals(now, then)) {
                    throw new AssertionError("bytes on the way were changed");
                }
            }
        }
    }

    @Override
    public boolean sharesMemory(String provider) {
        return provider.equals("memory");
    }

    @Override
    public String hostOf(ServerId server) {
        return "host" + server.value();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        wire.close();
        if (real != null) {
            real.close();
        }
    }

    private final class Storage implements StorageService {
        private final ServerId server;

        Storage(ServerId server) {
            this.server = server;
        }

        @Override
        public Negotiated negotiate(CallContext context, byte[] packet) throws IOException {
            NegotiateRequest request = NegotiateRequest.decode(packet);
            if (real != null) {
                AuthKeys.Issued issued = real.issue(request.clientKey());
                return new Negotiated(Negotiation.answer(
                        request, server.toString(), issued.serverKey(), real.providersOf(server)).encode(),
                        issued.secret());
            }
            UUID serverKey = new UUID(server.value(), request.clientKey().getLeastSignificantBits());
            NegotiateResponse response = Negotiation.answer(request, server.toString(), serverKey, providers);
            byte[] secret = new byte[32];
            secret[0] = (byte) server.value();
            return new Negotiated(response.encode(), secret);
        }

        @Override
        public OptionalLong acknowledgedLength(CallContext context, ResumeKey key, ExtentId id) {
            long length = extents.acknowledged(id, server);
            return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
        }

        @Override
        public boolean scrub(CallContext context, ScrubOrder order) {
            throw new UnsupportedOperationException("clients have nothing to do with scrubbing");
        }

        @Override
        public String changeDevice(CallContext context, DeviceOrder order) {
            throw new UnsupportedOperationException("clients have nothing to do with devices");
        }

        @Override
        public NewDeviceSet.Added addDeviceSet(CallContext context, NewDeviceSet order) {
            throw new UnsupportedOperationException("clients have nothing to do with devices");
        }

        @Override
        public RetireOrder.Answer retireDeviceSet(CallContext context, RetireOrder order) {
            throw new UnsupportedOperationException("clients have nothing to do with devices");
        }

        @Override
        public DeviceMeasurement measureDevice(CallContext context, MeasureOrder order) {
            throw new UnsupportedOperationException("clients have nothing to do with devices");
        }

        @Override
        public int checksum(
                CallContext context, ResumeKey key, ExtentId extent, long offset, long lengthBytes)
                throws BatonException {
            checksums.incrementAndGet();
            FakeExtents.Held held = extents.get(extent);
            long first = extents.geometry.addressOf(held.extent.pages().firstPage());
            long lastPage = extents.geometry.pageOf(first + offset + lengthBytes - 1);
            for (long page = extents.geometry.pageOf(first + offset); page <= lastPage; page++) {
                if (!extents.routes(new PageRun(FakeExtents.VOLUME, page, 1)).get(0).owner()
                        .equals(server)) {
                    throw new BatonException(ErrorCode.STALE_ROUTE, "page " + page + " is not at " + server);
                }
            }
            CRC32C crc = new CRC32C();
            crc.update(extents.committed(extent, offset, lengthBytes));
            return (int) crc.getValue();
        }
    }
}
