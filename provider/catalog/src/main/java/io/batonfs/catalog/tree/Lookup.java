package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.DirectoryBody;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.model.NodeId;
import java.util.Optional;

/** Lookup of one name (CAT-1): a directory's entry, else, without a tombstone, its base's, and so on down. */
public final class Lookup {

    private Lookup() {
    }

    /** The child of a name in a directory's view. */
    public static Optional<Found> child(Tables tables, NodeRow directory, String name) {
        Optional<Named> named = entry(tables, directory.directory(), name);
        return named.map(found -> new Found(found.node, tables.node(found.node), found.own, found.foreign));
    }

    /** Whether a directory's view has a name. */
    public static boolean has(Tables tables, NodeId directory, String name) {
        return entry(tables, tables.node(directory).directory(), name).isPresent();
    }

    private static Optional<Named> entry(Tables tables, DirectoryBody directory, String name) {
        DirectoryBody level = directory;
        boolean foreign = false;
        boolean own = true;
        while (true) {
            Optional<EntryRow> entry = tables.entry(level.entrySet(), name);
            if (entry.isPresent()) {
                boolean marked = foreign || entry.get().foreign();
                boolean atTop = own;
                return entry.get().child().map(node -> new Named(node, atTop, marked));
            }
            if (level.base().isEmpty()) {
                return Optional.empty();
            }
            foreign |= level.foreignBase();
            own = false;
            level = tables.node(level.base().get()).directory();
        }
    }

    private record Named(NodeId node, boolean own, boolean foreign) {
    }
}
