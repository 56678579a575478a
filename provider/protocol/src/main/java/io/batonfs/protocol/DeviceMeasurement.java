package io.batonfs.protocol;

import java.util.Objects;

/**
 * What a storage server has measured of one of its devices.
 *
 * @param place   its place in the server's set, from 1
 * @param device  what it is called
 * @param state   how far that is
 * @param reason  why it has failed; else empty
 * @param profile what was measured so far, as the server keeps it; empty if nothing was
 */
public record DeviceMeasurement(int place, String device, State state, String reason, byte[] profile) {

    /** How far measuring is. */
    public enum State {
        /** Nothing is kept of the device. */
        NOT_MEASURED,
        /** It is being measured. */
        RUNNING,
        /** Some of it was measured; it can be gone on with. */
        STOPPED,
        /** It could not be gone on with. */
        FAILED,
        /** All was measured. */
        DONE
    }

    /** Checks for nulls. */
    public DeviceMeasurement {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(profile, "profile");
    }
}
