package io.batonfs.catalog.tree;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.RouteRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.VolumeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where pages are: a row per run, which lies at a multiple of the run's length, and a row per page that was moved out
 * of its run.
 */
public final class RouteMap {

    private RouteMap() {
    }

    /** The routes of a run of pages, in page order, neighbours of equal route joined; empty if a page has none. */
    public static Optional<List<Route>> of(Tables tables, int runPages, PageRun pages) {
        VolumeId volume = pages.volume();
        TreeMap<Long, RouteRow> moved = new TreeMap<>();
        if (!tables.view().hasNone(Table.ROUTES, Keys.movedPages(volume))) {
            tables.view().scan(Table.ROUTES, Keys.movedPage(volume, pages.firstPage()),
                    Keys.movedPage(volume, pages.endPage()), (key, value) -> {
                        moved.put(new ByteReader(key, 1 + Long.BYTES, key.length).i64(), RouteRow.of(value));
                        return true;
                    });
        }
        List<Route> routes = new ArrayList<>();
        long page = pages.firstPage();
        while (page < pages.endPage()) {
            long runFirst = page - page % runPages;
            Optional<RouteRow> run = tables.run(volume, runFirst);
            if (run.isEmpty()) {
                return Optional.empty();
            }
            long end = Math.min(runFirst + runPages, pages.endPage());
            while (page < end) {
                Long next = moved.ceilingKey(page);
                if (next == null || next >= end) {
                    add(routes, volume, page, end, run.get());
                    page = end;
                } else {
                    if (next > page) {
                        add(routes, volume, page, next, run.get());
                    }
                    add(routes, volume, next, next + 1, moved.get(next));
                    page = next + 1;
                }
            }
        }
        return Optional.of(routes);
    }

    /** The routes of several runs of pages that all have routes, each once. */
    public static List<Route> of(Tables tables, int runPages, Collection<PageRun> runs) {
        List<Route> routes = new ArrayList<>();
        for (PageRun run : runs) {
            routes.addAll(of(tables, runPages, run).orElseThrow(() -> new IllegalStateException(
                    "the pages " + run + " of an extent have no route")));
        }
        return routes;
    }

    private static void add(List<Route> routes, VolumeId volume, long from, long to, RouteRow row) {
        if (!routes.isEmpty()) {
            Route last = routes.get(routes.size() - 1);
            if (last.run().endPage() == from && last.epoch().equals(row.epoch()) && last.owners().equals(row.owners())) {
                routes.set(routes.size() - 1, new Route(new PageRun(volume, last.run().firstPage(),
                        Math.toIntExact(to - last.run().firstPage())), row.owners(), row.epoch()));
                return;
            }
        }
        routes.add(new Route(new PageRun(volume, from, Math.toIntExact(to - from)), row.owners(), row.epoch()));
    }
}
