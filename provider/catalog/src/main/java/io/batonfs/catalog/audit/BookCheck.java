package io.batonfs.catalog.audit;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.CompactRow.Phase;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tree.RouteMap;
import io.batonfs.model.ExtentId;
import io.batonfs.model.NodeId;
import io.batonfs.model.PageRun;
import io.batonfs.model.PartitionedId;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Counters, indexes and queues. */
final class BookCheck {
    private final Rows rows;
    private final Findings findings;

    BookCheck(Rows rows, Findings findings) {
        this.rows = rows;
        this.findings = findings;
    }

    void run(boolean atRest) {
        counter(Counter.NODES, rows.nodes.size());
        counter(Counter.CONTENTS, rows.contents.size());
        counter(Counter.EXTENTS, rows.extents.size());
        counter(Counter.TOKENS, rows.tokens.values().stream().filter(token -> token.dead().isEmpty()).count());
        counter(Counter.LEASES, rows.files.values().stream().filter(file -> file.lease().isPresent()).count());
        counter(Counter.TRACKED, rows.files.values().stream().filter(file -> file.tracked()).count());
        counter(Counter.RECLAIM_WAITING, rows.count(Table.RECLAIM, 'n') + rows.count(Table.RECLAIM, 'c'));
        counter(Counter.FREE_WAITING, rows.count(Table.RECLAIM, 'e'));
        counter(Counter.COMPACT_WAITING, rows.queue.size());
        ids(Counter.LAST_NODE, rows.nodes.keySet());
        ids(Counter.LAST_FILE, rows.files.keySet());
        ids(Counter.LAST_FILE, rows.nodes.values().stream().map(row -> row.fileId()).collect(Collectors.toSet()));
        ids(Counter.LAST_ENTRY_SET, rows.entries.keySet());
        ids(Counter.LAST_CONTENT, rows.contents.keySet());
        ids(Counter.LAST_EXTENT, rows.extents.keySet());
        ids(Counter.LAST_TOKEN, rows.tokens.keySet());
        long dead = rows.nodes.values().stream().filter(row -> row.references() == 0).count()
                + rows.contents.values().stream().filter(row -> row.references() == 0).count();
        findings.equal(rows.counters.get(Counter.RECLAIM_WAITING), dead, "nodes and contents without references");
        Set<NodeId> copying = new HashSet<>();
        rows.each(Table.COPYING, (key, value) -> {
            ByteReader in = new ByteReader(key);
            NodeId base = new NodeId(in.i64());
            NodeId holder = new NodeId(in.i64());
            copying.add(holder);
            findings.equal(rows.nodes.containsKey(holder) ? rows.nodes.get(holder).directory().base().orElse(null) : null,
                    base, "the base that is being copied into " + holder);
        });
        findings.equal(copying, rows.queue.entrySet().stream().filter(e -> e.getValue().phase() == Phase.COPYING)
                .map(Map.Entry::getKey).collect(Collectors.toSet()), "directories that entries of a base are copied into");
        rows.tokens.forEach((id, row) -> findings.check(
                rows.tables.view().get(Table.TOKENS, Keys.tokenDue(row.dueMs(), id)) != null,
                "the index of tokens by time lacks " + id));
        findings.equal(rows.count(Table.TOKENS, 'x'), (long) rows.tokens.size(), "rows of the index of tokens by time");
        findings.equal(rows.count(Table.RETRY, 't'), rows.count(Table.RETRY, 'r'), "rows of the index of replies by time");
        findings.equal(rows.count(Table.RETRY, 'u'), rows.count(Table.RETRY, 'c'), "rows of the index of clients by time");
        Set<String> listed = new HashSet<>();
        rows.tables.scan(Table.WISHES, Keys.letter('e'), (key, value) -> {
            ExtentId wanted = new ExtentId(new ByteReader(key, 1, key.length).i64());
            findings.check(rows.extents.containsKey(wanted), wanted + " is wanted in another pool and is not there");
            if (rows.extents.containsKey(wanted)) {
                indexed(wanted, rows.extents.get(wanted).pages(), listed);
            }
            return true;
        });
        findings.equal(rows.count(Table.WISHES, 'o'), (long) listed.size(), "rows of the index of wanted extents by server");
        rows.tables.scan(Table.WISHES, Keys.letter('s'), (key, value) -> {
            ExtentId staying = new ExtentId(new ByteReader(key, 1, key.length).i64());
            findings.check(rows.extents.containsKey(staying), staying + " stays where it is and is not there");
            return true;
        });
        if (atRest) {
            findings.equal(rows.counters.get(Counter.RECLAIM_WAITING), 0L, "what waits to be taken down");
            findings.equal(rows.queue.keySet(), Set.of(), "directories that wait for a shorter chain");
        }
    }

    /** Each server that a route of a wanted extent leads to has it in its list. */
    private void indexed(ExtentId wanted, PageRun pages, Set<String> listed) {
        int runPages = rows.tables.group().orElseThrow().runPages();
        for (Route route : RouteMap.of(rows.tables, runPages, List.of(pages))) {
            for (ServerId owner : route.owners()) {
                findings.check(rows.tables.view().get(Table.WISHES, Keys.wantedAt(owner, pages, wanted)) != null,
                        "the list of what is wanted at " + owner + " lacks " + wanted);
                listed.add(owner + " " + wanted);
            }
        }
    }

    private void counter(Counter counter, long counted) {
        findings.equal(rows.counters.get(counter), counted, "the counter " + counter);
    }

    private void ids(Counter last, Collection<? extends PartitionedId> ids) {
        long highest = ids.stream().mapToLong(PartitionedId::number).max().orElse(0);
        findings.check(highest <= rows.counters.get(last), "an id has number " + highest + ", above the counter " + last);
    }
}
