package io.batonfs.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The mapping table against plain maps, and its publication against readers. */
class PageTableTest {
    private static ExtentEntry entry(long id, long firstPage, int pages, Epoch epoch) {
        long start = EngineRig.GEOMETRY.addressOf(firstPage);
        return new ExtentEntry(ExtentId.of(0, id), new PageRun(EngineRig.VOLUME, firstPage, pages), true, epoch, false,
                null, Collections.nCopies(pages, PageEntry.UNMAPPED),
                new WriteLane(Runnable::run, (plan, lane) -> true, start, start, false));
    }

    @Test
    void lookupsAgreeWithAPlainMap() {
        long seed = Long.getLong("baton.pages.seed", System.nanoTime());
        Random random = new Random(seed);
        PageTable table = PageTable.EMPTY;
        Map<Long, ExtentEntry> byPage = new TreeMap<>();
        Map<ExtentId, ExtentEntry> byId = new TreeMap<>();
        for (int step = 0; step < 20_000; step++) {
            long first = random.nextInt(300);
            int pages = 1 + random.nextInt(6);
            ExtentEntry held = null;
            for (long page = first; page < first + pages && held == null; page++) {
                held = byPage.get(page);
            }
            VolumeEntry volume = table.volume(EngineRig.VOLUME);
            assertSame(held, volume.overlapping(first, first + pages, null), "seed " + seed + " step " + step);
            assertSame(byPage.get(first), volume.extentAt(first), "seed " + seed + " step " + step);
            if (held == null) {
                ExtentEntry added = entry(step + 1, first, pages, Epoch.FIRST);
                table = table.with(added);
                byId.put(added.id(), added);
                for (long page = first; page < first + pages; page++) {
                    byPage.put(page, added);
                }
            } else {
                ExtentEntry other = held;
                ExtentEntry except = volume.overlapping(first, first + pages, other);
                assertEquals(byPage.entrySet().stream().filter(e -> e.getKey() >= first
                        && e.getKey() < first + pages && e.getValue() != other).map(Map.Entry::getValue).findFirst()
                        .orElse(null), except, "seed " + seed + " step " + step);
                if (random.nextInt(3) == 0) {
                    table = table.without(other);
                    byId.remove(other.id());
                    byPage.values().removeIf(e -> e == other);
                }
            }
            assertEquals(byId.size(), table.extents().size());
        }
        assertEquals(List.copyOf(byId.values()), List.copyOf(table.extents().values()));
    }

    @Test
    void anEntryIsReplacedInBothMapsEvenIfItsRunGrowsAtTheFront() {
        PageTable table = PageTable.EMPTY.with(entry(1, 5, 2, Epoch.FIRST)).with(entry(1, 3, 4, Epoch.FIRST));
        assertEquals(3, table.volume(EngineRig.VOLUME).extentAt(5).run().firstPage());
        assertEquals(1, table.volume(EngineRig.VOLUME).byFirstPage().size());
    }

    @Test
    void aTransactionIsSeenWholeOrNotAtAll() throws Exception {
        // All extents have the same epoch in every version published; a reader that saw a mixture would see two.
        int extents = 20;
        PageTable first = PageTable.EMPTY;
        for (int id = 1; id <= extents; id++) {
            first = first.with(entry(id, 10L * id, 10, Epoch.FIRST));
        }
        PublishedTable published = new PublishedTable(first);
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        List<Future<Long>> seen = new ArrayList<>();
        for (int reader = 0; reader < 2; reader++) {
            seen.add(readers.submit(() -> {
                long version = -1;
                while (!stop.get()) {
                    PageTable table = published.current();
                    long epochs = table.extents().values().stream().map(ExtentEntry::epoch).distinct().count();
                    long same = table.volume(EngineRig.VOLUME).byFirstPage().values().stream()
                            .filter(e -> table.extent(e.id()) == e).count();
                    if (epochs != 1 || same != extents || table.version() < version) {
                        throw new AssertionError("a mixture: " + table);
                    }
                    version = table.version();
                }
                return version;
            }));
        }
        for (int round = 2; round < 2000; round++) {
            Epoch epoch = new Epoch(round);
            published.transaction(before -> {
                PageTable after = before;
                for (ExtentEntry extent : before.extents().values()) {
                    after = after.with(extent.withEpoch(epoch));
                }
                return after;
            });
        }
        stop.set(true);
        for (Future<Long> reader : seen) {
            reader.get();
        }
        readers.shutdown();
        assertEquals(1998, published.current().version());
    }

    @Test
    void aTransactionThatFailsPublishesNothing() {
        PublishedTable published = new PublishedTable(PageTable.EMPTY);
        assertThrows(IllegalStateException.class, () -> published.transaction(before -> {
            before.with(entry(1, 0, 1, Epoch.FIRST));
            throw new IllegalStateException("in the middle");
        }));
        assertEquals(0, published.current().version());
        assertNull(published.current().extent(ExtentId.of(0, 1)));
    }
}
