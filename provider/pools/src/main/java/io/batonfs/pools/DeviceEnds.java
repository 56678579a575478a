package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The first and the last MiB of a device, where whoever uses one leaves his marks: partition tables, file systems, RAID,
 * volume managers, and Baton. How they are made blank again when a set was used is in {@link DeviceWipe}. Stateless.
 */
public final class DeviceEnds {
    /** Of a smaller device all of it. */
    static final int END_BYTES = 1 << 20;

    /** What the magic numbers begin with of all that is at the ends of a set on which nothing was ever stored. */
    private static final byte[] OURS = {'B', 'A', 'T', 'O', 'N'};

    private DeviceEnds() {
    }

    /** Whether both are zero. */
    public static boolean areBlank(BlockDevice device) throws IOException {
        for (long offset : offsets(device)) {
            if (!isZero(read(device, offset))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes back a formatting that was not finished: the ends are zero again, if nothing is there but what it has
     * written. Whatever else is there by now is left as it is.
     *
     * @param group  the group that the device was formatted for
     * @param server the server
     * @param isPool tells the names of the pools that the device was formatted with from all others' of that server
     * @return whether both are zero now
     */
    public static boolean takeBackFormat(BlockDevice device, GroupId group, ServerId server, Predicate<String> isPool)
            throws IOException {
        List<Long> written = new ArrayList<>();
        for (long offset : offsets(device)) {
            ByteBuffer end = read(device, offset);
            for (int at = 0; at < end.limit(); at += PoolLayout.BLOCK_BYTES) {
                ByteBuffer block = end.slice(at, Math.min(PoolLayout.BLOCK_BYTES, end.limit() - at));
                if (!isZero(block)) {
                    if (!isOf(block, device.name(), group, server, isPool)) {
                        return false;
                    }
                    written.add(offset + at);
                }
            }
        }
        for (long offset : written) {
            device.write(offset, ByteBuffer.allocate(
                    (int) Math.min(PoolLayout.BLOCK_BYTES, device.sizeBytes() - offset)));
        }
        if (!written.isEmpty()) {
            device.force();
        }
        return true;
    }

    /** Whether both are zero but for some bytes. */
    static boolean areBlankBut(BlockDevice device, long offset, int lengthBytes) throws IOException {
        for (long start : offsets(device)) {
            ByteBuffer end = read(device, start);
            for (long at = Math.max(start, offset); at < Math.min(start + end.limit(), offset + lengthBytes); at++) {
                end.put((int) (at - start), (byte) 0);
            }
            if (!isZero(end)) {
                return false;
            }
        }
        return true;
    }

    /** Where the second one begins. */
    static long lastOffset(BlockDevice device) {
        return offsets(device)[1];
    }

    private static boolean isOf(ByteBuffer block, String device, GroupId group, ServerId server, Predicate<String> isPool) {
        if (block.limit() < PoolLayout.BLOCK_BYTES || block.mismatch(ByteBuffer.wrap(OURS)) < OURS.length
                || block.getLong(0) == SpareLabel.MAGIC || block.getLong(0) == Farewell.MAGIC) {
            return false;
        }
        try {
            Superblock superblock = SuperblockFormat.decode(block, device);
            return superblock.group().equals(group) && superblock.server().equals(server)
                    && superblock.pools().stream().map(PoolLayout::name).allMatch(isPool);
        } catch (FormatException e) {
            // Of another structure, or torn when it was written; not one that is somebody's who knows more.
            return e.kind() == FormatException.Kind.ABSENT || e.kind() == FormatException.Kind.DAMAGED;
        }
    }

    /** The last one begins at a whole block, as superblocks do, so it may reach a little more than a MiB. */
    private static long[] offsets(BlockDevice device) {
        long last = Math.max(0, device.sizeBytes() - END_BYTES);
        return new long[] {0, last / PoolLayout.BLOCK_BYTES * PoolLayout.BLOCK_BYTES};
    }

    private static ByteBuffer read(BlockDevice device, long offset) throws IOException {
        long length = offset == 0 ? Math.min(END_BYTES, device.sizeBytes()) : device.sizeBytes() - offset;
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        device.read(offset, bytes);
        return bytes.flip();
    }

    private static boolean isZero(ByteBuffer bytes) {
        return bytes.mismatch(ByteBuffer.allocate(bytes.limit())) < 0;
    }
}
