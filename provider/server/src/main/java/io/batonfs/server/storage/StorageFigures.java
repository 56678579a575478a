package io.batonfs.server.storage;

import io.batonfs.pages.PageEngineCounters;
import io.batonfs.pools.PoolStatus;
import java.util.Map;
import java.util.Objects;

/**
 * What a storage server counts, for metrics. Bytes are file bytes, counted when an I/O of a client has succeeded.
 *
 * @param bytesRead     bytes given to clients since the start
 * @param bytesWritten  bytes taken from clients since the start
 * @param readsFailed   reads that were refused or failed since the start
 * @param writesFailed  writes that were refused or failed since the start
 * @param connections   LWIO connections that stand
 * @param buffersInUse  LWIO buffers in use
 * @param buffersMade   LWIO buffers in use, and those kept for the next use
 * @param openFids      files that clients have registered and not closed
 * @param extents       extents held
 * @param engine        the counters of VA-1
 * @param pools         space and health of each pool, by its name
 * @param problems      what an operator should look at
 */
public record StorageFigures(
        long bytesRead, long bytesWritten, long readsFailed, long writesFailed, int connections, int buffersInUse,
        int buffersMade, int openFids, int extents, PageEngineCounters engine, Map<String, PoolStatus> pools, int problems) {

    /** Copies the map. */
    public StorageFigures {
        Objects.requireNonNull(engine, "engine");
        pools = Map.copyOf(pools);
    }
}
