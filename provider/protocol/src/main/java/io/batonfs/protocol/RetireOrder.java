package io.batonfs.protocol;

import java.util.Objects;
import java.util.Optional;

/**
 * Has a storage server give one of its further sets of devices back, or calls that off.
 *
 * @param set    its number in the server, from 1
 * @param cancel whether the set is to stay after all
 * @param forget the path of a device on the server's host that is to be forgotten, of a set that is gone but for devices that
 *               could not be made blank; empty for any other order
 */
public record RetireOrder(int set, boolean cancel, Optional<String> forget) {

    /** Checks for null, and that it asks for one thing. */
    public RetireOrder {
        Objects.requireNonNull(forget, "forget");
        if (cancel && forget.isPresent()) {
            throw new IllegalArgumentException("a set that stays forgets no device");
        }
    }

    /** One that forgets no device. */
    public RetireOrder(int set, boolean cancel) {
        this(set, cancel, Optional.empty());
    }

    /**
     * What became of it.
     *
     * @param changed   whether anything is other than before: not if the order was given already, or a device that was to be
     *                  forgotten is blank now
     * @param bytesLeft what is still to be carried away, in bytes of its pools; 0 if it was called off
     */
    public record Answer(boolean changed, long bytesLeft) {
    }
}
