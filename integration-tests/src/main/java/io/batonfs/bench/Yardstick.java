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
     * Another figure of the same samples, taken in turn with theirs, and something on top.
     *
     * @param detail    its name among the details of each sample; it has to have the row's unit
     * @param title     what it is a figure of
     * @param allowance on top, in that unit
     */
    record Part(String detail, String title, double allowance) implements Yardstick {
    }
}
