package io.batonfs.server.local;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.ExtentRange;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.RangeUses;
import io.batonfs.catalog.RecordedExtent;
import io.batonfs.catalog.SliceChecksum;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Compares what one server holds with what the catalog says: are all bytes there that a route leads to, are they what
 * their writers wrote, and is anything there that the catalog does not know. Used once, by one thread, while the
 * server's pools are open.
 */
final class CatalogComparison {
    private final ServerId server;
    private final HeldPages held;
    private final PageGeometry geometry;
    private final FoundDamage damage;
    private final Set<ExtentId> strays = new HashSet<>();
    private long strayBytes;
    private long extents;
    private boolean fromPast;

    CatalogComparison(ServerId server, HeldPages held, PageGeometry geometry, FoundDamage damage) {
        this.server = server;
        this.held = held;
        this.geometry = geometry;
        this.damage = damage;
    }

    /** Compares everything. */
    void run(CatalogReader reader) {
        reader.eachExtent(this::compareExtent);
        findStrays(reader);
        compareChecksums(reader);
    }

    /** Extents whose first page is this server's. */
    long extents() {
        return extents;
    }

    /** Extents that are held and that no route leads to. */
    int strays() {
        return strays.size();
    }

    long strayBytes() {
        return strayBytes;
    }

    /** Whether something is held that the catalog has never given out. */
    boolean provesAnOlderCatalog() {
        return fromPast;
    }

    /** Whether a route leads to a page at a server. */
    static boolean isPlaced(PlacedExtent placed, ServerId server, long page) {
        return placed.routes().stream()
                .anyMatch(route -> route.run().contains(page) && route.owners().contains(server));
    }

    private void compareExtent(RecordedExtent extent) {
        extents += extent.routes().get(0).owner().equals(server) ? 1 : 0;
        if (!extent.used() || extent.lengthBytes() == 0) {
            return;
        }
        for (Route route : extent.routes()) {
            if (route.owners().contains(server)) {
                for (long page = route.run().firstPage(); page < route.run().endPage(); page++) {
                    comparePage(extent, page);
                }
            }
        }
    }

    private void comparePage(RecordedExtent extent, long page) {
        PageRun run = extent.extent().pages();
        ExtentId id = extent.extent().id();
        long due = Math.min(geometry.pageBytes(),
                extent.lengthBytes() - (page - run.firstPage()) * geometry.pageBytes());
        HeldPages.Held found = held.page(run.volume(), page, id);
        long has = found == null ? 0 : found.segment().lengthBytes();
        if (has < due) {
            String pool = found == null ? "" : found.pool().name();
            String reason = found == null
                    ? "no pool of " + server + " that could be opened holds a segment of this page"
                    : "its segment ends at " + has + ", the catalog counts on " + due
                            + " bytes: the rest was never forced to the devices";
            damage.add(new Damage(server, pool, run.volume(), page, id, has, due - has, reason, RangeUses.NONE));
        }
    }

    private void findStrays(CatalogReader reader) {
        long nextPage = reader.nextPage();
        long lastExtent = reader.lastExtentNumber();
        held.each((page, found) -> {
            fromPast |= page >= nextPage || found.extent().number() > lastExtent;
            Optional<PlacedExtent> placed = reader.extent(found.extent());
            if (placed.isEmpty() || !isPlaced(placed.get(), server, page)) {
                strays.add(found.extent());
                strayBytes += found.segment().lengthBytes();
            }
        });
    }

    /** Of each range one finding, whatever the number of copies. */
    private void compareChecksums(CatalogReader reader) {
        Set<ExtentRange> differing = new HashSet<>();
        reader.eachChecksum(slice -> {
            Optional<PlacedExtent> placed = reader.extent(slice.range().extent());
            if (placed.isPresent() && differs(placed.get(), slice) && differing.add(slice.range())) {
                PageRun run = placed.get().extent().pages();
                ExtentRange range = slice.range();
                damage.add(new Damage(server, "", run.volume(), run.firstPage() + range.offset() / geometry.pageBytes(),
                        range.extent(), range.offset() % geometry.pageBytes(), range.lengthBytes(), "these bytes agree"
                        + " with the pool's checksums, but not with the writer's: they are of another time or place",
                        RangeUses.NONE));
            }
        });
    }

    /** What lies on several servers, or is not there, or can't be read, is not compared; the latter is named already. */
    private boolean differs(PlacedExtent placed, SliceChecksum slice) {
        if (!placed.routes().stream().allMatch(route -> route.owners().contains(server))) {
            return false;
        }
        ExtentRange range = slice.range();
        try {
            OptionalInt crc =
                    held.checksum(range.extent(), placed.extent().pages(), range.offset(), range.lengthBytes());
            return crc.isPresent() && crc.getAsInt() != slice.crc32c();
        } catch (IOException e) {
            // A block that the range cuts is lost: the walk over the pool has named it.
            return false;
        }
    }
}
