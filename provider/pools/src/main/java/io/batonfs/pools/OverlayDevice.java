package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leaves a device as it is: what is written stays in memory, in whole blocks, and is read from there. For a pool that
 * misses more devices than its level spares. What it would write, the missing ones would not get, and when they come
 * back they are believed, because nobody could record that they are out: so nothing may change on those that are there.
 * And for who looks at a set and must not change it ({@link StorageCheck}).
 *
 * <p>Thread-safe, but for {@link #keep} and {@link #forget}, beside which nothing may be written. The device belongs to
 * whoever gave it, who closes it.
 */
final class OverlayDevice implements BlockDevice {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    private final BlockDevice device;
    /** By offset on the device: of what ends a checkpoint a batch area's content, at most. */
    private final Map<Long, byte[]> written = new ConcurrentHashMap<>();
    /** What was kept; what is written later is in {@link #written}. */
    private volatile Map<Long, byte[]> kept = Map.of();

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

    /** What was written is there whatever the device says of its place: as on a disk that puts a bad sector elsewhere. */
    @Override
    public void read(long offset, ByteBuffer destination) throws IOException {
        int start = destination.position();
        long end = offset + destination.remaining();
        if (written.isEmpty() && kept.isEmpty()) {
            device.read(offset, destination);
            return;
        }
        long unread = offset;
        for (long at = offset - offset % BLOCK; at < end; at += BLOCK) {
            byte[] block = written.getOrDefault(at, kept.get(at));
            if (block != null) {
                long from = Math.max(at, offset);
                int bytes = (int) (Math.min(at + BLOCK, end) - from);
                readDevice(unread, from, offset, start, destination);
                destination.put(start + (int) (from - offset), block, (int) (from - at), bytes);
                unread = from + bytes;
            }
        }
        readDevice(unread, end, offset, start, destination);
        destination.position(start + (int) (end - offset));
    }

    /** From one place on the device to another, into a buffer whose start stands for an offset. */
    private void readDevice(long from, long until, long offset, int start, ByteBuffer destination) throws IOException {
        if (from < until) {
            device.read(from, destination.slice(start + (int) (from - offset), (int) (until - from)));
        }
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        long at = offset;
        while (source.hasRemaining()) {
            int skip = (int) (at % BLOCK);
            int bytes = Math.min(BLOCK - skip, source.remaining());
            if (bytes == BLOCK) {
                byte[] block = new byte[BLOCK];
                source.get(block);
                written.put(at, block);
            } else {
                writePart(at - skip, skip, source, bytes);
            }
            at += bytes;
        }
    }

    /** Two parts of a block must not both begin from what was there before either. */
    private synchronized void writePart(long start, int skip, ByteBuffer source, int bytes) throws IOException {
        byte[] block = new byte[BLOCK];
        read(start, ByteBuffer.wrap(block, 0, (int) Math.min(BLOCK, sizeBytes() - start)));
        source.get(block, skip, bytes);
        written.put(start, block);
    }

    /** What was written until now stays when the rest is forgotten. */
    void keep() {
        Map<Long, byte[]> all = new HashMap<>(kept);
        all.putAll(written);
        kept = all;
        written.clear();
    }

    /** Blocks that were written since {@link #keep}. */
    int forgettable() {
        return written.size();
    }

    /** What was written since {@link #keep} never was. */
    void forget() {
        written.clear();
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
