package io.batonfs.catalog;

/** When an extended attribute may be set. */
public enum XattrCondition {
    /** Only if there is none of that name. */
    ABSENT(1),
    /** Only if there is one of that name. */
    PRESENT(2),
    /** Either way. */
    ANY(3);

    private final int number;

    XattrCondition(int number) {
        this.number = number;
    }

    /** The number that stands for it in stored commands. */
    public int number() {
        return number;
    }

    /**
     * The condition with a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static XattrCondition ofNumber(int number) {
        for (XattrCondition condition : values()) {
            if (condition.number == number) {
                return condition;
            }
        }
        throw new IllegalArgumentException("there is no condition " + number + " of setting an extended attribute");
    }
}
