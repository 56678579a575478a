package io.batonfs.server.grants;

import io.batonfs.model.ContentId;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.Slice;
import java.io.IOException;
import java.util.List;

/**
 * What a storage server asks the catalog when a client registers with a resume key: which pages the grant covers.
 * Thread-safe.
 */
public interface GrantResolver {

    /**
     * What a content consists of.
     *
     * @throws io.batonfs.model.BatonException NO_SUCH_EXTENT if there is no such content any more
     */
    Granted content(ContentId content) throws IOException;

    /**
     * One extent.
     *
     * @throws io.batonfs.model.BatonException NO_SUCH_EXTENT if there is none any more
     */
    Extent extent(ExtentId extent) throws IOException;

    /**
     * What the pool of an extent is chosen by: a storage policy's name, empty for none.
     *
     * @throws io.batonfs.model.BatonException NO_SUCH_EXTENT if there is none any more
     */
    String storagePolicy(ExtentId extent) throws IOException;

    /**
     * Whether somebody has asked for a place of an extent: it has a storage policy, or shall get one.
     *
     * @throws io.batonfs.model.BatonException NO_SUCH_EXTENT if there is none any more
     */
    default boolean isPlacedByPolicy(ExtentId extent) throws IOException {
        return !storagePolicy(extent).isEmpty();
    }

    /** The number of the last extent that was given out by now; those made later have higher ones. */
    long lastExtentNumber() throws IOException;

    /** Where pages are, in page order, covering the run. */
    List<Route> routes(PageRun run) throws IOException;

    /**
     * A content at one moment.
     *
     * @param slices  what it is a list of
     * @param extents every extent that they name, once
     */
    record Granted(List<Slice> slices, List<Extent> extents) {

        /** Copies the lists. */
        public Granted {
            slices = List.copyOf(slices);
            extents = List.copyOf(extents);
        }
    }
}
