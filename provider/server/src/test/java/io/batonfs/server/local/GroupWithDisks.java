package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Caller;
import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.DeviceEnds;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.server.storage.HostSpace;
import io.batonfs.server.storage.MaintenanceSettings;
import io.batonfs.server.storage.SetPlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A group of one server in this process, on files of its own, and disks for a further set. For tests that extend it, and use
 * it without a daemon.
 */
abstract class GroupWithDisks {
    static final long DEVICE_BYTES = 64L << 20;
    static final int DEVICES = 4;
    static final ServerId SERVER = new ServerId(1);

    @TempDir
    Path directory;
    Path group;
    /** Where the server's further sets are noted. */
    Path list;
    GroupId id;
    String pools = "only level=10 share=100";
    String forNewData = "";
    /** Blank ones, which the group does not have. */
    final List<String> disks = new ArrayList<>();

    @BeforeEach
    void makeGroup() throws IOException {
        group = directory.resolve("group");
        list = group.resolve("sets/server-1");
        try (LocalGroup opened = open()) {
            id = opened.id();
        }
        for (int i = 1; i <= DEVICES; i++) {
            // Larger than those that the server has.
            disks.add(blank("disk-" + i, DEVICE_BYTES + (i << 20)).toString());
        }
    }

    Path blank(String name, long bytes) throws IOException {
        FileBlockDevice.create(directory.resolve(name), bytes).close();
        return directory.resolve(name);
    }

    LocalGroupConfig settings() {
        return new LocalGroupConfig(group, 1, 4, DEVICE_BYTES, List.of(),
                PoolSettings.read("baton.server.", pools, forNewData, "baton.server.devices", 4), 0,
                MaintenanceSettings.none("baton.server."), "operator", "baton.server.");
    }

    /** With these devices. */
    LocalGroupConfig settings(List<Path> named) {
        LocalGroupConfig plain = settings();
        return new LocalGroupConfig(group, 1, plain.devices(), DEVICE_BYTES, List.of(named), plain.pools(), 0,
                plain.maintenance(), "operator", "baton.server.");
    }

    LocalGroup open() throws IOException {
        return LocalGroup.open(settings(), Clock.systemUTC(), new SecureRandom());
    }

    /** Some devices of which answer late or not at all. */
    LocalGroup open(DeviceUse use, long patienceMs) throws IOException {
        return LocalGroup.open(settings(), GroupWiring.inProcess(), Clock.systemUTC(), new SecureRandom(), use, patienceMs);
    }

    /** As the server has it, without one. */
    SetPlaces places() throws IOException {
        return places(DeviceUse.OF_THIS_MACHINE);
    }

    /** The same on a machine whose kernel uses devices. */
    SetPlaces places(DeviceUse use) throws IOException {
        return places(use, HostSpace.of(directory, () -> Long.MAX_VALUE, 0));
    }

    SetPlaces places(DeviceUse use, HostSpace space) throws IOException {
        GroupFiles files = new GroupFiles(group);
        return new ServerSets(files, new GroupDevices(files, settings()), settings(), GroupDescriptor.read(group), SERVER,
                space, new SecureRandom(), use, new DeviceTries(Thread::new, TimeUnit.MINUTES.toMillis(1), System::nanoTime));
    }

    /** Notes that a set is empty, and makes its devices blank. */
    static SetPlaces.Rest giveBack(SetPlaces places, int set) throws IOException {
        places.noteEmptied(set, SetPlaces.Had.NOTHING);
        return places.giveBack(set);
    }

    static CallContext operator() {
        return new CallContext(new Caller("operator", List.of(), true), new Invocation(UUID.randomUUID(), 1));
    }

    static NewDeviceSet.Added add(LocalGroup opened, List<String> paths, String pools) throws IOException {
        return opened.server(SERVER).storage().addDeviceSet(
                operator(), new NewDeviceSet(paths, Optional.ofNullable(pools)));
    }

