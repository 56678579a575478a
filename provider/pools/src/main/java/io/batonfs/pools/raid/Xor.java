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

    /** Makes the first {@code length} bytes of a target the sum of those of so many sources, two at least. */
    static void sum(byte[] target, byte[][] sources, int count, int length) {
        int next = 2 + count % 2;
        if (next == 2) {
            ofTwo(target, sources[0], sources[1], length);
        } else {
            ofThree(target, sources[0], sources[1], sources[2], length);
        }
        for (; next < count; next += 2) {
            bothInto(target, sources[next], sources[next + 1], length);
        }
    }

    private static void ofTwo(byte[] target, byte[] first, byte[] second, int length) {
        int whole = length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            LONGS.set(target, i, (long) LONGS.get(first, i) ^ (long) LONGS.get(second, i));
        }
        for (int i = whole; i < length; i++) {
            target[i] = (byte) (first[i] ^ second[i]);
        }
    }

    private static void ofThree(byte[] target, byte[] first, byte[] second, byte[] third, int length) {
        int whole = length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            LONGS.set(target, i, (long) LONGS.get(first, i) ^ (long) LONGS.get(second, i) ^ (long) LONGS.get(third, i));
        }
        for (int i = whole; i < length; i++) {
            target[i] = (byte) (first[i] ^ second[i] ^ third[i]);
        }
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
