package io.batonfs.server.daemon;

import io.batonfs.catalog.ExtentUse;
import io.batonfs.server.local.Damage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is lost, page by page. Of a parity pool that has lost a device too many every other block is gone, which would be a
 * million lines for some gigabytes: of a page with many lost ranges one line tells from where to where they are, and how many
 * bytes. Pure.
 *
 * @param parts the ranges of one page that are lost, in the order in which they were found; at least one
 */
record LostPages(List<Damage> parts) {
    /** So many ranges of a page are told one by one: what decays does so in few places. */
    static final int MOST_TOLD = 16;

    /** Neighbours in the list, if they are of the same page. */
    static List<LostPages> of(List<Damage> damage) {
        List<LostPages> pages = new ArrayList<>();
        List<Damage> open = new ArrayList<>();
        for (Damage lost : damage) {
            if (!open.isEmpty() && !isOfSamePage(open.get(0), lost)) {
                pages.add(new LostPages(List.copyOf(open)));
                open.clear();
            }
            open.add(lost);
        }
        if (!open.isEmpty()) {
            pages.add(new LostPages(List.copyOf(open)));
        }
        return pages;
    }

    private static boolean isOfSamePage(Damage one, Damage other) {
        return one.server().equals(other.server()) && one.pool().equals(other.pool()) && one.volume().equals(other.volume())
                && one.page() == other.page() && one.extent().equals(other.extent());
    }

    /** All of them in one, if they are too many to be told one by one; places that show them likewise. */
    Optional<Joined> joined() {
        if (parts.size() <= MOST_TOLD) {
            return Optional.empty();
        }
        Damage first = parts.get(0);
        long begin = parts.stream().mapToLong(Damage::offset).min().orElseThrow();
        long end = parts.stream().mapToLong(part -> part.offset() + part.lengthBytes()).max().orElseThrow();
        long bytes = parts.stream().mapToLong(Damage::lengthBytes).sum();
        Map<String, Place> places = new LinkedHashMap<>();
        for (Damage part : parts) {
            for (ExtentUse use : part.uses()) {
                places.merge(use.place(), new Place(use.place(), use.offset(), use.offset() + use.lengthBytes(),
                        use.lengthBytes()), Place::and);
            }
        }
        boolean morePlaces = parts.stream().anyMatch(part -> part.seen().morePlaces() > 0);
        boolean unseen = parts.stream().anyMatch(part -> !part.seen().isSeen());
        return Optional.of(new Joined(first, parts.size(), begin, end, bytes, List.copyOf(places.values()), morePlaces, unseen));
    }

    /**
     * Many ranges of a page as one.
     *
     * @param first      one of them, for what they have in common
     * @param count      how many there are
     * @param begin      first byte of the first one, from the page's beginning
     * @param end        the end of the last one
     * @param lostBytes  bytes of all
     * @param places     where people see them
     * @param morePlaces whether there are more
     * @param unseen     whether some of them are in no place
     */
    record Joined(Damage first, int count, long begin, long end, long lostBytes, List<Place> places, boolean morePlaces,
            boolean unseen) {
    }

    /**
     * A place that shows several ranges.
     *
     * @param name      path or token
     * @param begin     first byte of the first range, from the file's beginning
     * @param end       the end of the last one
     * @param lostBytes bytes of all
     */
    record Place(String name, long begin, long end, long lostBytes) {
        private Place and(Place other) {
            return new Place(name, Math.min(begin, other.begin), Math.max(end, other.end), lostBytes + other.lostBytes);
        }
    }
}
