package io.batonfs.catalog;

import io.batonfs.model.FileInfo;
import io.batonfs.model.Memo;
import java.util.List;
import java.util.function.Function;

/**
 * A part of a directory, in the order of the names' UTF-8 bytes, or a file by itself. One in which nothing has changed
 * may be handed out again to whoever asks, and with it what was made of it. Immutable; thread-safe.
 */
public final class Listing {
    /** Of an entry with its names, of what is made of it, and of what tells that it is still so. */
    private static final int BYTES_OF_AN_ENTRY = 350;

    /** Of a name, as a string and as it is sent. */
    private static final int BYTES_OF_A_CHARACTER = 5;

    private final List<FileInfo> entries;
    private final boolean more;
    private final boolean ofFile;
    private final Memo<Listing> shown = new Memo<>();

    /**
     * A part of a directory.
     *
     * @param entries the entries
     * @param more    whether there are more after the last of them
     */
    public Listing(List<FileInfo> entries, boolean more) {
        this(entries, more, false);
    }

    private Listing(List<FileInfo> entries, boolean more, boolean ofFile) {
        this.entries = List.copyOf(entries);
        this.more = more;
        this.ofFile = ofFile;
    }

    /** What a file has in place of entries: itself, by the last name of its path. */
    public static Listing ofFile(FileInfo file) {
        return new Listing(List.of(file), false, true);
    }

    /**
     * Whether it is a file that was listed. It can't be seen from the entries: a directory may have a single file, of
     * the directory's name, and even with the id of the file that was there before, once that was moved or cloned in.
     */
    public boolean isOfFile() {
        return ofFile;
    }

    /** The entries. */
    public List<FileInfo> entries() {
        return entries;
    }

    /** Whether there are more after the last of them. */
    public boolean more() {
        return more;
    }

    /**
     * What somebody makes of it, which is made once as long as it is asked for in the same way.
     *
     * @param how gives what never changes
     */
    public <T> T shown(Function<Listing, T> how) {
        return shown.of(this, how);
    }

    /** How much heap it takes, about. */
    int bytes() {
        return entries.size() * BYTES_OF_AN_ENTRY
                + entries.stream().mapToInt(entry -> BYTES_OF_A_CHARACTER * entry.name().length()).sum();
    }
}
