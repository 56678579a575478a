package io.batonfs.pages;

import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SegmentInfo;
import io.batonfs.pools.placement.ActivityConfig;
import io.batonfs.pools.placement.PageActivity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What an engine would serve of the pools of a server, found as {@link LocalPageEngine#open} finds it and without
 * changing anything: what interrupted moves left stays where it is. Takes the memory of an engine's table, with as much
 * again for a moment. Used by one thread, while nobody changes the pools.
 *
 * <p>Or what an engine that runs serves, see {@link LocalPageEngine#survey}: of one version of its table, and of what it
 * found when it was opened as much as is still there. Then pools may change beside it, and it takes next to no memory.
 */
public final class PageSurvey {
    private final GroupId group;
    private final PageGeometry geometry;
    private final TableRebuild found;
    private final PageTable table;
    private final List<TableRebuild.Orphan> orphans;
    /** Of an engine that runs; null where nobody changes them. */
    private final Map<String, Pool> running;

    private PageSurvey(GroupId group, PageGeometry geometry, TableRebuild found, List<Pool> pools) {
        this.group = group;
        this.geometry = geometry;
        this.found = found;
        this.table = found.table(pools);
        this.orphans = found.orphans();
        this.running = null;
    }

    private PageSurvey(GroupId group, PageGeometry geometry, TableRebuild found, PageTable table,
            Map<String, Pool> pools) {
        this.group = group;
        this.geometry = geometry;
        this.found = found;
        this.table = table;
        this.orphans = List.of();
        this.running = pools;
    }

    /**
     * A segment that stands for a page.
     *
     * @param page        the page
     * @param lengthBytes what the segment holds
     */
    public record Held(long page, int lengthBytes) {
    }

    /** Looks at pools; reads segments only where several claim one page. */
    public static PageSurvey of(GroupId group, PageGeometry geometry, List<Pool> pools) {
        LaneMaker lanes = (start, end, sealed) -> new WriteLane(Runnable::run, (plan, lane) -> {
            throw new IllegalStateException("nobody writes to pages that are only looked at");
        }, start, end, sealed);
        return new PageSurvey(group, geometry,
                new TableRebuild(group, geometry, lanes, new PageActivity(ActivityConfig.DEFAULT), true), pools);
    }

    /**
     * Of an engine that runs, at this moment.
     *
     * @param found what it found when it was opened
     * @param table a version of its table
     * @param pools its pools, by name
     */
    static PageSurvey ofRunning(
            GroupId group, PageGeometry geometry, TableRebuild found, PageTable table, Map<String, Pool> pools) {
        return new PageSurvey(group, geometry, found, table, pools);
    }

    private boolean isStillThere(SegmentProblem problem) {
        Pool pool = running.get(problem.poolName());
        SegmentInfo now = pool == null ? null : pool.segment(problem.segment().id());
        return now != null && now.identity().equals(problem.segment().identity());
    }

    /** The segments that an engine would not serve, as many as are told. */
    public List<SegmentProblem> problems() {
        return running == null ? found.problems() : found.problems().stream()
                .filter(problem -> problem.segment() == null || isStillThere(problem)).toList();
    }

    /** How many segments more there are that an engine would not serve. */
    public long untoldSegments() {
        return found.untoldSegments();
    }

    /** Whether a segment is this group's. */
    public boolean isOfTheGroup(SegmentInfo segment) {
        return segment.identity().group().equals(group);
    }

    /** Whether any page of an extent is held, by segments that do not contradict one another. */
    public boolean isHeld(ExtentId extent) {
        return table.extent(extent) != null;
    }

    /** Whether a segment is the one in the row of its page, served or not. */
    public boolean hasRow(SegmentInfo segment, String pool) {
        SegmentIdentity identity = segment.identity();
        ExtentEntry entry = table.extent(identity.extent());
        if (entry == null || !entry.run().volume().equals(identity.volume()) || !entry.run().contains(identity.page())) {
            return false;
        }
        PageEntry row = entry.page(identity.page());
        return row.hasSegment() && row.segment().equals(segment.id()) && row.pool().name().equals(pool);
    }

    /**
     * A page of an extent whose run is known, as an engine would have it once it was told the run. Before that it serves
     * the same, and beside it the pages that are SERVED_FOR_NOW.
     *
     * @param extent as the catalog has it
     * @param page   one of its pages
     */
    public SurveyedPage page(Extent extent, long page) {
        PageRun run = extent.pages();
        ExtentEntry entry = table.extent(extent.id());
        if (entry == null || !entry.run().volume().equals(run.volume()) || !entry.run().contains(page)
                || !entry.page(page).hasSegment()) {
            return found.isDisputed(run.volume(), page) ? SurveyedPage.DISPUTED : orphan(extent.id(), page);
        }
        PageEntry row = entry.page(page);
        return switch (row.state()) {
            case SEALED -> new SurveyedPage(PageStanding.SERVED, row.pool(), row.segment(), row.sealedBytes());
            case OPEN, MOVING, UNCERTAIN -> entry.run().firstPage() > run.firstPage()
                    ? new SurveyedPage(PageStanding.SERVED_FOR_NOW, row.pool(), row.segment(), 0)
                    : new SurveyedPage(PageStanding.SERVED, row.pool(), row.segment(), servedBytes(entry, page));
            case STALE -> new SurveyedPage(PageStanding.BEHIND_A_GAP, row.pool(), row.segment(), 0);
            case ABSENT, LOST -> new SurveyedPage(PageStanding.LEFT_BY_A_MOVE, row.pool(), row.segment(), 0);
            case UNMAPPED -> throw new IllegalStateException(
                    "page " + page + " of " + extent.id() + " was found " + row.state() + ", with a segment");
        };
    }

    /** A copy that was not finished stands in no row. There are as many as moves are under way at a time. */
    private SurveyedPage orphan(ExtentId extent, long page) {
        return orphans.stream().filter(orphan -> orphan.extent().equals(extent)
                        && orphan.pool().segment(orphan.segment()).identity().page() == page)
                .map(orphan -> new SurveyedPage(PageStanding.LEFT_BY_A_MOVE, orphan.pool(), orphan.segment(), 0))
                .findFirst().orElse(SurveyedPage.MISSING);
    }

    private int servedBytes(ExtentEntry entry, long page) {
        long behind = entry.lane().endAddress() - geometry.addressOf(page);
        return (int) Math.max(0, Math.min(geometry.pageBytes(), behind));
    }

    /**
     * Whether a segment stands for its page, and is not a second one, nor one that contradicts another.
     *
     * @param pool    the pool that it is in
     * @param segment whose it is
     */
    public boolean isThePage(String pool, SegmentIdentity segment) {
        ExtentEntry entry = table.extent(segment.extent());
        if (!segment.group().equals(group) || entry == null || !entry.run().volume().equals(segment.volume())
                || !entry.run().contains(segment.page())) {
            return false;
        }
        PageEntry row = entry.page(segment.page());
        return row.isServed() && row.pool().name().equals(pool);
    }

    /** Whether what is lost is of the segment that stands for its page, and not of one where that page was once. */
    public boolean isOfThePage(LostRange lost) {
        SegmentIdentity identity = lost.identity();
        return isThePage(lost.pool(), identity) && (lost.segment().isEmpty()
                || lost.segment().get().equals(table.extent(identity.extent()).page(identity.page()).segment()));
    }

    /**
     * Shows every extent of which a page is held, in their order, with what stands for its pages; those that contradict
     * one another aren't among them.
     */
    public void eachExtent(BiConsumer<ExtentId, List<Held>> visitor) {
        table.extents().values().forEach(entry -> visitor.accept(entry.id(), held(entry)));
    }

    private static List<Held> held(ExtentEntry entry) {
        List<Held> held = new ArrayList<>();
        for (PageEntry row : entry.pages()) {
            SegmentInfo segment = row.hasSegment() ? row.pool().segment(row.segment()) : null;
            if (segment != null) {
                held.add(new Held(segment.identity().page(), segment.lengthBytes()));
            }
        }
        return held;
    }
}
