package io.batonfs.pools;

import java.nio.ByteBuffer;

/**
 * A row of a segment that is (also) in memory, because bytes of it are in the journal and not yet in place. Bytes are
 * only added behind {@link #filled()}, by the segment's appender; a reader reads those before the length that the
 * segment's state shows, which never change.
 */
final class RowImage {
    private final byte[] bytes;
    private int filled;
    private boolean fresh;
    /** Also asked by the scrubber, which holds other locks than a checkpoint. */
    private volatile boolean dirty;

    /**
     * @param fresh whether nothing of the row that anyone relies on is in place: then it may be written there without
     *              a batch
     */
    RowImage(int rowBytes, boolean fresh) {
        this.bytes = new byte[rowBytes];
        this.fresh = fresh;
    }

    /** Takes over what is in place already. */
    static RowImage loaded(byte[] bytes, int filled) {
        RowImage image = new RowImage(bytes.length, false);
        System.arraycopy(bytes, 0, image.bytes, 0, filled);
        image.filled = filled;
        return image;
    }

    void add(ByteBuffer source) {
        int count = source.remaining();
        source.get(bytes, filled, count);
        filled += count;
        dirty = true;
    }

    byte[] bytes() {
        return bytes;
    }

    int filled() {
        return filled;
    }

    boolean fresh() {
        return fresh;
    }

    boolean dirty() {
        return dirty;
    }

    /** It is in place now. */
    void inPlace() {
        fresh = false;
        dirty = false;
    }
}
