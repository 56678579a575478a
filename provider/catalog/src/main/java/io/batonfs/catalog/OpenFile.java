package io.batonfs.catalog;

import io.batonfs.model.ContentId;
import io.batonfs.model.Extent;
import io.batonfs.model.FileInfo;
import io.batonfs.model.NodeId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.Route;
import io.batonfs.model.Slice;
import java.util.List;
import java.util.Optional;

/**
 * All that reading a file takes, but for the keys (CAT-12).
 *
 * @param info       the file
 * @param node       its version
 * @param content    what a resume key for reading grants
 * @param slices     the content, in file order
 * @param extents    every extent that {@code slices} name, once, and the open one
 * @param openExtent the extent that a writer appends to, if the file is open; a last slice of it stands for its first
 *                   bytes
 * @param geometry   how volumes are cut
 * @param routes     where the pages of all those extents are
 */
public record OpenFile(
        FileInfo info, NodeId node, ContentId content, List<Slice> slices, List<Extent> extents,
        Optional<Extent> openExtent, PageGeometry geometry, List<Route> routes) {

    /** Copies the lists. */
    public OpenFile {
        slices = List.copyOf(slices);
        extents = List.copyOf(extents);
        routes = List.copyOf(routes);
    }
}
