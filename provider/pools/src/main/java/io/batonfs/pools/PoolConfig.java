package io.batonfs.pools;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * How a pool is laid out when its devices are formatted.
 *
 * @param name           what an operator calls it; 1 to 32 bytes of UTF-8
 * @param level          RAID level
 * @param spans          RAID 5 sets of equal size that RAID 50 stripes over, at least 2; 0 for the fewest that the devices
 *                       can be dealt to with three or more in each. 0 at all other levels
 * @param share          part of each device that the pool takes, relative to the shares of the others
 * @param unitBlocks     blocks of 4 KiB that lie together on a device
 * @param metadataCopies how many devices keep the pool's journal, segment slots and checksums; 0 for
 *                       {@link #DEFAULT_METADATA_COPIES} or all devices if those are fewer or the level is RAID 1
 * @param maxSegments    slots for segments, filled up to whole pages of {@link #SLOTS_PER_PAGE}; at most
 *                       {@link #MOST_SEGMENTS}. 0 for one per 32 KiB of capacity, at least 1024, at most 2^22
 * @param journalBytes   size of the journal; 0 for 1/32 of the pool's part of a device, 256 KiB to 64 MiB
 */
public record PoolConfig(
        String name, RaidLevel level, int spans, int share, int unitBlocks, int metadataCopies, int maxSegments,
        long journalBytes) {

    /**
     * As many copies as the default set has devices: while one device of four is left, the metadata that say what it
     * holds are left too. In a larger set they are on the first four devices (in RAID 1 on all), of which no level
     * spares all; but without one of them nothing can be read, whatever the others hold.
     */
    public static final int DEFAULT_METADATA_COPIES = 4;

    /** Slots that lie together in 4 KiB: each costs 273 bytes of every device that keeps metadata. */
    public static final int SLOTS_PER_PAGE = SlotFormat.SLOTS_PER_PAGE;

    /**
     * 67,108,860: 17 GiB of each device that keeps metadata, and 32 GiB of memory if there are segments in all of them. The
     * table of slots itself takes 512 MiB of memory, used or not.
     */
    public static final int MOST_SEGMENTS = (1 << 26) / SLOTS_PER_PAGE * SLOTS_PER_PAGE;

    /** 64 KiB: one device serves a typical request, and a large one is spread. */
    static final int MIRRORED_UNIT_BLOCKS = 16;

    /** 4 KiB: a row of four devices is 12 KiB, so that a small segment costs little and few bytes need the journal. */
    static final int PARITY_UNIT_BLOCKS = 1;

    /** Checks the ranges. */
    public PoolConfig {
        Objects.requireNonNull(level, "level");
        int nameBytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (nameBytes < 1 || nameBytes > SuperblockFormat.NAME_BYTES) {
            throw new IllegalArgumentException("pool name \"" + name + "\" has not 1 to 32 bytes");
        }
        if (!spansFit(level, spans)) {
            throw new IllegalArgumentException("pool " + name + ": " + level + " has no " + spans + " spans; only RAID_50 "
                    + "has any, two at least");
        }
        if (maxSegments > MOST_SEGMENTS) {
            throw new IllegalArgumentException("pool " + name + ": " + maxSegments + " segments are more than the "
                    + MOST_SEGMENTS + " that a pool can have slots for");
        }
        if (share < 1 || unitBlocks < 1 || unitBlocks > 256 || metadataCopies < 0 || maxSegments < 0
                || journalBytes < 0) {
            throw new IllegalArgumentException("pool " + name + ": a size is out of range");
        }
    }

    private static boolean spansFit(RaidLevel level, int spans) {
        return spans == 0 || spans >= 2 && level == RaidLevel.RAID_50;
    }

    /** A pool with the usual sizes. */
    public static PoolConfig of(String name, RaidLevel level, int share) {
        boolean parity = level == RaidLevel.RAID_5 || level == RaidLevel.RAID_50 || level == RaidLevel.RAID_6;
        return new PoolConfig(name, level, 0, share, parity ? PARITY_UNIT_BLOCKS : MIRRORED_UNIT_BLOCKS, 0, 0, 0);
    }
}
