package io.batonfs.pools;

/** {@link CrashContract} for RAID 50 with rows of two blocks on two spans of three devices, each of which spares one. */
class Raid50CrashTest extends CrashContract {
    Raid50CrashTest() {
        super(RaidLevel.RAID_50, 6, 1, 2, 7);
    }
}
