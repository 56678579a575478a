package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a server may be told, and what sizes come of it. */
class LwioServerConfigTest {
    private static final ReceiveSizeClass LARGE = new ReceiveSizeClass(1 << 20, 4 << 20);
    private static final ReceiveSizeClass SMALL = new ReceiveSizeClass(8192, 1 << 20);

    private static LwioServerConfig of(List<ReceiveSizeClass> classes) {
        return new LwioServerConfig(16, 1 << 20, classes, 4, 4, 4, 1, 1, 1);
    }

    @Test
    void classesGoFromTheLargestDown() {
        assertEquals(5L << 20, of(List.of(LARGE, SMALL)).receiveBudgetBytes());
        assertThrows(IllegalArgumentException.class, () -> of(List.of(SMALL, LARGE)));
        assertThrows(IllegalArgumentException.class, () -> of(List.of(LARGE, SMALL, SMALL)));
        assertThrows(IllegalArgumentException.class, () -> of(List.of()));
    }

    @Test
    void aBufferHoldsAWriteWithItsHeaderAndChecksumsWhereverItBegins() {
        // 8192 bytes that begin in the middle of a block are three pieces.
        assertEquals(8192 + 3 * 4, SMALL.receiveBytes());
        assertEquals(48 + 8192 + 3 * 4, SMALL.bufferBytes());
        assertEquals((1 << 20) / 8252, SMALL.buffers());
        assertEquals(3, LARGE.buffers(), "four without headers and checksums");
    }

    @Test
    void aClassHasRoomForABuffer() {
        assertEquals(1, new ReceiveSizeClass(8192, 8252).buffers());
        assertThrows(IllegalArgumentException.class, () -> new ReceiveSizeClass(8192, 8251));
        assertThrows(IllegalArgumentException.class, () -> new ReceiveSizeClass(63, 1 << 20));
        assertThrows(IllegalArgumentException.class, () -> new ReceiveSizeClass((1 << 30) + 1, 1L << 40));
    }

    /** The buffers of one size that there always were. */
    @Test
    void oneSizeIsOneClass() {
        LwioServerConfig one = new LwioServerConfig(4, 4096, 65536, 1 << 20, 4, 4, 4, 1, 1);
        assertEquals(List.of(new ReceiveSizeClass(65536, 1 << 20)), one.receiveClasses());
        assertThrows(IllegalArgumentException.class, () -> new LwioServerConfig(4, 63, 65536, 1 << 20, 4, 4, 4, 1, 1));
    }
}
