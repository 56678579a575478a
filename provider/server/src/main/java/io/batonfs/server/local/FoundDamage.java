package io.batonfs.server.local;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.ExtentRange;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.RangeUses;
import io.batonfs.catalog.UsesQuestion;
import io.batonfs.model.BatonException;
import io.batonfs.model.PageGeometry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** The damage that a check has met: as much of it by name as a report can hold, of the rest the bytes. For one thread. */
final class FoundDamage {
    private final PageGeometry geometry;
    private final CheckBounds bounds;
    private final List<Damage> named = new ArrayList<>();
    /** Of those that are named, which nobody reads, whatever routes say. */
    private final BitSet unread = new BitSet();
    private long unnamedBytes;
    private long leftoverBytes;

    FoundDamage(PageGeometry geometry, CheckBounds bounds) {
        this.geometry = geometry;
        this.bounds = bounds;
    }

    void add(Damage lost) {
        if (named.size() < bounds.named()) {
            named.add(lost);
        } else {
            unnamedBytes += lost.lengthBytes();
        }
    }

    /** Adds what is lost in a segment from which no page is served: no file has it. Files need half of the names. */
    void addUnread(Damage lost) {
        if (unread.cardinality() < bounds.named() / 2 && named.size() < bounds.named()) {
            unread.set(named.size());
            named.add(lost);
        } else {
            leftoverBytes += lost.lengthBytes();
        }
    }

    /** Counts what nobody has named. */
    void addUnnamed(long bytes) {
        unnamedBytes += bytes;
    }

    List<Damage> named() {
        return List.copyOf(named);
    }

    long unnamedBytes() {
        return unnamedBytes;
    }

    /** What is lost beyond the names in segments from which no page is served. */
    long leftoverBytes() {
        return leftoverBytes;
    }

    /** What was named after so much of it. */
    List<Damage> namedSince(int already) {
        return List.copyOf(named.subList(already, named.size()));
    }

    /** What is told where only damage at some paths was asked for and not all of it can be named; empty if all can. */
    Optional<String> untold(List<String> paths) {
        return paths.isEmpty() || unnamedBytes == 0 ? Optional.empty()
                : Optional.of("whether what is too much to be named is at the paths that were asked for is not known");
    }

    /**
     * Finds out who sees it; a copy that no route leads to nobody does.
     *
     * @param paths only places at or below these count; empty: all
     * @param step  called with every row of the catalog that is read; ends it by throwing something
     */
    void findUses(CatalogReader reader, List<String> paths, Runnable step) throws BatonException {
        List<ExtentRange> ranges = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < named.size(); i++) {
            Damage lost = named.get(i);
            Optional<PlacedExtent> placed = unread.get(i) ? Optional.empty() : reader.extent(lost.extent());
            if (placed.isPresent() && CatalogComparison.isPlaced(placed.get(), lost.server(), lost.page())) {
                long page = lost.page() - placed.get().extent().pages().firstPage();
                ranges.add(new ExtentRange(lost.extent(), page * geometry.pageBytes() + lost.offset(),
                        lost.lengthBytes()));
                places.add(i);
            }
        }
        List<RangeUses> uses = reader.usesOf(
                new UsesQuestion(ranges, paths, bounds.places(), bounds.allPlaces()), step);
        for (int i = 0; i < uses.size(); i++) {
            named.set(places.get(i), named.get(places.get(i)).with(uses.get(i)));
        }
    }
}
