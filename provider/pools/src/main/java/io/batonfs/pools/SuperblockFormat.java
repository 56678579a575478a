package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The superblock, 4096 bytes, big-endian. One copy at the device's beginning, one at the last whole block of the size
 * that the device had when it was formatted.
 * <pre>
 *      0  magic "BATONDEV" (8)
 *      8  version (4)               12  role: 0 has the place, 1 is its successor, or was retired (4)
 *     16  group id (16)             32  set id (16)
 *     48  server id (4)             52  device index (2)     54  devices of the set (2)
 *     56  generation (8)            64  device size, bytes (8)
 *     72  block size, bytes (4)     76  number of pools (4)
 *    128  pools, 128 bytes each:
 *         0 name, UTF-8, zero-filled (32)   32 RAID level (2)      34 metadata copies (2)
 *        36 stripe unit, blocks (4)         40 region start (8)    48 region end (8)
 *        56 batch area, bytes (8)           64 journal, bytes (8)  72 slot pages (4)
 *        76 checksum pages (4)              80 devices out (8)     88 RAID 50's spans (2)
 *        90 reserved (6)                    96 devices being rebuilt (8)
 *       104 how far this device is rebuilt, see RebuildMark (8)   112 devices in doubt (8)
 *       120 reserved (8)
 *   2176  which device has a place, by places, 64 times (8)
 *   2688  which device is to have it next, 0 for none, by places, 64 times (8)
 *   3200  what a device in doubt must have, 0 for none in doubt, by places, 64 times: number of a pool (1), checkpoint (7);
 *         0 for itself if it could not be told whether it is the right one
 *   4092  CRC32C of bytes 0 to 4091 (4)
 * </pre>
 * Version 1 had zeros where version 2 says who is being rebuilt, how far, and who has which place, which means that
 * nobody is and that each has his own: so it is read like version 2. Version 2 had zeros where version 3 says who is
 * to have a place next, and version 3 had zeros where version 4 says who is in doubt. What is written is version 4 while a device
 * is in doubt, as software that knows no doubts would use it; else version 3 while a place has a successor, which software that
 * knows none must not open, as it would not write to it, or is a device's that was retired; and version 2 otherwise.
 */
final class SuperblockFormat {
    static final int BYTES = PoolLayout.BLOCK_BYTES;
    static final int VERSION = 4;
    /** What is written while no device is in doubt. */
    static final int VERSION_WITHOUT_DOUBTS = 3;
    /** What is written while no place has a successor either. */
    static final int VERSION_WITHOUT_SUCCESSORS = 2;
    /** The oldest version that is read. */
    static final int OLDEST_VERSION = 1;
    static final int VERSION_AT = 8;
    static final int CRC_AT = BYTES - 4;
    static final int NAME_BYTES = 32;
    static final int MAX_POOLS = 16;

    static final long MAGIC = 0x4241544F4E444556L;
    private static final int ROLE_AT = 12;
    private static final int GROUP_AT = 16;
    private static final int SET_AT = 32;
    private static final int SERVER_AT = 48;
    private static final int INDEX_AT = 52;
    private static final int DEVICES_AT = 54;
    private static final int GENERATION_AT = 56;
    private static final int SIZE_AT = 64;
    private static final int BLOCK_AT = 72;
    private static final int POOL_COUNT_AT = 76;
    private static final int POOLS_AT = 128;
    private static final int POOL_BYTES = 128;
    private static final int OUT_IN_POOL = 80;
    private static final int REBUILD_IN_POOL = 96;
    private static final int MARK_IN_POOL = 104;
    private static final int DOUBTS_IN_POOL = 112;
    private static final int TENANTS_AT = POOLS_AT + MAX_POOLS * POOL_BYTES;
    private static final int SUCCESSORS_AT = TENANTS_AT + Long.SIZE * Long.BYTES;
    private static final int WITNESSES_AT = SUCCESSORS_AT + Long.SIZE * Long.BYTES;

    private SuperblockFormat() {
    }

    static ByteBuffer encode(Superblock block) {
        ByteBuffer to = ByteBuffer.allocate(BYTES);
        to.putLong(0, MAGIC).putInt(VERSION_AT, version(block));
        to.putInt(ROLE_AT, block.isSuccessor() ? 1 : 0);
        putUuid(to, GROUP_AT, block.group().value());
        putUuid(to, SET_AT, block.setId());
        to.putInt(SERVER_AT, block.server().value());
        to.putShort(INDEX_AT, (short) block.deviceIndex());
        to.putShort(DEVICES_AT, (short) block.devices());
        to.putLong(GENERATION_AT, block.generation());
        to.putLong(SIZE_AT, block.deviceSizeBytes());
        to.putInt(BLOCK_AT, PoolLayout.BLOCK_BYTES);
        to.putInt(POOL_COUNT_AT, block.pools().size());
        for (int i = 0; i < block.pools().size(); i++) {
            int at = POOLS_AT + i * POOL_BYTES;
            encodePool(to, at, block.pools().get(i));
            to.putLong(at + OUT_IN_POOL, block.outMasks().get(i));
            to.putLong(at + REBUILD_IN_POOL, block.rebuildMasks().get(i));
            to.putLong(at + MARK_IN_POOL, block.marks().get(i));
            to.putLong(at + DOUBTS_IN_POOL, block.doubts().get(i));
        }
        for (int i = 0; i < block.devices(); i++) {
            to.putLong(TENANTS_AT + i * Long.BYTES, block.tenants().get(i));
            to.putLong(SUCCESSORS_AT + i * Long.BYTES, block.successors().get(i));
            to.putLong(WITNESSES_AT + i * Long.BYTES, block.witnesses().get(i));
        }
        to.putInt(CRC_AT, Checksums.crc(to, 0, CRC_AT));
        return to;
    }

