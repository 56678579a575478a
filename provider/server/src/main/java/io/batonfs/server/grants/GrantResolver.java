package io.batonfs.server.grants;

import io.batonfs.model.ContentId;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import java.io.IOException;
import java.util.List;

/**
 * What a storage server asks the catalog when a client registers with a resume key: which pages the grant covers.
 * Thread-safe.
 */
public interface GrantResolver {

    /**
     * The extents that a content names.
     *
     * @throws io.batonfs.model.BatonException NO_SUCH_EXTENT if there is no such content any more
     */
    List<Extent> extentsOf(ContentId content) throws IOException;

    /**
     * One extent.
     *
     * @throws io.batonfs.model.BatonException NO_SUCH_EXTENT if there is none any more
     */
    Extent extent(ExtentId extent) throws IOException;

    /** Where pages are, in page order, covering the run. */
    List<Route> routes(PageRun run) throws IOException;
}
