package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices of a set that is noted as empty are silent while it is looked at: what is not known counts as nothing else. */
@Timeout(120)
class SetLookTest extends GroupWithDisks {
    private static final long PATIENCE_MS = 200;
    private static final long PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);

    private final CountDownLatch answers = new CountDownLatch(1);
    /** The clock by which a read has taken too long. */
    private final AtomicLong now = new AtomicLong();

    /** A set without redundancy. */
    private void addSet(int size) throws IOException {
        try (LocalGroup opened = open()) {
            assertEquals(2, add(opened, disks.subList(0, size), "loose level=0 share=100").number());
        }
    }

    @AfterEach
    void letItAnswer() {
        answers.countDown();
    }

    private void hang() {
        try {
            answers.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param silent which of the threads does not begin: the look's own is 1, and then there is one for each disk */
    private DeviceTries tries(int silent) {
        return tries(silent, 0);
    }

    /** @param failing which of them can't be made */
    private DeviceTries tries(int silent, int failing) {
        AtomicInteger threads = new AtomicInteger();
        return new DeviceTries(task -> {
            int number = threads.incrementAndGet();
            if (number == failing) {
                throw new OutOfMemoryError("no more threads");
            }
            Thread thread = new Thread(() -> {
                if (number == silent) {
                    hang();
                }
                task.run();
            });
            thread.setDaemon(true);
            return thread;
        }, PATIENCE_MS, now::get);
    }

    private SetLook look(DeviceTries tries, DeviceUse use) {
        return new SetLook(new SetContents(id, SERVER), use, tries, SERVER, 2);
    }

    private static boolean answerOf(SetLook look, List<Path> paths) throws IOException {
        boolean[] answer = new boolean[1];
        await(() -> {
            try {
                answer[0] = look.hasData(paths, List.of());
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        return answer[0];
    }

    /** Waits for a look's end, which may take longer than its patience. */
    private static void awaitUnknown(String why, SetLook look, List<Path> paths) throws IOException {
        await(() -> {
            IOException unknown = assertThrows(IOException.class, () -> look.hasData(paths, List.of()));
            assertTrue(unknown.getMessage().contains(why) || unknown instanceof DeviceTries.SilentException, unknown.getMessage());
            return unknown.getMessage().contains(why);
        });
    }

    private static void assertUnknown(String why, SetLook look, List<Path> paths) {
        IOException unknown = assertThrows(IOException.class, () -> look.hasData(paths, List.of()));
        assertTrue(unknown.getMessage().contains(why), unknown.getMessage());
    }

    /** It hangs when its superblock is to be read: it is left out, which can be said of it, and asked again in the next look. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatOneHoldsThatIsSilentWhenItIsOpenedIsNotKnown(boolean hasData) throws IOException {
        addSet(1);
        if (hasData) {
            storeSomething(disks.subList(0, 1));
        }
        List<Path> paths = List.of(disk(1), disk(2));
        SetLook look = look(tries(2), DeviceUse.OF_THIS_MACHINE);
        awaitUnknown("without [" + disk(1) + "], which does not answer, it can't be told", look, paths);
        assertTrue(look.leavesOut(disk(1)));
        assertFalse(look.leavesOut(disk(2)), "which is none of the set's, and says so");
        answers.countDown();
        assertEquals(hasData, answerOf(look, paths));
        assertFalse(look.leavesOut(disk(1)));
    }

    /** Whoever names it no more has it forgotten: what is at the other path is none of the set's. */
    @Test
    void whereNothingIsOfTheSetButOneThatIsForgottenAreNoData() throws IOException {
        addSet(1);
        storeSomething(disks.subList(0, 1));
        SetLook look = look(tries(2), DeviceUse.OF_THIS_MACHINE);
        awaitUnknown("it can't be told", look, List.of(disk(1), disk(2)));
        assertFalse(answerOf(look, List.of(disk(2))));
    }

    /** By the clock alone, however long the look takes; and then it is no answer that it could not see the rest. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLookIsGivenUpForADeviceThatHasTakenTooLongAndForNoOther(boolean hasData) throws Exception {
        addSet(2);
        if (hasData) {
            storeSomething(disks.subList(0, 2));
        }
        List<Path> paths = List.of(disk(1), disk(2));
        CountDownLatch reading = new CountDownLatch(1);
        AtomicBoolean hangs = new AtomicBoolean(true);
        SetLook look = look(tries(0), new DeviceUse() {
            @Override
            public Optional<String> of(Path path) {
                return Optional.empty();
            }

            @Override
            public BlockDevice through(FileBlockDevice device) {
                boolean its = device.name().equals(disk(2).toString()) && hangs.getAndSet(false);
                return its ? new Hanging(device, reading) : device;
            }
        });
        now.set(5);
        assertUnknown("it does not answer", look, paths);
        reading.await();
        now.addAndGet(PATIENCE_NS - 10);
        assertUnknown("it does not answer", look, paths);
        assertFalse(look.leavesOut(disk(2)));
        assertTrue(look.holds(disk(1)), "it was closed too early");
        now.addAndGet(PATIENCE_NS);
        assertUnknown("[" + disk(2) + "] did not answer in the midst of that", look, paths);
        assertTrue(look.leavesOut(disk(2)) && look.holds(disk(2)));
        assertFalse(look.holds(disk(1)), "it can be used");
        answers.countDown();
        await(() -> !look.holds(disk(2)));
        assertEquals(hasData, answerOf(look, paths));
        assertFalse(look.leavesOut(disk(2)) || look.holds(disk(2)));
    }

    /** Gives one disk's first opening to something. */
    private DeviceUse first(Path of, Function<FileBlockDevice, BlockDevice> through) {
        AtomicBoolean first = new AtomicBoolean(true);
        return new DeviceUse() {
            @Override
            public Optional<String> of(Path path) {
                return Optional.empty();
            }

            @Override
            public BlockDevice through(FileBlockDevice device) {
                return device.name().equals(of.toString()) && first.getAndSet(false) ? through.apply(device) : device;
            }
        };
    }

    /** The kernel resets a disk that hung, and the only one that there is says then that it could not be read; or at once. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void whatCanNotBeReadIsNotKnown(boolean hangs, boolean hasData) throws Exception {
        addSet(1);
        if (hasData) {
            storeSomething(disks.subList(0, 1));
        }
        List<Path> paths = List.of(disk(1));
        CountDownLatch reading = new CountDownLatch(1);
        SetLook look = look(tries(0), first(disk(1), device -> new Hanging(device, reading)));
        if (hangs) {
            assertUnknown("it does not answer", look, paths);
            reading.await();
            now.addAndGet(2 * PATIENCE_NS);
            assertUnknown("[" + disk(1) + "] did not answer in the midst of that", look, paths);
            answers.countDown();
            await(() -> !look.holds(disk(1)));
        } else {
            answers.countDown();
            assertUnknown("without [" + disk(1) + "] it can't be told", look, paths);
            assertFalse(look.couldNotOpen(disk(1)));
        }
        assertTrue(look.leavesOut(disk(1)));
        assertEquals(hasData, look.hasData(paths, List.of()));
        assertEquals(hasData, look.hasSeenData());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatSomebodyUsesOrIsNotThereIsNotKnown(boolean isUsed) throws IOException {
        addSet(2);
        List<Path> paths = List.of(disk(1), disk(2));
        SetLook look = look(tries(0), DeviceUse.OF_THIS_MACHINE);
        Path elsewhere = directory.resolve("elsewhere");
        FileBlockDevice used = isUsed ? FileBlockDevice.open(disk(1)) : null;
        if (!isUsed) {
            Files.move(disk(1), elsewhere);
        }
        assertUnknown("without [" + disk(1) + "] it can't be told", look, paths);
        assertTrue(look.leavesOut(disk(1)) && look.couldNotOpen(disk(1)) && !look.leavesOut(disk(2)));
        if (isUsed) {
            used.close();
        } else {
            Files.move(elsewhere, disk(1));
        }
        assertFalse(look.hasData(paths, List.of()));
    }

    /** Those are gone that have what describes the others. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void thatPoolsCanNotBeOpenedSaysNothing(boolean isForgotten) throws IOException {
        disks.add(blank("disk-5", DEVICE_BYTES).toString());
        addSet(5);
        SetLook look = look(tries(0), DeviceUse.OF_THIS_MACHINE);
        List<Path> away = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            away.add(disk(i));
            Files.delete(disk(i));
        }
        List<Path> paths = new ArrayList<>(isForgotten ? List.of() : away);
        paths.add(disk(5));
        IOException unknown = assertThrows(IOException.class, () -> look.hasData(paths, away));
        assertTrue(unknown.getMessage().contains("its pools can't be opened with the devices that there are"), unknown::getMessage);
        assertTrue(look.isUnreadable());
    }

    /** It was out when the other one was written, and says so little of that. */
    @Test
    void thatAnOlderCopyHasNoDataSaysNothing() throws IOException {
        try (LocalGroup opened = open()) {
            assertEquals(2, add(opened, disks.subList(0, 2), "mirror level=1 share=100").number());
        }
        storeSomething(disks.subList(1, 2));
        List<Path> paths = List.of(disk(1), disk(2));
        SetLook look = look(tries(0), DeviceUse.OF_THIS_MACHINE);
        try (FileBlockDevice used = FileBlockDevice.open(disk(2))) {
            assertUnknown("without [" + disk(2) + "] it can't be told: there are none on the others", look, paths);
            assertTrue(used.sizeBytes() > 0);
        }
        assertTrue(look.hasData(paths, List.of()));
    }

    /** Whoever takes the disks away, to be safe, makes no data less. */
    @Test
    void dataThatWereSeenAreRemembered() throws IOException {
        addSet(1);
        storeSomething(disks.subList(0, 1));
        SetLook look = look(tries(0), DeviceUse.OF_THIS_MACHINE);
        assertFalse(look.hasSeenData());
        List<Path> paths = List.of(disk(1));
        assertTrue(look.hasData(paths, List.of()));
        Files.delete(disk(1));
        assertTrue(look.hasData(paths, paths));
        blank("disk-1", DEVICE_BYTES);
        assertTrue(look.hasData(paths, List.of()));
    }

    @Test
    void whatCouldNotBeClosedUnderALookIsClosedLater() throws Exception {
        addSet(2);
        CountDownLatch reading = new CountDownLatch(1);
        // The look, two that are opened, and the one that is to be closed.
        SetLook look = look(tries(0, 4), first(disk(2), device -> new Hanging(device, reading)));
        List<Path> paths = List.of(disk(1), disk(2));
        assertUnknown("it does not answer", look, paths);
        reading.await();
        now.addAndGet(2 * PATIENCE_NS);
        assertUnknown("[" + disk(2) + "] did not answer in the midst of that", look, paths);
        assertTrue(look.holds(disk(1)));
        assertUnknown("without [" + disk(2) + "], which does not answer, it can't be told", look, paths);
        await(() -> !look.holds(disk(1)));
        assertTrue(look.holds(disk(2)));
    }

    /** A superblock that can't be read is not one that says something else. */
    @Test
    void whoCanNotBeReadWhereItSaysWhatItIsIsNotTakenForAnother() throws IOException {
        addSet(1);
        SetContents contents = new SetContents(id, SERVER);
        answers.countDown();
        try (FileBlockDevice device = FileBlockDevice.open(disk(1)); FileBlockDevice other = FileBlockDevice.open(disk(2))) {
            assertTrue(contents.isOwn(device, 2));
            assertFalse(contents.isOwn(other, 2));
            IOException unread = assertThrows(IOException.class,
                    () -> contents.isOwn(new Hanging(device, new CountDownLatch(1)), 2));
            assertTrue(unread.getMessage().contains("it was reset"), unread::getMessage);
        }
    }

    /** Answers reads when the test says so, and with an error. */
    private final class Hanging implements BlockDevice {
        private final BlockDevice device;
        private final CountDownLatch reading;

        private Hanging(BlockDevice device, CountDownLatch reading) {
            this.device = device;
            this.reading = reading;
        }

        @Override
        public String name() {
            return device.name();
        }

        @Override
        public long sizeBytes() {
            return device.sizeBytes();
        }

        @Override
        public void read(long offset, ByteBuffer destination) throws IOException {
            reading.countDown();
            hang();
            throw new IOException("it was reset");
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            device.write(offset, source);
        }

        @Override
        public void force() throws IOException {
            device.force();
        }

        @Override
        public void close() throws IOException {
            device.close();
        }
    }
}
