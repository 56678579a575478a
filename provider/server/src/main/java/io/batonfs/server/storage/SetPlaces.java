package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.protocol.NewDeviceSet;
import java.io.IOException;

/**
 * Where the sets of devices of a storage server are, at this start and the next. Called by one thread at a time.
 *
 * <p>A set is noted as unfinished before anything is written to its devices, and as the server's before anything is
 * placed on it. A start that finds an unfinished one gives its devices back.
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
