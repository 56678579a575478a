package io.batonfs.bench.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * What is written: pieces of 1 MiB that are noise, but for the number that each begins with. For one thread, but for
 * {@link #check}.
 */
public final class Pieces {
    /** Bytes of a piece. */
    public static final int BYTES = 1 << 20;
    /** Bytes that are read at random. */
    public static final int BLOCK_BYTES = 4096;

    private static final long SEED = 20261122;

    private final ByteBuffer noise = room(BYTES);
    private final int[] crcs = new int[BYTES / BLOCK_BYTES];

    /** Makes the noise. */
    public Pieces() {
        byte[] bytes = new byte[BYTES];
        new Random(SEED).nextBytes(bytes);
        noise.put(0, bytes);
        for (int block = 0; block < crcs.length; block++) {
            crcs[block] = crc(block * BLOCK_BYTES);
        }
    }

    /**
     * A direct buffer that begins with a page of memory. Of the others some are copied to and from at half the rate, by
     * where in memory they happen to lie: a row would say that and nothing else.
     *
     * @param bytes a multiple of {@link #BLOCK_BYTES}
     */
    public static ByteBuffer room(int bytes) {
        return ByteBuffer.allocateDirect(bytes + BLOCK_BYTES).alignedSlice(BLOCK_BYTES).slice(0, bytes);
    }

    private int crc(int offset) {
        CRC32C crc = new CRC32C();
        crc.update(noise.slice(offset, BLOCK_BYTES));
        return (int) crc.getValue();
    }

    /** A piece, from position 0 to its limit, until the next is asked for. */
    ByteBuffer piece(int number) {
        noise.clear().putLong(0, number);
        crcs[0] = crc(0);
        return noise;
    }

    /** The checksums of the blocks of the piece that was asked for last. */
    int[] crcs() {
        return crcs;
    }

    /**
     * Checks bytes of a piece.
     *
     * @param offset where in the piece they begin
     * @param bytes  from position 0 to their limit
     */
    void check(int number, int offset, ByteBuffer bytes) throws IOException {
        int skipped = offset == 0 ? Long.BYTES : 0;
        boolean right = offset != 0 || bytes.getLong(0) == number;
        if (!right || !bytes.slice(skipped, bytes.limit() - skipped)
                .equals(noise.slice(offset + skipped, bytes.limit() - skipped))) {
            throw new IOException("the bytes at " + offset + " of piece " + number
                    + " are not those that were written");
        }
    }
}
