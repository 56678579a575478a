package io.batonfs.client;

import io.batonfs.model.Epoch;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.LwioStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What all owners of a fake group hold together: extents, routes and the keys that were given out. One lock. */
final class FakeExtents {
    static final VolumeId VOLUME = VolumeId.of(0, 1);

    /** A key's rights. */
    record Granted(Set<ExtentId> extents, boolean write, Epoch writeEpoch, long expiresMs) {
    }

    /** An extent's bytes. */
    static final class Held {
        final Extent extent;
        byte[] bytes = new byte[0];
        int forcedBytes;
        /** Servers that got a write-through WRITE after the last other one that they got. */
        final Set<ServerId> forcedBy = new HashSet<>();
        Epoch writeEpoch;
        boolean gone;

        Held(Extent extent) {
            this.extent = extent;
            this.writeEpoch = extent.writeEpoch();
        }
    }

    final PageGeometry geometry;
    final int servers;
    final int pagesPerExtent;
    private final ManualTime time;
    private final Map<ExtentId, Held> extents = new HashMap<>();
    private final Map<Long, Route> routes = new HashMap<>();
    private final Map<ResumeKey, Granted> keys = new HashMap<>();
    private long nextPage;
    private long nextExtent = 1;
    private long nextKey = 1;
    long keyLifeMs = 1_000_000;

    FakeExtents(PageGeometry geometry, int servers, int pagesPerExtent, ManualTime time) {
        this.geometry = geometry;
        this.servers = servers;
        this.pagesPerExtent = pagesPerExtent;
        this.time = time;
    }

    synchronized Held add() {
        PageRun run = new PageRun(VOLUME, nextPage, pagesPerExtent);
        for (long page = run.firstPage(); page < run.endPage(); page++) {
            // Two pages of a run stay together, so that both "same server" and "next server" happen within an extent.
            ServerId owner = new ServerId(1 + (int) (page / 2 % servers));
            routes.put(page, new Route(new PageRun(VOLUME, page, 1), List.of(owner), Epoch.FIRST));
        }
        nextPage += pagesPerExtent;
        Held held = new Held(new Extent(ExtentId.of(0, nextExtent++), run, Epoch.FIRST, false));
        extents.put(held.extent.id(), held);
        return held;
    }

    synchronized Held get(ExtentId id) {
        return extents.get(id);
    }

    synchronized List<Route> routes(PageRun run) {
        List<Route> found = new ArrayList<>();
        for (long page = run.firstPage(); page < run.endPage(); page++) {
            found.add(routes.get(page));
        }
        return found;
    }

    /** Moves a page to another server, with a higher epoch. */
    synchronized void move(long page, ServerId to) {
        Route old = routes.get(page);
        routes.put(page, new Route(old.run(), List.of(to), old.epoch().next()));
    }

    synchronized long pages() {
        return nextPage;
    }

    synchronized ResumeKey grant(Set<ExtentId> granted, boolean write, Epoch writeEpoch) {
        long expiresMs = time.nowMs() + keyLifeMs;
        ResumeKey key = new ResumeKey(nextKey++, expiresMs, 77);
        keys.put(key, new Granted(new HashSet<>(granted), write, writeEpoch, expiresMs));
        return key;
    }

    synchronized Granted check(ResumeKey key) throws LwioException {
        Granted granted = keys.get(key);
        if (granted == null || granted.expiresMs <= time.nowMs()) {
            throw new LwioException(LwioStatus.ACCESS_DENIED, "the key has expired");
        }
        return granted;
    }

    /** Ends all keys given out so far. */
    synchronized void expireKeys() {
        keys.clear();
    }

    synchronized byte[] committed(ExtentId id, long offset, long length) {
        return Arrays.copyOfRange(extents.get(id).bytes, (int) offset, (int) (offset + length));
    }

    synchronized long acknowledged(ExtentId id, ServerId server) {
        Held held = extents.get(id);
        if (held == null || held.gone) {
            return -1;
        }
        boolean owns = routes(held.extent.pages()).stream().anyMatch(route -> route.owner().equals(server));
        return owns ? held.bytes.length : -1;
    }

    private Held at(ServerId server, Granted granted, long address, int length) throws LwioException {
        long page = geometry.pageOf(address);
        if (length > 0 && geometry.pageOf(address + length - 1) != page) {
            throw new LwioException(LwioStatus.INVALID_PARAMETER, "crosses a page boundary");
        }
        for (Held held : extents.values()) {
            if (held.extent.pages().contains(page)) {
                if (!granted.extents.contains(held.extent.id())) {
                    throw new LwioException(LwioStatus.ACCESS_DENIED, "not granted");
                }
                if (held.gone) {
                    throw new LwioException(LwioStatus.NO_SUCH_EXTENT, held.extent.id() + " is not held here");
                }
                if (!routes.get(page).owner().equals(server)) {
                    throw new LwioException(LwioStatus.STALE_ROUTE, "page " + page + " has moved");
                }
                return held;
            }
        }
        throw new LwioException(LwioStatus.NO_SUCH_EXTENT, "no extent has page " + page);
    }

    synchronized void read(
            ServerId server, ResumeKey key, long address, ByteBuffer destination, int[] crcs) throws LwioException {
        int length = destination.remaining();
        Held held = at(server, check(key), address, length);
        int offset = (int) (address - geometry.addressOf(held.extent.pages().firstPage()));
        if (offset + length > held.bytes.length) {
            throw new LwioException(LwioStatus.END_OF_FILE, "past what was acknowledged");
        }
        destination.put(held.bytes, offset, length);
        ByteBuffer data = ByteBuffer.wrap(held.bytes, offset, length);
        int[] own = Pieces.of(geometry, address, data);
        if (crcs.length < own.length) {
            throw new LwioException(LwioStatus.INVALID_PARAMETER, "no room for checksums");
        }
        System.arraycopy(own, 0, crcs, 0, own.length);
    }

    synchronized void write(
            ServerId server, ResumeKey key, long address, ByteBuffer source, int[] crcs, boolean writeThrough)
            throws LwioException {
        Granted granted = check(key);
        int length = source.remaining();
        Held held = at(server, granted, address, length);
        if (!granted.write) {
            throw new LwioException(LwioStatus.ACCESS_DENIED, "a key for reading");
        }
        if (granted.writeEpoch.compareTo(held.writeEpoch) < 0) {
            throw new LwioException(LwioStatus.FENCED, "fenced");
        }
        if (!Arrays.equals(Pieces.of(geometry, address, source), crcs)) {
            throw new LwioException(LwioStatus.DATA_ERROR, "bytes and checksums differ");
        }
        int offset = (int) (address - geometry.addressOf(held.extent.pages().firstPage()));
        byte[] data = new byte[length];
        source.duplicate().get(data);
        if (offset == held.bytes.length) {
            held.bytes = Arrays.copyOf(held.bytes, offset + length);
            System.arraycopy(data, 0, held.bytes, offset, length);
        } else if (offset + length > held.bytes.length
                || !Arrays.equals(data, 0, length, held.bytes, offset, offset + length)) {
            throw new LwioException(LwioStatus.INVALID_PARAMETER,
                    "a write of " + length + " at " + offset + " neither appends to " + held.bytes.length
                            + " bytes nor repeats some");
        }
        if (writeThrough) {
            held.forcedBytes = held.bytes.length;
            held.forcedBy.add(server);
        } else {
            held.forcedBy.remove(server);
        }
    }
}
