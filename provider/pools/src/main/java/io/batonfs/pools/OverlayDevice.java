package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
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
    private final Map<Long, Block> written = new ConcurrentHashMap<>();
    /** What was kept; what is written later is in {@link #written}. */
    private volatile Map<Long, Block> kept = Map.of();

    /**
     * A block of which something was written. Never changed once it is in a map.
     *
     * @param bytes those that were written, and zeros
     * @param known which bytes were written; null if all were
     */
    private record Block(byte[] bytes, BitSet known) {

        /** The first byte from one on that was written, or a byte behind the block. */
        int nextKnown(int from) {
            int next = known == null ? from : known.nextSetBit(from);
            return next < 0 ? BLOCK : next;
        }

        /** The first byte from one on that was not written. */
        int nextUnknown(int from) {
            return known == null ? BLOCK : known.nextClearBit(from);
        }
    }

    OverlayDevice(BlockDevice device) {
        this.device = device;
    }

    /** The device that is left as it is; of any other device that itself. */
    static BlockDevice below(BlockDevice device) {
        return device instanceof OverlayDevice overlay ? overlay.device : device;
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
            Block block = written.getOrDefault(at, kept.get(at));
            if (block != null) {
                int behind = (int) Math.min(BLOCK, end - at);
                int from = block.nextKnown((int) Math.max(0, offset - at));
                while (from < behind) {
                    int until = Math.min(block.nextUnknown(from), behind);
                    readDevice(unread, at + from, offset, start, destination);
                    destination.put(start + (int) (at + from - offset), block.bytes(), from, until - from);
                    unread = at + until;
                    from = block.nextKnown(until);
                }
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
    public void write(long offset, ByteBuffer source) {
        long at = offset;
        while (source.hasRemaining()) {
            int skip = (int) (at % BLOCK);
            int bytes = Math.min(BLOCK - skip, source.remaining());
            byte[] part = new byte[BLOCK];
            source.get(part, skip, bytes);
            if (bytes == BLOCK) {
                written.put(at, new Block(part, null));
            } else {
                writePart(at - skip, skip, skip + bytes, part);
            }
            at += bytes;
        }
    }

    /**
     * The device is not asked for the rest of the block until somebody reads that: it may be what can't be read. Two parts
     * of a block must not both begin from what was there before either.
     */
    private synchronized void writePart(long start, int from, int until, byte[] part) {
        Block before = written.getOrDefault(start, kept.get(start));
        BitSet known = new BitSet();
        known.set(from, until);
        if (before != null) {
            System.arraycopy(before.bytes(), 0, part, 0, from);
            System.arraycopy(before.bytes(), until, part, until, BLOCK - until);
            if (before.known() != null) {
                known.or(before.known());
            }
        }
        boolean all = before != null && before.known() == null || known.nextClearBit(0) == BLOCK;
        written.put(start, new Block(part, all ? null : known));
    }

    /** What was written until now stays when the rest is forgotten. */
    void keep() {
        Map<Long, Block> all = new HashMap<>(kept);
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
