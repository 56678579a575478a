package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.DeviceEnds;
import io.batonfs.pools.DeviceOrigin;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.StorageSet;
import io.batonfs.server.OpenParts;
import io.batonfs.server.PoolName;
import io.batonfs.server.storage.ServerSet;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The devices of a group's servers: files below its directory, or those that are named. Stateless. */
final class GroupDevices {
    private static final Logger LOG = LoggerFactory.getLogger(GroupDevices.class);
    private static final Path SPECIAL_FILES = Path.of("/dev");

    private final GroupFiles files;
    private final LocalGroupConfig settings;

    GroupDevices(GroupFiles files, LocalGroupConfig settings) {
        this.files = files;
        this.settings = settings;
    }

    /**
     * Devices of a set of a server's, some maybe absent.
     *
     * @param set     the set
     * @param devices those that could be opened
     * @param absent  the others, with the reason after a colon
     * @param settled what is known now of those that were put in others' places
     */
    record Opened(FurtherSets.Entry set, List<FileBlockDevice> devices, List<String> absent, ReplacedDevices settled) {
    }

    /**
     * Checks that the pools fit on the devices of each server, before anything there is given up. Makes and writes
     * nothing.
     *
     * @throws BatonException INVALID_ARGUMENT if they don't, NOT_FOUND or PERMISSION_DENIED if a device is missing and
     *                        can't be made
     */
    void checkPlan() throws IOException {
        try {
            settings.checkFormat();
        } catch (IllegalArgumentException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, e.getMessage(), e);
        }
        for (int server = 1; server <= settings.servers(); server++) {
            try {
                StorageSet.checkPlan(settings.pools().config(), sizes(server));
            } catch (IllegalArgumentException e) {
                throw unfit(new ServerId(server), e);
            }
        }
    }

    /** What the devices of a server have, or will have where they are still to be made. */
    private List<Long> sizes(int server) throws IOException {
        if (settings.devicePaths().isEmpty()) {
            return Collections.nCopies(settings.devices(), settings.deviceBytes());
        }
        List<Long> sizes = new ArrayList<>();
        for (Path path : settings.devicePaths().get(server - 1)) {
            if (files.isEmptiedByFormatting(path)) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device " + path + " is where formatting deletes what "
                        + "a group had there; correct " + settings.key("devices") + ", or leave it out to have device files "
                        + "made there");
            }
            if (Files.exists(path)) {
                try (FileBlockDevice device = FileBlockDevice.open(path)) {
                    sizes.add(device.sizeBytes());
                }
            } else {
                checkCanBeMade(path);
                sizes.add(settings.deviceBytes());
            }
        }
        return sizes;
    }

    private BatonException unfit(ServerId server, IllegalArgumentException reason) {
        return new BatonException(ErrorCode.INVALID_ARGUMENT, "the devices of " + server + " can't be formatted as "
                + settings.key("pools") + " says: " + reason.getMessage(), reason);
    }

    /**
     * Formats the devices of all servers, making files that aren't there.
     *
     * @param overwrite whether a device may hold something, which is lost
     * @throws BatonException ALREADY_EXISTS if it may not and does; no device has been written to then
     */
    void format(GroupId group, boolean overwrite, SecureRandom random) throws IOException {
        if (!overwrite) {
            for (List<Path> ofOne : settings.devicePaths()) {
                for (Path path : ofOne) {
                    refuseContent(path);
                }
            }
        }
        for (int server = 1; server <= settings.servers(); server++) {
            List<FileBlockDevice> devices = new ArrayList<>();
            makeDirectory(new ServerId(server));
            try {
                for (Path path : paths(new ServerId(server), settings.devices())) {
                    devices.add(Files.exists(path) ? FileBlockDevice.open(path) : make(path));
                }
                formatSet(devices, group, new ServerId(server), random);
            } finally {
                for (FileBlockDevice device : devices) {
                    device.close();
                }
            }
        }
    }

    private void formatSet(List<FileBlockDevice> devices, GroupId group, ServerId server, SecureRandom random)
            throws IOException {
        try {
            StorageSet.format(settings.pools().config(), devices, group, server, random);
        } catch (IllegalArgumentException e) {
            throw unfit(server, e);
        }
    }

    /**
     * Makes the files of named devices that aren't there, all or none.
     *
     * @return those that were made
     */
    List<Path> makeMissing() throws IOException {
        List<Path> made = new ArrayList<>();
        try {
            for (List<Path> ofOne : settings.devicePaths()) {
                for (Path path : ofOne) {
                    if (!Files.exists(path)) {
                        make(path).close();
                        made.add(path);
                    }
                }
            }
        } catch (IOException e) {
            unmake(made, e);
            throw e;
        }
        return made;
    }

    /**
     * Makes a file like those that the group will have of its own, and deletes it: theirs can be made only when those of
     * the group that was there are gone.
     */
    void tryToMake() throws IOException {
        tryToMake((path, bytes) -> FileBlockDevice.create(path, bytes).close());
    }

    /** Makes a file of a size. */
    @FunctionalInterface
    interface Maker {
        void make(Path path, long bytes) throws IOException;
    }

    void tryToMake(Maker maker) throws IOException {
        if (settings.devicePaths().isEmpty()) {
            Path trial = files.makeTemporary().resolve("device");
            try {
                maker.make(trial, settings.deviceBytes());
            } catch (IOException e) {
                refuseIfNoneCanBeMade(maker, trial);
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device files of " + settings.deviceBytes()
                        + " bytes can't be made in " + settings.directory() + ": " + e.getMessage() + "; correct "
                        + settings.key("device.bytes"), e);
            }
            Files.delete(trial);
        }
    }

    /** The size is not to blame if the smallest file can't be made: the file system is full, or a quota used up. */
    private void refuseIfNoneCanBeMade(Maker maker, Path trial) throws IOException {
        try {
            maker.make(trial, 1);
        } catch (IOException e) {
            throw new BatonException(ErrorCode.NO_SPACE, "no file can be made in " + settings.directory() + ": "
                    + e.getMessage() + "; make room there, or give user " + System.getProperty("user.name") + " more of it", e);
        }
        Files.delete(trial);
    }

    /** Deletes what {@link #makeMissing} made, because something else went wrong. */
    static void unmake(List<Path> made, IOException reason) {
        for (Path path : made) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                reason.addSuppressed(e);
            }
        }
    }

    private FileBlockDevice make(Path path) throws IOException {
        checkCanBeMade(path);
        return FileBlockDevice.create(path, settings.deviceBytes());
    }

    private void checkCanBeMade(Path path) throws BatonException {
        if (path.startsWith(SPECIAL_FILES)) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no device " + path + "; correct "
                    + settings.key("devices"));
        }
        if (path.getParent() != null && !Files.isDirectory(path.getParent())) {
            throw new BatonException(ErrorCode.NOT_FOUND, "device " + path + " can't be made: there is no directory "
                    + path.getParent() + "; make it, or correct " + settings.key("devices"));
        }
        if (path.getParent() != null && !Files.isWritable(path.getParent())) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "device " + path + " can't be made: user "
                    + System.getProperty("user.name") + " may not write to " + path.getParent()
                    + "; allow it, or correct " + settings.key("devices"));
        }
    }

    private void refuseContent(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (FileBlockDevice device = FileBlockDevice.open(path)) {
            if (!DeviceEnds.areBlank(device)) {
                throw new BatonException(ErrorCode.ALREADY_EXISTS, "device " + path + " holds data already, and the group in "
                        + settings.directory() + " is yet to be formatted: if the data may be lost, run \"baton format "
                        + "--force\"; if it is that of another group, correct " + settings.key("dir") + " or "
                        + settings.key("devices"));
            }
        }
    }

    /**
     * Opens the devices of a server's sets, without those that can't be: the sets decide whether the others are enough.
     * Sets that were not finished are left out.
     *
     * @return the sets in the order of their numbers, the one first that the server was formatted with
     * @throws BatonException BUSY if a device is in use elsewhere and may be one that a set lacks. A set that was opened
     *                        without it would note for good that its content is out of date, and nothing is wrong with it;
     *                        none stays open then
     */
    List<Opened> open(GroupDescriptor descriptor, ServerId server) throws IOException {
        checkServers(descriptor);
        OpenParts opened = new OpenParts();
        try {
            List<Found> found = new ArrayList<>();
            Set<Path> known = new HashSet<>();
            for (FurtherSets.Entry set : sets(descriptor, server)) {
                found.add(find(server, set, known, opened));
            }
            deal(descriptor.group(), server, found);
            List<Opened> sets = new ArrayList<>();
            for (Found set : found) {
                Opened settled = settle(descriptor, server, set, known);
                settled.devices().forEach(opened::add);
                sets.add(settled);
            }
            for (Found set : found) {
                if (set.busy().isPresent() && sets.stream().anyMatch(each -> lacksOne(
                        examine(descriptor, server, each.devices())))) {
                    throw set.busy().get();
                }
            }
            return sets;
        } catch (IOException | RuntimeException e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    /**
     * What was found at the paths of a set.
     *
     * @param noted where devices are that were put in others' places; empty if that can't be read, and the set not opened
     * @param busy  what is told if something is in use elsewhere and a device is missing; it is among the absent too
     */
    private record Found(FurtherSets.Entry set, List<FileBlockDevice> devices, List<String> absent,
            Optional<ReplacedDevices> noted, Optional<BatonException> busy) {
    }

    /**
     * Gives each device to the set that it says it is of, wherever it was found: names that the kernel gives may change
     * between sets, too.
     */
    private static void deal(GroupId group, ServerId server, List<Found> found) throws IOException {
        Map<FileBlockDevice, DeviceOrigin> origins = new HashMap<>();
        Map<UUID, Integer> numbers = new HashMap<>();
        for (Found set : found) {
            for (FileBlockDevice device : set.devices()) {
                DeviceOrigin.of(device).filter(origin -> origin.group().equals(group) && origin.server().equals(server))
                        .ifPresent(origin -> {
                            origins.put(device, origin);
                            origin.pools().stream().findFirst()
                                    .ifPresent(pool -> numbers.put(origin.setId(), PoolName.of(pool).set()));
                        });
            }
        }
        Map<Integer, Found> byNumber = new HashMap<>();
        found.forEach(set -> byNumber.put(set.set().number(), set));
        for (Found set : found) {
            for (FileBlockDevice device : List.copyOf(set.devices())) {
                Integer number = origins.containsKey(device) ? numbers.get(origins.get(device).setId()) : null;
                Found own = byNumber.get(number);
                if (number != null && own == null) {
                    LOG.error("{}: device {} is one of set {}, which the server does not know", server, device.name(), number);
                    set.devices().remove(device);
                    set.absent().add(device.name() + ": it is one of set " + number + ", which " + server
                            + " does not know");
                    device.close();
                } else if (own != null && own.noted().isEmpty()) {
                    // With those that were found by chance it would go on without the others.
                    set.devices().remove(device);
                    device.close();
                } else if (own != null && own != set) {
                    LOG.warn("{}: device {} was looked for as one of set {}, and is one of set {}", server, device.name(),
                            set.set().number(), number);
                    set.devices().remove(device);
                    own.devices().add(device);
                }
            }
        }
    }

    /** The sets of a server that are finished, and where their devices were when they were made. */
    private List<FurtherSets.Entry> sets(GroupDescriptor descriptor, ServerId server) throws IOException {
        List<FurtherSets.Entry> sets = new ArrayList<>();
        sets.add(new FurtherSets.Entry(PoolName.FIRST_SET, true, paths(server, descriptor.devices())));
        sets.addAll(FurtherSets.read(files.furtherSets(server.value()), descriptor, server.value()).finished());
        return sets;
    }

    private void checkServers(GroupDescriptor descriptor) throws BatonException {
        if (!settings.devicePaths().isEmpty() && settings.devicePaths().size() != descriptor.servers()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, settings.key("devices") + " names the devices of "
                    + settings.devicePaths().size() + " server(s), and the group in " + settings.directory()
                    + " was formatted with " + descriptor.servers() + "; name those of each");
        }
    }

    /**
     * Opens what is at the paths of a set.
     *
     * @param known  paths that were looked at for other sets, which are not looked at once more; added to
     * @param opened is given what was opened
     */
    private Found find(ServerId server, FurtherSets.Entry set, Set<Path> known, OpenParts opened) throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        ReplacedDevices noted;
        try {
            noted = ReplacedDevices.read(files.replacedDevices(server.value(), set.number()));
        } catch (IOException e) {
            if (set.number() == PoolName.FIRST_SET) {
                throw e;
            }
            LOG.error("{}: where the devices of set {} are can't be told", server, set.number(), e);
            return new Found(set, devices, new ArrayList<>(List.of(e.getMessage())), Optional.empty(),
                    Optional.empty());
        }
        ReplacedDevices replaced = noted;
        BatonException busy = null;
        for (Path path : noted.paths(set.paths())) {
            boolean spare = noted.spares().contains(path);
            if (!known.add(Files.exists(path) ? path.toRealPath() : path)) {
                LOG.warn("{}: device {} is looked for in more than one set", server, path);
                continue;
            }
            try {
                FileBlockDevice device = FileBlockDevice.open(path);
                if (spare && StorageSet.isBlank(device)) {
                    LOG.info("{}: {} is blank: a process ended while it was made a spare, or made none", server, path);
                    device.close();
                    replaced = replaced.withoutSpare(path);
                    continue;
                }
                devices.add(opened.add(device));
            } catch (NoSuchFileException e) {
                absent.add(path + ": there is no such file");
                LOG.error("{}: device {} is missing", server, path);
            } catch (IOException e) {
                if (!spare && e instanceof BatonException refused && refused.code() == ErrorCode.BUSY) {
                    // A name that the kernel has given to somebody else's device, if none of the group's is missing.
                    busy = busy == null ? refused : busy;
                }
                // The set opens without it if its levels allow, and says so in the group's status.
                absent.add(path + ": " + (e instanceof AccessDeniedException ? "access denied" : e.getMessage()));
                LOG.error("{}: device {} can't be opened: {}", server, path, e.toString());
            }
        }
        return new Found(set, devices, absent, Optional.of(replaced), Optional.ofNullable(busy));
    }

    /**
     * What becomes of a set of which a process had not got done with replacing devices, or whose devices have other names now.
     *
     * @param known the paths that were opened, for whichever set
     */
    private static Opened settle(GroupDescriptor descriptor, ServerId server, Found found, Set<Path> known)
            throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>(found.devices());
        List<String> absent = new ArrayList<>(found.absent());
        if (found.noted().isEmpty()) {
            return new Opened(found.set(), devices, absent, ReplacedDevices.NONE);
        }
        ReplacedDevices replaced = found.noted().get();
        OpenParts opened = new OpenParts();
        try {
            for (ReplacedDevices.Entry pending : replaced.pending()) {
                replaced = settle(descriptor, server, replaced, pending, devices, absent, known);
            }
            lookWhereOthersWere(descriptor, server, replaced, found.set().paths(), devices);
            replaced = giveUpPaths(replaced, found.set().paths(), examine(descriptor, server, devices), absent);
        } catch (IOException | RuntimeException e) {
            devices.forEach(opened::add);
            opened.closeAfter(e);
            boolean busy = e instanceof BatonException refused && refused.code() == ErrorCode.BUSY;
            if (found.set().number() == PoolName.FIRST_SET || busy || e instanceof RuntimeException) {
                throw e;
            }
            LOG.error("{}: the devices of set {} can't be told", server, found.set().number(), e);
            absent.add(e.getMessage());
            return new Opened(found.set(), List.of(), absent, found.noted().get());
        }
        return new Opened(found.set(), devices, absent, replaced);
    }

    /**
     * A process ended while a device was put in another's place: if the device says that it is the set's, and the others
     * don't say otherwise, the former one is done with, else that one still has the place.
     */
    private static ReplacedDevices settle(GroupDescriptor descriptor, ServerId server, ReplacedDevices replaced,
            ReplacedDevices.Entry pending, List<FileBlockDevice> devices, List<String> absent, Set<Path> known)
            throws IOException {
        // A spare that was to be put into the place is open.
        Optional<FileBlockDevice> spare = devices.stream()
                .filter(device -> device.name().equals(pending.path().toString())).findFirst();
        FileBlockDevice arrived;
        try {
            if (spare.isEmpty() && Files.exists(pending.path()) && known.contains(pending.path().toRealPath())) {
                LOG.warn("{}: what is at {}, which was to be put in place {}, is another set's", server, pending.path(),
                        pending.place());
                return replaced;
            }
            arrived = spare.isPresent() ? spare.get() : FileBlockDevice.open(pending.path());
        } catch (IOException e) {
            if (e instanceof BatonException refused && refused.code() == ErrorCode.BUSY) {
                throw refused;
            }
            LOG.warn("{}: device {}, which was to be put in place {}, can't be opened: {}", server, pending.path(),
                    pending.place(), e.toString());
            return replaced;
        }
        if (spare.isEmpty()) {
            devices.add(arrived);
        }
        StorageSet.Examined examined = StorageSet.examine(devices, descriptor.group(), server);
        String name = arrived.name();
        if (examined.retirements().stream().anyMatch(
                each -> each.place() == pending.place() && each.successor().equals(name))) {
            // The former one serves until this one has all that it has.
            return replaced;
        }
        if (!places(examined).get(pending.place() - 1).name().equals(arrived.name())) {
            if (spare.isEmpty() && !isOneOf(examined, arrived.name())) {
                devices.remove(arrived);
                arrived.close();
            }
            return replaced.refused(pending);
        }
        Optional<Path> former = replaced.in(pending.place()).map(ReplacedDevices.Entry::path).or(pending::configured);
        if (former.isPresent()) {
            String gone = former.get().toString();
            absent.removeIf(said -> said.startsWith(gone + ": "));
            for (FileBlockDevice device : List.copyOf(devices)) {
                // Another one may have its name now.
                if (device.name().equals(gone) && !isOneOf(examined, gone)) {
                    devices.remove(device);
                    device.close();
                }
            }
        }
        return replaced.taken(pending);
    }

    /**
     * Names that the kernel gives may have changed, so that a device which is missing is where one was whose place was taken.
     * Only then is that path looked at: what is there may be somebody else's by now, or broken. It may also be the very one
     * whose place was taken, and nobody may be there who knows that: so it is not asked what is true of the set, but
     * only taken if those that are there say without it that it is missing.
     *
     * @param devices what was found until now; added to
     */
    private static void lookWhereOthersWere(GroupDescriptor descriptor, ServerId server, ReplacedDevices replaced,
            List<Path> configured, List<FileBlockDevice> devices) {
        for (Path path : replaced.formerly(configured)) {
            Optional<StorageSet.Examined> without = examine(descriptor, server, devices);
            if (without.isEmpty() || !lacksOne(without)) {
                return;
            }
            FileBlockDevice device = null;
            boolean taken = false;
            try {
                device = FileBlockDevice.open(path);
                devices.add(device);
                taken = isMissing(device.name(), without.get(), StorageSet.examine(devices, descriptor.group(), server),
                        replaced);
                if (taken) {
                    LOG.warn("{}: device {} was found where another one was, whose place was taken", server, path);
                } else {
                    LOG.info("{}: what is at {} is not taken for a missing device", server, path);
                }
            } catch (IOException e) {
                LOG.info("{}: no missing device is at {}: {}", server, path, e.getMessage());
            } finally {
                if (device != null && !taken) {
                    devices.remove(device);
                    close(server, device);
                }
            }
        }
    }

    /**
     * Whether a device is one that the others miss, or a spare of theirs: with it they say the same as without. The others
     * have to be enough by themselves if its place was given to another one once, as it may be the former one, and they
     * ones that were away as well.
     */
    private static boolean isMissing(String name, StorageSet.Examined without, StorageSet.Examined with,
            ReplacedDevices replaced) {
        if (!isOneOf(with, name)) {
            return false;
        }
        for (int pool = 0; pool < with.pools().size(); pool++) {
            List<PoolDevices.Device> before = without.pools().get(pool).devices();
            List<PoolDevices.Device> after = with.pools().get(pool).devices();
            for (int i = 0; i < after.size(); i++) {
                boolean its = after.get(i).name().equals(name);
                if (its ? before.get(i).state() != PoolDevices.State.MISSING : !after.get(i).equals(before.get(i))) {
                    return false;
                }
                if (its && replaced.in(i + 1).isPresent() && without.pools().get(pool).spares() < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Where several devices were missing when others got their places, nobody knew which path was whose. Once no place is
     * empty, nothing of the set is to be found at any of them.
     */
    private static ReplacedDevices giveUpPaths(ReplacedDevices replaced, List<Path> configured,
            Optional<StorageSet.Examined> examined, List<String> absent) {
        List<ReplacedDevices.Entry> unknown = replaced.ofUnknownFormer();
        if (unknown.isEmpty() || lacksOne(examined)) {
            return replaced;
        }
        List<Path> unused = replaced.members(configured).stream().filter(path -> configured.contains(path)
                && absent.stream().anyMatch(said -> said.startsWith(path + ": "))).toList();
        if (unused.size() > unknown.size()) {
            // Settings may name more paths than the set has places, for devices of other sets.
            return replaced;
        }
        ReplacedDevices known = replaced;
        for (int i = 0; i < unused.size(); i++) {
            Path path = unused.get(i);
            known = known.withFormer(unknown.get(i), path);
            absent.removeIf(said -> said.startsWith(path + ": "));
        }
        return known;
    }

    private static void close(ServerId server, FileBlockDevice device) {
        try {
            device.close();
        } catch (IOException e) {
            LOG.warn("{}: device {}, which is not used, can't be closed", server, device.name(), e);
        }
    }

    /** What devices say of their set; empty if they are too few, or of different minds: who opens the set tells which. */
    private static Optional<StorageSet.Examined> examine(GroupDescriptor descriptor, ServerId server,
            List<FileBlockDevice> devices) {
        try {
            return Optional.of(StorageSet.examine(devices, descriptor.group(), server));
        } catch (IOException e) {
            LOG.debug("{}: {} don't say what their set is", server, devices, e);
            return Optional.empty();
        }
    }

    private static boolean lacksOne(Optional<StorageSet.Examined> examined) {
        return examined.isEmpty() || places(examined.get()).stream()
                .anyMatch(device -> device.state() == PoolDevices.State.MISSING);
    }

    private static List<PoolDevices.Device> places(StorageSet.Examined examined) {
        return examined.pools().get(0).devices();
    }

    private static boolean isOneOf(StorageSet.Examined examined, String name) {
        return places(examined).stream().anyMatch(device -> device.name().equals(name))
                || examined.spares().stream().anyMatch(spare -> spare.name().equals(name))
                || examined.retirements().stream()
                        .anyMatch(each -> each.device().equals(name) || each.successor().equals(name));
    }

    /** A set that is to be opened by its server. */
    ServerSet toBeOpened(GroupDescriptor descriptor, ServerId server, Opened opened) {
        return new ServerSet(opened.set().number(), List.copyOf(opened.devices()), opened.absent(),
                places(descriptor, server, opened.set().number(), opened.set().paths()));
    }

    /** The places of the devices of a set while its server runs. */
    ServerDevices places(GroupDescriptor descriptor, ServerId server, int set, List<Path> paths) {
        return new ServerDevices(files, settings, server, paths, descriptor.deviceBytes(), set);
    }

    /** Keeps what was found out when the devices of a set were opened. */
    void keep(ServerId server, Opened opened) throws IOException {
        Path file = files.replacedDevices(server.value(), opened.set().number());
        if (!ReplacedDevices.read(file).equals(opened.settled())) {
            opened.settled().write(file);
        }
    }

    /** Directories of device files that may still grow. */
    Set<Path> growingDirectories(GroupDescriptor descriptor) throws IOException {
        Set<Path> directories = new LinkedHashSet<>();
        for (int server = 1; server <= descriptor.servers(); server++) {
            for (Path path : pathsForSpace(descriptor, new ServerId(server))) {
                if (Files.isRegularFile(path)) {
                    directories.add(Optional.ofNullable(path.getParent()).orElse(settings.directory()));
                }
            }
        }
        return directories;
    }

    /** Of all sets; what can't be read is told by who opens the set, and does not count here. */
    private List<Path> pathsForSpace(GroupDescriptor descriptor, ServerId server) throws IOException {
        List<Path> paths = new ArrayList<>(ReplacedDevices.read(files.replacedDevices(server.value(), PoolName.FIRST_SET))
                .paths(paths(server, descriptor.devices())));
        try {
            Path file = files.furtherSets(server.value());
            for (FurtherSets.Entry set : FurtherSets.read(file, descriptor, server.value()).finished()) {
                paths.addAll(ReplacedDevices.read(files.replacedDevices(server.value(), set.number())).paths(set.paths()));
            }
        } catch (IOException e) {
            LOG.warn("{}: where its further sets of devices are can't be read: {}", server, e.getMessage());
        }
        return paths;
    }

    /** Where the devices are that the servers are formatted with. */
    List<Path> paths() {
        List<Path> paths = new ArrayList<>();
        for (int server = 1; server <= settings.servers(); server++) {
            paths.addAll(paths(new ServerId(server), settings.devices()));
        }
        return paths;
    }

    /** Makes the directory of a server's device files, if it has such; nobody else gets into it afterwards. */
    void makeDirectory(ServerId server) throws IOException {
        if (settings.devicePaths().isEmpty()) {
            files.makeServer(server.value());
        }
    }

    private List<Path> paths(ServerId server, int devices) {
        if (!settings.devicePaths().isEmpty()) {
            return settings.devicePaths().get(server.value() - 1);
        }
        List<Path> paths = new ArrayList<>();
        for (int number = 1; number <= devices; number++) {
            paths.add(files.device(server.value(), number));
        }
        return paths;
    }
}
