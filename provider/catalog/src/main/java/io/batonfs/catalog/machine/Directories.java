package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.DirectoryBody;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.Found;
import io.batonfs.catalog.tree.Lookup;
import io.batonfs.catalog.tree.Walk;
import io.batonfs.model.BatonException;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.NodeId;
import java.util.List;
import java.util.Optional;

/**
 * Changes entries of directories, and makes the private copies that must be made before (CAT-2, CAT-3). Directories
 * handed in are private already, but for {@link #makePrivate}.
 */
final class Directories {
    private static final byte[] NOTHING = new byte[0];

    private final Transaction tx;
    private final References references;
    private final Pace pace;

    Directories(Transaction tx, References references, Pace pace) {
        this.tx = tx;
        this.references = references;
        this.pace = pace;
    }

    /** Makes everything on a path private, which leads to something; gives the node at its end. */
    NodeId makePrivate(List<String> names) throws BatonException {
        NodeId root = tx.root();
        NodeRow rootRow = tx.node(root);
        if (rootRow.references() > 1) {
            NodeId copy = copy(new Found(root, rootRow, true, false));
            tx.set(Counter.ROOT_NODE, copy.value());
            references.take(copy);
            references.drop(root);
            queueLongChain(copy);
        }
        NodeId at = tx.root();
        for (String name : names) {
            NodeRow directory = tx.node(at);
            if (!directory.isDirectory()) {
                throw Walk.notADirectory(names);
            }
            Optional<Found> child = Lookup.child(tx, directory, name);
            if (child.isEmpty()) {
                throw Walk.notFound(names);
            }
            at = child.get().shared() ? replaceByCopy(at, name, child.get()) : child.get().id();
        }
        return at;
    }

    /** Sets an entry to a child, which gets one more reference. */
    void put(NodeId directory, String name, NodeId child, boolean foreign) {
        references.take(child);
        Optional<EntryRow> old = setOwn(directory, name, Optional.of(EntryRow.to(child, foreign)));
        old.flatMap(EntryRow::child).ifPresent(references::drop);
    }

    /**
     * Removes an entry; a tombstone stays whenever the base's view has the name. While the base's entries are copied in,
     * it also stays where the base has a tombstone: that one may have been passed already, and what it hides would show
     * again when the base is stepped over.
     */
    void remove(NodeId directory, String name) {
        Optional<NodeId> base = tx.node(directory).directory().base();
        boolean hide = base.isPresent() && (Lookup.has(tx, base.get(), name)
                || Compaction.isCopying(tx, directory)
                        && tx.entry(tx.node(base.get()).directory().entrySet(), name).isPresent());
        Optional<EntryRow> old = setOwn(directory, name, hide ? Optional.of(EntryRow.TOMBSTONE) : Optional.empty());
        old.flatMap(EntryRow::child).ifPresent(references::drop);
    }

    /** Counts a name that came or went, and notes the time. */
    void touch(NodeId directory, int change) {
        NodeRow row = tx.node(directory);
        tx.put(directory, row.with(row.directory().counting(change)).with(row.attributes().modified(tx.timeMs())));
    }

    /**
     * Sets or removes a row of a directory's own entry set and keeps its counts, but no references.
     *
     * @return the row before
     */
    Optional<EntryRow> setOwn(NodeId directory, String name, Optional<EntryRow> entry) {
        NodeRow row = tx.node(directory);
        DirectoryBody body = row.directory();
        EntrySetId set = body.entrySet();
        Optional<EntryRow> old = tx.entry(set, name);
        if (entry.isPresent()) {
            tx.put(set, name, entry.get());
        } else if (old.isPresent()) {
            tx.delete(Table.ENTRIES, Keys.entry(set, name));
        }
        int rows = (entry.isPresent() ? 1 : 0) - (old.isPresent() ? 1 : 0);
        int tombstones = tombstone(entry) - tombstone(old);
        boolean hides = false;
        if (body.base().isPresent()) {
            DirectoryBody base = tx.node(body.base().get()).directory();
            hides = tx.entry(base.entrySet(), name).isPresent();
        }
        if (rows != 0 || tombstones != 0) {
            tx.put(directory, row.with(body.rows(rows, tombstones, hides ? rows : 0)));
        }
        if (hides && entry.isPresent() && Compaction.hidesHalf(tx, tx.node(directory).directory())) {
            references.queue(directory);
        }
        return old;
    }

    /** Lays a directory over a base, which has been given the reference. */
    void link(NodeId holder, NodeId base, boolean foreign) {
        NodeRow row = tx.node(holder);
        tx.put(holder, row.with(row.directory().over(base, foreign)));
        tx.put(Table.OVERLAYS, Keys.overlay(base, holder), NOTHING);
    }

    /** Takes a directory off its base, which keeps the reference. */
    void unlink(NodeId holder) {
        NodeRow row = tx.node(holder);
        tx.delete(Table.OVERLAYS, Keys.overlay(row.directory().base().orElseThrow(), holder));
        tx.put(holder, row.with(row.directory().alone()));
    }

    /** Puts in a new node; it has no reference yet. */
    NodeId add(NodeRow row) {
        NodeId id = tx.nextNode();
        tx.put(id, row);
        tx.add(Counter.NODES, 1);
        return id;
    }

    private NodeId replaceByCopy(NodeId directory, String name, Found child) throws BatonException {
        NodeId copy = copy(child);
        put(directory, name, copy, false);
        if (child.row().isDirectory()) {
            queueLongChain(copy);
        }
        return copy;
    }

    /** CAT-3: a directory's copy lies over the old one; what was foreign becomes its own, under a new file id. */
    private NodeId copy(Found old) throws BatonException {
        NodeRow row = old.row();
        NodeRow plain = new NodeRow(old.foreign() ? tx.nextFile() : row.fileId(), 0, row.attributes(), row.file(),
                row.directory());
        tx.add(Counter.NODES_COPIED, 1);
        NodeId copy;
        if (row.isDirectory()) {
            checkChain(old);
            DirectoryBody body = DirectoryBody.empty(tx.nextEntrySet()).counting(row.directory().childCount());
            copy = add(plain.with(body));
            references.take(old.id());
            link(copy, old.id(), old.foreign());
        } else {
            copy = add(plain);
            references.take(row.file().content());
        }
        if (!old.foreign()) {
            Optional<FileRow> file = tx.file(row.fileId());
            if (file.isPresent()) {
                tx.put(row.fileId(), file.get().at(copy));
            }
        }
        return copy;
    }

    private void checkChain(Found old) throws BatonException {
        if (Compaction.chain(tx, old.row().directory()) >= pace.hardChain()) {
            throw new BatonException(ErrorCode.BUSY, "A directory lies over " + pace.hardChain()
                    + " others because housekeeping is behind with shortening chains; try again a little later");
        }
    }

    private void queueLongChain(NodeId directory) {
        if (Compaction.chain(tx, tx.node(directory).directory()) > pace.softChain()) {
            references.queue(directory);
        }
    }

    private static int tombstone(Optional<EntryRow> entry) {
        return entry.isPresent() && entry.get().isTombstone() ? 1 : 0;
    }
}
