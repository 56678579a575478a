package io.batonfs.pools;

/** {@link SegmentPoolContract} for RAID_5, stripe unit of 4 blocks. */
class Raid5WideUnitPoolTest extends SegmentPoolContract {
    Raid5WideUnitPoolTest() {
        super(RaidLevel.RAID_5, 4);
    }
}
