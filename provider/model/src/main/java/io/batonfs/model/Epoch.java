package io.batonfs.model;

/**
 * Counts the changes of something that others hold a copy of: a route, or the right to write an extent. A holder of
 * a lower epoch is refused (ROUTE-2, CAT-10).
 *
 * @param value 0 to 65535 where it travels in a resume key; wider elsewhere, never negative
 */
public record Epoch(long value) implements Comparable<Epoch> {

    /** Before {@link #FIRST}: what nobody may rely on yet has it, and no writer. */
    public static final Epoch NONE = new Epoch(0);

    /** The epoch that everything starts with. */
    public static final Epoch FIRST = new Epoch(1);

    /** After all others: what nobody may rely on any more has it, and no writer. */
    public static final Epoch LAST = new Epoch(Long.MAX_VALUE);

    /** Checks the range. */
    public Epoch {
        if (value < 0) {
            throw new IllegalArgumentException("epoch " + value + " is negative");
        }
    }

    /** The epoch after this one. */
    public Epoch next() {
        return new Epoch(value + 1);
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "epoch-" + value;
    }
}
