package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.PoolDevices;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where the devices of a storage server are, at this start and the next. Called by one thread at a time.
 *
 * <p>A device that is to be taken into the set is noted first, so that the next start opens it beside what it opened
 * until now, and the superblocks say which of the two is the set's; only when it is in is the former one forgotten.
 */
public interface DevicePlaces {

    /**
     * Opens a device that is to be in a place, and makes durable that the next start opens it too.
     *
     * @param place   the place, from 1
     * @param path    where it is; empty: the server's own file for the place, which is made if it isn't there
     * @param devices the devices of the set by their places, as they are now
     * @throws BatonException INVALID_ARGUMENT, NOT_FOUND or BUSY if it can't be opened; nothing was changed then
     */
    Arrival open(int place, Optional<String> path, List<PoolDevices.Device> devices) throws IOException;

    /**
     * Opens the device that was missing from a place, at whichever of the paths it is that are looked at when the server
     * starts. Where only one can be meant, what is there is opened whatever it is.
     *
     * @param isMissing tells the very device
     * @throws BatonException as {@link #open}
     */
    Arrival reopen(int place, List<PoolDevices.Device> devices, Predicate<BlockDevice> isMissing) throws IOException;

    /**
     * Opens a device that is to be a spare, and makes durable that each start opens it.
     *
     * @param path where it is, absolute
     * @throws BatonException as {@link #open}
     */
    Arrival openSpare(String path) throws IOException;

    /**
     * A spare is to be in a place: makes durable that the next start is to find out which it is.
     *
     * @param spare what the device is called, which is open
     */
    Change promote(int place, String spare, List<PoolDevices.Device> devices) throws IOException;

    /** A device is no spare any more, and is not looked for. Returns whether it was. */
    boolean forgetSpare(String path) throws IOException;

    /**
     * Devices of which it is noted that they are to be in places, and not yet that they are: at a start, those that are to
     * have the places of devices that are being retired.
     */
    default List<Awaited> awaited() throws IOException {
        return List.of();
    }

    /** One of those. */
    interface Awaited extends Change {
        /** The place, from 1. */
        int place();

        /** What the device is called. */
        String device();
    }

    /** A device that is to be taken in. */
    interface Arrival extends Change {
        /** The device, open. */
        BlockDevice device();
    }

    /** What is to become of a device. */
    interface Change {
        /** Where the device was looked for that had the place; empty if that is not known, or at the same path. */
        Optional<String> former();

        /** It is the set's: makes durable that the former one is not looked for any more. */
        void taken() throws IOException;

        /** It is not the set's: closes it, and forgets it as if it had never been named; a spare stays one. */
        void refused() throws IOException;
    }
}
