package io.batonfs.bench;

/** What a figure is compared with. */
sealed interface Yardstick {

    /** The same row on another contender, its samples taken in turn with those that are compared. */
    record Peer(Contender contender) implements Yardstick {
    }

    /**
     * A stated figure.
     *
     * @param value in the row's unit
     */
    record Limit(double value) implements Yardstick {
    }

    /**
     * The median that an earlier row had on the same contender, and something on top.
     *
     * @param row       its name; it has to stand before the row that is compared, and to have the same unit
     * @param allowance on top, in that unit
     */
    record EarlierRow(String row, double allowance) implements Yardstick {
    }
}
