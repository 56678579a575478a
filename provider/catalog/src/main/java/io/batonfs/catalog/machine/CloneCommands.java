package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.SnapshotRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.Names;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.Walk;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.NodeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Clones and snapshots, and the cut through open files that freezing takes (CAT-4, CAT-5). */
final class CloneCommands {
    /** Open files that one command may cut (CAT-5: bounded against the command size). */
    static final int MAX_CUT_FILES = 1 << 14;

    private final Session session;
    private final Transaction tx;
    private final TreeEdits edits;

    CloneCommands(Session session) {
        this.session = session;
        this.tx = session.tx;
        this.edits = new TreeEdits(session);
    }

    Reply clone(Command.Clone command) throws BatonException {
        List<String> to = Paths.parseNew(command.destination());
        TreeEdits.notRoot(to, "replaced by a clone");
        checkReadable(session.walk().locate(Paths.parse(command.source())), command.source());
        if (edits.checkNew(to, false).isPresent() && !command.overwrite()) {
            throw Walk.alreadyExists(to);
        }
        Located source = freeze(Paths.parse(command.source()), command.report());
        session.references.take(source.id());
        Optional<Located> there = session.walk().find(to);
        if (there.isPresent()) {
            edits.checkDelete(to, there.get(), true);
            edits.remove(to, there.get());
        }
        edits.attach(to, source.id());
        session.references.drop(source.id());
        return new Reply.Cloned(edits.info(to));
    }

    Reply createSnapshot(Command.CreateSnapshot command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        Paths.checkSnapshotName(command.name());
        Located directory = session.walk().directory(names);
        session.access.checkOwner(directory.row().attributes(), command.path());
        if (directory.foreign()) {
            session.directories.makePrivate(names);
        }
        Located frozen = freeze(names, command.report());
        FileId file = frozen.row().fileId();
        if (tx.snapshot(file, command.name()).isPresent()) {
            throw new BatonException(ErrorCode.ALREADY_EXISTS, command.path() + " has a snapshot " + command.name()
                    + " already; choose another name");
        }
        session.references.take(frozen.id());
        tx.put(Table.SNAPSHOTS, Keys.snapshot(file, command.name()),
                new SnapshotRow(frozen.id(), session.caller.user(), tx.timeMs()).toBytes());
        session.openFiles.register(names);
        return new Reply.Done();
    }

    Reply deleteSnapshot(Command.DeleteSnapshot command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        Located directory = session.walk().directory(names);
        session.access.checkOwner(directory.row().attributes(), command.path());
        FileId file = directory.row().fileId();
        Optional<SnapshotRow> snapshot = directory.foreign() ? Optional.empty() : tx.snapshot(file, command.name());
        SnapshotRow row = snapshot.orElseThrow(() -> new BatonException(ErrorCode.NOT_FOUND, command.path()
                + " has no snapshot " + command.name() + "; list them first"));
        tx.delete(Table.SNAPSHOTS, Keys.snapshot(file, command.name()));
        session.references.drop(row.root());
        session.openFiles.unregister(file);
        return new Reply.Done();
    }

    /** Cuts the open files at and below a path at the lengths in a report, and resolves the path. */
    Located freeze(List<String> names, List<ExtentLength> report) throws BatonException {
        Located at = session.walk().locate(names);
        if (!at.frozen() && !at.foreign()) {
            cut(Names.leasedBelow(tx, at.row().fileId()), report);
        }
        return session.walk().locate(names);
    }

    /** CAT-4: a clone or tree token needs read and execute on its root, of a file read. */
    void checkReadable(Located at, String path) throws BatonException {
        session.access.check(at.row().attributes(),
                at.row().isDirectory() ? Access.READ | Access.EXECUTE : Access.READ, path);
    }

    private void cut(List<FileId> open, List<ExtentLength> report) throws BatonException {
        if (open.isEmpty()) {
            return;
        }
        if (open.size() > MAX_CUT_FILES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, open.size() + " files are open below the source, more than "
                    + MAX_CUT_FILES + "; freeze a smaller tree");
        }
        Map<ExtentId, ExtentLength> lengths = new HashMap<>();
        report.forEach(length -> lengths.put(length.extent(), length));
        for (FileId file : open) {
            ExtentId extent = openExtent(file);
            if (!lengths.containsKey(extent)) {
                throw new BatonException(ErrorCode.AGAIN, "The report of open files does not tell the length of " + extent
                        + ", which a writer has come to hold meanwhile; ask the owners again");
            }
        }
        for (FileId file : open) {
            ExtentLength length = lengths.get(openExtent(file));
            List<String> names = session.openFiles.pathOf(file);
            if (length.lengthBytes() > session.allocation.capacity(tx.extent(length.extent()))) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, length.extent() + " cannot hold "
                        + length.lengthBytes() + " bytes; report this as a fault of its owner");
            }
            NodeId current = tx.file(file).orElseThrow().node();
            if (length.lengthBytes() > session.contents.committed(tx.node(current).file().content(), length.extent())) {
                NodeId node = session.directories.makePrivate(names);
                session.contents.grow(node, length.extent(), length.lengthBytes(), length.crc32c());
            }
        }
    }

    private ExtentId openExtent(FileId file) {
        return tx.file(file).orElseThrow().lease().orElseThrow().extent();
    }
}
