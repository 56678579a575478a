package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.CompactRow;
import io.batonfs.catalog.tables.CompactRow.Phase;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.DirectoryBody;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tree.Lookup;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps chains of bases short, in bounded steps (CAT-8). A directory that waits in COMPACT goes through:
 * <pre>
 * WAITING   lone base              -> merge with it, some entries a step, until one side is empty -> SWEEPING
 * WAITING   shared base, reason    -> COPYING
 * WAITING   no base, or no reason  -> off the queue
 * COPYING   base has become lone   -> WAITING
 * COPYING   all of base is there   -> over the base's base -> SWEEPING
 * SWEEPING  all names looked at    -> WAITING
 * </pre>
 * A reason is a chain over the soft limit, an overlay that hides half of its base, or that it was demanded. Two adjacent
 * links are never worked on at once: while a directory is COPYING, neither its base nor any holder of it changes its own
 * set; it would run past the cursor.
 */
final class Compaction {
    private static final int LOOKS_PER_STEP = 64;
    private static final byte[] NOTHING = new byte[0];

    private final Transaction tx;
    private final References references;
    private final Directories directories;
    private final Pace pace;
    private EntrySetId emptiedSet;
    private String emptiedTo;

    Compaction(Session session) {
        this.tx = session.tx;
        this.references = session.references;
        this.directories = session.directories;
        this.pace = session.pace;
    }

    /** How many bases a directory lies over. */
    static int chain(Tables tables, DirectoryBody directory) {
        int length = 0;
        DirectoryBody at = directory;
        while (at.base().isPresent()) {
            at = tables.node(at.base().get()).directory();
            length++;
        }
        return length;
    }

    /** Whether a directory hides at least half of its base's own entries. */
    static boolean hidesHalf(Tables tables, DirectoryBody directory) {
        return directory.base().isPresent()
                && 2 * directory.hiding() >= tables.node(directory.base().get()).directory().ownEntries();
    }

    /** Does one step; whether there was one to do. */
    boolean step() {
        if (queueForFlattening()) {
            return true;
        }
        for (int looks = 0; looks < LOOKS_PER_STEP; looks++) {
            Optional<NodeId> next = next();
            if (next.isEmpty()) {
                return false;
            }
            tx.set(Counter.COMPACT_CURSOR, next.get().value());
            if (work(next.get())) {
                return true;
            }
        }
        return false;
    }

    /** Goes on with a demanded flattening of everything: puts the next directories on the queue. */
    private boolean queueForFlattening() {
        long cursor = tx.count(Counter.FLATTEN_CURSOR);
        if (cursor == 0) {
            return false;
        }
        List<NodeId> found = new ArrayList<>();
        long[] last = new long[1];
        int[] seen = new int[1];
        tx.view().scan(Table.NODES, Keys.node(new NodeId(cursor)), null, (key, value) -> {
            NodeId id = new NodeId(new ByteReader(key).i64());
            NodeRow row = NodeRow.of(value);
            if (row.isDirectory() && row.references() > 0 && row.directory().base().isPresent()) {
                found.add(id);
            }
            last[0] = id.value();
            return ++seen[0] < pace.rowsPerStep();
        });
        for (NodeId id : found) {
            references.queue(id);
            tx.put(id, tx.compact(id).orElseThrow().force());
        }
        tx.set(Counter.FLATTEN_CURSOR, seen[0] < pace.rowsPerStep() ? 0 : last[0] + 1);
        return true;
    }

    /** The directory on the queue after the one that was worked on last, round and round. */
    private Optional<NodeId> next() {
        long cursor = tx.count(Counter.COMPACT_CURSOR);
        Optional<NodeId> after = firstFrom(new NodeId(cursor + 1));
        return after.isPresent() ? after : firstFrom(new NodeId(1));
    }

    private Optional<NodeId> firstFrom(NodeId from) {
        NodeId[] first = new NodeId[1];
        tx.view().scan(Table.COMPACT, Keys.node(from), null, (key, value) -> {
            first[0] = new NodeId(new ByteReader(key).i64());
            return false;
        });
        return Optional.ofNullable(first[0]);
    }

