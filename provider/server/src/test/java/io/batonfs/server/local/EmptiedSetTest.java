package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.DeviceEnds;
import io.batonfs.pools.DeviceWipe;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.ForwardingDevice;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.server.storage.HostSpace;
import io.batonfs.server.storage.SetPlaces;
import io.batonfs.server.storage.StorageServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the devices of a set that is empty and closed: which are made blank, when, and which never. */
@Timeout(120)
class EmptiedSetTest extends GroupWithDisks {
    @BeforeEach
    void addSet() throws IOException {
        try (LocalGroup opened = open()) {
            assertEquals(2, add(opened, disks, null).number());
        }
    }

    private void noteAsEmptied() throws IOException {
        places().retire(2);
        FurtherSets before = FurtherSets.read(list);
        before.with(before.of(2).orElseThrow().in(FurtherSets.State.EMPTIED)).write(list);
    }

    /** As it is while devices are made blank. */
    private void noteAsBlanking() throws IOException {
        noteAsEmptied();
        FurtherSets before = FurtherSets.read(list);
        before.with(before.of(2).orElseThrow().in(FurtherSets.State.BLANKING)).write(list);
    }

    /** Fails after some writes and forces, as when the process ends there. */
    private static final class Ending extends ForwardingDevice {
        private int left;

        Ending(BlockDevice device, int left) {
            super(device);
            this.left = left;
        }

        private void operation() throws IOException {
            if (left-- == 0) {
                throw new IOException("the process ends");
            }
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            operation();
            device.write(offset, source);
        }

        @Override
        public void force() throws IOException {
            operation();
            device.force();
        }
    }

    /** One is blank, another one on its way to that. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 6, 9})
    void aCrashWhileDevicesAreMadeBlankGoesOn(int after) throws IOException {
        noteAsBlanking();
        DeviceWipe.Owner owner = new DeviceWipe.Owner(id, SERVER, pool -> pool.endsWith("@2"), set -> false, false);
        try (FileBlockDevice device = FileBlockDevice.open(disk(1))) {
            assertEquals(Optional.empty(), DeviceWipe.wipe(device, owner));
        }
        try (FileBlockDevice device = FileBlockDevice.open(disk(2))) {
            assertThrows(IOException.class, () -> DeviceWipe.wipe(new Ending(device, after), owner));
            assertFalse(DeviceEnds.areBlank(device));
        }
        assertGoes();
    }

    /** How a device that was away is made blank when it is back. */
    private enum Again { BY_ITSELF, BY_ORDER, AT_A_START }

