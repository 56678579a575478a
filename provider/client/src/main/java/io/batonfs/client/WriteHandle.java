package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.FileInfo;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.protocol.WrittenExtent;
import java.io.IOException;

/**
 * The right to append to one file, kept alive: the lease, the extent granted now and the key to it. Belongs to the
 * writer's thread, but for {@link #probe} and {@link #abandon}.
 */
final class WriteHandle {
    private final String path;
    private final Calls calls;
    private final RoutingCache routing;
    private final FidTable fids;
    private final ClientTime time;
    private final WriteGrant first;
    private WriteGrant grant;
    private GrantedRoutes routes;
    private long renewAtMs;

    WriteHandle(
            String path, WriteGrant first, Calls calls, RoutingCache routing, FidTable fids, ClientTime time) {
        this.path = path;
        this.first = first;
        this.calls = calls;
        this.routing = routing;
        this.fids = fids;
        this.time = time;
        take(first);
    }

    private void take(WriteGrant fresh) {
        grant = fresh;
        routes = new GrantedRoutes(fresh.routes());
        long nowMs = time.nowMs();
        // Renewed when three quarters of its life are over: the last quarter is for tries that fail.
        renewAtMs = nowMs + (fresh.expiresMs() - nowMs) / 4 * 3;
    }

    String path() {
        return path;
    }

    Extent extent() {
        return grant.extent();
    }

    PageGeometry geometry() {
        return grant.geometry();
    }

    /** Where the extent's first byte lies in the file. */
    long offset() {
        return grant.offset();
    }

    /** Bytes that the extent can hold. */
    long capacityBytes() {
        return grant.extent().pages().bytes(grant.geometry());
    }

    /** Volume address of a byte of the extent. */
    long addressOf(long extentOffset) {
        return grant.geometry().addressOf(grant.extent().pages().firstPage()) + extentOffset;
    }

    /** Where an address is served now. */
    ServerId serverOf(long address) throws BatonException {
        return routing.of(grant.extent().pages().volume(), grant.geometry().pageOf(address), routes).owner();
    }

    /** Asks anew where an address is served. */
    void refreshRoute(long address) throws IOException {
        routing.refresh(new PageRun(grant.extent().pages().volume(), grant.geometry().pageOf(address), 1));
    }

    /** What to register with now; renewed if it is about to expire. */
    ResumeKey key() throws IOException {
        if (time.nowMs() >= renewAtMs) {
            renew();
        }
        return grant.resumeKey();
    }

    /** A fresh key for the same extent. LEASE_LOST. */
    void renew() throws IOException {
        WriteGrant fresh = calls.catalog(
                (catalog, context) -> catalog.renewWrite(context, first.file(), first.lease()));
        if (!fresh.extent().id().equals(grant.extent().id())) {
            throw new BatonException(ErrorCode.LEASE_LOST, path + " goes on in " + fresh.extent().id()
                    + " and not in " + grant.extent().id() + ": another writer has its lease; open it again");
        }
        ResumeKey old = grant.resumeKey();
        take(fresh);
        if (!old.equals(fresh.resumeKey())) {
            fids.retire(old);
        }
    }

    /** Leaves a full extent for the next one. LEASE_LOST. */
    void next(WrittenExtent full) throws IOException {
        WriteGrant fresh = calls.catalog(
                (catalog, context) -> catalog.nextExtent(context, first.file(), first.lease(), full));
        fids.retire(grant.resumeKey());
        take(fresh);
    }

    /** Has what earlier extents of the file hold made to survive a power cut. LEASE_LOST. */
    void forceEarlierExtents() throws IOException {
        calls.catalog((catalog, context) -> {
            catalog.forceEarlierExtents(context, first.file(), first.lease());
            return null;
        });
    }

    /** Commits the last extent and ends the lease. LEASE_LOST. */
    FileInfo close(WrittenExtent last) throws IOException {
        return calls.catalog((catalog, context) -> catalog.close(context, first.file(), first.lease(), last));
    }

    /** Gives the lease up, in one try; any thread. */
    void abandon() throws IOException {
        calls.catalogOnce((catalog, context) -> {
            catalog.abandon(context, first.file(), first.lease());
            return null;
        });
    }

    /** Asks whether the lease is still held; any thread. LEASE_LOST. */
    void probe() throws IOException {
        calls.catalog((catalog, context) -> catalog.renewWrite(context, first.file(), first.lease()));
    }
}
