package io.batonfs.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.batonfs.client.GrantedRoutes.Page;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.VolumeId;
import java.io.IOException;
import java.util.List;

/**
 * Where pages are, as far as this client has heard. A page's entry is replaced only by a higher epoch, so that an old
 * grant can't undo what a refresh brought. Entries are kept by page and not by run, because a migrated page is an
 * exception row within a run, and only by page "the higher epoch" is well defined. Thread-safe.
 */
final class RoutingCache {
    private final Cache<Page, Route> routes;
    private final Calls calls;

    RoutingCache(Calls calls, int mostPages) {
        this.calls = calls;
        // Evicts on the calling thread: a client has no thread of somebody else's pool behind its back.
        this.routes = Caffeine.newBuilder().maximumSize(mostPages).executor(Runnable::run).build();
    }

    /**
     * Where a page is.
     *
     * @param granted what came with a grant
     * @throws BatonException INTERNAL if neither the grant nor an earlier refresh covers the page
     */
    Route of(VolumeId volume, long page, GrantedRoutes granted) throws BatonException {
        Route grantedRoute = granted.find(volume, page);
        Route known = grantedRoute == null
                ? routes.getIfPresent(new Page(volume, page))
                : newer(volume, page, grantedRoute);
        if (known == null) {
            throw new BatonException(ErrorCode.INTERNAL,
                    "the catalog granted page " + page + " of " + volume + " without a route to it");
        }
        return known;
    }

    /** Asks the catalog where pages are now. */
    void refresh(PageRun run) throws IOException {
        List<Route> fresh = calls.catalog((catalog, context) -> catalog.routes(run));
        for (Route route : fresh) {
            long end = Math.min(run.endPage(), route.run().endPage());
            for (long page = Math.max(run.firstPage(), route.run().firstPage()); page < end; page++) {
                newer(run.volume(), page, route);
            }
        }
    }

    private Route newer(VolumeId volume, long page, Route candidate) {
        return routes.asMap().compute(new Page(volume, page),
                (key, held) -> held == null || candidate.epoch().compareTo(held.epoch()) > 0 ? candidate : held);
    }
}
