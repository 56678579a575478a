package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.DeviceEnds;
import io.batonfs.pools.DeviceOrigin;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.StorageCheck;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.pools.profile.KernelUse;
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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The further sets of one server's devices: formats them, keeps in {@link FurtherSets} where they are, and gives devices
 * back of which a set was not finished. Called by one thread at a time; the group's lock keeps other processes away.
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

    /** @param space the file systems that sparse devices grow in; those of further sets are watched too */
    ServerSets(GroupFiles files, GroupDevices devices, LocalGroupConfig settings, GroupDescriptor descriptor,
            ServerId server, HostSpace space, SecureRandom random) {
        this.files = files;
        this.devices = devices;
        this.settings = settings;
        this.descriptor = descriptor;
        this.server = server;
        this.space = space;
        this.random = random;
    }

    /** Gives back the devices of sets that a process did not get done with. */
    void giveBackUnfinished() throws IOException {
        for (FurtherSets.Entry unfinished : read().unfinished()) {
            giveBack(unfinished);
        }
    }

    @Override
    public OptionalInt retiring() throws IOException {
        return read().sets().stream().filter(set -> set.state() == FurtherSets.State.RETIRING)
                .mapToInt(FurtherSets.Entry::number).findFirst();
    }

    @Override
    public void retire(int set) throws IOException {
        change(set, FurtherSets.State.RETIRING);
    }

    @Override
    public void keep(int set) throws IOException {
        change(set, FurtherSets.State.WHOLE);
    }

    @Override
    public boolean isEmptied(int set) throws IOException {
        return read().of(set).filter(entry -> entry.state() == FurtherSets.State.EMPTIED).isPresent();
    }

    @Override
    public List<String> giveBack(int set) throws IOException {
        if (!isEmptied(set)) {
            change(set, FurtherSets.State.EMPTIED);
        }
        return giveBack(entry(read(), set));
    }

    /** What the file says if that fails is what it said before, as far as that can be brought about. */
    private void change(int set, FurtherSets.State state) throws IOException {
        FurtherSets before = read();
        try {
            before.with(entry(before, set).in(state)).write(file());
        } catch (IOException e) {
            try {
                before.write(file());
            } catch (IOException f) {
                e.addSuppressed(f);
            }
            throw e;
        }
    }

    private FurtherSets.Entry entry(FurtherSets all, int set) throws BatonException {
        return all.of(set).orElseThrow(() -> new BatonException(ErrorCode.INVALID_ARGUMENT, server
                + " has no further set " + set + " of devices; it has "
                + all.sets().stream().map(FurtherSets.Entry::number).toList()));
    }

    @Override
    public Arrival prepare(NewDeviceSet order) throws IOException {
        FurtherSets before = read();
        int number = before.last() + 1;
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
                found.add(opened.add(openBlank(path)));
            }
            checkPlan(pools, found);
            Set<Path> growing = growing(paths);
            checkRoom(growing);
            FurtherSets.Entry entry = new FurtherSets.Entry(number, false, paths);
            expectSets();
            before.with(entry).write(file());
            Arriving arriving = new Arriving(entry, found, growing);
            try {
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

    /** From now on the group is not opened by who does not know what its servers have. */
    private void expectSets() throws IOException {
        // Of all servers of the group.
        synchronized (files) {
            GroupDescriptor now = GroupDescriptor.read(settings.directory());
            if (!now.furtherSets()) {
                files.makeSets();
                for (int each = 1; each <= now.servers(); each++) {
                    // One may be there beside a descriptor that was put back from an older copy.
                    if (Files.notExists(files.furtherSets(each))) {
                        FurtherSets.NONE.write(files.furtherSets(each));
                    }
                }
                now.withFurtherSets().write(settings.directory());
            }
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

    private FileBlockDevice openBlank(Path path) throws IOException {
        FileBlockDevice device = open(path);
        try {
            Optional<String> user = KernelUse.OF_THIS_MACHINE.of(path);
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

    private FurtherSets read() throws IOException {
        return FurtherSets.read(file(), GroupDescriptor.read(settings.directory()));
    }

    private Path file() {
        return files.furtherSets(server.value());
    }

    /**
     * Keeps the set's note while one of its devices can't be reached.
     *
     * @return those that could not be made blank, with the reason after a colon
     */
    private List<String> giveBack(FurtherSets.Entry noted) throws IOException {
        Path replaced = files.replacedDevices(server.value(), noted.number());
        FurtherSets.Entry set = noted.state() == FurtherSets.State.EMPTIED ? new FurtherSets.Entry(
                noted.number(), noted.state(), ReplacedDevices.read(replaced).paths(noted.paths())) : noted;
        if (isUsed(set)) {
            LOG.error("{}: set {} of devices, {}, is noted as {}, and there are data on it: it is left as it is. {} is "
                    + "older than the devices; restore a newer one from a backup of the group's directory", server,
                    set.number(), set.paths(), set.state(), file());
            return List.of("all devices of set " + set.number() + ": there are data on them, which " + file()
                    + " does not know of");
        }
        List<String> left = new ArrayList<>();
        for (Path path : set.paths()) {
            giveBack(path, set).ifPresent(reason -> left.add(path + ": " + reason));
        }
        if (left.isEmpty()) {
            // Of what is forgotten, only these were its own; its number is never used again.
            Files.deleteIfExists(replaced);
            read().without(set.number()).write(file());
        }
        return left;
    }

    /** Whether there are data on a set's devices, as there can be only if the note is older than the set. */
    private boolean isUsed(FurtherSets.Entry set) throws IOException {
        try (OpenParts opened = new OpenParts()) {
            List<FileBlockDevice> found = new ArrayList<>();
            for (Path path : set.paths()) {
                try {
                    FileBlockDevice device = opened.add(FileBlockDevice.open(path));
                    if (DeviceOrigin.of(device).filter(this::isOwn).isPresent()) {
                        found.add(device);
                    }
                } catch (IOException e) {
                    LOG.debug("{}: device {} can't be opened", server, path, e);
                }
            }
            try (StorageCheck check = StorageCheck.open(found, descriptor.group(), server, false)) {
                return check.pools().stream().anyMatch(pool -> !pool.segments().isEmpty());
            } catch (IOException e) {
                LOG.debug("{}: set {} can't be opened, as one that was not formatted to the end", server, set.number(), e);
                return false;
            }
        }
    }

    private boolean isOwn(DeviceOrigin origin) {
        return origin.group().equals(descriptor.group()) && origin.server().equals(server);
    }

    /** Why a device could not be made blank, or be found out about. */
    private Optional<String> giveBack(Path path, FurtherSets.Entry set) {
        try (FileBlockDevice device = FileBlockDevice.open(path)) {
            GroupId group = descriptor.group();
            Predicate<String> isPool = pool -> PoolName.of(pool).set() == set.number();
            boolean blank = set.state() == FurtherSets.State.EMPTIED
                    ? DeviceEnds.giveBack(device, group, server, isPool)
                    : DeviceEnds.takeBackFormat(device, group, server, isPool);
            if (blank) {
                LOG.info("{}: device {}, which was or was to be in set {}, is blank again", server, path, set.number());
            } else {
                LOG.warn("{}: device {}, which was or was to be in set {}, holds something else by now and is left as it is",
                        server, path, set.number());
            }
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("{}: device {}, which was or was to be in set {}, can't be given back; that is tried again at the next "
                    + "start: {}", server, path, set.number(), e.toString());
            return Optional.of(e instanceof NoSuchFileException ? "there is no such file or device" : e.getMessage());
        }
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
            read().with(entry.in(FurtherSets.State.WHOLE)).write(file());
        }

        @Override
        public void refused() throws IOException {
            for (FileBlockDevice device : found) {
                device.close();
            }
            // Where it is not known whether it was noted as the server's; what can't be noted is left as it is.
            read().with(entry).write(file());
            giveBack(entry);
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
