package io.batonfs.catalog.machine;

import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Found;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.Lookup;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.Walk;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.NodeId;
import java.util.List;
import java.util.Optional;

/** Directories, rename, delete, attributes, tracking. */
final class NameCommands {
    private final Session session;
    private final TreeEdits edits;

    NameCommands(Session session) {
        this.session = session;
        this.edits = new TreeEdits(session);
    }

    Reply mkdirs(Command.Mkdirs command) throws BatonException {
        List<String> names = Paths.parseNew(command.path());
        TreeEdits.checkMode(command.mode());
        TreeEdits.checkUmask(command.umask());
        if (!command.createParents()) {
            TreeEdits.notRoot(names, "made");
            if (edits.checkNew(names, false).isPresent()) {
                throw Walk.alreadyExists(names);
            }
        }
        return new Reply.Changed(edits.makeDirectories(names, NewMode.of(command.mode(), command.umask())));
    }

    Reply rename(Command.Rename command) throws BatonException {
        List<String> from = Paths.parseLive(command.source());
        List<String> to = Paths.parseNew(command.destination());
        TreeEdits.notRoot(from, "renamed");
        TreeEdits.notRoot(to, "replaced");
        Located source = session.walk().locate(from);
        if (to.equals(from)) {
            throw Walk.alreadyExists(to);
        }
        if (isBelow(to, from)) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, command.source() + " cannot be moved to "
                    + command.destination() + ", which is below it; choose another destination");
        }
        edits.checkRemove(from, source);
        Optional<Located> there = edits.checkNew(to, false);
        if (there.isPresent()) {
            replace(to, source, there.get(), command.overwrite());
        }
        relink(from, to);
        return new Reply.Done();
    }

    Reply move(Command.Move command) throws BatonException {
        List<String> from = Paths.parseLive(command.source());
        List<String> to = Paths.parseNew(command.destination());
        Optional<Located> source = from.isEmpty() ? Optional.empty() : session.walk().find(from);
        if (source.isEmpty()) {
            return new Reply.Changed(false);
        }
        if (to.equals(from)) {
            return new Reply.Changed(!source.get().row().isDirectory());
        }
        boolean into = isDirectory(session.walk().find(to));
        List<String> target = into ? Paths.parseNew(Paths.child(to, TreeEdits.last(from))) : to;
        if (target.equals(from)) {
            return new Reply.Changed(true);
        }
        if (isBelow(target, from) || !into && session.walk().find(TreeEdits.parent(to)).isEmpty()) {
            return new Reply.Changed(false);
        }
        edits.checkRemove(from, source.get());
        if (edits.checkNew(target, false).isPresent()) {
            return new Reply.Changed(false);
        }
        relink(from, target);
        return new Reply.Changed(true);
    }

    /** Takes an entry from its directory and puts it where nothing is. */
    private void relink(List<String> from, List<String> to) throws BatonException {
        NodeId fromParent = session.directories.makePrivate(TreeEdits.parent(from));
        NodeId toParent = session.directories.makePrivate(TreeEdits.parent(to));
        if (!toParent.equals(fromParent)) {
            edits.checkEntries(toParent, to);
        }
        Found child = Lookup.child(session.tx, session.tx.node(fromParent), TreeEdits.last(from)).orElseThrow();
        session.directories.put(toParent, TreeEdits.last(to), child.id(), child.foreign());
        session.directories.remove(fromParent, TreeEdits.last(from));
        session.directories.touch(fromParent, -1);
        session.directories.touch(toParent, 1);
        if (!child.foreign()) {
            session.openFiles.moved(child.row().fileId(), TreeEdits.parent(to), TreeEdits.last(to));
        }
    }

    private static boolean isBelow(List<String> names, List<String> directory) {
        return names.size() > directory.size() && names.subList(0, directory.size()).equals(directory);
    }

    private static boolean isDirectory(Optional<Located> at) {
        return at.isPresent() && at.get().row().isDirectory();
    }

    Reply delete(Command.Delete command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        TreeEdits.notRoot(names, "deleted");
        Optional<Located> there = session.walk().find(names);
        if (there.isEmpty()) {
            return new Reply.Changed(false);
        }
        edits.checkDelete(names, there.get(), command.recursive());
        edits.remove(names, there.get());
        return new Reply.Changed(true);
    }

    Reply setAttributes(Command.SetAttributes command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        AttributeSet wanted = command.attributes();
        NodeAttributes has = session.walk().locate(names).row().attributes();
        checkAllowed(wanted, has, command.path());
        NodeId node = session.directories.makePrivate(names);
        NodeRow row = session.tx.node(node);
        int replication = row.isDirectory() ? 0 : wanted.replication().orElse(has.replication());
        session.tx.put(node, row.with(new NodeAttributes(wanted.owner().orElse(has.owner()),
                wanted.group().orElse(has.group()), wanted.mode().orElse(has.mode()),
                wanted.modifiedMs().orElse(has.modifiedMs()), wanted.accessedMs().orElse(has.accessedMs()),
                has.blockBytes(), replication, wanted.storagePolicy().orElse(has.storagePolicy()), has.acl(),
                has.xattrs())));
        return new Reply.Done();
    }

    /**
     * A file that a clone brought in has no id of its own yet: it is made private first (CAT-3), so that its source is
     * not taken for it.
     */
    Reply track(Command.TrackFile command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        Located file = session.walk().file(names);
        session.access.check(file.row().attributes(), Access.READ, command.path());
        if (file.foreign()) {
            session.directories.makePrivate(names);
        }
        session.openFiles.track(names);
        return new Reply.Tracked(edits.info(names));
    }

    private void replace(List<String> to, Located source, Located there, boolean overwrite) throws BatonException {
        if (!overwrite) {
            throw Walk.alreadyExists(to);
        }
        if (source.row().isDirectory() && !there.row().isDirectory()) {
            throw Walk.notADirectory(to);
        }
        if (!source.row().isDirectory() && there.row().isDirectory()) {
            throw Walk.isADirectory(to);
        }
        edits.checkDelete(to, there, false);
        edits.remove(to, there);
    }

    private void checkAllowed(AttributeSet wanted, NodeAttributes has, String path) throws BatonException {
        if (wanted.mode().isPresent()) {
            TreeEdits.checkMode(wanted.mode().getAsInt());
            session.access.checkOwner(has, path);
        }
        if (wanted.owner().isPresent() && !wanted.owner().get().equals(has.owner())) {
            session.access.checkSuperuser("give " + path + " to another user");
        }
        if (wanted.group().isPresent() && !wanted.group().get().equals(has.group())) {
            session.access.checkOwner(has, path);
            if (!session.caller.groups().contains(wanted.group().get())) {
                session.access.checkSuperuser("give " + path + " to group " + wanted.group().get()
                        + ", which he is not in");
            }
        }
        checkName(wanted.owner());
        checkName(wanted.group());
        if ((wanted.modifiedMs().isPresent() || wanted.accessedMs().isPresent()) && !session.access.owns(has)) {
            session.access.check(has, Access.WRITE, path);
        }
        if (wanted.replication().isPresent()) {
            TreeEdits.checkReplication(wanted.replication().getAsInt());
            session.access.check(has, Access.WRITE, path);
        }
        if (wanted.storagePolicy().isPresent()) {
            checkPolicy(wanted.storagePolicy().get());
            session.access.check(has, Access.WRITE, path);
        }
    }

    /** Which policies there are depends on the servers' pools, and is checked before the command. */
    static void checkPolicy(String name) throws BatonException {
        if (name.length() > Paths.MAX_NAME_BYTES) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "A storage policy has a name of at most "
                    + Paths.MAX_NAME_BYTES + " characters; use one of the group's");
        }
    }

    private static void checkName(Optional<String> name) throws BatonException {
        if (name.isPresent() && (name.get().isEmpty() || name.get().length() > Paths.MAX_NAME_BYTES)) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "A user or group has a name of 1 to "
                    + Paths.MAX_NAME_BYTES + " characters; use such a name");
        }
    }
}
