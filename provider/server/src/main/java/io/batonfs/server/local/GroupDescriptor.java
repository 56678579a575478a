package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.server.PoolName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What a formatted directory says about itself, in the file {@code group}; big-endian:
 * <pre>
 *   0  magic "BATONGRP" (8) | version, 1 to 3 (4) | servers (4) | devices of each server (4) | device bytes (8)
 *  28  group id (16)
 *  44  version 3: for each server the highest number of a set of its devices (4)
 *      CRC32C of all before (4)
 * </pre>
 * Version 3 also says that {@link FurtherSets} of each server are to be there, which know at least that number: a Baton that
 * does not know of such must not open the group, nor one that finds them missing or older. It is written when the
 * first further set is taken in. Version 2, which is read, said so without the numbers.
 *
 * @param group       the group
 * @param servers     its servers
 * @param devices     device files of each
 * @param deviceBytes bytes of each
 * @param lastSets    for each server the highest number of a set of devices that it was given; empty if none ever was
 */
record GroupDescriptor(GroupId group, int servers, int devices, long deviceBytes, List<Integer> lastSets) {
    static final String FILE_NAME = "group";

    private static final long MAGIC = 0x4241544F4E475250L;
    private static final int PLAIN_VERSION = 1;
    private static final int SETS_VERSION = 2;
    private static final int VERSION = 3;
    private static final int VERSION_OFFSET = 8;
    private static final int SERVERS_OFFSET = 12;
    private static final int LAST_SETS_OFFSET = 44;

    /** Copies the list. */
    GroupDescriptor {
        lastSets = List.copyOf(lastSets);
    }

    /** Of a group whose servers have the devices that they were formatted with. */
    GroupDescriptor(GroupId group, int servers, int devices, long deviceBytes) {
        this(group, servers, devices, deviceBytes, List.of());
    }

    /** Whether servers may have further sets of devices. */
    boolean furtherSets() {
        return !lastSets.isEmpty();
    }

    /** The highest number of a set of devices that a server, numbered from 1, is known to have been given. */
    int lastSet(int server) {
        return lastSets.isEmpty() ? PoolName.FIRST_SET : lastSets.get(server - 1);
    }

    /** Of the same group when servers may have further sets of devices. */
    GroupDescriptor withFurtherSets() {
        return furtherSets() ? this : new GroupDescriptor(group, servers, devices, deviceBytes,
                Collections.nCopies(servers, PoolName.FIRST_SET));
    }

    /** The same when a server, numbered from 1, was given a set of a number. */
    GroupDescriptor withLastSet(int server, int number) {
        List<Integer> last = new ArrayList<>(withFurtherSets().lastSets);
        last.set(server - 1, Math.max(last.get(server - 1), number));
        return new GroupDescriptor(group, servers, devices, deviceBytes, last);
    }

    /** Reads the descriptor of a formatted directory. */
    static GroupDescriptor read(Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < VERSION_OFFSET + Integer.BYTES || in.getLong(0) != MAGIC) {
            throw new BatonException(ErrorCode.DATA_LOST, file + " does not describe a Baton group; name the"
                    + " directory of one, or an empty directory");
        }
        int version = in.getInt(VERSION_OFFSET);
        if (version > VERSION) {
            throw new BatonException(ErrorCode.UNSUPPORTED, file + " has format version " + version
                    + ", this Baton knows up to " + VERSION + "; use a newer Baton");
        }
        int more = bytes.length - LAST_SETS_OFFSET - Integer.BYTES;
        if (more < 0 || more != (version < VERSION ? 0 : in.getInt(SERVERS_OFFSET) * Integer.BYTES)
                || in.getInt(bytes.length - Integer.BYTES) != crc(bytes)) {
            throw new BatonException(ErrorCode.DATA_LOST, file + " is damaged; restore it from a backup of this group");
        }
        in.position(VERSION_OFFSET + Integer.BYTES);
        int servers = in.getInt();
        int devices = in.getInt();
        long deviceBytes = in.getLong();
        GroupDescriptor read = new GroupDescriptor(
                new GroupId(new UUID(in.getLong(), in.getLong())), servers, devices, deviceBytes);
        if (version == VERSION) {
            for (int server = 1; server <= servers; server++) {
                read = read.withLastSet(server, in.getInt());
            }
        }
        return version >= SETS_VERSION ? read.withFurtherSets() : read;
    }

    /** Writes the descriptor, whole or not at all. */
    void write(Path directory) throws IOException {
        byte[] bytes = new byte[LAST_SETS_OFFSET + (lastSets.size() + 1) * Integer.BYTES];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        out.putLong(MAGIC).putInt(furtherSets() ? VERSION : PLAIN_VERSION);
        out.putInt(servers).putInt(devices).putLong(deviceBytes);
        out.putLong(group.value().getMostSignificantBits()).putLong(group.value().getLeastSignificantBits());
        lastSets.forEach(out::putInt);
        out.putInt(crc(bytes));
        GroupFiles.writeWhole(directory.resolve(FILE_NAME), bytes);
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - Integer.BYTES);
        return (int) crc.getValue();
    }
}
