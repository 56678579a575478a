package io.batonfs.pools;

/**
 * Rows that lie together.
 *
 * @param start first row
 * @param rows  how many, at least 1
 */
public record Run(long start, int rows) {

    /** Checks the ranges. */
    public Run {
        if (start < 0 || rows < 1) {
            throw new IllegalArgumentException("run " + start + "+" + rows + " is out of range");
        }
    }

    long end() {
        return start + rows;
    }
}
