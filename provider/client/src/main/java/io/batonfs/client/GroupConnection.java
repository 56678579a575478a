package io.batonfs.client;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.StorageService;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.NegotiateResponse;
import io.batonfs.transport.lwio.ProviderEntry;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/** A client's ways to a group: control by service interfaces, data by LWIO. Thread-safe. */
public interface GroupConnection extends Closeable {

    /** The catalog, at whichever server answers. */
    CatalogService catalog();

    /** The control side of one storage server. */
    StorageService storage(ServerId server) throws IOException;

    /** What this side can connect by, the best first: for the negotiate request (LW-1). */
    List<ProviderEntry> providers() throws IOException;

    /**
     * A new LWIO connection, authenticated (LW-4), by the first provider that connects.
     *
     * @param answer     what the server answered to the negotiation
     * @param clientKey  the client's UUID key of that negotiation
     * @param authSecret the 32-byte secret that came with the answer
     */
    LwioConnection connectLwio(NegotiateResponse answer, UUID clientKey, byte[] authSecret) throws IOException;

    /** Whether a connection by a provider is memory that is shared with a server of this host. */
    default boolean sharesMemory(String provider) {
        return false;
    }

    /** Connections to servers of this host that went another way, since memory could not be shared with them. */
    default long sharedMemoryFallbacks() {
        return 0;
    }

    /** Host names at which a server's data is, for block locations. */
    String hostOf(ServerId server) throws IOException;
}
