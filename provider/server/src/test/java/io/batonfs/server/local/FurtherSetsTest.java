package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.ScrubState;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.server.storage.MaintenanceSettings;
import io.batonfs.server.storage.SetPlaces;
import io.batonfs.server.storage.StorageServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Further sets of a server's devices: what is refused, and what a start makes of taking one in that a crash cut short. */
class FurtherSetsTest extends GroupWithDisks {
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

    /** Blank at its ends as it may be: a swap area, or part of a volume that is mounted. */
    @Test
    void aDeviceThatTheKernelUsesIsRefusedAndNoneIsTouched() throws IOException {
        SetPlaces places = places(path -> path.equals(disk(2)) ? Optional.of("the mount of /home") : Optional.empty());
        BatonException busy = assertThrows(BatonException.class,
                () -> places.prepare(new NewDeviceSet(disks, Optional.empty())));
        assertEquals(ErrorCode.BUSY, busy.code());
        assertTrue(busy.getMessage().contains(disk(2) + " is used by the mount of /home"), busy.getMessage());
        assertBlank(disks);
        assertEquals(FurtherSets.NONE, FurtherSets.read(list));
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

    private void noteAsUnfinished(FurtherSets whole) throws IOException {
        whole.with(new FurtherSets.Entry(2, false, whole.sets().get(0).paths())).write(list);
    }
}
