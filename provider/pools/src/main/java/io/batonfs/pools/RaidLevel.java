package io.batonfs.pools;

/** The RAID levels of POOL-2, with the number that stands for each in superblocks. A number is never reused. */
public enum RaidLevel {
    /** Striping without redundancy. */
    RAID_0(0),
    /** Every device a copy. */
    RAID_1(1),
    /** Striping over mirrored pairs. */
    RAID_10(10),
    /** Striping with one rotating parity. */
    RAID_5(5),
    /** Striping over RAID 5 sets. */
    RAID_50(50),
    /** Striping with two rotating parities. */
    RAID_6(6);

    private final int number;

    RaidLevel(int number) {
        this.number = number;
    }

    /** The number in superblocks. */
    public int number() {
        return number;
    }

    /**
     * Devices that may fail at once, whichever they are; of RAID 1 all but one may, which is told as 3, since no level that
     * so many devices can have survives more.
     */
    public int failuresSurvived() {
        return switch (this) {
            case RAID_0 -> 0;
            case RAID_5, RAID_10, RAID_50 -> 1;
            case RAID_6 -> 2;
            case RAID_1 -> 3;
        };
    }

    /**
     * The level with a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static RaidLevel ofNumber(int number) {
        for (RaidLevel level : values()) {
            if (level.number == number) {
                return level;
            }
        }
        throw new IllegalArgumentException("there is no RAID level " + number);
    }
}
