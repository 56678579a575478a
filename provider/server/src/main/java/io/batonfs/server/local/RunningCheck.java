package io.batonfs.server.local;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.RangeUses;
import io.batonfs.catalog.RecordedExtent;
import io.batonfs.model.BatonException;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.pages.PageSurvey;
import io.batonfs.pages.SegmentProblem;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.SegmentInfo;
import io.batonfs.server.storage.KnownDamage;
import io.batonfs.server.storage.StorageServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Says what is known to be damaged in a group that runs, and which paths show it, without reading a block: what storage
 * servers have met since they were started, what they don't serve although the catalog counts on it, and what they hold
 * that no route leads to.
 *
 * <p>The group goes on changing meanwhile. So the catalog is looked at in parts, each a view of its own, and what seems to be
 * wrong in one is looked at again: an extent's routes before and after its pages, which must be the same. What is gone by
 * then is not told. The order is that of what can't be undone: pages are looked at after the catalog where they may be
 * missing, since a length is held before it is committed, and before it where they may be nobody's, since an extent is
 * given out before it is held.
 *
 * <p>Used once, by one thread. No lock is held while anything is looked at.
 */
final class RunningCheck {
    private static final PageGeometry GEOMETRY = PageGeometry.DEFAULT;
    /** Extents that are looked at in one view of the catalog: some milliseconds. */
    private static final int PART = 1000;

    private final GroupId group;
    private final Catalog catalog;
    private final List<StorageServer> servers;
    private final Consumer<String> begins;
    private final Runnable step;
    private final FoundProblems problems;
    private final FoundDamage damage;
    private final Set<ServerId> ahead = new HashSet<>();
    private boolean catalogRead = true;
    private boolean allRead = true;
    private long extents;
    private long strayExtents;
    private long strayBytes;

    /**
     * @param begins is told what is done next
     * @param step   called time and again; ends the check by throwing a {@link java.util.concurrent.CancellationException}
     */
    RunningCheck(GroupId group, Catalog catalog, List<StorageServer> servers, CheckBounds bounds, Consumer<String> begins,
            Runnable step) {
        this.group = group;
        this.catalog = catalog;
        this.servers = List.copyOf(servers);
        this.begins = begins;
        this.step = step;
        this.problems = new FoundProblems(bounds.problems());
        this.damage = new FoundDamage(GEOMETRY, bounds);
    }

    /**
     * Checks.
     *
     * @param paths only damage that is seen at or below these is told; empty: all
     */
    CheckedGroup run(List<String> paths) {
        begin("asking the storage servers what they know to be lost");
        servers.forEach(this::askForKnown);
        begin("comparing extents with the catalog");
        ask(this::compareExtents);
        begin("looking for what no route leads to");
        for (StorageServer server : servers) {
            ask(() -> findStrays(server));
            ask(() -> findUnserved(server));
        }
        if (!damage.named().isEmpty()) {
            begin("looking for the files of " + damage.named().size() + " damaged ranges");
            ask(() -> read(reader -> {
                damage.findUses(reader, paths, step);
                return null;
            }));
        }
        step.run();
        damage.untold(paths).ifPresent(problems::add);
        CheckedGroup all = new CheckedGroup(group, false, catalogRead, allRead, problems.all(), 0, damage.named(),
                damage.unnamedBytes(), damage.leftoverBytes(), 0, extents, strayExtents, strayBytes);
        return paths.isEmpty() || !catalogRead ? all : all.onlySeen();
    }

    private void begin(String what) {
        step.run();
        begins.accept(what);
    }

    private interface Looking {
        void look() throws IOException;
    }

    /** What goes wrong in the catalog keeps nobody from being told what else is known. */
    private void ask(Looking looking) {
        try {
            looking.look();
        } catch (IOException | RuntimeException e) {
            // What ends the check is thrown again by the next step, whatever a view of the catalog has made of it.
            step.run();
            catalogRead = false;
            problems.add("the catalog can't be read to its end: "
                    + (e instanceof BatonException ? e.getMessage() : e.toString()));
        }
    }

    private <T> T read(Catalog.Query<T> query) throws IOException {
        step.run();
        return catalog.read(query);
    }

    /** A set that is given back at this moment keeps nobody from being told of the others. */
    private void askForKnown(StorageServer server) {
        try {
            addKnown(server);
        } catch (RuntimeException e) {
            step.run();
            allRead = false;
            problems.add(server.config().server() + ": what it knows could not be asked to its end: " + e);
        }
    }

    /** Of what was met only that which is served still: what was freed or carried away since then is gone. */
    private void addKnown(StorageServer server) {
        ServerId id = server.config().server();
        KnownDamage known = server.known();
        known.problems().forEach(problems::add);
        allRead &= known.allUsable();
        damage.addUnnamed(known.losses().unnamedBytes());
        PageSurvey held = server.survey();
        for (LostRange range : known.losses().named()) {
            if (held.isOfThePage(range)) {
                damage.add(new Damage(id, range.pool(), range.identity().volume(), range.identity().page(),
                        range.identity().extent(), range.offset(), range.lengthBytes(), range.reason(), RangeUses.NONE));
            }
        }
    }

    private void compareExtents() throws IOException {
        Optional<ExtentId> last = Optional.empty();
        boolean more = true;
        while (more) {
            Optional<ExtentId> after = last;
            List<RecordedExtent> part = read(reader -> reader.extents(after, PART));
            extents += part.size();
            for (StorageServer server : servers) {
                compare(server, part);
            }
            more = part.size() == PART;
            last = part.isEmpty() ? last : Optional.of(part.get(part.size() - 1).extent().id());
        }
    }

