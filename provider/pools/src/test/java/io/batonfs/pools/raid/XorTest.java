package io.batonfs.pools.raid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class XorTest {

    @Test
    void agreesWithTheByteLoopForAllKindsOfBuffersAndOddLengths() {
        Random random = new Random(1);
        for (int length = 0; length < 200; length++) {
            for (boolean direct : new boolean[] {false, true}) {
                byte[] target = new byte[256];
                byte[] source = new byte[256];
                random.nextBytes(target);
                random.nextBytes(source);
                byte[] expected = target.clone();
                for (int i = 0; i < length; i++) {
                    expected[3 + i] ^= source[7 + i];
                }
                ByteBuffer to = buffer(target, direct);
                Xor.into(to, 3, buffer(source, !direct), 7, length);
                byte[] found = new byte[256];
                to.get(0, found);
                assertArrayEquals(expected, found);
            }
        }
    }

    private static ByteBuffer buffer(byte[] bytes, boolean direct) {
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(bytes.length) : ByteBuffer.allocate(bytes.length);
        return buffer.put(0, bytes);
    }
}
