package io.batonfs.pools.profile;

/** What is measured of a device (POOL-1). The number stands for a kind in kept profiles and is never reused. */
public enum ProbeKind {
    /** Blocks that follow each other are read. */
    SEQUENTIAL_READ(0, "sequential read", true, false),
    /** Blocks anywhere in a probe zone are read, one after the other. */
    RANDOM_READ(1, "random read", false, false),
    /** Blocks that follow each other are written and then forced. */
    SEQUENTIAL_WRITE(2, "sequential write", true, true),
    /** Blocks anywhere in a probe zone are written, each of them forced. */
    RANDOM_WRITE(3, "random write", false, true);

    private final int number;
    private final String label;
    private final boolean sequential;
    private final boolean write;

    ProbeKind(int number, String label, boolean sequential, boolean write) {
        this.number = number;
        this.label = label;
        this.sequential = sequential;
        this.write = write;
    }

    /** The number in kept profiles. */
    public int number() {
        return number;
    }

    /** What people call it. */
    public String label() {
        return label;
    }

    boolean isSequential() {
        return sequential;
    }

    boolean isWrite() {
        return write;
    }
}
