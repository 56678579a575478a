package io.batonfs.server.storage;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Watches the room that is left in file systems that something grows in: a log, sparse device files. A write that meets
 * a full file system half way costs a device or stops the catalog; refused before, it costs nothing, and goes on as
 * soon as there is room again. Thread-safe.
 */
public final class HostSpace {
    /** As a whole; more are added when devices are. */
    private volatile List<Place> places;
    private final long reservedBytes;

    /** @param store what tells it from others; null where it is not the operating system's */
    private record Place(Path directory, FileStore store, Usable usable) {
    }

    /** What is asked for the room that is left. */
    @FunctionalInterface
    public interface Usable {
        /** Bytes that this process may still write. */
        long bytes() throws IOException;
    }

    private HostSpace(List<Place> places, long reservedBytes) {
        this.places = places;
        this.reservedBytes = reservedBytes;
    }

    /** Of one place, asked otherwise than by the operating system. */
    public static HostSpace of(Path directory, Usable usable, long reservedBytes) {
        return new HostSpace(List.of(new Place(directory, null, usable)), reservedBytes);
    }

    /**
     * @param directories   what grows is in these
     * @param reservedBytes what is to be left for what is under way; the question to the operating system takes about a
     *                      microsecond, so each write asks anew and the reserve need not bridge any time
     */
    public HostSpace(Collection<Path> directories, long reservedBytes) throws IOException {
        this(places(List.of(), directories), reservedBytes);
    }

    /** Watches further directories too. */
    public synchronized void watch(Collection<Path> directories) throws IOException {
        places = places(places, directories);
    }

    /** What is watched, as it is when it is asked for. */
    @FunctionalInterface
    public interface Growing {
        /** Directories that something grows in. */
        Collection<Path> directories() throws IOException;
    }

    /** Watches no other directories any more, but for places that are asked otherwise than by the operating system. */
    public synchronized void watchOnly(Growing growing) throws IOException {
        places = places(places.stream().filter(place -> place.store() == null).toList(), growing.directories());
    }

    /** Why nothing may be added in some directories at this moment, watched or not; empty if something may. */
    public Optional<String> shortageIn(Collection<Path> directories) throws IOException {
        return new HostSpace(directories, reservedBytes).shortage();
    }

    private static List<Place> places(List<Place> before, Collection<Path> directories) throws IOException {
        List<Place> found = new ArrayList<>(before);
        for (Path directory : directories) {
            FileStore store = Files.getFileStore(directory);
            if (found.stream().noneMatch(place -> store.equals(place.store()))) {
                found.add(new Place(directory, store, store::getUsableSpace));
            }
        }
        return List.copyOf(found);
    }

    /** Why nothing may be added at this moment; empty if something may. */
    public Optional<String> shortage() {
        return shortage(1);
    }

    /**
     * As {@link #shortage()}, for work that may use a part of the reserve because it frees more than it takes.
     *
     * @param divisor the reserve is divided by this
     */
    public Optional<String> shortage(int divisor) {
        return shortage(reservedBytes / divisor);
    }

    /**
     * As {@link #shortage()}, for work that can wait and that takes room from those who can't: there has to be room for
     * it beside the reserve.
     *
     * @param furtherBytes what has to be left beside the reserve
     */
    public Optional<String> shortageBeside(long furtherBytes) {
        return shortage(reservedBytes + furtherBytes);
    }

    /** What is left for what is under way. */
    public long reservedBytes() {
        return reservedBytes;
    }

    private Optional<String> shortage(long needed) {
        for (Place place : places) {
            long usable;
            try {
                usable = place.usable().bytes();
            } catch (IOException e) {
                return Optional.of("the file system of " + place.directory() + " can't be asked for its free space: "
                        + e.getMessage());
            }
            if (usable < needed) {
                return Optional.of("the file system of " + place.directory() + " has " + usable + " bytes left, of which "
                        + needed + " are " + (needed > reservedBytes ? "needed" : "reserved") + "; free space there, then try again");
            }
        }
        return Optional.empty();
    }
}
