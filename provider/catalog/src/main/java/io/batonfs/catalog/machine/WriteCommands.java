package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.Placement;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Infos;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.StoragePolicies;
import io.batonfs.catalog.tree.Walk;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.LeaseId;
import io.batonfs.model.NodeId;
import io.batonfs.model.ServerId;
import java.util.List;
import java.util.Optional;

/** Writers: create, append, extents, close, renewal (CAT-10). */
final class WriteCommands {
    private final Session session;
    private final Transaction tx;
    private final TreeEdits edits;

    WriteCommands(Session session) {
        this.session = session;
        this.tx = session.tx;
        this.edits = new TreeEdits(session);
    }

    Reply create(Command.Create command) throws BatonException {
        List<String> names = Paths.parseNew(command.path());
        if (names.isEmpty()) {
            throw Walk.isADirectory(names);
        }
        TreeEdits.checkOptions(command.options());
        Optional<Located> there = edits.checkNew(names, command.options().createParents());
        edits.replaceFile(names, there, command.options().overwrite());
        NodeId node = edits.addFile(names, session.contents.empty(), command.options());
        return lease(names, node, command.placement());
    }

    Reply append(Command.Append command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        Located file = closedFile(names, Access.WRITE);
        session.contents.checkRoom(file.row().file().content(), 1);
        return lease(names, session.directories.makePrivate(names), command.placement());
    }

    Reply nextExtent(Command.NextExtent command) throws BatonException {
        FileRow.Lease lease = session.openFiles.held(command.file(), command.lease(), session.client);
        ExtentRow full = checkWritten(lease, command.full());
        NodeId node = session.directories.makePrivate(session.openFiles.pathOf(command.file()));
        session.contents.setLength(node, lease.extent(), command.full().lengthBytes(), command.full().crc32c());
        session.contents.checkRoom(tx.node(node).file().content(), 1);
        ExtentId next = session.allocation.extent(command.placement(), Allocation.nextPages(full),
                WishCommands.policyOfNext(tx, lease.extent(), full));
        session.openFiles.advance(command.file(), lease, next);
        session.openFiles.seal(lease.extent());
        session.openFiles.renew(session.client);
        return granted(command.file(), lease.lease(), tx.node(node), next);
    }

    Reply closeFile(Command.CloseFile command) throws BatonException {
        FileRow.Lease lease = session.openFiles.held(command.file(), command.lease(), session.client);
        checkWritten(lease, command.last());
        List<String> names = session.openFiles.pathOf(command.file());
        NodeId node = session.directories.makePrivate(names);
        session.contents.setLength(node, lease.extent(), command.last().lengthBytes(), command.last().crc32c());
        session.openFiles.renew(session.client);
        return closed(command.file(), names, node);
    }

    Reply renewLeases(Command.RenewLeases command) {
        return new Reply.LeasesRenewed(session.openFiles.renew(command.clientId()));
    }

    Reply startRecovery(Command.StartRecovery command) throws BatonException {
        Optional<FileRow.Lease> held = tx.file(command.file()).flatMap(FileRow::lease);
        if (held.isEmpty()) {
            throw new BatonException(ErrorCode.NOT_FOUND, command.file()
                    + " has no writer; it is closed or gone: look it up again");
        }
        FileRow.Lease lease = held.get();
        List<String> names = session.openFiles.pathOf(command.file());
        Located file = session.walk().file(names);
        session.access.check(file.row().attributes(), Access.WRITE, Paths.format(names));
        if (!command.force() && !lease.recovering() && !softLimitPassed(lease)) {
            throw leaseHeld(names);
        }
        ExtentRow extent = tx.extent(lease.extent()).fenced();
        tx.put(lease.extent(), extent);
        LeaseId recovery = session.openFiles.takeAway(command.file(), lease);
        return new Reply.RecoveryStarted(command.file(), recovery, extent.extent(lease.extent()),
                session.allocation.routes(extent),
                session.contents.committed(file.row().file().content(), lease.extent()));
    }

