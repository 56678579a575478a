package io.batonfs.client.network;

import io.batonfs.client.GroupConnection;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.StorageService;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.NegotiateResponse;
import io.batonfs.transport.lwio.ProviderEntry;
import io.batonfs.transport.wire.SameHostWire;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A client's ways to a group elsewhere: control over RPC to one server's control port, data over LWIO to whichever
 * servers the group names, by memory to those of this host that offer it, else by TCP. It belongs to the user who
 * connected, whatever threads use it. Thread-safe.
 */
final class NetworkConnection implements GroupConnection {
    private final RpcServices services;
    private final ServerDirectory servers;
    private final DataSide data;
    private final Optional<SameHostWire> sameHost;

    /** @param sameHost among the wires of the data side */
    NetworkConnection(Authority control, RpcServices services, DataSide data, Optional<SameHostWire> sameHost) {
        this.services = services;
        this.servers = new ServerDirectory(services.catalog(), control);
        this.data = data;
        this.sameHost = sameHost;
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
    public boolean sharesMemory(String provider) {
        return sameHost.isPresent() && sameHost.get().providerName().equals(provider);
    }

    @Override
    public long sharedMemoryFallbacks() {
        return sameHost.map(SameHostWire::passedOver).orElse(0L);
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