    /** Whether anything could be done. */
    private boolean work(NodeId holder) {
        CompactRow row = tx.compact(holder).orElseThrow();
        if (row.phase() == Phase.SWEEPING) {
            sweep(holder, row);
            return true;
        }
        DirectoryBody body = tx.node(holder).directory();
        if (body.base().isEmpty()) {
            references.unqueue(holder);
            return true;
        }
        NodeId base = body.base().get();
        if (isCopying(tx, base) || hasCopyingHolder(holder)) {
            return false;
        }
        if (tx.node(base).references() == 1) {
            references.endCopying(holder, row);
            tx.put(holder, row.at(Phase.WAITING, ""));
            merge(holder, base);
        } else if (row.phase() == Phase.COPYING || row.forced() || hidesHalf(tx, body)
                || chain(tx, body) > pace.softChain()) {
            copy(holder, base, row.phase() == Phase.COPYING ? row.cursor() : "");
        } else {
            references.unqueue(holder);
        }
        return true;
    }

    /** Whether the entries of a directory's base are being copied into it. */
    static boolean isCopying(Tables tables, NodeId directory) {
        return tables.compact(directory).map(row -> row.phase() == Phase.COPYING).orElse(false);
    }

    /** One look at an index: a tree may have been cloned ten thousand times. */
    private boolean hasCopyingHolder(NodeId base) {
        boolean[] found = new boolean[1];
        tx.scan(Table.COPYING, Keys.id(base), (key, value) -> {
            found[0] = true;
            return false;
        });
        return found[0];
    }

    /** Base with one reference: one of the two sets takes over the other's entries. */
    private void merge(NodeId holder, NodeId base) {
        DirectoryBody over = tx.node(holder).directory();
        DirectoryBody under = tx.node(base).directory();
        boolean push = !over.foreignBase() && over.ownEntries() <= under.ownEntries();
        boolean finished = push ? push(holder, base) : pull(holder, base);
        if (finished) {
            finishMerge(holder, base, push);
        }
    }

    /** Moves entries down; only over a link without the mark, which they would get by it. */
    private boolean push(NodeId holder, NodeId base) {
        Map<String, EntryRow> entries = someOf(tx.node(holder).directory().entrySet());
        Optional<NodeId> below = tx.node(base).directory().base();
        entries.forEach((name, entry) -> {
            directories.setOwn(holder, name, Optional.empty());
            boolean keep = !entry.isTombstone() || below.isPresent() && Lookup.has(tx, below.get(), name);
            Optional<EntryRow> old = directories.setOwn(base, name, keep ? Optional.of(entry) : Optional.empty());
            old.flatMap(EntryRow::child).ifPresent(references::drop);
        });
        return tx.node(holder).directory().ownEntries() == 0;
    }

    /** Moves entries up, where they are not hidden; over a link with the mark they get it. */
    private boolean pull(NodeId holder, NodeId base) {
        DirectoryBody over = tx.node(holder).directory();
        Map<String, EntryRow> entries = someOf(tx.node(base).directory().entrySet());
        Optional<NodeId> below = tx.node(base).directory().base();
        entries.forEach((name, entry) -> {
            directories.setOwn(base, name, Optional.empty());
            Optional<EntryRow> own = tx.entry(over.entrySet(), name);
            if (own.isEmpty()) {
                directories.setOwn(holder, name, Optional.of(marked(entry, over.foreignBase())));
                return;
            }
            if (own.get().isTombstone() && !(below.isPresent() && Lookup.has(tx, below.get(), name))) {
                directories.setOwn(holder, name, Optional.empty());
            }
            entry.child().ifPresent(references::drop);
        });
        return tx.node(base).directory().ownEntries() == 0;
    }

