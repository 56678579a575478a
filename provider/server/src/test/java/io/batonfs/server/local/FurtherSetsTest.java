package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.DeviceEnds;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.ScrubState;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.server.storage.HostSpace;
import io.batonfs.server.storage.MaintenanceSettings;
import io.batonfs.server.storage.PoolReport;
import io.batonfs.server.storage.SetPlaces;
import io.batonfs.server.storage.StorageServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Further sets of a server's devices: what is refused, and what a start makes of taking one in that a crash cut short. */
class FurtherSetsTest {
    private static final long DEVICE_BYTES = 64L << 20;
    private static final int DEVICES = 4;
    private static final ServerId SERVER = new ServerId(1);

    @TempDir
    private Path directory;
    private Path group;
    private Path list;
    private GroupId id;
    private final List<String> disks = new ArrayList<>();

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

    private Path blank(String name, long bytes) throws IOException {
        FileBlockDevice.create(directory.resolve(name), bytes).close();
        return directory.resolve(name);
    }

    private LocalGroupConfig settings() {
        return new LocalGroupConfig(group, 1, 4, DEVICE_BYTES, List.of(),
                PoolSettings.read("baton.server.", "only level=10 share=100", "", "baton.server.devices", 4), 0,
                MaintenanceSettings.none("baton.server."), "operator", "baton.server.");
    }

    /** With these devices. */
    private LocalGroupConfig settings(List<Path> named) {
        LocalGroupConfig plain = settings();
        return new LocalGroupConfig(group, 1, plain.devices(), DEVICE_BYTES, List.of(named), plain.pools(), 0,
                plain.maintenance(), "operator", "baton.server.");
    }

    private LocalGroup open() throws IOException {
        return LocalGroup.open(settings(), Clock.systemUTC(), new SecureRandom());
    }

    /** As the server has it, without one. */
    private SetPlaces places() throws IOException {
        GroupFiles files = new GroupFiles(group);
        return new ServerSets(files, new GroupDevices(files, settings()), settings(), GroupDescriptor.read(group), SERVER,
                HostSpace.of(directory, () -> Long.MAX_VALUE, 0), new SecureRandom());
    }

    private static CallContext operator() {
        return new CallContext(new Caller("operator", List.of(), true), new Invocation(UUID.randomUUID(), 1));
    }

    private static NewDeviceSet.Added add(LocalGroup opened, List<String> paths, String pools) throws IOException {
        return opened.server(SERVER).storage().addDeviceSet(
                operator(), new NewDeviceSet(paths, Optional.ofNullable(pools)));
    }

    private static List<String> pools(LocalGroup opened) throws IOException {
        return opened.server(SERVER).poolReports().stream().map(report -> report.pool().name()).toList();
    }

    private void assertBlank(List<String> paths) throws IOException {
        for (String path : paths) {
            try (FileBlockDevice device = FileBlockDevice.open(Path.of(path))) {
                assertTrue(DeviceEnds.areBlank(device), path);
            }
        }
    }

