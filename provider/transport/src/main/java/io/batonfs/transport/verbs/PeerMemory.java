package io.batonfs.transport.verbs;

import java.io.Closeable;
import java.nio.ByteBuffer;

/**
 * Registered memory of a peer, within reach because both ends are in one process. Pinned: its owner, when he closes the
 * region, waits until it is given back, so it is held for no longer than a device takes. Used by one thread.
 */
public final class PeerMemory implements Closeable {
    private final MemoryRegion region;
    private final ByteBuffer bytes;
    private boolean givenBack;

    /** Of a region that has been pinned for it. */
    PeerMemory(MemoryRegion region, ByteBuffer bytes) {
        this.region = region;
        this.bytes = bytes;
    }

    /** The bytes, from 0 to the capacity; not to be touched once it is closed. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Gives it back. Again does nothing. */
    @Override
    public void close() {
        if (!givenBack) {
            givenBack = true;
            region.unpin();
        }
    }
}
