package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.model.EntrySetId;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads some of a directory's own entries, in the order of their names' bytes. */
final class OwnEntries {

    private OwnEntries() {
    }

    /** At most so many entries after a name, which is empty for the first ones. */
    static Map<String, EntryRow> first(Tables tables, EntrySetId set, String after, int limit) {
        Map<String, EntryRow> entries = new LinkedHashMap<>();
        byte[] prefix = Keys.id(set);
        byte[] from = after.isEmpty() ? prefix : Keys.next(Keys.entry(set, after));
        tables.view().scan(Table.ENTRIES, from, Keys.after(prefix), (key, value) -> {
            entries.put(Keys.nameOf(key), EntryRow.of(value));
            return entries.size() < limit;
        });
        return entries;
    }
}
