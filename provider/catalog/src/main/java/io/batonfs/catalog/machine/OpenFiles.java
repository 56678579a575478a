package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteWriter;
import io.batonfs.catalog.tables.ClientRow;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.Lookup;
import io.batonfs.catalog.tree.Names;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.LeaseId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The table of files that have a writer or are tracked, of directories with snapshots, and of the ancestors of all
 * those; and the writers' leases (CAT-6, CAT-10). What has a row here is the tree's own, never foreign.
 */
final class OpenFiles {
    /**
     * Tracked files of a group (CAT-11): freezing, deleting or replacing a directory looks at each one below it, as it
     * does at open files, of which as many may be cut at once.
     */
    static final int MAX_TRACKED = 1 << 14;
    private static final byte[] NOTHING = new byte[0];

    private final Transaction tx;
    private final References references;

    OpenFiles(Transaction tx, References references) {
        this.tx = tx;
        this.references = references;
    }

    /** Gives rows to everything on a path that is private; gives the file id at its end. */
    FileId register(List<String> names) {
        NodeRow at = tx.node(tx.root());
        FileId parent = at.fileId();
        for (String name : names) {
            var child = Lookup.child(tx, at, name).orElseThrow();
            at = child.row();
            FileId id = at.fileId();
            if (tx.file(id).isEmpty()) {
                tx.put(id, FileRow.of(child.id(), Optional.of(parent), name));
                index(parent, name, id);
                count(parent, 1);
            }
            parent = id;
        }
        return parent;
    }

