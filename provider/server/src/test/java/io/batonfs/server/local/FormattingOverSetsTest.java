package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.protocol.DeviceOrder;
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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of devices that only the group had which is formatted over. */
@Timeout(120)
class FormattingOverSetsTest extends GroupWithDisks {
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
        assertTrue(told.get(3).startsWith("Device " + disk(3) + whose + "is left as it is: it is another's by now; "),
                told.get(3));
        assertTrue(told.get(4).startsWith("Device " + disk(4) + whose + "is left as it is: it is not there"), told.get(4));
        assertEquals("Device " + spare + whose + "is blank again", told.get(5));
        assertBlank(List.of(fresh.toString(), spare.toString(), disks.get(0), disks.get(1)));
        assertEquals(kept, Arrays.hashCode(Files.readAllBytes(disk(3))));
        assertWhole(List.of("only"));
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
            former.giveBack(new GroupId(UUID.randomUUID()), List.of(), path -> {
                if (path.equals(disk(2))) {
                    throw new IOException("the kernel does not say");
                }
                return path.equals(disk(1)) ? Optional.of("a mounted file system") : Optional.empty();
            }, () -> true, told::add);
            assertTrue(other.sizeBytes() > 0);
        }
        assertEquals(before, List.of(hash(disk(1)), hash(disk(2)), hash(disk(3))));
        assertTrue(told.get(0).contains("is left as it is: it is in use, and was not touched: device " + disk(1)
                + " is used by a mounted file system"), told.get(0));
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
        // Whoever formats next, with or without force, goes on.
        told.clear();
        LocalGroup.format(settings(), false, Clock.systemUTC(), new SecureRandom(), told::add);
        assertEquals(DEVICES, told.size(), told::toString);
        assertTrue(told.get(3).endsWith("is blank again"), told.get(3));
        assertBlank(disks);
        assertFalse(Files.exists(former()));
        assertWhole(List.of("only"));
    }

    private Path former() {
        return new GroupFiles(group).formerDevices();
    }

    /** Killed before anything was formatted, when the new group was there and nothing was blank, and in the midst of that. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aStartGoesOnWithFormattingThatAProcessDidNotGetDoneWith(int step) throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        storeSomething(disks);
        FormerDevices before = FormerDevices.of(new GroupFiles(group), settings());
        before.keep(new GroupFiles(group));
        assertEquals(before, FormerDevices.left(new GroupFiles(group)));
        if (step == 0) {
            new GroupFiles(group).disown();
        } else {
            byte[] kept = Files.readAllBytes(former());
            List<byte[]> contents = new ArrayList<>();
            for (String disk : disks) {
                contents.add(Files.readAllBytes(Path.of(disk)));
            }
            LocalGroup.format(settings(), true, Clock.systemUTC(), new SecureRandom(), told -> { });
            Files.write(former(), kept);
            for (int i = step - 1; i < DEVICES; i++) {
                Files.write(Path.of(disks.get(i)), contents.get(i));
            }
        }
        open().close();
        assertBlank(disks);
        assertFalse(Files.exists(former()));
        assertWhole(List.of("only"));
    }

    /** The group's directory was put back from a copy, or the group could not be given up after that was noted. */
    @Test
    void theDevicesOfTheGroupThatIsThereAreNotFormerOnes() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        FormerDevices.of(new GroupFiles(group), settings()).keep(new GroupFiles(group));
        List<Integer> before = List.of(hash(disk(1)), hash(disk(4)));
        List<String> told = new ArrayList<>();
        FormerDevices.left(new GroupFiles(group)).giveBack(id, List.of(), told::add);
        assertEquals(List.of(), told);
        assertEquals(before, List.of(hash(disk(1)), hash(disk(4))));
        assertWhole(List.of("only", "only@2"));
        assertFalse(Files.exists(former()));
    }

    @Test
    void everyByteOfTheListIsChecked() throws IOException {
        FormerDevices written = new FormerDevices(List.of(
                new FormerDevices.Device(Path.of("/dev/d\u00edsk"), id, SERVER, 2),
                new FormerDevices.Device(Path.of("/b"), new GroupId(UUID.randomUUID()), new ServerId(7), 1)), List.of());
        GroupFiles files = new GroupFiles(group);
        written.keep(files);
        assertEquals(written, FormerDevices.left(files));
        byte[] sound = Files.readAllBytes(former());
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 1;
            Files.write(former(), damaged);
            FormerDevices read = FormerDevices.left(files);
            assertEquals(List.of(), read.devices(), "byte " + at);
            assertEquals(1, read.problems().size(), "byte " + at);
        }
        for (int length = 0; length < sound.length; length++) {
            Files.write(former(), Arrays.copyOf(sound, length));
            assertEquals(1, FormerDevices.left(files).problems().size(), "cut to " + length);
        }
    }

    /** Whoever can read it later, or restores it, goes on; nobody has seen to what it says. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aListThatCantBeReadStays(boolean newer) throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        new FormerDevices(List.of(new FormerDevices.Device(Path.of("/b"), new GroupId(UUID.randomUUID()), SERVER, 2)), List.of())
                .keep(new GroupFiles(group));
        byte[] sound = Files.readAllBytes(former());
        byte[] unread = sound.clone();
        unread[11] = 2;
        if (newer) {
            CRC32C crc = new CRC32C();
            crc.update(unread, 0, unread.length - Integer.BYTES);
            ByteBuffer.wrap(unread).putInt(unread.length - Integer.BYTES, (int) crc.getValue());
        }
        Files.write(former(), unread);
        assertWhole(List.of("only", "only@2"));
        assertArrayEquals(unread, Files.readAllBytes(former()));
        List<String> told = new ArrayList<>();
        BatonException refused = assertThrows(BatonException.class,
                () -> LocalGroup.format(settings(), true, Clock.systemUTC(), new SecureRandom(), told::add));
        assertEquals(ErrorCode.ALREADY_EXISTS, refused.code(), refused.getMessage());
        assertTrue(refused.getMessage().contains("delete " + former()), refused.getMessage());
        assertEquals(List.of(), told);
        assertWhole(List.of("only", "only@2"));
        Files.delete(group.resolve(GroupDescriptor.FILE_NAME));
        LocalGroup.format(settings(), false, Clock.systemUTC(), new SecureRandom(), told::add);
        assertTrue(told.size() == 1 && told.get(0).contains(newer ? "has format version 2" : "is damaged")
                && told.get(0).contains(former() + " stays, and this is told at each start"), told::toString);
        assertArrayEquals(unread, Files.readAllBytes(former()));
        Files.write(former(), sound);
        assertWhole(List.of("only"));
        assertFalse(Files.exists(former()));
    }

    /** A group that was given up, whose devices nobody has seen to. */
    private void giveUp() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        FormerDevices.of(new GroupFiles(group), settings()).keep(new GroupFiles(group));
        new GroupFiles(group).disown();
    }

    /** Asked about the first disk, it does not answer until it is let. */
    private final class Hanging implements DeviceUse {
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch answers = new CountDownLatch(1);

        @Override
        public Optional<String> of(Path path) throws IOException {
            if (path.equals(disk(1))) {
                asked.countDown();
                try {
                    answers.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return Optional.empty();
        }
    }

    @Test
    void aDeviceThatDoesNotAnswerHoldsUpNoStart() throws Exception {
        giveUp();
        Hanging use = new Hanging();
        try (LocalGroup opened = open(use, 1)) {
            use.asked.await();
            assertEquals(List.of("only"), pools(opened));
            assertTrue(Files.exists(former()));
            use.answers.countDown();
            await(() -> !Files.exists(former()));
            assertBlank(disks);
        }
    }

    /** As one that does not answer is, for as long as the process is there that has asked it. */
    @Test
    void aDeviceThatIsInUseIsTriedAgainByTheNextStart() throws IOException {
        giveUp();
        try (FileBlockDevice used = FileBlockDevice.open(disk(2))) {
            open().close();
            assertTrue(Files.exists(former()), used::name);
            // The others have been told, and are looked at no more.
            assertEquals(List.of(disk(2)), FormerDevices.left(new GroupFiles(group)).devices().stream()
                    .map(FormerDevices.Device::path).toList());
        }
        assertBlank(List.of(disks.get(0), disks.get(2), disks.get(3)));
        open().close();
        assertBlank(disks);
        assertFalse(Files.exists(former()));
    }

    /** The group has put another in its place, or it failed. */
    @Test
    void aDeviceOfTheNewGroupThatIsAwayIsNoneOfTheFormerOnes() throws IOException {
        giveUp();
        List<String> told = new ArrayList<>();
        assertEquals(List.of(), FormerDevices.left(new GroupFiles(group)).giveBack(new GroupId(UUID.randomUUID()),
                List.of(directory.resolve("away"), disk(1)), told::add));
        assertEquals(DEVICES - 1, told.size(), told::toString);
        assertBlank(List.of(disks.get(1), disks.get(2), disks.get(3)));
    }

    /** By then somebody else may have the directory. */
    @Test
    void aDeviceThatAnswersAfterTheEndLeavesTheListToTheNextStart() throws Exception {
        giveUp();
        int second = hash(disk(2));
        Hanging use = new Hanging();
        List<Thread> threads = new ArrayList<>();
        FormerDevicesAtStart work = new FormerDevicesAtStart(new GroupFiles(group), new GroupId(UUID.randomUUID()), List.of(), use,
                task -> {
                    threads.add(new Thread(task));
                    return threads.get(0);
                });
        use.asked.await();
        work.await(1);
        work.close();
        use.answers.countDown();
        threads.get(0).join();
        assertBlank(List.of(disks.get(0)));
        assertEquals(second, hash(disk(2)));
        assertTrue(Files.exists(former()));
        open().close();
        assertBlank(disks);
        assertFalse(Files.exists(former()));
    }

    @Test
    void aDefectThatOneDeviceMeetsKeepsNobodyFromTheGroupOrTheOthers() throws IOException {
        giveUp();
        int first = hash(disk(1));
        try (LocalGroup opened = open(path -> {
            if (path.equals(disk(1))) {
                throw new IllegalStateException("a defect");
            }
            return Optional.empty();
        }, Long.MAX_VALUE)) {
            assertEquals(List.of("only"), pools(opened));
            assertEquals(first, hash(disk(1)));
            assertBlank(disks.subList(1, DEVICES));
            assertTrue(Files.exists(former()));
        }
        open().close();
        assertBlank(disks);
        assertFalse(Files.exists(former()));
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
}
