package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OverlayViewTest {

    @Test
    void readsAndScansSeeTheChangesAsIfTheyWereCommitted() {
        for (long seed = 1; seed <= 500; seed++) {
            Random random = new Random(seed);
            MemoryTableStore store = new MemoryTableStore();
            WriteSet first = changes(random);
            store.commit(first);
            WriteSet second = changes(random);
            NavigableMap<byte[], byte[]> expected = new TreeMap<>(Arrays::compareUnsigned);
            for (WriteSet changes : List.of(first, second)) {
                changes.of(Table.NODES).forEach((key, row) -> expected.put(key, row == null ? null : row.bytes()));
            }
            expected.values().removeIf(value -> value == null);
            try (TableView below = store.view()) {
                OverlayView view = new OverlayView(below, second);
                for (byte key = 0; key < 9; key++) {
                    assertArrayEquals(expected.get(new byte[] {key}), view.get(Table.NODES, new byte[] {key}));
                }
                byte[] from = {(byte) random.nextInt(9)};
                byte[] to = random.nextBoolean() ? null : new byte[] {(byte) random.nextInt(9)};
                int limit = 1 + random.nextInt(9);
                List<Byte> seen = new ArrayList<>();
                view.scan(Table.NODES, from, to, (key, value) -> {
                    assertArrayEquals(expected.get(key), value);
                    seen.add(key[0]);
                    return seen.size() < limit;
                });
                List<Byte> wanted = expected.tailMap(from, true).keySet().stream()
                        .filter(key -> to == null || Arrays.compareUnsigned(key, to) < 0).map(key -> key[0]).limit(limit)
                        .toList();
                assertEquals(wanted, seen, "seed " + seed);
                assertNull(view.get(Table.FILES, new byte[] {9}));
            }
        }
    }

    private static WriteSet changes(Random random) {
        WriteSet changes = new WriteSet();
        for (byte key = 0; key < 9; key++) {
            switch (random.nextInt(3)) {
                case 0 -> changes.put(Table.NODES, new byte[] {key}, new byte[] {(byte) random.nextInt()});
                case 1 -> changes.delete(Table.NODES, new byte[] {key});
                default -> { }
            }
        }
        return changes;
    }
}
