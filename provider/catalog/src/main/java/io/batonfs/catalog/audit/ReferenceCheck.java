package io.batonfs.catalog.audit;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.SnapshotRow;
import io.batonfs.catalog.tables.TokenRow;
import io.batonfs.model.ContentId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.NodeId;
import java.util.HashMap;
import java.util.Map;

/** References of nodes, contents and extents, recounted; what has none is queued, and nothing else is. */
final class ReferenceCheck {
    private final Rows rows;
    private final Findings findings;
    private final Map<NodeId, Long> nodes = new HashMap<>();
    private final Map<ContentId, Long> contents = new HashMap<>();
    private final Map<ExtentId, Long> extents = new HashMap<>();

    ReferenceCheck(Rows rows, Findings findings) {
        this.rows = rows;
        this.findings = findings;
    }

    void run() {
        count(nodes, rows.root());
        for (SnapshotRow snapshot : rows.snapshots) {
            count(nodes, snapshot.root());
        }
        for (TokenRow token : rows.tokens.values()) {
            token.content().ifPresent(id -> count(contents, id));
            token.tree().ifPresent(id -> count(nodes, id));
        }
        for (Map<String, EntryRow> set : rows.entries.values()) {
            set.values().forEach(entry -> entry.child().ifPresent(id -> count(nodes, id)));
        }
        for (NodeRow node : rows.nodes.values()) {
            if (node.isDirectory()) {
                node.directory().base().ifPresent(id -> count(nodes, id));
            } else {
                count(contents, node.file().content());
            }
        }
        for (ContentRow content : rows.contents.values()) {
            content.beginning().ifPresent(id -> count(contents, id));
            content.slices().forEach(slice -> count(extents, slice.extent()));
        }
        rows.files.values().forEach(file -> file.lease().ifPresent(lease -> count(extents, lease.extent())));
        compare();
    }

    private void compare() {
        rows.nodes.forEach((id, row) -> compare(id, row.references(), nodes.remove(id), Keys.deadNode(id)));
        rows.contents.forEach((id, row) -> compare(id, row.references(), contents.remove(id), Keys.deadContent(id)));
        rows.extents.forEach((id, row) -> compare(id, row.references(), extents.remove(id),
                Keys.deadExtent(row.deadSinceMs(), id)));
        nodes.keySet().forEach(id -> findings.check(false, id + " is referred to and not there"));
        contents.keySet().forEach(id -> findings.check(false, id + " is referred to and not there"));
        extents.keySet().forEach(id -> findings.check(false, id + " is referred to and not there"));
    }

    private void compare(Object id, long stored, Long counted, byte[] queueKey) {
        findings.equal(stored, counted == null ? 0L : counted, "references of " + id);
        boolean queued = rows.tables.view().get(Table.RECLAIM, queueKey) != null;
        findings.check(queued == (stored == 0), id + " has " + stored + " references and is "
                + (queued ? "" : "not ") + "queued to be taken down");
    }

    private static <I> void count(Map<I, Long> counts, I id) {
        counts.merge(id, 1L, Long::sum);
    }
}
