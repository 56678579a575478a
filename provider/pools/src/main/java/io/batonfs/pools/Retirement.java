package io.batonfs.pools;

import java.util.Objects;

/**
 * A device that is being retired: another one gets all that it has, and then its place.
 *
 * @param place     the place in the set, from 1
 * @param device    what the device is called, or its place where it is missing
 * @param successor what the one is called that is to have the place
 */
public record Retirement(int place, String device, String successor) {

    /** Checks for nulls. */
    public Retirement {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(successor, "successor");
    }
}
