package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a device says of itself while it is made blank. It is written over the first sector of each of the two places of a
 * superblock or a spare's label before anything else is zeroed, and zeroed last: so a device of which that was cut short can be
 * told from one that somebody has put to another use. {@value #BYTES} bytes, which a device writes whole or not at all;
 * big-endian:
 * <pre>
 *      0  magic "BATONBYE" (8)
 *      8  version (4)               12  server id (4)
 *     16  group id (16)             32  set id (16)
 *     48  device size, bytes (8)    56  device index, -1 of a spare (4)
 *     60  name of the set's first pool, UTF-8, zero-filled; all zero of a spare (32)
 *     92  CRC32C of each of the 7 sectors behind it, as they were in the superblock or label (7 * 4)
 *    120  reserved
 *    508  CRC32C of bytes 0 to 507 (4)
 * </pre>
 * Who knows no such takes the device neither for a member nor for blank.
 *
 * @param group           the group that it was of
 * @param server          the server that it was of
 * @param setId           the set that it was of
 * @param deviceSizeBytes bytes of the device
 * @param deviceIndex     its place in the set, from 0; {@link #SPARE} of a spare
 * @param pool            the name of the set's first pool; empty of a spare
 * @param rest            the checksums of the sectors behind it
 */
record Farewell(GroupId group, ServerId server, UUID setId, long deviceSizeBytes, int deviceIndex, String pool,
        List<Integer> rest) {
    /** A sector: the least that devices write. */
    static final int BYTES = 512;
    static final int SPARE = -1;
    static final long MAGIC = 0x4241544F4E425945L;

    private static final int VERSION = 1;
    private static final int VERSION_AT = 8;
    private static final int SERVER_AT = 12;
    private static final int GROUP_AT = 16;
    private static final int SET_AT = 32;
    private static final int SIZE_AT = 48;
    private static final int INDEX_AT = 56;
    private static final int POOL_AT = 60;
    private static final int REST_AT = POOL_AT + SuperblockFormat.NAME_BYTES;
    private static final int CRC_AT = BYTES - 4;

    Farewell {
        rest = List.copyOf(rest);
    }

    /** Of a member whose superblock is in a block. */
    static Farewell of(Superblock member, ByteBuffer block) {
        return new Farewell(member.group(), member.server(), member.setId(), member.deviceSizeBytes(), member.deviceIndex(),
                member.pools().get(0).name(), restOf(block));
    }

    /** Of a spare whose label is in a block. */
    static Farewell of(SpareLabel spare, ByteBuffer block) {
        return new Farewell(spare.group(), spare.server(), spare.setId(), spare.deviceSizeBytes(), SPARE, "", restOf(block));
    }

    private static List<Integer> restOf(ByteBuffer block) {
        List<Integer> crcs = new ArrayList<>();
        for (int at = BYTES; at < PoolLayout.BLOCK_BYTES; at += BYTES) {
            crcs.add(Checksums.crc(block, at, BYTES));
        }
        return crcs;
    }

    /** Whether a block that begins with this holds behind it what was there before, or of some sectors zeros. */
    boolean isAllOf(ByteBuffer block) {
        List<Integer> now = restOf(block);
        ByteBuffer zeros = ByteBuffer.allocate(BYTES);
        for (int i = 0; i < now.size(); i++) {
            if (!now.get(i).equals(rest.get(i)) && !block.slice((i + 1) * BYTES, BYTES).equals(zeros)) {
                return false;
            }
        }
        return true;
    }

    ByteBuffer encode() {
        ByteBuffer to = ByteBuffer.allocate(BYTES);
        to.putLong(0, MAGIC).putInt(VERSION_AT, VERSION).putInt(SERVER_AT, server.value());
        SuperblockFormat.putUuid(to, GROUP_AT, group.value());
        SuperblockFormat.putUuid(to, SET_AT, setId);
        to.putLong(SIZE_AT, deviceSizeBytes).putInt(INDEX_AT, deviceIndex);
        to.put(POOL_AT, pool.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < rest.size(); i++) {
            to.putInt(REST_AT + i * Integer.BYTES, rest.get(i));
        }
        return to.putInt(CRC_AT, Checksums.crc(to, 0, CRC_AT));
    }

    /** What a block begins with; empty if that is none, or not a sound one. */
    static Optional<Farewell> find(ByteBuffer block, String device) throws FormatException {
        if (block.getLong(0) != MAGIC || block.getInt(CRC_AT) != Checksums.crc(block, 0, CRC_AT)) {
            return Optional.empty();
        }
        FormatException.checkVersion("the mark of device " + device + ", which is being made blank,", block.getInt(VERSION_AT),
                VERSION);
        byte[] name = new byte[SuperblockFormat.NAME_BYTES];
        block.get(POOL_AT, name);
        List<Integer> rest = new ArrayList<>();
        for (int at = BYTES; at < PoolLayout.BLOCK_BYTES; at += BYTES) {
            rest.add(block.getInt(REST_AT + rest.size() * Integer.BYTES));
        }
        return Optional.of(new Farewell(new GroupId(SuperblockFormat.uuid(block, GROUP_AT)),
                new ServerId(block.getInt(SERVER_AT)), SuperblockFormat.uuid(block, SET_AT), block.getLong(SIZE_AT),
                block.getInt(INDEX_AT), new String(name, StandardCharsets.UTF_8).trim(), rest));
    }
}
