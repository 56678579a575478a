package io.batonfs.pools.placement;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Plans the moves of one round; the steps and their order are those of PLACEMENT.md. Keeps two accounts of each
 * tier's room above the reserve: what will be there when the moves planned so far are done, and the same without what
 * is promised to units that are on their way. Moves take from the first, decisions from the second. Used for one
 * round.
 */
final class RoundPlanner {
    private final PlacementConfig config;
    private final Tiers tiers;
    private final RoundLists lists;
    private final ResidenceLedger ledger;
    private final MoveBudget budget;
    private final long nowMs;
    private final long[] present;
    private final long[] unpromised;
    private final List<PageMove> moves = new ArrayList<>();
    private final Set<UnitKey> decided = new HashSet<>();

    RoundPlanner(PlacementConfig config, Tiers tiers, RoundLists lists, ResidenceLedger ledger, MoveBudget budget,
            long nowMs) {
        this.config = config;
        this.tiers = tiers;
        this.lists = lists;
        this.ledger = ledger;
        this.budget = budget;
        this.nowMs = nowMs;
        this.present = new long[tiers.count()];
        this.unpromised = new long[tiers.count()];
        for (int tier = 0; tier < tiers.count(); tier++) {
            present[tier] = tiers.room(tier);
            unpromised[tier] = tiers.room(tier);
        }
    }

    List<PageMove> plan() {
        obeyPins();
        gatherGroups();
        for (int tier = 0; tier < tiers.count(); tier++) {
            restoreReserve(tier);
        }
        for (int tier = 0; tier < tiers.count(); tier++) {
            restoreHeadroom(tier);
        }
        for (int tier = 0; tier < tiers.count() - 1; tier++) {
            fillWithHotter(tier);
        }
        for (int tier = 0; tier < tiers.count(); tier++) {
            putColdAway(tier);
        }
        return moves;
    }

    private void obeyPins() {
        for (PlacementUnit page : lists.misplaced()) {
            if (mayMove(1) && unpromised[page.home()] >= page.bytes()) {
                unpromised[page.home()] -= page.bytes();
                carry(page, page.home(), MoveReason.PINNED);
            }
        }
    }

    /** Units that are on their way, or some of whose pages found no room at home, go on; the others are offered. */
    private void gatherGroups() {
        for (PlacementUnit group : lists.groups()) {
            int sentTo = ledger.destination(group.key()) == null ? -1 : tiers.of(ledger.destination(group.key()));
            long outside = group.bytesOutside(sentTo < 0 ? group.home() : sentTo, tiers);
            if (sentTo >= 0 && outside > unpromised[sentTo] && !ledger.rests(group.key(), nowMs)) {
                ledger.forget(group.key());
            } else if (sentTo >= 0) {
                group.home(sentTo);
            }
            long missing = group.bytesOutside(group.home(), tiers);
            if (missing > 0 && missing <= unpromised[group.home()]) {
                decided.add(group.key());
                unpromised[group.home()] -= missing;
                if (mayMove(1)) {
                    carry(group, group.home(), MoveReason.WITH_ITS_UNIT);
                }
            } else {
                lists.offer(group, ledger.rests(group.key(), nowMs));
            }
        }
    }

    private void restoreReserve(int tier) {
        for (PlacementUnit unit : lists.lastResort(tier)) {
            if (unpromised[tier] >= 0 || !mayMove(1)) {
                return;
            }
            int to = slowerWithRoom(tier, unit.bytes());
            for (int faster = tier - 1; to < 0 && faster >= 0; faster--) {
                to = unpromised[faster] >= unit.bytes() && tiers.mayGo(tier, faster) ? faster : -1;
            }
            if (to >= 0 && !decided.contains(unit.key())) {
                send(unit, to, MoveReason.RESERVE);
            }
        }
    }

    private void restoreHeadroom(int tier) {
        for (PlacementUnit unit : lists.quietest(tier)) {
            if (unpromised[tier] >= headroom(tier) || !mayMove(1)) {
                return;
            }
            int to = savingSpace(tier, unit.bytes());
            if (to < 0) {
                to = slowerWithRoom(tier, unit.bytes());
            }
            if (to >= 0 && !decided.contains(unit.key())) {
                send(unit, to, MoveReason.HEADROOM);
            }
        }
    }

    private void fillWithHotter(int tier) {
        List<PlacementUnit> coldest = lists.coldest(tier);
        for (PlacementUnit hot : lists.hottestBelow(tier)) {
            if (!mayMove(1)) {
                return;
            }
            if (decided.contains(hot.key())) {
                continue;
            }
            long missing = hot.bytesOutside(tier, tiers) - spare(tier);
            if (missing <= 0 || displace(coldest, tier, missing, hot.saving(tiers, tier))) {
                send(hot, tier, MoveReason.HOT);
            }
        }
    }

