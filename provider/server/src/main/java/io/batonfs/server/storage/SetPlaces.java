package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.protocol.NewDeviceSet;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * Where the sets of devices of a storage server are, at this start and the next. Thread-safe; sets are prepared one at a time,
 * and {@link #giveBack} and {@link #forget} are called by one thread at a time. Those two wait for devices, for a bounded time;
 * what only reads or changes notes waits for nobody who waits for a device.
 *
 * <p>A set is noted as unfinished before anything is written to its devices, and as the server's before anything is
 * placed on it. A start that finds an unfinished one gives its devices back. One that is being given back is noted as
 * that before the first page leaves it, and as empty before its devices are made blank.
 */
public interface SetPlaces extends Closeable {

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

    /**
     * Notes that a further set is being given back: so the next start goes on with it.
     *
     * @throws BatonException BUSY if another one is noted as that
     */
    void retire(int set) throws IOException;

    /** Notes that a set that was being given back stays. */
    void keep(int set) throws IOException;

    /** Whether a set is given back, but for devices that could not be made blank. */
    boolean isEmptied(int set) throws IOException;

    /**
     * Notes that a set that was being given back is empty and closed, so that no start opens it any more.
     *
     * @param had what the set had when it was closed; of no account if that is noted already
     */
    void noteEmptied(int set, Had had) throws IOException;

    /**
     * Makes the devices of a set blank that is noted as empty. What can't be made blank, or does not answer in time, is tried
     * again when this is called again, and at each start; a device that has not answered since is not waited for once more.
     *
     * @return what is not blank; if nothing is to be tried again, nothing is known of the set any more, as of one that was
     *         done when something failed after that
     */
    Rest giveBack(int set) throws IOException;

    /**
     * Forgets a device of a set that is empty and closed, if just that one can't be made blank once more either: nobody looks
     * for it any more, and what is on it stays there. One that does not answer is forgotten too; if it does later, no zeroing
     * of it begins.
     *
     * @return whether it was forgotten; false if it is blank now, or somebody else's
     * @throws BatonException INVALID_ARGUMENT if it is none of those that are yet to be made blank; UNREACHABLE if it could not
     *                        be tried to the end, as when this is being closed: it is not forgotten then
     */
    boolean forget(int set, String path) throws IOException;

    /** No device is waited for any more, and none is begun with. Notes can be changed until the group is closed. */
    @Override
    void close();

    /** What became of devices of sets that are given back, when that was tried last since the start, by the sets' numbers. */
    Map<Integer, Rest> rests();

    /**
     * The devices of a set.
     *
     * @param members what is called that was open, by its place; empty for a device that was missing
     * @param others  what its spares, and devices that were to have places, are or were called
     * @param kept    by its name, why a device is to be left as it is: the set did not take it, or what is on it may be there alone
     * @param id      what its devices say that it is; empty if none of them says so
     */
    record Had(List<Optional<String>> members, List<String> others, Map<String, String> kept, Optional<UUID> id) {
        /** Nothing that would be known. */
        public static final Had NOTHING = new Had(List.of(), List.of(), Map.of(), Optional.empty());

        /** Copies the lists. */
        public Had {
            members = List.copyOf(members);
            others = List.copyOf(others);
            kept = Map.copyOf(kept);
        }
    }

    /**
     * Devices of a set that is given back that are not blank, with the reason after a colon.
     *
     * @param again  those that are tried again
     * @param others those that are left as they are, since they are somebody else's by now
     */
    record Rest(List<String> again, List<String> others) {
        /** All are blank. */
        public static final Rest NONE = new Rest(List.of(), List.of());

        /** Copies the lists. */
        public Rest {
            again = List.copyOf(again);
            others = List.copyOf(others);
        }
    }

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
