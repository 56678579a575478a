package io.batonfs.pools.raid;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * XOR of arrays, by longs: one small loop that the compiler vectorises. On arrays, because the same loop over buffers is
 * only fast while all of them are of one kind. Stateless.
 */
final class Xor {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private Xor() {
    }

    /** Adds (XOR) the first {@code length} bytes of a source to those of a target. */
    static void into(byte[] target, byte[] source, int length) {
        int whole = length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            LONGS.set(target, i, (long) LONGS.get(target, i) ^ (long) LONGS.get(source, i));
        }
        for (int i = whole; i < length; i++) {
            target[i] ^= source[i];
        }
    }

    /** Adds the first {@code length} bytes of two sources to those of a target, which is written once. */
    static void bothInto(byte[] target, byte[] first, byte[] second, int length) {
        int whole = length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            LONGS.set(target, i, (long) LONGS.get(target, i) ^ (long) LONGS.get(first, i) ^ (long) LONGS.get(second, i));
        }
        for (int i = whole; i < length; i++) {
            target[i] ^= first[i] ^ second[i];
        }
    }
}
