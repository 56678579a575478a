package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.FoundExtent;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.WalkPosition;
import io.batonfs.catalog.WantedExtent;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.WantedRow;
import io.batonfs.catalog.tables.WishRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.SliceLists;
import io.batonfs.catalog.tree.Unshared;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.ServerId;
import io.batonfs.model.Slice;
import java.util.List;
import java.util.Optional;

/**
 * What is stored already shall go to the pools of its storage policies (POOL-7, manual moves): a wish for a path is written
 * down at once, the extents below it in bounded steps by servers, and taken off the list by those that have carried them.
 */
final class WishCommands {
    /** Wishes of which not all extents are found yet. */
    static final int MAX_WISHES = 1024;
    /** So that one user leaves room for others. */
    static final int MAX_WISHES_OF_A_USER = 256;
    /** Extents of one command. */
    static final int MAX_EXTENTS = 256;

    private final Session session;
    private final Transaction tx;
    private final WantedList wanted;

    WishCommands(Session session) {
        this.session = session;
        this.tx = session.tx;
        this.wanted = new WantedList(session);
    }

    /**
     * Asked for again, the walk goes on and is made once more afterwards, since policies may have changed behind it; if it
     * began anew each time, who asks often enough would keep it from ever coming to its end.
     */
    Reply satisfy(Command.SatisfyPolicy command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        session.access.check(session.walk().locate(names).row().attributes(), Access.WRITE, command.path());
        byte[] key = Keys.wish(Paths.format(names));
        String user = session.caller.user();
        Optional<WishRow> before = tx.find(Table.WISHES, key, WishRow::of);
        if (before.filter(wish -> wish.user().equals(user)).isEmpty()) {
            checkRoom(user, before.isPresent());
        }
        tx.add(Counter.LAST_WISH, 1);
        long number = tx.count(Counter.LAST_WISH);
        tx.put(Table.WISHES, key, before.map(wish -> wish.askedAgain(number, tx.timeMs(), user)).orElseGet(
                () -> WishRow.first(number, tx.timeMs(), user)).toBytes());
        return new Reply.Done();
    }

