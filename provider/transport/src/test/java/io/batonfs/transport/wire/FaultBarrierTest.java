package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    /** A ring file that has no name any more, and was cut to nothing after it was mapped. */
    private RingMemory cut() throws IOException {
        Path file = base.resolve("ring");
        RingMemory memory = RingFile.make(file, Files.getFileStore(base).getUsableSpace(), LAYOUT, false, RingFile::fill);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertFalse(memory.isCutShort());
            channel.truncate(0);
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
            try (RingMemory memory = cut()) {
                boolean gone = false;
                boolean late = false;
                try {
                    touch.at(memory, 0);
                    late = true;
                    FaultBarrier.pass();
                } catch (InternalError e) {
                    gone = true;
                }
                // At the barrier, or on the way there, and then no more.
                assertTrue(gone, "round " + round);
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
}
