package io.batonfs.server.storage;

import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.pages.PageEngine;
import io.batonfs.server.grants.GrantResolver;
import java.io.IOException;

/**
 * Brings the catalog's word of extents to the pages of this server. Of one that was found at a start no length is told
 * before ({@link PageEngine#needsWord}): it may have pages in a pool that could not be opened, or have lost its first ones;
 * and its writer, who would bring it, may be gone. Stateless; thread-safe.
 */
final class ExtentWords {
    private final PageEngine engine;
    private final GrantResolver resolver;
    private final PoolChoice poolOfNewExtents;

    ExtentWords(PageEngine engine, GrantResolver resolver, PoolChoice poolOfNewExtents) {
        this.engine = engine;
        this.resolver = resolver;
        this.poolOfNewExtents = poolOfNewExtents;
    }

    /** Makes an extent known, or known again. */
    void bring(ExtentId extent) throws IOException {
        Extent known = resolver.extent(extent);
        poolOfNewExtents.add(known, engine);
    }

    /**
     * Does so if nothing can be told of it before; costs nothing else.
     *
     * @throws io.batonfs.model.BatonException NO_SUCH_EXTENT if the catalog has it no more
     */
    void bringIfNeeded(ExtentId extent) throws IOException {
        if (engine.needsWord(extent)) {
            bring(extent);
        }
    }
}
