package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.WalkPosition;
import io.batonfs.catalog.WantedExtent;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.WantedRow;
import io.batonfs.catalog.tables.WishRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import java.util.List;
import java.util.Optional;

/**
 * What is stored already shall go to the pools of its storage policies (POOL-7, manual moves): a wish for a path is written
 * down at once, the extents below it in bounded steps by servers, and taken off the list by those that have carried them.
 */
final class WishCommands {
    /** Wishes of which not all extents are found yet. */
    static final int MAX_WISHES = 1024;
    /** Extents of one command, with two rows each. */
    static final int MAX_EXTENTS = 256;

    private final Session session;
    private final Transaction tx;

    WishCommands(Session session) {
        this.session = session;
        this.tx = session.tx;
    }

    /** Asked for again, it begins anew: policies may have changed behind the walk. */
    Reply satisfy(Command.SatisfyPolicy command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        session.access.check(session.walk().locate(names).row().attributes(), Access.WRITE, command.path());
        byte[] key = Keys.wish(Paths.format(names));
        if (tx.find(Table.WISHES, key, WishRow::of).isEmpty() && wishes() >= MAX_WISHES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "The group has " + MAX_WISHES
                    + " paths whose files are still looked for, to be carried to the pools of their storage policies;"
                    + " try again when some are done, or ask for a directory above");
        }
        tx.put(Table.WISHES, key, row(tx.timeMs(), WalkPosition.START).toBytes());
        return new Reply.Done();
    }

    private static WishRow row(long askedMs, WalkPosition position) {
        return new WishRow(askedMs, position.names(), position.slices());
    }

    private int wishes() {
        int[] count = new int[1];
        tx.scan(Table.WISHES, Keys.letter('p'), (key, value) -> ++count[0] > 0);
        return count[0];
    }

    /** Nothing if the wish is elsewhere by now: another step was faster, or it was asked for again. */
    Reply want(Command.WantExtents command) throws BatonException {
        session.access.checkSuperuser("write down where extents shall be");
        if (command.extents().size() > MAX_EXTENTS || command.to().isPresent()
                && command.to().get().names().size() > Paths.MAX_DEPTH) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "A step has at most " + MAX_EXTENTS
                    + " extents and a position of " + Paths.MAX_DEPTH + " names; take smaller ones");
        }
        for (WantedExtent wanted : command.extents()) {
            NameCommands.checkPolicy(wanted.storagePolicy());
        }
        byte[] key = Keys.wish(command.path());
        Optional<WishRow> wish = tx.find(Table.WISHES, key, WishRow::of);
        if (wish.isEmpty() || !wish.get().equals(row(wish.get().askedMs(), command.from()))) {
            return new Reply.Done();
        }
        for (WantedExtent wanted : command.extents()) {
            want(wanted);
        }
        if (command.to().isPresent()) {
            tx.put(Table.WISHES, key, row(wish.get().askedMs(), command.to().get()).toBytes());
        } else {
            tx.delete(Table.WISHES, key);
        }
        return new Reply.Done();
    }

    /** The last who asks decides, if several files show it. */
    private void want(WantedExtent wanted) {
        Optional<ExtentRow> row = tx.findExtent(wanted.extent());
        if (row.isPresent() && row.get().references() > 0) {
            tx.put(wanted.extent(), row.get().withStoragePolicy(wanted.storagePolicy()));
            tx.put(Table.WISHES, Keys.wantedExtent(wanted.extent()),
                    new WantedRow(tx.timeMs(), wanted.shared()).toBytes());
        }
    }

    /** Those of which something else is wanted by now stay on the list. */
    Reply placed(Command.ExtentsPlaced command) throws BatonException {
        session.access.checkSuperuser("say where extents are");
        for (WantedExtent placed : command.extents()) {
            Optional<ExtentRow> row = tx.findExtent(placed.extent());
            if (row.isEmpty() || row.get().storagePolicy().equals(placed.storagePolicy())) {
                forget(tx, placed.extent());
            }
        }
        return new Reply.Done();
    }

    /** Takes an extent off the list, where it is there. */
    static void forget(Transaction tx, ExtentId extent) {
        byte[] key = Keys.wantedExtent(extent);
        if (tx.find(Table.WISHES, key, WantedRow::of).isPresent()) {
            tx.delete(Table.WISHES, key);
        }
    }
}
