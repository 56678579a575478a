package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.StorageSet;
import io.batonfs.server.local.ReplacedDevices.Entry;
import io.batonfs.server.storage.MaintenanceSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start makes of a replacement that a crash cut short, before and after the device was taken in. */
class ReplacedDevicesTest {
    private static final long DEVICE_BYTES = 64L << 20;

    @TempDir
    private Path directory;
    private Path group;
    private Path file;
    private Path other;

    @BeforeEach
    void makeGroup() throws IOException {
        group = directory.resolve("group");
        file = group.resolve("maintenance/server-1/devices");
        other = directory.resolve("other");
        open().close();
        FileBlockDevice.create(other, DEVICE_BYTES).close();
    }

    private LocalGroup open() throws IOException {
        return LocalGroup.open(new LocalGroupConfig(group, 1, 4, DEVICE_BYTES, List.of(),
                PoolSettings.read("baton.server.", "only level=10 share=100", "", "baton.server.devices", 4), 0,
                MaintenanceSettings.none("baton.server."), "operator", "baton.server."),
                Clock.systemUTC(), new SecureRandom());
    }

    private Path device(int number) {
        return group.resolve("server-1/device-" + number);
    }

    private void pend(int place) throws IOException {
        new GroupFiles(group).makeMaintenance(1);
        ReplacedDevices.NONE.with(new Entry(place, true, Optional.of(device(place)), other)).write(file);
    }

    /** The names of the devices in their places, and that nothing is wrong. */
    private static List<String> names(LocalGroup opened) throws IOException {
        List<PoolDevices.Device> devices =
                opened.server(new ServerId(1)).poolReports().get(0).pool().devices();
        return devices.stream().map(PoolDevices.Device::name).toList();
    }

    @Test
    void aCrashBeforeTheDeviceWasTakenLeavesTheFormerOne() throws IOException {
        pend(3);
        try (LocalGroup opened = open()) {
            assertEquals(device(3).toString(), names(opened).get(2));
            assertEquals(List.of(), opened.server(new ServerId(1)).report().problems());
        }
        assertEquals(ReplacedDevices.NONE, ReplacedDevices.read(file));
    }

