package io.batonfs.pools;

/** {@link SegmentPoolContract} for RAID_0, stripe unit of 2 blocks. */
class Raid0PoolTest extends SegmentPoolContract {
    Raid0PoolTest() {
        super(RaidLevel.RAID_0, 2);
    }
}
