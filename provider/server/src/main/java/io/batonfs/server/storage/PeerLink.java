package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.LwioConnection;
import java.io.IOException;

/** Opens LWIO connections to other servers of the group. Thread-safe. */
@FunctionalInterface
public interface PeerLink {

    /** A new authenticated connection; closed by its user. */
    LwioConnection connect(ServerId server) throws IOException;
}
