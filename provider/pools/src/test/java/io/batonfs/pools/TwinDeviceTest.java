package io.batonfs.pools;

import static io.batonfs.pools.TestPools.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device and its successor get the same, each whatever becomes of the other one. */
class TwinDeviceTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int PIECE_BYTES = 5_000;
    private static final int PIECES = 4;

    private final byte[] content = bytes(new Random(3), PIECES * PIECE_BYTES);
    private final RecordingBlockDevice serving = new RecordingBlockDevice("serving", DEVICE_BYTES, new PowerSwitch());
    private final RecordingBlockDevice fresh = new RecordingBlockDevice("fresh", DEVICE_BYTES, new PowerSwitch());
    private final ForceFailures forces = new ForceFailures();
    private final Successor successor = new Successor(fresh, 2, forces);
    private final TwinDevice twin = new TwinDevice(serving, successor, forces);

    private ByteBuffer[] pieces() {
        ByteBuffer[] pieces = new ByteBuffer[PIECES];
        for (int i = 0; i < PIECES; i++) {
            pieces[i] = ByteBuffer.allocate(PIECE_BYTES + 7).position(3);
            pieces[i].put(content, i * PIECE_BYTES, PIECE_BYTES).limit(3 + PIECE_BYTES).position(3);
        }
        return pieces;
    }

    private static byte[] written(RecordingBlockDevice device) {
        return Arrays.copyOfRange(device.content(), 8192, 8192 + PIECES * PIECE_BYTES);
    }

    @Test
    void bothGetAllOfSeveralSources() throws IOException {
        ByteBuffer[] pieces = pieces();
        twin.write(8192, pieces);
        assertArrayEquals(content, written(serving));
        assertArrayEquals(content, written(fresh));
        for (ByteBuffer piece : pieces) {
            assertEquals(piece.limit(), piece.position());
        }
    }

    /** Whichever of the writes it is that fails, and only that one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, PIECES - 1})
    void theServingOneGetsAllOfThemWhenTheOtherFails(int passing) {
        fresh.failWrites(passing, 1, "broken");
        TwinDevice.TwinFailure failure =
                assertThrows(TwinDevice.TwinFailure.class, () -> twin.write(8192, pieces()));
        assertNull(failure.serving());
        assertNotNull(failure.successor());
        assertEquals("device fresh: broken", successor.failure().orElseThrow());
        assertArrayEquals(content, written(serving));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, PIECES - 1})
    void theSuccessorGetsAllOfThemWhenTheServingOneFails(int passing) {
        serving.failWrites(passing, 1, "broken");
        TwinDevice.TwinFailure failure =
                assertThrows(TwinDevice.TwinFailure.class, () -> twin.write(8192, pieces()));
        assertNotNull(failure.serving());
        assertNull(failure.successor());
        assertArrayEquals(content, written(fresh));
    }

    /** Another pool may have met it: it is told as failed here too, and not asked, as it may not answer. */
    @Test
    void oneThatHasFailedIsNotWrittenTo() {
        successor.fail("of another pool");
        TwinDevice.TwinFailure failure =
                assertThrows(TwinDevice.TwinFailure.class, () -> twin.write(8192, pieces()));
        assertNull(failure.serving());
        assertEquals("of another pool", failure.successor().getMessage());
        assertArrayEquals(content, written(serving));
        assertArrayEquals(new byte[PIECES * PIECE_BYTES], written(fresh));
    }

    /** Some exceptions have no message. */
    @Test
    void oneThatFailsAndDoesNotSayWhyHasFailed() {
        successor.fail(null);
        assertTrue(successor.failure().isPresent());
    }
}
