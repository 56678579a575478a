package io.batonfs.catalog;

import io.batonfs.model.FileInfo;
import java.util.List;

/**
 * A part of a directory, in the order of the names' UTF-8 bytes.
 *
 * @param entries the entries
 * @param more    whether there are more after the last of them
 */
public record Listing(List<FileInfo> entries, boolean more) {

    /** Copies the list. */
    public Listing {
        entries = List.copyOf(entries);
    }
}
