package io.batonfs.server.local;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.ExtentRange;
import io.batonfs.catalog.ExtentUse;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.RecordedExtent;
import io.batonfs.catalog.SliceChecksum;
import io.batonfs.catalog.machine.CatalogMachine;
import io.batonfs.catalog.ratis.CatalogCopy;
import io.batonfs.catalog.ratis.CatalogLogConfig;
import io.batonfs.catalog.ratis.InProcessDirectory;
import io.batonfs.catalog.ratis.RatisCatalog;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.pages.LocalPageEngine;
import io.batonfs.pages.SegmentProblem;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentInfo;
import io.batonfs.pools.StorageCheck;
import io.batonfs.server.OpenParts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Looks at all that a closed group has, and says what is damaged and which files have it: every block of every segment
 * against its checksum and its redundancy, what pools hold against what the catalog says they hold, and what writers
 * said of their bytes against both. The group's lock is held meanwhile.
 *
 * <p>Without {@code repair} nothing of the group changes: devices are looked at through {@link StorageCheck}, the catalog
 * in a copy below the group's directory for temporary files. With it, what redundancy gives back is written anew, and
 * nothing else: the catalog stays as it is, and what no route leads to is left to the server, which knows how long to
 * wait.
 *
 * <p>Used once, by one thread.
 */
public final class GroupCheck {
    /** Damage that is named: some hundred MiB, and more than anybody reads. */
    private static final int MOST_NAMED = 100_000;
    /** Of one file that is damaged so many paths are told; more if some are asked for by name. */
    private static final int MOST_PLACES = 100;
    private static final int MOST_PLACES_TO_CHOOSE_FROM = 10_000;
    private static final PageGeometry GEOMETRY = PageGeometry.DEFAULT;

    private final LocalGroupConfig settings;
    private final boolean repair;
    private final CheckProgress progress;
    private final GroupFiles files;
    private final List<String> problems = new ArrayList<>();
    private final List<Damage> damage = new ArrayList<>();
    private long unnamedBytes;
    private long mendedBlocks;
    private long dataBytes;
    private long extents;
    private final Set<ExtentId> strays = new HashSet<>();
    private long strayBytes;
    /** Null if it can't be opened. */
    private Catalog catalog;
    private boolean catalogRead;

    private GroupCheck(LocalGroupConfig settings, boolean repair, CheckProgress progress) {
        this.settings = settings;
        this.repair = repair;
        this.progress = progress;
        this.files = new GroupFiles(settings.directory());
    }

