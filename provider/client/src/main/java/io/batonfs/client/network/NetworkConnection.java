package io.batonfs.client.network;

import io.batonfs.client.GroupConnection;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.StorageService;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.NegotiateResponse;
import io.batonfs.transport.lwio.ProviderEntry;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/**
 * A client's ways to a group elsewhere: control over RPC to one server's control port, data over LWIO to whichever
 * servers the group names. It belongs to the user who connected, whatever threads use it. Thread-safe.
 */
final class NetworkConnection implements GroupConnection {
    private final RpcServices services;
    private final ServerDirectory servers;
    private final DataSide data;

    NetworkConnection(Authority control, RpcServices services, DataSide data) {
        this.services = services;
        this.servers = new ServerDirectory(services.catalog(), control);
        this.data = data;
    }

    @Override
    public CatalogService catalog() {
        return services.catalog();
    }

    @Override
    public StorageService storage(ServerId server) {
        return services.storage(server);
    }

    @Override
    public List<ProviderEntry> providers() throws IOException {
        return data.providers();
    }

    @Override
    public LwioConnection connectLwio(NegotiateResponse answer, UUID clientKey, byte[] authSecret)
            throws IOException {
        return data.connect(answer, clientKey, authSecret);
    }

    @Override
    public String hostOf(ServerId server) throws IOException {
        return servers.find(server).host();
    }

    @Override
    public void close() throws IOException {
        try {
            data.close();
        } finally {
            services.close();
        }
    }
}
