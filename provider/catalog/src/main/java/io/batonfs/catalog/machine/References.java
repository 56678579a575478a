package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.CompactRow;
import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.model.ContentId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.NodeId;
import java.util.Optional;

/**
 * Takes and drops references (CAT-7). What comes to have none goes on the queue of {@link Reclaim}; when a base's only
 * reference is its holder's link, the holder goes on the queue of {@link Compaction}.
 */
final class References {
    private static final byte[] NOTHING = new byte[0];

    private final Transaction tx;

    References(Transaction tx) {
        this.tx = tx;
    }

    void take(NodeId id) {
        NodeRow row = tx.node(id);
        tx.put(id, row.referenced(row.references() + 1));
    }

    void drop(NodeId id) {
        NodeRow row = tx.node(id);
        long left = row.references() - 1;
        tx.put(id, row.referenced(left));
        if (left == 0) {
            tx.put(Table.RECLAIM, Keys.deadNode(id), NOTHING);
            tx.add(Counter.RECLAIM_WAITING, 1);
            unqueue(id);
        } else if (left == 1 && row.isDirectory()) {
            tx.holderOf(id).ifPresent(this::queue);
        }
    }

    void take(ContentId id) {
        ContentRow row = tx.content(id);
        tx.put(id, row.referenced(row.references() + 1));
    }

    void drop(ContentId id) {
        ContentRow row = tx.content(id);
        long left = row.references() - 1;
        tx.put(id, row.referenced(left));
        if (left == 0) {
            tx.put(Table.RECLAIM, Keys.deadContent(id), NOTHING);
            tx.add(Counter.RECLAIM_WAITING, 1);
        }
    }

    void take(ExtentId id) {
        ExtentRow row = tx.extent(id);
        tx.put(id, row.referenced(row.references() + 1));
    }

    void drop(ExtentId id) {
        ExtentRow row = tx.extent(id);
        ExtentRow left = row.referenced(row.references() - 1);
        if (left.references() == 0) {
            left = left.dead(tx.timeMs());
            tx.put(Table.RECLAIM, Keys.deadExtent(tx.timeMs(), id), NOTHING);
            tx.add(Counter.FREE_WAITING, 1);
        }
        tx.put(id, left);
    }

    /** Has a directory looked at by {@link Compaction}, unless nothing refers to it any more. */
    void queue(NodeId holder) {
        if (tx.compact(holder).isEmpty() && tx.node(holder).references() > 0) {
            tx.put(holder, CompactRow.WAITING);
            tx.add(Counter.COMPACT_WAITING, 1);
        }
    }

    /** Takes a directory, still over its base, out of the index of those that the entries of a base are copied into. */
    void endCopying(NodeId holder, CompactRow row) {
        if (row.phase() == CompactRow.Phase.COPYING) {
            NodeId base = tx.node(holder).directory().base().orElseThrow();
            tx.delete(Table.COPYING, Keys.overlay(base, holder));
        }
    }

    /** Takes a directory off the queue of {@link Compaction}. */
    void unqueue(NodeId holder) {
        Optional<CompactRow> row = tx.compact(holder);
        if (row.isPresent()) {
            endCopying(holder, row.get());
            tx.delete(Table.COMPACT, Keys.node(holder));
            tx.add(Counter.COMPACT_WAITING, -1);
        }
    }
}
