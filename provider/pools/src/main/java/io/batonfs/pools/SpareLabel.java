package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a device says of itself that is kept for a set, to be put in the place of one that fails. It lies where members
 * have their superblocks, at the device's beginning and at its last whole block, and is written over by one when the
 * device is taken in. 4096 bytes, big-endian:
 * <pre>
 *      0  magic "BATONSPR" (8)
 *      8  version (4)               12  reserved (4)
 *     16  group id (16)             32  set id (16)
 *     48  server id (4)             52  reserved (4)
 *     56  device size, bytes (8)
 *   4092  CRC32C of bytes 0 to 4091 (4)
 * </pre>
 * It has a magic of its own, because software that knows no spares must take the device neither for a member nor for
 * blank.
 *
 * @param group           the group that it belongs to
 * @param setId           the set that it is kept for
 * @param server          the server that it belongs to
 * @param deviceSizeBytes bytes of the device when it was added
 */
record SpareLabel(GroupId group, UUID setId, ServerId server, long deviceSizeBytes) {
    static final int BYTES = PoolLayout.BLOCK_BYTES;
    static final int VERSION = 1;

    static final long MAGIC = 0x4241544F4E535052L;
    private static final int VERSION_AT = 8;
    private static final int GROUP_AT = 16;
    private static final int SET_AT = 32;
    private static final int SERVER_AT = 48;
    private static final int SIZE_AT = 56;
    private static final int CRC_AT = BYTES - 4;

    /** The label of a spare of the set that a superblock is of. */
    static SpareLabel of(Superblock set, BlockDevice device) {
        return new SpareLabel(set.group(), set.setId(), set.server(), device.sizeBytes());
    }

    /**
     * The label that a device has, in one of the two places at least; empty if it has none.
     *
     * @throws FormatException if it is of a later version
     */
    static Optional<SpareLabel> find(BlockDevice device) throws FormatException {
        for (long offset : new long[] {0, DeviceRoll.secondOffset(device.sizeBytes())}) {
            ByteBuffer bytes = ByteBuffer.allocate(BYTES);
            try {
                device.read(offset, bytes);
            } catch (IOException e) {
                // The other place may do; why the device is no member is told by who asks.
                continue;
            }
            Optional<SpareLabel> label = sound(bytes, device.name());
            if (label.isPresent()) {
                return label;
            }
        }
        return Optional.empty();
    }

    /**
     * The label in a block; empty if there is none that is sound.
     *
     * @throws FormatException if it is of a later version
     */
    static Optional<SpareLabel> sound(ByteBuffer block, String device) throws FormatException {
        return block.getLong(0) == MAGIC && block.getInt(CRC_AT) == Checksums.crc(block, 0, CRC_AT)
                ? Optional.of(decode(block, device)) : Optional.empty();
    }

    /**
     * Looks whether a device that has a label has nothing else where others have what they are known by. A label alone may
     * be what is left of one that somebody has put to another use, whose beginning was written over.
     *
     * @throws IOException with what is there, or if that can't be read
     */
    static void checkNothingElse(BlockDevice device) throws IOException {
        long second = DeviceRoll.secondOffset(device.sizeBytes());
        for (long start : new long[] {0, Math.max(0, device.sizeBytes() - StorageSet.MARGIN_BYTES)}) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(StorageSet.MARGIN_BYTES, device.sizeBytes()));
            device.read(start, bytes);
            int label = (int) ((start == 0 ? 0 : second) - start);
            long magic = bytes.getLong(label);
            if (magic == MAGIC || magic == SuperblockFormat.MAGIC) {
                // One that is damaged or torn is still nobody else's.
                bytes.put(label, new byte[BYTES]);
            }
            if (!bytes.flip().equals(ByteBuffer.allocate(bytes.limit()))) {
                throw new IOException("it has a spare's label, and something that is not Baton's within the "
                        + StorageSet.MARGIN_BYTES + " bytes at its " + (start == 0 ? "beginning" : "end")
                        + ": it may have been put to another use");
            }
        }
    }

    private static SpareLabel decode(ByteBuffer from, String device) throws FormatException {
        FormatException.checkVersion("the spare's label of device " + device, from.getInt(VERSION_AT), VERSION);
        return new SpareLabel(new GroupId(SuperblockFormat.uuid(from, GROUP_AT)), SuperblockFormat.uuid(from, SET_AT),
                new ServerId(from.getInt(SERVER_AT)), from.getLong(SIZE_AT));
    }

    /**
     * Writes it to both places.
     *
     * @throws IOException if one of them does not take it: the device is no good
     */
    void write(BlockDevice device) throws IOException {
        ByteBuffer to = ByteBuffer.allocate(BYTES);
        to.putLong(0, MAGIC).putInt(VERSION_AT, VERSION);
        SuperblockFormat.putUuid(to, GROUP_AT, group.value());
        SuperblockFormat.putUuid(to, SET_AT, setId);
        to.putInt(SERVER_AT, server.value());
        to.putLong(SIZE_AT, deviceSizeBytes);
        to.putInt(CRC_AT, Checksums.crc(to, 0, CRC_AT));
        put(device, to);
    }

    /**
     * Makes a device blank again that was a spare.
     *
     * @throws IOException if one of the places could not be written
     */
    static void wipe(BlockDevice device) throws IOException {
        put(device, ByteBuffer.allocate(BYTES));
    }

    /** The same; returns why that could not be done, or nothing if it was. */
    static Optional<String> tryToWipe(BlockDevice device) {
        try {
            wipe(device);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static void put(BlockDevice device, ByteBuffer block) throws IOException {
        List<IOException> failures = DeviceRoll.writePlaces(device, block);
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }

    /** For messages, after "it is". */
    @Override
    public String toString() {
        return "a spare of " + deviceSizeBytes + " bytes of set " + setId + " of " + server + " of " + group;
    }
}
