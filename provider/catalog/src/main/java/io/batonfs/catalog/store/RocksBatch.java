package io.batonfs.catalog.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.NavigableMap;

/**
 * The changes of a {@link WriteSet} as bytes of RocksDB's {@code WriteBatch} (db/write_batch.cc, "WriteBatch::rep_"),
 * put together here because each put into one of RocksDB's own is a call out of Java. Little-endian:
 *
 * <pre>
 * offset  bytes
 * 0       8      sequence number: 0, RocksDB writes its own over it
 * 8       4      count of records
 * 12      ...    records
 * record: 1 = a value: varint32 key length, key, varint32 value length, value
 *         0 = a removal: varint32 key length, key
 * </pre>
 *
 * Tags 0 and 1 are those of the default column family, the only one. Keys are those of {@link RocksTableStore}: the
 * table's number, then the table's own key. Used once; not thread-safe.
 */
final class RocksBatch {
    static final int COUNT_OFFSET = Long.BYTES;
    static final int RECORDS_OFFSET = COUNT_OFFSET + Integer.BYTES;
    private static final int REMOVAL = 0;
    private static final int VALUE = 1;
    private static final int TAG_BYTES = 1;
    private static final int TABLE_BYTES = 1;
    private static final int VARINT_BITS = 7;
    private static final int VARINT_MORE = 1 << VARINT_BITS;

    private final byte[] bytes;
    private int length = RECORDS_OFFSET;

    private RocksBatch(int size) {
        this.bytes = new byte[size];
    }

    /** The bytes of a batch that makes these changes. */
    static byte[] encode(WriteSet changes) {
        long[] size = {RECORDS_OFFSET};
        changes.forEach((table, rows) -> size[0] += size(rows));
        RocksBatch batch = new RocksBatch(Math.toIntExact(size[0]));
        ByteBuffer.wrap(batch.bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(COUNT_OFFSET, changes.size());
        changes.forEach(batch::add);
        return batch.bytes;
    }

    private static long size(NavigableMap<byte[], StoredRow> rows) {
        long size = 0;
        for (Map.Entry<byte[], StoredRow> row : rows.entrySet()) {
            size += TAG_BYTES + sizeWithLength(TABLE_BYTES + row.getKey().length);
            if (row.getValue() != null) {
                size += sizeWithLength(row.getValue().bytes().length);
            }
        }
        return size;
    }

    private static long sizeWithLength(int length) {
        long size = 1L + length;
        for (int left = length; left >= VARINT_MORE; left >>>= VARINT_BITS) {
            size++;
        }
        return size;
    }

    private void add(Table table, NavigableMap<byte[], StoredRow> rows) {
        for (Map.Entry<byte[], StoredRow> row : rows.entrySet()) {
            bytes[length++] = (byte) (row.getValue() == null ? REMOVAL : VALUE);
            varint(TABLE_BYTES + row.getKey().length);
            bytes[length++] = (byte) table.number();
            raw(row.getKey());
            if (row.getValue() != null) {
                varint(row.getValue().bytes().length);
                raw(row.getValue().bytes());
            }
        }
    }

    private void varint(int value) {
        int left = value;
        while (left >= VARINT_MORE) {
            bytes[length++] = (byte) (left | VARINT_MORE);
            left >>>= VARINT_BITS;
        }
        bytes[length++] = (byte) left;
    }

    private void raw(byte[] value) {
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }
}
