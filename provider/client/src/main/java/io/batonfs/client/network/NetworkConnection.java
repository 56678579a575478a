package io.batonfs.client.network;

import io.batonfs.client.GroupConnection;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.StorageService;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.LwioException;
import java.io.IOException;
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
    public LwioConnection connectLwio(ServerId server, UUID clientKey, byte[] serverKey, byte[] authSecret)
            throws IOException {
        String address = servers.dataAddress(servers.find(server));
        try {
            return data.connect(address, clientKey, serverKey, authSecret);
        } catch (LwioException e) {
            // It was reached, and this is its answer.
            throw e;
        } catch (IOException e) {
            String now = addressNow(server, e);
            if (now.equals(address)) {
                throw e;
            }
            return data.connect(now, clientKey, serverKey, authSecret);
        }
    }

    /** Where a server that could not be reached is by now; else the failure to reach it counts. */
    private String addressNow(ServerId server, IOException failure) throws IOException {
        try {
            ServerDescription description = servers.findAnew(server);
            return servers.dataAddress(description);
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw failure;
        }
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