    /** The set is not there, its devices are blank, and they can be used again. */
    private void assertGivenBack() throws IOException {
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only"), pools(opened));
            assertEquals(List.of(), opened.server(SERVER).report().problems());
            assertEquals(List.of(), FurtherSets.read(list).sets());
            assertBlank(disks);
            assertEquals(new NewDeviceSet.Added(3, List.of("only@3"), true), add(opened, disks, null));
        }
        assertWhole(List.of("only", "only@3"));
    }

    private void assertWhole(List<String> pools) throws IOException {
        try (LocalGroup opened = open()) {
            assertEquals(pools, pools(opened));
            assertEquals(List.of(), opened.server(SERVER).report().problems());
        }
    }

    @Test
    void aCrashAfterTheSetWasNotedLeavesNone() throws IOException {
        new GroupFiles(group).makeSets();
        FurtherSets.NONE.with(new FurtherSets.Entry(2, false, disks.stream().map(Path::of).toList())).write(list);
        assertGivenBack();
    }

    /** Superblocks are written one after the other, both of a device before the next. */
    @ParameterizedTest
    @CsvSource({"0, false", "0, true", "2, true", "4, false"})
    void aCrashWhileItWasFormattedLeavesNone(int whole, boolean halfOfTheNext) throws IOException {
        closeDevices(places().prepare(new NewDeviceSet(disks, Optional.empty())));
        for (int i = whole; i < DEVICES; i++) {
            try (FileBlockDevice device = FileBlockDevice.open(Path.of(disks.get(i)))) {
                if (i > whole || !halfOfTheNext) {
                    device.write(0, ByteBuffer.allocate(4096));
                }
                device.write(device.sizeBytes() - 4096, ByteBuffer.allocate(4096));
            }
        }
        assertGivenBack();
    }

    private static void closeDevices(SetPlaces.Arrival arrival) throws IOException {
        for (var device : arrival.set().devices()) {
            device.close();
        }
    }

    @Test
    void aCrashAfterItWasOpenedLeavesNone() throws IOException {
        SetPlaces.Arrival arrival = places().prepare(new NewDeviceSet(disks, Optional.empty()));
        StorageSet.open(arrival.set().devices(), id, SERVER).close();
        assertGivenBack();
    }

    @Test
    void aCrashAfterItWasNotedAsTheServersLeavesTheWholeSet() throws IOException {
        SetPlaces.Arrival arrival = places().prepare(new NewDeviceSet(disks, Optional.empty()));
        arrival.taken();
        StorageSet.open(arrival.set().devices(), id, SERVER).close();
        assertWhole(List.of("only", "only@2"));
    }

    @Test
    void oneThatIsRefusedAfterwardsIsGivenBackAtOnce() throws IOException {
        SetPlaces.Arrival arrival = places().prepare(new NewDeviceSet(disks, Optional.empty()));
        arrival.refused();
        assertBlank(disks);
        assertEquals(new FurtherSets(2, List.of()), FurtherSets.read(list));
    }

    /** What somebody has put there since the crash is his. */
    @Test
    void whatIsSomebodysByNowIsLeft() throws IOException {
        closeDevices(places().prepare(new NewDeviceSet(disks, Optional.empty())));
        try (FileBlockDevice device = FileBlockDevice.open(Path.of(disks.get(0)))) {
            device.write(1080, ByteBuffer.wrap(new byte[] {0x53, (byte) 0xEF}));
            device.write(0, ByteBuffer.allocate(1024));
        }
        byte[] before = Files.readAllBytes(Path.of(disks.get(0)));
        assertBlankAfterStart(disks.subList(1, DEVICES));
        assertArrayEquals(before, Files.readAllBytes(Path.of(disks.get(0))));
        assertEquals(List.of(), FurtherSets.read(list).sets());
    }

    private void assertBlankAfterStart(List<String> paths) throws IOException {
        open().close();
        assertBlank(paths);
    }

    /**
     * A device that could not be reached at one start, was used by the server in another way, and is met at the next start
     * by who gives it back.
     */
    @Test
    void oneThatBecameTheServersInAnotherWayIsLeft() throws IOException {
        closeDevices(places().prepare(new NewDeviceSet(disks, Optional.empty())));
        Path aside = directory.resolve("aside");
        Files.move(Path.of(disks.get(0)), aside);
        open().close();
        assertEquals(1, FurtherSets.read(list).unfinished().size(), "it is tried again");
        assertBlank(disks.subList(1, DEVICES));
        Files.delete(aside);
        blank("disk-1", DEVICE_BYTES * 2);
        Files.delete(group.resolve("server-1/device-3"));
        try (LocalGroup opened = open()) {
            assertEquals(List.of(), FurtherSets.read(list).unfinished());
            StorageServer server = opened.server(SERVER);
            server.storage().changeDevice(operator(),
                    new DeviceOrder(DeviceOrder.Kind.REPLACE, 3, Optional.of(disks.get(0)), false));
        }
        // As if it had been noted all the time.
        FurtherSets.read(list).with(new FurtherSets.Entry(2, false, List.of(Path.of(disks.get(0))))).write(list);
        try (LocalGroup opened = open()) {
            assertEquals(disks.get(0), opened.server(SERVER).poolReports().get(0).pool().devices().get(2).name());
            assertEquals(List.of(), opened.server(SERVER).deviceProblems());
            assertEquals(List.of(), FurtherSets.read(list).unfinished());
        }
    }

    @Test
    void poolsThatDontFitAreRefused() throws IOException {
        try (LocalGroup opened = open()) {
            for (String pools : List.of("only level=5 share=100; more level=10 share=1", "only level=4 share=100", "",
                    "a@3 level=0 share=100", "abcdefghijklmnopqrstuvwxyz012345 level=0 share=100",
                    "only level=50 share=100")) {
                assertRefused(opened, ErrorCode.INVALID_ARGUMENT, disks, pools, "pool");
            }
            add(opened, disks, "abcdefghijklmnopqrstuvwxyz0123 level=0 share=100");
        }
    }

    private void assertRefused(LocalGroup opened, ErrorCode code, List<String> paths, String pools, String why)
            throws IOException {
        BatonException refused = assertThrows(BatonException.class, () -> add(opened, paths, pools));
        assertEquals(code, refused.code(), refused.getMessage());
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
        assertFalse(Files.exists(list), "nothing is noted");
        assertEquals(List.of("only"), pools(opened));
        assertBlank(disks);
    }

    @Test
    void devicesThatCantBeTakenAreRefusedByNameAndNothingIsChanged() throws IOException {
        Path used = blank("used", DEVICE_BYTES);
        try (FileBlockDevice device = FileBlockDevice.open(used)) {
            device.write(DEVICE_BYTES - 1, ByteBuffer.wrap(new byte[] {1}));
        }
        byte[] content = Files.readAllBytes(used);
        Path small = blank("small", 512 << 10);
        List<String> three = disks.subList(0, 3);
        try (LocalGroup opened = open()) {
            assertRefused(opened, ErrorCode.ALREADY_EXISTS, with(three, used), null, used + " holds data");
            assertRefused(opened, ErrorCode.NOT_FOUND, with(three, directory.resolve("none")), null, "none on the host");
            assertRefused(opened, ErrorCode.INVALID_ARGUMENT, with(three, Path.of(disks.get(0))), null,
                    disks.get(0) + " is named twice");
            assertRefused(opened, ErrorCode.INVALID_ARGUMENT, with(three, Path.of("relative")), null, "absolute path");
            assertRefused(opened, ErrorCode.INVALID_ARGUMENT, with(three, small), null, "no room for data");
            assertRefused(opened, ErrorCode.INVALID_ARGUMENT, with(three, directory), null, directory + " can't be opened");
            assertRefused(opened, ErrorCode.INVALID_ARGUMENT, with(three, group.resolve("server-1/device-1")), null,
                    "formatting deletes");
            assertRefused(opened, ErrorCode.INVALID_ARGUMENT, three, null, "an even number of devices, four at least");
            assertRefused(opened, ErrorCode.INVALID_ARGUMENT, List.of(), null, "1 to 64 devices");
            try (FileBlockDevice other = FileBlockDevice.open(small)) {
                assertRefused(opened, ErrorCode.BUSY, with(three, small), null, small + " is in use");
                assertTrue(other.sizeBytes() > 0);
            }
            assertArrayEquals(content, Files.readAllBytes(used));
            assertEquals(2, add(opened, disks, null).number());
            BatonException again = assertThrows(BatonException.class, () -> add(opened, disks, null));
            assertEquals(ErrorCode.BUSY, again.code(), "an order that comes again");
        }
        assertWhole(List.of("only", "only@2"));
    }

    private static List<String> with(List<String> paths, Path path) {
        List<String> all = new ArrayList<>(paths);
        all.add(path.toString());
        return all;
    }

    @Test
    void formattingAnewForgetsThem() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        Files.delete(group.resolve(GroupDescriptor.FILE_NAME));
        assertWhole(List.of("only"));
        assertFalse(Files.exists(list));
    }

    /** Whoever wants to use them again finds them blank; what is somebody else's by now is left to him. */
    @Test
    void formattingOverThemGivesTheirDevicesBackAndSaysSo() throws IOException {
        Path fresh = blank("fresh", 2 * DEVICE_BYTES);
        Path spare = blank("spare", 2 * DEVICE_BYTES);
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
            opened.server(SERVER).storage().changeDevice(operator(),
                    new DeviceOrder(DeviceOrder.Kind.REPLACE, 2, Optional.of(fresh.toString()), false));
            opened.server(SERVER).storage().changeDevice(operator(),
                    new DeviceOrder(DeviceOrder.Kind.ADD_SPARE, 201, Optional.of(spare.toString()), false));
        }
        storeSomething(disks);
        move(disk(4), directory.resolve("away"));
        byte[] others = new byte[8192];
        Arrays.fill(others, (byte) 7);
        try (FileBlockDevice device = FileBlockDevice.open(disk(3))) {
            device.write(0, ByteBuffer.wrap(others));
            device.write(device.sizeBytes() - others.length, ByteBuffer.wrap(others));
        }
        int kept = Arrays.hashCode(Files.readAllBytes(disk(3)));
        List<String> told = new ArrayList<>();
        BatonException refused = assertThrows(BatonException.class,
                () -> LocalGroup.format(settings(), false, Clock.systemUTC(), new SecureRandom(), told::add));
        assertEquals(ErrorCode.ALREADY_EXISTS, refused.code());
        assertEquals(List.of(), told);
        LocalGroup.format(settings(), true, Clock.systemUTC(), new SecureRandom(), told::add);
        assertEquals(6, told.size(), told::toString);
        String whose = ", which was one of server-1 of the group that was there, ";
        assertEquals("Device " + fresh + whose + "is blank again", told.get(0));
        whose = whose + "in set 2, ";
        assertEquals("Device " + disk(1) + whose + "is blank again", told.get(1));
        assertTrue(told.get(3).startsWith("Device " + disk(3) + whose + "is left as it is: it is another's by now, or blank"),
                told.get(3));
        assertTrue(told.get(4).startsWith("Device " + disk(4) + whose + "is left as it is: it is not there"), told.get(4));
        assertEquals("Device " + spare + whose + "is blank again", told.get(5));
        assertBlank(List.of(fresh.toString(), spare.toString(), disks.get(0), disks.get(1)));
        assertEquals(kept, Arrays.hashCode(Files.readAllBytes(disk(3))));
        assertWhole(List.of("only"));
    }

    private static void replace(LocalGroup opened, int place, Path path) throws IOException {
        opened.server(SERVER).storage().changeDevice(operator(),
                new DeviceOrder(DeviceOrder.Kind.REPLACE, place, Optional.of(path.toString()), false));
    }

    private static int hash(Path path) throws IOException {
        return Arrays.hashCode(Files.readAllBytes(path));
    }

    /** Who makes a file system on a disk that was taken away writes over its beginning; its end still says whose it was. */
    @ParameterizedTest
    @ValueSource(longs = {0, 4096})
    void formattingLeavesWhatSomebodyHasPutToAnotherUse(long at) throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        try (FileBlockDevice device = FileBlockDevice.open(disk(2))) {
            device.write(at, ByteBuffer.wrap("an ext4 file system, say".getBytes(StandardCharsets.UTF_8)));
        }
        int others = hash(disk(2));
        List<String> told = new ArrayList<>();
        LocalGroup.format(settings(), true, Clock.systemUTC(), new SecureRandom(), told::add);
        assertEquals(others, hash(disk(2)), told::toString);
        assertTrue(told.get(1).contains(disk(2) + ", which was one of server-1") && told.get(1).contains("is left as it is")
                && told.get(1).contains("another use"), told.get(1));
        assertBlank(List.of(disks.get(0), disks.get(2), disks.get(3)));
    }

    @Test
    void formattingLeavesWhatTheKernelUsesOrNobodyKnows() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        FormerDevices former = FormerDevices.of(new GroupFiles(group), settings());
        List<Integer> before = List.of(hash(disk(1)), hash(disk(2)), hash(disk(3)));
        List<String> told = new ArrayList<>();
        try (FileBlockDevice other = FileBlockDevice.open(disk(3))) {
            former.giveBack(List.of(), path -> {
                if (path.equals(disk(2))) {
                    throw new IOException("the kernel does not say");
                }
                return path.equals(disk(1)) ? Optional.of("a mounted file system") : Optional.empty();
            }, told::add);
            assertTrue(other.sizeBytes() > 0);
        }
        assertEquals(before, List.of(hash(disk(1)), hash(disk(2)), hash(disk(3))));
        assertTrue(told.get(0).endsWith("is left as it is: it is used by a mounted file system"), told.get(0));
        assertTrue(told.get(1).contains("is left as it is: java.io.IOException: the kernel does not say"), told.get(1));
        assertTrue(told.get(2).contains("is left as it is: it is in use, and was not touched"), told.get(2));
        assertFalse(told.get(2).contains("zeros"), told.get(2));
        assertTrue(told.get(3).endsWith("is blank again"), told.get(3));
    }

    /** Who followed an advice to write zeros there would destroy the new group. */
    @Test
    void formattingSaysNothingOfADeviceThatTheNewGroupHasByAnotherName() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        List<Path> named = new ArrayList<>();
        for (int place = 1; place <= DEVICES; place++) {
            named.add(Files.createSymbolicLink(directory.resolve("by-id-" + place), disk(place)));
        }
        List<String> told = new ArrayList<>();
        LocalGroup.format(settings(named), true, Clock.systemUTC(), new SecureRandom(), told::add);
        assertEquals(List.of(), told);
        try (LocalGroup opened = LocalGroup.open(settings(named), Clock.systemUTC(), new SecureRandom())) {
            assertEquals(List.of(), opened.server(SERVER).report().problems());
        }
    }

    /** The group that was there is gone then, and nobody else could say which they were. */
    @Test
    void formattingThatFailsHalfwaySaysWhichDevicesAreLeft() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        List<Integer> before = List.of(hash(disk(1)), hash(disk(4)));
        List<String> told = new ArrayList<>();
        SpaceToOpen once = new SpaceToOpen() {
            private boolean asked;

            @Override
            public Optional<String> shortage(Collection<Path> directories, long bytes) {
                boolean first = !asked;
                asked = true;
                return first ? Optional.empty() : Optional.of("somebody has filled it");
            }
        };
        assertThrows(BatonException.class,
                () -> LocalGroup.format(settings(), true, once, Clock.systemUTC(), new SecureRandom(), told::add));
        assertFalse(new GroupFiles(group).isFormatted());
        assertEquals(DEVICES, told.size(), told::toString);
        assertTrue(told.get(3).startsWith("Device " + disk(4) + ", which was one of server-1 of the group that was there, in"
                + " set 2, is left as it is: "), told.get(3));
        assertEquals(before, List.of(hash(disk(1)), hash(disk(4))));
    }

    private void assertUnopened(Path stale) throws IOException {
        int before = hash(stale);
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only"), pools(opened));
            assertMissed(opened, "");
        }
        assertEquals(before, hash(stale));
    }

    /** It says that all is in, as nobody has told it anything since. */
    @Test
    void aDeviceWhosePlaceWasTakenIsNotBelievedWhenTheOthersAreAway() throws IOException {
        Path fresh = blank("fresh", 2 * DEVICE_BYTES);
        Path next = blank("next", 2 * DEVICE_BYTES);
        List<String> two = disks.subList(0, 2);
        try (LocalGroup opened = open()) {
            add(opened, two, "only level=1 share=100");
            replace(opened, 201, fresh);
            awaitRebuilt(opened);
        }
        storeSomething(List.of(fresh.toString(), disks.get(1)));
        move(disk(2), directory.resolve("two"));
        move(fresh, directory.resolve("away"));
        assertUnopened(disk(1));
        move(directory.resolve("two"), disk(2));
        move(directory.resolve("away"), fresh);
        try (LocalGroup opened = open()) {
            assertPlaces(opened, fresh, disk(2));
            replace(opened, 202, next);
            awaitRebuilt(opened);
        }
        // The whole of the former set is plugged in, and none of the new one.
        move(next, directory.resolve("two"));
        move(fresh, directory.resolve("away"));
        int first = hash(disk(1));
        assertUnopened(disk(2));
        assertEquals(first, hash(disk(1)));
        move(directory.resolve("two"), next);
        move(directory.resolve("away"), fresh);
        try (LocalGroup opened = open()) {
            assertPlaces(opened, fresh, next);
        }
    }

    /** One that missed its replacement, and the replaced one, would be enough for a RAID 6 of four. */
    @Test
    void aDeviceWhosePlaceWasTakenDoesNotMakeAStaleOneEnough() throws IOException {
        Path fresh = blank("fresh", 2 * DEVICE_BYTES);
        try (LocalGroup opened = open()) {
            add(opened, disks, "only level=6 share=100");
        }
        Path two = directory.resolve("two");
        move(disk(2), two);
        try (LocalGroup opened = open()) {
            replace(opened, 201, fresh);
            awaitRebuilt(opened);
        }
        // Of those that are there, the second knows nothing of all that.
        move(two, disk(2));
        for (Path path : List.of(disk(3), disk(4), fresh)) {
            move(path, path.resolveSibling(path.getFileName() + ".away"));
        }
        int second = hash(disk(2));
        int before = hash(disk(1));
        try (LocalGroup opened = open()) {
            assertTrue(opened.server(SERVER).poolReports().stream().filter(report -> report.pool().name().equals("only@2"))
                    .allMatch(report -> report.pool().devices().stream().noneMatch(
                            device -> device.name().equals(disk(1).toString()))), "it is not taken");
        }
        assertEquals(List.of(before, second), List.of(hash(disk(1)), hash(disk(2))));
    }

    private static void awaitRebuilt(LocalGroup opened) throws IOException {
        PoolDevices pool = opened.server(SERVER).poolReports().get(1).pool();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (pool.devices().stream().anyMatch(device -> device.state() == PoolDevices.State.REBUILDING)) {
            assertTrue(System.nanoTime() < end, pool::toString);
            Thread.onSpinWait();
            pool = opened.server(SERVER).poolReports().get(1).pool();
        }
    }

    /** Nobody knew which of the two paths was whose; once both have successors that does not matter. */
    @Test
    void pathsOfSeveralReplacedDevicesAreGivenUp() throws IOException {
        List<String> five = with(disks, blank("disk-5", DEVICE_BYTES));
        Path fresh = blank("fresh", 2 * DEVICE_BYTES);
        Path next = blank("next", 2 * DEVICE_BYTES);
        try (LocalGroup opened = open()) {
            add(opened, five, "only level=6 share=100");
        }
        Files.delete(disk(2));
        Files.delete(disk(3));
        try (LocalGroup opened = open()) {
            replace(opened, 202, fresh);
            replace(opened, 203, next);
        }
        // The kernel has given one of the names to somebody's disk.
        try (FileBlockDevice other = FileBlockDevice.create(disk(3), DEVICE_BYTES); LocalGroup opened = open()) {
            assertPlaces(opened, disk(1), fresh, next, disk(4), Path.of(five.get(4)));
            assertEquals(List.of(), opened.server(SERVER).deviceProblems());
            assertTrue(other.sizeBytes() > 0);
        }
        ReplacedDevices noted = ReplacedDevices.read(new GroupFiles(group).replacedDevices(1, 2));
        assertEquals(List.of(disk(2), disk(3)), noted.formerly(five.stream().map(Path::of).toList()));
        try (LocalGroup opened = open()) {
            assertPlaces(opened, disk(1), fresh, next, disk(4), Path.of(five.get(4)));
            assertEquals(List.of(), opened.server(SERVER).deviceProblems());
        }
    }

    /** Somebody's device at a path of the set, while one of the set's is missing, may be that one. */
    @Test
    void aDeviceThatIsInUseElsewhereEndsTheStartIfOneIsMissing() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        try (FileBlockDevice other = FileBlockDevice.open(disk(3))) {
            assertEquals(ErrorCode.BUSY, assertThrows(BatonException.class, this::open).code());
            assertTrue(other.sizeBytes() > 0);
        }
        assertWhole(List.of("only", "only@2"));
    }

    /** Nothing can be on it, whatever has become of its devices; what can be given back is. */
    @Test
    void aSetThatIsRefusedBecauseDevicesAreGoneIsNotMissedLater() throws IOException {
        Path fifth = blank("disk-5", DEVICE_BYTES);
        SetPlaces.Arrival arrival = places().prepare(
                new NewDeviceSet(with(disks, fifth), Optional.of("only level=0 share=100")));
        // Those that have the metadata: by what is there nobody can tell that the set is empty.
        for (int place = 1; place <= DEVICES; place++) {
            move(disk(place), directory.resolve("aside-" + place));
        }
        arrival.refused();
        assertBlank(List.of(fifth.toString()));
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only"), pools(opened));
            assertEquals(List.of(), opened.server(SERVER).report().problems());
        }
        for (int place = 1; place <= DEVICES; place++) {
            move(directory.resolve("aside-" + place), disk(place));
        }
        assertGivenBack();
    }

    /** A full file system is not a wrong size. */
    @Test
    void aFileThatCantBeMadeForItsSizeIsToldFromAFullFileSystem() {
        GroupDevices devices = new GroupDevices(new GroupFiles(group), settings());
        BatonException full = assertThrows(BatonException.class, () -> devices.tryToMake((path, bytes) -> {
            throw new IOException("No space left on device");
        }));
        assertEquals(ErrorCode.NO_SPACE, full.code(), full.getMessage());
        BatonException large = assertThrows(BatonException.class, () -> devices.tryToMake((path, bytes) -> {
            if (bytes == DEVICE_BYTES) {
                throw new IOException("File too large");
            }
            Files.createFile(path);
        }));
        assertEquals(ErrorCode.INVALID_ARGUMENT, large.code(), large.getMessage());
        assertTrue(large.getMessage().contains("File too large; correct baton.server.device.bytes"), large.getMessage());
    }

    /** Who has stopped scrubbing has a reason that holds for new devices too. */
    @Test
    void aSetThatComesWhileScrubbingIsPausedIsNotScrubbed() throws IOException {
        LocalGroupConfig plain = settings();
        LocalGroupConfig scrubbing = new LocalGroupConfig(group, 1, plain.devices(), DEVICE_BYTES, List.of(), plain.pools(), 0,
                MaintenanceSettings.scrubbing(1 << 20, 1, "baton.server."), "operator", "baton.server.");
        try (LocalGroup opened = LocalGroup.open(scrubbing, Clock.systemUTC(), new SecureRandom())) {
            assertTrue(opened.server(SERVER).storage().scrub(operator(), ScrubOrder.PAUSE));
            add(opened, disks, null);
            assertEquals(List.of(ScrubState.PAUSED, ScrubState.PAUSED), scrubs(opened));
            assertTrue(opened.server(SERVER).storage().scrub(operator(), ScrubOrder.RESUME));
            assertEquals(List.of(ScrubState.WAITING, ScrubState.WAITING), scrubs(opened));
            List<String> others = new ArrayList<>();
            for (int i = 1; i <= DEVICES; i++) {
                others.add(blank("other-" + i, DEVICE_BYTES).toString());
            }
            add(opened, others, null);
            assertEquals(Collections.nCopies(3, ScrubState.WAITING), scrubs(opened));
        }
    }

    private static List<ScrubState> scrubs(LocalGroup opened) throws IOException {
        return opened.server(SERVER).scrubReports().stream().map(report -> report.progress().orElseThrow().state()).toList();
    }

    /** A group that can't tell what is missing must not go on as if nothing were. */
    @Test
    void aGroupThatHasSomeIsNotOpenedWithoutTheFile() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        Path aside = directory.resolve("aside");
        Files.move(list, aside);
        BatonException refused = assertThrows(BatonException.class, this::open);
        assertEquals(ErrorCode.DATA_LOST, refused.code());
        assertTrue(refused.getMessage().contains(list + ", which says which further sets of devices the server has, is gone"),
                refused.getMessage());
        ClosedGroup.Found found = ClosedGroup.pools(settings());
        assertEquals(List.of(), found.pools());
        assertTrue(found.problems().stream().anyMatch(problem -> problem.contains(list + ", which says which further sets")),
                found.problems()::toString);
        Files.move(aside, list);
        assertWhole(List.of("only", "only@2"));
    }

    @Test
    void everyByteOfTheFileIsChecked() throws IOException {
        FurtherSets written = new FurtherSets(7, List.of(new FurtherSets.Entry(2, true, List.of(Path.of("/dev/d\u00edsk"),
                Path.of("/b"))), new FurtherSets.Entry(7, false, List.of(Path.of("/c")))));
        new GroupFiles(group).makeSets();
        written.write(list);
        assertEquals(written, FurtherSets.read(list));
        byte[] sound = Files.readAllBytes(list);
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 1;
            Files.write(list, damaged);
            BatonException refused = assertThrows(BatonException.class, () -> FurtherSets.read(list), "byte " + at);
            assertTrue(refused.code() == ErrorCode.DATA_LOST || refused.code() == ErrorCode.UNSUPPORTED, "byte " + at);
        }
        for (int length = 0; length < sound.length; length++) {
            Files.write(list, Arrays.copyOf(sound, length));
            assertThrows(BatonException.class, () -> FurtherSets.read(list), "cut to " + length);
        }
        BatonException refused = assertThrows(BatonException.class, this::open);
        assertTrue(refused.getMessage().contains("is damaged; restore the newest one"), refused.getMessage());
        Files.delete(list);
        open().close();
    }

    private void swap(Path one, Path other) throws IOException {
        Path aside = directory.resolve("swapped");
        Files.move(one, aside);
        Files.move(other, one);
        Files.move(aside, other);
    }

    /** Names that the kernel gives may change at each start, between sets too. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, DEVICES})
    void devicesAreKnownByWhatTheySayAndNotByTheirNames(int swapped) throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        for (int i = 0; i < swapped; i++) {
            swap(group.resolve("server-1/device-" + (DEVICES - i)), Path.of(disks.get(i)));
        }
        assertWhole(List.of("only", "only@2"));
        Path fresh = blank("fresh", 2 * DEVICE_BYTES);
        try (LocalGroup opened = open()) {
            opened.server(SERVER).storage().changeDevice(operator(),
                    new DeviceOrder(DeviceOrder.Kind.REPLACE, 203, Optional.of(fresh.toString()), false));
            assertEquals(fresh.toString(), opened.server(SERVER).poolReports().get(1).pool().devices().get(2).name());
        }
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only", "only@2"), pools(opened));
            assertEquals(fresh.toString(), opened.server(SERVER).poolReports().get(1).pool().devices().get(2).name());
            assertTrue(opened.server(SERVER).poolReports().get(0).pool().devices().stream()
                    .allMatch(device -> device.state() == PoolDevices.State.IN), "the first set has all its own");
        }
    }

    private void move(Path from, Path to) throws IOException {
        Files.move(from, to);
    }

    private Path disk(int place) {
        return Path.of(disks.get(place - 1));
    }

    /** Of the second set, by their places. */
    private void assertPlaces(LocalGroup opened, Path... paths) throws IOException {
        PoolDevices pool = opened.server(SERVER).poolReports().get(1).pool();
        assertEquals("only@2", pool.name());
        assertEquals(Arrays.stream(paths).map(Path::toString).toList(),
                pool.devices().stream().map(PoolDevices.Device::name).toList());
    }

    /** The kernel's names move up when a disk is taken away, also into the name of the one that was replaced. */
    @Test
    void aDeviceIsFoundWhereOneWasThatWasReplaced() throws IOException {
        Path fresh = blank("fresh", 2 * DEVICE_BYTES);
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
            opened.server(SERVER).storage().changeDevice(operator(),
                    new DeviceOrder(DeviceOrder.Kind.REPLACE, 203, Optional.of(fresh.toString()), false));
        }
        Files.delete(disk(3));
        move(disk(4), disk(3));
        move(fresh, disk(4));
        try (LocalGroup opened = open()) {
            assertPlaces(opened, disk(1), disk(2), disk(4), disk(3));
        }
        // What is there belongs to somebody else, and nobody is missing.
        move(disk(4), fresh);
        move(disk(3), disk(4));
        try (FileBlockDevice other = FileBlockDevice.create(disk(3), DEVICE_BYTES); LocalGroup opened = open()) {
            assertPlaces(opened, disk(1), disk(2), fresh, disk(4));
            assertEquals(List.of(), opened.server(SERVER).deviceProblems());
            assertTrue(other.sizeBytes() > 0);
        }
    }

    private void pend(Path path) throws IOException {
        Path noted = new GroupFiles(group).makeMaintenance(1).resolve("devices-2");
        ReplacedDevices.NONE.with(new ReplacedDevices.Entry(3, true, Optional.of(disk(3)), path)).write(noted);
    }

    /** What was to be put in a place was not, and another one of the set has its name now. */
    @Test
    void aMemberWhereTheOneIsLookedForThatWasToBeTakenInStays() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        Path fresh = directory.resolve("fresh");
        move(disk(4), fresh);
        pend(fresh);
        try (LocalGroup opened = open()) {
            assertPlaces(opened, disk(1), disk(2), disk(3), fresh);
        }
    }

    /** It was put in the place, and the former one's name is another one's now. */
    @Test
    void aMemberWithTheNameOfTheOneWhosePlaceWasTakenStays() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        Path fresh = blank("fresh", 2 * DEVICE_BYTES);
        List<FileBlockDevice> devices = new ArrayList<>();
        for (String disk : disks) {
            devices.add(FileBlockDevice.open(Path.of(disk)));
        }
        try (StorageSet set = StorageSet.open(devices, id, SERVER)) {
            set.replace(3, FileBlockDevice.open(fresh), false, new SecureRandom());
        }
        Files.delete(disk(3));
        move(disk(4), disk(3));
        pend(fresh);
        try (LocalGroup opened = open()) {
            assertPlaces(opened, disk(1), disk(2), fresh, disk(3));
        }
    }

    /** The set would go on without it for good though nothing is wrong with it. */
    @Test
    void aDeviceThatWasToBeTakenInAndIsInUseElsewhereEndsTheStart() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        Path fresh = blank("fresh", 2 * DEVICE_BYTES);
        pend(fresh);
        try (FileBlockDevice other = FileBlockDevice.open(fresh)) {
            BatonException refused = assertThrows(BatonException.class, this::open);
            assertEquals(ErrorCode.BUSY, refused.code(), refused.getMessage());
            assertTrue(other.sizeBytes() > 0);
        }
        assertWhole(List.of("only", "only@2"));
    }

    /** Two were away, and came back with one another's names: each is known by what it says. */
    @Test
    void missingDevicesAreTakenBackFromWhereTheyAreNow() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        Path two = directory.resolve("two");
        Path three = directory.resolve("three");
        move(disk(2), two);
        move(disk(3), three);
        try (LocalGroup opened = open()) {
            DeviceOrder third = new DeviceOrder(DeviceOrder.Kind.REJOIN, 203, Optional.empty(), false);
            BatonException refused = assertThrows(BatonException.class,
                    () -> opened.server(SERVER).storage().changeDevice(operator(), third));
            assertTrue(refused.getMessage().contains("missing from place 203 of server-1 is at none of [" + disk(2) + ", "
                    + disk(3) + "]"), refused.getMessage());
            move(two, disk(3));
            move(three, disk(2));
            assertEquals(disk(2).toString(), opened.server(SERVER).storage().changeDevice(operator(), third));
            opened.server(SERVER).storage().changeDevice(operator(),
                    new DeviceOrder(DeviceOrder.Kind.REJOIN, 202, Optional.empty(), false));
            assertPlaces(opened, disk(1), disk(3), disk(2), disk(4));
        }
        try (LocalGroup opened = open()) {
            assertPlaces(opened, disk(1), disk(3), disk(2), disk(4));
        }
    }

    /** Two are away; that one's place is given to another must not make the next start forget where the other was. */
    @Test
    void aMissingDevicesPathIsNotForgottenForAnothers() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        swap(disk(2), disk(3));
        Path two = directory.resolve("two");
        Path three = directory.resolve("three");
        move(disk(3), two);
        move(disk(2), three);
        Path fresh = blank("fresh", 2 * DEVICE_BYTES);
        try (LocalGroup opened = open()) {
            opened.server(SERVER).storage().changeDevice(operator(),
                    new DeviceOrder(DeviceOrder.Kind.REPLACE, 203, Optional.of(fresh.toString()), false));
        }
        move(two, disk(3));
        try (LocalGroup opened = open()) {
            assertPlaces(opened, disk(1), disk(3), fresh, disk(4));
        }
    }

    /** Paths that the setting names beside those of the first set are the remedy when a further set's have others now. */
    @Test
    void devicesOfAFurtherSetAreFoundAtPathsThatTheSettingNames() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        List<Path> named = new ArrayList<>();
        for (int i = 1; i <= DEVICES; i++) {
            named.add(group.resolve("server-1/device-" + i));
        }
        for (String disk : disks) {
            named.add(Path.of(disk + "-moved"));
            Files.move(Path.of(disk), Path.of(disk + "-moved"));
        }
        try (LocalGroup opened = LocalGroup.open(settings(named), Clock.systemUTC(), new SecureRandom())) {
            assertEquals(List.of("only", "only@2"), pools(opened));
            for (PoolReport pool : opened.server(SERVER).poolReports()) {
                assertEquals(DEVICES, pool.pool().devices().stream()
                        .filter(device -> device.state() == PoolDevices.State.IN).count(), pool::toString);
            }
        }
    }

    /** A cabinet of disks is dead; what is put in its place gets the same names, and is another set. */
    @Test
    void namesOfASetThatIsAwayAreUsedAgain() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        for (String disk : disks) {
            Files.move(Path.of(disk), Path.of(disk + ".away"));
        }
        try (LocalGroup opened = open()) {
            for (String disk : disks) {
                FileBlockDevice.create(Path.of(disk), DEVICE_BYTES).close();
            }
            assertEquals(3, add(opened, disks, null).number());
        }
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only", "only@3"), pools(opened));
            List<String> problems = opened.server(SERVER).report().problems();
            assertTrue(problems.stream().anyMatch(problem -> problem.startsWith(
                    "server-1: set 2 of its devices could not be opened: ")), problems::toString);
        }
    }

    /** What is wrong with one of the further sets keeps nobody from using the others. */
    @Test
    void aSetWhosePathsCantBeReadIsNotOpened() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        Path noted = new GroupFiles(group).makeMaintenance(1).resolve("devices-2");
        Files.write(noted, new byte[] {1, 2, 3});
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only"), pools(opened));
            assertTrue(opened.server(SERVER).report().problems().toString().contains(noted.toString()),
                    opened.server(SERVER).report().problems()::toString);
        }
        // Some of its devices are met elsewhere: with those alone it would go on without the others.
        List<Path> named = new ArrayList<>();
        for (int i = 1; i <= DEVICES; i++) {
            named.add(group.resolve("server-1/device-" + i));
        }
        named.addAll(List.of(disk(1), disk(2), disk(3)));
        try (LocalGroup opened = LocalGroup.open(settings(named), Clock.systemUTC(), new SecureRandom())) {
            assertEquals(List.of("only"), pools(opened));
        }
        Files.delete(noted);
        assertWhole(List.of("only", "only@2"));
    }

    /** As when the directory was put back from a copy that was made while the set was taken in. */
    @Test
    void aSetWithDataIsNotGivenBackAndIsMissed() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        storeSomething(disks);
        FurtherSets whole = FurtherSets.read(list);
        noteAsUnfinished(whole);
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only"), pools(opened));
            assertEquals(1, FurtherSets.read(list).unfinished().size());
            assertMissed(opened, "there are data on it: " + list + " is older than the devices");
        }
        whole.write(list);
        assertWhole(List.of("only", "only@2"));
    }

    /** What is on the devices that are there may not be all; whether it is anything can be seen as long as one knows. */
    @Test
    void aSetOfWhichDevicesAreAwayIsNotGivenBackIfThereMayBeData() throws IOException {
        List<String> five = with(disks, blank("disk-5", DEVICE_BYTES));
        try (LocalGroup opened = open()) {
            add(opened, five, "loose level=0 share=100");
        }
        storeSomething(five);
        FurtherSets whole = FurtherSets.read(list);
        noteAsUnfinished(whole);
        for (int away : new int[] {1, DEVICES}) {
            List<Integer> before = new ArrayList<>();
            for (String disk : five.subList(away, five.size())) {
                before.add(Arrays.hashCode(Files.readAllBytes(Path.of(disk))));
            }
            for (String disk : five.subList(0, away)) {
                Files.move(Path.of(disk), Path.of(disk + ".away"));
            }
            try (LocalGroup opened = open()) {
                // The metadata are on the first four.
                assertMissed(opened, away == DEVICES ? "nobody can tell whether there are data on it" : "there are data on it");
            }
            for (String disk : five.subList(away, five.size())) {
                assertEquals(before.remove(0), Arrays.hashCode(Files.readAllBytes(Path.of(disk))), disk);
            }
            for (String disk : five.subList(0, away)) {
                Files.move(Path.of(disk + ".away"), Path.of(disk));
            }
        }
        whole.write(list);
        assertWhole(List.of("only", "loose@2"));
    }

    private void storeSomething(List<String> paths) throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (String disk : paths) {
            devices.add(FileBlockDevice.open(Path.of(disk)));
        }
        try (StorageSet set = StorageSet.open(devices, id, SERVER)) {
            set.pools().get(0).create(new SegmentIdentity(id, VolumeId.of(0, 1), 0, ExtentId.of(0, 1)), Epoch.FIRST);
        }
    }

    private void noteAsUnfinished(FurtherSets whole) throws IOException {
        whole.with(new FurtherSets.Entry(2, false, whole.sets().get(0).paths())).write(list);
    }

    /** It counts as one that can't be opened: nobody takes what is on it for never written. */
    private void assertMissed(LocalGroup opened, String why) throws IOException {
        List<String> problems = opened.server(SERVER).report().problems();
        assertTrue(problems.stream().anyMatch(problem -> problem.startsWith(
                "server-1: set 2 of its devices could not be opened: ") && problem.contains(why)), problems::toString);
    }

    /** Its newest set would not be missed, and the next one would get that one's number. */
    @Test
    void anOlderCopyOfTheFileIsRefused() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        byte[] older = Files.readAllBytes(list);
        byte[] olderDescriptor = Files.readAllBytes(group.resolve(GroupDescriptor.FILE_NAME));
        List<String> others = new ArrayList<>();
        for (int i = 1; i <= DEVICES; i++) {
            others.add(blank("other-" + i, DEVICE_BYTES).toString());
        }
        try (LocalGroup opened = open()) {
            assertEquals(3, add(opened, others, null).number());
        }
        byte[] newest = Files.readAllBytes(list);
        Files.write(list, older);
        BatonException refused = assertThrows(BatonException.class, this::open);
        assertEquals(ErrorCode.DATA_LOST, refused.code());
        assertTrue(refused.getMessage().contains("knows of 2, while the server was given set 3: it is an older copy"),
                refused.getMessage());
        assertTrue(ClosedGroup.pools(settings()).problems().toString().contains("it is an older copy"));
        Files.write(list, newest);
        assertWhole(List.of("only", "only@2", "only@3"));
        // A crash before the descriptor was written, or an older copy of that: the list counts, and is kept to from then on.
        Files.write(group.resolve(GroupDescriptor.FILE_NAME), olderDescriptor);
        assertWhole(List.of("only", "only@2", "only@3"));
        Files.write(list, older);
        assertThrows(BatonException.class, this::open);
    }

    /** Nobody has asked for less; a class of service is known by its name. */
    @Test
    void aPoolThatSurvivesLessThanItsLikeIsRefused() throws IOException {
        try (LocalGroup opened = open()) {
            BatonException refused = assertThrows(BatonException.class, () -> add(opened, disks, "Only level=0 share=100"));
            assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
            assertTrue(refused.getMessage().contains("pool Only would survive 0 failed devices, and pool only of server-1 "
                    + "survives 1"), refused.getMessage());
            assertEquals(List.of("only"), pools(opened));
            assertBlank(disks);
            add(opened, disks, "only level=6 share=100");
        }
    }

    /** Of the group's servers, one may have sets although the descriptor, an older one, does not say so. */
    @Test
    void whatOtherServersHaveIsNotWrittenOver() throws IOException {
        Path second = group.resolve("sets/server-2");
        new GroupDescriptor(id, 2, 4, DEVICE_BYTES).write(group);
        new GroupFiles(group).makeSets();
        FurtherSets other = FurtherSets.NONE.with(new FurtherSets.Entry(2, true, List.of(Path.of("/dev/nothing"))));
        other.write(second);
        closeDevices(places().prepare(new NewDeviceSet(disks, Optional.empty())));
        assertEquals(other, FurtherSets.read(second));
        assertTrue(GroupDescriptor.read(group).furtherSets());
    }

    /** The others are looked at, and who wants to format anew can. */
    @Test
    void aDamagedFileKeepsNobodyFromCheckingOrFormatting() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        byte[] sound = Files.readAllBytes(list);
        sound[20] ^= 1;
        Files.write(list, sound);
        List<String> problems = GroupCheck.run(settings(), false, List.of(), new NobodyWatches(), new CheckStop()).problems();
        assertTrue(problems.stream().anyMatch(problem -> problem.contains(list + ", which says which further sets")),
                problems::toString);
        assertTrue(problems.stream().noneMatch(problem -> problem.contains("the catalog can't be read")), problems::toString);
        LocalGroup.format(settings(), true, Clock.systemUTC(), new SecureRandom());
        assertWhole(List.of("only"));
    }

    private static final class NobodyWatches implements CheckProgress {
        @Override
        public void begins(String what) {
        }

        @Override
        public void read(ServerId server, String pool, long done, long total) {
        }

        @Override
        public void lost(ServerId server, List<Damage> lost) {
        }
    }
}
