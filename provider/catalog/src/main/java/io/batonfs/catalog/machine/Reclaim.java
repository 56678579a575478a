package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.DirectoryBody;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.model.ContentId;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.NodeId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Takes down, step by step, what nothing refers to any more (CAT-7). */
final class Reclaim {
    /** Of a queue, in one scan. */
    private static final int ROWS_AHEAD = 32;

    private final Transaction tx;
    private final References references;
    private final Directories directories;
    private final int rowsPerStep;
    private final Place contents = new Place('c');
    private final Place nodes = new Place('n');
    /** The last name taken down of an entry set: nothing is added to it any more, so a scan need not begin before. */
    private EntrySetId lastSet;
    private String lastName;

    Reclaim(Session session) {
        this.tx = session.tx;
        this.references = session.references;
        this.directories = session.directories;
        this.rowsPerStep = session.pace.rowsPerStep();
    }

    /** Does one step; whether there was one to do. */
    boolean step() {
        if (stepFromHere()) {
            return true;
        }
        contents.back();
        nodes.back();
        return stepFromHere();
    }

    /** Contents first, but for nodes that have been read: each may add a content, and then one scan finds all. */
    private boolean stepFromHere() {
        if (contents.isRead() || !nodes.isRead() && contents.read()) {
            reclaim(new ContentId(idIn(contents.here())));
            contents.done();
            return true;
        }
        if (nodes.isRead() || nodes.read()) {
            if (reclaim(new NodeId(idIn(nodes.here())))) {
                nodes.done();
            }
            return true;
        }
        return false;
    }

    private void reclaim(ContentId id) {
        ContentRow row = tx.content(id);
        row.slices().forEach(slice -> references.drop(slice.extent()));
        row.beginning().ifPresent(references::drop);
        tx.delete(Table.CONTENTS, Keys.content(id));
        tx.add(Counter.CONTENTS, -1);
    }

    private boolean reclaim(NodeId id) {
        NodeRow row = tx.node(id);
        if (row.isDirectory()) {
            if (!takeEntriesDown(id, row.directory())) {
                return false;
            }
            Optional<NodeId> base = row.directory().base();
            if (base.isPresent()) {
                directories.unlink(id);
                references.drop(base.get());
            }
        } else {
            references.drop(row.file().content());
        }
        tx.delete(Table.NODES, Keys.node(id));
        tx.add(Counter.NODES, -1);
        return true;
    }

    /** Whether all entries are gone. */
    private boolean takeEntriesDown(NodeId id, DirectoryBody body) {
        String after = body.entrySet().equals(lastSet) ? lastName : "";
        var own = OwnEntries.first(tx, body.entrySet(), after, rowsPerStep);
        lastSet = body.entrySet();
        own.forEach((name, entry) -> {
            tx.delete(Table.ENTRIES, Keys.entry(body.entrySet(), name));
            entry.child().ifPresent(references::drop);
            lastName = name;
        });
        long dead = own.values().stream().filter(EntryRow::isTombstone).count();
        NodeRow now = tx.node(id);
        tx.put(id, now.with(now.directory().rows(-own.size(), -dead, -own.size())));
        return own.size() < rowsPerStep;
    }

    private static long idIn(byte[] key) {
        return new ByteReader(key, 1, key.length).i64();
    }

    /**
     * How far a command has come in one of the queues: a scan from the beginning would pass over all that the command
     * took off, again at each step. Even one that begins here costs more than a step, so it reads several rows. What is
     * put on the queue before the last of those waits until the end is reached.
     */
    private final class Place {
        private final byte[] start;
        private final Deque<byte[]> ahead = new ArrayDeque<>();
        private byte[] from;

        Place(char letter) {
            this.start = Keys.letter(letter);
            this.from = start;
        }

        boolean isRead() {
            return !ahead.isEmpty();
        }

        /** Reads some rows from here on; whether there were any. */
        boolean read() {
            tx.view().scan(Table.RECLAIM, from, Keys.after(start), (key, value) -> {
                ahead.add(key);
                return ahead.size() < ROWS_AHEAD;
            });
            if (isRead()) {
                from = ahead.getLast();
            }
            return isRead();
        }

        byte[] here() {
            return ahead.getFirst();
        }

        /** Takes the row that is here off the queue. */
        void done() {
            tx.delete(Table.RECLAIM, ahead.removeFirst());
            tx.add(Counter.RECLAIM_WAITING, -1);
        }

        void back() {
            from = start;
        }
    }
}
