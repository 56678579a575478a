package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolDevices;
import io.batonfs.server.PoolName;
import io.batonfs.server.storage.DevicePlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The places of one server's devices while it runs: what {@link ReplacedDevices} keeps, and the files of the group's own
 * layout. Called by one thread at a time; the group's lock keeps other processes away.
 */
final class ServerDevices implements DevicePlaces {
    private static final Logger LOG = LoggerFactory.getLogger(ServerDevices.class);

    private final GroupFiles files;
    private final LocalGroupConfig settings;
    private final ServerId server;
    private final List<Path> configured;
    private final long deviceBytes;
    private final int set;

    /**
     * @param set         the number of the set that they are of, from 1; only the first has files of the group's own layout
     * @param configured  where the settings say that the server's devices are
     * @param deviceBytes bytes of a file that is made
     */
    ServerDevices(GroupFiles files, LocalGroupConfig settings, ServerId server, List<Path> configured,
            long deviceBytes, int set) {
        this.set = set;
        this.files = files;
        this.settings = settings;
        this.server = server;
        this.configured = configured;
        this.deviceBytes = deviceBytes;
    }

    @Override
    public Arrival open(int place, Optional<String> path, List<PoolDevices.Device> devices) throws IOException {
        if (path.isPresent()) {
            return arrival(place, named(path.get()), false, devices);
        }
        if (!ownFiles()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the devices of " + server + (set == PoolName.FIRST_SET
                    ? " are those that " + settings.key("devices") + " names" : " in set " + set + " were named")
                    + ": name the path of a blank one for place " + PoolName.placeInServer(set, place));
        }
        Path own = files.device(server.value(), place);
        return arrival(place, own, !Files.exists(own), devices);
    }

    @Override
    public Arrival reopen(int place, List<PoolDevices.Device> devices, Predicate<BlockDevice> isMissing)
            throws IOException {
        ReplacedDevices before = read();
        Optional<Path> certain = known(place, before, devices) ? current(place, devices) : Optional.empty();
        Set<Path> paths = new LinkedHashSet<>();
        certain.ifPresent(paths::add);
        paths.addAll(unused(devices));
        paths.addAll(before.formerly(configured));
        for (Path path : paths) {
            if (isAt(path, isMissing)) {
                return arrival(place, path, false, devices);
            }
        }
        if (certain.isPresent() && !Files.exists(certain.get())) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no file or device " + certain.get() + " on the host of "
                    + server + ", and what is missing from place " + PoolName.placeInServer(set, place) + " is at none of "
                    + paths + ": put it back there, or name where it is, or a blank one, with \"baton devices replace\"");
        }
        return arrival(place, certain.orElseThrow(() -> new BatonException(ErrorCode.INVALID_ARGUMENT,
                "the device that is missing from place " + PoolName.placeInServer(set, place) + " of " + server
                        + " is at none of " + paths + ": name its path with \"baton devices replace\", which takes it back if "
                        + "it is that one")), false, devices);
    }

    private boolean isAt(Path path, Predicate<BlockDevice> isMissing) {
        try (FileBlockDevice device = FileBlockDevice.open(path)) {
            return isMissing.test(device);
        } catch (IOException e) {
            LOG.debug("{}: {} is not the missing device", server, path, e);
            return false;
        }
    }

    @Override
    public Arrival openSpare(String text) throws IOException {
        Path path = named(text);
        ReplacedDevices before = read();
        if (before.members(configured).contains(path)) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, path + " is where a device of " + server + " is or was: take "
                    + "that back with \"baton devices rejoin\", or name another path");
        }
        FileBlockDevice device = openThere(path);
        try {
            files.makeMaintenance(server.value());
            write(before, before.withSpare(path));
        } catch (IOException e) {
            device.close();
            throw e;
        }
        return new ArrivingSpare(device, path);
    }

    @Override
    public Change promote(int place, String spare, List<PoolDevices.Device> devices) throws IOException {
        ReplacedDevices before = read();
        files.makeMaintenance(server.value());
        Optional<Path> former = known(place, before, devices) ? current(place, devices) : Optional.empty();
        ReplacedDevices.Entry entry = new ReplacedDevices.Entry(place, true,
                before.in(place).map(ReplacedDevices.Entry::configured).orElse(former), Path.of(spare));
        before.with(entry).write(file());
        return new Promoted(entry, former);
    }

    @Override
    public boolean forgetSpare(String path) throws IOException {
        ReplacedDevices before = read();
        ReplacedDevices after = before.withoutSpare(named(path));
        write(before, after);
        return !after.equals(before);
    }

    @Override
    public List<Awaited> awaited() throws IOException {
        List<Awaited> awaited = new ArrayList<>();
        for (ReplacedDevices.Entry entry : read().pending()) {
            awaited.add(new Noted(entry));
        }
        return awaited;
    }

    /** A path as an operator gives it. */
    static Path named(String text) throws BatonException {
        // No file's name has a zero.
        if (!text.startsWith("/") || text.indexOf(',') >= 0 || text.indexOf(';') >= 0 || text.indexOf(0) >= 0) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "\"" + text + "\" is not the absolute path of a file or "
                    + "device on the server's host, without commas and semicolons");
        }
        return Path.of(text).normalize();
    }

    private Arrival arrival(int place, Path path, boolean make, List<PoolDevices.Device> devices) throws IOException {
        ReplacedDevices before = read();
        Optional<Path> former = known(place, before, devices) ? current(place, devices) : Optional.empty();
        Optional<Path> unused = before.in(place).map(ReplacedDevices.Entry::configured).orElse(former);
        FileBlockDevice device = make ? make(path) : openThere(path);
        ReplacedDevices.Entry entry = new ReplacedDevices.Entry(place, true, unused, path);
        try {
            // One that is opened at the next start in any case needs no note.
            if (!before.paths(configured).contains(path)) {
                files.makeMaintenance(server.value());
                before.with(entry).write(file());
            }
        } catch (IOException e) {
            device.close();
            throw e;
        }
        return new Arriving(device, entry, former.filter(old -> !old.equals(path)), make);
    }

    private FileBlockDevice openThere(Path path) throws IOException {
        try {
            return FileBlockDevice.open(path);
        } catch (NoSuchFileException e) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no file or device " + path + " on the host of " + server
                    + "; make a blank one, or name another path", e);
        } catch (BatonException e) {
            throw e.code() == ErrorCode.BUSY ? new BatonException(ErrorCode.BUSY, path + " is in use, by this server or "
                    + "another process; name another path, or take a device that is out back with \"baton devices "
                    + "rejoin\"", e) : e;
        } catch (IOException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, path + " can't be opened on the host of " + server + ": "
                    + e, e);
        }
    }

    /** The file has its size before it has its name. */
    private static FileBlockDevice make(Path path, long bytes) throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        FileBlockDevice.create(temporary, bytes).close();
        GroupFiles.moveInto(temporary, path);
        return FileBlockDevice.open(path);
    }

    private FileBlockDevice make(Path path) throws IOException {
        files.makeServer(server.value());
        return make(path, deviceBytes);
    }

    /** Where the device is, or was looked for, that has the place. */
    private Optional<Path> current(int place, List<PoolDevices.Device> devices) throws IOException {
        PoolDevices.Device present = devices.get(place - 1);
        if (present.state() != PoolDevices.State.MISSING) {
            return Optional.of(Path.of(present.name()));
        }
        Optional<Path> replaced = read().in(place).map(ReplacedDevices.Entry::path);
        if (replaced.isPresent()) {
            return replaced;
        }
        if (ownFiles()) {
            return Optional.of(files.device(server.value(), place));
        }
        List<Path> unused = unused(devices);
        return unused.size() == 1 ? Optional.of(unused.get(0)) : Optional.empty();
    }

    /** Whether it is certain where the device is or was: nobody is asked who could know better than the list's order. */
    private boolean known(int place, ReplacedDevices before, List<PoolDevices.Device> devices)
            throws IOException {
        return devices.get(place - 1).state() != PoolDevices.State.MISSING || before.in(place).isPresent() || ownFiles()
                || unused(devices).size() == 1
                        && devices.stream().filter(device -> device.state() == PoolDevices.State.MISSING).count() == 1;
    }

    private List<Path> unused(List<PoolDevices.Device> devices) throws IOException {
        return read().members(configured).stream().filter(path -> devices.stream()
                .noneMatch(device -> device.name().equals(path.toString()))).toList();
    }

    private boolean ownFiles() {
        return set == PoolName.FIRST_SET && settings.devicePaths().isEmpty();
    }

    private ReplacedDevices read() throws IOException {
        return ReplacedDevices.read(file());
    }

    private Path file() {
        return files.replacedDevices(server.value(), set);
    }

    private void write(ReplacedDevices before, ReplacedDevices after) throws IOException {
        if (!after.equals(before)) {
            after.write(file());
        }
    }

    /** A spare that is put into a place; it stays open, whatever comes of it. */
    private class Promoted implements Change {
        private final ReplacedDevices.Entry entry;
        private final Optional<Path> former;

        private Promoted(ReplacedDevices.Entry entry, Optional<Path> former) {
            this.entry = entry;
            this.former = former;
        }

        @Override
        public Optional<String> former() {
            return former.map(Path::toString);
        }

        @Override
        public void taken() throws IOException {
            ReplacedDevices before = read();
            write(before, before.taken(entry));
        }

        @Override
        public void refused() throws IOException {
            ReplacedDevices before = read();
            write(before, before.refused(entry));
        }
    }

    /** A device that was to be in a place before the server was started. */
    private final class Noted extends Promoted implements Awaited {
        private final ReplacedDevices.Entry entry;

        private Noted(ReplacedDevices.Entry entry) {
            super(entry, entry.configured());
            this.entry = entry;
        }

        @Override
        public int place() {
            return entry.place();
        }

        @Override
        public String device() {
            return entry.path().toString();
        }
    }

    private final class Arriving extends Promoted implements Arrival {
        private final FileBlockDevice device;
        private final boolean made;

        private Arriving(FileBlockDevice device, ReplacedDevices.Entry entry, Optional<Path> former, boolean made) {
            super(entry, former);
            this.device = device;
            this.made = made;
        }

        @Override
        public BlockDevice device() {
            return device;
        }

        @Override
        public void refused() throws IOException {
            device.close();
            super.refused();
            if (made) {
                Files.delete(Path.of(device.name()));
            }
        }
    }

    private final class ArrivingSpare implements Arrival {
        private final FileBlockDevice device;
        private final Path path;

        private ArrivingSpare(FileBlockDevice device, Path path) {
            this.device = device;
            this.path = path;
        }

        @Override
        public BlockDevice device() {
            return device;
        }

        @Override
        public Optional<String> former() {
            return Optional.empty();
        }

        @Override
        public void taken() {
            // Noted before it had its label.
        }

        @Override
        public void refused() throws IOException {
            device.close();
            forgetSpare(path.toString());
        }
    }
}
