package io.batonfs.catalog.store;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The one file of a {@link MemoryTableStore} checkpoint. Big-endian.
 *
 * <pre>
 * offset  bytes
 * 0       8      magic "BATONTBL"
 * 8       4      version, 1
 * 12      ...    per row, tables by number, keys ascending:
 *                  1 = a row, 4: table number, 4: key length, key, 4: value length, value
 *         1      0 = end of rows
 *         8      CRC32C of all bytes before
 * </pre>
 */
final class TableFileFormat {
    static final String FILE_NAME = "tables";
    static final long MAGIC = 0x4241544F4E54424CL;
    static final int VERSION = 1;
    static final int VERSION_OFFSET = 8;
    private static final int ROW = 1;
    private static final int END = 0;
    private static final int READ_STEP_BYTES = 1 << 20;

    private TableFileFormat() {
    }

    static void write(DataOutputStream out, Map<Table, NavigableMap<byte[], byte[]>> tables) throws IOException {
        CRC32C crc = new CRC32C();
        DataOutputStream checked = new DataOutputStream(new CheckedOutputStream(out, crc));
        checked.writeLong(MAGIC);
        checked.writeInt(VERSION);
        for (Map.Entry<Table, NavigableMap<byte[], byte[]>> table : tables.entrySet()) {
            for (Map.Entry<byte[], byte[]> row : table.getValue().entrySet()) {
                checked.writeByte(ROW);
                checked.writeInt(table.getKey().number());
                checked.writeInt(row.getKey().length);
                checked.write(row.getKey());
                checked.writeInt(row.getValue().length);
                checked.write(row.getValue());
            }
        }
        checked.writeByte(END);
        checked.flush();
        out.writeLong(crc.getValue());
    }

    static void read(Path file, DataInputStream in, Map<Table, NavigableMap<byte[], byte[]>> tables)
            throws IOException {
        CRC32C crc = new CRC32C();
        try {
            DataInputStream checked = new DataInputStream(new CheckedInputStream(in, crc));
            if (checked.readLong() != MAGIC) {
                throw damaged(file, "it does not begin as a table file does", null);
            }
            int version = checked.readInt();
            if (version > VERSION) {
                throw new BatonException(ErrorCode.UNSUPPORTED, "table file " + file + " has format version " + version
                        + ", newer than " + VERSION + " that this build knows: use the newer build");
            }
            if (version < 1) {
                throw damaged(file, "its format version is " + version, null);
            }
            readRows(file, checked, tables);
            long expected = crc.getValue();
            if (in.readLong() != expected) {
                throw damaged(file, "its checksum does not match", null);
            }
            if (in.read() >= 0) {
                throw damaged(file, "bytes follow its checksum", null);
            }
        } catch (EOFException e) {
            throw damaged(file, "it ends too early", e);
        }
    }

    private static void readRows(Path file, DataInputStream in, Map<Table, NavigableMap<byte[], byte[]>> tables)
            throws IOException {
        for (int kind = in.readUnsignedByte(); kind != END; kind = in.readUnsignedByte()) {
            Table table = kind == ROW ? table(in.readInt()) : null;
            if (table == null) {
                throw damaged(file, "a row is of no known table", null);
            }
            byte[] key = readBytes(file, in);
            tables.get(table).put(key, readBytes(file, in));
        }
    }

    private static Table table(int number) {
        return Arrays.stream(Table.values()).filter(t -> t.number() == number).findFirst().orElse(null);
    }

    /** Reads in steps, so that a damaged length meets the end of the file before it exhausts the heap. */
    private static byte[] readBytes(Path file, DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            throw damaged(file, "a length is negative", null);
        }
        byte[] bytes = new byte[Math.min(length, READ_STEP_BYTES)];
        in.readFully(bytes);
        while (bytes.length < length) {
            int have = bytes.length;
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * have));
            in.readFully(bytes, have, bytes.length - have);
        }
        return bytes;
    }

    private static BatonException damaged(Path file, String reason, Throwable cause) {
        return new BatonException(ErrorCode.DATA_LOST,
                "table file " + file + " is damaged: " + reason + "; restore it from another checkpoint", cause);
    }
}
