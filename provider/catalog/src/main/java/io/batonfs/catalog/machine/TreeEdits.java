package io.batonfs.catalog.machine;

import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.tables.DirectoryBody;
import io.batonfs.catalog.tables.FileBody;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Infos;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.Names;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.Walk;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.NodeId;
import java.util.List;
import java.util.Optional;

/** What several commands do to the tree: checks, new entries, removed entries. */
final class TreeEdits {
    /** Entries of a directory (CAT-11). */
    static final long MAX_ENTRIES = 10_000_000;
    private static final int PERMISSIONS = 0777;

    private final Session session;
    private final Transaction tx;

    TreeEdits(Session session) {
        this.session = session;
        this.tx = session.tx;
    }

    static List<String> parent(List<String> names) {
        return names.subList(0, names.size() - 1);
    }

    static String last(List<String> names) {
        return names.get(names.size() - 1);
    }

    /** INVALID_ARGUMENT for the root. */
    static void notRoot(List<String> names, String what) throws BatonException {
        if (names.isEmpty()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "The root cannot be " + what + "; name something below "
                    + "it");
        }
    }

    static void checkMode(int mode) throws BatonException {
        if ((mode & ~Access.MODE_MASK) != 0) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "Mode " + Integer.toOctalString(mode)
                    + " is not within 0 to 1777; use permission bits only");
        }
    }

    static void checkUmask(int umask) throws BatonException {
        if ((umask & ~PERMISSIONS) != 0) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "Umask " + Integer.toOctalString(umask)
                    + " is not within 0 to 777; use permission bits only");
        }
    }

    static void checkOptions(FileOptions options) throws BatonException {
        checkMode(options.mode());
        checkUmask(options.umask());
        checkReplication(options.replication());
        if (options.blockBytes() < 1) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "A block size of " + options.blockBytes()
                    + " is not possible; use at least 1 byte");
        }
    }

    static void checkReplication(int replication) throws BatonException {
        if (replication < 1 || replication > 512) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "A replication factor of " + replication
                    + " is not within 1 to 512; use one that is");
        }
    }

    /**
     * Makes the missing directories of a path, whose last existing one the caller must be allowed to write.
     *
     * @return whether anything was missing
     */
    boolean makeDirectories(List<String> names, NewMode mode) throws BatonException {
        int have = session.walk().reach(names);
        NodeRow there = session.walk().locate(names.subList(0, have)).row();
        if (!there.isDirectory()) {
            throw have == names.size() ? Walk.alreadyExists(names) : Walk.notADirectory(names.subList(0, have));
        }
        if (have == names.size()) {
            return false;
        }
        session.access.checkDirectoryWrite(there.attributes(), Paths.format(names.subList(0, have)));
        addDirectories(names, have, there.attributes(), mode);
        return true;
    }

    /** One below the other, without a walk from the root for each: what was just made is private. */
    private void addDirectories(List<String> names, int have, NodeAttributes above, NewMode mode) throws BatonException {
        Optional<NodeId> parent = Optional.empty();
        NodeAttributes parentAttributes = above;
        for (int depth = have + 1; depth <= names.size(); depth++) {
            NodeAttributes attributes = attributes(
                    parentAttributes, depth < names.size() ? mode.ofAncestors() : mode, 0, 0);
            NodeId made = session.directories.add(new NodeRow(tx.nextFile(), 0, attributes, null,
                    DirectoryBody.empty(tx.nextEntrySet())));
            addTo(parent.isPresent() ? parent.get() : session.directories.makePrivate(names.subList(0, have)),
                    names.subList(0, depth), made, false);
            parent = Optional.of(made);
            parentAttributes = attributes;
        }
    }

    /**
     * Checks that something new may be put at a path, making ancestors if wanted. Those are not checked themselves:
     * what they inherit may give their owner less than he needs, and HDFS lets him go on.
     *
     * @return what is there and has to give way
     */
    Optional<Located> checkNew(List<String> names, boolean createParents) throws BatonException {
        List<String> parent = parent(names);
        if (createParents && session.walk().find(parent).isEmpty()) {
            NodeRow above = session.walk().locate(parent.subList(0, session.walk().reach(parent))).row();
            makeDirectories(parent, NewMode.below(above.attributes().mode()));
            return Optional.empty();
        }
        Located directory = session.walk().directory(parent);
        session.access.check(directory.row().attributes(), Access.EXECUTE, Paths.format(parent));
        Optional<Located> there = session.walk().child(directory, last(names));
        if (there.isEmpty()) {
            session.access.check(directory.row().attributes(), Access.WRITE, Paths.format(parent));
        }
        return there;
    }

    /** Checks that what is at a path may be replaced by a file; deletes it then. */
    void replaceFile(List<String> names, Optional<Located> there, boolean overwrite) throws BatonException {
        if (there.isEmpty()) {
            return;
        }
        if (there.get().row().isDirectory()) {
            throw Walk.isADirectory(names);
        }
        if (!overwrite) {
            throw Walk.alreadyExists(names);
        }
        session.access.check(there.get().row().attributes(), Access.WRITE, Paths.format(names));
        checkParentWritable(names);
        remove(names, there.get());
    }

    /** Checks that an entry may be taken out of its directory. */
    void checkRemove(List<String> names, Located there) throws BatonException {
        List<String> parent = parent(names);
        Located directory = session.walk().directory(parent);
        session.access.checkRemove(directory.row().attributes(), Paths.format(parent), there.row().attributes(),
                Paths.format(names));
    }

    /** Checks that what is at a path, tree or file, may be deleted. */
    void checkDelete(List<String> names, Located there, boolean recursive) throws BatonException {
        checkRemove(names, there);
        NodeRow row = there.row();
        if (row.isDirectory() && row.directory().childCount() > 0) {
            if (!recursive) {
                throw new BatonException(ErrorCode.NOT_EMPTY, Paths.format(names) + " has "
                        + row.directory().childCount() + " entries; delete them first or delete recursively");
            }
            session.access.check(row.attributes(), Access.READ | Access.WRITE | Access.EXECUTE, Paths.format(names));
        }
        if (row.isDirectory() && !there.foreign()) {
            checkNoSnapshots(names, row.fileId());
        }
    }

    /** As HDFS does: snapshots are named through their directory, and would be held out of reach without it. */
    private void checkNoSnapshots(List<String> names, FileId directory) throws BatonException {
        Optional<FileId> found = Names.snapshotsBelow(tx, directory);
        if (found.isPresent()) {
            throw new BatonException(ErrorCode.NOT_EMPTY, "The directory " + Paths.format(names)
                    + " cannot be deleted since " + Paths.format(session.openFiles.pathOf(found.get()))
                    + " is snapshottable and already has snapshots; delete them first");
        }
    }

    /** Takes an entry away; ends every lease and all tracking below it, unless it is foreign (CAT-6). */
    void remove(List<String> names, Located there) throws BatonException {
        if (!there.foreign()) {
            session.openFiles.endBelow(there.row().fileId());
        }
        NodeId parent = session.directories.makePrivate(parent(names));
        session.directories.remove(parent, last(names));
        session.directories.touch(parent, -1);
    }

    /** Puts a node at a path where nothing is. */
    void add(List<String> names, NodeId node, boolean foreign) throws BatonException {
        addTo(session.directories.makePrivate(parent(names)), names, node, foreign);
    }

    private void addTo(NodeId parent, List<String> names, NodeId node, boolean foreign) throws BatonException {
        checkEntries(parent, names);
        session.directories.put(parent, last(names), node, foreign);
        session.directories.touch(parent, 1);
    }

    /** CAT-4: puts a frozen node, which others hold, at a path where nothing is. */
    void attach(List<String> names, NodeId frozen) throws BatonException {
        session.references.take(frozen);
        add(names, frozen, true);
        session.references.drop(frozen);
    }

    /** Puts a new file at a path where nothing is, and gives its node. */
    NodeId addFile(List<String> names, ContentId content, FileOptions options) throws BatonException {
        session.references.take(content);
        NodeAttributes attributes = attributes(uncheckedWalk().directory(parent(names)).row().attributes(),
                NewMode.of(options.mode(), options.umask()), options.blockBytes(), options.replication());
        NodeId node = session.directories.add(new NodeRow(tx.nextFile(), 0, attributes,
                new FileBody(content, tx.content(content).lengthBytes()), null));
        add(names, node, false);
        return node;
    }

    /** What a path shows now. */
    FileInfo info(List<String> names) throws BatonException {
        return Infos.of(tx, uncheckedWalk().locate(names), names.isEmpty() ? "" : last(names));
    }

    /** Checks that a directory may get one more entry. */
    void checkEntries(NodeId directory, List<String> names) throws BatonException {
        if (tx.node(directory).directory().childCount() >= MAX_ENTRIES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, Paths.format(parent(names)) + " has " + MAX_ENTRIES
                    + " entries, the most that a directory may have; spread them over several");
        }
    }

    private void checkParentWritable(List<String> names) throws BatonException {
        List<String> parent = parent(names);
        session.access.checkDirectoryWrite(session.walk().directory(parent).row().attributes(), Paths.format(parent));
    }

    /** Attributes of something new: the group of its directory, and what it inherits from it. */
    private NodeAttributes attributes(
            NodeAttributes directory, NewMode mode, long blockBytes, int replication) {
        NodeAttributes fresh = NodeAttributes.of(session.caller.user(), directory.group(), mode.masked(), tx.timeMs(),
                blockBytes, replication);
        return AclInheritance.inherit(directory, fresh, mode.asked());
    }

    Walk uncheckedWalk() {
        return new Walk(tx, tx.root(), Access.UNCHECKED);
    }
}
