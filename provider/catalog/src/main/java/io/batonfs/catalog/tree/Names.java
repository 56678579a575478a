package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.MalformedBytesException;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.model.FileId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Finds registered files (table files) by their ids, and those below one. */
public final class Names {

    private Names() {
    }

    /** The path of a registered file. */
    public static Optional<List<String>> pathOf(Tables tables, FileId file) {
        Optional<FileRow> row = tables.file(file);
        if (row.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>();
        FileRow at = row.get();
        while (at.parent().isPresent()) {
            names.add(at.name());
            FileId parent = at.parent().get();
            at = tables.file(parent).orElseThrow(() -> new MalformedBytesException(
                    "The catalog's table files has no row for " + parent + ", an ancestor of " + file));
        }
        Collections.reverse(names);
        return Optional.of(names);
    }

    /** The files with a lease at or below a file or directory, in the order of their ids. */
    public static List<FileId> leasedBelow(Tables tables, FileId top) {
        List<FileId> leased = new ArrayList<>();
        Deque<FileId> todo = new ArrayDeque<>();
        if (tables.file(top).isPresent()) {
            todo.push(top);
        }
        while (!todo.isEmpty()) {
            FileId file = todo.pop();
            FileRow row = tables.file(file).orElseThrow(() -> new MalformedBytesException(
                    "The catalog's index of files names " + file + ", which has no row"));
            if (row.lease().isPresent()) {
                leased.add(file);
            }
            if (row.children() > 0) {
                tables.scan(Table.FILES_BY_PARENT, Keys.id(file), (key, value) -> {
                    todo.push(new FileId(new ByteReader(value).i64()));
                    return true;
                });
            }
        }
        Collections.sort(leased);
        return leased;
    }
}
