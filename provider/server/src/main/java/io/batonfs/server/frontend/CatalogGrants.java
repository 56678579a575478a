package io.batonfs.server.frontend;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.server.grants.GrantResolver;
import java.io.IOException;
import java.util.List;

/** Resolves grants from the catalog's tables. Thread-safe. */
public final class CatalogGrants implements GrantResolver {
    private final Catalog catalog;

    /** Asks this catalog. */
    public CatalogGrants(Catalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public Granted content(ContentId content) throws IOException {
        return catalog.read(reader -> reader.slices(content)
                .map(slices -> new Granted(slices, reader.extentsOf(content).orElseThrow())))
                .orElseThrow(() -> new BatonException(ErrorCode.NO_SUCH_EXTENT, content
                        + " is gone; look the file up again"));
    }

    @Override
    public Extent extent(ExtentId extent) throws IOException {
        return placed(extent).extent();
    }

    @Override
    public String storagePolicy(ExtentId extent) throws IOException {
        return placed(extent).storagePolicy();
    }

    @Override
    public boolean isPlacedByPolicy(ExtentId extent) throws IOException {
        return !storagePolicy(extent).isEmpty() || catalog.read(reader -> reader.isPlacedByPolicy(extent));
    }

    @Override
    public long lastExtentNumber() throws IOException {
        return catalog.read(CatalogReader::lastExtentNumber);
    }

    @Override
    public List<Route> routes(PageRun run) throws IOException {
        return catalog.read(reader -> reader.routes(run));
    }

    private PlacedExtent placed(ExtentId extent) throws IOException {
        return catalog.read(reader -> reader.extent(extent)).orElseThrow(
                () -> new BatonException(ErrorCode.NO_SUCH_EXTENT, extent + " is gone; look the file up again"));
    }
}
