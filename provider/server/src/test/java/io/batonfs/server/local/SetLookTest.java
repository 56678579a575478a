package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
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
        AtomicInteger threads = new AtomicInteger();
        return new DeviceTries(task -> {
            int number = threads.incrementAndGet();
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
                answer[0] = look.hasData(paths);
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
            IOException unknown = assertThrows(IOException.class, () -> look.hasData(paths));
            assertTrue(unknown.getMessage().contains(why) || unknown instanceof DeviceTries.SilentException, unknown.getMessage());
            return unknown.getMessage().contains(why);
        });
    }

    private static void assertUnknown(String why, SetLook look, List<Path> paths) {
        IOException unknown = assertThrows(IOException.class, () -> look.hasData(paths));
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

    /** Whoever names it no more has it forgotten: what is left says nothing, and nobody is waited for. */
    @Test
    void whatIsLeftOfASetWithoutOneThatIsForgottenHoldsNothing() throws IOException {
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

    /** Answers its first read when the test says so, and with an error. */
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
