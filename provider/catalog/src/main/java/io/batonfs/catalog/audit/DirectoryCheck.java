package io.batonfs.catalog.audit;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.DirectoryBody;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.NodeId;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Entry sets and their counts, base links, the queue for short chains, tombstones. */
final class DirectoryCheck {
    private final Rows rows;
    private final Findings findings;

    DirectoryCheck(Rows rows, Findings findings) {
        this.rows = rows;
        this.findings = findings;
    }

    void run(boolean atRest) {
        Set<EntrySetId> named = new HashSet<>();
        Set<NodeId> shown = shown();
        long links = 0;
        for (Map.Entry<NodeId, NodeRow> node : rows.nodes.entrySet()) {
            NodeRow row = node.getValue();
            if (row.isDirectory()) {
                findings.check(named.add(row.directory().entrySet()), row.directory().entrySet() + " is named twice, by "
                        + node.getKey() + " too");
                counts(node.getKey(), row);
                links += link(node.getKey(), row);
                if (row.references() > 0) {
                    tombstones(node.getKey(), row, atRest);
                }
                // a base that nothing but links refers to may be half merged with its holder
                if (shown.contains(node.getKey())) {
                    long names = new View(rows, row).names().size();
                    findings.equal(row.directory().childCount(), names, "children of " + node.getKey());
                }
            }
        }
        rows.entries.keySet().forEach(set -> findings.check(named.contains(set), set + " belongs to no directory"));
        long[] overlays = new long[1];
        rows.each(Table.OVERLAYS, (key, value) -> overlays[0]++);
        findings.equal(overlays[0], links, "rows of the index of base links");
        for (NodeId queued : rows.queue.keySet()) {
            NodeRow row = rows.nodes.get(queued);
            findings.check(row != null && row.isDirectory() && row.references() > 0, queued
                    + " waits for a shorter chain and is no living directory");
        }
    }

    /** Nodes that a lookup from a root can lead to. */
    private Set<NodeId> shown() {
        Set<NodeId> shown = new HashSet<>(Set.of(rows.root()));
        rows.snapshots.forEach(snapshot -> shown.add(snapshot.root()));
        rows.tokens.values().forEach(token -> token.tree().ifPresent(shown::add));
        rows.entries.values().forEach(set -> set.values().forEach(entry -> entry.child().ifPresent(shown::add)));
        return shown;
    }

    private void counts(NodeId id, NodeRow row) {
        Map<String, EntryRow> own = rows.own(row);
        DirectoryBody body = row.directory();
        findings.equal(body.ownEntries(), (long) own.size(), "own entries of " + id);
        findings.equal(body.tombstones(), own.values().stream().filter(EntryRow::isTombstone).count(),
                "tombstones of " + id);
        findings.check(body.hiding() >= 0 && body.hiding() <= body.ownEntries(), id + " counts " + body.hiding()
                + " hiding entries of " + body.ownEntries());
        findings.check(body.base().isPresent() || body.tombstones() == 0 || rows.queue.containsKey(id)
                || row.references() == 0, id + " has tombstones over no base");
    }

    private long link(NodeId id, NodeRow row) {
        Optional<NodeId> base = row.directory().base();
        if (base.isEmpty()) {
            findings.check(!row.directory().foreignBase(), id + " has the mark on a base link that it does not have");
            return 0;
        }
        findings.check(rows.tables.view().get(Table.OVERLAYS, Keys.overlay(base.get(), id)) != null,
                "the index of base links lacks " + id + " over " + base.get());
        NodeRow under = rows.nodes.get(base.get());
        findings.check(under != null && under.isDirectory(), id + " lies over " + base.get() + ", which is no directory");
        boolean lone = under != null && under.references() == 1;
        findings.check(!lone || row.references() == 0 || rows.queue.containsKey(id), base.get()
                + " has only its holder " + id + ", which is not queued to be merged with it");
        return 1;
    }

    private void tombstones(NodeId id, NodeRow row, boolean atRest) {
        if (!atRest) {
            return;
        }
        for (Map.Entry<String, EntryRow> own : rows.own(row).entrySet()) {
            if (own.getValue().isTombstone()) {
                boolean hides = row.directory().base().isPresent()
                        && new View(rows, rows.nodes.get(row.directory().base().get())).names().containsKey(own.getKey());
                findings.check(hides, "the tombstone of " + own.getKey() + " in " + id + " hides nothing");
            }
        }
    }
}
