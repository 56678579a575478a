package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.pools.SpareDevice;
import java.util.Objects;

/**
 * A spare of a storage server, for people who look after it.
 *
 * @param server the storage server
 * @param set    the set of devices that it is for, from 1
 * @param spare  the device
 */
public record SpareReport(ServerId server, int set, SpareDevice spare) {

    /** Checks for nulls. */
    public SpareReport {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(spare, "spare");
    }
}
