package io.batonfs.bench.pools;

import io.batonfs.pools.raid.ParityCodec;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/**
 * The parities of a row of four data strips of 4 KiB, which stay in the processor's first caches, time after time. Where
 * the strips happen to lie decides much: on an EPYC (family 25), with the same machine code, one place in ten gives a
 * third of what the others give, as the first cache tells lines apart by a hash of their addresses. So each measurement
 * takes its time in equal parts at {@link #PLACES} places. One thread at a time.
 */
public final class CodecLoop {
    private static final int DATA_UNITS = 4;
    private static final int STRIP_BYTES = 4096;
    private static final int ROWS_AT_ONCE = 256;
    private static final int PLACES = 31;
    private static final int MOST_BETWEEN_PLACES = 1 << 20;

    private final ParityCodec codec;
    private final int parities;
    private final Random random = new Random(1);

    /** @param parities one or two */
    public CodecLoop(int parities) {
        this.codec = ParityCodec.of(parities);
        this.parities = parities;
    }

    /** Computes parities for so many nanoseconds; returns megabytes (10^6 bytes) of data a second. */
    public double encode(long nanos) {
        return rate(nanos, strips -> codec.encode(strips, DATA_UNITS, STRIP_BYTES));
    }

    /** Copies the data to the parities' place instead. */
    public double copy(long nanos) {
        return rate(nanos, strips -> {
            for (int unit = 0; unit < DATA_UNITS; unit++) {
                System.arraycopy(strips[unit], 0, strips[DATA_UNITS], 0, STRIP_BYTES);
            }
        });
    }

    /** Fails if what stands in the parities is not what the data give. */
    public void check() {
        byte[][] strips = strips();
        codec.encode(strips, DATA_UNITS, STRIP_BYTES);
        byte[] found = strips[1].clone();
        codec.recover(strips, DATA_UNITS, 0b10, STRIP_BYTES);
        if (!Arrays.equals(found, strips[1])) {
            throw new IllegalStateException("the parities do not give back what they were made of");
        }
    }

    private byte[][] strips() {
        byte[][] strips = new byte[DATA_UNITS + parities][STRIP_BYTES];
        for (byte[] strip : strips) {
            random.nextBytes(strip);
        }
        return strips;
    }

    private double rate(long nanos, Consumer<byte[][]> row) {
        long rows = 0;
        long took = 0;
        for (int place = 0; place < PLACES; place++) {
            byte[] between = new byte[random.nextInt(MOST_BETWEEN_PLACES)];
            byte[][] strips = strips();
            long begun = System.nanoTime();
            long spent;
            do {
                for (int i = 0; i < ROWS_AT_ONCE; i++) {
                    row.accept(strips);
                }
                rows += ROWS_AT_ONCE;
                spent = System.nanoTime() - begun;
            } while (spent < nanos / PLACES);
            took += spent;
            Reference.reachabilityFence(between);
        }
        return rows * DATA_UNITS * STRIP_BYTES * 1e3 / took;
    }
}
