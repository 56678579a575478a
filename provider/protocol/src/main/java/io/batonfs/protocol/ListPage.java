package io.batonfs.protocol;

import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.model.Memo;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A part of a directory, in the order of the names' UTF-8 bytes, or a file by itself. Immutable; thread-safe.
 */
public final class ListPage {
    private final List<FileInfo> entries;
    private final boolean more;
    private final Optional<FileKind> of;
    private final Memo<ListPage> sent = new Memo<>();

    /**
     * A part of a directory; copies the list.
     *
     * @param entries the entries
     * @param more    whether there are more; ask again with the last name as cursor, which survives changes (CAT-1)
     */
    public ListPage(List<FileInfo> entries, boolean more) {
        this(entries, more, Optional.of(FileKind.DIRECTORY));
    }

    private ListPage(List<FileInfo> entries, boolean more, Optional<FileKind> of) {
        this.entries = List.copyOf(entries);
        this.more = more;
        this.of = of;
    }

    /** What a file has in place of entries: itself, by the last name of its path. */
    public static ListPage ofFile(FileInfo file) {
        return new ListPage(List.of(file), false, Optional.of(FileKind.FILE));
    }

    /** From a server of a version that does not say what was listed; else as {@link #ListPage(List, boolean)}. */
    public static ListPage ofUnknown(List<FileInfo> entries, boolean more) {
        return new ListPage(entries, more, Optional.empty());
    }

    /**
     * What was listed, at the moment at which it had these entries; empty if the server is too old to say it. It can't
     * be asked later: the path may have become the other kind meanwhile, and the file may be in it by the same name.
     */
    public Optional<FileKind> of() {
        return of;
    }

    /** The entries. */
    public List<FileInfo> entries() {
        return entries;
    }

    /** Whether there are more. */
    public boolean more() {
        return more;
    }

    /**
     * What is sent for it, which is made once as long as it is asked for in the same way: pages may be kept and sent
     * often.
     *
     * @param how gives what never changes
     */
    public <T> T sent(Function<ListPage, T> how) {
        return sent.of(this, how);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ListPage page && more == page.more && of.equals(page.of)
                && entries.equals(page.entries);
    }

    @Override
    public int hashCode() {
        return Objects.hash(entries, more, of);
    }

    @Override
    public String toString() {
        return "ListPage[entries=" + entries + ", more=" + more + ", of=" + of + "]";
    }
}
