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
 * @param freeBytes bytes of user data that it can still take; empty if it is not open
 */
public record PoolReport(ServerId server, PoolDevices pool, OptionalLong freeBytes) {

    /** Checks for nulls. */
    public PoolReport {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(freeBytes, "freeBytes");
    }

    /** Bytes of it that are in use; empty if it is not open. */
    public OptionalLong usedBytes() {
        return freeBytes.isPresent()
                ? OptionalLong.of(pool.capacityBytes() - freeBytes.getAsLong()) : OptionalLong.empty();
    }
}
