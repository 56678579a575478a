package io.batonfs.pools;

/** {@link CrashContract} for RAID 1 on six devices, each with the metadata, of which any one has to be left. */
class Raid1CrashTest extends CrashContract {
    Raid1CrashTest() {
        super(RaidLevel.RAID_1, 6, 2, 5, 7);
    }
}
