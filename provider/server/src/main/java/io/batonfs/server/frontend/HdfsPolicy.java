package io.batonfs.server.frontend;

import io.batonfs.pools.RaidLevel;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The storage policies that every HDFS has, as classes of service here (POOL-8). HDFS says by them on what kinds of
 * devices the replicas of a block lie; here they say at which RAID level data is best kept:
 * <pre>
 *   policy         levels, the best first    of several pools at a level   where that one is full
 *   LAZY_PERSIST   0, 10, 1, 50, 5, 6        the first on the devices      the next
 *   ALL_NVDIMM     10, 1, 50, 5, 6           the first                     the next
 *   ALL_SSD        10, 1, 50, 5, 6           the first                     the next
 *   ONE_SSD        10, 1, 50, 5, 6           the first                     the next
 *   HOT            (the default pool)        -                             refused
 *   WARM           50, 5, 6, 10, 1           the first                     the next
 *   COLD           6, 5, 50, 10, 1           the last                      refused
 *   PROVIDED       6, 5, 50, 10, 1           the last                      the next
 * </pre>
 * Mirrors are the fast ones, parity saves space, and two parities fit what is seldom written and long kept. What can
 * lose data with one device is for who has asked for less than that, LAZY_PERSIST, and no other policy falls back to
 * it, unless it is the default pool, which it is only if there is no other or it is named for that. The first pool on the devices is the faster one of two alike where devices are spindles. Where a policy goes on
 * to the next pool, it has creation fallbacks in HDFS too; HOT and COLD have none there.
 */
enum HdfsPolicy {
    /** In HDFS one replica, in memory first: speed counts, and the loss of a device may cost what is new. */
    LAZY_PERSIST(true, false, RaidLevel.RAID_0, RaidLevel.RAID_10, RaidLevel.RAID_1, RaidLevel.RAID_50,
            RaidLevel.RAID_5, RaidLevel.RAID_6),
    /** In HDFS all replicas in memory that keeps what it holds. */
    ALL_NVDIMM(true, false, RaidLevel.RAID_10, RaidLevel.RAID_1, RaidLevel.RAID_50, RaidLevel.RAID_5, RaidLevel.RAID_6),
    /** In HDFS all replicas on SSD. */
    ALL_SSD(true, false, RaidLevel.RAID_10, RaidLevel.RAID_1, RaidLevel.RAID_50, RaidLevel.RAID_5, RaidLevel.RAID_6),
    /** In HDFS one replica on SSD, which readers are sent to. */
    ONE_SSD(true, false, RaidLevel.RAID_10, RaidLevel.RAID_1, RaidLevel.RAID_50, RaidLevel.RAID_5, RaidLevel.RAID_6),
    /** In HDFS all replicas on disk, which is what files get that ask for nothing. */
    HOT(false, false),
    /** In HDFS one replica on disk, the others in the archive. */
    WARM(true, false, RaidLevel.RAID_50, RaidLevel.RAID_5, RaidLevel.RAID_6, RaidLevel.RAID_10, RaidLevel.RAID_1),
    /** In HDFS all replicas in the archive. */
    COLD(false, true, RaidLevel.RAID_6, RaidLevel.RAID_5, RaidLevel.RAID_50, RaidLevel.RAID_10, RaidLevel.RAID_1),
    /** In HDFS what lies in another storage system; there are no such pools here. */
    PROVIDED(true, true, RaidLevel.RAID_6, RaidLevel.RAID_5, RaidLevel.RAID_50, RaidLevel.RAID_10, RaidLevel.RAID_1);

    private final boolean fallsBack;
    private final boolean lastFirst;
    private final List<RaidLevel> levels;

    HdfsPolicy(boolean fallsBack, boolean lastFirst, RaidLevel... levels) {
        this.fallsBack = fallsBack;
        this.lastFirst = lastFirst;
        this.levels = List.of(levels);
    }

    /** The policy of a name in upper case. */
    static Optional<HdfsPolicy> named(String name) {
        return Stream.of(values()).filter(policy -> policy.name().equals(name)).findFirst();
    }

    /** Whether a full pool makes it go on to the next one. */
    boolean fallsBack() {
        return fallsBack;
    }

    /** Its levels, the best first; empty for that of the default pool. */
    List<RaidLevel> levels() {
        return levels;
    }

    /** Whether of several pools at one level the last on the devices comes first. */
    boolean lastFirst() {
        return lastFirst;
    }
}