    static List<String> pools(LocalGroup opened) throws IOException {
        return opened.server(SERVER).poolReports().stream().map(report -> report.pool().name()).toList();
    }

    void assertBlank(List<String> paths) throws IOException {
        for (String path : paths) {
            try (FileBlockDevice device = FileBlockDevice.open(Path.of(path))) {
                assertTrue(DeviceEnds.areBlank(device), path);
            }
        }
    }

    void assertWhole(List<String> pools) throws IOException {
        try (LocalGroup opened = open()) {
            assertEquals(pools, pools(opened));
            assertEquals(List.of(), opened.server(SERVER).report().problems());
        }
    }

    static List<String> with(List<String> paths, Path path) {
        List<String> all = new ArrayList<>(paths);
        all.add(path.toString());
        return all;
    }

    static void replace(LocalGroup opened, int place, Path path) throws IOException {
        opened.server(SERVER).storage().changeDevice(operator(),
                new DeviceOrder(DeviceOrder.Kind.REPLACE, place, Optional.of(path.toString()), false));
    }

    static int hash(Path path) throws IOException {
        return Arrays.hashCode(Files.readAllBytes(path));
    }

    static void awaitRebuilt(LocalGroup opened) throws IOException {
        PoolDevices pool = opened.server(SERVER).poolReports().get(1).pool();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (pool.devices().stream().anyMatch(device -> device.state() == PoolDevices.State.REBUILDING)) {
            assertTrue(System.nanoTime() < end, pool::toString);
            Thread.onSpinWait();
            pool = opened.server(SERVER).poolReports().get(1).pool();
        }
    }

    void move(Path from, Path to) throws IOException {
        Files.move(from, to);
    }

    Path disk(int place) {
        return Path.of(disks.get(place - 1));
    }

    /** It counts as one that can't be opened: nobody takes what is on it for never written. */
    void assertMissed(LocalGroup opened, String why) throws IOException {
        List<String> problems = opened.server(SERVER).report().problems();
        assertTrue(problems.stream().anyMatch(problem -> problem.startsWith(
                "server-1: set 2 of its devices could not be opened: ") && problem.contains(why)), problems::toString);
    }

    static void closeDevices(SetPlaces.Arrival arrival) throws IOException {
        for (var device : arrival.set().devices()) {
            device.close();
        }
    }

    /** Makes a segment in the first pool of a set, which no extent of the catalog has. */
    void store(List<String> paths, GroupId of) throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (String path : paths) {
            devices.add(FileBlockDevice.open(Path.of(path)));
        }
        try (StorageSet set = StorageSet.open(devices, id, SERVER)) {
            set.pools().get(0).create(
                    new SegmentIdentity(of, VolumeId.of(0, 1), 0, ExtentId.of(0, 1)), Epoch.FIRST);
        }
    }

    /** What the catalog might know of. */
    void storeSomething(List<String> paths) throws IOException {
        store(paths, id);
    }

    interface Condition {
        boolean holds() throws IOException;
    }

    static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "not within a minute");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    List<FurtherSets.Entry> noted() throws IOException {
        return FurtherSets.read(list).sets();
    }

    static RetireOrder.Answer retire(LocalGroup opened, boolean cancel) throws IOException {
        return retire(opened, 2, cancel);
    }

    static RetireOrder.Answer retire(LocalGroup opened, int set, boolean cancel) throws IOException {
        return opened.server(SERVER).storage().retireDeviceSet(operator(), new RetireOrder(set, cancel));
    }

    /** The set goes by itself, and its devices can be used again. */
    void assertGoes() throws IOException {
        try (LocalGroup opened = open()) {
            await(() -> noted().isEmpty());
            assertEquals(List.of("only"), pools(opened));
            assertBlank(disks);
            await(() -> opened.server(SERVER).report().problems().isEmpty());
            assertEquals(new NewDeviceSet.Added(3, List.of("only@3"), true), add(opened, disks, null));
        }
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only", "only@3"), pools(opened));
            assertEquals(List.of(), opened.server(SERVER).report().problems());
        }
    }
}
