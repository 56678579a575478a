package io.batonfs.client;

import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.VolumeId;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** The routes of one grant, to be looked up by page. Immutable. */
final class GrantedRoutes {
    private final TreeMap<Page, Route> byFirstPage = new TreeMap<>();

    GrantedRoutes(Collection<Route> routes) {
        for (Route route : routes) {
            PageRun run = route.run();
            byFirstPage.merge(new Page(run.volume(), run.firstPage()), route,
                    (one, other) -> one.epoch().compareTo(other.epoch()) >= 0 ? one : other);
        }
    }

    /** The route of a page, or null if the grant has none. */
    Route find(VolumeId volume, long page) {
        Map.Entry<Page, Route> entry = byFirstPage.floorEntry(new Page(volume, page));
        if (entry == null || !entry.getKey().volume.equals(volume) || !entry.getValue().run().contains(page)) {
            return null;
        }
        return entry.getValue();
    }

    /**
     * A page of a volume.
     *
     * @param volume the volume
     * @param number the page
     */
    record Page(VolumeId volume, long number) implements Comparable<Page> {
        private static final Comparator<Page> ORDER =
                Comparator.comparing(Page::volume).thenComparingLong(Page::number);

        @Override
        public int compareTo(Page other) {
            return ORDER.compare(this, other);
        }
    }
}
