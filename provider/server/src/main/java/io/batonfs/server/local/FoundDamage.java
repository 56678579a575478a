package io.batonfs.server.local;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.ExtentRange;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.RangeUses;
import io.batonfs.catalog.UsesQuestion;
import io.batonfs.model.BatonException;
import io.batonfs.model.PageGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The damage that a check has met: as much of it by name as a report can hold, of the rest the bytes. For one thread. */
final class FoundDamage {
    /** Some hundred MiB, and more than anybody reads. */
    private static final int MOST_NAMED = 100_000;

    /** Of one file that is damaged so many paths are told. */
    private static final int MOST_PLACES = 100;
    /** A path may have some hundred bytes: together some hundred MiB, too, of the gibibyte that commands have. */
    private static final int MOST_USES = 500_000;

    private final PageGeometry geometry;
    private final List<Damage> named = new ArrayList<>();
    private long unnamedBytes;

    FoundDamage(PageGeometry geometry) {
        this.geometry = geometry;
    }

    void add(Damage lost) {
        if (named.size() < MOST_NAMED) {
            named.add(lost);
        } else {
            unnamedBytes += lost.lengthBytes();
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

    /** What was named after so much of it. */
    List<Damage> namedSince(int already) {
        return List.copyOf(named.subList(already, named.size()));
    }

    /**
     * Finds out who sees it; a copy that no route leads to nobody does.
     *
     * @param paths only places at or below these count; empty: all
     */
    void findUses(CatalogReader reader, List<String> paths) throws BatonException {
        List<ExtentRange> ranges = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < named.size(); i++) {
            Damage lost = named.get(i);
            Optional<PlacedExtent> placed = reader.extent(lost.extent());
            if (placed.isPresent() && CatalogComparison.isPlaced(placed.get(), lost.server(), lost.page())) {
                long page = lost.page() - placed.get().extent().pages().firstPage();
                ranges.add(new ExtentRange(lost.extent(), page * geometry.pageBytes() + lost.offset(),
                        lost.lengthBytes()));
                places.add(i);
            }
        }
        List<RangeUses> uses = reader.usesOf(new UsesQuestion(ranges, paths, MOST_PLACES, MOST_USES));
        for (int i = 0; i < uses.size(); i++) {
            named.set(places.get(i), named.get(places.get(i)).with(uses.get(i)));
        }
    }
}
