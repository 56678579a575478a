package io.batonfs.catalog;

import io.batonfs.model.ExtentId;
import java.util.Objects;

/**
 * How far somebody has come in the queue of extents that wait to be freed. It stays good when what it names is gone.
 *
 * @param deadSinceMs when the last extent that was looked at came to have no references, milliseconds since 1970
 * @param extent      that one
 */
public record FreePosition(long deadSinceMs, ExtentId extent) {

    /** Checks for nulls. */
    public FreePosition {
        Objects.requireNonNull(extent, "extent");
    }
}
