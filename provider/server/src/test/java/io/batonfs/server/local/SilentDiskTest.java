package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.DeviceEnds;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.server.storage.HostSpace;
import io.batonfs.server.storage.SetPlaces;
import io.batonfs.server.storage.StorageServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One of the disks of a set that is empty and closed does not answer when it is to be made blank: nothing else waits for it. */
@Timeout(120)
class SilentDiskTest extends GroupWithDisks {
    /** Longer than the test may take: whoever waits for the disk is seen. */
    private static final long FOR_EVER_MS = TimeUnit.HOURS.toMillis(1);
    private static final long SHORT_MS = 300;

    private final CountDownLatch silent = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);

    @BeforeEach
    void addSet() throws IOException {
        try (LocalGroup opened = open()) {
            assertEquals(2, add(opened, disks, null).number());
        }
        places().retire(2);
    }

    @AfterEach
    void letItAnswer() {
        silent.countDown();
    }

    /** As a device's first read in the kernel: nobody can end it. Where a test waits for it, it answers in the end. */
    private Optional<String> use(Path path) {
        if (path.equals(disk(2))) {
            hang();
        }
        return Optional.empty();
    }

    private void hang() {
        asked.countDown();
        boolean interrupted = false;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        for (long left = 1; silent.getCount() > 0 && left > 0; left = end - System.nanoTime()) {
            try {
                silent.await(left, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface OnRead {
        /** @param reads how many there were of that device since it was opened, with this one */
        void read(String device, int reads);
    }

    /** Devices that are opened when the set is in a state. */
    private DeviceUse reading(FurtherSets.State in, OnRead onRead) {
        return new DeviceUse() {
            @Override
            public Optional<String> of(Path path) {
                return Optional.empty();
            }

            @Override
            public BlockDevice through(FileBlockDevice device) {
                try {
                    return noted().get(0).state() == in ? new Reading(device, onRead) : device;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    private static final class Reading implements BlockDevice {
        private final BlockDevice device;
        private final OnRead onRead;
        private final AtomicInteger reads = new AtomicInteger();

        private Reading(BlockDevice device, OnRead onRead) {
            this.device = device;
            this.onRead = onRead;
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
            onRead.read(device.name(), reads.incrementAndGet());
            device.read(offset, destination);
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

    private static <T> FutureTask<T> inBackground(Callable<T> what, Consumer<Thread> begun) {
        FutureTask<T> task = new FutureTask<>(what);
        Thread thread = new Thread(task, "operator");
        thread.start();
        begun.accept(thread);
        return task;
    }

    private static void assertUnreachable(String why, FutureTask<?> order) {
        Throwable refused = assertThrows(ExecutionException.class, order::get).getCause();
        assertEquals(ErrorCode.UNREACHABLE, assertInstanceOf(BatonException.class, refused).code());
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    private static RetireOrder.Answer forget(LocalGroup opened, Path path) throws IOException {
        return opened.server(SERVER).storage().retireDeviceSet(operator(),
                new RetireOrder(2, false, Optional.of(path.toString())));
    }

    /** The device is locked until then. */
    private void awaitAnswered() throws IOException {
        silent.countDown();
        await(() -> {
            try (FileBlockDevice device = FileBlockDevice.open(disk(2))) {
                return device.sizeBytes() > 0;
            } catch (BatonException e) {
                return false;
            }
        });
    }

    private boolean isBlank(Path path) throws IOException {
        try (FileBlockDevice device = FileBlockDevice.open(path)) {
            return DeviceEnds.areBlank(device);
        } catch (BatonException e) {
            return false;
        }
    }

    private List<String> blanks(String name) throws IOException {
        List<String> paths = new ArrayList<>();
        for (int i = 1; i <= DEVICES; i++) {
            paths.add(blank(name + "-" + i, DEVICE_BYTES).toString());
        }
        return paths;
    }

    /** The round waits for it as long as the test lasts. */
    @Test
    void othersAreGivenBackMeanwhileAndTheServerEnds() throws Exception {
        List<String> more = blanks("more");
        try (LocalGroup opened = open(this::use, FOR_EVER_MS)) {
            // Of a set that goes while the server runs: the others of it are blank at once.
            asked.await();
            await(() -> isBlank(disk(1)) && isBlank(disk(3)) && isBlank(disk(4)));
            assertEquals(3, add(opened, more, null).number());
            assertTrue(retire(opened, 3, false).changed());
            StorageServer server = opened.server(SERVER);
            await(() -> !pools(opened).contains("only@3"));
            assertTrue(server.retirement().isEmpty());
            await(() -> noted().stream().allMatch(set -> set.state().isEmptied()));
            assertRefused("is empty and closed by now", () -> retire(opened, 3, true));
            assertEquals(4, add(opened, blanks("yet-more"), null).number());
            assertTrue(retire(opened, 4, false).changed());
            await(() -> pools(opened).equals(List.of("only")));
            assertEquals(List.of(disk(1), disk(2), disk(3), disk(4)), noted().get(0).paths(), "its round is still under way");
        }
    }

    private static void assertRefused(String why, Executable order) {
        BatonException refused = assertThrows(BatonException.class, order);
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    void theOthersAreMadeBlankAndItIsForgottenByOrder() throws Exception {
        Files.move(disk(3), directory.resolve("third"));
        try (LocalGroup opened = open(this::use, SHORT_MS)) {
            StorageServer server = opened.server(SERVER);
            asked.await();
            int before = hash(disk(2));
            await(() -> noted().get(0).paths().equals(List.of(disk(2), disk(3))));
            await(() -> server.report().problems().stream().anyMatch(problem -> problem.contains("could not be made blank: "
                    + disk(2) + ": it does not answer; it is tried again by itself") && problem.contains("--forget PATH")));
            assertBlank(List.of(disks.get(0), disks.get(3)));
            BatonException still = assertThrows(BatonException.class, () -> retire(opened, false));
            assertEquals(ErrorCode.UNREACHABLE, still.code());
            assertTrue(still.getMessage().contains(disk(2) + ": it does not answer"), still.getMessage());
            assertTrue(forget(opened, disk(2)).changed());
            assertEquals(List.of(disk(3)), noted().get(0).paths());
            List<String> problems = server.report().problems();
            assertTrue(problems.size() == 1 && problems.get(0).contains(disk(3) + ": there is no such file or device"),
                    problems::toString);
            awaitAnswered();
            assertEquals(before, hash(disk(2)), "nobody wants it blank any more");
            assertTrue(forget(opened, disk(3)).changed());
            assertEquals(List.of(), noted());
            assertEquals(List.of(), server.report().problems());
        }
    }

    /** It was in error recovery. */
    @Test
    void itIsMadeBlankWhenItAnswers() throws Exception {
        try (LocalGroup opened = open(this::use, SHORT_MS)) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains(disk(2) + ": it does not answer"));
            silent.countDown();
            await(() -> noted().isEmpty());
            await(() -> server.report().problems().isEmpty());
            assertBlank(disks);
        }
    }

    /** At the start, too; and whoever it answers after its server has ended does nothing to it. */
    @Test
    void noStartWaitsForItAndNothingIsDoneToItAfterTheEnd() throws Exception {
        places().noteEmptied(2, SetPlaces.Had.NOTHING);
        int before = hash(disk(2));
        try (LocalGroup opened = open(this::use, SHORT_MS)) {
            List<String> problems = opened.server(SERVER).report().problems();
            assertTrue(problems.size() == 1 && problems.get(0).contains(disk(2) + ": it does not answer"), problems::toString);
            assertEquals(List.of("only"), pools(opened));
            assertBlank(List.of(disks.get(0), disks.get(2), disks.get(3)));
        }
        awaitAnswered();
        assertEquals(before, hash(disk(2)));
        assertFalse(noted().isEmpty());
        open().close();
        assertEquals(List.of(), noted());
        assertBlank(disks);
    }

    /** Who adds it is told; its set is not there, and orders about others are carried out. */
    @Test
    void itIsRefusedWhenItIsToBeTakenIn() throws Exception {
        places().keep(2);
        try (LocalGroup opened = open(path -> use(Path.of(path.toString().replace("more", "disk"))), SHORT_MS)) {
            BatonException refused = assertThrows(BatonException.class, () -> add(opened, blanks("more"), null));
            assertEquals(ErrorCode.UNREACHABLE, refused.code());
            assertTrue(refused.getMessage().contains(directory.resolve("more-2") + " does not answer"), refused.getMessage());
            assertEquals(List.of(2), noted().stream().map(FurtherSets.Entry::number).toList());
            assertFalse(retire(opened, true).changed());
            assertEquals(3, add(opened, blanks("good"), null).number());
        }
    }

    /** Of a set that a process did not get done with. */
    @Test
    void noStartWaitsForOneThatWasNotTakenInToTheEnd() throws Exception {
        places().keep(2);
        FurtherSets now = FurtherSets.read(list);
        List<Path> more = blanks("more").stream().map(Path::of).toList();
        now.with(new FurtherSets.Entry(3, false, more)).write(list);
        try (LocalGroup opened = open(path -> use(Path.of(path.toString().replace("more", "disk"))), SHORT_MS)) {
            assertEquals(List.of("only", "only@2"), pools(opened));
            assertEquals(List.of(2, 3), noted().stream().map(FurtherSets.Entry::number).toList());
        }
        silent.countDown();
        await(() -> isBlank(more.get(1)));
        assertWhole(List.of("only", "only@2"));
        assertEquals(List.of(2), noted().stream().map(FurtherSets.Entry::number).toList());
    }

    @Test
    void anOrderThatWaitsForItWhenTheServerEndsForgetsNothing() throws Exception {
        SetPlaces places = places(this::use, HostSpace.of(directory, () -> Long.MAX_VALUE, 0));
        Files.move(disk(2), directory.resolve("second"));
        giveBack(places, 2);
        assertEquals(List.of(disk(2)), noted().get(0).paths());
        Files.move(directory.resolve("second"), disk(2));
        FutureTask<Boolean> order = inBackground(() -> places.forget(2, disk(2).toString()), waiting -> { });
        asked.await();
        places.close();
        assertUnreachable("is ending", order);
        assertEquals(List.of(disk(2)), noted().get(0).paths());
    }

    @Test
    void anOrderThatIsQueuedWhenTheServerEndsForgetsNothing() throws Exception {
        FutureTask<RetireOrder.Answer> order;
        try (LocalGroup opened = open(this::use, FOR_EVER_MS)) {
            // The round waits for it, and the order for the round.
            asked.await();
            order = inBackground(() -> forget(opened, disk(2)), thread -> {
                while (thread.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            });
        }
        assertUnreachable("is ending", order);
        assertTrue(noted().get(0).paths().contains(disk(2)), () -> "it was forgotten without having been tried");
    }

    /** The look at its pools takes longer than anybody waits for it, each time. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSetThatIsSlowToLookAtIsMadeBlank(boolean atStart) throws Exception {
        if (atStart) {
            places().noteEmptied(2, SetPlaces.Had.NOTHING);
        }
        try (LocalGroup opened = open(reading(FurtherSets.State.EMPTIED, (device, reads) -> {
            if (reads <= 4) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SHORT_MS / 2));
            }
        }), SHORT_MS)) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains("could not be looked at: it does not answer"));
            assertEquals(1, server.report().problems().size(), server.report().problems()::toString);
            await(() -> noted().isEmpty());
            await(() -> server.report().problems().isEmpty());
            assertBlank(disks);
        }
    }

    /** Its superblocks can be read, and nothing behind them: what is on it is waited for, or it is forgotten. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneThatHangsWhenItsPoolsAreLookedAtIsForgottenAndTheOthersGo(boolean atStart) throws Exception {
        if (atStart) {
            places().noteEmptied(2, SetPlaces.Had.NOTHING);
        }
        int before;
        try (LocalGroup opened = open(reading(FurtherSets.State.EMPTIED, (device, reads) -> {
            if (device.equals(disk(2).toString()) && reads > 2) {
                hang();
            }
        }), SHORT_MS)) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains(disk(2) + "] did not answer in the midst of that"));
            before = hash(disk(2));
            int others = hash(disk(1));
            await(() -> server.report().problems().toString().contains(disk(2) + "], which does not answer, it can't be told"));
            assertEquals(disks.stream().map(Path::of).toList(), noted().get(0).paths());
            assertEquals(others, hash(disk(1)), "nobody knows what there is");
            assertTrue(forget(opened, disk(2)).changed());
            await(() -> noted().isEmpty());
            await(() -> server.report().problems().isEmpty());
            assertBlank(List.of(disks.get(0), disks.get(2), disks.get(3)));
            awaitAnswered();
        }
        assertEquals(before, hash(disk(2)));
    }

    /** The note is older than the set; one disk hangs behind its superblock, and the look without it takes long. */
    @Test
    void aSlowLookWithoutOneThatHangsIsNotTakenForNoData() throws Exception {
        storeSomething(disks);
        places().noteEmptied(2, SetPlaces.Had.NOTHING);
        List<Integer> before = hashes();
        try (LocalGroup opened = open(reading(FurtherSets.State.EMPTIED, (device, reads) -> {
            if (device.equals(disk(2).toString())) {
                if (reads > 2) {
                    hang();
                }
            } else if (reads <= 8) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SHORT_MS / 2));
            }
        }), SHORT_MS)) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains("there are data on it"));
            assertEquals(disks.stream().map(Path::of).toList(), noted().get(0).paths());
            assertEquals(FurtherSets.State.EMPTIED, noted().get(0).state());
            awaitAnswered();
        }
        assertEquals(before, hashes());
    }

    /** Nothing can be told without it, so what it says when it answers is waited for; or it is forgotten by order. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatCanNotBeToldWithoutOneIsNotTakenForNoData(boolean isForgotten) throws Exception {
        places().keep(2);
        String solo = blank("solo", DEVICE_BYTES).toString();
        try (LocalGroup opened = open()) {
            assertEquals(3, add(opened, List.of(solo), "loose level=0 share=100").number());
        }
        storeSomething(List.of(solo));
        places().retire(3);
        places().noteEmptied(3, SetPlaces.Had.NOTHING);
        int before = hash(Path.of(solo));
        try (LocalGroup opened = open(new DeviceUse() {
            @Override
            public Optional<String> of(Path path) {
                return Optional.empty();
            }

            @Override
            public BlockDevice through(FileBlockDevice device) {
                return new Reading(device, (name, reads) -> {
                    if (name.equals(solo) && reads > 2) {
                        hang();
                    }
                });
            }
        }, SHORT_MS)) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains(solo + "], which does not answer, it can't be told"));
            if (isForgotten) {
                assertTrue(server.storage().retireDeviceSet(operator(), new RetireOrder(3, false, Optional.of(solo))).changed());
                assertEquals(List.of(2), noted().stream().map(FurtherSets.Entry::number).toList());
                assertEquals(List.of(), server.report().problems());
                silent.countDown();
            } else {
                silent.countDown();
                await(() -> server.report().problems().toString().contains("there are data on it"));
                assertEquals(FurtherSets.State.EMPTIED,
                        noted().stream().filter(set -> set.number() == 3).findFirst().orElseThrow().state());
            }
        }
        assertEquals(before, hash(Path.of(solo)));
    }

    private List<Integer> hashes() throws IOException {
        List<Integer> hashes = new ArrayList<>();
        for (String disk : disks) {
            hashes.add(hash(Path.of(disk)));
        }
        return hashes;
    }

    @Test
    void whatIsForgottenWhileItIsReadIsNotWritten() throws Exception {
        try (LocalGroup opened = open(reading(FurtherSets.State.BLANKING, (device, reads) -> {
            if (device.equals(disk(2).toString())) {
                hang();
            }
        }), SHORT_MS)) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.report().problems().toString().contains(disk(2) + ": it does not answer"));
            int before = hash(disk(2));
            assertTrue(forget(opened, disk(2)).changed());
            awaitAnswered();
            assertEquals(before, hash(disk(2)));
        }
    }
}
