package io.batonfs.histories;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A small tree of files and directories that never changes: changes give another one. "/" is always there. */
final class FileTree {
    /** Nothing but the root. */
    static final FileTree EMPTY = new FileTree(new TreeMap<>());

    /** Which way a file is. */
    enum Phase {
        /** Its writer is at work: any prefix may be seen. */
        OPEN,
        /** All of it is there. */
        CLOSED,
        /** A clone of a file that was open: some prefix, for ever. */
        CUT
    }

    /** A directory, if the phase is null; else a file. */
    record Node(int tag, Phase phase) {
        static final Node DIRECTORY = new Node(0, null);

        boolean isDirectory() {
            return phase == null;
        }

        /** Whether a file of this length can be seen here. */
        boolean mayHave(int length) {
            return phase == Phase.CLOSED ? length == tag : length >= 0 && length <= tag;
        }
    }

    private final SortedMap<String, Node> nodes;

    private FileTree(SortedMap<String, Node> nodes) {
        this.nodes = nodes;
    }

    /** What is at a path. */
    Optional<Node> at(String path) {
        return path.equals("/") ? Optional.of(Node.DIRECTORY) : Optional.ofNullable(nodes.get(path));
    }

    boolean isDirectory(String path) {
        return at(path).map(Node::isDirectory).orElse(false);
    }

    boolean isFile(String path) {
        return at(path).map(node -> !node.isDirectory()).orElse(false);
    }

    /** Whether something above a path is a file. */
    boolean isBelowFile(String path) {
        for (String above = parent(path); !above.equals("/"); above = parent(above)) {
            if (isFile(above)) {
                return true;
            }
        }
        return false;
    }

    /** The entries of a directory by name. */
    SortedMap<String, Node> entries(String directory) {
        String prefix = prefix(directory);
        SortedMap<String, Node> entries = new TreeMap<>();
        nodes.forEach((path, node) -> {
            if (path.startsWith(prefix) && path.indexOf('/', prefix.length()) < 0) {
                entries.put(path.substring(prefix.length()), node);
            }
        });
        return entries;
    }

    /** Where the file is that has this tag and is being written. */
    Optional<String> openFile(int tag) {
        return nodes.entrySet().stream().filter(entry -> entry.getValue().equals(new Node(tag, Phase.OPEN)))
                .map(Map.Entry::getKey).findFirst();
    }

    FileTree with(String path, Node node) {
        SortedMap<String, Node> changed = new TreeMap<>(nodes);
        changed.put(path, node);
        return new FileTree(changed);
    }

    /** With a directory at a path and wherever one is missing above it. */
    FileTree withDirectories(String path) {
        FileTree made = this;
        for (String missing = path; made.at(missing).isEmpty(); missing = parent(missing)) {
            made = made.with(missing, Node.DIRECTORY);
        }
        return made;
    }

    /** Without what is at and below a path. */
    FileTree without(String path) {
        SortedMap<String, Node> changed = new TreeMap<>(nodes);
        changed.keySet().removeIf(name -> isAtOrBelow(name, path));
        return new FileTree(changed);
    }

    /** With what is at and below one path at another instead, where there is nothing. */
    FileTree moved(String source, String destination) {
        FileTree moved = without(source);
        for (Map.Entry<String, Node> entry : subtree(source)) {
            moved = moved.with(destination + entry.getKey().substring(source.length()), entry.getValue());
        }
        return moved;
    }

    /** With what is at and below one path at another too, instead of what is there; open files are cut. */
    FileTree cloned(String source, String destination) {
        FileTree cloned = without(destination);
        for (Map.Entry<String, Node> entry : subtree(source)) {
            Node node = entry.getValue();
            cloned = cloned.with(destination + entry.getKey().substring(source.length()),
                    node.phase() == Phase.OPEN ? new Node(node.tag(), Phase.CUT) : node);
        }
        return cloned;
    }

    private List<Map.Entry<String, Node>> subtree(String top) {
        List<Map.Entry<String, Node>> subtree = new ArrayList<>(nodes.entrySet());
        subtree.removeIf(entry -> !isAtOrBelow(entry.getKey(), top));
        return subtree;
    }

    /** The path of the directory in which a path is an entry. */
    static String parent(String path) {
        return path.lastIndexOf('/') == 0 ? "/" : path.substring(0, path.lastIndexOf('/'));
    }

    static boolean isAtOrBelow(String path, String top) {
        return path.equals(top) || path.startsWith(prefix(top));
    }

    /** The path of an entry. */
    static String child(String directory, String name) {
        return prefix(directory) + name;
    }

    private static String prefix(String directory) {
        return directory.equals("/") ? "/" : directory + "/";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FileTree && nodes.equals(((FileTree) other).nodes);
    }

    @Override
    public int hashCode() {
        return nodes.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        nodes.forEach((path, node) -> text.append(text.length() > 1 ? ", " : "").append(path)
                .append(node.isDirectory() ? "/" : "=" + node.tag() + "(" + node.phase() + ")"));
        return text.append('}').toString();
    }
}
