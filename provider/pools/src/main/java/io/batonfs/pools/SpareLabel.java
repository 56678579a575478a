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
            if (bytes.getLong(0) == MAGIC && bytes.getInt(CRC_AT) == Checksums.crc(bytes, 0, CRC_AT)) {
                return Optional.of(decode(bytes, device.name()));
            }
        }
        return Optional.empty();
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
