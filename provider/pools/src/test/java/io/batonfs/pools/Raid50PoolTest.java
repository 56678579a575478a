package io.batonfs.pools;

/** {@link SegmentPoolContract} for RAID_50 on 6 devices, stripe unit of 2 blocks. */
class Raid50PoolTest extends SegmentPoolContract {
    Raid50PoolTest() {
        super(RaidLevel.RAID_50, 6, 2, 500);
    }
}
