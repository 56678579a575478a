package io.batonfs.server.local;

import io.batonfs.catalog.RangeUses;
import io.batonfs.catalog.RecordedExtent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.pages.PageSurvey;
import io.batonfs.pages.SurveyedPage;
import java.util.List;
import java.util.function.Consumer;

/** Compares the pages that one server serves with the bytes that the catalog counts on. Stateless beside what it was given. */
final class PageComparison {
    private final ServerId server;
    private final PageSurvey held;
    private final PageGeometry geometry;

    /**
     * @param held what the server serves
     */
    PageComparison(ServerId server, PageSurvey held, PageGeometry geometry) {
        this.server = server;
        this.held = held;
        this.geometry = geometry;
    }

    /** Whether a route leads to a page at a server. */
    static boolean isPlaced(List<Route> routes, ServerId server, long page) {
        return routes.stream()
                .anyMatch(route -> route.run().contains(page) && route.owners().contains(server));
    }

    /** Tells what is not served of an extent although routes lead to it here, page by page. */
    void compare(RecordedExtent extent, Consumer<Damage> lost) {
        if (!extent.used() || extent.lengthBytes() == 0) {
            return;
        }
        for (Route route : extent.routes()) {
            if (route.owners().contains(server)) {
                for (long page = route.run().firstPage(); page < route.run().endPage(); page++) {
                    compare(extent, page, lost);
                }
            }
        }
    }

    private void compare(RecordedExtent extent, long page, Consumer<Damage> lost) {
        PageRun run = extent.extent().pages();
        ExtentId id = extent.extent().id();
        long due = Math.min(geometry.pageBytes(),
                extent.lengthBytes() - (page - run.firstPage()) * geometry.pageBytes());
        SurveyedPage found = held.page(extent.extent(), page);
        if (found.servedBytes() < due) {
            String pool = found.pool() == null ? "" : found.pool().name();
            lost.accept(new Damage(server, pool, run.volume(), page, id, found.servedBytes(), due - found.servedBytes(),
                    reason(found, due), RangeUses.NONE));
        }
    }

    private String reason(SurveyedPage found, long due) {
        return switch (found.standing()) {
            case SERVED -> "its segment ends at " + found.servedBytes() + ", the catalog counts on " + due
                    + " bytes: the rest was never forced to the devices";
            case MISSING -> "no pool of " + server + " that could be opened holds a segment of this page";
            case DISPUTED -> "segments contradict one another about this page, and none of them is served; they are told"
                    + " below";
            case SERVED_FOR_NOW -> "the pages before it are missing; " + server + " still serves this one to readers, until"
                    + " the file is recovered or written to, and not after that: copy it before";
            case BEHIND_A_GAP -> "a page before it is missing or ends too early, and nothing behind that is served";
            case LEFT_BY_A_MOVE -> "only what a move between pools left of this page is in a pool of " + server
                    + " that could be opened";
        };
    }
}