    @ParameterizedTest
    @EnumSource
    void oneThatCantBeReachedIsMadeBlankLater(Again again) throws IOException {
        places().retire(2);
        Path away = directory.resolve("away");
        Files.move(disk(2), away);
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().stream().anyMatch(problem -> problem.contains("of set 2 of its devices, "
                    + "which is given back, one could not be made blank: " + disk(2) + ": there is no such file or device; it is "
                    + "tried again by itself, and at once by \"baton devices retire-set 1 2\"")));
            assertEquals(List.of("only"), pools(opened));
            assertEquals(FurtherSets.State.BLANKING, noted().get(0).state());
            assertBlank(List.of(disks.get(0), disks.get(2), disks.get(3)));
            BatonException late = assertThrows(BatonException.class, () -> retire(opened, true));
            assertTrue(late.getMessage().contains("is empty and closed by now"), late.getMessage());
            if (again != Again.AT_A_START) {
                Files.move(away, disk(2));
                if (again == Again.BY_ORDER) {
                    tryAgain(opened);
                }
                await(() -> noted().isEmpty());
                await(() -> server.report().problems().isEmpty());
                assertBlank(disks);
            }
        }
        if (again == Again.AT_A_START) {
            Files.move(away, disk(2));
        }
        open().close();
        assertEquals(List.of(), noted());
        assertBlank(disks);
    }

    /** It may have been made blank a moment before. */
    private static void tryAgain(LocalGroup opened) throws IOException {
        try {
            assertFalse(retire(opened, false).changed());
        } catch (BatonException e) {
            assertTrue(e.getMessage().contains("has no set 2"), e.getMessage());
        }
    }

    private static void addSpare(LocalGroup opened, int place, Path path) throws IOException {
        opened.server(SERVER).storage().changeDevice(operator(),
                new DeviceOrder(DeviceOrder.Kind.ADD_SPARE, place, Optional.of(path.toString()), false));
    }

    /** Its label says by the set's id only what it is kept for. */
    @ParameterizedTest
    @EnumSource
    void aSpareThatWasAwayIsMadeBlankLater(Again again) throws IOException {
        Path spare = blank("spare", 2 * DEVICE_BYTES);
        try (LocalGroup opened = open()) {
            addSpare(opened, 201, spare);
        }
        places().retire(2);
        Path away = directory.resolve("away");
        Files.move(spare, away);
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains("could not be made blank: " + spare));
            assertEquals(List.of(spare), noted().get(0).paths());
            assertEquals(4, Files.readAllBytes(list)[11]);
            if (again != Again.AT_A_START) {
                Files.move(away, spare);
                if (again == Again.BY_ORDER) {
                    tryAgain(opened);
                }
                await(() -> noted().isEmpty());
                await(() -> server.report().problems().isEmpty());
            }
        }
        if (again == Again.AT_A_START) {
            Files.move(away, spare);
        }
        assertWhole(List.of("only"));
        assertEquals(List.of(), noted());
        assertBlank(with(disks, spare));
    }

    /** It is kept for the other set by then. */
    @Test
    void aSpareOfAnotherSetIsLeft() throws IOException {
        Path spare = blank("spare", 2 * DEVICE_BYTES);
        Path others = blank("others", 2 * DEVICE_BYTES);
        try (LocalGroup opened = open()) {
            addSpare(opened, 201, spare);
            addSpare(opened, 1, others);
        }
        int label = hash(others);
        places().retire(2);
        Files.delete(spare);
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains("could not be made blank: " + spare));
            Files.copy(others, directory.resolve("copy"));
            Files.move(directory.resolve("copy"), spare);
            await(() -> server.report().problems().toString().contains("was not made blank: " + spare
                    + ": it is a spare of that server, and does not say that it is this set's"));
            assertEquals(List.of(), noted());
        }
        assertEquals(label, hash(spare));
        assertBlank(disks);
    }

    /** Somebody looks at it when its turn comes, and then does not any more. */
    @Test
    void oneThatIsBusyForAMomentIsMadeBlankByItself() throws IOException {
        noteAsBlanking();
        FileBlockDevice other = FileBlockDevice.open(disk(4));
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            List<String> problems = server.report().problems();
            assertTrue(problems.size() == 1 && problems.get(0).contains("one could not be made blank: " + disk(4) + ": device "
                    + disk(4) + " is already open in this process"), problems::toString);
            assertEquals(List.of(disk(4)), noted().get(0).paths());
            assertFalse(DeviceEnds.areBlank(other));
            other.close();
            await(() -> noted().isEmpty());
            await(() -> server.report().problems().isEmpty());
            assertBlank(disks);
        }
    }

    /** What is on it is not known then, and so nothing is done to the others, nor is it forgotten. */
    @Test
    void nothingIsMadeBlankWhileOneIsBusyThatIsToBeLookedAt() throws IOException {
        noteAsEmptied();
        FileBlockDevice other = FileBlockDevice.open(disk(4));
        int before = hash(disk(1));
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            List<String> problems = server.report().problems();
            assertTrue(problems.size() == 1 && problems.get(0).contains("could not be looked at: without [" + disk(4)
                    + "] it can't be told") && problems.get(0).contains("is already open in this process"), problems::toString);
            assertRefused(ErrorCode.UNREACHABLE, disk(4) + " is not forgotten: device " + disk(4) + " is already open",
                    () -> forget(opened, disk(4)));
            assertRefused(ErrorCode.UNREACHABLE, disk(1) + " is not forgotten: ", () -> forget(opened, disk(1)));
            assertEquals(FurtherSets.State.EMPTIED, noted().get(0).state());
            assertEquals(before, hash(disk(1)));
            other.close();
            await(() -> noted().isEmpty());
            await(() -> server.report().problems().isEmpty());
            assertBlank(disks);
        }
    }

    /** The note is older than the set, and the disks are away that say what is on the last one; the operator has them forgotten. */
    @Test
    void noneIsMadeBlankThatCanNotBeLookedAtWithoutThoseThatAreForgotten() throws IOException {
        List<String> loose = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            loose.add(blank("loose-" + i, DEVICE_BYTES).toString());
        }
        try (LocalGroup opened = open()) {
            assertEquals(3, add(opened, loose, "loose level=0 share=100").number());
        }
        storeSomething(loose);
        FurtherSets before = FurtherSets.read(list);
        before.with(new FurtherSets.Entry(3, FurtherSets.State.EMPTIED, loose.stream().map(Path::of).toList())).write(list);
        for (String gone : loose.subList(0, 4)) {
            Files.delete(Path.of(gone));
        }
        Path last = Path.of(loose.get(4));
        int hash = hash(last);
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains("it can't be told"));
            for (int i = 0; i < 5; i++) {
                RetireOrder order = new RetireOrder(3, false, Optional.of(loose.get(i)));
                assertTrue(server.storage().retireDeviceSet(operator(), order).changed());
                String problems = server.report().problems().toString();
                assertTrue(i < 3 ? problems.contains("it can't be told") : i == 4 ? problems.equals("[]")
                        : problems.contains("its pools can't be opened with the devices that there are"), problems);
                assertEquals(hash, hash(last));
            }
            assertEquals(List.of(2), noted().stream().map(FurtherSets.Entry::number).toList());
        }
        assertEquals(hash, hash(last));
    }

    /** The start has met data; then the operator takes the disks away, and gives the order again. */
    @Test
    void dataThatWereSeenAreNotGivenUpForAnOrder() throws IOException {
        storeSomething(disks);
        noteAsEmptied();
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            assertMissed(opened, "there are data on it");
            for (int i = 1; i <= DEVICES; i++) {
                Files.move(disk(i), directory.resolve("away-" + i));
            }
            assertRefused(ErrorCode.UNREACHABLE, "there are data on it", () -> forget(opened, disk(2)));
            assertRefused(ErrorCode.UNREACHABLE, "there are data on it", () -> retire(opened, false));
            assertEquals(FurtherSets.State.EMPTIED, noted().get(0).state());
            assertEquals(DEVICES, noted().get(0).paths().size());
            assertTrue(server.report().problems().toString().contains("there are data on it"));
        }
    }

    /** Who gives a set back and who formats over its group ask the same: whether all of a device says that it is still the set's. */
    @Test
    void whatSomebodyHasPutToAnotherUseIsLeftByBoth() throws IOException {
        for (long at : new long[] {0, 512, 1080, 4096, 40_000, 65_535, -1, -512, -4096, -8192, -65_536}) {
            putMark(at);
            int before = hash(disk(2));
            List<String> told = new ArrayList<>();
            new FormerDevices(List.of(new FormerDevices.Device(disk(2), id, SERVER, 2)), List.of())
                    .giveBack(new GroupId(UUID.randomUUID()), List.of(), told::add);
            assertTrue(told.size() == 1 && told.get(0).contains("is left as it is: ")
                    && told.get(0).contains("may have been put to another use"), told::toString);
            new FurtherSets(2, List.of(new FurtherSets.Entry(2, FurtherSets.State.BLANKING, List.of(disk(2))))).write(list);
            SetPlaces.Rest rest = giveBack(places(), 2);
            assertTrue(rest.others().size() == 1 && rest.others().get(0).startsWith(disk(2) + ": ")
                    && rest.others().get(0).contains("may have been put to another use"), rest::toString);
            assertEquals(List.of(), rest.again());
            assertEquals(List.of(), noted());
            assertEquals(before, hash(disk(2)));
            putMark(at);
        }
        new FurtherSets(2, List.of(new FurtherSets.Entry(2, FurtherSets.State.BLANKING, List.of(disk(2))))).write(list);
        assertEquals(SetPlaces.Rest.NONE, giveBack(places(), 2));
        assertBlank(List.of(disks.get(1)));
    }

    /** Twice it changes nothing. */
    private void putMark(long at) throws IOException {
        try (FileBlockDevice device = FileBlockDevice.open(disk(2))) {
            ByteBuffer there = ByteBuffer.allocate(1);
            device.read(at < 0 ? device.sizeBytes() + at : at, there);
            device.write(at < 0 ? device.sizeBytes() + at : at, ByteBuffer.wrap(new byte[] {(byte) (there.get(0) ^ 0x53)}));
        }
    }

    /** The kernel uses it, and another process has it; neither is touched, and both are tried again. */
    @Test
    void whatIsInUseIsNotTouched() throws IOException {
        noteAsEmptied();
        List<String> used = new ArrayList<>(List.of(disks.get(0)));
        int before = hash(disk(1));
        int busy = hash(disk(2));
        Path fifth = blank("fifth", DEVICE_BYTES);
        Files.write(fifth, new byte[] {1, 2, 3}, StandardOpenOption.WRITE);
        FurtherSets with = FurtherSets.read(list);
        List<Path> five = new ArrayList<>(with.of(2).orElseThrow().paths());
        five.add(fifth);
        with.with(new FurtherSets.Entry(2, FurtherSets.State.BLANKING, five)).write(list);
        SetPlaces places = places(path -> {
            if (path.equals(disk(3))) {
                throw new IOException("the kernel does not say");
            }
            return used.contains(path.toString()) ? Optional.of("a mounted file system") : Optional.empty();
        }, HostSpace.of(directory, () -> Long.MAX_VALUE, 0));
        try (FileBlockDevice other = FileBlockDevice.open(disk(2))) {
            List<String> again = giveBack(places, 2).again();
            assertEquals(3, again.size(), again::toString);
            assertTrue(again.get(0).equals(disk(1) + ": device " + disk(1) + " is used by a mounted file system; end that use "
                    + "first"), again.get(0));
            assertTrue(again.get(1).contains("is already open in this process"), again.get(1));
            assertEquals(disk(3) + ": the kernel does not say", again.get(2));
            assertTrue(other.sizeBytes() > 0);
        }
        assertEquals(List.of(before, busy), List.of(hash(disk(1)), hash(disk(2))));
        assertBlank(List.of(disks.get(3)));
        assertEquals(List.of(disk(1), disk(2), disk(3)), noted().get(0).paths());
        used.clear();
        SetPlaces.Rest rest = giveBack(places, 2);
        assertEquals(List.of(disk(3) + ": the kernel does not say"), rest.again());
        assertEquals(List.of(fifth + ": it is another's by now"), rest.others(), "it is still told");
        assertBlank(List.of(disks.get(0), disks.get(1)));
    }

    /** What nobody looks for any more stays there, and nothing else does. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatFailsWhenAllAreBlankIsNotTriedAgain(boolean atStart) throws IOException {
        noteAsEmptied();
        Files.createDirectories(new GroupFiles(group).replacedDevices(1, 2).resolve("not to be deleted"));
        if (!atStart) {
            assertEquals(SetPlaces.Rest.NONE, giveBack(places(), 2));
        }
        assertWhole(List.of("only"));
        assertEquals(List.of(), noted());
        assertBlank(disks);
    }

    /** The list was written, and then its directory could not be forced. */
    @Test
    void aSetThatTheListDoesNotHaveAnyMoreIsDone() throws IOException {
        places().retire(2);
        Files.move(disk(2), directory.resolve("away"));
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains("could not be made blank: " + disk(2)));
            await(() -> noted().get(0).paths().equals(List.of(disk(2))));
            FurtherSets.read(list).without(2).write(list);
            await(() -> server.report().problems().isEmpty());
            assertRefused(ErrorCode.INVALID_ARGUMENT, "has no set 2", () -> retire(opened, false));
        }
        for (int never : new int[] {1, 3}) {
            assertRefused(ErrorCode.INVALID_ARGUMENT, "has no further set " + never,
                    () -> giveBack(places(), never));
        }
    }

    @Test
    void whatIsLeftIsToldOnceThoughTheListCantBeWritten() throws IOException {
        noteAsEmptied();
        FurtherSets before = FurtherSets.read(list);
        before.with(before.of(2).orElseThrow().in(FurtherSets.State.BLANKING)).write(list);
        putMark(0);
        Path inTheWay = Files.createDirectory(list.resolveSibling("server-1.new"));
        SetPlaces places = places();
        for (int round = 0; round < 3; round++) {
            assertThrows(IOException.class, () -> giveBack(places, 2));
            assertEquals(1, places.rests().get(2).others().size(), places.rests()::toString);
        }
        Files.delete(inTheWay);
        SetPlaces.Rest rest = giveBack(places, 2);
        assertTrue(rest.others().size() == 1 && rest.others().get(0).startsWith(disk(2) + ": "), rest::toString);
        assertEquals(List.of(), rest.again());
        assertEquals(List.of(), noted());
    }

    private static RetireOrder.Answer forget(LocalGroup opened, Path path) throws IOException {
        return opened.server(SERVER).storage().retireDeviceSet(operator(),
                new RetireOrder(2, false, Optional.of(path.toString())));
    }

    private static void assertRefused(ErrorCode code, String why, Executable order) {
        BatonException refused = assertThrows(BatonException.class, order);
        assertEquals(code, refused.code(), refused.getMessage());
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    /** A disk that is dead is looked for no more, and what comes back later is nobody's business. */
    @Test
    void oneThatNeverComesBackIsForgottenByOrder() throws IOException {
        Path away = directory.resolve("away");
        try (LocalGroup opened = open()) {
            assertRefused(ErrorCode.INVALID_ARGUMENT, "set 2 of server-1 is in use", () -> forget(opened, disk(2)));
        }
        places().retire(2);
        Files.move(disk(2), away);
        Files.move(disk(3), directory.resolve("third"));
        int content = hash(away);
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().stream().filter(problem -> problem.contains("could not be made blank")
                    && problem.contains("--forget PATH")).count() == 2);
            assertRefused(ErrorCode.INVALID_ARGUMENT, disk(1) + " is none of the devices of set 2 of server-1 that are yet to be "
                    + "made blank: [" + disk(2) + ", " + disk(3) + "]", () -> forget(opened, disk(1)));
            assertRefused(ErrorCode.INVALID_ARGUMENT, "is not the absolute path", () -> forget(opened, Path.of("disk-2")));
            assertTrue(forget(opened, disk(2).resolveSibling("x/../disk-2")).changed());
            assertEquals(List.of(disk(3)), noted().get(0).paths());
            assertEquals(1, server.report().problems().size(), server.report().problems()::toString);
            // It is the other one that is to be looked for; this one came back in time.
            Files.move(directory.resolve("third"), disk(3));
            try {
                assertFalse(forget(opened, disk(3)).changed());
            } catch (BatonException e) {
                assertTrue(e.getMessage().contains("has no further set 2"), e.getMessage());
            }
            assertEquals(List.of(), noted());
            assertEquals(List.of(), server.report().problems());
            assertBlank(List.of(disks.get(0), disks.get(2), disks.get(3)));
            assertRefused(ErrorCode.INVALID_ARGUMENT, "has no further set 2", () -> forget(opened, disk(2)));
        }
        Files.move(away, disk(2));
        try (LocalGroup opened = open()) {
            assertEquals(List.of(), opened.server(SERVER).report().problems());
        }
        assertEquals(content, hash(disk(2)));
        assertEquals(1, Files.readAllBytes(list)[11], "an older Baton may open the group again");
    }

    @Test
    void onlyAdministratorsGiveASetBackKeepItOrForgetItsDevices() throws IOException {
        CallContext mallory = new CallContext(new Caller("mallory", List.of("users"), true), new Invocation(UUID.randomUUID(), 1));
        try (LocalGroup opened = open()) {
            for (RetireOrder order : List.of(new RetireOrder(2, false), new RetireOrder(2, true),
                    new RetireOrder(2, false, Optional.of(disks.get(0))))) {
                assertRefused(ErrorCode.PERMISSION_DENIED, "mallory may not " + (order.cancel() ? "keep"
                        : order.forget().isPresent() ? "forget" : "give back") + " devices of server-1",
                        () -> opened.server(SERVER).storage().retireDeviceSet(mallory, order));
            }
            assertEquals(OptionalInt.empty(), places().retiring());
            for (int number : new int[] {0, -1, 100}) {
                assertRefused(ErrorCode.INVALID_ARGUMENT, "has no set " + number, () -> retire(opened, number, false));
                assertRefused(ErrorCode.INVALID_ARGUMENT, "has no set " + number, () -> retire(opened, number, true));
            }
        }
        places().retire(2);
        Files.move(disk(2), directory.resolve("away"));
        try (LocalGroup opened = open()) {
            await(() -> noted().get(0).paths().equals(List.of(disk(2))));
            assertRefused(ErrorCode.PERMISSION_DENIED, "mallory may not forget", () -> opened.server(SERVER).storage()
                    .retireDeviceSet(mallory, new RetireOrder(2, false, Optional.of(disks.get(1)))));
            assertEquals(List.of(disk(2)), noted().get(0).paths());
        }
    }

    /** Opens a mirror with some of its disks, so that these say that the others are out. */
    private void useAlone(Path... paths) throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (Path path : paths) {
            devices.add(FileBlockDevice.open(path));
        }
        StorageSet.open(devices, id, SERVER).close();
    }

    /** What was written on a disk that was used alone is there alone: the operator was told to keep it as it is. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneThatWasUsedApartIsLeftAsItIs(boolean away) throws IOException {
        List<String> three = List.of(blank("mirror-1", DEVICE_BYTES).toString(), blank("mirror-2", DEVICE_BYTES).toString(),
                blank("mirror-3", DEVICE_BYTES).toString());
        try (LocalGroup opened = open()) {
            assertEquals(3, add(opened, three, "only level=1 share=100").number());
        }
        Path alone = Path.of(three.get(0));
        useAlone(alone);
        useAlone(Path.of(three.get(1)), Path.of(three.get(2)));
        useAlone(Path.of(three.get(1)));
        int before = hash(alone);
        Path elsewhere = directory.resolve("elsewhere");
        if (away) {
            Files.move(alone, elsewhere);
        }
        places().retire(3);
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            if (away) {
                await(() -> server.report().problems().toString().contains("could not be made blank: " + alone));
                Files.move(elsewhere, alone);
            }
            await(() -> noted().stream().noneMatch(set -> set.number() == 3));
            await(() -> server.retirement().isEmpty());
            await(() -> server.report().problems().stream().anyMatch(problem -> problem.contains("of set 3 of its devices, which "
                    + "is given back, one was not made blank: " + alone + ": it says that ")));
            String problems = server.report().problems().toString();
            assertTrue(problems.contains(away ? "its set was used without others, so there may be data on it alone"
                    : "what was written then is on it alone"), problems);
        }
        assertEquals(before, hash(alone));
        assertBlank(three.subList(1, 3));
    }

    /** What is away when a set is closed has what it had; the others are no longer the set's by then. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneIsMadeBlankLaterThoughTheOthersAreUsedAgain(boolean byOrder) throws IOException {
        places().retire(2);
        Path away = directory.resolve("away");
        Files.move(Path.of(disks.get(1)), away);
        List<String> others = List.of(disks.get(0), disks.get(2), disks.get(3));
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains("could not be made blank: " + disks.get(1)));
            assertEquals(List.of(Path.of(disks.get(1))), noted().get(0).paths());
            assertEquals(List.of("only@3"), opened.server(SERVER).storage().addDeviceSet(operator(),
                    new NewDeviceSet(others, Optional.of("only level=5 share=100"))).pools());
        }
        store(others, new GroupId(UUID.randomUUID()));
        try (LocalGroup opened = open()) {
            List<String> problems = opened.server(SERVER).report().problems();
            assertTrue(problems.toString().contains("could not be made blank: " + disks.get(1) + ": there is no such file"),
                    "after a restart too: " + problems);
            BatonException still = assertThrows(BatonException.class, () -> retire(opened, false));
            assertTrue(still.getMessage().contains(disks.get(1) + ": there is no such file or device"), still.getMessage());
            Files.move(away, Path.of(disks.get(1)));
            if (byOrder) {
                tryAgain(opened);
                assertFalse(opened.server(SERVER).report().problems().toString().contains("made blank"));
            }
        }
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only", "only@3"), pools(opened));
            assertFalse(opened.server(SERVER).report().problems().toString().contains("made blank"));
        }
        assertEquals(List.of(3), noted().stream().map(FurtherSets.Entry::number).toList());
        assertBlank(List.of(disks.get(1)));
    }

    /** One was replaced, and a crash comes between each two steps of forgetting the set. */
    @Test
    void whereDevicesWereIsNotedBeforeAnythingIsForgotten() throws IOException {
        Path now = Path.of(disks.get(1) + "-now");
        Files.move(Path.of(disks.get(1)), now);
        Path replaced = new GroupFiles(group).replacedDevices(1, 2);
        Files.createDirectories(replaced.getParent());
        new ReplacedDevices(List.of(new ReplacedDevices.Entry(2, false, Optional.of(Path.of(disks.get(1))), now)))
                .write(replaced);
        places().retire(2);
        Path away = directory.resolve("away");
        Files.move(Path.of(disks.get(3)), away);
        SetPlaces.Rest rest = giveBack(places(), 2);
        assertEquals(List.of(disks.get(3) + ": there is no such file or device"), rest.again());
        assertBlank(List.of(disks.get(0), now.toString(), disks.get(2)));
        Files.delete(replaced);
        Files.move(away, Path.of(disks.get(3)));
        open().close();
        assertEquals(List.of(), noted());
        assertBlank(List.of(disks.get(3)));
    }

    /** Its cabinet goes, and with it the file system of its files. */
    @Test
    void nobodyAsksForRoomWhereItWas() throws IOException {
        Path cabinet = Files.createDirectory(directory.resolve("cabinet"));
        HostSpace space = new HostSpace(List.of(cabinet), 0);
        SetPlaces places = places(DeviceUse.OF_THIS_MACHINE, space);
        places.retire(2);
        assertEquals(SetPlaces.Rest.NONE, giveBack(places, 2));
        Files.delete(cabinet);
        assertEquals(Optional.empty(), space.shortage());
    }

    /** The kernel has given two of them each other's name. */
    @Test
    void thoseAreMadeBlankThatWereTheSets() throws IOException {
        Path ofFirst = group.resolve("server-1/device-2");
        Path ofSecond = Path.of(disks.get(2));
        Path between = directory.resolve("between");
        Files.move(ofFirst, between);
        Files.move(ofSecond, ofFirst);
        Files.move(between, ofSecond);
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only", "only@2"), pools(opened));
            assertTrue(retire(opened, false).changed());
            await(() -> noted().isEmpty());
            await(() -> opened.server(SERVER).report().problems().isEmpty());
            assertBlank(List.of(disks.get(0), disks.get(1), disks.get(3), ofFirst.toString()));
        }
        Files.move(ofSecond, ofFirst, StandardCopyOption.REPLACE_EXISTING);
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only"), pools(opened));
            assertEquals(List.of(), opened.server(SERVER).report().problems());
        }
    }

    /** What somebody has put on one of them since is his. */
    @Test
    void whatIsSomebodysByNowIsLeft() throws IOException {
        places().retire(2);
        FurtherSets before = FurtherSets.read(list);
        before.with(before.of(2).orElseThrow().in(FurtherSets.State.EMPTIED)).write(list);
        byte[] his = {1, 2, 3, 4};
        try (FileBlockDevice device = FileBlockDevice.open(Path.of(disks.get(2)))) {
            device.write(0, ByteBuffer.wrap(his));
        }
        try (LocalGroup opened = open()) {
            List<String> problems = opened.server(SERVER).report().problems();
            assertTrue(problems.size() == 1 && problems.get(0).contains("one was not made blank: " + disks.get(2)
                    + ": only its end still says that it is that group's"), problems.toString());
        }
        try (FileBlockDevice device = FileBlockDevice.open(Path.of(disks.get(2)))) {
            ByteBuffer there = ByteBuffer.allocate(4);
            device.read(0, there);
            assertEquals(ByteBuffer.wrap(his), there.flip());
        }
        assertBlank(List.of(disks.get(0), disks.get(1), disks.get(3)));
        assertEquals(List.of(), noted());
    }
}
