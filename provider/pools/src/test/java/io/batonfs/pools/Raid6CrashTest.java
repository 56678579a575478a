package io.batonfs.pools;

/** {@link CrashContract} for RAID 6 with rows of three blocks on five devices, any two of which may be lost. */
class Raid6CrashTest extends CrashContract {
    Raid6CrashTest() {
        super(RaidLevel.RAID_6, 5, 1, 2, 7);
    }
}
