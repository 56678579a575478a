package io.batonfs.pools;

import java.util.Objects;

/**
 * How a device of an open set is at one moment, for people who look after it. All counts are since the set was opened, or
 * given the device; they are kept in memory only.
 *
 * @param role            what it is for
 * @param place           its place in the set, from 1, or the one that it is to have next, or had; 0 of a spare
 * @param device          what it is called
 * @param readErrors      reads that it answered with an error
 * @param writeErrors     writes that it answered with an error
 * @param forceErrors     forces that it answered with an error
 * @param damagedBlocks   blocks and pages of metadata, of 4 KiB each, that were wrong on it, or that it did not give: met by
 *                        readers, scrubbing and rebuilds. One counts once until it is mended, of the first 1,024 that are not
 *                        What an opening meets does not count, since a crash may have left it so
 * @param mendedBlocks    those of them that were written anew and could be read then
 * @param damagedInADay   those that were found within the last 23 to 24 hours, or met once more while they are not mended
 * @param unansweredMs    how long it has not answered the oldest read or write that it has not answered, to within
 *                        the time between two looks ({@link StorageSet#timePasses}); 0 if there is nothing like that
 * @param forcingMs       the same of forces, which take as long as writing what there is to write
 * @param isFollowed      whether a successor is being brought up for the place that it has
 */
public record DeviceHealth(Role role, int place, String device, long readErrors, long writeErrors, long forceErrors,
        long damagedBlocks, long mendedBlocks, long damagedInADay, long unansweredMs,
        long forcingMs, boolean isFollowed) {

    /** What a device is for. */
    public enum Role {
        /** It has a place. */
        MEMBER,
        /** It is to have a place next. */
        SUCCESSOR,
        /** It is kept to be put in a place. */
        SPARE,
        /** It was one of those, and has not answered all that it was asked for before. */
        FORMER
    }

    /** Checks for nulls. */
    public DeviceHealth {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(device, "device");
    }

    /** Whether nothing at all has gone wrong with it. */
    public boolean isSpotless() {
        return readErrors + writeErrors + forceErrors + damagedBlocks == 0;
    }
}
