package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.pools.SpareDevice;
import java.util.Objects;

/**
 * A spare of a storage server, for people who look after it.
 *
 * @param server the storage server
 * @param spare  the device
 */
public record SpareReport(ServerId server, SpareDevice spare) {

    /** Checks for nulls. */
    public SpareReport {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(spare, "spare");
    }
}
