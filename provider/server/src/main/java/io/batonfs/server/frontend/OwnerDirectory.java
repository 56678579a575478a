package io.batonfs.server.frontend;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.OwnerService;
import java.io.IOException;

/** Finds the servers of the group as owners. Thread-safe. */
@FunctionalInterface
public interface OwnerDirectory {

    /**
     * A server.
     *
     * @throws io.batonfs.model.BatonException UNREACHABLE if it can't be reached now
     */
    OwnerService owner(ServerId server) throws IOException;
}
