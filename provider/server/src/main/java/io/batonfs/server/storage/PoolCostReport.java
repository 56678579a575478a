package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import java.util.Objects;

/**
 * What a pool of a storage server costs beside its other pools, as the placement policy sees it.
 *
 * @param server the storage server
 * @param pool   the pool's name
 * @param read   what a read costs
 * @param write  what a write costs
 * @param space  bytes of device that a byte takes
 * @param basis  where that comes from: "measured"; "reads measured", and writes guessed; "guessed"
 */
public record PoolCostReport(ServerId server, String pool, double read, double write, double space, String basis) {

    /** Checks for nulls. */
    public PoolCostReport {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(basis, "basis");
    }

    static PoolCostReport of(ServerId server, String pool, PoolCosts costs) {
        return new PoolCostReport(server, pool, costs.read(), costs.write(), costs.space(), switch (costs.measured()) {
            case MEASURED -> "measured";
            case READS_MEASURED -> "reads measured";
            case GUESSED -> "guessed";
        });
    }
}
