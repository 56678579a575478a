package io.batonfs.catalog;

import java.util.List;

/**
 * Where people see a range of an extent.
 *
 * @param told       as many uses as are told
 * @param morePlaces at how many places more it is seen; Long.MAX_VALUE for that many and more
 */
public record RangeUses(List<ExtentUse> told, long morePlaces) {
    /** Nobody sees it. */
    public static final RangeUses NONE = new RangeUses(List.of(), 0);

    /** Copies the list. */
    public RangeUses {
        told = List.copyOf(told);
    }

    /** Whether anybody sees it. */
    public boolean isSeen() {
        return !told.isEmpty() || morePlaces > 0;
    }
}
