package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.Placement;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ByteWriter;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.DirectoryBody;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.GroupRow;
import io.batonfs.catalog.tables.KeyRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.NodeId;
import io.batonfs.model.ServerId;
import java.util.Optional;
import java.util.Set;

/** The group itself: formatting, servers, signing keys, routes, freed extents. For servers, not for users. */
final class GroupCommands {
    /** The newest rules that this build knows; new groups begin with them, older ones are raised by hand. */
    static final int NEWEST_BEHAVIOUR = 1;
    private static final int SIGNING_KEY_BYTES = 32;
    private static final int MAX_ADDRESS_CHARACTERS = 512;
    private static final int MAX_MOVED_PAGES = 4096;
    private static final int MAX_RUN_PAGES = 1 << 16;

    private final Session session;
    private final Transaction tx;

    GroupCommands(Session session) {
        this.session = session;
        this.tx = session.tx;
    }

    /** Makes the tables of a new group in an empty transaction. */
    static Reply format(Transaction tx, Pace pace, Command.FormatGroup command) throws BatonException {
        TreeEdits.checkMode(command.mode());
        if (command.runPages() < 1 || command.runPages() > MAX_RUN_PAGES) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "Runs of " + command.runPages()
                    + " pages are not within 1 to " + MAX_RUN_PAGES + "; choose another length");
        }
        GroupSettings settings = command.settings();
        tx.put(Table.META, Keys.GROUP, new GroupRow(command.group(), command.supergroup(), command.geometry(),
                command.runPages(), settings.softLeaseMs(), settings.hardLeaseMs(), settings.retryMs(),
                settings.freeGraceMs(), settings.maxTokenTimeToLiveMs(), settings.maxTokenInactivityMs(),
                NEWEST_BEHAVIOUR).toBytes());
        tx.put(Table.VOLUMES, Keys.volume(Placement.DEFAULT_VOLUME), new ByteWriter().i64(0).toBytes());
        FileId file = tx.nextFile();
        NodeId root = new Directories(tx, new References(tx), pace).add(new NodeRow(file, 1,
                NodeAttributes.of(command.owner(), command.ownerGroup(), command.mode(), tx.timeMs(), 0, 0), null,
                DirectoryBody.empty(tx.nextEntrySet())));
        tx.set(Counter.ROOT_NODE, root.value());
        tx.put(file, FileRow.of(root, Optional.empty(), ""));
        return new Reply.Done();
    }

    Reply finalizeBehaviour(Command.FinalizeBehaviour command) throws BatonException {
        session.access.checkSuperuser("finalize the catalog's behaviour");
        GroupRow row = session.group;
        if (command.behaviourVersion() > NEWEST_BEHAVIOUR) {
            throw new BatonException(ErrorCode.UNSUPPORTED, "Behaviour version " + command.behaviourVersion()
                    + " is not known here, the newest is " + NEWEST_BEHAVIOUR + "; bring all servers up to date first");
        }
        if (command.behaviourVersion() < row.behaviourVersion()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "Behaviour version " + row.behaviourVersion()
                    + " is in force and is never lowered, not to " + command.behaviourVersion() + " either");
        }
        tx.put(Table.META, Keys.GROUP, row.withBehaviour(command.behaviourVersion()).toBytes());
        return new Reply.Done();
    }

    Reply addServer(Command.AddServer command) throws BatonException {
        session.access.checkSuperuser("add a server");
        if (command.address().isEmpty() || command.address().length() > MAX_ADDRESS_CHARACTERS) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "A server's address has 1 to "
                    + MAX_ADDRESS_CHARACTERS + " characters; give such an address");
        }
        byte[] byAddress = Keys.serverByAddress(command.address());
        Optional<ServerId> known = tx.find(Table.SERVERS, byAddress, row -> new ServerId(new ByteReader(row).u16()));
        if (known.isPresent()) {
            return new Reply.ServerAdded(known.get());
        }
        if (tx.count(Counter.LAST_SERVER) >= 0xFFFF) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "A group has had 65535 servers, all ids are used up; "
                    + "form another group");
        }
        ServerId server = new ServerId((int) tx.nextNumber(Counter.LAST_SERVER));
        tx.put(Table.SERVERS, byAddress, new ByteWriter().u16(server.value()).toBytes());
        tx.put(Table.SERVERS, Keys.server(server), Keys.utf8(command.address()));
        return new Reply.ServerAdded(server);
    }

    Reply rollSigningKey(Command.RollSigningKey command) throws BatonException {
        session.access.checkSuperuser("roll the signing key");
        if (command.material().length != SIGNING_KEY_BYTES) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "A signing key has " + SIGNING_KEY_BYTES + " bytes, not "
                    + command.material().length + "; make one of this length");
        }
        long last = tx.count(Counter.LAST_SIGNING_KEY);
        if (last > 0) {
            byte[] key = Keys.signingKey(last);
            KeyRow row = tx.find(Table.SIGNING_KEYS, key, KeyRow::of).orElseThrow();
            tx.put(Table.SIGNING_KEYS, key, new KeyRow(row.material(), row.createdMs(), tx.timeMs()).toBytes());
        }
        long number = tx.nextNumber(Counter.LAST_SIGNING_KEY);
        tx.put(Table.SIGNING_KEYS, Keys.signingKey(number),
                new KeyRow(command.material(), tx.timeMs(), 0).toBytes());
        return new Reply.KeyRolled(number);
    }

    Reply moveRoute(Command.MoveRoute command) throws BatonException {
        session.access.checkSuperuser("move a route");
        if (command.pages().pages() > MAX_MOVED_PAGES || command.owners().isEmpty() || command.owners().size() > 3
                || command.owners().stream().distinct().count() != command.owners().size()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "At most " + MAX_MOVED_PAGES
                    + " pages are moved at once, to 1 to 3 different servers; split the move");
        }
        if (!session.allocation.highestEpoch(command.pages()).equals(command.expected())) {
            throw new BatonException(ErrorCode.STALE_ROUTE, "The route of " + command.pages()
                    + " has changed since the move began; ask for it again");
        }
        WantedList wanted = new WantedList(session);
        Set<ExtentId> listed = wanted.moving(command.pages());
        Epoch epoch = session.allocation.move(command.pages(), command.owners());
        wanted.moved(listed);
        return new Reply.RouteMoved(epoch);
    }

    /** Forgets extents that are unreferenced beyond their grace time; leaves all others alone. */
    Reply extentsFreed(Command.ExtentsFreed command) throws BatonException {
        session.access.checkSuperuser("free extents");
        WantedList wanted = new WantedList(session);
        for (ExtentId id : command.extents()) {
            Optional<ExtentRow> row = tx.findExtent(id);
            if (row.isPresent() && row.get().references() == 0
                    && row.get().deadSinceMs() + session.group.freeGraceMs() <= tx.timeMs()) {
                wanted.strike(id);
                wanted.forgetStay(id);
                tx.delete(Table.EXTENTS, Keys.extent(id));
                tx.delete(Table.RECLAIM, Keys.deadExtent(row.get().deadSinceMs(), id));
                session.allocation.forgetMoves(row.get().pages());
                tx.add(Counter.EXTENTS, -1);
                tx.add(Counter.FREE_WAITING, -1);
            }
        }
        return new Reply.Done();
    }

    Reply flattenAll() throws BatonException {
        session.access.checkSuperuser("flatten all directories");
        tx.set(Counter.FLATTEN_CURSOR, 1);
        return new Reply.Done();
    }
}
