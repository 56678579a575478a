package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a start finds the devices of further sets, whatever names they have by then. */
class SetDevicesFoundTest extends GroupWithDisks {
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
}
