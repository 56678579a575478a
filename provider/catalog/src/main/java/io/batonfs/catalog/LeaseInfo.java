package io.batonfs.catalog;

import io.batonfs.model.Extent;
import io.batonfs.model.FileId;
import io.batonfs.model.LeaseId;
import io.batonfs.model.Route;
import java.util.List;
import java.util.UUID;

/**
 * A file's writer and its open extent.
 *
 * @param file           the file
 * @param lease          the lease
 * @param clientId       who holds it
 * @param renewedMs      when the client last renewed, milliseconds since 1970
 * @param recovering     whether it was taken away from its writer and waits to be closed
 * @param extent         the extent that it holds
 * @param routes         where the extent's pages are
 * @param committedBytes of the extent that are part of the file already
 * @param fileOffset     where the extent's first byte lies in the file
 */
public record LeaseInfo(
        FileId file, LeaseId lease, UUID clientId, long renewedMs, boolean recovering, Extent extent,
        List<Route> routes, long committedBytes, long fileOffset) {

    /** Copies the list. */
    public LeaseInfo {
        routes = List.copyOf(routes);
    }
}
