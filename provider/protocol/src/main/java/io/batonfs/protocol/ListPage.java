package io.batonfs.protocol;

import io.batonfs.model.FileInfo;
import io.batonfs.model.Memo;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A part of a directory, in the order of the names' UTF-8 bytes. Immutable; thread-safe.
 */
public final class ListPage {
    private final List<FileInfo> entries;
    private final boolean more;
    private final Memo<ListPage> sent = new Memo<>();

    /**
     * A part; copies the list.
     *
     * @param entries the entries
     * @param more    whether there are more; ask again with the last name as cursor, which survives changes (CAT-1)
     */
    public ListPage(List<FileInfo> entries, boolean more) {
        this.entries = List.copyOf(entries);
        this.more = more;
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
        return other instanceof ListPage page && more == page.more && entries.equals(page.entries);
    }

    @Override
    public int hashCode() {
        return Objects.hash(entries, more);
    }

    @Override
    public String toString() {
        return "ListPage[entries=" + entries + ", more=" + more + "]";
    }
}
