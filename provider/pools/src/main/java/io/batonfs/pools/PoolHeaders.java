package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The two headers that a device has of a pool, and what follows from them beside those of the others. Immutable.
 *
 * @param even what is in the place of even checkpoints
 * @param odd  what is in that of odd ones
 */
record PoolHeaders(Found even, Found odd) {
    /**
     * What is in one place.
     *
     * @param header the header; null if there is no sound one
     * @param zero   whether nothing was ever written there, or it was wiped
     */
    record Found(PoolHeaderFormat.Header header, boolean zero) {
        /** Whether there was something once of which nothing is known: damage, which is mended from others. */
        private boolean damaged() {
            return header == null && !zero;
        }

        private long upTo(long newest) {
            return header == null || header.checkpoint() > newest ? NONE : header.checkpoint();
        }
    }

    /** A checkpoint below all. */
    static final long NONE = 0;

    static PoolHeaders read(BlockDevice device, PoolLayout layout) {
        return new PoolHeaders(read(device, layout, 0), read(device, layout, 1));
    }

    private static Found read(BlockDevice device, PoolLayout layout, int copy) {
        ByteBuffer bytes = ByteBuffer.allocate(PoolHeaderFormat.BYTES);
        try {
            device.read(layout.headerOffset(copy), bytes);
        } catch (IOException e) {
            // Damage like any other: it is written anew, which takes the device out if that fails too.
            return new Found(null, false);
        }
        try {
            return new Found(PoolHeaderFormat.decode(bytes, "header of pool " + layout.name()), false);
        } catch (FormatException e) {
            return new Found(null, bytes.clear().equals(ByteBuffer.allocate(PoolHeaderFormat.BYTES)));
        }
    }

    /** The newer one; null if none is sound. */
    PoolHeaderFormat.Header newer() {
        if (even.header == null || odd.header != null && odd.header.checkpoint() > even.header.checkpoint()) {
            return odd.header;
        }
        return even.header;
    }

    /** Whether it says that all devices in use had the header of a checkpoint: it is in both places. */
    boolean saysThatAllHad(long checkpoint) {
        return even.upTo(checkpoint) == checkpoint && odd.upTo(checkpoint) == checkpoint;
    }

    /** The newest sound checkpoint that is none of another pool's time. */
    long newest(long ofAll) {
        return Math.max(even.upTo(ofAll), odd.upTo(ofAll));
    }

    /**
     * Whether no crash explains what is here. Damage does: what was in a place that is damaged is not known.
     *
     * @param newest of all devices in use
     * @param all    what each of them had durably at some time: that, or the one before
     */
    boolean isOlderThan(long newest, long all) {
        long own = newest(newest);
        if (own == NONE) {
            return even.zero && odd.zero;
        }
        boolean damaged = (all % 2 == 0 ? even : odd).damaged();
        return own < (damaged ? all - 1 : all);
    }
}
