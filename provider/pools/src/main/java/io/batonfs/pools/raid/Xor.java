package io.batonfs.pools.raid;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/** XOR of blocks, by longs: one small loop that the compiler vectorises. Stateless. */
public final class Xor {

    private Xor() {
    }

    /**
     * Adds (XOR) {@code lengthBytes} bytes of a source to a target, both taken at absolute offsets; positions do not
     * move.
     */
    public static void into(ByteBuffer target, int targetOffset, ByteBuffer source, int sourceOffset, int lengthBytes) {
        LongBuffer to = longs(target, targetOffset, lengthBytes);
        LongBuffer from = longs(source, sourceOffset, lengthBytes);
        int longs = lengthBytes >>> 3;
        for (int i = 0; i < longs; i++) {
            to.put(i, to.get(i) ^ from.get(i));
        }
        for (int i = longs << 3; i < lengthBytes; i++) {
            target.put(targetOffset + i, (byte) (target.get(targetOffset + i) ^ source.get(sourceOffset + i)));
        }
    }

    private static LongBuffer longs(ByteBuffer buffer, int offset, int lengthBytes) {
        return buffer.slice(offset, lengthBytes).order(ByteOrder.nativeOrder()).asLongBuffer();
    }
}
