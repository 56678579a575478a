package io.batonfs.pools;

/** {@link CrashContract} for RAID 0 on four devices, none of which may be lost, stripe unit of 2 blocks. */
class Raid0CrashTest extends CrashContract {
    Raid0CrashTest() {
        super(RaidLevel.RAID_0, 4, 2, 0, 5);
    }
}