    private static int version(Superblock block) {
        if (block.hasDoubts()) {
            return VERSION;
        }
        return block.hasSuccessors() || block.isSuccessor() ? VERSION_WITHOUT_DOUBTS : VERSION_WITHOUT_SUCCESSORS;
    }

    static Superblock decode(ByteBuffer from, String device) throws FormatException {
        String what = "the superblock of device " + device;
        if (from.getLong(0) != MAGIC) {
            throw new FormatException(FormatException.Kind.ABSENT, what
                    + " is missing or damaged: this is not a Baton device; format it, or correct the path");
        }
        if (from.getInt(CRC_AT) != Checksums.crc(from, 0, CRC_AT)) {
            throw new FormatException(FormatException.Kind.DAMAGED, what + " is damaged: its checksum does not agree");
        }
        FormatException.checkVersion(what, from.getInt(VERSION_AT), OLDEST_VERSION, VERSION);
        if (from.getInt(BLOCK_AT) != PoolLayout.BLOCK_BYTES) {
            throw new FormatException(FormatException.Kind.TOO_NEW, what + " speaks of blocks of "
                    + from.getInt(BLOCK_AT) + " bytes, which this software does not know; upgrade it");
        }
        int devices = from.getShort(DEVICES_AT);
        List<PoolLayout> pools = new ArrayList<>();
        List<Long> outMasks = new ArrayList<>();
        List<Long> rebuildMasks = new ArrayList<>();
        List<Long> marks = new ArrayList<>();
        List<Long> doubts = new ArrayList<>();
        for (int i = 0; i < from.getInt(POOL_COUNT_AT); i++) {
            int at = POOLS_AT + i * POOL_BYTES;
            pools.add(decodePool(from, at, devices, what));
            outMasks.add(from.getLong(at + OUT_IN_POOL));
            rebuildMasks.add(from.getLong(at + REBUILD_IN_POOL));
            marks.add(from.getLong(at + MARK_IN_POOL));
            doubts.add(from.getLong(at + DOUBTS_IN_POOL));
        }
        List<Long> tenants = new ArrayList<>();
        List<Long> successors = new ArrayList<>();
        List<Long> witnesses = new ArrayList<>();
        for (int i = 0; i < devices; i++) {
            tenants.add(from.getLong(TENANTS_AT + i * Long.BYTES));
            successors.add(from.getLong(SUCCESSORS_AT + i * Long.BYTES));
            witnesses.add(from.getLong(WITNESSES_AT + i * Long.BYTES));
        }
        return new Superblock(new GroupId(uuid(from, GROUP_AT)), uuid(from, SET_AT),
                new ServerId(from.getInt(SERVER_AT)), from.getShort(INDEX_AT), from.getLong(GENERATION_AT),
                from.getLong(SIZE_AT), pools, outMasks, rebuildMasks, tenants, marks, successors,
                from.getInt(ROLE_AT) == 1, doubts, witnesses);
    }

    private static void encodePool(ByteBuffer to, int at, PoolLayout pool) {
        to.put(at, pool.name().getBytes(StandardCharsets.UTF_8));
        to.putShort(at + 32, (short) pool.level().number());
        to.putShort(at + 34, (short) pool.metadataCopies());
        to.putInt(at + 36, pool.unitBlocks());
        to.putLong(at + 40, pool.regionStart());
        to.putLong(at + 48, pool.regionEnd());
        to.putLong(at + 56, pool.batchBytes());
        to.putLong(at + 64, pool.journalBytes());
        to.putInt(at + 72, pool.slotPages());
        to.putInt(at + 76, pool.checksumPages());
        to.putShort(at + 88, (short) pool.spans());
    }

    /** The checksum is sound, so what is unknown here was written by software that knows it. */
    private static PoolLayout decodePool(ByteBuffer from, int at, int devices, String what) throws FormatException {
        byte[] name = new byte[NAME_BYTES];
        from.get(at, name);
        // Reserved before there was RAID 50, so 0.
        int spans = Math.max(1, from.getShort(at + 88));
        String poolName = new String(name, StandardCharsets.UTF_8).trim();
        try {
            PoolLayout pool = new PoolLayout(poolName, RaidLevel.ofNumber(from.getShort(at + 32)), devices, spans,
                    from.getInt(at + 36), from.getShort(at + 34), from.getLong(at + 40), from.getLong(at + 48),
                    from.getLong(at + 56), from.getLong(at + 64), from.getInt(at + 72), from.getInt(at + 76));
            pool.geometry();
            return pool;
        } catch (IllegalArgumentException e) {
            throw new FormatException(FormatException.Kind.TOO_NEW, what + " speaks of a pool " + poolName
                    + " that this software does not know: " + e.getMessage() + "; upgrade it");
        }
    }

    static void putUuid(ByteBuffer to, int at, UUID id) {
        to.putLong(at, id.getMostSignificantBits()).putLong(at + 8, id.getLeastSignificantBits());
    }

    static UUID uuid(ByteBuffer from, int at) {
        return new UUID(from.getLong(at), from.getLong(at + 8));
    }
}
