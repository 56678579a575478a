package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.pools.PoolDevices;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A pool of a storage server at one moment, for people who look after it.
 *
 * @param server    the storage server
 * @param pool      the pool and its devices
 * @param service   what it serves
 * @param reason    why it serves less than all; empty where it does not, and where nobody has it open
 * @param freeBytes bytes of user data that are not in use; empty if it is not open
 * @param freeSlots segments that can still be made in it; empty if it is not open, or its server is too old to tell
 */
public record PoolReport(ServerId server, PoolDevices pool, Service service, String reason, OptionalLong freeBytes,
        OptionalLong freeSlots) {

    /** What a pool serves. */
    public enum Service {
        /** Reads and changes. */
        ALL,
        /** Reads only. */
        READ_ONLY,
        /** Nothing: its server could not open it. */
        NOT_OPEN,
        /** Nothing, since no server runs; what it would serve shows when one opens it. */
        NO_SERVER
    }

    /** Checks for nulls. */
    public PoolReport {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(freeBytes, "freeBytes");
        Objects.requireNonNull(freeSlots, "freeSlots");
    }

    /** Whether all its devices take part and nothing is known that keeps it from serving. */
    public boolean isHealthy() {
        return (service == Service.ALL || service == Service.NO_SERVER)
                && pool.devices().stream().allMatch(device -> device.state() == PoolDevices.State.IN);
    }

    /** Bytes of it that are in use; empty if it is not open. */
    public OptionalLong usedBytes() {
        return freeBytes.isPresent()
                ? OptionalLong.of(pool.capacityBytes() - freeBytes.getAsLong()) : OptionalLong.empty();
    }
}
