package io.batonfs.pools;

/** {@link SegmentPoolContract} for RAID_6 on 5 devices, stripe unit of 1 blocks. */
class Raid6PoolTest extends SegmentPoolContract {
    Raid6PoolTest() {
        super(RaidLevel.RAID_6, 5, 1, 500);
    }
}
