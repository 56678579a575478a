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

    WishCommands(Session session) {
        this.session = session;
        this.tx = session.tx;
    }

    /** Asked for again, it begins anew: policies may have changed behind the walk. */
    Reply satisfy(Command.SatisfyPolicy command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        session.access.check(session.walk().locate(names).row().attributes(), Access.WRITE, command.path());
        byte[] key = Keys.wish(Paths.format(names));
        String user = session.caller.user();
        boolean anew = tx.find(Table.WISHES, key, WishRow::of).filter(wish -> wish.user().equals(user)).isPresent();
        if (!anew) {
            checkRoom(user);
        }
        tx.add(Counter.LAST_WISH, 1);
        tx.put(Table.WISHES, key, new WishRow(tx.count(Counter.LAST_WISH), tx.timeMs(), user,
                WalkPosition.START.names(), WalkPosition.START.slices()).toBytes());
        return new Reply.Done();
    }

    private void checkRoom(String user) throws BatonException {
        int[] all = new int[1];
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
        } else {
            tx.delete(Table.WISHES, key);
        }
        return new Reply.Done();
    }

    /** The last who asks decides, if several files show it. */
    private void want(ExtentId extent, FoundExtent as) {
        if (tx.findExtent(extent).filter(row -> row.references() > 0).isPresent()) {
            tx.put(Table.WISHES, Keys.wantedExtent(extent),
                    new WantedRow(tx.timeMs(), as.storagePolicy(), as.path()).toBytes());
        }
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
        return tx.find(Table.WISHES, Keys.wantedExtent(full), WantedRow::of).map(WantedRow::storagePolicy)
                .orElse(row.storagePolicy());
    }

    /** Those of which something else is wanted by now stay on the list. */
    Reply placed(Command.ExtentsPlaced command) throws BatonException {
        session.access.checkSuperuser("say where extents are");
        for (WantedExtent placed : command.placed()) {
            if (isWanted(placed)) {
                tx.findExtent(placed.extent()).ifPresent(
                        row -> tx.put(placed.extent(), row.withStoragePolicy(placed.storagePolicy())));
                forget(tx, placed.extent());
            }
        }
        for (WantedExtent refused : command.refused()) {
            if (isWanted(refused)) {
                refuse(refused);
            }
        }
        return new Reply.Done();
    }

    /** A page or two may have been carried before somebody came to share it: these go back. */
    private void refuse(WantedExtent refused) {
        String before = tx.findExtent(refused.extent()).map(ExtentRow::storagePolicy).orElse(refused.storagePolicy());
        if (before.equals(refused.storagePolicy())) {
            forget(tx, refused.extent());
        } else {
            tx.put(Table.WISHES, Keys.wantedExtent(refused.extent()),
                    new WantedRow(tx.timeMs(), before, "").toBytes());
        }
    }

    private boolean isWanted(WantedExtent told) {
        return tx.find(Table.WISHES, Keys.wantedExtent(told.extent()), WantedRow::of)
                .filter(row -> row.storagePolicy().equals(told.storagePolicy())).isPresent();
    }

    /** Takes an extent off the list, where it is there. */
    static void forget(Transaction tx, ExtentId extent) {
        byte[] key = Keys.wantedExtent(extent);
        if (tx.find(Table.WISHES, key, WantedRow::of).isPresent()) {
            tx.delete(Table.WISHES, key);
        }
    }
}
