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
    private final PoolChoice poolOfNewExtents;
    private final Clock clock;
    private final IoCounts counts;

    ServerFiles(ServerId self, PageEngine engine, PageGeometry geometry, ResumeKeys resumeKeys, GrantResolver resolver,
            PoolChoice poolOfNewExtents, Clock clock, IoCounts counts) {
        this.self = self;
        this.engine = engine;
        this.geometry = geometry;
        this.resumeKeys = resumeKeys;
        this.resolver = resolver;
        this.poolOfNewExtents = poolOfNewExtents;
        this.clock = clock;
        this.counts = counts;
    }

    @Override
    public RegisteredFile register(ResumeKey key, long sessionId, boolean writeThrough, boolean checksummed)
            throws LwioException {
        try {
            Grant grant = resumeKeys.prove(key);
            GrantedRanges ranges = ranges(grant);
            return new GrantedFile(engine, grant, ranges, writeThrough, geometry.blockBytes(), clock, counts,
                    address -> isElsewhere(new PageRun(ranges.volume(), geometry.pageOf(address), 1)));
        } catch (BatonException e) {
            throw Statuses.toLwio(e);
        } catch (IOException e) {
            throw new LwioException(LwioStatus.INTERNAL_ERROR, "the catalog could not be asked what a resume key grants: "
                    + e.getMessage(), e);
        }
    }

    /**
     * Proves a key and that it grants bytes of an extent.
     *
     * @return the extent
     * @throws BatonException KEY_REFUSED if it doesn't
     */
    Extent checkGranted(ResumeKey key, ExtentId extent, long offset, long lengthBytes) throws IOException {
        Grant grant = resumeKeys.prove(key);
        Extent asked = resolver.extent(extent);
        if (grant.kind() != GrantKind.READ_CONTENT) {
            if (grant.subject() != extent.value()) {
                throw nothingGranted();
            }
            return asked;
        }
        long start = geometry.addressOf(asked.pages().firstPage());
        if (offset < 0 || lengthBytes < 0 || !ranges(grant).covers(start + offset, lengthBytes)) {
            throw nothingGranted();
        }
        return asked;
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

    private GrantedRanges ranges(Grant grant) throws IOException {
        if (grant.kind() == GrantKind.READ_CONTENT) {
            GrantResolver.Granted content = resolver.content(new ContentId(grant.subject()));
            if (content.slices().isEmpty()) {
                throw nothingGranted();
            }
            return GrantedRanges.ofSlices(geometry, content.slices(), content.extents());
        }
        Extent extent = resolver.extent(new ExtentId(grant.subject()));
        if (grant.kind() == GrantKind.WRITE_EXTENT) {
            admitWriter(grant, extent);
        }
        return GrantedRanges.ofExtent(geometry, extent);
    }

    private static BatonException nothingGranted() {
        return new BatonException(ErrorCode.KEY_REFUSED, "the resume key does not grant this; open the file again");
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
        poolOfNewExtents.add(extent, engine);
    }
}
