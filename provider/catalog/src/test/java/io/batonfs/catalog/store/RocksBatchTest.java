package io.batonfs.catalog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** The bytes that are put together here are those that RocksDB puts together itself. */
class RocksBatchTest {
    /** Where a varint takes one byte more. */
    private static final int[] LENGTHS = {0, 1, 126, 127, 128, 16_382, 16_383, 16_384};

    @BeforeAll
    static void load() {
        RocksDB.loadLibrary();
    }

    private static byte[] byRocksDb(WriteSet changes) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (Table table : Table.values()) {
                for (Map.Entry<byte[], StoredRow> row : changes.of(table).entrySet()) {
                    byte[] key = new byte[row.getKey().length + 1];
                    key[0] = (byte) table.number();
                    System.arraycopy(row.getKey(), 0, key, 1, row.getKey().length);
                    if (row.getValue() == null) {
                        batch.delete(key);
                    } else {
                        batch.put(key, row.getValue().bytes());
                    }
                }
            }
            return batch.data();
        }
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void nothing() throws RocksDBException {
        assertArrayEquals(byRocksDb(new WriteSet()), RocksBatch.encode(new WriteSet()));
    }

    @Test
    void eachLengthOfKeysAndValues() throws RocksDBException {
        Random random = new Random(1);
        for (int key : LENGTHS) {
            for (int value : LENGTHS) {
                WriteSet changes = new WriteSet();
                changes.put(Table.ENTRIES, bytes(random, key), bytes(random, value));
                changes.delete(Table.COPYING, bytes(random, key));
                assertArrayEquals(byRocksDb(changes), RocksBatch.encode(changes), key + " and " + value);
            }
        }
        WriteSet longest = new WriteSet();
        longest.put(Table.ENTRIES, bytes(random, 2_097_151), bytes(random, 2_097_152));
        assertArrayEquals(byRocksDb(longest), RocksBatch.encode(longest));
    }

    @Test
    void anyChangesAndRocksDbCountsAsMany() throws RocksDBException {
        for (long seed = 1; seed <= 50; seed++) {
            Random random = new Random(seed);
            WriteSet changes = new WriteSet();
            for (int i = random.nextInt(300); i > 0; i--) {
                Table table = Table.values()[random.nextInt(Table.values().length)];
                byte[] key = bytes(random, random.nextInt(40));
                if (random.nextInt(3) == 0) {
                    changes.delete(table, key);
                } else {
                    changes.put(table, key, bytes(random, random.nextInt(300)));
                }
            }
            byte[] encoded = RocksBatch.encode(changes);
            assertArrayEquals(byRocksDb(changes), encoded, "seed " + seed);
            try (WriteBatch batch = new WriteBatch(encoded)) {
                assertEquals(changes.size(), batch.count());
            }
        }
    }
}
