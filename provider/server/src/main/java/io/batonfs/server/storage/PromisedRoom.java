package io.batonfs.server.storage;

import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.pages.ExtentState;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The room of pools that extents were promised that adaptive placement, or somebody who asked for another pool while they
 * were being written, has sent there. An extent has up to 64 pages and
 * stays with its pool while it is written, so a pool has to have room for all that it may still become, beside what the
 * others there may; else a writer fails for a full pool though another one is empty. What is promised of an extent is
 * what has not been written of it yet, and ends when it is sealed or freed. In memory only: after a restart a writer that
 * goes on has its extent's pool chosen again.
 *
 * <p>Thread-safe: this object's lock guards the promises. A question takes time for each extent that is being written.
 */
final class PromisedRoom {
    /** An extent that was promised room and is not known a minute later never came. */
    static final long FORGOTTEN_AFTER_MS = 60_000;

    private final long pageBytes;
    private final States states;
    private final LongSupplier nowMs;
    private final Map<ExtentId, Promise> promises = new HashMap<>();

    /** What an extent was promised, and when. */
    record Promise(String pool, long bytes, long madeMs) {
    }

    /** What is held of extents. */
    @FunctionalInterface
    interface States {
        /** As {@link io.batonfs.pages.PageEngine#state}. */
        ExtentState of(ExtentId extent) throws IOException;
    }

    /** How a pool is chosen. */
    @FunctionalInterface
    interface Choice {
        /**
         * A pool.
         *
         * @param bytes room that it must have
         * @param pools to choose from, without what others were promised there
         */
        Optional<String> of(long bytes, List<PlacementPool> pools);
    }

    /** @param nowMs a clock that goes on evenly, in milliseconds */
    PromisedRoom(long pageBytes, States states, LongSupplier nowMs) {
        this.pageBytes = pageBytes;
        this.states = states;
        this.nowMs = nowMs;
    }

    /** Chooses the pool of an extent, and promises it the room there; an earlier promise to it ends. */
    synchronized Optional<String> choose(Extent extent, List<PlacementPool> pools, Choice choice) {
        promises.remove(extent.id());
        long bytes = extent.pages().pages() * pageBytes;
        Optional<String> chosen = choice.of(left(extent.id(), bytes).orElse(bytes), without(pools));
        chosen.ifPresent(pool -> promises.put(extent.id(), new Promise(pool, bytes, nowMs.getAsLong())));
        return chosen;
    }

    /** Pools without the room that was promised. */
    synchronized List<PlacementPool> without(List<PlacementPool> pools) {
        Map<String, Long> promised = promised();
        List<PlacementPool> left = new ArrayList<>();
        for (PlacementPool pool : pools) {
            left.add(pool.withFreeBytes(Math.max(0, pool.freeBytes() - promised.getOrDefault(pool.name(), 0L))));
        }
        return left;
    }

    /** Pools, as others than placement see them, without the room that was promised. */
    synchronized List<PoolSpace> left(List<PoolSpace> pools) {
        Map<String, Long> promised = promised();
        return pools.stream().map(pool -> new PoolSpace(pool.name(), pool.level(), pool.capacityBytes(),
                Math.max(0, pool.freeBytes() - promised.getOrDefault(pool.name(), 0L)), pool.takesChanges())).toList();
    }

    /**
     * Promises an extent that is being written room for the rest of it in another pool, if that has it; then an earlier
     * promise to it ends.
     *
     * @param room bytes of the pool that nobody was promised
     */
    synchronized boolean promise(Extent extent, String pool, long room) {
        long bytes = extent.pages().pages() * pageBytes;
        if (left(extent.id(), bytes).orElse(bytes) > room) {
            return false;
        }
        promises.put(extent.id(), new Promise(pool, bytes, nowMs.getAsLong()));
        return true;
    }

    /** What an extent is promised. */
    synchronized Optional<Promise> of(ExtentId extent) {
        return Optional.ofNullable(promises.get(extent));
    }

    /**
     * An extent that was just promised room in a pool does not go there after all: it has its former promise again, if others
     * have not sent it elsewhere meanwhile.
     */
    synchronized void restore(ExtentId extent, String pool, Optional<Promise> former) {
        promises.computeIfPresent(extent, (id, now) -> now.pool().equals(pool) ? former.orElse(null) : now);
    }

    /** Bytes of a pool that were promised. */
    synchronized long bytesOf(String pool) {
        return promised().getOrDefault(pool, 0L);
    }

    /** Bytes that an extent was promised and that are not written yet; 0 if there are none. */
    synchronized long bytesFor(ExtentId extent) {
        Promise promise = promises.get(extent);
        return promise == null ? 0 : left(extent, promise.bytes()).orElse(promise.bytes());
    }

    /** What an extent was promised, if it was, it is promised in another pool from now on, where it makes its next pages. */
    synchronized void moved(ExtentId extent, String pool) {
        promises.computeIfPresent(extent, (id, before) -> new Promise(pool, before.bytes(), before.madeMs()));
    }

    private Map<String, Long> promised() {
        Map<String, Long> bytes = new HashMap<>();
        Iterator<Map.Entry<ExtentId, Promise>> each = promises.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<ExtentId, Promise> entry = each.next();
            Promise promise = entry.getValue();
            Optional<Long> left = left(entry.getKey(), promise.bytes());
            if (left.isEmpty() && nowMs.getAsLong() - promise.madeMs() < FORGOTTEN_AFTER_MS) {
                // It is on its way, or gone so early that it matters little.
                left = Optional.of(promise.bytes());
            }
            if (left.isEmpty() || left.get() == 0) {
                each.remove();
            } else {
                bytes.merge(promise.pool(), left.get(), Long::sum);
            }
        }
        return bytes;
    }

    /** What may still be written of an extent; empty if it is not known, or can't be written. */
    private Optional<Long> left(ExtentId extent, long bytes) {
        try {
            ExtentState state = states.of(extent);
            return Optional.of(state.sealed() ? 0 : Math.max(0, bytes - state.lengthBytes()));
        } catch (IOException e) {
            // What is not known here takes no room of a pool.
            return Optional.empty();
        }
    }
}
