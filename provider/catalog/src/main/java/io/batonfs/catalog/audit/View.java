package io.batonfs.catalog.audit;

import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.model.NodeId;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a directory shows, worked out the plain way: its bases' entries, overlaid from the lowest one up. */
final class View {
    private final Rows rows;
    private final NodeRow directory;

    View(Rows rows, NodeRow directory) {
        this.rows = rows;
        this.directory = directory;
    }

    /** A child and whether a mark is crossed on the way to it. */
    record Child(NodeId node, boolean foreign) {
    }

    Map<String, Child> names() {
        Map<String, Child> names = new LinkedHashMap<>();
        directory.directory().base().ifPresent(base -> new View(rows, rows.nodes.get(base)).names().forEach(
                (name, child) -> names.put(name,
                        new Child(child.node, child.foreign || directory.directory().foreignBase()))));
        for (Map.Entry<String, EntryRow> own : rows.own(directory).entrySet()) {
            if (own.getValue().isTombstone()) {
                names.remove(own.getKey());
            } else {
                names.put(own.getKey(), new Child(own.getValue().child().orElseThrow(), own.getValue().foreign()));
            }
        }
        return names;
    }
}
