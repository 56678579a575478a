package io.batonfs.embedded;

import io.batonfs.client.GroupConnection;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.StorageService;
import io.batonfs.server.local.LocalGroup;
import io.batonfs.transport.lwio.LwioClient;
import io.batonfs.transport.lwio.LwioClientConfig;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.NegotiateResponse;
import io.batonfs.transport.lwio.ProviderEntry;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/** A client's ways to an embedded group: direct calls, and LWIO over the in-process wire. Thread-safe. */
final class EmbeddedConnection implements GroupConnection {
    private final EmbeddedGroups groups;
    private final LocalGroup group;
    private final LwioClient lwio;
    private final AtomicBoolean closed = new AtomicBoolean();

    EmbeddedConnection(EmbeddedGroups groups, LocalGroup group) {
        this.groups = groups;
        this.group = group;
        this.lwio = new LwioClient(group.nic(), LwioClientConfig.DEFAULT,
                EmbeddedConnection::daemon);
    }

    /** A thread that does not keep the JVM alive: Hadoop's users don't always close file systems. */
    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "baton-lwio-client");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public CatalogService catalog() {
        return group.catalog();
    }

    @Override
    public StorageService storage(ServerId server) throws IOException {
        return group.server(server).storage();
    }

    @Override
    public List<ProviderEntry> providers() {
        return lwio.providers();
    }

    @Override
    public LwioConnection connectLwio(NegotiateResponse answer, UUID clientKey, byte[] authSecret)
            throws IOException {
        return lwio.open(answer, clientKey, authSecret);
    }

    @Override
    public String hostOf(ServerId server) throws IOException {
        return group.server(server).config().hostName();
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            lwio.close();
            groups.release(group);
        }
    }
}
