package io.batonfs.pools;

/** {@link CrashContract} for RAID 10, stripe unit of 2 blocks. */
class Raid10CrashTest extends CrashContract {
    Raid10CrashTest() {
        super(RaidLevel.RAID_10, 2, 1);
    }
}
