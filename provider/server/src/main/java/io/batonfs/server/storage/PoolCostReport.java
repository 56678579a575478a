package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What a pool of a storage server costs beside its other pools, as the placement policy sees it.
 *
 * @param server   the storage server
 * @param pool     the pool's name
 * @param read     what a read costs
 * @param degraded what a read costs while one device is out; empty where that is fatal
 * @param write    what a write costs
 * @param space    bytes of device that a byte takes
 * @param basis    where that comes from: "measured"; "reads measured", and writes guessed; "guessed"
 */
public record PoolCostReport(ServerId server, String pool, double read, OptionalDouble degraded, double write, double space,
        String basis) {

    /** Checks for nulls. */
    public PoolCostReport {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(degraded, "degraded");
        Objects.requireNonNull(basis, "basis");
    }

    static PoolCostReport of(ServerId server, String pool, PoolCosts costs) {
        return new PoolCostReport(server, pool, costs.read(), costs.degraded(), costs.write(), costs.space(), switch (costs.measured()) {
            case MEASURED -> "measured";
            case READS_MEASURED -> "reads measured";
            case GUESSED -> "guessed";
        });
    }
}