    private void compare(StorageServer server, List<RecordedExtent> part) throws IOException {
        List<ExtentId> suspects = new ArrayList<>();
        PageComparison first = comparison(server);
        for (RecordedExtent extent : part) {
            step.run();
            first.compare(extent, lost -> {
                if (suspects.isEmpty() || !suspects.get(suspects.size() - 1).equals(lost.extent())) {
                    suspects.add(lost.extent());
                }
            });
        }
        if (suspects.isEmpty()) {
            return;
        }
        Map<ExtentId, RecordedExtent> before = recorded(suspects);
        PageComparison second = comparison(server);
        Map<ExtentId, RecordedExtent> now = recorded(suspects);
        for (ExtentId suspect : suspects) {
            RecordedExtent extent = before.get(suspect);
            if (extent != null && now.containsKey(suspect) && now.get(suspect).used()
                    && now.get(suspect).routes().equals(extent.routes())) {
                second.compare(extent, damage::add);
            }
        }
    }

    private static PageComparison comparison(StorageServer server) {
        return new PageComparison(server.config().server(), server.survey(), GEOMETRY);
    }

    private Map<ExtentId, RecordedExtent> recorded(List<ExtentId> ids) throws IOException {
        return read(reader -> {
            Map<ExtentId, RecordedExtent> found = new HashMap<>();
            ids.forEach(id -> reader.recorded(id).ifPresent(extent -> found.put(id, extent)));
            return found;
        });
    }

    /** A copy that a move is about to make the routed one is among them. */
    private void findStrays(StorageServer server) throws IOException {
        Map<ExtentId, List<PageSurvey.Held>> part = new HashMap<>();
        List<IOException> failure = new ArrayList<>();
        server.survey().eachExtent((extent, pages) -> {
            step.run();
            part.put(extent, pages);
            if (part.size() == PART && failure.isEmpty()) {
                try {
                    countStrays(server, part);
                } catch (IOException e) {
                    failure.add(e);
                }
                part.clear();
            }
        });
        if (!failure.isEmpty()) {
            throw failure.get(0);
        }
        countStrays(server, part);
    }

    private void countStrays(StorageServer server, Map<ExtentId, List<PageSurvey.Held>> part) throws IOException {
        Map<ExtentId, Long> once = strays(server, part);
        PageSurvey again = server.survey();
        once.keySet().removeIf(extent -> !again.isHeld(extent));
        Map<ExtentId, List<PageSurvey.Held>> left = new HashMap<>(part);
        left.keySet().retainAll(once.keySet());
        Map<ExtentId, Long> twice = left.isEmpty() ? Map.of() : strays(server, left);
        strayExtents += twice.size();
        strayBytes += twice.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Bytes of pages that no route leads to, by their extents. */
    private Map<ExtentId, Long> strays(StorageServer server, Map<ExtentId, List<PageSurvey.Held>> part) throws IOException {
        ServerId id = server.config().server();
        return read(reader -> {
            Map<ExtentId, Long> strays = new HashMap<>();
            part.forEach((extent, pages) -> {
                noteAhead(id, extent, reader);
                Optional<PlacedExtent> placed = reader.extent(extent);
                for (PageSurvey.Held page : pages) {
                    if (placed.isEmpty() || !PageComparison.isPlaced(placed.get().routes(), id, page.page())) {
                        strays.merge(extent, (long) page.lengthBytes(), Long::sum);
                    }
                }
            });
            return strays;
        });
    }

    private void noteAhead(ServerId server, ExtentId extent, CatalogReader reader) {
        if (extent.number() > reader.lastExtentNumber() && ahead.add(server)) {
            problems.add(CatalogComparison.aheadOfCatalog(server));
        }
    }

    /** Segments that contradict one another, as far as they are there still. */
    private void findUnserved(StorageServer server) throws IOException {
        PageSurvey held = server.survey();
        List<SegmentProblem> all = held.problems().stream().filter(problem -> problem.segment() != null).toList();
        Set<ExtentId> counted = new HashSet<>();
        Set<String> bytesCounted = new HashSet<>();
        for (int from = 0; from < all.size(); from += PART) {
            List<SegmentProblem> part = all.subList(from, Math.min(all.size(), from + PART));
            Set<SegmentProblem> missed = read(reader -> missed(server, part, held, reader));
            for (SegmentProblem problem : part) {
                SegmentInfo segment = problem.segment();
                if (missed.contains(problem)) {
                    problems.add(CatalogComparison.notServed(server.config().server(), problem));
                    continue;
                }
                ExtentId extent = segment.identity().extent();
                strayExtents += held.isHeld(extent) || !counted.add(extent) ? 0 : 1;
                if (!held.hasRow(segment, problem.poolName()) && bytesCounted.add(problem.poolName() + " " + segment.id())) {
                    strayBytes += segment.lengthBytes();
                }
            }
        }
        if (held.untoldSegments() > 0) {
            problems.add(CatalogComparison.moreNotServed(server.config().server(), held));
        }
    }

    /** Those of another group, and those to whose pages routes lead here. */
    private static Set<SegmentProblem> missed(
            StorageServer server, List<SegmentProblem> part, PageSurvey held, CatalogReader reader) {
        Set<SegmentProblem> missed = new HashSet<>();
        for (SegmentProblem problem : part) {
            SegmentInfo segment = problem.segment();
            if (!held.isOfTheGroup(segment) || reader.recorded(segment.identity().extent())
                    .filter(extent -> extent.used() && PageComparison.isPlaced(
                            extent.routes(), server.config().server(), segment.identity().page())).isPresent()) {
                missed.add(problem);
            }
        }
        return missed;
    }
}
