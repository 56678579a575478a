package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leaves a device as it is: what is written stays in memory, whole blocks only, and is read from there. For a pool that
 * misses more devices than its level spares. What it would write, the missing ones would not get, and when they come
 * back they are believed, because nobody could record that they are out: so nothing may change on those that are there.
 *
 * <p>Thread-safe. The device belongs to whoever gave it, who closes it.
 */
final class OverlayDevice implements BlockDevice {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    private final BlockDevice device;
    /** By offset on the device. What ends a checkpoint is all that is ever here: a batch area's content, at most. */
    private final Map<Long, byte[]> written = new ConcurrentHashMap<>();

    OverlayDevice(BlockDevice device) {
        this.device = device;
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public long sizeBytes() {
        return device.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer destination) throws IOException {
        int start = destination.position();
        long end = offset + destination.remaining();
        device.read(offset, destination);
        if (written.isEmpty()) {
            return;
        }
        for (long at = offset - offset % BLOCK; at < end; at += BLOCK) {
            byte[] block = written.get(at);
            if (block != null) {
                long from = Math.max(at, offset);
                int bytes = (int) (Math.min(at + BLOCK, end) - from);
                destination.put(start + (int) (from - offset), block, (int) (from - at), bytes);
            }
        }
    }

    @Override
    public void write(long offset, ByteBuffer source) {
        if (offset % BLOCK != 0 || source.remaining() % BLOCK != 0) {
            throw new IllegalArgumentException(
                    "range " + offset + "+" + source.remaining() + " is not of whole blocks");
        }
        for (long at = offset; source.hasRemaining(); at += BLOCK) {
            byte[] block = new byte[BLOCK];
            source.get(block);
            written.put(at, block);
        }
    }

    @Override
    public void force() {
        // Nothing was promised: it is gone when the pool is closed.
    }

    @Override
    public void close() {
        // Its owner closes the device.
    }
}
