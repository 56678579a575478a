package io.batonfs.pools;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/** What tests of pools share: small sets of devices, pieces' checksums, predictable bytes. */
final class TestPools {
    static final GroupId GROUP = new GroupId(new UUID(0x1234_4000L, 0x8000_0000_0000_0001L));
    static final ServerId SERVER = new ServerId(1);
    static final int BLOCK = PoolLayout.BLOCK_BYTES;
    /** As usual, by whoever asks; but no small segment waits for others. */
    static final ForcePolicy PACKING = new ForcePolicy(Runnable::run, 2L << 30, 4L << 30, 512L << 20, 1);

    private TestPools() {
    }

    static SegmentIdentity identity(long page) {
        return new SegmentIdentity(GROUP, VolumeId.of(0, 1), page, ExtentId.of(0, page + 1));
    }

    static List<RecordingBlockDevice> devices(int count, int sizeBytes, PowerSwitch power) {
        List<RecordingBlockDevice> devices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            devices.add(new RecordingBlockDevice("dev" + i, sizeBytes, power));
        }
        return devices;
    }

    /**
     * Opens a set whose pools pack whatever can be packed, at once. Whatever befell its devices, none is taken for an older
     * copy of itself.
     */
    static StorageSet open(List<? extends BlockDevice> devices) throws IOException {
        return open(devices, PACKING);
    }

    static StorageSet open(List<? extends BlockDevice> devices, ForcePolicy forces) throws IOException {
        StorageSet set = StorageSet.open(devices, GROUP, SERVER, forces);
        if (!set.olderCopies().isEmpty()) {
            throw new AssertionError("nobody put a copy back: " + set.olderCopies());
        }
        return set;
    }

    /** One small pool over all devices. */
    static StorageSetConfig small(RaidLevel level, int unitBlocks, long journalBytes) {
        return new StorageSetConfig(List.of(new PoolConfig("p", level, 0, 1, unitBlocks, 0, 60, journalBytes)));
    }

    static byte[] bytes(RandomGenerator random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    static int crc(byte[] bytes, int from, int until) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, until - from);
        return (int) crc.getValue();
    }

    static int[] pieceCrcs(int offset, byte[] bytes) {
        List<Integer> crcs = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int until = Math.min(bytes.length, at + BLOCK - (offset + at) % BLOCK);
            crcs.add(crc(bytes, at, until));
            at = until;
        }
        return crcs.stream().mapToInt(Integer::intValue).toArray();
    }

    static void append(Pool pool, SegmentId id, int offset, byte[] bytes, boolean force) throws IOException {
        pool.append(id, offset, ByteBuffer.wrap(bytes), pieceCrcs(offset, bytes), force);
    }

    /** Reads a range and checks that the pieces' checksums are those of the bytes. */
    static byte[] read(Pool pool, SegmentId id, int offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        int[] crcs = pool.read(id, offset, ByteBuffer.wrap(bytes));
        if (!Arrays.equals(crcs, pieceCrcs(offset, bytes))) {
            throw new AssertionError("the checksums that came with bytes " + offset + "+" + length + " are not theirs");
        }
        return bytes;
    }

    static SegmentId create(Pool pool, long page) throws IOException {
        return pool.create(identity(page), Epoch.FIRST);
    }
}
