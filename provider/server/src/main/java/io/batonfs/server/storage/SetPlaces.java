package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.protocol.NewDeviceSet;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;

/**
 * Where the sets of devices of a storage server are, at this start and the next. Called by one thread at a time.
 *
 * <p>A set is noted as unfinished before anything is written to its devices, and as the server's before anything is
 * placed on it. A start that finds an unfinished one gives its devices back. One that is being given back is noted as
 * that before the first page leaves it, and as empty before its devices are made blank.
 */
public interface SetPlaces {

    /**
     * Formats devices as a further set, which the next start gives back unless it is taken.
     *
     * @throws BatonException INVALID_ARGUMENT, NOT_FOUND, BUSY, ALREADY_EXISTS if a device holds something, NO_SPACE;
     *                        nothing was changed then
     * @throws IOException    if a device can't be written; it has been given back if it could be
     */
    Arrival prepare(NewDeviceSet order) throws IOException;

    /** The further set that is being given back. */
    OptionalInt retiring() throws IOException;

    /** Notes that a further set is being given back: so the next start goes on with it. */
    void retire(int set) throws IOException;

    /** Notes that a set that was being given back stays. */
    void keep(int set) throws IOException;

    /** Whether a set is given back, but for devices that could not be made blank. */
    boolean isEmptied(int set) throws IOException;

    /**
     * Notes that a set that was being given back is empty and closed, so that no start opens it any more, and makes its
     * devices blank. What can't be made blank is tried again when this is called again, and at each start.
     *
     * @return devices that could not be made blank, with the reason after a colon; if there are none, nothing is known of
     *         the set any more
     */
    List<String> giveBack(int set) throws IOException;

    /** A set that is formatted. */
    interface Arrival {
        /** Its devices, open. */
        ServerSet set();

        /** It is the server's: makes that durable. */
        void taken() throws IOException;

        /** It is not the server's: closes its devices and gives them back. */
        void refused() throws IOException;
    }
}
