package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.pools.profile.UncachedDevice;
import io.batonfs.server.storage.MaintenanceSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that are named: blank ones are formatted, nothing that somebody may miss is overwritten unasked. */
class NamedDevicesTest {
    private static final long DEVICE_BYTES = 128L << 20;

    @TempDir
    private Path scratch;

    private LocalGroupConfig config(String directory, List<List<Path>> devices) {
        return new LocalGroupConfig(scratch.resolve(directory), devices.size(), devices.get(0).size(), DEVICE_BYTES, devices,
                PoolSettings.read("baton.server.", PoolSettings.DEFAULT, "", "baton.server.devices",
                        devices.get(0).size()), 0,
                MaintenanceSettings.none("baton.server."), "operator",
                "baton.server.");
    }

    private List<Path> blank(String name) throws IOException {
        List<Path> paths = IntStream.range(0, 4).mapToObj(i -> scratch.resolve(name + i)).toList();
        for (Path path : paths) {
            write(path, DEVICE_BYTES - 1, (byte) 0);
        }
        return paths;
    }

    private static void write(Path path, long offset, byte value) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {value}), offset);
        }
    }

    private static LocalGroup open(LocalGroupConfig config) throws IOException {
        return LocalGroup.open(config, Clock.systemUTC(), new SecureRandom());
    }

    private static GroupId format(LocalGroupConfig config, boolean overwrite) throws IOException {
        return LocalGroup.format(config, overwrite, Clock.systemUTC(), new SecureRandom());
    }

    @Test
    void blankOnesAreFormattedAtTheFirstStartAndFoundAtTheNextInAnyOrder() throws Exception {
        List<Path> devices = blank("d");
        GroupId id;
        try (LocalGroup group = open(config("group", List.of(devices)))) {
            id = group.id();
            assertEquals(List.of(), group.catalog().groupStatus().problems());
        }
        assertFalse(Files.exists(scratch.resolve("group/server-1")), "no device files of the group's own");
        List<Path> turned = List.of(devices.get(3), devices.get(1), devices.get(0), devices.get(2));
        try (LocalGroup group = open(config("group", List.of(turned)))) {
            assertEquals(id, group.id());
            assertEquals(List.of(), group.catalog().groupStatus().problems());
        }
    }

    @Test
    void filesThatAreNotThereAreMade() throws Exception {
        List<Path> devices = Stream.of("new0", "new1", "new2", "new3").map(scratch::resolve).toList();
        open(config("group", List.of(devices))).close();
        assertEquals(DEVICE_BYTES, Files.size(devices.get(1)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1024, 65_536, (1 << 20) - 1, DEVICE_BYTES - (1 << 20), DEVICE_BYTES - 1})
    void oneThatHoldsSomethingIsNotTouchedUnlessForced(long offset) throws Exception {
        List<Path> devices = blank("d");
        write(devices.get(2), offset, (byte) 1);
        byte[] before = Files.readAllBytes(devices.get(2));
        for (boolean byCommand : new boolean[] {false, true}) {
            BatonException refusal = assertThrows(BatonException.class, () -> {
                if (byCommand) {
                    format(config("group", List.of(devices)), false);
                } else {
                    open(config("group", List.of(devices))).close();
                }
            });
            assertEquals(ErrorCode.ALREADY_EXISTS, refusal.code());
            assertTrue(refusal.getMessage().contains(devices.get(2).toString())
                    && refusal.getMessage().contains("--force"), refusal.getMessage());
            assertArrayEquals(before, Files.readAllBytes(devices.get(2)));
        }
        for (long at : new long[] {0, 4096, DEVICE_BYTES - 4096}) {
            try (FileChannel first = FileChannel.open(devices.get(0))) {
                ByteBuffer some = ByteBuffer.allocate(4096);
                first.read(some, at);
                assertArrayEquals(new byte[4096], some.array(), "the others were not written to either");
            }
        }
        format(config("group", List.of(devices)), true);
        open(config("group", List.of(devices))).close();
    }

    @Test
    void thoseOfAnotherGroupAreRefusedByNameAndTheRestServes() throws Exception {
        List<Path> mine = blank("mine");
        List<Path> theirs = blank("theirs");
        open(config("group", List.of(mine))).close();
        open(config("other", List.of(theirs))).close();
        List<Path> mixed = List.of(mine.get(0), mine.get(1), mine.get(2), theirs.get(3));
        try (LocalGroup group = open(config("group", List.of(mixed)))) {
            assertTrue(group.catalog().groupStatus().problems().stream().anyMatch(problem ->
                    problem.contains(theirs.get(3).toString()) && problem.contains("another group")),
                    group.catalog().groupStatus().problems().toString());
        }
        assertThrows(IOException.class, () -> open(config("group", List.of(theirs))).close());
        open(config("other", List.of(theirs))).close();
    }

    /** Else the set would open without it, and note for good that it is out of date. */
    @Test
    void oneThatIsBeingMeasuredIsNotTakenForAMissingOne() throws Exception {
        List<Path> devices = blank("d");
        open(config("group", List.of(devices))).close();
        List<byte[]> before = superblocks(devices);
        try (UncachedDevice measured = UncachedDevice.open(devices.get(2), false)) {
            BatonException refusal = assertThrows(BatonException.class,
                    () -> open(config("group", List.of(devices))).close());
            assertEquals(ErrorCode.BUSY, refusal.code());
            assertTrue(refusal.getMessage().contains(measured.name()), refusal.getMessage());
            List<byte[]> after = superblocks(devices);
            for (int i = 0; i < before.size(); i++) {
                assertArrayEquals(before.get(i), after.get(i), "device " + i);
            }
        }
        try (LocalGroup group = open(config("group", List.of(devices)))) {
            assertEquals(List.of(), group.catalog().groupStatus().problems());
        }
    }

    /** Both ends of each: there are the superblocks. */
    private static List<byte[]> superblocks(List<Path> devices) throws IOException {
        List<byte[]> ends = new ArrayList<>();
        for (Path device : devices) {
            try (FileChannel file = FileChannel.open(device)) {
                for (long at : new long[] {0, DEVICE_BYTES - (1 << 20)}) {
                    ByteBuffer end = ByteBuffer.allocate(1 << 20);
                    file.read(end, at);
                    ends.add(end.array());
                }
            }
        }
        return ends;
    }

    @Test
    void beforeTheFirstServersDevicesAreWrittenThoseOfAllAreKnownToFit() throws Exception {
        List<Path> first = blank("first");
        List<Path> second = blank("second");
        try (FileChannel small = FileChannel.open(second.get(3), StandardOpenOption.WRITE)) {
            small.truncate(256 << 10);
        }
        BatonException refusal = assertThrows(BatonException.class,
                () -> open(config("group", List.of(first, second))).close());
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
        assertTrue(refusal.getMessage().contains("server-2"), refusal.getMessage());
        write(second.get(3), DEVICE_BYTES - 1, (byte) 0);
        open(config("group", List.of(first, second))).close();
    }

    @Test
    void oneThatHasDiedMayBeLeftOutOfTheList() throws Exception {
        List<Path> devices = blank("d");
        format(config("group", List.of(devices)), false);
        try (LocalGroup group = open(config("group", List.of(devices.subList(0, 3))).checkedIfToBeFormatted())) {
            assertEquals(2, group.servers().get(0).report().pools().size());
        }
        BatonException refusal = assertThrows(BatonException.class,
                () -> format(config("group", List.of(devices.subList(0, 3))), true));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
        open(config("group", List.of(devices.subList(0, 3)))).close();
    }

    @Test
    void aGroupIsDestroyedOnlyByForce() throws Exception {
        List<Path> devices = blank("d");
        GroupId first = format(config("group", List.of(devices)), false);
        BatonException refusal = assertThrows(BatonException.class, () -> format(config("group", List.of(devices)), false));
        assertEquals(ErrorCode.ALREADY_EXISTS, refusal.code());
        GroupId second = format(config("group", List.of(devices)), true);
        assertNotEquals(first, second);
        try (LocalGroup group = open(config("group", List.of(devices)))) {
            assertEquals(second, group.id());
        }
    }

    /** All that can refuse does before the old group is given up: names that nobody can make, room, what is deleted. */
    @Test
    void aForcedFormattingThatIsRefusedLeavesTheGroupAsItWas() throws Exception {
        List<Path> devices = blank("d");
        GroupId id = format(config("group", List.of(devices)), false);
        Path fresh = scratch.resolve("fresh");
        Path unmakable = scratch.resolve("n".repeat(300));
        assertThrows(IOException.class,
                () -> format(config("group", List.of(List.of(devices.get(0), devices.get(1), fresh, unmakable))), true));
        assertGroup(id, devices);
        assertFalse(Files.exists(fresh), "all are made or none");

        List<Path> withFresh = List.of(devices.get(0), devices.get(1), devices.get(2), fresh);
        BatonException full = assertThrows(BatonException.class, () -> LocalGroup.format(
                config("group", List.of(withFresh)), true, (directories, bytes) -> Optional.of("there is no room"),
                Clock.systemUTC(), new SecureRandom(), told -> { }));
        assertEquals(ErrorCode.NO_SPACE, full.code());
        assertGroup(id, devices);
        assertFalse(Files.exists(fresh));

        Path doomed = scratch.resolve("group/maintenance/device");
        Files.createDirectories(doomed.getParent());
        write(doomed, DEVICE_BYTES - 1, (byte) 0);
        BatonException refusal = assertThrows(BatonException.class, () -> format(config("group",
                List.of(List.of(devices.get(0), devices.get(1), devices.get(2), doomed))), true));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
        assertTrue(refusal.getMessage().contains(doomed.toString()), refusal.getMessage());
        assertGroup(id, devices);

        format(config("group", List.of(withFresh)), true);
        open(config("group", List.of(withFresh))).close();
    }

    private void assertGroup(GroupId id, List<Path> devices) throws IOException {
        try (LocalGroup group = open(config("group", List.of(devices)))) {
            assertEquals(id, group.id());
            assertEquals(List.of(), group.catalog().groupStatus().problems());
        }
    }

    @Test
    void aMisspeltDeviceIsNotMadeAsAFile() throws Exception {
        Path misspelt = Path.of("/dev/baton-no-such-device");
        BatonException refusal = assertThrows(BatonException.class,
                () -> open(config("group", List.of(List.of(
                        scratch.resolve("d"), scratch.resolve("e"), scratch.resolve("f"), misspelt)))).close());
        assertTrue(refusal.getMessage().contains(misspelt.toString()), refusal.getMessage());
        assertFalse(Files.exists(misspelt));
    }

    @Test
    void devicesForAnotherNumberOfServersAreRefused() throws Exception {
        List<Path> devices = blank("d");
        open(config("group", List.of(devices))).close();
        BatonException refusal = assertThrows(BatonException.class, () -> open(
                config("group", List.of(devices, blank("more")))).close());
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
        assertTrue(refusal.getMessage().contains("baton.server.devices"), refusal.getMessage());
    }
}
