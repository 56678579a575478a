package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.WorkRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory that is not there: where the virtual machine says so. */
class FaultBarrierTest {
    private static final RingLayout LAYOUT = new RingLayout(32, 8192);
    /** Enough for all that is done here to be compiled on the way. */
    private static final int ROUNDS = 400;
    private static final int TOUCHES = 200;

    private final Path base;
    /** Of what was read: a read whose result nobody wants is left out. */
    private long read;

    FaultBarrierTest() throws IOException {
        base = SharedMemoryTests.newBase();
    }

    @BeforeEach
    @AfterEach
    void nothingIsOwed() {
        assertFalse(FaultBarrier.clear());
    }

    @AfterEach
    void removeBase() {
        SharedMemoryTests.removeBase(base);
    }

    /** A ring file that has no name any more, and was cut to a length after it was mapped. */
    private RingMemory cut(int lengthBytes) throws IOException {
        Path file = base.resolve("ring");
        RingMemory memory = RingFile.make(file, Files.getFileStore(base), LAYOUT, false);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertFalse(memory.isCutShort());
            channel.truncate(lengthBytes);
            assertTrue(memory.isCutShort());
        } finally {
            Files.delete(file);
        }
        return memory;
    }

    private interface Touch {
        void at(RingMemory memory, int offset);
    }

    private void comesUpThereOrHere(Touch touch) throws IOException {
        int here = 0;
        for (int round = 0; round < ROUNDS; round++) {
            try (RingMemory memory = cut(0)) {
                boolean there = false;
                try {
                    touch.at(memory, 0);
                } catch (InternalError e) {
                    there = true;
                }
                // At the barrier, and then no more.
                boolean late = FaultBarrier.clear();
                assertTrue(there || late, "round " + round);
                assertFalse(FaultBarrier.clear());
                here += late ? 1 : 0;
            }
            try (RingMemory whole = whole()) {
                for (int i = 0; i < TOUCHES; i++) {
                    touch.at(whole, i % 64 * 8);
                }
            }
            FaultBarrier.pass();
        }
        assertTrue(here > 0, "every access told of its fault at once: nothing was compiled");
    }

    private static RingMemory whole() {
        return new RingMemory(
                ByteBuffer.allocateDirect(2 * RingLayout.PAGE_BYTES).alignedSlice(RingLayout.PAGE_BYTES));
    }

    @Test
    void readsAndWritesAndCopies() throws IOException {
        comesUpThereOrHere((memory, at) -> read += memory.getLongAcquire(at));
        comesUpThereOrHere((memory, at) -> memory.setIntRelease(at, 1));
        byte[] target = new byte[RingSlot.BYTES];
        comesUpThereOrHere((memory, at) -> memory.get(at, target));
    }

    /** As on a file system that is full: the page can't be had when it is first used. */
    @Test
    void aPageOfTheAreaThatCannotBeHadIsNoticedByWhoSends() throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            try (RingMemory memory = cut(LAYOUT.controlBytes())) {
                RingProducer producer = new RingProducer(memory, LAYOUT, RingEnd.LISTENING);
                GatheredBytes bytes = new GatheredBytes();
                WorkRequest small = new WorkRequest().write(1, 2, 3).inline(ByteBuffer.allocate(90), 0, 90);
                bytes.begin(small);
                assertTrue(producer.put(new OutgoingMessage().begin(small, false), bytes));
                WorkRequest large = new WorkRequest().write(1, 2, 3).inline(ByteBuffer.allocate(112), 0, 112);
                bytes.begin(large);
                assertThrows(InternalError.class,
                        () -> producer.put(new OutgoingMessage().begin(large, false), bytes));
                assertFalse(FaultBarrier.clear());
                assertEquals(1, producer.filledCount(), "what is not there is not published");
            }
        }
    }
}
