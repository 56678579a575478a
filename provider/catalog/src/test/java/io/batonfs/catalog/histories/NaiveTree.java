package io.batonfs.catalog.histories;

import io.batonfs.catalog.AclOperation;
import io.batonfs.catalog.XattrCondition;
import io.batonfs.model.AclEntry;
import io.batonfs.model.Caller;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The catalog as a child would build it: a tree of objects, copied whole on clone. A step that cannot be done throws
 * {@link RefusedException} and changes nothing.
 */
final class NaiveTree {
    static final int DIRECTORY_MODE = 0755;
    /** What a file from a token is asked for with. */
    static final int FILE_MODE = 0666;
    static final int UMASK = 022;
    private static final int EXECUTE = 1;

    /** The step cannot be done. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message, null, false, false);
        }
    }

    /** A slot's file and the session in which it was opened. */
    private record Held(NaiveNode file, NaiveNode.Writer writer) {
    }

    /** The durable length of a file as an owner reported it, for the extent that was open then. */
    record Length(int extentsFull, int bytes) {
    }

    private int identities;
    final NaiveNode root = node(true, new NaiveRights("root", "wheel", DIRECTORY_MODE), 0);
    final Map<Integer, NaiveNode> tokens = new HashMap<>();
    private final Map<Integer, Held> held = new HashMap<>();

    private NaiveNode node(boolean directory, NaiveRights rights, long timeMs) {
        return new NaiveNode(directory, ++identities, true, rights, timeMs);
    }

    private NaiveNode child(NaiveNode parent, boolean directory, int mode, int umask, long timeMs) {
        return node(directory, parent.rights.forNew("root", directory, mode, umask), timeMs);
    }

    static List<String> names(String path) {
        return path.equals("/") ? List.of() : Arrays.asList(path.substring(1).split("/"));
    }

    /** Follows a path, into a snapshot too. */
    NaiveNode find(String path) throws RefusedException {
        NaiveNode at = root;
        List<String> names = names(path);
        for (int i = 0; i < names.size(); i++) {
            if (!at.directory) {
                throw new RefusedException("not a directory");
            }
            boolean snapshot = names.get(i).equals(".snapshot");
            at = snapshot ? at.snapshots.get(names.get(++i)) : at.children.get(names.get(i));
            if (at == null) {
                throw new RefusedException("not found");
            }
        }
        return at;
    }

