package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a device says about itself.
 *
 * @param group           the group that it belongs to
 * @param setId           the set of devices that it was formatted with
 * @param server          the server that it belongs to
 * @param deviceIndex     its place in the set, from 0
 * @param generation      raised whenever a device is taken out of a pool: the highest one tells the truth
 * @param deviceSizeBytes bytes of the device when it was formatted
 * @param pools           the pools on the set
 * @param outMasks        for each pool, the devices that miss writes and must not be believed; bit i is device i
 */
record Superblock(
        GroupId group, UUID setId, ServerId server, int deviceIndex, long generation, long deviceSizeBytes,
        List<PoolLayout> pools, List<Long> outMasks) {

    Superblock {
        pools = List.copyOf(pools);
        outMasks = List.copyOf(outMasks);
    }

    int devices() {
        return pools.get(0).devices();
    }

    Superblock forDevice(int index, long sizeBytes) {
        return new Superblock(group, setId, server, index, generation, sizeBytes, pools, outMasks);
    }

    /** The next generation, in which more devices are out of a pool. */
    Superblock withOut(int pool, long outMask) {
        List<Long> masks = new ArrayList<>(outMasks);
        masks.set(pool, masks.get(pool) | outMask);
        return new Superblock(group, setId, server, deviceIndex, generation + 1, deviceSizeBytes, pools, masks);
    }
}
