package io.batonfs.client;

import io.batonfs.model.ResumeKey;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.AuthKeys;
import io.batonfs.transport.lwio.FileProvider;
import io.batonfs.transport.lwio.LwioClient;
import io.batonfs.transport.lwio.LwioClientConfig;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.LwioServer;
import io.batonfs.transport.lwio.LwioServerConfig;
import io.batonfs.transport.lwio.LwioStatus;
import io.batonfs.transport.lwio.NegotiateResponse;
import io.batonfs.transport.lwio.ProviderEntry;
import io.batonfs.transport.lwio.RegisteredFile;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.wire.InProcessWire;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** The project's own transport in front of {@link FakeExtents}: real connections, real Fids, over the in-process wire. */
final class RealLwio implements Closeable {
    final AtomicInteger openFiles = new AtomicInteger();
    final List<LwioConnection> connections = new CopyOnWriteArrayList<>();
    private final InProcessWire wire = new InProcessWire();
    private final AuthKeys keys =
            new AuthKeys(new SecureRandom(), () -> System.nanoTime() / 1_000_000, 60_000, 10_000);
    private final ExecutorService executor = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final Nic clientNic = new Nic(wire);
    private final Map<ServerId, LwioServer> servers = new HashMap<>();
    private final List<Closeable> closeables = new ArrayList<>();
    private final LwioClient client;

    RealLwio(FakeExtents extents, LwioServerConfig config) throws IOException {
        for (int i = 1; i <= extents.servers; i++) {
            ServerId id = new ServerId(i);
            Nic nic = new Nic(wire);
            LwioServer server = new LwioServer(nic, config, files(id, extents), keys, executor,
                    scheduler, new SecureRandom());
            server.listen(id.toString());
            servers.put(id, server);
            closeables.add(server);
            closeables.add(nic);
        }
        client = new LwioClient(clientNic, LwioClientConfig.DEFAULT, task -> new Thread(task, "lwio-client"));
    }

    AuthKeys.Issued issue(UUID clientKey) throws IOException {
        return keys.issue(clientKey);
    }

    List<ProviderEntry> providers() {
        return client.providers();
    }

    List<ProviderEntry> providersOf(ServerId server) {
        return servers.get(server).providers();
    }

    LwioConnection connect(NegotiateResponse answer, UUID clientKey, byte[] secret) throws IOException {
        LwioConnection connection = client.open(answer, clientKey, secret);
        connections.add(connection);
        return connection;
    }

    int registeredRegions() {
        return clientNic.registeredRegions();
    }

    private FileProvider files(ServerId server, FakeExtents extents) {
        return (key, sessionId, writeThrough, checksummed) -> {
            extents.check(key);
            openFiles.incrementAndGet();
            return file(server, extents, key, writeThrough);
        };
    }

    private RegisteredFile file(ServerId server, FakeExtents extents, ResumeKey key, boolean writeThrough) {
        return new RegisteredFile() {
            @Override
            public void read(long offset, ByteBuffer destination, int[] crcs, IoResult result) {
                int length = destination.remaining();
                try {
                    extents.read(server, key, offset, destination, crcs);
                    result.complete(LwioStatus.SUCCESS, length);
                } catch (LwioException e) {
                    result.complete(e.status(), 0);
                }
            }

            @Override
            public void write(long offset, ByteBuffer source, int[] crcs, IoResult result) {
                int length = source.remaining();
                try {
                    int[] own = Arrays.copyOf(crcs, extents.geometry.blocksTouched(offset, length));
                    extents.write(server, key, offset, source, own, writeThrough);
                    result.complete(LwioStatus.SUCCESS, length);
                } catch (LwioException e) {
                    result.complete(e.status(), 0);
                }
            }

            @Override
            public void close() {
                openFiles.decrementAndGet();
            }
        };
    }

    @Override
    public void close() throws IOException {
        client.close();
        for (Closeable server : closeables) {
            server.close();
        }
        clientNic.close();
        executor.shutdown();
        scheduler.shutdownNow();
    }
}
