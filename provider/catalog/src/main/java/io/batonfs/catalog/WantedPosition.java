package io.batonfs.catalog;

import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import java.util.Objects;

/**
 * How far somebody has come in a server's list of wanted extents. It stays good when what it names is gone.
 *
 * @param pages  of the last extent that was looked at
 * @param extent that one
 */
public record WantedPosition(PageRun pages, ExtentId extent) {

    /** Checks for nulls. */
    public WantedPosition {
        Objects.requireNonNull(pages, "pages");
        Objects.requireNonNull(extent, "extent");
    }
}
