package io.batonfs.server.local;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.ExtentRange;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.RangeUses;
import io.batonfs.catalog.RecordedExtent;
import io.batonfs.catalog.SliceChecksum;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ServerId;
import io.batonfs.pages.PageSurvey;
import io.batonfs.pages.SegmentProblem;
import io.batonfs.pages.SurveyedPage;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compares what one server holds with what the catalog says: are all bytes there that a route leads to, are they what
 * their writers wrote, and is anything there that no route leads to. Used once, by one thread, while the
 * server's pools are open.
 */
final class CatalogComparison {
    private final ServerId server;
    private final PageSurvey held;
    private final PageGeometry geometry;
    private final PageComparison pages;
    private final FoundDamage damage;
    private final int mostDiffering;
    private final CheckStop stop;
    /** Of segments that are not served and of which it is not known yet whether a route leads to their page. */
    private final Map<ExtentId, List<SegmentProblem>> unserved = new HashMap<>();
    private long strays;
    private long strayBytes;
    private long extents;

    /**
     * @param held          what the server's pools hold
     * @param mostDiffering of so many ranges that are not what their writers wrote each is told once; of what is beyond
     *                      that, each copy counts
     */
    CatalogComparison(ServerId server, PageSurvey held, PageGeometry geometry, FoundDamage damage, int mostDiffering,
            CheckStop stop) {
        this.server = server;
        this.held = held;
        this.geometry = geometry;
        this.pages = new PageComparison(server, held, geometry);
        this.damage = damage;
        this.mostDiffering = mostDiffering;
        this.stop = stop;
        for (SegmentProblem problem : held.problems()) {
            if (problem.segment() != null && held.isOfTheGroup(problem.segment())) {
                unserved.computeIfAbsent(problem.segment().identity().extent(), id -> new ArrayList<>()).add(problem);
            }
        }
    }

    /** Compares everything. */
    void run(CatalogReader reader) {
        reader.eachExtent(this::compareExtent);
        findStrays(reader);
        countStrayProblems();
        compareChecksums(reader);
    }

    /** What is told of segments that nobody misses: nothing names their extents, or no route leads to their pages. */
    Set<SegmentProblem> strayProblems() {
        return unserved.values().stream().flatMap(List::stream).collect(Collectors.toSet());
    }

    /** Extents whose first page is this server's. */
    long extents() {
        return extents;
    }

    /** Extents that are held and that no route leads to. */
    long strays() {
        return strays;
    }

    long strayBytes() {
        return strayBytes;
    }

    /** Says that a server holds what the catalog does not know of. */
    static String aheadOfCatalog(ServerId server) {
        return server + " holds extents that the catalog has never given out: the catalog was restored from an"
                + " older state; restore the one that belongs to these devices";
    }

    /** Says that a segment is not served. */
    static String notServed(ServerId server, SegmentProblem problem) {
        return server + ": segment not served: " + problem.message();
    }

    /** Says how many segments are not served and not told. */
    static String moreNotServed(ServerId server, PageSurvey held) {
        return server + ": " + held.untoldSegments() + " segments more are not served";
    }

    /** Whether a route leads to a page at a server. */
    static boolean isPlaced(PlacedExtent placed, ServerId server, long page) {
        return PageComparison.isPlaced(placed.routes(), server, page);
    }

    private void compareExtent(RecordedExtent extent) {
        stop.check();
        extents += extent.routes().get(0).owner().equals(server) ? 1 : 0;
        if (extent.used() && unserved.containsKey(extent.extent().id())) {
            unserved.get(extent.extent().id()).removeIf(problem -> PageComparison.isPlaced(extent.routes(), server,
                    problem.segment().identity().page()));
        }
        pages.compare(extent, damage::add);
    }

    private void findStrays(CatalogReader reader) {
        held.eachExtent((extent, pages) -> {
            stop.check();
            Optional<PlacedExtent> placed = reader.extent(extent);
            long bytes = 0;
            boolean stray = false;
            for (PageSurvey.Held page : pages) {
                if (placed.isEmpty() || !isPlaced(placed.get(), server, page.page())) {
                    stray = true;
                    bytes += page.lengthBytes();
                }
            }
            strays += stray ? 1 : 0;
            strayBytes += bytes;
        });
    }

    /** Those that stand for a page are counted with their extents. */
    private void countStrayProblems() {
        Set<String> counted = new HashSet<>();
        unserved.forEach((extent, problems) -> {
            strays += problems.isEmpty() || held.isHeld(extent) ? 0 : 1;
            for (SegmentProblem problem : problems) {
                SegmentInfo segment = problem.segment();
                if (!held.hasRow(segment, problem.poolName()) && counted.add(problem.poolName() + " " + segment.id())) {
                    strayBytes += segment.lengthBytes();
                }
            }
        });
    }

    /** Of each range one finding, whatever the number of copies. */
    private void compareChecksums(CatalogReader reader) {
        Set<ExtentRange> differing = new HashSet<>();
        reader.eachChecksum(slice -> {
            stop.check();
            Optional<PlacedExtent> placed = reader.extent(slice.range().extent());
            if (placed.isPresent() && !differing.contains(slice.range()) && differs(placed.get(), slice)) {
                if (differing.size() < mostDiffering) {
                    differing.add(slice.range());
                }
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
        try {
            OptionalInt crc = checksum(placed.extent(), slice.range());
            return crc.isPresent() && crc.getAsInt() != slice.crc32c();
        } catch (IOException e) {
            // A block that the range cuts is lost: the walk over the pool has named it.
            return false;
        }
    }

    /** CRC32C of a range of an extent, from the pools' checksums as far as they reach. Empty if not all of it is served. */
    private OptionalInt checksum(Extent extent, ExtentRange range) throws IOException {
        int crc = 0;
        for (long at = range.offset(); at < range.endOffset();) {
            int inPage = (int) (at % geometry.pageBytes());
            int bytes = (int) Math.min(geometry.pageBytes() - inPage, range.endOffset() - at);
            SurveyedPage page = held.page(extent, extent.pages().firstPage() + at / geometry.pageBytes());
            if (page.servedBytes() < inPage + bytes) {
                return OptionalInt.empty();
            }
            crc = Crc32cMath.combine(crc, page.pool().checksum(page.segment(), inPage, bytes), bytes);
            at += bytes;
        }
        return OptionalInt.of(crc);
    }
}
