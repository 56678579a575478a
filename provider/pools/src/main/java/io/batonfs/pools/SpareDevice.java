package io.batonfs.pools;

import java.util.Objects;

/**
 * A device that is kept to be put in the place of one that fails.
 *
 * @param name      what it is called
 * @param sizeBytes its size
 * @param reason    why it can't be used; empty if nothing is known against it
 */
public record SpareDevice(String name, long sizeBytes, String reason) {

    /** Checks for nulls. */
    public SpareDevice {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(reason, "reason");
    }

    /** Whether nothing is known against it. */
    public boolean isUsable() {
        return reason.isEmpty();
    }
}
