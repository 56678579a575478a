package io.batonfs.protocol;

import io.batonfs.model.Extent;
import io.batonfs.model.FileInfo;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.model.Slice;
import java.util.List;
import java.util.Optional;

/**
 * The right to read what a file holds.
 *
 * @param info       the file
 * @param slices     its content, in file order
 * @param extents    every extent that {@code slices} name, and the open one
 * @param openExtent for an open file the extent that its writer appends to, which follows the slices; its owners know
 *                   how long it is. The part of it that a slice already covers is counted once: the slice stands for
 *                   the extent's first bytes
 * @param geometry   how the volume is cut
 * @param routes     where the pages of all those extents are
 * @param resumeKeys what to register with at the owners: one key that grants the content, and, for an open file, one
 *                   that grants the open extent
 * @param expiresMs  when the keys die, milliseconds since 1970; renew before
 */
public record ReadGrant(
        FileInfo info, List<Slice> slices, List<Extent> extents, Optional<Extent> openExtent, PageGeometry geometry,
        List<Route> routes, ReadKeys resumeKeys, long expiresMs) {

    /** Copies the lists. */
    public ReadGrant {
        slices = List.copyOf(slices);
        extents = List.copyOf(extents);
        routes = List.copyOf(routes);
    }

    /**
     * The keys of a read.
     *
     * @param content    grants the extents of the content
     * @param openExtent grants the open extent
     */
    public record ReadKeys(ResumeKey content, Optional<ResumeKey> openExtent) {
    }
}
