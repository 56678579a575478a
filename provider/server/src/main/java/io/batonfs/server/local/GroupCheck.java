package io.batonfs.server.local;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.RangeUses;
import io.batonfs.catalog.machine.CatalogMachine;
import io.batonfs.catalog.ratis.CatalogCopy;
import io.batonfs.catalog.ratis.CatalogLogConfig;
import io.batonfs.catalog.ratis.InProcessDirectory;
import io.batonfs.catalog.ratis.RatisCatalog;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.pages.PageSurvey;
import io.batonfs.pages.SegmentProblem;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentInfo;
import io.batonfs.pools.StorageCheck;
import io.batonfs.server.OpenParts;
import io.batonfs.server.PoolName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

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
    private static final PageGeometry GEOMETRY = PageGeometry.DEFAULT;
    /** For deleting what a check still writes to. */
    private static final long MOST_MS_TO_DELETE = 5_000;
    /** So long nothing is made anew. */
    private static final long QUIET_MS = 50;

    private final LocalGroupConfig settings;
    private final SpaceToOpen space;
    private final boolean repair;
    private final boolean acceptLoss;
    private final CheckProgress progress;
    private final CheckBounds bounds;
    private final CheckStop stop;
    private final GroupFiles files;
    private final FoundProblems problems;
    private final FoundDamage damage;
    private long mendedBlocks;
    private long dataBytes;
    private long extents;
    private long strayExtents;
    private long strayBytes;
    /** Null if it can't be opened. */
    private Catalog catalog;
    private boolean catalogRead;
    private boolean allRead = true;

    private GroupCheck(LocalGroupConfig settings, SpaceToOpen space, CheckBounds bounds, boolean repair,
            boolean acceptLoss, CheckProgress progress, CheckStop stop) {
        this.settings = settings;
        this.space = space;
        this.repair = repair;
        this.acceptLoss = acceptLoss;
        this.progress = progress;
        this.bounds = bounds;
        this.stop = stop;
        this.files = new GroupFiles(settings.directory());
        this.problems = new FoundProblems(bounds.problems());
        this.damage = new FoundDamage(GEOMETRY, bounds);
    }

    /**
     * Checks a group.
     *
     * @param repair whether what redundancy gives back is to be written anew. The devices are opened as a server opens
     *               them then, which notes for good which of them are not there
     * @param paths  only damage that is seen at or below these is told; all is read all the same. Empty: all damage
     * @param stop   ends it early, with a {@link java.util.concurrent.CancellationException}
     * @throws BatonException BUSY if a process has the group open, NOT_FOUND if there is none or one of the paths is not
     *                        there, NO_SPACE if there is no room for the copy of the catalog's log, or, with
     *                        {@code repair}, for what devices are to be given; nothing was written to them then.
     *                        PERMISSION_DENIED if the group is another user's
     */
    public static CheckedGroup run(LocalGroupConfig settings, boolean repair, List<String> paths, CheckProgress progress,
            CheckStop stop) throws IOException {
        return run(settings, repair, false, paths, progress, stop);
    }

    /**
     * The same.
     *
     * @param acceptLoss with {@code repair}: whether what older copies of devices lack is given up where a pool can't spare them,
     *                   so that it takes changes again. If not, such pools stay as they are
     */
    public static CheckedGroup run(LocalGroupConfig settings, boolean repair, boolean acceptLoss, List<String> paths,
            CheckProgress progress, CheckStop stop) throws IOException {
        return run(settings, SpaceToOpen.OF_THE_HOST, CheckBounds.DEFAULT, repair, acceptLoss, paths, progress, stop);
    }

    /** As the other, told by somebody else how much room there is on the host and in a report. */
    static CheckedGroup run(LocalGroupConfig settings, SpaceToOpen space, CheckBounds bounds, boolean repair,
            List<String> paths, CheckProgress progress, CheckStop stop) throws IOException {
        return run(settings, space, bounds, repair, false, paths, progress, stop);
    }

    private static CheckedGroup run(LocalGroupConfig settings, SpaceToOpen space, CheckBounds bounds, boolean repair,
            boolean acceptLoss, List<String> paths, CheckProgress progress, CheckStop stop) throws IOException {
        GroupCheck check = new GroupCheck(settings, space, bounds, repair, acceptLoss, progress, stop);
        if (!check.files.isFormatted()) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no Baton group in " + settings.directory()
                    + "; correct " + settings.key("dir") + ", or make one with \"baton format\"");
        }
        try (OpenParts open = new OpenParts()) {
            open.add(GroupLock.take(settings.directory(), settings.key("dir")));
            stop.begin();
            open.add(stop::end);
            return check.run(paths, open);
        }
    }

    /**
     * Ends a check because the process ends: for another thread than the check's. Waits for it; if it doesn't end in time,
     * what it has put into the group's directory is deleted under it, so that the room is free when the process is gone.
     * The check may fail in any way after that.
     *
     * @throws IOException if it could not be deleted in some seconds more
     */
    public static void abandon(LocalGroupConfig settings, CheckStop stop, long timeoutMs)
            throws IOException, InterruptedException {
        stop.ask();
        boolean ended = stop.awaitEnd(timeoutMs);
        GroupFiles files = new GroupFiles(settings.directory());
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOST_MS_TO_DELETE);
        // What is there once it has ended may be that of the next who has the lock.
        while (!ended && files.hasTemporary()) {
            IOException failure = null;
            try {
                files.deleteTemporary();
            } catch (IOException e) {
                failure = e;
            }
            ended = stop.awaitEnd(QUIET_MS);
            if (!ended && files.hasTemporary() && System.nanoTime() - deadline >= 0) {
                throw failure == null ? new IOException("the check goes on making files") : failure;
            }
        }
    }

    private void begins(String what) {
        stop.check();
        progress.begins(what);
    }

    private CheckedGroup run(List<String> paths, OpenParts open) throws IOException {
        GroupDescriptor descriptor = GroupDescriptor.read(settings.directory());
        GroupDevices devices = new GroupDevices(files, settings);
        files.deleteTemporary();
        open.add(files::deleteTemporary);
        files.refuseOtherUser();
        openCatalog(descriptor, devices, open);
        if (repair) {
            // The copy took some; a device that meets a full file system while it is mended leaves its pool.
            LocalGroup.checkSpaceToOpen(space, settings, devices, descriptor, 0);
        }
        checkPaths(paths);
        for (int number = 1; number <= descriptor.servers(); number++) {
            checkServer(descriptor, devices, new ServerId(number));
        }
        if (catalog != null && !damage.named().isEmpty()) {
            begins("looking for the files of " + damage.named().size() + " damaged ranges");
            ask(reader -> damage.findUses(reader, paths, stop::check));
        }
        stop.check();
        damage.untold(paths).ifPresent(problems::add);
        CheckedGroup all = new CheckedGroup(descriptor.group(), repair, catalogRead, allRead, problems.all(),
                mendedBlocks, damage.named(), damage.unnamedBytes(), damage.leftoverBytes(), dataBytes, extents,
                strayExtents, strayBytes);
        return paths.isEmpty() || !catalogRead ? all : all.onlySeen();
    }

    /** One that can't be opened keeps nobody from looking at the devices. */
    private void openCatalog(GroupDescriptor descriptor, GroupDevices devices, OpenParts open) throws IOException {
        begins("opening a copy of the catalog");
        ExecutorService tries = open.addThreads("the catalog's further tries",
                Executors.newSingleThreadExecutor(task -> daemon(task, "baton-catalog-tries")));
        try {
            CatalogLogConfig copy = CatalogCopy.make(CatalogLogConfig.onePeer(files.catalogPath(), descriptor.group()),
                    files.makeTemporary().resolve("catalog"),
                    bytes -> LocalGroup.checkSpaceToOpen(space, settings, devices, descriptor, bytes), stop::check);
            catalog = open.add(OpeningOnDaemon.open(() -> RatisCatalog.open(
                    copy, CatalogMachine::new, new InProcessDirectory(), tries), task -> daemon(task, "baton-catalog-opens")));
            catalogRead = true;
            stop.check();
        } catch (IOException | RuntimeException e) {
            stop.check();
            if (e instanceof BatonException refusal && refusal.code() == ErrorCode.NO_SPACE) {
                throw e;
            }
            deleteCopy();
            problems.add("the catalog can't be read, so that nobody can tell which files are damaged: " + reason(e));
        }
    }

    /** It takes room that is missed when devices are mended. What can't be deleted now is tried again at the end. */
    private void deleteCopy() {
        try {
            files.deleteTemporary();
        } catch (IOException e) {
            problems.add("the copy of the catalog could not be deleted: " + reason(e));
        }
    }

    /** What damage does to code that reads it is told by its kind, if nobody has expected it. */
    private static String reason(Exception failure) {
        return failure instanceof BatonException ? failure.getMessage() : failure.toString();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void checkPaths(List<String> paths) throws IOException {
        Caller superuser = new Caller(settings.superuser(), List.of(), true);
        for (String path : paths) {
            if (catalog != null && !isThere(superuser, path)) {
                throw new BatonException(ErrorCode.NOT_FOUND, path + " does not exist; check the path");
            }
        }
    }

    /** A catalog that can't tell keeps nobody from looking at the devices. */
    private boolean isThere(Caller superuser, String path) throws IOException {
        try {
            return catalog.read(reader -> reader.status(superuser, path)).isPresent();
        } catch (IOException | RuntimeException e) {
            if (e instanceof BatonException refusal && refusal.code() != ErrorCode.INTERNAL
                    && refusal.code() != ErrorCode.DATA_LOST) {
                throw e;
            }
            noteUnreadable(e);
            return true;
        }
    }

    private void noteUnreadable(Exception e) {
        catalogRead = false;
        problems.add("the catalog can't be read to its end: " + reason(e));
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
        } catch (IOException | RuntimeException e) {
            stop.check();
            noteUnreadable(e);
        }
    }

    /** What ends the check of one server keeps nobody from looking at the others. */
    private void checkServer(GroupDescriptor descriptor, GroupDevices all, ServerId server) throws IOException {
        int already = damage.named().size();
        try (OpenParts opened = new OpenParts()) {
            List<GroupDevices.Opened> sets = all.open(descriptor, server);
            for (GroupDevices.Opened set : sets) {
                set.devices().forEach(opened::add);
                set.absent().forEach(device -> problems.add(server + ": device not opened: " + device));
            }
            checkDevices(descriptor, sets, server, opened);
        } catch (IOException | RuntimeException e) {
            stop.check();
            allRead = false;
            problems.add(server + ": the check of its devices ended early: " + reason(e));
        }
        List<Damage> lost = damage.namedSince(already);
        if (!lost.isEmpty()) {
            progress.lost(server, lost);
        }
    }

    private void checkDevices(GroupDescriptor descriptor, List<GroupDevices.Opened> sets, ServerId server,
            OpenParts opened) throws IOException {
        List<StorageCheck> checks = new ArrayList<>();
        for (GroupDevices.Opened set : sets) {
            try {
                checks.add(opened.add(StorageCheck.open(set.devices(), descriptor.group(), server, repair, acceptLoss)));
            } catch (IOException | RuntimeException e) {
                allRead = false;
                problems.add(server + (set.set().number() == PoolName.FIRST_SET ? "" : ", set " + set.set().number())
                        + ": " + reason(e));
            }
        }
        List<Pool> pools = checks.stream().flatMap(check -> check.pools().stream()).toList();
        Optional<PageSurvey> held = survey(descriptor, server, pools);
        for (StorageCheck check : checks) {
            walk(server, check, held);
            check.problems().forEach(problem -> problems.add(server + ": " + problem));
        }
        if (held.isPresent()) {
            // The pools are still open: checksums are asked of them.
            compare(descriptor, server, pools, held.get());
        }
    }

    /** Segments of which no table can be made keep nobody from reading them. */
    private Optional<PageSurvey> survey(GroupDescriptor descriptor, ServerId server, List<Pool> pools) {
        stop.check();
        try {
            return Optional.of(PageSurvey.of(descriptor.group(), GEOMETRY, pools));
        } catch (RuntimeException e) {
            allRead = false;
            problems.add(server + ": no page table can be made of its segments, so nothing was compared with the catalog: "
                    + reason(e));
            return Optional.empty();
        }
    }

    private void walk(ServerId server, StorageCheck check, Optional<PageSurvey> held) {
        StorageCheck.Found found = check.walk((pool, done, total) -> {
            stop.check();
            progress.read(server, pool, done, total);
        });
        allRead &= found.allRead();
        dataBytes += found.dataBytes();
        mendedBlocks += found.mendedBlocks();
        found.failures().forEach(failure -> problems.add(server + ": " + failure));
        long named = 0;
        for (LostRange range : found.lost()) {
            named += range.lengthBytes();
            boolean read = held.isEmpty() || held.get().isOfThePage(range);
            Damage lost = new Damage(server, range.pool(), range.identity().volume(), range.identity().page(),
                    range.identity().extent(), range.offset(), range.lengthBytes(), range.reason()
                    + (read ? "" : "; no page is served from this segment"), RangeUses.NONE);
            if (read) {
                damage.add(lost);
            } else {
                damage.addUnread(lost);
            }
        }
        damage.addUnnamed(found.lostBytes() - named);
    }

    /** Segments that a server does not serve because they contradict one another. */
    private void noteUnserved(ServerId server, PageSurvey held, List<SegmentProblem> unserved) {
        unserved.forEach(problem -> problems.add(CatalogComparison.notServed(server, problem)));
        if (held.untoldSegments() > 0) {
            problems.add(CatalogComparison.moreNotServed(server, held));
        }
    }

    private void compare(GroupDescriptor descriptor, ServerId server, List<Pool> pools, PageSurvey held) {
        if (catalog == null) {
            noteUnserved(server, held, held.problems());
            return;
        }
        begins("comparing what " + server + " holds with the catalog");
        CatalogComparison comparison = new CatalogComparison(server, held, GEOMETRY, damage, bounds.named(), stop);
        // Pages that are missing are found by the catalog's word, with their files.
        List<SegmentProblem> unserved = new ArrayList<>(
                held.problems().stream().filter(problem -> problem.segment() != null).toList());
        ask(reader -> {
            comparison.run(reader);
            unserved.removeAll(comparison.strayProblems());
            noteOlderCatalog(descriptor, server, pools, reader);
        });
        noteUnserved(server, held, unserved);
        extents += comparison.extents();
        strayExtents += comparison.strays();
        strayBytes += comparison.strayBytes();
    }

    private void noteOlderCatalog(GroupDescriptor descriptor, ServerId server, List<Pool> pools, CatalogReader reader) {
        long nextPage = reader.nextPage();
        long lastExtent = reader.lastExtentNumber();
        if (pools.stream().flatMap(pool -> pool.segments().stream()).map(SegmentInfo::identity)
                .filter(segment -> segment.group().equals(descriptor.group()))
                .anyMatch(segment -> segment.page() >= nextPage || segment.extent().number() > lastExtent)) {
            problems.add(CatalogComparison.aheadOfCatalog(server));
        }
    }
}
