package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.ReadGrant;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The right to read one file, kept alive: renews its keys before they expire, looks the file up again when an extent is
 * gone (CAT-12), and knows how long the file may be said to be. Thread-safe; one lock is held during a renewal, so that
 * many readers ask once.
 */
final class ReadHandle {
    private final String path;
    private final Calls calls;
    private final RoutingCache routing;
    private final FidTable fids;
    private final ClientTime time;
    private final Retries retries;
    private volatile ReadView view;
    private volatile long visibleBytes;
    /** Whether the file had a writer when it was opened and was not seen closed since; guarded by this object's lock. */
    private boolean growing;

    /** Opens the file. */
    ReadHandle(
            String path, Calls calls, RoutingCache routing, FidTable fids, ClientTime time, Retries retries)
            throws IOException {
        this.path = path;
        this.calls = calls;
        this.routing = routing;
        this.fids = fids;
        this.time = time;
        this.retries = retries;
        this.view = lookUp(this::open);
        this.visibleBytes = view.lengthBytes();
        this.growing = view.openExtent().isPresent();
    }

    String path() {
        return path;
    }

    /** The view to read by now; renewed if its keys are about to expire. */
    ReadView current() throws IOException {
        ReadView now = view;
        return now.renewalDue(time.nowMs()) ? reopened(now) : now;
    }

    /** Bytes that readers may see: fixed for a file that was closed when it was opened. */
    long visibleBytes() {
        return visibleBytes;
    }

    /**
     * Asks how long an open file is by now; what was seen once stays visible. Under the lock, so that the view that
     * counts was not asked for before this call; a read may have found the file closed meanwhile.
     */
    synchronized long refreshLength() throws IOException {
        if (growing) {
            ReadView now = view.openExtent().isPresent() ? reopened(view) : view;
            visibleBytes = Math.max(visibleBytes, now.lengthBytes());
            growing = now.openExtent().isPresent();
        }
        return visibleBytes;
    }

    /**
     * A view made after another one was found wanting.
     *
     * @throws BatonException FILE_CHANGED if the path names another file by now and what was opened is gone, or less is
     *                        left of it
     */
    synchronized ReadView reopened(ReadView seen) throws IOException {
        if (view != seen) {
            return view;
        }
        ReadView fresh = lookUp(() -> reopen(seen));
        if (fresh.lengthBytes() < visibleBytes) {
            throw new BatonException(ErrorCode.FILE_CHANGED, path + " had " + visibleBytes + " bytes and has "
                    + fresh.lengthBytes() + " now, while it was read; open it again");
        }
        view = fresh;
        fids.retire(seen.grant().resumeKeys().content());
        seen.grant().resumeKeys().openExtent().ifPresent(fids::retire);
        return fresh;
    }

    private ReadView lookUp(Question question) throws IOException {
        Retries.Budget budget = retries.begin();
        boolean heldNowhere = false;
        while (true) {
            ReadGrant grant = question.ask();
            OptionalLong acknowledged;
            try {
                acknowledged = acknowledged(grant);
            } catch (IOException e) {
                budget.pause(e);
                routing.refresh(grant.openExtent().orElseThrow().pages());
                continue;
            }
            if (acknowledged.isPresent() || heldNowhere) {
                return new ReadView(grant, acknowledged.orElse(0), time.nowMs());
            }
            // No owner holds the extent: it was moved or closed meanwhile; if not so, nothing was written to it yet.
            heldNowhere = true;
        }
    }

    private ReadGrant open() throws IOException {
        return calls.catalog((catalog, context) -> catalog.open(context, path));
    }

    private ReadGrant reopen(ReadView seen) throws IOException {
        return calls.catalog((catalog, context) ->
                catalog.reopen(context, path, seen.info(), seen.grant().resumeKeys().content()));
    }

    /** How the catalog is asked for a grant. */
    private interface Question {
        ReadGrant ask() throws IOException;
    }

    /**
     * What owners acknowledged of the open extent; empty if there is one and nobody holds it. A writer goes on to the
     * next owner only after all before is acknowledged, so the largest answer has no hole before it.
     */
    private OptionalLong acknowledged(ReadGrant grant) throws IOException {
        if (grant.openExtent().isEmpty()) {
            return OptionalLong.of(0);
        }
        Extent open = grant.openExtent().get();
        ResumeKey key = grant.resumeKeys().openExtent().orElseThrow();
        OptionalLong most = OptionalLong.empty();
        for (ServerId owner : owners(open, new GrantedRoutes(grant.routes()))) {
            OptionalLong held = calls.storage(owner,
                    (storage, context) -> storage.acknowledgedLength(context, key, open.id()));
            if (held.isPresent() && held.getAsLong() >= most.orElse(0)) {
                most = held;
            }
        }
        return most;
    }

    private Set<ServerId> owners(Extent extent, GrantedRoutes granted) throws BatonException {
        Set<ServerId> owners = new LinkedHashSet<>();
        for (long page = extent.pages().firstPage(); page < extent.pages().endPage(); page++) {
            owners.add(routing.of(extent.pages().volume(), page, granted).owner());
        }
        return owners;
    }
}