    /** Keeps the row of a file on a path without a foreign mark, until the file is deleted or replaced. */
    void track(List<String> names) throws BatonException {
        FileId file = register(names);
        FileRow row = tx.file(file).orElseThrow();
        if (row.tracked()) {
            return;
        }
        if (tx.count(Counter.TRACKED) >= MAX_TRACKED) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "The group tracks " + MAX_TRACKED
                    + " files already, the most that it does; name the file by its path");
        }
        tx.put(file, row.tracked(true));
        tx.add(Counter.TRACKED, 1);
    }

    /** Moves the row of what was renamed, if it has one, below a directory whose path is private. */
    void moved(FileId file, List<String> newParent, String newName) {
        Optional<FileRow> row = tx.file(file);
        if (row.isEmpty()) {
            return;
        }
        FileId to = register(newParent);
        FileId from = row.get().parent().orElseThrow();
        unindex(from, row.get().name());
        index(to, newName, file);
        count(to, 1);
        tx.put(file, row.get().moved(to, newName));
        count(from, -1);
        unregister(from);
    }

    /** Gives a registered file a writer. */
    LeaseId grant(FileId file, UUID client, ExtentId extent) {
        LeaseId lease = nextLease();
        FileRow row = tx.file(file).orElseThrow();
        tx.put(file, row.leased(Optional.of(new FileRow.Lease(lease, client, extent, false))));
        addTo(client, file);
        tx.add(Counter.LEASES, 1);
        return lease;
    }

    /** Lets a lease hold another extent. */
    void advance(FileId file, FileRow.Lease lease, ExtentId next) {
        tx.put(file, tx.file(file).orElseThrow().leased(Optional.of(
                new FileRow.Lease(lease.lease(), lease.client(), next, lease.recovering()))));
    }

    /** Takes a lease away from its writer; gives the one that recovers the file. */
    LeaseId takeAway(FileId file, FileRow.Lease lease) {
        LeaseId recovery = nextLease();
        tx.put(file, tx.file(file).orElseThrow().leased(Optional.of(
                new FileRow.Lease(recovery, Keys.RECOVERY, lease.extent(), true))));
        removeFrom(lease.client(), file);
        addTo(Keys.RECOVERY, file);
        return recovery;
    }

    private void addTo(UUID client, FileId file) {
        int leases = tx.client(client).map(ClientRow::leases).orElse(0) + 1;
        tx.put(client, new ClientRow(tx.timeMs(), leases));
        tx.put(Table.LEASES, Keys.clientFile(client, file), NOTHING);
    }

    private void removeFrom(UUID client, FileId file) {
        tx.delete(Table.LEASES, Keys.clientFile(client, file));
        ClientRow row = tx.client(client).orElseThrow();
        if (row.leases() == 1) {
            tx.delete(Table.LEASES, Keys.client(client));
        } else {
            tx.put(client, new ClientRow(row.renewedMs(), row.leases() - 1));
        }
    }

    private LeaseId nextLease() {
        return LeaseId.of(0, tx.nextNumber(Counter.LAST_LEASE));
    }

    /** Keeps a client's leases alive; gives how many there are. */
    int renew(UUID client) {
        Optional<ClientRow> row = tx.client(client);
        row.ifPresent(found -> tx.put(client,
                new ClientRow(Math.max(found.renewedMs(), tx.timeMs()), found.leases())));
        return row.map(ClientRow::leases).orElse(0);
    }

    /** Seals the open extent and closes the file. */
    void endLease(FileId file) {
        FileRow row = tx.file(file).orElseThrow();
        FileRow.Lease lease = row.lease().orElseThrow();
        tx.put(file, row.leased(Optional.empty()));
        seal(lease.extent());
        removeFrom(lease.client(), file);
        tx.add(Counter.LEASES, -1);
        unregisterFile(file);
    }

    /** Seals an extent that its lease lets go. */
    void seal(ExtentId extent) {
        tx.put(extent, tx.extent(extent).asSealed());
        references.drop(extent);
    }

    /**
     * Ends all leases and all tracking of a file or tree that goes away; its writers' keys are worth nothing from now
     * on.
     */
    void endBelow(FileId top) {
        for (FileId file : Names.heldBelow(tx, top)) {
            FileRow row = tx.file(file).orElseThrow();
            if (row.tracked()) {
                tx.put(file, row.tracked(false));
                tx.add(Counter.TRACKED, -1);
            }
            if (row.lease().isPresent()) {
                ExtentId extent = row.lease().get().extent();
                tx.put(extent, tx.extent(extent).fenced());
                endLease(file);
            } else {
                unregisterFile(file);
            }
        }
    }

    /** The lease that a writer shows. */
    FileRow.Lease held(FileId file, LeaseId lease, UUID client) throws BatonException {
        Optional<FileRow.Lease> held = tx.file(file).flatMap(FileRow::lease);
        if (held.isEmpty() || !held.get().lease().equals(lease) || held.get().recovering()
                || !held.get().client().equals(client)) {
            throw lost(file, lease);
        }
        return held.get();
    }

    /** LEASE_LOST. */
    static BatonException lost(FileId file, LeaseId lease) {
        return new BatonException(ErrorCode.LEASE_LOST, lease + " no longer holds " + file
                + ": it expired and was recovered, or the file was deleted or replaced; open the file again");
    }

    /** The path of a registered file. */
    List<String> pathOf(FileId file) {
        return Names.pathOf(tx, file).orElseThrow();
    }

    /** Takes away the rows of a directory and its ancestors that have no reason any more. */
    void unregister(FileId directory) {
        unregister(directory, true);
    }

    /** As {@link #unregister}, of a file and its ancestors: a file has no snapshots, so nobody has to look. */
    private void unregisterFile(FileId file) {
        unregister(file, false);
    }

    private void unregister(FileId first, boolean isDirectory) {
        FileId at = first;
        boolean directory = isDirectory;
        while (true) {
            FileRow row = tx.file(at).orElseThrow();
            if (row.lease().isPresent() || row.tracked() || row.children() > 0 || row.parent().isEmpty()
                    || directory && Names.hasSnapshots(tx, at)) {
                return;
            }
            FileId parent = row.parent().get();
            tx.delete(Table.FILES, Keys.file(at));
            unindex(parent, row.name());
            count(parent, -1);
            at = parent;
            directory = true;
        }
    }

    private void count(FileId parent, int change) {
        tx.put(parent, tx.file(parent).orElseThrow().counting(change));
    }

    private void index(FileId parent, String name, FileId file) {
        tx.put(Table.FILES_BY_PARENT, Keys.fileByParent(parent, name), new ByteWriter().id(file).toBytes());
    }

    private void unindex(FileId parent, String name) {
        tx.delete(Table.FILES_BY_PARENT, Keys.fileByParent(parent, name));
    }
}