    /** @param takenOver whether it takes the place of somebody else's */
    private void checkRoom(String user, boolean takenOver) throws BatonException {
        int[] all = new int[] {takenOver ? -1 : 0};
        int[] own = new int[1];
        tx.scan(Table.WISHES, Keys.letter('p'), (key, value) -> {
            own[0] += WishRow.of(value).user().equals(user) ? 1 : 0;
            return ++all[0] > 0;
        });
        if (all[0] >= MAX_WISHES || own[0] >= MAX_WISHES_OF_A_USER) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, (all[0] >= MAX_WISHES
                    ? "The group has " + MAX_WISHES : user + " has " + MAX_WISHES_OF_A_USER)
                    + " paths whose files are still looked for, to be carried to the pools of their storage policies;"
                    + " try again when some are done, or ask for a directory above");
        }
    }

    /** Nothing if the wish is elsewhere by now: another step was faster, or it was asked for again. */
    Reply want(Command.WantExtents command) throws BatonException {
        session.access.checkSuperuser("write down where extents shall be");
        if (command.extents().size() > MAX_EXTENTS || command.to().isPresent()
                && command.to().get().names().size() > WalkPosition.MAX_NAMES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "A step has at most " + MAX_EXTENTS
                    + " extents and a position of " + WalkPosition.MAX_NAMES + " names; take smaller ones");
        }
        for (FoundExtent found : command.extents()) {
            NameCommands.checkPolicy(found.storagePolicy());
        }
        byte[] key = Keys.wish(command.wish().path());
        Optional<WishRow> wish = tx.find(Table.WISHES, key, WishRow::of);
        WalkPosition from = command.wish().position();
        if (wish.isEmpty() || wish.get().number() != command.wish().number()
                || !wish.get().equals(wish.get().at(from.names(), from.slices()))) {
            return new Reply.Done();
        }
        for (FoundExtent found : command.extents()) {
            want(found.extent(), found);
            wantLater(found);
        }
        if (command.to().isPresent()) {
            WalkPosition to = command.to().get();
            tx.put(Table.WISHES, key, wish.get().at(to.names(), to.slices()).toBytes());
        } else if (wish.get().again()) {
            tx.put(Table.WISHES, key, wish.get().fromTheStart().toBytes());
        } else {
            tx.delete(Table.WISHES, key);
        }
        return new Reply.Done();
    }

    /** The last who asks decides, if several files show it. */
    private void want(ExtentId extent, FoundExtent as) {
        tx.findExtent(extent).filter(row -> row.references() > 0).ifPresent(row -> {
            wanted.put(extent, row, new WantedRow(tx.timeMs(), as.storagePolicy(), as.path()));
            wanted.forgetStay(extent);
        });
    }

    /** What a writer has begun after the one that the step saw: the walk is behind its file then. */
    private void wantLater(FoundExtent seen) {
        Optional<NodeRow> file = seen.writer().flatMap(this::lease).isPresent()
                && lease(seen.writer().get()).get().extent().equals(seen.extent()) ? Optional.empty() : writtenSince(seen);
        if (file.isEmpty()) {
            return;
        }
        boolean later = false;
        for (Slice slice : SliceLists.all(tx, file.get().file().content())) {
            if (later && !slice.extent().equals(seen.extent())) {
                want(slice.extent(), seen);
            }
            later |= slice.extent().equals(seen.extent());
        }
        lease(file.get().fileId()).ifPresent(lease -> want(lease.extent(), seen));
    }

    private Optional<FileRow.Lease> lease(FileId file) {
        return tx.file(file).flatMap(FileRow::lease);
    }

    /** The file that a step saw with a writer; one that is closed by now may have no row but that at its path. */
    private Optional<NodeRow> writtenSince(FoundExtent seen) {
        if (seen.writer().isEmpty()) {
            return Optional.empty();
        }
        Optional<NodeRow> open = tx.file(seen.writer().get()).map(row -> tx.node(row.node()));
        return open.isPresent() ? open : Unshared.sharedOrNot(tx, tx.root(), seen.path())
                .filter(row -> !row.isDirectory() && row.fileId().equals(seen.writer().get()));
    }

    /** The policy of what a writer begins after an extent. */
    static String policyOfNext(Transaction tx, ExtentId full, ExtentRow row) {
        return WantedList.find(tx, full).map(WantedRow::storagePolicy).orElse(row.storagePolicy());
    }

    /**
     * Those of which something else is wanted by now stay on the list, and so do those that the server has given away to
     * another: that one has them where it wanted.
     */
    Reply placed(Command.ExtentsPlaced command) throws BatonException {
        session.access.checkSuperuser("say where extents are");
        for (WantedExtent placed : command.placed()) {
            Optional<ExtentRow> row = toldOf(command.server(), placed);
            if (row.isPresent()) {
                tx.put(placed.extent(), row.get().withStoragePolicy(placed.storagePolicy()));
                wanted.strike(placed.extent());
            }
        }
        for (WantedExtent refused : command.refused()) {
            toldOf(command.server(), refused).ifPresent(row -> refuse(refused, row));
        }
        return new Reply.Done();
    }

    /** A page or two may have been carried before somebody came to share it: these go back. */
    private void refuse(WantedExtent refused, ExtentRow row) {
        if (row.storagePolicy().equals(refused.storagePolicy())) {
            wanted.strike(refused.extent());
        } else {
            wanted.stays(refused.extent(), new WantedRow(tx.timeMs(), refused.storagePolicy(), ""));
            wanted.put(refused.extent(), row, new WantedRow(tx.timeMs(), row.storagePolicy(), ""));
        }
    }

    /** The row of an extent that a server may tell of: what it was asked for is wanted still, and wanted there. */
    private Optional<ExtentRow> toldOf(ServerId server, WantedExtent told) {
        boolean isWanted = wanted.find(told.extent())
                .filter(row -> row.storagePolicy().equals(told.storagePolicy())).isPresent();
        return isWanted ? tx.findExtent(told.extent()).filter(row -> wanted.isAt(server, row)) : Optional.empty();
    }
}
