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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Makes the mapping table from nothing but what the segments on the pools say of themselves (DESIGN.md 6). What
 * contradicts itself is listed and not served.
 *
 * <p>The run of an extent is inferred: from its first page found to its last. Its acknowledged length is that of its
 * bytes without a gap. A page short of its end whose successor has bytes means that a power cut took unforced bytes:
 * what is behind is STALE unless it is sealed. The extent is sealed if the page with its acknowledged end is: that is
 * the one with which sealing begins.
 *
 * <p>What a move between pools left is told by the role of a segment ({@link SegmentRole}): only one that is the page is
 * served. A page of which only other segments are here is ABSENT if not all pools are: it is in another, and so is its
 * length. If all are, it is no more: LOST if it was retired somewhere, and as if it had never been if not.
 * Of two that are the page, which have the same bytes unless a power cut took some, one is kept: the sealed one, else
 * the longer, else the one whose pool takes changes; and only if it can be read.
 */
final class TableRebuild {
    private static final int READ_BYTES = 1 << 20;
    /** Some tens of MiB of sentences, of segments and of pages that are missing each. */
    static final int MOST_PROBLEMS = 50_000;
    /** Between the first page found of an extent and its last: 16,384 times what the catalog gives out, some MiB of rows. */
    static final int MOST_PAGES = 1 << 20;

    private record Claim(Pool pool, SegmentInfo segment) {
        SegmentIdentity identity() {
            return segment.identity();
        }

        SegmentRole role() {
            return SegmentRole.of(segment.writeEpoch());
        }

        int lengthBytes() {
            return segment.lengthBytes();
        }

        boolean takesChanges() {
            return pool.status().closedBecause().isEmpty();
        }

        @Override
        public String toString() {
            return "segment " + segment.id().number() + " of pool " + pool.name();
        }

        Claim withEpoch(Epoch epoch) {
            return new Claim(pool, new SegmentInfo(segment.id(), segment.identity(), epoch, segment.lengthBytes(),
                    segment.allocatedBytes(), segment.sealed()));
        }
    }

    /**
     * What an interrupted move left of a page that is kept in another segment: to be freed once that one has the higher
     * epoch of both.
     *
     * @param extent   the page's extent
     * @param page     the page
     * @param keptPool where the page is
     * @param kept     its segment
     * @param epoch    the extent's
     * @param pool     where else it was, or was to be
     * @param segment  what has to be freed there
     * @param rival    whether that one is the page too, and the kept one is not sealed: it has to be retired before
     *                 anything is added to the kept one, whose row is MOVING until then
     * @param last     whether it is the last of its page
     */
    record Leftover(ExtentId extent, long page, Pool keptPool, SegmentId kept, Epoch epoch, Pool pool, SegmentId segment,
            boolean rival, boolean last) {
    }

    /** A copy that was not finished, of a page that is no more: to be freed. */
    record Orphan(ExtentId extent, Pool pool, SegmentId segment) {
    }

    private record PageKey(VolumeId volume, long page) {
    }

    private final GroupId group;
    private final PageGeometry geometry;
    private final LaneMaker lanes;
    private final PageActivity activity;
    private final boolean everyPool;
    private final List<SegmentProblem> problems = new ArrayList<>();
    private long problemSegments;
    private long missingPages;
    private final Set<PageKey> disputed = new HashSet<>();
    private final List<Leftover> leftovers = new ArrayList<>();
    private final List<Orphan> orphans = new ArrayList<>();

    /**
     * @param everyPool whether all pools of the server are here
     */
    TableRebuild(GroupId group, PageGeometry geometry, LaneMaker lanes, PageActivity activity, boolean everyPool) {
        this.everyPool = everyPool;
        this.group = group;
        this.geometry = geometry;
        this.lanes = lanes;
        this.activity = activity;
    }

    /**
     * What is wrong, once {@link #table} was called: {@link #MOST_PROBLEMS} segments and as many missing pages. How many are
     * left out is the last of them.
     */
    List<SegmentProblem> problems() {
        List<SegmentProblem> told = new ArrayList<>(problems);
        long untoldPages = Math.max(0, missingPages - MOST_PROBLEMS);
        if (untoldSegments() + untoldPages > 0) {
            told.add(new SegmentProblem("", null, "and " + untoldSegments() + " segments more are not served, and "
                    + untoldPages + " pages more are missing; they are not told"));
        }
        return told;
    }

    /** How many segments that are not served are left out of the {@link #problems}. */
    long untoldSegments() {
        return Math.max(0, problemSegments - MOST_PROBLEMS);
    }

    /** What interrupted moves left behind, once {@link #table} was called. */
    List<Leftover> leftovers() {
        return List.copyOf(leftovers);
    }

    /** Copies that interrupted moves left of pages that are no more, once {@link #table} was called. */
    List<Orphan> orphans() {
        return List.copyOf(orphans);
    }

