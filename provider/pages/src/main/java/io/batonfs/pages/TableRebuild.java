package io.batonfs.pages;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SegmentInfo;
import io.batonfs.pools.placement.PageActivity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes the mapping table from nothing but what the segments on the pools say of themselves (DESIGN.md 6). What
 * contradicts itself is listed and not served.
 *
 * <p>The run of an extent is inferred: from its first page found to its last. Its acknowledged length is that of its
 * bytes without a gap. A page short of its end whose successor has bytes means that a power cut took unforced bytes:
 * what is behind is STALE unless it is sealed. The extent is sealed if the page with its acknowledged end is: that is
 * the one with which sealing begins.
 */
final class TableRebuild {
    private record Claim(Pool pool, SegmentInfo segment) {
        SegmentIdentity identity() {
            return segment.identity();
        }

        Claim withEpoch(Epoch epoch) {
            return new Claim(pool, new SegmentInfo(segment.id(), segment.identity(), epoch, segment.lengthBytes(),
                    segment.allocatedBytes(), segment.sealed()));
        }
    }

    /**
     * What an interrupted move left: a segment to be freed once the other one has the higher epoch of both.
     *
     * @param keptPool where the page is
     * @param kept     its segment
     * @param epoch    the extent's
     * @param pool     where else it was
     * @param segment  what has to be freed there
     */
    record Leftover(Pool keptPool, SegmentId kept, Epoch epoch, Pool pool, SegmentId segment) {
    }

    private record PageKey(VolumeId volume, long page) {
    }

    private final GroupId group;
    private final PageGeometry geometry;
    private final LaneMaker lanes;
    private final PageActivity activity;
    private final List<SegmentProblem> problems = new ArrayList<>();
    private final Set<PageKey> disputed = new HashSet<>();
    private final List<Leftover> leftovers = new ArrayList<>();

    TableRebuild(GroupId group, PageGeometry geometry, LaneMaker lanes, PageActivity activity) {
        this.group = group;
        this.geometry = geometry;
        this.lanes = lanes;
        this.activity = activity;
    }

    /** What is wrong, once {@link #table} was called. */
    List<SegmentProblem> problems() {
        return List.copyOf(problems);
    }

    /** What interrupted moves left behind, once {@link #table} was called. */
    List<Leftover> leftovers() {
        return List.copyOf(leftovers);
    }

    /** Whether a page is claimed by segments that are not served; nobody may be given it. */
    boolean isDisputed(VolumeId volume, long page) {
        return disputed.contains(new PageKey(volume, page));
    }

    /** The table. */
    PageTable table(Collection<Pool> pools) {
        Map<ExtentId, List<Claim>> byExtent = new TreeMap<>();
        singleClaims(pools).forEach(claim ->
                byExtent.computeIfAbsent(claim.identity().extent(), id -> new ArrayList<>()).add(claim));
        PageTable table = PageTable.EMPTY;
        for (List<Claim> claims : withoutOverlaps(byExtent)) {
            table = table.with(entry(claims));
        }
        return table;
    }

    /** One segment of this group for each page: the only one that claims it, or what an interrupted move left. */
    private List<Claim> singleClaims(Collection<Pool> pools) {
        Map<PageKey, List<Claim>> byPage = new LinkedHashMap<>();
        for (Pool pool : pools) {
            for (SegmentInfo segment : pool.segments()) {
                Claim claim = new Claim(pool, segment);
                if (!segment.identity().group().equals(group)) {
                    problem(claim, "belongs to " + segment.identity().group() + ", this server to " + group
                            + ": were devices of two groups mixed up?");
                } else if (segment.lengthBytes() > geometry.pageBytes()) {
                    dispute(claim, "holds " + segment.lengthBytes() + " bytes, more than a page of "
                            + geometry.pageBytes() + ": was the group formatted with larger pages?");
                } else {
                    byPage.computeIfAbsent(new PageKey(segment.identity().volume(), segment.identity().page()),
                            key -> new ArrayList<>()).add(claim);
                }
            }
        }
        List<Claim> single = new ArrayList<>();
        byPage.forEach((key, claims) -> {
            Claim kept = claims.get(0);
            Epoch epoch = kept.segment().writeEpoch();
            for (Claim other : claims.subList(1, claims.size())) {
                kept = kept == null ? null : keptOfInterruptedMove(kept, other);
                epoch = later(epoch, other.segment().writeEpoch());
            }
            if (kept != null) {
                single.add(kept.withEpoch(epoch));
                for (Claim other : claims) {
                    if (other != kept) {
                        leftovers.add(new Leftover(
                                kept.pool(), kept.segment().id(), epoch, other.pool(), other.segment().id()));
                    }
                }
            } else {
                claims.forEach(claim -> dispute(claim, "is one of " + claims.size() + " segments that claim page "
                        + key.page() + " of " + key.volume() + ": none is served; free all but the right one"));
            }
        });
        return single;
    }

