package io.batonfs.catalog;

import io.batonfs.catalog.store.Recipe;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.tables.ByteWriter;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tree.Found;
import io.batonfs.catalog.tree.Infos;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.MergedEntries;
import io.batonfs.model.FileInfo;
import io.batonfs.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A part of a directory, whoever may ask for it: what it takes to be allowed to is looked at before. So what was listed
 * for one is right for the next, until a row that it was made of changes.
 *
 * @param directory  the version of the directory
 * @param live       whether files in it may be open
 * @param startAfter only names after this one; empty for all
 * @param limit      at most so many entries
 */
record ListedPart(NodeId directory, boolean live, String startAfter, int limit) implements Recipe<Listing> {

    /** Tells parts apart. */
    byte[] key() {
        return new ByteWriter().id(directory).bool(live).i32(limit).raw(Keys.utf8(startAfter)).toBytes();
    }

    @Override
    public Listing make(TableView rows) {
        Tables tables = new Tables(rows);
        NodeRow row = tables.node(directory);
        Map<String, Found> found = MergedEntries.after(tables, row.directory(), startAfter, limit + 1);
        boolean writers = mayHaveWriters(tables, row);
        List<FileInfo> entries = new ArrayList<>(found.size());
        for (Map.Entry<String, Found> entry : found.entrySet()) {
            if (entries.size() < limit) {
                Found child = entry.getValue();
                entries.add(writers ? Infos.of(tables, new Located(child.id(), child.row(), child.foreign(), false),
                        entry.getKey()) : Infos.of(child.row(), entry.getKey(), false));
            }
        }
        return new Listing(entries, found.size() > limit);
    }

    /** Whether files may be open: then the directory has a row that counts them. Saves a question for each entry. */
    private boolean mayHaveWriters(Tables tables, NodeRow row) {
        return live && tables.file(row.fileId()).filter(counts -> counts.children() > 0).isPresent();
    }

    @Override
    public int bytes(Listing made) {
        return made.bytes();
    }
}