    /** Whether a page is claimed by segments that are not served; nobody may be given it. */
    boolean isDisputed(VolumeId volume, long page) {
        return disputed.contains(new PageKey(volume, page));
    }

    /** Whether all pools of the server are here. */
    boolean isOfEveryPool() {
        return everyPool;
    }

    /** The row of a page that an extent has and of which there is no segment, though others of the extent have one. */
    PageEntry missing() {
        return everyPool ? PageEntry.LOST : PageEntry.ABSENT;
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

    /** One segment of this group for each page: the one that is it, or what is left of a page that is not here. */
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
                } else if (segment.identity().page() >= Long.MAX_VALUE / geometry.pageBytes()) {
                    dispute(claim, "is of a page beyond the end of any volume");
                } else {
                    byPage.computeIfAbsent(new PageKey(segment.identity().volume(), segment.identity().page()),
                            key -> new ArrayList<>()).add(claim);
                }
            }
        }
        List<Claim> single = new ArrayList<>();
        byPage.forEach((key, claims) -> {
            List<Claim> pages = claims.stream().filter(claim -> claim.role() == SegmentRole.PAGE).toList();
            if (pages.isEmpty()) {
                if (everyPool) {
                    lost(key, claims).ifPresent(single::add);
                } else {
                    single.add(absent(key, claims));
                }
                return;
            }
            Claim kept = pages.get(0);
            for (Claim other : pages.subList(1, pages.size())) {
                kept = kept == null ? null : keptOf(kept, other);
            }
            if (kept == null) {
                claims.forEach(claim -> dispute(claim, "is one of " + claims.size() + " segments that claim page "
                        + key.page() + " of " + key.volume() + ": none is served; free all but the right one"));
            } else {
                single.add(withLeftovers(kept, claims));
            }
        });
        return single;
    }

    /**
     * What is left of a page that is in none of the server's pools. Copies that were not finished say nothing: the page was
     * freed, or never forced. One that was retired says that there was a page, and has bytes of it: it is kept with its
     * extent and stands for the page, which matters unless it lies beyond a sealed end.
     */
    private Optional<Claim> lost(PageKey key, List<Claim> claims) {
        List<Claim> retired = claims.stream().filter(claim -> claim.role() == SegmentRole.RETIRED).toList();
        for (Claim claim : claims) {
            if (claim.role() == SegmentRole.UNFINISHED) {
                orphans.add(new Orphan(claim.identity().extent(), claim.pool(), claim.segment().id()));
            } else {
                problem(claim, "is what was left behind of page " + key.page() + " of " + key.volume() + ", and the segment"
                        + " that it was carried to is in none of the pools: it is not served");
            }
        }
        return retired.stream().findFirst();
    }

    /** What is left of a page in the pools that are here; the first stands for it in the table. */
    private Claim absent(PageKey key, List<Claim> claims) {
        claims.forEach(claim -> problem(claim, (claim.role() == SegmentRole.UNFINISHED
                ? "is a copy that was not finished, of"
                : "is what was left behind of") + " page " + key.page() + " of " + key.volume() + ", which is in none of"
                + " the pools that are here: it is not served; start the server with all devices of its pools"));
        return claims.get(0);
    }

    /** The segment that is kept, with the highest epoch of those that are the page; the others are to be freed. */
    private Claim withLeftovers(Claim kept, List<Claim> claims) {
        Epoch epoch = kept.segment().writeEpoch();
        List<Claim> others = new ArrayList<>();
        for (Claim other : claims) {
            if (other.role() == SegmentRole.PAGE) {
                epoch = later(epoch, other.segment().writeEpoch());
            }
            if (other != kept && isSuperseded(kept, other)) {
                others.add(other);
            }
        }
        for (Claim other : others) {
            boolean rival = other.role() == SegmentRole.PAGE && !kept.segment().sealed();
            leftovers.add(new Leftover(kept.identity().extent(), kept.identity().page(), kept.pool(),
                    kept.segment().id(), epoch, other.pool(), other.segment().id(), rival,
                    other == others.get(others.size() - 1)));
        }
        return kept.withEpoch(epoch);
    }

    /** Whether nothing is lost with a segment: one with the page's bytes is kept as long as the page can't be read. */
    private boolean isSuperseded(Claim kept, Claim other) {
        if (!other.identity().equals(kept.identity())) {
            problem(other, "claims the page of " + kept + " for another extent: it is not served");
            return false;
        }
        if (other.role() == SegmentRole.RETIRED) {
            try {
                readChecksum(kept, kept.lengthBytes());
            } catch (IOException e) {
                problem(other, "is what was left behind of a page that can't be read in " + kept + " (" + e.getMessage()
                        + "): it is not freed");
                return false;
            }
        }
        return true;
    }

    /**
     * Of two segments that are the page the one to be kept; null if they contradict, or if the one that should be can't be
     * read and the other has less.
     */
    private Claim keptOf(Claim one, Claim two) {
        if (!one.identity().equals(two.identity())) {
            return null;
        }
        Claim kept = isPreferred(two, one) ? two : one;
        Claim other = kept == one ? two : one;
        int both = Math.min(one.lengthBytes(), two.lengthBytes());
        int otherChecksum;
        try {
            otherChecksum = readChecksum(other, both);
        } catch (IOException e) {
            problem(other, "cannot be read (" + e.getMessage() + "): the page is taken from " + kept);
            return kept;
        }
        try {
            if (readChecksum(kept, both) != otherChecksum) {
                return null;
            }
            readChecksum(kept, kept.lengthBytes());
            return kept;
        } catch (IOException e) {
            boolean whole = other.lengthBytes() >= kept.lengthBytes();
            problem(kept, "cannot be read (" + e.getMessage() + ")" + (whole ? ": the page is taken from " + other : ""));
            return whole ? other : null;
        }
    }

    /** A seal is the last that happens to a segment, so one that is sealed is right even if it is the shorter. */
    private static boolean isPreferred(Claim one, Claim two) {
        if (one.segment().sealed() != two.segment().sealed()) {
            return one.segment().sealed();
        }
        if (one.lengthBytes() != two.lengthBytes()) {
            return one.lengthBytes() > two.lengthBytes();
        }
        return one.takesChanges() && !two.takesChanges();
    }

    /** CRC32C of a segment's first bytes, all of them read and checked by the pool. */
    private static int readChecksum(Claim claim, int lengthBytes) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(READ_BYTES, lengthBytes));
        CRC32C crc = new CRC32C();
        for (int done = 0; done < lengthBytes; done += chunk.limit()) {
            chunk.clear().limit(Math.min(chunk.capacity(), lengthBytes - done));
            claim.pool().read(claim.segment().id(), done, chunk.duplicate());
            crc.update(chunk);
        }
        return (int) crc.getValue();
    }

    private static Epoch later(Epoch one, Epoch two) {
        return one.compareTo(two) < 0 ? two : one;
    }

    /** Leaves out extents that lie in two volumes, are longer than any can be, or whose runs overlap. */
    private List<List<Claim>> withoutOverlaps(Map<ExtentId, List<Claim>> byExtent) {
        Map<VolumeId, TreeMap<Long, List<Claim>>> volumes = new TreeMap<>();
        for (List<Claim> claims : byExtent.values()) {
            claims.sort((a, b) -> Long.compare(a.identity().page(), b.identity().page()));
            VolumeId volume = claims.get(0).identity().volume();
            boolean oneVolume = claims.stream().allMatch(claim -> claim.identity().volume().equals(volume));
            if (oneVolume && lastPage(claims) - claims.get(0).identity().page() >= MOST_PAGES) {
                claims.forEach(claim -> dispute(claim, "is of an extent whose pages lie up to "
                        + (lastPage(claims) - claims.get(0).identity().page()) + " apart, which none can have"));
            } else if (oneVolume) {
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
                (int) (last.identity().page() - firstPage + 1));
        List<PageEntry> pages = new ArrayList<>();
        long start = geometry.addressOf(firstPage);
        long end = start;
        boolean gap = false;
        boolean sealed = false;
        Epoch epoch = Epoch.FIRST;
        for (Claim claim : claims) {
            SegmentInfo segment = claim.segment();
            for (long missing = firstPage + pages.size(); missing < segment.identity().page(); missing++) {
                pages.add(missing());
                gap = true;
                if (missingPages++ < MOST_PROBLEMS) {
                    problems.add(new SegmentProblem("", null, "page " + missing + " of " + run.volume() + " ("
                            + first.identity().extent() + ") is missing, though later pages are held"));
                }
            }
            if (claim.role() != SegmentRole.PAGE) {
                pages.add(everyPool ? PageEntry.lost(claim.pool(), segment.id())
                        : PageEntry.absent(claim.pool(), segment.id()));
                gap = true;
                continue;
            }
            PageEntry open = PageEntry.open(claim.pool(), segment.id(), activity.add());
            pages.add(segment.sealed() ? open.sealed(segment.lengthBytes())
                    : gap && segment.lengthBytes() > 0 ? open.with(PageState.STALE)
                    : hasRival(claim) ? open.with(PageState.MOVING) : open);
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

    private boolean hasRival(Claim claim) {
        return leftovers.stream().anyMatch(leftover -> leftover.rival() && leftover.keptPool() == claim.pool()
                && leftover.kept().equals(claim.segment().id()));
    }

    private void dispute(Claim claim, String message) {
        disputed.add(new PageKey(claim.identity().volume(), claim.identity().page()));
        problem(claim, message);
    }

    private void problem(Claim claim, String message) {
        if (problemSegments++ < MOST_PROBLEMS) {
            problems.add(new SegmentProblem(claim.pool().name(), claim.segment(), "segment "
                    + claim.segment().id().number() + " of pool " + claim.pool().name() + " (" + claim.identity() + ") "
                    + message));
        }
    }
}