    @Test
    void aCrashAfterItWasTakenLeavesTheNewOne() throws IOException {
        pend(3);
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            devices.add(FileBlockDevice.open(device(i)));
        }
        try (StorageSet set = StorageSet.open(
                devices, GroupDescriptor.read(group).group(), new ServerId(1))) {
            set.replace(3, FileBlockDevice.open(other), false, new SecureRandom());
        }
        for (int start = 0; start < 2; start++) {
            try (LocalGroup opened = open()) {
                assertEquals(other.toString(), names(opened).get(2));
                assertEquals(List.of(), opened.server(new ServerId(1)).deviceProblems());
            }
            assertEquals(List.of(new Entry(3, false, Optional.of(device(3)), other)),
                    ReplacedDevices.read(file).entries());
        }
    }

    /** The others say that the former one has the place, and went on with it: so the new one is not looked for any more. */
    @Test
    void oneThatIsNotThereAtTheNextStartIsForgottenIfThePlaceIsTheFormerOnes() throws IOException {
        pend(3);
        Files.delete(other);
        try (LocalGroup opened = open()) {
            assertEquals(device(3).toString(), names(opened).get(2));
        }
        assertEquals(ReplacedDevices.NONE, ReplacedDevices.read(file));
    }

    private void label() throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            devices.add(FileBlockDevice.open(device(i)));
        }
        try (StorageSet set = StorageSet.open(devices, GroupDescriptor.read(group).group(), new ServerId(1))) {
            set.addSpare(FileBlockDevice.open(other));
        }
    }

    private void noteSpare() throws IOException {
        new GroupFiles(group).makeMaintenance(1);
        ReplacedDevices.NONE.withSpare(other).write(file);
    }

    /** Noted, and not labelled; or made blank, and still noted. */
    @Test
    void aNotedSpareThatIsBlankIsForgotten() throws IOException {
        noteSpare();
        try (LocalGroup opened = open()) {
            assertEquals(List.of(), opened.server(new ServerId(1)).report().problems());
            assertEquals(List.of(), opened.server(new ServerId(1)).spareReports());
        }
        assertEquals(ReplacedDevices.NONE, ReplacedDevices.read(file));
        FileBlockDevice.open(other).close();
    }

    @Test
    void aSpareThatWasToTakeAPlaceStaysOneIfItHadNotTakenIt() throws IOException {
        label();
        new GroupFiles(group).makeMaintenance(1);
        ReplacedDevices.NONE.withSpare(other).with(new Entry(3, true, Optional.of(device(3)), other)).write(file);
        for (int start = 0; start < 2; start++) {
            try (LocalGroup opened = open()) {
                assertEquals(device(3).toString(), names(opened).get(2));
                assertEquals(List.of(), opened.server(new ServerId(1)).report().problems());
                assertEquals(other.toString(), opened.server(new ServerId(1)).spareReports().get(0).spare().name());
            }
            assertEquals(List.of(other), ReplacedDevices.read(file).spares());
            assertEquals(List.of(), ReplacedDevices.read(file).pending());
        }
    }

    @Test
    void aSpareThatHadTakenItsPlaceBeforeACrashIsNoSpareAnyMore() throws IOException {
        label();
        List<FileBlockDevice> devices = new ArrayList<>(List.of(FileBlockDevice.open(other)));
        for (int i = 1; i <= 4; i++) {
            devices.add(FileBlockDevice.open(device(i)));
        }
        try (StorageSet set = StorageSet.open(devices, GroupDescriptor.read(group).group(), new ServerId(1))) {
            set.useSpare(3, other.toString(), new SecureRandom());
        }
        new GroupFiles(group).makeMaintenance(1);
        ReplacedDevices.NONE.withSpare(other).with(new Entry(3, true, Optional.of(device(3)), other)).write(file);
        for (int start = 0; start < 2; start++) {
            try (LocalGroup opened = open()) {
                assertEquals(other.toString(), names(opened).get(2));
                assertEquals(List.of(), opened.server(new ServerId(1)).deviceProblems());
                assertEquals(List.of(), opened.server(new ServerId(1)).spareReports());
            }
            assertEquals(List.of(new Entry(3, false, Optional.of(device(3)), other)),
                    ReplacedDevices.read(file).entries());
        }
    }

    @Test
    void formattingAnewForgetsThem() throws IOException {
        pend(3);
        Files.delete(group.resolve(GroupDescriptor.FILE_NAME));
        open().close();
        assertFalse(Files.exists(file));
    }

    @Test
    void everyByteOfTheFileIsChecked() throws IOException {
        ReplacedDevices written = new ReplacedDevices(List.of(new Entry(3, true, Optional.empty(), other),
                new Entry(64, false, Optional.of(device(1)), Path.of("/dev/d\u00edsk"))));
        new GroupFiles(group).makeMaintenance(1);
        written.write(file);
        assertEquals(written, ReplacedDevices.read(file));
        byte[] sound = Files.readAllBytes(file);
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 1;
            Files.write(file, damaged);
            BatonException refused = assertThrows(BatonException.class, () -> ReplacedDevices.read(file), "byte " + at);
            assertTrue(refused.code() == ErrorCode.DATA_LOST || refused.code() == ErrorCode.UNSUPPORTED, "byte " + at);
        }
        for (int length = 0; length < sound.length; length++) {
            Files.write(file, Arrays.copyOf(sound, length));
            assertThrows(BatonException.class, () -> ReplacedDevices.read(file), "cut to " + length);
        }
    }

    @Test
    void pathsAreThoseOfTheSettingsWithTheOthersInTheirPlaces() {
        Path a = Path.of("/a");
        Path b = Path.of("/b");
        Path c = Path.of("/c");
        ReplacedDevices settled = new ReplacedDevices(List.of(new Entry(2, false, Optional.of(b), c)));
        assertEquals(List.of(a, c), settled.paths(List.of(a, b)));
        assertEquals(List.of(a, c), settled.paths(List.of(a, c)), "the settings have been brought up to date");
        assertEquals(List.of(a, c), settled.paths(List.of(a)), "the former one was left out of them");
        Entry back = new Entry(2, true, Optional.of(b), b);
        assertEquals(List.of(a, c), settled.with(back).paths(List.of(a, b)), "not before it is taken");
        assertEquals(List.of(a, b), settled.with(back).taken(back).paths(List.of(a, b)));
        assertEquals(settled, settled.with(back).refused(back));
    }
}