    /**
     * Sends away as many of the coldest as have so many bytes, if all of them together lose so much less than is
     * gained.
     *
     * @return whether the room is there
     */
    private boolean displace(List<PlacementUnit> coldest, int tier, long missingBytes, double gain) {
        List<PlacementUnit> leaving = new ArrayList<>();
        List<Integer> destinations = new ArrayList<>();
        long[] taken = new long[tiers.count()];
        long bytes = 0;
        double loss = 0;
        int pages = 1;
        for (PlacementUnit cold : coldest) {
            if (bytes >= missingBytes) {
                break;
            }
            if (decided.contains(cold.key()) || cold.bytesIn(tier) == 0) {
                continue;
            }
            int to = tier + 1;
            while (to < tiers.count() && (unpromised[to] - taken[to] < cold.bytes() || !tiers.mayGo(tier, to))) {
                to++;
            }
            if (to == tiers.count()) {
                return false;
            }
            loss -= cold.saving(tiers, to);
            if (gain <= config.margin() * loss) {
                return false;
            }
            taken[to] += cold.bytes();
            bytes += cold.bytesIn(tier);
            pages += cold.pages().size();
            leaving.add(cold);
            destinations.add(to);
        }
        if (bytes < missingBytes || leaving.size() > 1 && !mayMove(pages)) {
            return false;
        }
        boolean gone = mayMove(2);
        for (int i = 0; gone && i < leaving.size(); i++) {
            gone = send(leaving.get(i), destinations.get(i), MoveReason.DISPLACED);
        }
        // A unit of many pages may have taken the list's last place: who displaced it comes in the next round.
        return gone && moves.size() < config.movesPerRound();
    }

    private void putColdAway(int tier) {
        for (PlacementUnit unit : lists.quietest(tier)) {
            if (unit.quietIntervals() < config.coldIntervals() || !mayMove(1)) {
                return;
            }
            int to = savingSpace(tier, unit.bytes());
            if (to >= 0 && !decided.contains(unit.key())) {
                send(unit, to, MoveReason.COLD);
            }
        }
    }

    /** What may be filled: what is above the headroom, and where the reserve itself is short, less than nothing. */
    private long spare(int tier) {
        return unpromised[tier] < 0 ? unpromised[tier] : Math.max(0, unpromised[tier] - headroom(tier));
    }

    private long headroom(int tier) {
        return (long) (config.headroom() * tiers.pool(tier).capacityBytes());
    }

    private int slowerWithRoom(int tier, long bytes) {
        for (int slower = tier + 1; slower < tiers.count(); slower++) {
            if (unpromised[slower] >= bytes && tiers.mayGo(tier, slower)) {
                return slower;
            }
        }
        return -1;
    }

    /** The tier with room in which a byte takes least space, if it is less than here, or -1; of equals the faster. */
    private int savingSpace(int tier, long bytes) {
        int best = -1;
        double least = tiers.pool(tier).spaceCost();
        for (int other = 0; other < tiers.count(); other++) {
            if (tiers.pool(other).spaceCost() < least && unpromised[other] - headroom(other) >= bytes
                    && tiers.mayGo(tier, other)) {
                best = other;
                least = tiers.pool(other).spaceCost();
            }
        }
        return best;
    }

    private boolean mayMove(int pages) {
        return budget.isOpen() && moves.size() + pages <= config.movesPerRound();
    }

    /**
     * Decides where a unit goes, and begins to carry it.
     *
     * @return whether all of it has left for there
     */
    private boolean send(PlacementUnit unit, int to, MoveReason reason) {
        decided.add(unit.key());
        ledger.sent(unit.key(), tiers.pool(to).name(), nowMs);
        unpromised[to] -= unit.bytesOutside(to, tiers);
        return carry(unit, to, reason);
    }

    /**
     * Plans moves for pages that are elsewhere, as many as can be; room has been promised. One at least, or the
     * second of a pair of which the first has left would be lost.
     */
    private boolean carry(PlacementUnit unit, int to, MoveReason reason) {
        int carried = 0;
        for (PlacedPage page : unit.pages()) {
            int from = tiers.of(page.pool());
            if (from == to || !tiers.mayGo(from, to)) {
                continue;
            }
            if (present[to] < page.bytes() || carried > 0 && !mayMove(1)) {
                return false;
            }
            carried++;
            moves.add(new PageMove(page.volume(), page.extent(), page.page(), page.pool(), tiers.pool(to).name(),
                    page.bytes(), reason));
            budget.spend(page.bytes());
            present[from] += page.bytes();
            unpromised[from] += page.bytes();
            present[to] -= page.bytes();
        }
        return true;
    }
}
