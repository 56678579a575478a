package io.batonfs.server.local;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
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
import io.batonfs.pages.LocalPageEngine;
import io.batonfs.pages.SegmentProblem;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentInfo;
import io.batonfs.pools.StorageCheck;
import io.batonfs.server.OpenParts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
    /** Of one file that is damaged so many paths are told; more if some are asked for by name. */
    private static final int MOST_PLACES = 100;
    private static final int MOST_PLACES_TO_CHOOSE_FROM = 10_000;
    private static final PageGeometry GEOMETRY = PageGeometry.DEFAULT;

    private final LocalGroupConfig settings;
    private final SpaceToOpen space;
    private final boolean repair;
    private final CheckProgress progress;
    private final GroupFiles files;
    private final List<String> problems = new ArrayList<>();
    private final FoundDamage damage = new FoundDamage(GEOMETRY);
    private long mendedBlocks;
    private long dataBytes;
    private long extents;
    private long strayExtents;
    private long strayBytes;
    /** Null if it can't be opened. */
    private Catalog catalog;
    private boolean catalogRead;

    private GroupCheck(LocalGroupConfig settings, SpaceToOpen space, boolean repair, CheckProgress progress) {
        this.settings = settings;
        this.space = space;
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
     *                        there, NO_SPACE if there is no room for the copy of the catalog's log, or, with
     *                        {@code repair}, for what devices are to be given; nothing was written to them then
     */
    public static CheckedGroup run(LocalGroupConfig settings, boolean repair, List<String> paths, CheckProgress progress)
            throws IOException {
        return run(settings, SpaceToOpen.OF_THE_HOST, repair, paths, progress);
    }

    /** As the other, told by somebody else how much room there is. */
    static CheckedGroup run(LocalGroupConfig settings, SpaceToOpen space, boolean repair, List<String> paths,
            CheckProgress progress) throws IOException {
        GroupCheck check = new GroupCheck(settings, space, repair, progress);
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
        files.deleteTemporary();
        open.add(files::deleteTemporary);
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
            progress.begins("looking for the files of " + damage.named().size() + " damaged ranges");
            ask(reader -> damage.findUses(reader, paths.isEmpty() ? MOST_PLACES : MOST_PLACES_TO_CHOOSE_FROM));
        }
        CheckedGroup all = new CheckedGroup(descriptor.group(), repair, catalogRead, problems, mendedBlocks, damage.named(),
                damage.unnamedBytes(), dataBytes, extents, strayExtents, strayBytes);
        return paths.isEmpty() || !catalogRead ? all : all.below(paths);
    }

    /** One that can't be opened keeps nobody from looking at the devices. */
    private void openCatalog(GroupDescriptor descriptor, GroupDevices devices, OpenParts open) throws IOException {
        progress.begins("opening a copy of the catalog");
        ExecutorService tries = open.addThreads("the catalog's further tries",
                Executors.newSingleThreadExecutor(task -> daemon(task, "baton-catalog-tries")));
        try {
            CatalogLogConfig copy = CatalogCopy.make(CatalogLogConfig.onePeer(files.catalogPath(), descriptor.group()),
                    files.makeTemporary().resolve("catalog"),
                    bytes -> LocalGroup.checkSpaceToOpen(space, settings, devices, descriptor, bytes));
            catalog = open.add(OpeningOnDaemon.open(() -> RatisCatalog.open(
                    copy, CatalogMachine::new, new InProcessDirectory(), tries), task -> daemon(task, "baton-catalog-opens")));
            catalogRead = true;
        } catch (IOException e) {
            if (e instanceof BatonException refusal && refusal.code() == ErrorCode.NO_SPACE) {
                throw e;
            }
            files.deleteTemporary();
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
            damage.add(new Damage(server, range.pool(), range.identity().volume(), range.identity().page(),
                    range.identity().extent(), range.offset(), range.lengthBytes(), range.reason(), List.of()));
        }
        damage.addUnnamed(found.lostBytes() - named);
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

    private void compare(ServerId server, HeldPages held) {
        if (catalog == null) {
            return;
        }
        progress.begins("comparing what " + server + " holds with the catalog");
        CatalogComparison comparison = new CatalogComparison(server, held, GEOMETRY, damage);
        ask(comparison::run);
        extents += comparison.extents();
        strayExtents += comparison.strays();
        strayBytes += comparison.strayBytes();
        if (comparison.provesAnOlderCatalog()) {
            problems.add(server + " holds extents that the catalog has never given out: the catalog was restored from an"
                    + " older state; restore the one that belongs to these devices");
        }
    }
}
