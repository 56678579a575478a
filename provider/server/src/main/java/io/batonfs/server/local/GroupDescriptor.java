package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What a formatted directory says about itself, in the file {@code group}; big-endian:
 * <pre>
 *   0  magic "BATONGRP" (8) | version, 1 or 2 (4) | servers (4) | devices of each server (4) | device bytes (8)
 *  28  group id (16)
 *  44  CRC32C of bytes 0 to 43 (4)
 * </pre>
 * Version 2 says the same, and that {@link FurtherSets} of each server are to be there: a Baton that does not know of such
 * must not open the group, nor one that finds them missing. It is written when the first further set is taken in.
 *
 * @param group       the group
 * @param servers     its servers
 * @param devices     device files of each
 * @param deviceBytes bytes of each
 * @param furtherSets whether servers may have further sets of devices
 */
record GroupDescriptor(GroupId group, int servers, int devices, long deviceBytes, boolean furtherSets) {
    static final String FILE_NAME = "group";

    private static final long MAGIC = 0x4241544F4E475250L;
    private static final int PLAIN_VERSION = 1;
    private static final int VERSION = 2;
    private static final int VERSION_OFFSET = 8;
    private static final int CRC_OFFSET = 44;
    private static final int BYTES = 48;

    /** Of a group whose servers have the devices that they were formatted with. */
    GroupDescriptor(GroupId group, int servers, int devices, long deviceBytes) {
        this(group, servers, devices, deviceBytes, false);
    }

    /** Of the same group when servers may have further sets of devices. */
    GroupDescriptor withFurtherSets() {
        return new GroupDescriptor(group, servers, devices, deviceBytes, true);
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
        if (bytes.length != BYTES || in.getInt(CRC_OFFSET) != crc(bytes)) {
            throw new BatonException(ErrorCode.DATA_LOST, file + " is damaged; restore it from a backup of this group");
        }
        in.position(VERSION_OFFSET + Integer.BYTES);
        int servers = in.getInt();
        int devices = in.getInt();
        long deviceBytes = in.getLong();
        return new GroupDescriptor(new GroupId(new UUID(in.getLong(), in.getLong())), servers, devices, deviceBytes,
                version > PLAIN_VERSION);
    }

    /** Writes the descriptor, whole or not at all. */
    void write(Path directory) throws IOException {
        byte[] bytes = new byte[BYTES];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        out.putLong(MAGIC).putInt(furtherSets ? VERSION : PLAIN_VERSION).putInt(servers).putInt(devices).putLong(deviceBytes);
        out.putLong(group.value().getMostSignificantBits()).putLong(group.value().getLeastSignificantBits());
        out.putInt(CRC_OFFSET, crc(bytes));
        GroupFiles.writeWhole(directory.resolve(FILE_NAME), bytes);
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CRC_OFFSET);
        return (int) crc.getValue();
    }
}
