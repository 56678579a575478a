package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableStore;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** A search in the queues passes over what was taken off and is still in the tables: it costs more than a step. */
class ReclaimTest {
    private static final int FILES = 60;
    private final AtomicInteger searches = new AtomicInteger();

    private final class Counting implements TableStore {
        private final MemoryTableStore store = new MemoryTableStore();

        @Override
        public TableView view() {
            TableView view = store.view();
            return new TableView() {
                @Override
                public byte[] get(Table table, byte[] key) {
                    return view.get(table, key);
                }

                @Override
                public void scan(Table table, byte[] from, byte[] to, BiPredicate<byte[], byte[]> visitor) {
                    if (table == Table.RECLAIM) {
                        searches.incrementAndGet();
                    }
                    view.scan(table, from, to, visitor);
                }

                @Override
                public void close() {
                    view.close();
                }
            };
        }

        @Override
        public void commit(WriteSet changes) throws IOException {
            store.commit(changes);
        }

        @Override
        public void checkpoint(Path directory) throws IOException {
            store.checkpoint(directory);
        }

        @Override
        public void close() throws IOException {
            store.close();
        }
    }

    @Test
    void deletedFilesAreTakenDownWithFewSearchesOfTheQueues() {
        try (CatalogFixture catalog = new CatalogFixture(new Counting())) {
            catalog.mkdir("/d");
            for (int i = 0; i < FILES; i++) {
                catalog.file("/d/" + i, "text");
            }
            for (int i = 0; i < FILES; i++) {
                catalog.delete("/d/" + i);
            }
            searches.set(0);
            Reply.Housekept kept = (Reply.Housekept) catalog.ok(new Command.Housekeep(Housekeeping.MAX_STEPS));
            assertEquals(2 * FILES, kept.steps(), "a node and a content of each file");
            assertFalse(kept.more());
            assertTrue(searches.get() < FILES / 2, searches + " searches for " + FILES + " files");
        }
    }
}
