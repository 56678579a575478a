package io.batonfs.pools;

/** {@link SegmentPoolContract} for RAID_10, stripe unit of 4 blocks. */
class Raid10PoolTest extends SegmentPoolContract {
    Raid10PoolTest() {
        super(RaidLevel.RAID_10, 4);
    }
}
