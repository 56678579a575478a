package io.batonfs.pools;

import io.batonfs.pools.raid.Geometry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A pool and how the devices of its set take part in it at one moment.
 *
 * @param name          the pool
 * @param level         its RAID level
 * @param spans         RAID 5 sets that it stripes over; 1 at all levels but RAID 50
 * @param capacityBytes bytes of user data that it can hold at all
 * @param spares        how many more devices may fail before data is lost, whichever they are; -1 if more are out
 *                      already
 * @param devices       the devices of the set, by their places in it
 */
public record PoolDevices(
        String name, RaidLevel level, int spans, long capacityBytes, int spares, List<Device> devices) {

    /** RAID 6 survives any two: more than that no level but RAID 1 does, whichever devices it loses. */
    private static final int MOST_SPARED_BY_PARITY = 2;

    /** How a device takes part. */
    public enum State {
        /** It holds all that was written. */
        IN,
        /** It is there, but misses writes of the pool and is not believed. */
        OUT,
        /** It is there and gets what is written, and what it misses is being brought to it; it is not believed yet. */
        REBUILDING,
        /** It is not there, or was refused when the set was opened. */
        MISSING
    }

    /**
     * A device.
     *
     * @param name  what it is called, or its place in the set, from 1, where it is missing
     * @param state how it takes part
     */
    public record Device(String name, State state) {

        /** Checks for nulls. */
        public Device {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(state, "state");
        }
    }

    /** Copies the list. */
    public PoolDevices {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(level, "level");
        devices = List.copyOf(devices);
    }

    /**
     * How the devices of a set take part in a pool.
     *
     * @param devices by index; null for one that is missing
     * @param outMask those that miss writes; bit i is device i
     */
    static PoolDevices of(PoolLayout layout, BlockDevice[] devices, long outMask) {
        return of(layout, devices, outMask, 0);
    }

    /**
     * The same while some are being rebuilt.
     *
     * @param rebuildMask those of the devices that are out which are being rebuilt
     */
    static PoolDevices of(PoolLayout layout, BlockDevice[] devices, long outMask, long rebuildMask) {
        List<Device> all = new ArrayList<>();
        long unusable = outMask;
        for (int i = 0; i < devices.length; i++) {
            if (devices[i] == null) {
                unusable |= 1L << i;
                all.add(new Device("device " + (i + 1) + " of " + devices.length, State.MISSING));
            } else {
                all.add(new Device(devices[i].name(), state(1L << i, outMask, rebuildMask)));
            }
        }
        return new PoolDevices(layout.name(), layout.level(), layout.spans(), layout.capacityBytes(),
                spares(layout, unusable), all);
    }

    private static State state(long device, long outMask, long rebuildMask) {
        if ((outMask & device) == 0) {
            return State.IN;
        }
        return (rebuildMask & device) == 0 ? State.OUT : State.REBUILDING;
    }

    private static int spares(PoolLayout layout, long unusable) {
        Geometry geometry = layout.geometry();
        if (!geometry.survives(unusable)) {
            return -1;
        }
        if (layout.level() == RaidLevel.RAID_1) {
            return layout.devices() - Long.bitCount(unusable) - 1;
        }
        int spares = 0;
        while (spares < MOST_SPARED_BY_PARITY && survivesAnyMore(geometry, unusable, 0, spares + 1)) {
            spares++;
        }
        return spares;
    }

    /** Whether so many more may fail, taken from those at an index and after it. */
    private static boolean survivesAnyMore(Geometry geometry, long unusable, int from, int more) {
        if (more == 0) {
            return geometry.survives(unusable);
        }
        for (int i = from; i < geometry.devices(); i++) {
            if ((unusable & 1L << i) == 0 && !survivesAnyMore(geometry, unusable | 1L << i, i + 1, more - 1)) {
                return false;
            }
        }
        return true;
    }
}
