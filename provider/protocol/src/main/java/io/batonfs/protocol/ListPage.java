package io.batonfs.protocol;

import io.batonfs.model.FileInfo;
import java.util.List;

/**
 * A part of a directory, in the order of the names' UTF-8 bytes.
 *
 * @param entries the entries
 * @param more    whether there are more; ask again with the last name as cursor, which survives changes (CAT-1)
 */
public record ListPage(List<FileInfo> entries, boolean more) {

    /** Copies the list. */
    public ListPage {
        entries = List.copyOf(entries);
    }
}
