package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.util.Map;

/**
 * What a round learned that chooses pools for new pages until the next. Immutable, for any thread.
 *
 * @param config       how the policy weighs
 * @param homes        the pools where units of several pages belong
 * @param uses         what is done with the volumes
 * @param leastLosses  by pool: what the coldest page that may leave would lose per byte; a pool without one is
 * missing
 */
record NewPages(
        PlacementConfig config, Map<UnitKey, String> homes, Map<VolumeId, VolumeUse> uses,
        Map<String, Double> leastLosses) {

    /** The pool; null if there are no tiers. */
    String choose(VolumeId volume, ExtentId extent, long bytes, VolumePlacement placement, Tiers tiers) {
        String wanted = placement.pinnedPool().orElseGet(() -> placement.granularity() == PlacementGranularity.PAGE
                ? null : homes.get(UnitKey.of(volume, extent, 0, placement.granularity())));
        int wantedTier = wanted == null ? -1 : tiers.of(wanted);
        if (wantedTier >= 0 && tiers.room(wantedTier) >= bytes) {
            return wanted;
        }
        int roomiest = -1;
        for (int tier = 0; tier < tiers.count(); tier++) {
            if (tiers.room(tier) >= bytes && !wouldLeaveSoon(volume, bytes, tier, tiers)) {
                return tiers.pool(tier).name();
            }
            if (roomiest < 0 || tiers.room(tier) > tiers.room(roomiest)) {
                roomiest = tier;
            }
        }
        return roomiest < 0 ? null : tiers.pool(roomiest).name();
    }

    /**
     * Whether a page that is used as the volume's others are would be colder than all that the tier holds, and the
     * tier has no more than its headroom.
     */
    private boolean wouldLeaveSoon(VolumeId volume, long bytes, int tier, Tiers tiers) {
        VolumeUse use = uses.get(volume);
        Double leastLoss = leastLosses.get(tiers.pool(tier).name());
        if (tier == tiers.count() - 1 || use == null || leastLoss == null) {
            return false;
        }
        double headroom = config.headroom() * tiers.pool(tier).capacityBytes();
        return tiers.room(tier) - bytes < headroom && use.lossPerByte(tiers, tier, tier + 1) < leastLoss;
    }
}