    Reply finishRecovery(Command.FinishRecovery command) throws BatonException {
        session.access.checkSuperuser("finish a recovery");
        Optional<FileRow.Lease> held = tx.file(command.file()).flatMap(FileRow::lease);
        if (held.isEmpty() || !held.get().recovering() || !held.get().lease().equals(command.recovery())) {
            throw OpenFiles.lost(command.file(), command.recovery());
        }
        FileRow.Lease lease = held.get();
        ExtentRow extent = checkWritten(lease, command.held());
        keepRoute(extent, command.kept());
        List<String> names = session.openFiles.pathOf(command.file());
        NodeId node = session.directories.makePrivate(names);
        session.contents.grow(node, lease.extent(), command.held().lengthBytes(), command.held().crc32c());
        return closed(command.file(), names, node);
    }

    /** The closed file at a path that the caller may use so. */
    Located closedFile(List<String> names, int wanted) throws BatonException {
        Located file = session.walk().file(names);
        session.access.check(file.row().attributes(), wanted, Paths.format(names));
        if (!file.foreign() && tx.file(file.row().fileId()).flatMap(FileRow::lease).isPresent()) {
            throw leaseHeld(names);
        }
        return file;
    }

    private Reply lease(List<String> names, NodeId node, Placement placement) throws BatonException {
        String policy = StoragePolicies.inForce(edits.uncheckedWalk().trail(names)).orElse("");
        ExtentId extent = session.allocation.extent(placement, Allocation.FIRST_PAGES, policy);
        FileId file = session.openFiles.register(names);
        LeaseId lease = session.openFiles.grant(file, session.client, extent);
        return granted(file, lease, tx.node(node), extent);
    }

    private Reply granted(FileId file, LeaseId lease, NodeRow node, ExtentId extent) {
        ExtentRow row = tx.extent(extent);
        return new Reply.WriteGranted(file, lease, node.file().lengthBytes(), row.extent(extent),
                session.allocation.routes(row));
    }

    private Reply closed(FileId file, List<String> names, NodeId node) {
        NodeRow row = tx.node(node);
        NodeRow modified = row.with(row.attributes().modified(tx.timeMs()));
        tx.put(node, modified);
        session.openFiles.endLease(file);
        FileInfo info = Infos.of(modified, TreeEdits.last(names), false);
        return new Reply.FileClosed(info);
    }

    private ExtentRow checkWritten(FileRow.Lease lease, ExtentLength written) throws BatonException {
        ExtentRow extent = tx.extent(lease.extent());
        if (!written.extent().equals(lease.extent()) || written.lengthBytes() > session.allocation.capacity(extent)) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, written.lengthBytes() + " bytes of " + written.extent()
                    + " cannot have been written under a lease that holds " + lease.extent() + " of "
                    + session.allocation.capacity(extent) + " bytes; report this as a fault");
        }
        return extent;
    }

    private void keepRoute(ExtentRow extent, List<ServerId> kept) throws BatonException {
        if (kept.isEmpty()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "A recovery that reached no owner cannot be finished; "
                    + "try again when one is reachable");
        }
        for (var route : session.allocation.routes(extent)) {
            List<ServerId> left = route.owners().stream().filter(kept::contains).toList();
            if (left.isEmpty()) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "None of the servers " + kept + " owns "
                        + route.run() + ", " + route.owners() + " do; ask for the routes again");
            }
            if (left.size() < route.owners().size()) {
                session.allocation.move(route.run(), left);
            }
        }
    }

    private boolean softLimitPassed(FileRow.Lease lease) {
        return tx.timeMs() - tx.client(lease.client()).orElseThrow().renewedMs() > session.group.softLeaseMs();
    }

    private static BatonException leaseHeld(List<String> names) {
        return new BatonException(ErrorCode.LEASE_HELD, Paths.format(names)
                + " has a writer; wait until it closes the file, or recover its lease");
    }
}
