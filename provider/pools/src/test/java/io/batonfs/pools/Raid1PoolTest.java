package io.batonfs.pools;

/** {@link SegmentPoolContract} for RAID_1, stripe unit of 1 blocks. */
class Raid1PoolTest extends SegmentPoolContract {
    Raid1PoolTest() {
        super(RaidLevel.RAID_1, 1);
    }
}
