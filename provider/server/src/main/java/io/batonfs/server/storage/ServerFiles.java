package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.pages.PageEngine;
import io.batonfs.server.grants.Grant;
import io.batonfs.server.grants.GrantKind;
import io.batonfs.server.grants.GrantResolver;
import io.batonfs.server.grants.ResumeKeys;
import io.batonfs.transport.lwio.FileProvider;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.LwioStatus;
import io.batonfs.transport.lwio.RegisteredFile;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens what resume keys grant (LW-5): proves the key, asks the catalog which pages it covers, and makes a new extent
 * known to the pages of this server. Thread-safe.
 */
final class ServerFiles implements FileProvider {
    private static final Logger LOG = LoggerFactory.getLogger(ServerFiles.class);

    private final ServerId self;
    private final PageEngine engine;
    private final PageGeometry geometry;
    private final ResumeKeys resumeKeys;
    private final GrantResolver resolver;
    private final String poolOfNewExtents;
    private final Clock clock;

    ServerFiles(ServerId self, PageEngine engine, PageGeometry geometry, ResumeKeys resumeKeys, GrantResolver resolver,
            String poolOfNewExtents, Clock clock) {
        this.self = self;
        this.engine = engine;
        this.geometry = geometry;
        this.resumeKeys = resumeKeys;
        this.resolver = resolver;
        this.poolOfNewExtents = poolOfNewExtents;
        this.clock = clock;
    }

    @Override
    public RegisteredFile register(ResumeKey key, long sessionId, boolean writeThrough, boolean checksummed)
            throws LwioException {
        try {
            Grant grant = resumeKeys.prove(key);
            List<Extent> extents = extents(grant);
            if (grant.kind() == GrantKind.WRITE_EXTENT) {
                admitWriter(grant, extents.get(0));
            }
            GrantedPages pages = new GrantedPages(geometry, extents);
            return new GrantedFile(engine, grant, pages, writeThrough, geometry.blockBytes(), clock,
                    address -> isElsewhere(new PageRun(pages.volume(), geometry.pageOf(address), 1)));
        } catch (BatonException e) {
            throw Statuses.toLwio(e);
        } catch (IOException e) {
            throw new LwioException(LwioStatus.INTERNAL_ERROR, "the catalog could not be asked what a resume key grants: "
                    + e.getMessage(), e);
        }
    }

    /**
     * Proves a key and that it grants an extent.
     *
     * @return the extent
     * @throws BatonException KEY_REFUSED if it doesn't
     */
    Extent checkGranted(ResumeKey key, ExtentId extent) throws IOException {
        return extents(resumeKeys.prove(key)).stream().filter(granted -> granted.id().equals(extent)).findFirst()
                .orElseThrow(GrantedFile::nothingGranted);
    }

    /** Whether pages that aren't held here are another server's by now. */
    boolean isElsewhere(PageRun pages) {
        try {
            return resolver.routes(pages).stream().noneMatch(route -> route.owners().contains(self));
        } catch (IOException e) {
            LOG.warn("The route of {} could not be asked for: {}", pages, e.getMessage());
            return false;
        }
    }

    private List<Extent> extents(Grant grant) throws IOException {
        List<Extent> extents = switch (grant.kind()) {
            case READ_CONTENT -> resolver.extentsOf(new ContentId(grant.subject()));
            case READ_EXTENT, WRITE_EXTENT -> List.of(resolver.extent(new ExtentId(grant.subject())));
        };
        if (extents.isEmpty()) {
            throw GrantedFile.nothingGranted();
        }
        return extents;
    }

    private void admitWriter(Grant grant, Extent extent) throws IOException {
        if (extent.sealed() || grant.writeEpoch().compareTo(extent.writeEpoch()) < 0) {
            throw new BatonException(ErrorCode.FENCED, extent.id() + " takes no more writes from this writer: its lease"
                    + " has ended; open the file again");
        }
        for (Route route : resolver.routes(extent.pages())) {
            if (!route.owners().contains(self)) {
                throw new BatonException(ErrorCode.STALE_ROUTE, route.run() + " is at " + route.owner() + ", not at "
                        + self + "; ask for the routes again");
            }
        }
        engine.addExtent(extent, poolOfNewExtents);
    }
}
