package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.pages.PagePlacer;
import io.batonfs.pages.PlacementRound;
import io.batonfs.pools.Pool;
import io.batonfs.pools.placement.MoveReason;
import io.batonfs.pools.placement.PageMove;
import io.batonfs.pools.placement.PlacementConfig;
import io.batonfs.pools.placement.PlacementPolicy;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.pools.placement.VolumePlacement;
import io.batonfs.server.grants.GrantResolver;
import java.io.Closeable;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the pages of a storage server placed, round after round (POOL-7). Files with a storage policy of their own are
 * where it says (POOL-8), so only the pages of all others are moved; what an extent's policy is, is asked once.
 *
 * <p>A round runs on the executor that it is given, one at a time; all that it remembers belongs to that thread, the
 * counts to this object's lock. {@link #close} waits for no round: the move under way is the last of its round, and
 * whoever owns the executor waits for that.
 */
final class PlacementRounds implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(PlacementRounds.class);
    /** Extents whose policy is asked for in a round at most; the others' pages wait for the next. */
    private static final int MOST_ASKED = 10_000;

    private final String server;
    private final PagePlacer placer;
    private final PlacementPolicy policy;
    private final VolumePlacement placement;
    private final Function<Pool, PlacementPool> view;
    private final GrantResolver resolver;
    private final LongSupplier nowMs;
    private final BooleanSupplier hasRoom;
    private final Future<?> rounds;
    private volatile boolean closed;

    private Map<ExtentId, Boolean> hasPolicy = new HashMap<>();
    private Map<ExtentId, Boolean> seen = new HashMap<>();
    private int asked;

    private final Map<MoveReason, Long> moved = new EnumMap<>(MoveReason.class);
    private long made;
    private long bytesMoved;
    private long stayed;
    private long failed;

    /**
     * @param view     what the policy is told of a pool; null for one that takes no changes
     * @param resolver knows the storage policies
     * @param nowMs    a clock that goes on evenly, in milliseconds
     * @param hasRoom  whether sparse devices can grow; no page is moved while they can't
     * @param executor a thread of its own
     */
    PlacementRounds(String server, PagePlacer placer, Function<Pool, PlacementPool> view, PlacementSettings settings,
            GrantResolver resolver, LongSupplier nowMs, BooleanSupplier hasRoom, ScheduledExecutorService executor) {
        this.server = server;
        this.placer = placer;
        this.policy = new PlacementPolicy(config(settings));
        this.placement = VolumePlacement.by(settings.granularity());
        this.view = view;
        this.resolver = resolver;
        this.nowMs = nowMs;
        this.hasRoom = hasRoom;
        this.rounds = executor.scheduleWithFixedDelay(
                this::round, settings.intervalMs(), settings.intervalMs(), TimeUnit.MILLISECONDS);
    }

    /** The policy's own measure, at another speed: a burst is what is moved in a minute. */
    private static PlacementConfig config(PlacementSettings settings) {
        PlacementConfig usual = PlacementConfig.DEFAULT;
        long budget = settings.budgetBytesPerSecond();
        return new PlacementConfig(usual.margin(), usual.touchedIntervals(), usual.observedIntervals(),
                usual.residenceMs(), usual.quietIntervals(), usual.coldIntervals(), usual.headroom(), budget,
                60 * budget, usual.movesPerRound());
    }

    private void round() {
        try {
            seen = new HashMap<>();
            asked = 0;
            count(placer.round(policy, nowMs.getAsLong(), view, volume -> placement, this::mayMove,
                    () -> !closed && hasRoom.getAsBoolean()));
            // What is gone is forgotten.
            hasPolicy = seen;
        } catch (IOException e) {
            boolean closing = closed || e instanceof BatonException baton && baton.code() == ErrorCode.UNREACHABLE;
            if (!closing) {
                LOG.warn("{}: pages could not be placed in this round", server, e);
            }
        } catch (RuntimeException e) {
            // Thrown on, it would end all rounds to come.
            LOG.error("{}: a placement round ended unexpectedly", server, e);
        }
    }

    /**
     * The pool of an extent that comes to this server and has no storage policy of its own, by what the last round saw; any
     * thread may ask.
     *
     * @param bytes what its first page takes when it is full
     * @param pools those that it may go to
     * @return empty if none of them has room above its reserve: then nothing is gained by another than the default
     */
    Optional<String> poolOfNew(Extent extent, long bytes, List<PlacementPool> pools) {
        if (pools.stream().noneMatch(pool -> pool.freeBytes() - pool.reserveBytes() >= bytes)) {
            return Optional.empty();
        }
        return Optional.of(policy.poolForNewPage(
                extent.pages().volume(), extent.id(), bytes, placement, pools));
    }

    /** Whether what is done with the pages of an extent decides where they are. */
    private boolean mayMove(ExtentId extent) {
        if (closed) {
            return false;
        }
        Boolean known = hasPolicy.get(extent);
        if (known == null && asked < MOST_ASKED) {
            asked++;
            try {
                known = resolver.isPlacedByPolicy(extent);
            } catch (IOException e) {
                LOG.debug("{}: the storage policy of {} is not known; its pages stay", server, extent, e);
                if (!(e instanceof BatonException baton && baton.code() == ErrorCode.NO_SUCH_EXTENT)) {
                    // A catalog that does not answer is asked again in the next round, not for each of the others.
                    asked = MOST_ASKED;
                }
            }
        }
        if (known != null) {
            seen.put(extent, known);
        }
        return known != null && !known;
    }

    /** In the rounds' thread: what an extent's policy is, is asked again. */
    void policyChanged(ExtentId extent) {
        hasPolicy.remove(extent);
    }

    private synchronized void count(PlacementRound round) {
        made++;
        for (PageMove move : round.moved()) {
            moved.merge(move.reason(), 1L, Long::sum);
            bytesMoved += move.bytes();
        }
        stayed += round.stayed().size();
        failed += round.failed().size();
        round.failed().forEach((move, why) -> LOG.warn("{}: page {} of {} could not be carried from pool {} to {}",
                server, move.page(), move.volume(), move.from(), move.to(), why));
    }

    /** What has become of the moves so far. */
    synchronized PlacementFigures figures() {
        return new PlacementFigures(made, moved, bytesMoved, stayed, failed);
    }

    /** No round begins any more, and the one under way ends with the move under way. */
    @Override
    public void close() {
        closed = true;
        rounds.cancel(false);
    }
}
