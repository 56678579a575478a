package io.batonfs.protocol;

import io.batonfs.model.Extent;
import io.batonfs.model.FileId;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import java.util.List;

/**
 * The right to append to one extent of an open file.
 *
 * @param file       the file
 * @param lease      the writer's lease
 * @param offset     length of the file before the extent: where the extent's first byte lies in the file
 * @param extent     the extent to append to; empty so far
 * @param geometry   how its volume is cut
 * @param routes     where its pages are, in page order, covering all of them
 * @param resumeKey  what to register with at the owners
 * @param expiresMs  when the key dies, milliseconds since 1970; renew before
 */
public record WriteGrant(
        FileId file, LeaseId lease, long offset, Extent extent, PageGeometry geometry, List<Route> routes,
        ResumeKey resumeKey, long expiresMs) {

    /** Copies the list. */
    public WriteGrant {
        routes = List.copyOf(routes);
    }
}
