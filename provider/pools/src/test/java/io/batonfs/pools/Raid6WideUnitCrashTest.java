package io.batonfs.pools;

/** {@link CrashContract} for RAID 6 with units of two blocks on the fewest devices. */
class Raid6WideUnitCrashTest extends CrashContract {
    Raid6WideUnitCrashTest() {
        super(RaidLevel.RAID_6, 4, 2, 2, 5);
    }
}
