package io.batonfs.protocol;

import java.util.Objects;

/**
 * What a storage server can be told about measuring one of its devices while it serves (POOL-1).
 *
 * @param kind    what is to be done
 * @param device  the device: its place in the server's set, from 1, or its path on the server's host
 * @param writes  whether writes are measured too, in free rows of the pools
 * @param again   whether it is measured anew and what was measured is forgotten; else what is missing is measured
 * @param share   part of the device's time that is taken at most, more than 0; the server has a bound of its own
 * @param zones   probe zones, or 0 for the usual number
 * @param samples of each kind and zone, or 0 for the usual number
 */
public record MeasureOrder(
        Kind kind, String device, boolean writes, boolean again, double share, int zones, int samples) {

    /** What is to be done. All but {@link #START} need only the device. */
    public enum Kind {
        /** Begin, or go on with what was stopped. */
        START,
        /** End, and keep what was measured. */
        STOP,
        /** Only tell. */
        SHOW
    }

    /** Checks for nulls. */
    public MeasureOrder {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(device, "device");
    }

    /** An order that needs no more than a device. */
    public static MeasureOrder of(Kind kind, String device) {
        return new MeasureOrder(kind, device, false, false, 0, 0, 0);
    }
}
