package io.batonfs.catalog;

import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import java.util.Objects;
import java.util.Optional;

/**
 * An extent that a walk for a {@link PolicyWish} has met.
 *
 * @param extent        the extent
 * @param storagePolicy the policy in force where it was met, empty for none
 * @param path          of the file that shows it, by which it can be proved later that no other does; empty if that path
 *                      is too long to be kept, and nothing can be proved then
 * @param writer        the file whose writer had this extent open; empty for another
 */
public record FoundExtent(ExtentId extent, String storagePolicy, String path, Optional<FileId> writer) {

    /** Checks for nulls. */
    public FoundExtent {
        Objects.requireNonNull(extent, "extent");
        Objects.requireNonNull(storagePolicy, "storagePolicy");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(writer, "writer");
    }
}
