package io.batonfs.server.frontend;

/**
 * Space of several pools together, in bytes of user data. Where free and used ones don't make up the capacity, what is
 * missing is room that nothing may be written to for now.
 *
 * @param capacityBytes what they can hold
 * @param usedBytes     what is in use of that, also in pools that take no changes
 * @param freeBytes     what clients can still write
 * @param reserveBytes  of the free bytes those that are kept for clients: nothing that is moved between pools gets them
 */
public record SpaceTotals(long capacityBytes, long usedBytes, long freeBytes, long reserveBytes) {
    /** Nothing at all. */
    public static final SpaceTotals NONE = new SpaceTotals(0, 0, 0, 0);

    /** Both together. */
    public SpaceTotals plus(SpaceTotals other) {
        return new SpaceTotals(capacityBytes + other.capacityBytes, usedBytes + other.usedBytes,
                freeBytes + other.freeBytes, reserveBytes + other.reserveBytes);
    }
}
