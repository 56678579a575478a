package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.costs.CountedReads;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.Table;
import org.junit.jupiter.api.Test;

/** A search in the queues passes over what was taken off and is still in the tables: it costs more than a step. */
class ReclaimTest {
    private static final int FILES = 60;

    @Test
    void deletedFilesAreTakenDownWithFewSearchesOfTheQueues() {
        CountedReads tables = new CountedReads(new MemoryTableStore());
        try (CatalogFixture catalog = new CatalogFixture(tables)) {
            catalog.mkdir("/d");
            for (int i = 0; i < FILES; i++) {
                catalog.file("/d/" + i, "text");
            }
            for (int i = 0; i < FILES; i++) {
                catalog.delete("/d/" + i);
            }
            long before = tables.scans(Table.RECLAIM);
            Reply.Housekept kept = (Reply.Housekept) catalog.ok(new Command.Housekeep(Housekeeping.MAX_STEPS));
            assertEquals(2 * FILES, kept.steps(), "a node and a content of each file");
            assertFalse(kept.more());
            long searches = tables.scans(Table.RECLAIM) - before;
            assertTrue(searches < FILES / 2, searches + " searches for " + FILES + " files");
        }
    }
}
