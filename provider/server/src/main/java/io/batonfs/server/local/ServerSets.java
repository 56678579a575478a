package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.DeviceEnds;
import io.batonfs.pools.DeviceOrigin;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.server.OpenParts;
import io.batonfs.server.PoolName;
import io.batonfs.server.storage.HostSpace;
import io.batonfs.server.storage.ServerSet;
import io.batonfs.server.storage.SetPlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The further sets of one server's devices: formats them, keeps in {@link FurtherSets} where they are, and gives devices
 * back of which a set was not finished. Thread-safe, and while devices of a set are made blank all else can be asked for: what
 * is noted is changed under the lock of {@link SetList}. Sets are prepared, and given back, one at a time each. The group's lock
 * keeps other processes away.
 */
final class ServerSets implements SetPlaces {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSets.class);
    /** As many as a superblock has places for. */
    private static final int MOST_DEVICES = 64;

    private final GroupFiles files;
    private final GroupDevices devices;
    private final LocalGroupConfig settings;
    private final GroupDescriptor descriptor;
    private final ServerId server;
    private final HostSpace space;
    private final SecureRandom random;
    private final DeviceUse use;
    private final SetContents contents;
    private final SetList list;
    private final DeviceTries tries;
    private final EmptiedSets emptied;

    /**
     * Changes nothing yet.
     *
     * @param space the file systems that sparse devices grow in; those of further sets are watched too
     * @param use   asked before anything on a device is zeroed
     * @param tries by which devices are made blank, see {@link #close}
     */
    ServerSets(GroupFiles files, GroupDevices devices, LocalGroupConfig settings, GroupDescriptor descriptor,
            ServerId server, HostSpace space, SecureRandom random, DeviceUse use, DeviceTries tries) {
        this.files = files;
        this.devices = devices;
        this.settings = settings;
        this.descriptor = descriptor;
        this.server = server;
        this.space = space;
        this.random = random;
        this.use = use;
        this.contents = new SetContents(descriptor.group(), server);
        this.list = new SetList(files, settings.directory(), server);
        this.tries = tries;
        this.emptied = new EmptiedSets(files, descriptor.group(), server, contents, use, list, tries, this::watchOthers);
    }

    /**
     * Gives back the devices of sets that a process did not get done with. A set on which there may be data stays as it is:
     * then the note is older than the set.
     *
     * @return such sets, without devices, so that they count as the server's which can't be opened
     */
    List<ServerSet> giveBackUnfinished() throws IOException {
        List<ServerSet> all = new ArrayList<>();
        FurtherSets noted = list.read();
        if (Files.exists(list.file())) {
            // The descriptor may be an older one, or a crash has kept it from being written.
            expectSets(noted.last());
        }
        for (FurtherSets.Entry unfinished : noted.unfinished()) {
            Optional<String> kept = unfinished.state() == FurtherSets.State.UNFINISHED ? giveBack(unfinished)
                    : emptied.makeBlank(unfinished);
            kept.ifPresent(why -> {
                LOG.error("{}: set {} of devices, {}: {}", server, unfinished.number(), unfinished.paths(), why);
                kept(all, unfinished, why);
            });
        }
        return all;
    }

    private void kept(List<ServerSet> all, FurtherSets.Entry set, String why) {
        all.add(new ServerSet(set.number(), List.of(), List.of(why), devices.places(
                descriptor, server, set.number(), set.paths())));
    }

    @Override
    public OptionalInt retiring() throws IOException {
        return retiring(list.read());
    }

    private static OptionalInt retiring(FurtherSets noted) {
        return noted.sets().stream().filter(set -> set.state() == FurtherSets.State.RETIRING)
                .mapToInt(FurtherSets.Entry::number).findFirst();
    }

    @Override
    public void retire(int set) throws IOException {
        list.change(now -> {
            OptionalInt other = retiring(now);
            if (other.isPresent() && other.getAsInt() != set) {
                throw new BatonException(ErrorCode.BUSY, list.file() + " says that set " + other.getAsInt() + " of " + server
                        + " is being given back, and that is done with one set at a time; call that off with --cancel first");
            }
            return now.with(entry(now, set).in(FurtherSets.State.RETIRING));
        });
    }

    @Override
    public void keep(int set) throws IOException {
        list.change(now -> now.with(entry(now, set).in(FurtherSets.State.WHOLE)));
    }

    @Override
    public boolean isEmptied(int set) throws IOException {
        return list.read().of(set).filter(entry -> entry.state().isEmptied()).isPresent();
    }

    @Override
    public void noteEmptied(int set, Had had) throws IOException {
        boolean[] noted = new boolean[1];
        list.change(now -> {
            if (isGone(now, set) || entry(now, set).state().isEmptied()) {
                return now;
            }
            noted[0] = true;
            return now.with(emptied(entry(now, set).in(FurtherSets.State.EMPTIED), had));
        });
        if (noted[0]) {
            emptied.leave(set, had.kept());
        }
    }

    /** Whether it was there, and nothing is known of it any more. */
    private static boolean isGone(FurtherSets noted, int set) {
        return set > PoolName.FIRST_SET && set <= noted.last() && noted.of(set).isEmpty();
    }

    @Override
    public Rest giveBack(int set) throws IOException {
        FurtherSets now = list.read();
        if (isGone(now, set)) {
            return emptied.gone(set);
        }
        FurtherSets.Entry entry = entry(now, set);
        if (!entry.state().isEmptied()) {
            throw new IllegalStateException("set " + set + " is not given back: it is " + entry.state());
        }
        return emptied.giveBack(entry);
    }

    @Override
    public boolean forget(int set, String path) throws IOException {
        return emptied.forget(entry(list.read(), set), ServerDevices.named(path));
    }

    @Override
    public Map<Integer, Rest> rests() {
        return emptied.rests();
    }

    @Override
    public void close() {
        tries.close();
    }

    /**
     * With where the set's devices are: those that it had open where that was, whatever paths they were looked for at; without
     * those that are to be left as they are.
     */
    private FurtherSets.Entry emptied(FurtherSets.Entry set, Had had) throws IOException {
        ReplacedDevices replaced = ReplacedDevices.read(files.replacedDevices(server.value(), set.number()));
        Set<Path> there = new LinkedHashSet<>();
        Set<Path> away = new LinkedHashSet<>();
        for (int place = 1; place <= set.paths().size(); place++) {
            Path noted = replaced.in(place).map(ReplacedDevices.Entry::path).orElse(set.paths().get(place - 1));
            Optional<Path> open = place > had.members().size() ? Optional.empty() : had.members().get(place - 1).map(Path::of);
            open.ifPresentOrElse(there::add, () -> away.add(noted));
        }
        had.others().forEach(other -> there.add(Path.of(other)));
        away.addAll(replaced.spares());
        replaced.pending().forEach(pending -> away.add(pending.path()));
        Set<Path> kept = had.kept().keySet().stream().map(Path::of).collect(Collectors.toSet());
        there.removeAll(kept);
        away.removeAll(kept);
        away.removeAll(there);
        List<Path> all = new ArrayList<>(there);
        all.addAll(away);
        return new FurtherSets.Entry(set.number(), set.state(), all, List.copyOf(away), had.id());
    }

    private FurtherSets.Entry entry(FurtherSets all, int set) throws BatonException {
        return all.of(set).orElseThrow(() -> new BatonException(ErrorCode.INVALID_ARGUMENT, server
                + " has no further set " + set + " of devices; it has "
                + all.sets().stream().map(FurtherSets.Entry::number).toList()));
    }

    @Override
    public Arrival prepare(NewDeviceSet order) throws IOException {
        int number = list.read().last() + 1;
        if (number > PoolName.MOST_SETS) {
            throw new BatonException(ErrorCode.UNSUPPORTED, server + " has had " + PoolName.MOST_SETS
                    + " sets of devices, which is as many as there can be");
        }
        List<Path> paths = paths(order.paths());
        StorageSetConfig pools = pools(order.pools(), number, paths.size());
        OpenParts opened = new OpenParts();
        try {
            List<FileBlockDevice> found = new ArrayList<>();
            for (Path path : paths) {
                found.add(opened.add(awaitBlank(path)));
            }
            checkPlan(pools, found);
            Set<Path> growing = growing(paths);
            checkRoom(growing);
            FurtherSets.Entry entry = new FurtherSets.Entry(number, false, paths);
            expectSets(PoolName.FIRST_SET);
            list.change(now -> now.with(entry));
            Arriving arriving = new Arriving(entry, found, growing);
            try {
                // The list first: one that knows less than the descriptor says is an older copy.
                expectSets(number);
                StorageSet.format(pools, found, descriptor.group(), server, random);
            } catch (IOException | RuntimeException e) {
                arriving.refuseAfter(e);
                throw e;
            }
            return arriving;
        } catch (IOException | RuntimeException e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    /**
     * From now on the group is not opened by who does not know what its servers have.
     *
     * @param number the highest number of a set that this server was given
     */
    private void expectSets(int number) throws IOException {
        // Of all servers of the group.
        synchronized (files) {
            GroupDescriptor now = GroupDescriptor.read(settings.directory());
            GroupDescriptor next = now.withLastSet(server.value(), number);
            if (next.equals(now)) {
                return;
            }
            if (!now.furtherSets()) {
                files.makeSets();
                for (int each = 1; each <= now.servers(); each++) {
                    // One may be there beside a descriptor that was put back from an older copy.
                    if (Files.notExists(files.furtherSets(each))) {
                        FurtherSets.NONE.write(files.furtherSets(each));
                    }
                }
            }
            next.write(settings.directory());
        }
    }

    private List<Path> paths(List<String> names) throws BatonException {
        if (names.isEmpty() || names.size() > MOST_DEVICES) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "a set has 1 to " + MOST_DEVICES + " devices, not "
                    + names.size());
        }
        List<Path> paths = new ArrayList<>();
        for (String name : names) {
            Path path = ServerDevices.named(name);
            if (paths.contains(path)) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, path + " is named twice; name it once");
            }
            if (files.isEmptiedByFormatting(path)) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, path + " is where formatting deletes what a group had "
                        + "there; put the device elsewhere");
            }
            paths.add(path);
        }
        return paths;
    }

    private StorageSetConfig pools(Optional<String> text, int number, int deviceCount) throws BatonException {
        try {
            StorageSetConfig wanted = text.isPresent() ? PoolSettings.parse("--pools", text.get())
                    : settings.pools().config();
            Optional<String> misfit = PoolSettings.misfit(wanted, deviceCount);
            if (misfit.isPresent()) {
                throw new IllegalArgumentException(misfit.get() + ", and the set has " + deviceCount + "; "
                        + (text.isPresent() ? "" : "name other pools with --pools, or ") + "name other devices");
            }
            return new StorageSetConfig(wanted.pools().stream().map(pool -> named(pool, number)).toList());
        } catch (IllegalArgumentException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, e.getMessage(), e);
        }
    }

    private static PoolConfig named(PoolConfig pool, int number) {
        return new PoolConfig(new PoolName(pool.name(), number).toString(), pool.level(), pool.spans(), pool.share(),
                pool.unitBlocks(), pool.metadataCopies(), pool.maxSegments(), pool.journalBytes());
    }

    private FileBlockDevice awaitBlank(Path path) throws IOException {
        try {
            return tries.ask(List.of(path), this::openBlank, SetContents::close).get(path).get();
        } catch (DeviceTries.SilentException e) {
            throw new BatonException(ErrorCode.UNREACHABLE, path + " does not answer; if it does by now, try again, else name "
                    + "another device", e);
        }
    }

    private FileBlockDevice openBlank(Path path) throws IOException {
        FileBlockDevice device = open(path);
        try {
            Optional<String> user = use.of(path);
            if (user.isPresent()) {
                throw new BatonException(ErrorCode.BUSY, "device " + path + " is used by " + user.get()
                        + "; end that use first, or name another device");
            }
            if (!DeviceEnds.areBlank(device)) {
                throw new BatonException(ErrorCode.ALREADY_EXISTS, "device " + path + " holds data: its first or last MiB is "
                        + "not zero; if the data may be lost, write zeros there, else name another device");
            }
            return device;
        } catch (IOException | RuntimeException e) {
            device.close();
            throw e;
        }
    }

    private FileBlockDevice open(Path path) throws IOException {
        try {
            return FileBlockDevice.open(path);
        } catch (NoSuchFileException e) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no file or device " + path + " on the host of " + server
                    + "; make a blank one, or name another path", e);
        } catch (BatonException e) {
            throw e.code() == ErrorCode.BUSY ? new BatonException(ErrorCode.BUSY, path + " is in use, by this server or "
                    + "another process; name another path", e) : e;
        } catch (IOException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, path + " can't be opened on the host of " + server + ": "
                    + e, e);
        }
    }

    private static void checkPlan(StorageSetConfig pools, List<FileBlockDevice> found) throws BatonException {
        try {
            StorageSet.checkPlan(pools, found.stream().map(FileBlockDevice::sizeBytes).toList());
        } catch (IllegalArgumentException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the pools don't fit on the devices: " + e.getMessage(), e);
        }
    }

    private static Set<Path> growing(List<Path> paths) {
        Set<Path> directories = new LinkedHashSet<>();
        for (Path path : paths) {
            if (Files.isRegularFile(path)) {
                directories.add(path.getParent());
            }
        }
        return directories;
    }

    private void checkRoom(Set<Path> growing) throws IOException {
        Optional<String> shortage = space.shortageIn(growing);
        if (shortage.isPresent()) {
            throw new BatonException(ErrorCode.NO_SPACE, shortage.get());
        }
    }

    /**
     * Keeps the set unfinished while one of its devices can't be reached.
     *
     * @return why nothing was given back; empty if what there is was
     */
    private Optional<String> giveBack(FurtherSets.Entry set) throws IOException {
        Optional<String> kept = whyKept(set);
        if (kept.isPresent()) {
            return kept;
        }
        takeBack(set);
        return Optional.empty();
    }

    private void takeBack(FurtherSets.Entry set) throws IOException {
        boolean all = true;
        for (Map.Entry<Path, DeviceTries.Answer<Boolean>> device
                : tries.ask(set.paths(), path -> giveBack(path, set.number()), nobodys -> { }).entrySet()) {
            try {
                all &= device.getValue().get();
            } catch (IOException e) {
                cantBeGivenBack(device.getKey(), set.number(), e);
                all = false;
            }
        }
        if (all) {
            list.change(now -> now.without(set.number()));
        }
    }

    private boolean giveBack(Path path, int number) {
        try (FileBlockDevice device = use.openUnused(path)) {
            if (tries.isClosed()) {
                throw new IOException("it answers too late");
            }
            if (DeviceEnds.takeBackFormat(device, descriptor.group(), server, SetContents.isPoolOf(number))) {
                LOG.info("{}: device {}, which was to be in set {}, is blank again", server, path, number);
            } else {
                LOG.warn("{}: device {}, which was to be in set {}, holds something else by now and is left as it is", server,
                        path, number);
            }
            return true;
        } catch (IOException e) {
            cantBeGivenBack(path, number, e);
            return false;
        }
    }

    private void cantBeGivenBack(Path path, int number, IOException why) {
        LOG.warn("{}: device {}, which was to be in set {}, can't be given back; that is tried again at the next start: {}",
                server, path, number, why.toString());
    }

    /** Else the group would take no writes when the file system of files that nobody needs is full, or not there. */
    private void watchOthers() {
        try {
            space.watchOnly(() -> devices.growingDirectories(GroupDescriptor.read(settings.directory())));
        } catch (IOException e) {
            LOG.warn("{}: which file systems need room now can't be told; those that did before are watched until the next "
                    + "start", server, e);
        }
    }

    /** What there is that nobody knows to be worth nothing. There can be data only if the note is older than the set. */
    private Optional<String> whyKept(FurtherSets.Entry set) {
        try {
            return tries.askOfSeveral("set " + set.number() + " of " + server, key -> whyNotWorthless(set), nobodys -> { })
                    .get();
        } catch (IOException e) {
            return Optional.of("it is noted as unfinished, and whether there are data on it could not be looked at: "
                    + e.getMessage());
        }
    }

    private Optional<String> whyNotWorthless(FurtherSets.Entry set) throws IOException {
        List<FileBlockDevice> found = new ArrayList<>();
        List<String> away = new ArrayList<>();
        boolean whole = true;
        boolean changed = false;
        try (OpenParts opened = new OpenParts()) {
            Map<Path, DeviceTries.Answer<Optional<FileBlockDevice>>> answers = tries.ask(set.paths(),
                    path -> contents.openOwn(path, set.number()), late -> late.ifPresent(SetContents::close));
            for (Path path : set.paths()) {
                try {
                    Optional<FileBlockDevice> own = answers.get(path).get();
                    whole &= own.isPresent();
                    if (own.isPresent()) {
                        found.add(opened.add(own.get()));
                        changed |= DeviceOrigin.of(own.get()).orElseThrow().generation() > DeviceOrigin.FORMATTED;
                    }
                } catch (IOException e) {
                    away.add(path + " (" + e.getMessage() + ")");
                }
            }
            if (found.isEmpty() || contents.isEmpty(found)) {
                return Optional.empty();
            }
        } catch (BatonException e) {
            // Superblocks are written last, so a device without one is of a formatting that did not get to its end.
            return away.isEmpty() && !whole && !changed ? Optional.empty() : Optional.of("it is noted as unfinished, and nobody"
                    + " can tell whether there are data on it: " + e.getMessage() + (away.isEmpty() ? "" : "; not opened: "
                    + away) + ". Bring back its devices and restart the server; if there are none to come back and nobody"
                    + " needs what may be on it, write zeros to the beginning and end of those that are there");
        }
        return Optional.of("it is noted as unfinished, and there are data on it: " + list.file() + " is older than the devices;"
                + " restore the newest one from a backup of the group's directory");
    }

    private final class Arriving implements Arrival {
        private final FurtherSets.Entry entry;
        private final List<FileBlockDevice> found;
        private final Set<Path> growing;

        private Arriving(FurtherSets.Entry entry, List<FileBlockDevice> found, Set<Path> growing) {
            this.entry = entry;
            this.found = found;
            this.growing = growing;
        }

        @Override
        public ServerSet set() {
            return new ServerSet(entry.number(), List.copyOf(found), List.of(),
                    devices.places(descriptor, server, entry.number(), entry.paths()));
        }

        @Override
        public void taken() throws IOException {
            space.watch(growing);
            list.change(now -> now.with(entry.in(FurtherSets.State.WHOLE)));
            // Another server may just have looked for all that is to be watched, and not found this.
            space.watch(growing);
        }

        @Override
        public void refused() throws IOException {
            for (FileBlockDevice device : found) {
                device.close();
            }
            // Where it is not known whether it was noted as the server's; what can't be noted is left as it is.
            list.change(now -> now.with(entry));
            // Nobody was given its pools, so nothing is on it, whatever can be seen of its devices now.
            takeBack(entry);
        }

        private void refuseAfter(Exception cause) {
            try {
                refused();
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }
}
