package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A device that is written to beside itself shows what was written and, of the rest, what it has. */
class OverlayDeviceTest {
    private static final int BLOCK = TestPools.BLOCK;
    /** Its last block is cut. */
    private static final int DEVICE_BYTES = 9 * BLOCK + 512;

    private final RecordingBlockDevice device = new RecordingBlockDevice("dev1", DEVICE_BYTES, new PowerSwitch());
    private final OverlayDevice overlay = new OverlayDevice(device);

    private byte[] read(int offset, int lengthBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(lengthBytes + 5).position(3).limit(3 + lengthBytes);
        overlay.read(offset, bytes);
        assertEquals(3 + lengthBytes, bytes.position());
        byte[] read = new byte[lengthBytes];
        bytes.get(3, read);
        return read;
    }

    @Test
    void anyRangeIsReadAsItWasWrittenLast() throws IOException {
        Random random = new Random(3);
        device.noise(random, 0, DEVICE_BYTES);
        byte[] before = device.content();
        byte[] expected = device.content();
        for (int i = 0; i < 500; i++) {
            int offset = random.nextInt(DEVICE_BYTES - 1);
            int lengthBytes = 1 + random.nextInt(Math.min(3 * BLOCK, DEVICE_BYTES - offset));
            if (random.nextInt(4) == 0) {
                byte[] bytes = TestPools.bytes(random, lengthBytes);
                overlay.write(offset, ByteBuffer.wrap(bytes));
                System.arraycopy(bytes, 0, expected, offset, lengthBytes);
            } else if (random.nextInt(20) == 0) {
                overlay.keep();
            } else if (random.nextInt(50) == 0) {
                overlay.keep();
                overlay.write(offset, ByteBuffer.wrap(TestPools.bytes(random, lengthBytes)));
                overlay.forget();
            } else {
                byte[] part = new byte[lengthBytes];
                System.arraycopy(expected, offset, part, 0, lengthBytes);
                assertArrayEquals(part, read(offset, lengthBytes), "step " + i);
            }
        }
        assertArrayEquals(before, device.content());
    }

    @Test
    void aSectorThatCannotBeReadCanOnceItWasWritten() throws IOException {
        device.spoilSector(2 * BLOCK + 700);
        assertThrows(IOException.class, () -> read(BLOCK, 3 * BLOCK));
        byte[] block = TestPools.bytes(new Random(4), BLOCK);
        overlay.write(2 * BLOCK, ByteBuffer.wrap(block));
        assertArrayEquals(block, read(2 * BLOCK, BLOCK));
        read(BLOCK, 3 * BLOCK);
        overlay.write(2 * BLOCK + 5, ByteBuffer.wrap(new byte[10]));
        overlay.keep();
        assertEquals(0, read(2 * BLOCK + 5, 1)[0]);
        device.spoilSector(4 * BLOCK);
        assertThrows(IOException.class, () -> read(2 * BLOCK, 3 * BLOCK), "what nobody wrote is the device's");
    }

    /** A disk takes whole sectors, whatever it can't read beside them; what was written of one is read back alone. */
    @Test
    void aPartOfABlockIsWrittenThoughTheRestCannotBeRead() throws IOException {
        Random random = new Random(5);
        device.noise(random, 0, DEVICE_BYTES);
        byte[] before = device.content();
        device.spoilSector(2 * BLOCK + 512);
        byte[] bytes = TestPools.bytes(random, 1024);
        overlay.write(2 * BLOCK + 1024, ByteBuffer.wrap(bytes));
        assertArrayEquals(bytes, read(2 * BLOCK + 1024, 1024));
        assertThrows(IOException.class, () -> read(2 * BLOCK, BLOCK), "a part of it nobody has written");
        overlay.write(2 * BLOCK + 400, ByteBuffer.wrap(bytes, 0, 700));
        byte[] expected = Arrays.copyOfRange(before, 2 * BLOCK, 3 * BLOCK);
        System.arraycopy(bytes, 0, expected, 1024, 1024);
        System.arraycopy(bytes, 0, expected, 400, 700);
        assertArrayEquals(expected, read(2 * BLOCK, BLOCK));
        overlay.keep();
        overlay.write(2 * BLOCK + 3, ByteBuffer.wrap(bytes, 0, 4));
        System.arraycopy(bytes, 0, expected, 3, 4);
        assertArrayEquals(expected, read(2 * BLOCK, BLOCK), "on what was kept");
    }
}
