package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Chooses pools for pages: for new ones at once, for old ones by rounds (POOL-6, POOL-7). What it aims at and how it
 * goes about it stands in the module's PLACEMENT.md. It moves nothing itself and knows no time but what it is told:
 * equal calls have equal answers.
 *
 * <p>It remembers the budget, what was moved lately, and what the last round saw; all of that is lost with it, which
 * costs a time of watching and no more.
 *
 * <p>Rounds are made by one thread at a time; {@link #poolForNewPage} may be asked by any, at any time.
 */
public final class PlacementPolicy {
    private final PlacementConfig config;
    private final MoveBudget budget;
    private final ResidenceLedger ledger;
    private volatile NewPages newPages;

    /** Knows nothing of any page yet. */
    public PlacementPolicy(PlacementConfig config) {
        this.config = config;
        this.budget = new MoveBudget(config.budgetBytesPerSecond(), config.burstBytes());
        this.ledger = new ResidenceLedger(config.residenceMs());
        this.newPages = new NewPages(config, Map.of(), Map.of(), Map.of());
    }

    /**
     * Plans a round. The moves are to be made in the order of the list, since later ones need the room that earlier
     * ones leave, and before the next round is asked for. A move may be dropped, and {@link #notMade} or {@link #notNow}
     * be told of it.
     *
     * @param nowMs   a clock that goes on evenly, in milliseconds
     * @param pools   those that pages may be taken from and put into, as they are now; not those that take no changes
     * @param volumes what was laid down for a volume; never null
     * @param pages   all pages of those pools, in any order; gone through once
     */
    public List<PageMove> round(long nowMs, Collection<PlacementPool> pools,
            Function<VolumeId, VolumePlacement> volumes, Iterable<PlacedPage> pages) {
        Tiers tiers = new Tiers(pools);
        budget.advance(nowMs);
        RoundLists lists = new RoundLists(config, tiers, volumes);
        for (PlacedPage page : pages) {
            lists.add(page, unit -> ledger.rests(unit, nowMs));
        }
        List<PageMove> moves = new RoundPlanner(config, tiers, lists, ledger, budget, nowMs).plan();
        ledger.prune(nowMs, lists::isOnItsWay);
        newPages = learned(tiers, lists);
        return List.copyOf(moves);
    }

    /**
     * A move of the last round was not made, since its page had changed or could not be carried: it costs no budget, and the
     * page is thought of again when the residence is over. To be told before the next round.
     *
     * @param nowMs as for {@link #round}
     */
    public void notMade(PageMove move, long nowMs) {
        budget.giveBack(move.bytes());
        ledger.sent(UnitKey.of(move.volume(), move.extent(), move.page(), PlacementGranularity.PAGE), move.from(), nowMs);
    }

    /**
     * A move of the last round was not made, since its pools were not as they had been: it costs no budget, and as there is
     * nothing wrong with its page, the next round thinks of it again. To be told before that.
     */
    public void notNow(PageMove move) {
        budget.giveBack(move.bytes());
        ledger.forget(UnitKey.of(move.volume(), move.extent(), move.page(), PlacementGranularity.PAGE));
    }

    private NewPages learned(Tiers tiers, RoundLists lists) {
        Map<UnitKey, String> homes = new HashMap<>();
        for (PlacementUnit group : lists.groups()) {
            String sentTo = ledger.destination(group.key());
            homes.put(group.key(), sentTo != null ? sentTo : tiers.pool(group.home()).name());
        }
        Map<String, Double> leastLosses = new HashMap<>();
        for (int tier = 0; tier < tiers.count() - 1; tier++) {
            List<PlacementUnit> coldest = lists.coldest(tier);
            if (!coldest.isEmpty()) {
                PlacementUnit first = coldest.get(0);
                leastLosses.put(tiers.pool(tier).name(), -first.saving(tiers, tier + 1) / first.bytes());
            }
        }
        return new NewPages(config, homes, lists.uses(), leastLosses);
    }

    /**
     * The pool for a page that is about to be written. A pinned volume's pool comes first, then the one where the
     * rest of its unit is, then the fastest that has room above its reserve; but a volume whose pages are colder than
     * all that a nearly full pool holds gets none of what is left there. If no pool has room above its reserve, it is
     * the one that is least short of it.
     *
     * @param bytes what the page will take when it is full
     * @param pools as for {@link #round}; at least one
     */
    public String poolForNewPage(VolumeId volume, ExtentId extent, long bytes, VolumePlacement placement,
            Collection<PlacementPool> pools) {
        if (pools.isEmpty()) {
            throw new IllegalArgumentException("no pool to choose from for a page of " + volume);
        }
        return newPages.choose(volume, extent, bytes, placement, new Tiers(pools));
    }

    /** Units that rest, or are on their way: what the policy's memory grows with. */
    int remembered() {
        return ledger.size();
    }
}
