package io.batonfs.client;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.StorageService;
import io.batonfs.transport.lwio.LwioConnection;
import java.io.Closeable;
import java.io.IOException;
import java.util.UUID;

/** A client's ways to a group: control by service interfaces, data by LWIO. Thread-safe. */
public interface GroupConnection extends Closeable {

    /** The catalog, at whichever server answers. */
    CatalogService catalog();

    /** The control side of one storage server. */
    StorageService storage(ServerId server) throws IOException;

    /**
     * A new LWIO connection, authenticated (LW-4).
     *
     * @param clientKey  the client's UUID key of the negotiation
     * @param serverKey  the 16-byte key that the server gave over the pipe
     * @param authSecret the 32-byte secret that came with it
     */
    LwioConnection connectLwio(ServerId server, UUID clientKey, byte[] serverKey, byte[] authSecret)
            throws IOException;

    /** Host names at which a server's data is, for block locations. */
    String hostOf(ServerId server) throws IOException;
}
