package io.batonfs.pools;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells from superblocks whether devices were used without those that are believed now, so that what was acknowledged then is
 * on them alone. Before anything is written without a device, those that go on say that it is out: so who was used alone
 * says of the others what these have never heard of themselves. Stateless.
 */
final class UsedApart {

    private UsedApart() {
    }

    /**
     * The places, from 1, of devices that a superblock says to be out, not being rebuilt, while the newest one believes the
     * same devices. Either the set was used without them, or they were taken back when the one that says so was missing.
     *
     * @param newest the superblock that is believed
     * @param block  what a device says that is out or missing
     */
    static List<Integer> without(Superblock newest, Superblock block) {
        return believed(newest, block).stream()
                .filter(place -> block.tenants().get(place - 1).equals(newest.tenants().get(place - 1))).toList();
    }

    /**
     * The same whoever has these places now: what says so was used without those who had them then, which says nothing by
     * itself if others were put there since.
     */
    static List<Integer> believed(Superblock newest, Superblock block) {
        List<Integer> places = new ArrayList<>();
        for (int place = 0; place < newest.devices(); place++) {
            long device = 1L << place;
            boolean without = false;
            for (int pool = 0; pool < block.outMasks().size(); pool++) {
                without |= (gone(block, pool) & ~newest.outMasks().get(pool) & device) != 0;
            }
            if (without && place != block.deviceIndex()) {
                places.add(place + 1);
            }
        }
        return places;
    }

    /**
     * The pools of which devices say that they went on with them and could not have without, while the newest superblock says
     * that they go on without any that is believed by those. If one is believed by both, then either it was told what they say,
     * and the newest superblock knows of it, or it was not, and nothing was acknowledged in that belief.
     *
     * @param newest the superblock that is believed
     * @param block  what all these devices say
     * @param side   their places; bit i is place i + 1
     * @return by name
     */
    static List<String> pools(Superblock newest, Superblock block, long side) {
        List<String> pools = new ArrayList<>();
        for (int pool = 0; pool < block.outMasks().size(); pool++) {
            PoolLayout layout = block.pools().get(pool);
            long members = side & ~block.outMasks().get(pool);
            if (members != 0 && layout.spares(block.outMasks().get(pool)) && !layout.spares(gone(block, pool) | members)
                    && layout.spares(newest.outMasks().get(pool)) && believeNobodyBoth(newest, block, pool)) {
                pools.add(layout.name());
            }
        }
        return pools;
    }

    private static boolean believeNobodyBoth(Superblock newest, Superblock block, int pool) {
        long out = newest.outMasks().get(pool) | block.outMasks().get(pool);
        for (int place = 0; place < newest.devices(); place++) {
            if ((out >>> place & 1) == 0 && newest.tenants().get(place).equals(block.tenants().get(place))) {
                return false;
            }
        }
        return true;
    }

    /** One that is being rebuilt may have become a full member, which need not be told to all. */
    private static long gone(Superblock block, int pool) {
        return block.outMasks().get(pool) & ~block.rebuildMasks().get(pool);
    }
}
