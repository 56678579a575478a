package io.batonfs.pools.placement;

import io.batonfs.model.VolumeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Sorts the pages of a round: those of pinned volumes, units of several pages, and for each tier the units with which
 * a round would begin. Keeps no page that no list has, so a round over a million single pages stays small.
 */
final class RoundLists {
    private final PlacementConfig config;
    private final Tiers tiers;
    private final Function<VolumeId, VolumePlacement> volumes;
    private final Map<UnitKey, PlacementUnit> groups = new TreeMap<>();
    private final Map<VolumeId, VolumeUse> uses = new HashMap<>();
    private final Shortlist misplaced;
    private final List<Shortlist> hottestBelow = new ArrayList<>();
    private final List<Shortlist> coldest = new ArrayList<>();
    private final List<Shortlist> quietest = new ArrayList<>();
    private final List<Shortlist> lastResort = new ArrayList<>();

    RoundLists(PlacementConfig config, Tiers tiers, Function<VolumeId, VolumePlacement> volumes) {
        this.config = config;
        this.tiers = tiers;
        this.volumes = volumes;
        this.misplaced = new Shortlist(config.movesPerRound());
        for (int tier = 0; tier < tiers.count(); tier++) {
            for (List<Shortlist> lists : List.of(hottestBelow, coldest, quietest, lastResort)) {
                lists.add(new Shortlist(config.movesPerRound()));
            }
        }
    }

    /**
     * Sorts a page in. One of a pinned volume, or of a unit of several pages, that rests by itself could not be moved lately:
     * till it is thought of again it counts as if it were not there, or each round would plan its move again.
     *
     * @param rests whether a unit may not move for a while
     */
    void add(PlacedPage page, Predicate<UnitKey> rests) {
        int tier = tiers.of(page.pool());
        if (tier < 0) {
            return;
        }
        if (page.activity().observedIntervals() >= config.observedIntervals()) {
            uses.computeIfAbsent(page.volume(), volume -> new VolumeUse()).add(page);
        }
        VolumePlacement placement = volumes.apply(page.volume());
        UnitKey alone = UnitKey.of(page.volume(), page.extent(), page.page(), PlacementGranularity.PAGE);
        UnitKey key = UnitKey.of(page.volume(), page.extent(), page.page(), placement.granularity());
        if (placement.pinnedPool().isEmpty() && key.isPage()) {
            PlacementUnit unit = new PlacementUnit(key, tiers.count());
            unit.add(page, tier);
            offer(unit, rests.test(key));
        } else if (rests.test(alone)) {
            return;
        } else if (placement.pinnedPool().isPresent()) {
            pinned(alone, page, tier, placement.pinnedPool().get());
        } else {
            groups.computeIfAbsent(key, first -> new PlacementUnit(first, tiers.count())).add(page, tier);
        }
    }

    private void pinned(UnitKey key, PlacedPage page, int tier, String pool) {
        int to = tiers.of(pool);
        if (to >= 0 && to != tier && tiers.mayGo(tier, to)) {
            PlacementUnit alone = new PlacementUnit(key, tiers.count());
            alone.add(page, tier);
            alone.home(to);
            misplaced.offer(0, alone);
        }
    }

    /** Puts a unit into the lists of those that a round may move. */
    void offer(PlacementUnit unit, boolean rests) {
        int home = unit.home();
        long bytes = unit.bytes();
        if (tiers.room(home) < 0) {
            lastResort.get(home).offer(-lossPerByte(unit, bytes), unit);
        }
        if (rests) {
            return;
        }
        if (home < tiers.count() - 1 && unit.observedIntervals() >= config.observedIntervals()) {
            coldest.get(home).offer(-lossPerByte(unit, bytes), unit);
        }
        if (unit.quietIntervals() >= config.quietIntervals()) {
            quietest.get(home).offer(unit.quietIntervals(), unit);
        }
        if (unit.touchedIntervals() >= config.touchedIntervals()) {
            for (int faster = 0; faster < home; faster++) {
                double saving = unit.saving(tiers, faster);
                if (saving > 0 && tiers.mayGo(home, faster)) {
                    hottestBelow.get(faster).offer(saving / bytes, unit);
                }
            }
        }
    }

    /** What it would lose in the next slower tier; the slowest has none, and nothing is displaced from it. */
    private double lossPerByte(PlacementUnit unit, long bytes) {
        int slower = Math.min(unit.home() + 1, tiers.count() - 1);
        return -unit.saving(tiers, slower) / bytes;
    }

    /** Pages of pinned volumes that are elsewhere; their home is the pinned pool. */
    List<PlacementUnit> misplaced() {
        return misplaced.bestFirst();
    }

    /** Units of several pages, by key; not in the other lists until they are offered. */
    Collection<PlacementUnit> groups() {
        return groups.values();
    }

    /** Whether it is a unit of several pages, of which some are not at home. */
    boolean isOnItsWay(UnitKey key) {
        PlacementUnit group = groups.get(key);
        return group != null && group.bytesOutside(group.home(), tiers) > 0;
    }

    /** In slower tiers: who gains most per byte comes first. */
    List<PlacementUnit> hottestBelow(int tier) {
        return hottestBelow.get(tier).bestFirst();
    }

    /** Of a tier, and known for long enough: who loses least per byte by leaving it comes first. */
    List<PlacementUnit> coldest(int tier) {
        return coldest.get(tier).bestFirst();
    }

    /** Of a tier: who has been left alone longest comes first. */
    List<PlacementUnit> quietest(int tier) {
        return quietest.get(tier).bestFirst();
    }

    /** As {@link #coldest}, with those that should rather stay; of a tier that is short of its reserve only. */
    List<PlacementUnit> lastResort(int tier) {
        return lastResort.get(tier).bestFirst();
    }

    /** What is done with the volumes. */
    Map<VolumeId, VolumeUse> uses() {
        return uses;
    }
}
