package io.batonfs.server.storage;

import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.LwioServerConfig;
import java.util.Objects;

/**
 * What one storage server is told at its start.
 *
 * @param group       the group that it belongs to
 * @param server      its id there
 * @param geometry    how volumes are cut
 * @param address     where it listens for LWIO, in the wire's terms
 * @param hostName    what block locations call it
 * @param defaultPool the pool of new extents
 * @param ioThreads   threads that carry out I/O on devices, at least 1
 * @param lwio        limits of its LWIO end
 */
public record StorageServerConfig(
        GroupId group, ServerId server, PageGeometry geometry, String address, String hostName, String defaultPool,
        int ioThreads, LwioServerConfig lwio) {

    /** Checks for nulls and ranges. */
    public StorageServerConfig {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(geometry, "geometry");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(hostName, "hostName");
        Objects.requireNonNull(defaultPool, "defaultPool");
        Objects.requireNonNull(lwio, "lwio");
        if (ioThreads < 1) {
            throw new IllegalArgumentException("a storage server needs at least one I/O thread");
        }
    }
}
