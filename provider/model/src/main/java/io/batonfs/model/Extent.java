package io.batonfs.model;

import java.util.Objects;

/**
 * An extent and where its pages are in their volume.
 *
 * @param id         the extent
 * @param pages      its pages; byte b of the extent is byte b of this run
 * @param writeEpoch the epoch a writer must show (CAT-10)
 * @param sealed     whether it will never change again
 */
public record Extent(ExtentId id, PageRun pages, Epoch writeEpoch, boolean sealed) {

    /** Checks for nulls. */
    public Extent {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(pages, "pages");
        Objects.requireNonNull(writeEpoch, "writeEpoch");
    }
}
