package io.batonfs.catalog;

/** How a {@link Command.ChangeAcl} changes a list. The number stands in requests and is never reused. */
public enum AclOperation {
    /** Adds entries and replaces those that are there. */
    MODIFY(1),
    /** Takes entries away; their permissions do not count. */
    REMOVE_ENTRIES(2),
    /** Takes all default entries away; no entries are given. */
    REMOVE_DEFAULT(3),
    /** Takes all away but what the mode says; no entries are given. */
    REMOVE(4),
    /** Replaces the access entries, the default entries, or both: those that are given. Given none, {@link #REMOVE}. */
    SET(5);

    private final int number;

    AclOperation(int number) {
        this.number = number;
    }

    /** The number in requests. */
    public int number() {
        return number;
    }

    /**
     * The operation with a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static AclOperation ofNumber(int number) {
        for (AclOperation operation : values()) {
            if (operation.number == number) {
                return operation;
            }
        }
        throw new IllegalArgumentException("there is no operation " + number + " on access control lists");
    }
}
