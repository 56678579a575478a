package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.MemoryRegion;
import java.nio.ByteBuffer;

/** Registered memory for one request of the server end, with room for its checksums as numbers. Owned by one at a time. */
final class IoBuffer {
    final MemoryRegion region;
    /** All of the region; little-endian; used with absolute positions only. */
    final ByteBuffer bytes;
    final int[] crcs;
    /** Its number in its pool, from 1. */
    final int number;
    /** In its pool: the one that was given back before it. */
    IoBuffer nextFree;

    IoBuffer(MemoryRegion region, int maxPieces, int number) {
        this.number = number;
        this.region = region;
        this.bytes = region.buffer();
        this.crcs = new int[maxPieces];
    }
}
