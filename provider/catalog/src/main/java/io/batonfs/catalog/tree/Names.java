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
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

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

    /** Whether a registered file is a directory that has snapshots. */
    public static boolean hasSnapshots(Tables tables, FileId file) {
        return !tables.view().hasNone(Table.SNAPSHOTS, Keys.id(file));
    }

    /** A directory with snapshots at or below a directory, if there is one. */
    public static Optional<FileId> snapshotsBelow(Tables tables, FileId top) {
        return registeredBelow(tables, top).entrySet().stream()
                .filter(file -> file.getValue().lease().isEmpty() && hasSnapshots(tables, file.getKey()))
                .map(Map.Entry::getKey).findFirst();
    }

    /** The files with a lease at or below a file or directory, in the order of their ids. */
    public static List<FileId> leasedBelow(Tables tables, FileId top) {
        return registeredBelow(tables, top).entrySet().stream().filter(file -> file.getValue().lease().isPresent())
                .map(Map.Entry::getKey).toList();
    }

    /** The files with a lease or tracked at or below a file or directory, in the order of their ids. */
    public static List<FileId> heldBelow(Tables tables, FileId top) {
        return registeredBelow(tables, top).entrySet().stream()
                .filter(file -> file.getValue().lease().isPresent() || file.getValue().tracked())
                .map(Map.Entry::getKey).toList();
    }

    private static SortedMap<FileId, FileRow> registeredBelow(Tables tables, FileId top) {
        SortedMap<FileId, FileRow> registered = new TreeMap<>();
        Deque<FileId> todo = new ArrayDeque<>();
        if (tables.file(top).isPresent()) {
            todo.push(top);
        }
        while (!todo.isEmpty()) {
            FileId file = todo.pop();
            FileRow row = tables.file(file).orElseThrow(() -> new MalformedBytesException(
                    "The catalog's index of files names " + file + ", which has no row"));
            registered.put(file, row);
            if (row.children() > 0) {
                tables.scan(Table.FILES_BY_PARENT, Keys.id(file), (key, value) -> {
                    todo.push(new FileId(new ByteReader(value).i64()));
                    return true;
                });
            }
        }
        return registered;
    }
}