    private NaiveNode parent(String path) throws RefusedException {
        if (path.equals("/") || path.contains(".snapshot")) {
            throw new RefusedException("not a place for an entry");
        }
        NaiveNode parent = find(path.lastIndexOf('/') == 0 ? "/" : path.substring(0, path.lastIndexOf('/')));
        if (!parent.directory) {
            throw new RefusedException("not a directory");
        }
        return parent;
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private NaiveNode deepCopy(NaiveNode from, boolean cloned) {
        NaiveNode copy = new NaiveNode(from.directory, cloned ? ++identities : from.identity, !cloned && from.born,
                from.rights.copy(), from.modifiedMs);
        copy.xattr = from.xattr;
        copy.policy = from.policy;
        copy.lent = cloned ? from.shown == null ? from.lent : from.shown : from.lent;
        copy.shown = cloned ? null : from.shown;
        if (from.directory) {
            from.children.forEach((name, child) -> copy.children.put(name, deepCopy(child, cloned)));
        } else {
            copy.setData(from.committedData());
        }
        return copy;
    }

    private static void forEachFile(NaiveNode node, Consumer<NaiveNode> visitor) {
        if (node.directory) {
            node.children.values().forEach(child -> forEachFile(child, visitor));
        } else {
            visitor.accept(node);
        }
    }

    /** A tree goes: its writers end. */
    private void endWriters(NaiveNode node) {
        forEachFile(node, file -> file.writer = null);
    }

    private static void checkNoSnapshots(NaiveNode node) throws RefusedException {
        if (!node.directory) {
            return;
        }
        if (!node.snapshots.isEmpty()) {
            throw new RefusedException("has snapshots");
        }
        for (NaiveNode child : node.children.values()) {
            checkNoSnapshots(child);
        }
    }

    void mkdir(String path, int mode, int umask, long timeMs) throws RefusedException {
        NaiveNode parent = parent(path);
        if (parent.children.containsKey(last(path))) {
            throw new RefusedException("exists");
        }
        parent.children.put(last(path), child(parent, true, mode, umask, timeMs));
        parent.modifiedMs = timeMs;
    }

    void create(int slot, String path, boolean overwrite, int mode, int umask, long timeMs) throws RefusedException {
        NaiveNode parent = parent(path);
        NaiveNode there = parent.children.get(last(path));
        if (there != null && (there.directory || !overwrite)) {
            throw new RefusedException("exists");
        }
        if (there != null) {
            endWriters(there);
        }
        NaiveNode file = child(parent, false, mode, umask, timeMs);
        parent.children.put(last(path), file);
        parent.modifiedMs = timeMs;
        open(slot, file);
    }

    private void open(int slot, NaiveNode file) {
        file.writer = new NaiveNode.Writer();
        file.committed = file.data.length;
        held.put(slot, new Held(file, file.writer));
    }

    void append(int slot, String path) throws RefusedException {
        open(slot, closedFile(path));
    }

    private NaiveNode closedFile(String path) throws RefusedException {
        if (path.contains(".snapshot")) {
            throw new RefusedException("in a snapshot");
        }
        NaiveNode file = find(path);
        if (file.directory || file.isOpen()) {
            throw new RefusedException("not a closed file");
        }
        return file;
    }

    private NaiveNode held(int slot) throws RefusedException {
        Held handle = held.get(slot);
        if (handle == null || handle.file.writer != handle.writer) {
            throw new RefusedException("lease lost");
        }
        return handle.file;
    }

    /** Whether a slot's file is still its own. */
    boolean holds(int slot) {
        Held handle = held.get(slot);
        return handle != null && handle.file.writer == handle.writer;
    }

    void write(int slot, byte[] bytes) throws RefusedException {
        held(slot).writer.pending.writeBytes(bytes);
    }

    void flush(int slot) throws RefusedException {
        NaiveNode file = held(slot);
        byte[] more = file.writer.pending.toByteArray();
        file.writer.pending.reset();
        byte[] all = Arrays.copyOf(file.data, file.data.length + more.length);
        System.arraycopy(more, 0, all, file.data.length, more.length);
        file.data = all;
    }

    void nextExtent(int slot) throws RefusedException {
        flush(slot);
        NaiveNode file = held(slot);
        file.committed = file.data.length;
        file.writer.extentsFull++;
    }

    void close(int slot, long timeMs) throws RefusedException {
        flush(slot);
        recover(slot, timeMs);
    }

    void recover(int slot, long timeMs) throws RefusedException {
        NaiveNode file = held(slot);
        file.writer = null;
        file.committed = file.data.length;
        file.modifiedMs = timeMs;
    }

    void truncate(String path, int length, long timeMs) throws RefusedException {
        NaiveNode file = closedFile(path);
        if (length > file.data.length) {
            throw new RefusedException("longer than the file");
        }
        file.setData(Arrays.copyOf(file.data, length));
        file.modifiedMs = timeMs;
    }

    void concat(String target, List<String> sources, long timeMs) throws RefusedException {
        HashSet<String> different = new HashSet<>(sources);
        different.add(target);
        if (different.size() != sources.size() + 1) {
            throw new RefusedException("a file twice");
        }
        NaiveNode file = closedFile(target);
        List<NaiveNode> others = new ArrayList<>();
        for (String source : sources) {
            others.add(closedFile(source));
        }
        for (NaiveNode other : others) {
            byte[] all = Arrays.copyOf(file.data, file.data.length + other.data.length);
            System.arraycopy(other.data, 0, all, file.data.length, other.data.length);
            file.setData(all);
        }
        file.modifiedMs = timeMs;
        for (String source : sources) {
            delete(source, timeMs);
        }
    }

    void delete(String path, long timeMs) throws RefusedException {
        NaiveNode parent = parent(path);
        NaiveNode there = parent.children.get(last(path));
        if (there == null) {
            throw new RefusedException("not found");
        }
        checkNoSnapshots(there);
        endWriters(there);
        parent.children.remove(last(path));
        parent.modifiedMs = timeMs;
    }

    void rename(String source, String destination, boolean overwrite, long timeMs) throws RefusedException {
        NaiveNode from = parent(source);
        NaiveNode moved = from.children.get(last(source));
        if (moved == null || destination.equals(source) || destination.startsWith(source + "/")) {
            throw new RefusedException("not found, or onto or below itself");
        }
        NaiveNode to = parent(destination);
        NaiveNode there = to.children.get(last(destination));
        if (there != null) {
            if (!overwrite || moved.directory != there.directory || there.directory && !there.children.isEmpty()) {
                throw new RefusedException("exists");
            }
            delete(destination, timeMs);
        }
        from.children.remove(last(source));
        to.children.put(last(destination), moved);
        from.modifiedMs = timeMs;
        to.modifiedMs = timeMs;
    }

    void move(String source, String destination, long timeMs) throws RefusedException {
        if (source.equals("/")) {
            throw new RefusedException("the root stays");
        }
        NaiveNode moved = parent(source).children.get(last(source));
        if (moved == null) {
            throw new RefusedException("not found");
        }
        if (source.equals(destination)) {
            if (moved.directory) {
                throw new RefusedException("a directory into itself");
            }
            return;
        }
        NaiveNode there = destination.equals("/") ? root : parent(destination).children.get(last(destination));
        String target = destination;
        if (there != null && there.directory) {
            target = (destination.equals("/") ? "" : destination) + "/" + last(source);
        }
        if (!target.equals(source)) {
            rename(source, target, false, timeMs);
        }
    }

    void chmod(String path, int mode) throws RefusedException {
        changeable(path).rights.chmod(mode);
    }

    void chown(String path, String owner, String group) throws RefusedException {
        NaiveRights rights = changeable(path).rights;
        rights.owner = owner;
        rights.group = group;
    }

    void changeAcl(String path, AclOperation operation, List<AclEntry> entries) throws RefusedException {
        NaiveNode node = changeable(path);
        node.rights.change(operation, entries, node.directory);
    }

    /** A caller goes down a path and does something with what is at its end. */
    void access(Caller caller, String path, int wanted) throws RefusedException {
        NaiveNode at = root;
        List<String> names = names(path);
        for (int i = 0; i < names.size() && at != null; i++) {
            if (!at.directory || !at.rights.allows(caller, EXECUTE)) {
                throw new RefusedException("no way through");
            }
            boolean snapshot = names.get(i).equals(".snapshot");
            at = snapshot ? at.snapshots.get(names.get(++i)) : at.children.get(names.get(i));
        }
        if (at == null || !at.rights.allows(caller, wanted)) {
            throw new RefusedException("not there, or denied");
        }
    }

    void xattr(String path, int value, XattrCondition when) throws RefusedException {
        NaiveNode node = changeable(path);
        if (when == (node.xattr < 0 ? XattrCondition.PRESENT : XattrCondition.ABSENT)) {
            throw new RefusedException("the attribute is there, or is not");
        }
        node.xattr = value;
    }

    void removeXattr(String path) throws RefusedException {
        NaiveNode node = changeable(path);
        if (node.xattr < 0) {
            throw new RefusedException("no attribute");
        }
        node.xattr = -1;
    }

    void policy(String path, String name) throws RefusedException {
        changeable(path).policy = name;
    }

    void track(String path) throws RefusedException {
        NaiveNode file = changeable(path);
        if (file.directory) {
            throw new RefusedException("a directory");
        }
        file.tracked = true;
    }

    /** How many files are tracked. */
    long tracked() {
        long[] count = new long[1];
        forEachFile(root, file -> count[0] += file.tracked ? 1 : 0);
        return count[0];
    }

    /** The paths of all live files at and below a path. */
    List<String> filesBelow(String path) throws RefusedException {
        List<String> files = new ArrayList<>();
        addFiles(path, changeable(path), files);
        return files;
    }

    private static void addFiles(String path, NaiveNode node, List<String> files) {
        if (node.directory) {
            node.children.forEach((name, child) -> addFiles((path.equals("/") ? "/" : path + "/") + name, child, files));
        } else {
            files.add(path);
        }
    }

    /** The paths of all files, those in snapshots as well. */
    List<String> everyFile() {
        List<String> files = new ArrayList<>();
        addEvery("", root, files);
        return files;
    }

    private static void addEvery(String path, NaiveNode node, List<String> files) {
        if (!node.directory) {
            files.add(path);
            return;
        }
        node.children.forEach((name, child) -> addEvery(path + "/" + name, child, files));
        node.snapshots.forEach((name, top) -> addFiles(path + "/.snapshot/" + name, top, files));
    }

    /** The policy of the nearest node on a path that has one; a snapshot's top stands where its directory does. */
    String policyAt(String path) throws RefusedException {
        List<String> names = names(path);
        int end = names.size();
        while (true) {
            boolean snapshot = end >= 2 && names.get(end - 2).equals(".snapshot");
            NaiveNode node = find("/" + String.join("/", names.subList(0, end)));
            if (!node.policy.isEmpty() || end == 0) {
                return node.policy;
            }
            end -= snapshot ? 3 : 1;
            if (end < 0) {
                return "";
            }
        }
    }

    private NaiveNode changeable(String path) throws RefusedException {
        if (path.contains(".snapshot")) {
            throw new RefusedException("in a snapshot");
        }
        return find(path);
    }

    /** What the owners of all open files at and below a path would report now. */
    Map<NaiveNode.Writer, Length> report(String path) throws RefusedException {
        Map<NaiveNode.Writer, Length> report = new LinkedHashMap<>();
        forEachFile(find(path), file -> {
            if (file.isOpen()) {
                report.put(file.writer, new Length(file.writer.extentsFull, file.data.length));
            }
        });
        return report;
    }

    private NaiveNode freeze(String path, Map<NaiveNode.Writer, Length> report) throws RefusedException {
        NaiveNode source = find(path);
        if (!path.contains(".snapshot")) {
            forEachFile(source, file -> {
                Length length = file.isOpen() ? report.get(file.writer) : null;
                if (length != null && length.extentsFull == file.writer.extentsFull) {
                    file.committed = Math.max(file.committed, length.bytes);
                }
            });
        }
        return source;
    }

    void cloneTree(String source, String destination, boolean overwrite, Map<NaiveNode.Writer, Length> report,
            long timeMs) throws RefusedException {
        find(source);
        NaiveNode parent = parent(destination);
        if (parent.children.containsKey(last(destination)) && !overwrite) {
            throw new RefusedException("exists");
        }
        if (parent.children.containsKey(last(destination))) {
            checkNoSnapshots(parent.children.get(last(destination)));
        }
        NaiveNode copy = deepCopy(freeze(source, report), true);
        if (parent.children.containsKey(last(destination))) {
            delete(destination, timeMs);
        }
        parent.children.put(last(destination), copy);
        parent.modifiedMs = timeMs;
    }

    void snapshot(String path, String name, Map<NaiveNode.Writer, Length> report) throws RefusedException {
        NaiveNode directory = changeable(path);
        if (!directory.directory || directory.snapshots.containsKey(name)) {
            throw new RefusedException("not a directory, or the snapshot exists");
        }
        directory.snapshots.put(name, deepCopy(freeze(path, report), false));
    }

    void dropSnapshot(String path, String name) throws RefusedException {
        NaiveNode directory = changeable(path);
        if (!directory.directory || directory.snapshots.remove(name) == null) {
            throw new RefusedException("no such snapshot");
        }
    }

    void makeToken(int slot, String path, Map<NaiveNode.Writer, Length> report) throws RefusedException {
        tokens.put(slot, deepCopy(freeze(path, report), false));
    }

    void useToken(int slot, String path, long timeMs) throws RefusedException {
        NaiveNode parent = parent(path);
        NaiveNode token = tokens.get(slot);
        if (token == null || parent.children.containsKey(last(path))) {
            throw new RefusedException("no token, or the path exists");
        }
        NaiveNode made = token.directory ? deepCopy(token, true)
                : child(parent, false, FILE_MODE, UMASK, timeMs);
        if (!token.directory) {
            made.setData(token.data);
        }
        forget(made);
        parent.children.put(last(path), made);
        parent.modifiedMs = timeMs;
    }


    /** Which file ids a token's tree shows at first is not defined. */
    private static void forget(NaiveNode node) {
        node.lent = null;
        if (node.directory) {
            node.children.values().forEach(NaiveTree::forget);
        }
    }

    void dropToken(int slot) throws RefusedException {
        if (tokens.remove(slot) == null) {
            throw new RefusedException("no token");
        }
    }

    /** All snapshots that a path leads to: "path/.snapshot/name" to its tree. */
    Map<String, NaiveNode> snapshots() {
        Map<String, NaiveNode> found = new LinkedHashMap<>();
        collect("/", root, found);
        return found;
    }

    private static void collect(String path, NaiveNode node, Map<String, NaiveNode> found) {
        if (node.directory) {
            String prefix = path.equals("/") ? "/" : path + "/";
            node.snapshots.forEach((name, tree) -> found.put(prefix + ".snapshot/" + name, tree));
            node.children.forEach((name, child) -> collect(prefix + name, child, found));
        }
    }
}
