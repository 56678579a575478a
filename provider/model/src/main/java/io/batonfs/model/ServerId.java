package io.batonfs.model;

/**
 * Names a storage server of a group (ROUTE-1). Numbers start at 1 and are never given to another server.
 *
 * @param value 1 to 65535
 */
public record ServerId(int value) implements Comparable<ServerId> {

    /** Checks the range. */
    public ServerId {
        if (value < 1 || value > 0xFFFF) {
            throw new IllegalArgumentException("server id " + value + " is not in 1..65535");
        }
    }

    @Override
    public int compareTo(ServerId other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "server-" + value;
    }
}
