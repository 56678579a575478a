package io.batonfs.pools;

/** {@link SegmentPoolContract} for RAID_5, stripe unit of 1 blocks. */
class Raid5PoolTest extends SegmentPoolContract {
    Raid5PoolTest() {
        super(RaidLevel.RAID_5, 1);
    }
}