    /**
     * Some of the entries of a set that is being emptied. Within a command the scan goes on where the last one ended, so
     * that it does not pass over all that was removed; what was put in before that place is found in another round.
     */
    private Map<String, EntryRow> someOf(EntrySetId set) {
        Map<String, EntryRow> entries = OwnEntries.first(tx, set, set.equals(emptiedSet) ? emptiedTo : "",
                pace.rowsPerStep());
        emptiedSet = entries.isEmpty() ? null : set;
        entries.keySet().forEach(name -> emptiedTo = name);
        return entries;
    }

    private void finishMerge(NodeId holder, NodeId base, boolean pushed) {
        DirectoryBody under = tx.node(base).directory();
        boolean foreign = tx.node(holder).directory().foreignBase();
        directories.unlink(holder);
        if (pushed) {
            NodeRow row = tx.node(holder);
            tx.put(holder, row.with(new DirectoryBody(under.entrySet(), Optional.empty(), false,
                    row.directory().childCount(), under.ownEntries(), under.tombstones(), under.hiding())));
        }
        if (under.base().isPresent()) {
            directories.unlink(base);
            directories.link(holder, under.base().get(), foreign || under.foreignBase());
        }
        references.unqueue(base);
        tx.delete(Table.NODES, Keys.node(base));
        tx.add(Counter.NODES, -1);
        startSweep(holder);
    }

    /** Base held elsewhere too: copies its entries, where they are not hidden, then steps over it. */
    private void copy(NodeId holder, NodeId base, String cursor) {
        DirectoryBody over = tx.node(holder).directory();
        Map<String, EntryRow> entries = OwnEntries.first(tx, tx.node(base).directory().entrySet(), cursor,
                pace.rowsPerStep());
        String[] last = {cursor};
        entries.forEach((name, entry) -> {
            if (tx.entry(over.entrySet(), name).isEmpty()) {
                entry.child().ifPresent(references::take);
                directories.setOwn(holder, name, Optional.of(marked(entry, over.foreignBase())));
            }
            last[0] = name;
        });
        if (entries.size() == pace.rowsPerStep()) {
            tx.put(holder, tx.compact(holder).orElseThrow().at(Phase.COPYING, last[0]));
            tx.put(Table.COPYING, Keys.overlay(base, holder), NOTHING);
            return;
        }
        references.endCopying(holder, tx.compact(holder).orElseThrow());
        DirectoryBody under = tx.node(base).directory();
        directories.unlink(holder);
        if (under.base().isPresent()) {
            references.take(under.base().get());
            directories.link(holder, under.base().get(), over.foreignBase() || under.foreignBase());
            NodeRow row = tx.node(holder);
            tx.put(holder, row.with(row.directory().rows(0, 0, under.hiding())));
        }
        startSweep(holder);
        references.drop(base);
    }

    private void startSweep(NodeId holder) {
        NodeRow row = tx.node(holder);
        Phase phase = row.directory().tombstones() > 0 ? Phase.SWEEPING : Phase.WAITING;
        tx.put(holder, tx.compact(holder).orElse(CompactRow.WAITING).at(phase, ""));
    }

    /** Removes tombstones that hide nothing. */
    private void sweep(NodeId holder, CompactRow row) {
        DirectoryBody body = tx.node(holder).directory();
        Map<String, EntryRow> entries = OwnEntries.first(tx, body.entrySet(), row.cursor(), pace.rowsPerStep());
        String[] last = {row.cursor()};
        entries.forEach((name, entry) -> {
            boolean hides = body.base().isPresent() && Lookup.has(tx, body.base().get(), name);
            if (entry.isTombstone() && !hides) {
                directories.setOwn(holder, name, Optional.empty());
            }
            last[0] = name;
        });
        boolean more = entries.size() == pace.rowsPerStep();
        tx.put(holder, row.at(more ? Phase.SWEEPING : Phase.WAITING, more ? last[0] : ""));
    }

    private static EntryRow marked(EntryRow entry, boolean foreign) {
        return foreign && entry.child().isPresent() ? EntryRow.to(entry.child().get(), true) : entry;
    }
}
