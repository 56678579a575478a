package io.batonfs.catalog.audit;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ClientRow;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.Names;
import io.batonfs.model.FileId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The table of open and tracked files: each row walks from the root to its node over nothing foreign; no row is stale. */
final class OpenFileCheck {
    private final Rows rows;
    private final Findings findings;

    OpenFileCheck(Rows rows, Findings findings) {
        this.rows = rows;
        this.findings = findings;
    }

    void run() {
        Map<FileId, Long> children = new HashMap<>();
        Map<UUID, Integer> leases = new HashMap<>();
        long indexed = 0;
        for (Map.Entry<FileId, FileRow> file : rows.files.entrySet()) {
            FileRow row = file.getValue();
            row.parent().ifPresent(parent -> children.merge(parent, 1L, Long::sum));
            row.lease().ifPresent(lease -> {
                leases.merge(lease.client(), 1, Integer::sum);
                findings.check(rows.tables.view().get(Table.LEASES, Keys.clientFile(lease.client(), file.getKey())) != null,
                        "the index of leases lacks " + file.getKey());
            });
            indexed += row.parent().isPresent() ? 1 : 0;
            walk(file.getKey(), row);
        }
        rows.files.forEach((id, row) -> {
            findings.equal(row.children(), children.getOrDefault(id, 0L), "registered children of " + id);
            findings.check(row.lease().isPresent() || row.tracked() || row.children() > 0 || row.parent().isEmpty()
                    || Names.hasSnapshots(rows.tables, id), "the row of " + id
                    + " in files is stale: no lease, no snapshot and nothing tracked at or below it");
            NodeRow node = rows.nodes.get(row.node());
            findings.check(!(row.tracked() || row.lease().isPresent()) || node != null && !node.isDirectory(),
                    id + " is tracked or has a lease and is no file");
        });
        rows.each(Table.SNAPSHOTS, (key, value) -> {
            FileId directory = new FileId(new ByteReader(key, 0, Long.BYTES).i64());
            findings.check(rows.files.containsKey(directory), directory + " has a snapshot and no row in files");
        });
        long[] index = new long[1];
        rows.each(Table.FILES_BY_PARENT, (key, value) -> index[0]++);
        findings.equal(index[0], indexed, "rows of the index of files by parent");
        clients(leases);
    }

    private void walk(FileId id, FileRow row) {
        if (row.parent().isEmpty()) {
            findings.equal(row.node(), rows.root(), "the node of the root's row in files");
            findings.equal(id, rows.nodes.get(rows.root()).fileId(), "the file id of the root");
            return;
        }
        FileRow parent = rows.files.get(row.parent().get());
        NodeRow directory = parent == null ? null : rows.nodes.get(parent.node());
        if (directory == null || !directory.isDirectory()) {
            findings.check(false, "the parent of " + id + " in files is no registered directory");
            return;
        }
        View.Child child = new View(rows, directory).names().get(row.name());
        findings.check(child != null && child.node().equals(row.node()) && !child.foreign(), "the row of " + id
                + " in files says " + row.node() + " is " + row.name() + " of " + parent.node() + ", where "
                + child + " is");
        NodeRow node = rows.nodes.get(row.node());
        findings.equal(node == null ? null : node.fileId(), id, "the file id of " + row.node());
        Optional<byte[]> indexed = Optional.ofNullable(rows.tables.view().get(Table.FILES_BY_PARENT,
                Keys.fileByParent(row.parent().get(), row.name())));
        findings.equal(indexed.map(value -> new FileId(new ByteReader(value).i64())).orElse(null), id,
                "the index of files by parent at " + row.name());
    }

    private void clients(Map<UUID, Integer> leases) {
        long[] clients = new long[1];
        rows.tables.scan(Table.LEASES, Keys.letter('c'), (key, value) -> {
            UUID client = new ByteReader(key, 1, key.length).uuid();
            findings.equal(ClientRow.of(value).leases(), leases.get(client), "leases of client " + client);
            return ++clients[0] > 0;
        });
        findings.equal(clients[0], (long) leases.size(), "clients with leases");
        int all = leases.values().stream().mapToInt(Integer::intValue).sum();
        findings.equal(rows.count(Table.LEASES, 'f'), (long) all, "rows of the index of leases");
    }
}
