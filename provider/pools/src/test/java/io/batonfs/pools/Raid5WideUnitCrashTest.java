package io.batonfs.pools;

/** {@link CrashContract} for RAID 5 with rows of six blocks. */
class Raid5WideUnitCrashTest extends CrashContract {
    Raid5WideUnitCrashTest() {
        super(RaidLevel.RAID_5, 2, 1);
    }
}
