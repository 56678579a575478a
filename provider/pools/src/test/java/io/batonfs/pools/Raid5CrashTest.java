package io.batonfs.pools;

/** {@link CrashContract} for RAID 5 with rows of three blocks. */
class Raid5CrashTest extends CrashContract {
    Raid5CrashTest() {
        super(RaidLevel.RAID_5, 1, 1);
    }
}
