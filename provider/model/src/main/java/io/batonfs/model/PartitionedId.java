package io.batonfs.model;

/**
 * An id that carries the number of the catalog partition that gave it out (DESIGN.md 5): bits 62 to 48 are the
 * partition, bits 47 to 0 the number within it. The sign bit is always clear, so ids sort as signed longs do.
 * Numbers come from counters and are never given out twice.
 */
public interface PartitionedId {

    /** Bits of the number within a partition. */
    int NUMBER_BITS = 48;

    /** The largest number within a partition. */
    long MAX_NUMBER = (1L << NUMBER_BITS) - 1;

    /** The largest partition. */
    int MAX_PARTITION = (1 << 15) - 1;

    /** The packed form, as it stands in tables and on wires. */
    long value();

    /** The catalog partition, 0 to {@link #MAX_PARTITION}. */
    default int partition() {
        return (int) (value() >>> NUMBER_BITS);
    }

    /** The number within the partition, 1 to {@link #MAX_NUMBER}. */
    default long number() {
        return value() & MAX_NUMBER;
    }

    /**
     * Packs the parts of an id.
     *
     * @throws IllegalArgumentException if a part is out of range
     */
    static long pack(int partition, long number) {
        if (partition < 0 || partition > MAX_PARTITION) {
            throw new IllegalArgumentException("partition " + partition + " is not in 0.." + MAX_PARTITION);
        }
        if (number < 1 || number > MAX_NUMBER) {
            throw new IllegalArgumentException("id number " + number + " is not in 1.." + MAX_NUMBER);
        }
        return ((long) partition << NUMBER_BITS) | number;
    }

    /**
     * Checks a packed value.
     *
     * @throws IllegalArgumentException if no id has this packed form
     */
    static void check(long value) {
        if (value < 0 || (value & MAX_NUMBER) == 0) {
            throw new IllegalArgumentException("0x" + Long.toHexString(value) + " is not the packed form of an id");
        }
    }

    /** The printed form: {@code kind-number}, with {@code partition/} before the number where it is not 0. */
    static String format(String kind, long value) {
        long partition = value >>> NUMBER_BITS;
        String number = Long.toString(value & MAX_NUMBER);
        return partition == 0 ? kind + "-" + number : kind + "-" + partition + "/" + number;
    }
}
