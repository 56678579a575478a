package io.batonfs.server.storage;

import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.LwioServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What one storage server is told at its start.
 *
 * @param group       the group that it belongs to
 * @param server      its id there
 * @param geometry    how volumes are cut
 * @param ports       where it listens for LWIO, at least once; the one that a client shall try first comes first
 * @param hostName    what block locations call it
 * @param defaultPool the pool of new extents that ask for none; empty for the first on the devices that is not
 *                    level 0, or the first if all are
 * @param poolKey     what the setting of the default pool is called, for messages
 * @param ioThreads   threads that carry out I/O on devices, at least 1
 * @param lwio        limits of its LWIO end
 * @param placement   whether and how it carries pages between its pools
 * @param maintenance what it does to its devices by itself
 * @param directory   what it keeps for that, its own; asked for only if it does anything
 * @param administrators who may tell it what to do with its devices
 */
public record StorageServerConfig(
        GroupId group, ServerId server, PageGeometry geometry, List<DataPort> ports, String hostName,
        Optional<String> defaultPool, String poolKey, int ioThreads, LwioServerConfig lwio,
        PlacementSettings placement, MaintenanceSettings maintenance, Directory directory, Administrators administrators) {

    /** Checks for nulls and ranges. */
    public StorageServerConfig {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(geometry, "geometry");
        ports = List.copyOf(ports);
        Objects.requireNonNull(hostName, "hostName");
        Objects.requireNonNull(defaultPool, "defaultPool");
        Objects.requireNonNull(poolKey, "poolKey");
        Objects.requireNonNull(lwio, "lwio");
        Objects.requireNonNull(placement, "placement");
        Objects.requireNonNull(maintenance, "maintenance");
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(administrators, "administrators");
        if (ioThreads < 1) {
            throw new IllegalArgumentException("a storage server needs at least one I/O thread");
        }
        if (ports.isEmpty()) {
            throw new IllegalArgumentException("a storage server has to listen somewhere");
        }
    }

    /** A directory that may not be there yet. */
    @FunctionalInterface
    public interface Directory {
        /**
         * Makes it, or takes what is there.
         *
         * @throws IOException if that can't be done
         */
        Path make() throws IOException;
    }

    /**
     * Where it listens.
     *
     * @param provider the name of the NIC's port
     * @param address  in its wire's terms
     * @param required whether it is not to serve at all if it can't listen there
     */
    public record DataPort(String provider, String address, boolean required) {
    }
}
