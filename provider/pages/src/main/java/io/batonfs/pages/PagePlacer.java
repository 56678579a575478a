package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.placement.PageActivity;
import io.batonfs.pools.placement.PageMove;
import io.batonfs.pools.placement.PlacedPage;
import io.batonfs.pools.placement.PlacementPolicy;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.pools.placement.VolumePlacement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Has the pages that are held here placed by what is done with them (POOL-7): tells the policy of them, and carries out
 * what it plans. A round may take minutes, in which writers take room, devices fail, and moves that others of the list count
 * on are not made; so before each move the pools are looked at once more. Has no thread and no clock: its owner calls
 * {@link #round} at even intervals, from an executor that is none of the engine's, one round at a time.
 */
public final class PagePlacer {
    private final PageGeometry geometry;
    private final Collection<Pool> pools;
    private final PublishedTable table;
    private final PageActivity activity;
    private final PageMover mover;

    /** @param pools as they are at each moment */
    PagePlacer(PageGeometry geometry, Collection<Pool> pools, PublishedTable table, PageActivity activity,
            PageMover mover) {
        this.geometry = geometry;
        this.pools = pools;
        this.table = table;
        this.activity = activity;
        this.mover = mover;
    }

    /**
     * Ends an interval of counting, has a round planned, and makes its moves, one after another.
     *
     * @param nowMs   a clock that goes on evenly, in milliseconds
     * @param view    what the policy is told of a pool, by the class of service that its owner knows it to have; null
     *                for a pool that takes no changes
     * @param volumes what was laid down for a volume; never null
     * @param mayMove whether the policy is told of the pages of an extent at all; asked once for each in a round
     * @param goOn    asked before each move; false ends the round
     * @throws BatonException UNREACHABLE if the engine was closed
     */
    public PlacementRound round(PlacementPolicy policy, long nowMs, Function<Pool, PlacementPool> view,
            Function<VolumeId, VolumePlacement> volumes, Predicate<ExtentId> mayMove, BooleanSupplier goOn)
            throws IOException {
        activity.endInterval();
        mover.freeLeftBehind();
        List<PlacementPool> views = pools.stream().map(view).filter(Objects::nonNull).toList();
        List<PageMove> moved = new ArrayList<>();
        List<PageMove> stayed = new ArrayList<>();
        Map<PageMove, IOException> failed = new HashMap<>();
        for (PageMove move : policy.round(nowMs, views, volumes, pages(mayMove))) {
            if (!goOn.getAsBoolean()) {
                break;
            }
            if (!isStillRight(move, view)) {
                stayed.add(move);
                policy.notNow(move);
                continue;
            }
            try {
                if (mover.move(move.volume(), move.page(), move.to()) == MoveOutcome.MOVED) {
                    moved.add(move);
                } else {
                    stayed.add(move);
                    policy.notMade(move, nowMs);
                }
            } catch (IOException e) {
                if (e instanceof BatonException baton && baton.code() == ErrorCode.UNREACHABLE) {
                    throw e;
                }
                failed.put(move, e);
                policy.notMade(move, nowMs);
            }
        }
        return new PlacementRound(moved, stayed, failed);
    }

    /** Whether the pool has room for a page above its reserve at this moment, and survives as much as the page's own. */
    private boolean isStillRight(PageMove move, Function<Pool, PlacementPool> view) {
        PlacementPool from = viewOf(move.from(), view);
        PlacementPool to = viewOf(move.to(), view);
        return from != null && to != null && to.roomBytes() >= move.bytes() && to.mayTakeFrom(from);
    }

    private PlacementPool viewOf(String name, Function<Pool, PlacementPool> view) {
        return pools.stream().filter(pool -> pool.name().equals(name)).findFirst().map(view).orElse(null);
    }

    /** A round that no extent is left out of. */
    PlacementRound round(PlacementPolicy policy, long nowMs, Function<Pool, PlacementPool> view,
            Function<VolumeId, VolumePlacement> volumes) throws IOException {
        return round(policy, nowMs, view, volumes, extent -> true, () -> true);
    }

    /** The pages that could be moved, by the table of this moment; to be gone through once, since there may be millions. */
    private Iterable<PlacedPage> pages(Predicate<ExtentId> mayMove) {
        return table.current().extents().values().stream().filter(extent -> mayMove.test(extent.id()))
                .flatMap(this::pages)::iterator;
    }

    private Stream<PlacedPage> pages(ExtentEntry extent) {
        return IntStream.range(0, extent.pages().size())
                .filter(index -> PageMover.isMovable(extent, extent.pages().get(index))).mapToObj(index -> {
                    PageEntry row = extent.pages().get(index);
                    return new PlacedPage(extent.run().volume(), extent.id(), extent.run().firstPage() + index,
                            row.pool().name(), bytes(row), activity.of(row.activity()));
                });
    }

    /** An open page may grow to a whole one, wherever it is. */
    private long bytes(PageEntry row) {
        return row.state() == PageState.SEALED ? Math.max(1, row.sealedBytes()) : geometry.pageBytes();
    }
}
