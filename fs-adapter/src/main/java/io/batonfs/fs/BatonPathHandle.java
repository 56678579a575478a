package io.batonfs.fs;

import io.batonfs.model.FileId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.InvalidPathHandleException;
import org.apache.hadoop.fs.PathHandle;

/**
 * A file as somebody saw it, to be opened later, maybe by another process. What of it may have changed since is part of
 * the handle. Immutable. Its bytes, integers big-endian:
 *
 * <pre>
 *  offset  bytes
 *       0      4  magic "BPH" and 0
 *       4      1  version, 1
 *       5      1  flags: 1 the content may have changed, 2 the place may have changed
 *       6      8  file id
 *      14      8  modification time, milliseconds since 1970
 *      22      8  length, bytes
 *      30      4  bytes of the path
 *      34      n  path at which it was seen, UTF-8
 *  34 + n      4  CRC32C of all before
 * </pre>
 */
public final class BatonPathHandle implements PathHandle {
    private static final long serialVersionUID = 1L;

    private static final int MAGIC = 'B' << 24 | 'P' << 16 | 'H' << 8;
    private static final byte VERSION = 1;
    private static final int CHANGED = 1;
    private static final int MOVED = 2;
    private static final int FIXED_BYTES = 34;
    private static final int CRC_BYTES = 4;

    private final byte[] bytes;

    private BatonPathHandle(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The handle for what was seen. */
    static BatonPathHandle of(Seen seen) {
        byte[] path = seen.path().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + path.length + CRC_BYTES);
        out.putInt(MAGIC)
                .put(VERSION)
                .put((byte) ((seen.mayChange() ? CHANGED : 0) | (seen.mayMove() ? MOVED : 0)))
                .putLong(seen.file().value())
                .putLong(seen.modifiedMs())
                .putLong(seen.lengthBytes())
                .putInt(path.length)
                .put(path);
        return new BatonPathHandle(out.putInt(crc(out.array(), out.position())).array());
    }

    /**
     * What any handle says.
     *
     * @throws InvalidPathHandleException if it is none of Baton's, damaged, or of a newer version
     */
    static Seen read(PathHandle handle) throws InvalidPathHandleException {
        byte[] bytes = handle.toByteArray();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            if (in.getInt() != MAGIC) {
                throw new InvalidPathHandleException("not a path handle of Baton: it begins otherwise");
            }
            byte version = in.get();
            if (version != VERSION) {
                throw new InvalidPathHandleException("a path handle of version " + version
                        + "; this client knows version " + VERSION + ": use a newer one");
            }
            int crc = in.getInt(bytes.length - CRC_BYTES);
            if (crc != crc(bytes, bytes.length - CRC_BYTES)) {
                throw new InvalidPathHandleException("a damaged path handle: its checksum is wrong");
            }
            int flags = in.get();
            FileId file = new FileId(in.getLong());
            long modifiedMs = in.getLong();
            long lengthBytes = in.getLong();
            int pathBytes = in.getInt();
            if (pathBytes != bytes.length - FIXED_BYTES - CRC_BYTES) {
                throw new InvalidPathHandleException("a path handle whose path has another length than it says");
            }
            String path = new String(bytes, FIXED_BYTES, pathBytes, StandardCharsets.UTF_8);
            return new Seen(path, file, modifiedMs, lengthBytes, (flags & CHANGED) != 0, (flags & MOVED) != 0);
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new InvalidPathHandleException("not a path handle of Baton: " + bytes.length + " bytes are too few", e);
        }
    }

    @Override
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BatonPathHandle && Arrays.equals(bytes, ((BatonPathHandle) other).bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        try {
            return read(this).toString();
        } catch (InvalidPathHandleException e) {
            return e.getMessage();
        }
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /**
     * What a handle says.
     *
     * @param path        where the file was seen
     * @param file        which it is
     * @param modifiedMs  when it had been changed last, milliseconds since 1970
     * @param lengthBytes how long it was
     * @param mayChange   whether other content will do
     * @param mayMove     whether another place will do
     */
    record Seen(String path, FileId file, long modifiedMs, long lengthBytes, boolean mayChange, boolean mayMove) {

        /** Checks for nulls. */
        Seen {
            Objects.requireNonNull(path, "path");
            Objects.requireNonNull(file, "file");
        }
    }
}