    /**
     * Of two segments of one page, of which one has all that the other has, the one that has all: a move was
     * interrupted, before or after the page was found in the new place ({@link PageMover}). A seal is the last that
     * happens to a segment, so the one that is sealed is right even if it is the shorter. Null if they contradict.
     */
    private Claim keptOfInterruptedMove(Claim one, Claim two) {
        SegmentInfo first = one.segment();
        SegmentInfo second = two.segment();
        boolean sealedApart = first.sealed() && second.sealed() && first.lengthBytes() != second.lengthBytes();
        if (sealedApart || !one.identity().equals(two.identity())) {
            return null;
        }
        int both = Math.min(first.lengthBytes(), second.lengthBytes());
        try {
            if (both > 0 && one.pool().checksum(first.id(), 0, both) != two.pool().checksum(second.id(), 0, both)) {
                return null;
            }
        } catch (IOException e) {
            problem(one, "cannot be compared with the one in pool " + two.pool().name() + ": " + e.getMessage());
            return null;
        }
        if (first.sealed() != second.sealed()) {
            return first.sealed() ? one : two;
        }
        return second.lengthBytes() > first.lengthBytes() ? two : one;
    }

    private static Epoch later(Epoch one, Epoch two) {
        return one.compareTo(two) < 0 ? two : one;
    }

    /** Leaves out extents that lie in two volumes, or whose runs overlap. */
    private List<List<Claim>> withoutOverlaps(Map<ExtentId, List<Claim>> byExtent) {
        Map<VolumeId, TreeMap<Long, List<Claim>>> volumes = new TreeMap<>();
        for (List<Claim> claims : byExtent.values()) {
            claims.sort((a, b) -> Long.compare(a.identity().page(), b.identity().page()));
            VolumeId volume = claims.get(0).identity().volume();
            if (claims.stream().allMatch(claim -> claim.identity().volume().equals(volume))) {
                volumes.computeIfAbsent(volume, id -> new TreeMap<>()).put(claims.get(0).identity().page(), claims);
            } else {
                claims.forEach(claim -> dispute(claim, "is of an extent that has pages in several volumes"));
            }
        }
        List<List<Claim>> good = new ArrayList<>();
        for (TreeMap<Long, List<Claim>> volume : volumes.values()) {
            List<Claim> farthest = null;
            Set<List<Claim>> bad = new HashSet<>();
            for (List<Claim> claims : volume.values()) {
                if (farthest != null && claims.get(0).identity().page() <= lastPage(farthest)) {
                    bad.add(farthest);
                    bad.add(claims);
                }
                if (farthest == null || lastPage(claims) > lastPage(farthest)) {
                    farthest = claims;
                }
            }
            bad.forEach(claims -> claims.forEach(claim ->
                    dispute(claim, "is of an extent whose pages lie among those of another")));
            volume.values().stream().filter(claims -> !bad.contains(claims)).forEach(good::add);
        }
        return good;
    }

    private static long lastPage(List<Claim> claims) {
        return claims.get(claims.size() - 1).identity().page();
    }

    private ExtentEntry entry(List<Claim> claims) {
        Claim first = claims.get(0);
        Claim last = claims.get(claims.size() - 1);
        long firstPage = first.identity().page();
        PageRun run = new PageRun(first.identity().volume(), firstPage,
                Math.toIntExact(last.identity().page() - firstPage + 1));
        List<PageEntry> pages = new ArrayList<>();
        long start = geometry.addressOf(firstPage);
        long end = start;
        boolean gap = false;
        boolean sealed = false;
        Epoch epoch = first.segment().writeEpoch();
        for (Claim claim : claims) {
            SegmentInfo segment = claim.segment();
            for (long missing = firstPage + pages.size(); missing < segment.identity().page(); missing++) {
                pages.add(PageEntry.LOST);
                gap = true;
                problems.add(new SegmentProblem("", null, "page " + missing + " of " + run.volume() + " ("
                        + first.identity().extent() + ") is missing, though later pages are held"));
            }
            PageEntry open = PageEntry.open(claim.pool(), segment.id(), activity.add());
            pages.add(segment.sealed() ? open.sealed(segment.lengthBytes())
                    : gap && segment.lengthBytes() > 0 ? open.with(PageState.STALE) : open);
            if (!gap) {
                end += segment.lengthBytes();
                sealed = segment.sealed();
                gap = segment.lengthBytes() < geometry.pageBytes();
            }
            if (segment.writeEpoch().compareTo(epoch) > 0) {
                epoch = segment.writeEpoch();
            }
        }
        return new ExtentEntry(first.identity().extent(), run, false, epoch, sealed, last.pool(), pages,
                lanes.make(start, end, sealed));
    }

    private void dispute(Claim claim, String message) {
        disputed.add(new PageKey(claim.identity().volume(), claim.identity().page()));
        problem(claim, message);
    }

    private void problem(Claim claim, String message) {
        problems.add(new SegmentProblem(claim.pool().name(), claim.segment(), "segment " + claim.segment().id().number()
                + " of pool " + claim.pool().name() + " (" + claim.identity() + ") " + message));
    }
}
