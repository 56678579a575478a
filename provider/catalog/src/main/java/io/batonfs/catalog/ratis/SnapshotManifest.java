package io.batonfs.catalog.ratis;

import io.batonfs.catalog.store.DurableFiles;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What a snapshot consists of: the file {@code baton-snapshot} in its directory. Big-endian.
 *
 * <pre>
 * offset  bytes
 * 0       8      magic "BATONSNP"
 * 8       4      version, 1
 * 12      16     group id
 * 28      8      term of the last entry in it
 * 36      8      index of the last entry in it
 * 44      4      number of files
 * 48      ...    per file: 2 bytes length of the name, name (UTF-8), 8 length in bytes, 16 MD5
 * n-4     4      CRC32C of all bytes before
 * </pre>
 *
 * @param group the group whose catalog it is
 * @param term  term of the last entry in it
 * @param index index of the last entry in it
 * @param files all other files of the snapshot
 */
record SnapshotManifest(UUID group, long term, long index, List<File> files) {
    static final String FILE_NAME = "baton-snapshot";
    static final int VERSION = 1;
    static final int VERSION_OFFSET = 8;
    static final int MD5_BYTES = 16;
    private static final long MAGIC = 0x4241544F4E534E50L;
    private static final int CRC_BYTES = 4;

    /** A file of a snapshot; MD5 because Ratis' transfer of snapshots checks that. */
    record File(String name, long lengthBytes, byte[] md5) {
    }

    void write(Path directory) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(MAGIC);
        out.writeInt(VERSION);
        out.writeLong(group.getMostSignificantBits());
        out.writeLong(group.getLeastSignificantBits());
        out.writeLong(term);
        out.writeLong(index);
        out.writeInt(files.size());
        for (File file : files) {
            byte[] name = file.name.getBytes(StandardCharsets.UTF_8);
            out.writeShort(name.length);
            out.write(name);
            out.writeLong(file.lengthBytes);
            out.write(file.md5);
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.toByteArray());
        out.writeInt((int) crc.getValue());
        Path file = directory.resolve(FILE_NAME);
        Files.write(file, bytes.toByteArray(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        DurableFiles.forceFile(file);
    }

    /** Reads the manifest of a snapshot's directory; DATA_LOST if it is missing or damaged, UNSUPPORTED if newer. */
    static SnapshotManifest read(Path directory) throws IOException {
        Path path = directory.resolve(FILE_NAME);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw damaged(path, "it is missing");
        }
        try {
            return parse(path, ByteBuffer.wrap(bytes));
        } catch (BufferUnderflowException e) {
            throw damaged(path, "it ends too early");
        }
    }

    private static SnapshotManifest parse(Path path, ByteBuffer in) throws BatonException {
        if (in.getLong() != MAGIC) {
            throw damaged(path, "it does not begin as a manifest does");
        }
        int version = in.getInt();
        if (version > VERSION) {
            throw new BatonException(ErrorCode.UNSUPPORTED, "snapshot manifest " + path + " has format version "
                    + version + ", newer than " + VERSION + " that this build knows: use the newer build");
        }
        int crcOffset = in.limit() - CRC_BYTES;
        CRC32C crc = new CRC32C();
        crc.update(in.array(), 0, Math.max(0, crcOffset));
        if (crcOffset < in.position() || in.getInt(crcOffset) != (int) crc.getValue()) {
            throw damaged(path, "its checksum does not match");
        }
        UUID group = new UUID(in.getLong(), in.getLong());
        long term = in.getLong();
        long index = in.getLong();
        int count = in.getInt();
        List<File> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[in.getShort()];
            in.get(name);
            long length = in.getLong();
            byte[] md5 = new byte[MD5_BYTES];
            in.get(md5);
            files.add(new File(new String(name, StandardCharsets.UTF_8), length, md5));
        }
        return new SnapshotManifest(group, term, index, List.copyOf(files));
    }

    static BatonException damaged(Path path, String reason) {
        return new BatonException(ErrorCode.DATA_LOST, "the catalog's snapshot is damaged: " + path + ": " + reason
                + "; put it back from a backup, or in a group empty this peer's directory: the others fill it");
    }
}