    /**
     * Checks a group.
     *
     * @param repair whether what redundancy gives back is to be written anew. The devices are opened as a server opens
     *               them then, which notes for good which of them are not there
     * @param paths  only damage that is seen at or below these is told; all is read all the same. Empty: all damage
     * @throws BatonException BUSY if a process has the group open, NOT_FOUND if there is none or one of the paths is not
     *                        there, NO_SPACE if there is no room for the copy of the catalog's log
     */
    public static CheckedGroup run(LocalGroupConfig settings, boolean repair, List<String> paths, CheckProgress progress)
            throws IOException {
        GroupCheck check = new GroupCheck(settings, repair, progress);
        if (!check.files.isFormatted()) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no Baton group in " + settings.directory()
                    + "; correct " + settings.key("dir"));
        }
        try (OpenParts open = new OpenParts()) {
            open.add(GroupLock.take(settings.directory(), settings.key("dir")));
            return check.run(paths, open);
        }
    }

    private CheckedGroup run(List<String> paths, OpenParts open) throws IOException {
        GroupDescriptor descriptor = GroupDescriptor.read(settings.directory());
        GroupDevices devices = new GroupDevices(files, settings);
        LocalGroup.checkSpaceToOpen(settings, devices, descriptor);
        files.deleteTemporary();
        open.add(files::deleteTemporary);
        openCatalog(descriptor, open);
        checkPaths(paths);
        for (int number = 1; number <= descriptor.servers(); number++) {
            checkServer(descriptor, devices, new ServerId(number));
        }
        if (catalog != null && !damage.isEmpty()) {
            findUses(paths.isEmpty() ? MOST_PLACES : MOST_PLACES_TO_CHOOSE_FROM);
        }
        CheckedGroup all = new CheckedGroup(descriptor.group(), repair, catalogRead, problems, mendedBlocks, damage,
                unnamedBytes, dataBytes, extents, strays.size(), strayBytes);
        return paths.isEmpty() || !catalogRead ? all : all.below(paths);
    }

    /** One that can't be opened keeps nobody from looking at the devices. */
    private void openCatalog(GroupDescriptor descriptor, OpenParts open) throws IOException {
        progress.begins("opening a copy of the catalog");
        ExecutorService tries = open.addThreads("the catalog's further tries",
                Executors.newSingleThreadExecutor(task -> daemon(task, "baton-catalog-tries")));
        try {
            CatalogLogConfig copy = CatalogCopy.make(CatalogLogConfig.onePeer(files.catalogPath(), descriptor.group()),
                    files.makeTemporary().resolve("catalog"));
            catalog = open.add(OpeningOnDaemon.open(() -> RatisCatalog.open(
                    copy, CatalogMachine::new, new InProcessDirectory(), tries), task -> daemon(task, "baton-catalog-opens")));
            catalogRead = true;
        } catch (IOException e) {
            problems.add("the catalog can't be read, so that nobody can tell which files are damaged: " + e.getMessage());
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void checkPaths(List<String> paths) throws IOException {
        Caller superuser = new Caller(settings.superuser(), List.of(), true);
        for (String path : paths) {
            if (catalog != null && catalog.read(reader -> reader.status(superuser, path)).isEmpty()) {
                throw new BatonException(ErrorCode.NOT_FOUND, path + " does not exist; check the path");
            }
        }
    }

    private interface Question {
        void ask(CatalogReader reader) throws IOException;
    }

    /** What goes wrong in the catalog keeps nobody from being told what else was found. */
    private void ask(Question question) {
        try {
            catalog.read(reader -> {
                question.ask(reader);
                return null;
            });
        } catch (IOException e) {
            catalogRead = false;
            problems.add("the catalog can't be read to its end: " + e.getMessage());
        }
    }

    private void checkServer(GroupDescriptor descriptor, GroupDevices all, ServerId server) throws IOException {
        HeldPages held = new HeldPages(GEOMETRY.pageBytes());
        try (OpenParts opened = new OpenParts()) {
            GroupDevices.Opened devices = all.open(descriptor, server);
            devices.devices().forEach(opened::add);
            devices.absent().forEach(device -> problems.add(server + ": device not opened: " + device));
            StorageCheck check;
            try {
                check = opened.add(StorageCheck.open(devices.devices(), descriptor.group(), server, repair));
            } catch (BatonException e) {
                problems.add(server + ": " + e.getMessage());
                compare(server, held);
                return;
            }
            for (Pool pool : check.pools()) {
                for (SegmentInfo segment : pool.segments()) {
                    if (segment.identity().group().equals(descriptor.group())) {
                        held.add(pool, segment);
                    }
                }
            }
            noteUnserved(descriptor, server, check.pools());
            walk(server, check);
            check.problems().forEach(problem -> problems.add(server + ": " + problem));
            // The pools are still open: checksums are asked of them.
            compare(server, held);
        }
    }

    private void walk(ServerId server, StorageCheck check) {
        StorageCheck.Found found = check.walk((pool, done, total) -> progress.read(server, pool, done, total));
        dataBytes += found.dataBytes();
        mendedBlocks += found.mendedBlocks();
        found.failures().forEach(failure -> problems.add(server + ": " + failure));
        long named = 0;
        for (LostRange range : found.lost()) {
            named += range.lengthBytes();
            add(new Damage(server, range.pool(), range.identity().volume(), range.identity().page(),
                    range.identity().extent(), range.offset(), range.lengthBytes(), range.reason(), List.of()));
        }
        unnamedBytes += found.lostBytes() - named;
    }

    /** Pages that a server does not serve because segments contradict one another. */
    private void noteUnserved(GroupDescriptor descriptor, ServerId server, List<Pool> pools) {
        for (SegmentProblem problem : LocalPageEngine.open(
                descriptor.group(), GEOMETRY, pools, Runnable::run, Runnable::run).problems()) {
            // One that is missing is found by the catalog's word, with its files.
            if (problem.segment() != null || catalog == null) {
                problems.add(server + ": segment not served: " + problem.message());
            }
        }
    }

    private void add(Damage lost) {
        if (damage.size() < MOST_NAMED) {
            damage.add(lost);
        } else {
            unnamedBytes += lost.lengthBytes();
        }
    }

    private void compare(ServerId server, HeldPages held) {
        if (catalog == null) {
            return;
        }
        progress.begins("comparing what " + server + " holds with the catalog");
        ask(reader -> {
            reader.eachExtent(extent -> compareExtent(server, held, extent));
            findStrays(server, held, reader);
            compareChecksums(server, held, reader);
        });
    }

    private void compareExtent(ServerId server, HeldPages held, RecordedExtent extent) {
        extents += extent.routes().get(0).owner().equals(server) ? 1 : 0;
        if (!extent.used() || extent.lengthBytes() == 0) {
            return;
        }
        PageRun run = extent.extent().pages();
        for (Route route : extent.routes()) {
            if (!route.owners().contains(server)) {
                continue;
            }
            for (long page = route.run().firstPage(); page < route.run().endPage(); page++) {
                long due = Math.min(GEOMETRY.pageBytes(),
                        extent.lengthBytes() - (page - run.firstPage()) * GEOMETRY.pageBytes());
                HeldPages.Held found = held.page(run.volume(), page, extent.extent().id());
                long has = found == null ? 0 : found.segment().lengthBytes();
                if (has < due) {
                    add(new Damage(server, found == null ? "" : found.pool().name(), run.volume(), page,
                            extent.extent().id(), has, due - has, missing(server, found, due), List.of()));
                }
            }
        }
    }

    private static String missing(ServerId server, HeldPages.Held found, long due) {
        return found == null
                ? "no pool of " + server + " that could be opened holds a segment of this page"
                : "its segment ends at " + found.segment().lengthBytes() + ", the catalog counts on " + due
                        + " bytes: the rest was never forced to the devices";
    }

    private void findStrays(ServerId server, HeldPages held, CatalogReader reader) {
        long nextPage = reader.nextPage();
        long lastExtent = reader.lastExtentNumber();
        boolean[] fromPast = new boolean[1];
        held.each((page, found) -> {
            if (page >= nextPage || found.extent().number() > lastExtent) {
                fromPast[0] = true;
            }
            if (!isPlaced(reader, server, found.extent(), page)) {
                strays.add(found.extent());
                strayBytes += found.segment().lengthBytes();
            }
        });
        if (fromPast[0]) {
            problems.add(server + " holds extents that the catalog has never given out (it ends at extent " + lastExtent
                    + " and page " + nextPage + "): the catalog was restored from an older state; restore the one that"
                    + " belongs to these devices");
        }
    }

    private static boolean isPlaced(CatalogReader reader, ServerId server, ExtentId extent, long page) {
        Optional<PlacedExtent> placed = reader.extent(extent);
        return placed.isPresent() && placed.get().routes().stream()
                .anyMatch(route -> route.run().contains(page) && route.owners().contains(server));
    }

    /** Of each range one finding, whatever the number of copies. */
    private void compareChecksums(ServerId server, HeldPages held, CatalogReader reader) {
        Set<ExtentRange> differing = new HashSet<>();
        reader.eachChecksum(slice -> {
            Optional<PlacedExtent> placed = reader.extent(slice.range().extent());
            if (placed.isPresent() && differs(server, held, placed.get(), slice) && differing.add(slice.range())) {
                PageRun run = placed.get().extent().pages();
                ExtentRange range = slice.range();
                add(new Damage(server, "", run.volume(), run.firstPage() + range.offset() / GEOMETRY.pageBytes(),
                        range.extent(), range.offset() % GEOMETRY.pageBytes(), range.lengthBytes(), "these bytes agree"
                        + " with the pool's checksums, but not with the writer's: they are of another time or place",
                        List.of()));
            }
        });
    }

    /** What lies on several servers, or is not there, or can't be read, is not compared; the latter is named already. */
    private static boolean differs(ServerId server, HeldPages held, PlacedExtent placed, SliceChecksum slice) {
        if (!placed.routes().stream().allMatch(route -> route.owners().contains(server))) {
            return false;
        }
        try {
            OptionalInt crc = held.checksum(slice.range().extent(), placed.extent().pages(), slice.range().offset(),
                    slice.range().lengthBytes());
            return crc.isPresent() && crc.getAsInt() != slice.crc32c();
        } catch (IOException e) {
            return false;
        }
    }

    private void findUses(int mostPlaces) {
        progress.begins("looking for the files of " + damage.size() + " damaged ranges");
        ask(reader -> {
            List<ExtentRange> ranges = new ArrayList<>();
            List<Integer> owners = new ArrayList<>();
            for (int i = 0; i < damage.size(); i++) {
                Damage lost = damage.get(i);
                Optional<PlacedExtent> placed = reader.extent(lost.extent());
                if (placed.isPresent() && isPlaced(reader, lost.server(), lost.extent(), lost.page())) {
                    long pages = lost.page() - placed.get().extent().pages().firstPage();
                    ranges.add(new ExtentRange(lost.extent(), pages * GEOMETRY.pageBytes() + lost.offset(),
                            lost.lengthBytes()));
                    owners.add(i);
                }
            }
            List<List<ExtentUse>> uses = reader.usesOf(ranges, mostPlaces);
            for (int i = 0; i < uses.size(); i++) {
                damage.set(owners.get(i), damage.get(owners.get(i)).with(uses.get(i)));
            }
        });
    }
}
