package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A group's tree in memory, for tests of the adapter only: names, bytes and attributes are real, leases and permissions
 * are not. {@link #refuseOffload} makes offloads fail. All is guarded by {@code this}.
 */
public final class InMemoryGroup {

    /** A file or directory. */
    static final class Node {
        final FileId id;
        final FileKind kind;
        final TreeMap<String, Node> children = new TreeMap<>(
                Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
        private byte[] bytes = new byte[0];
        int length;
        String owner;
        String group;
        int mode;
        long modifiedMs = System.currentTimeMillis();
        long accessedMs = modifiedMs;
        long blockBytes;
        int replication;
        boolean open;

        Node(FileId id, FileKind kind, Caller caller, int mode) {
            this.id = id;
            this.kind = kind;
            this.owner = caller.user();
            this.group = caller.groups().isEmpty() ? "nogroup" : caller.groups().get(0);
            this.mode = mode;
        }

        void append(byte[] from, int offset, int count) {
            if (length + count > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
            }
            System.arraycopy(from, offset, bytes, length, count);
            length += count;
        }

        byte[] range(int offset, int end) {
            return Arrays.copyOfRange(bytes, offset, end);
        }

        boolean isDirectory() {
            return kind == FileKind.DIRECTORY;
        }

        FileInfo info(String name) {
            return new FileInfo(id, name, kind, length, owner, group, mode, modifiedMs, accessedMs, blockBytes,
                    replication, open, children.size(), false);
        }
    }

    /** What an offload is about to do. */
    public record Copying(String source, String destination) {
    }

    private final AtomicLong nextId = new AtomicLong(1);
    private final Node root;
    private volatile Function<Copying, Optional<ErrorCode>> offloadFault = copying -> Optional.empty();

    private final AtomicInteger renamesToFail = new AtomicInteger();
    private final InMemoryTokens tokens = new InMemoryTokens(this);

    /** An empty tree. */
    public InMemoryGroup() {
        root = new Node(FileId.of(0, nextId.getAndIncrement()), FileKind.DIRECTORY,
                new Caller("hdfs", java.util.List.of("supergroup"), true), 0755);
    }

    /** Makes every file system that is opened from now on a view of this group; returns how to end that. */
    public AutoCloseable install() {
        ClientFactory before = BatonFileSystem.connectWith((authority, settings, caller) -> clientFor(caller));
        return () -> BatonFileSystem.connectWith(before);
    }

    /** A client of this group. */
    public BatonClient clientFor(Caller caller) {
        return new InMemoryClient(this, caller);
    }

    /** From now on asks this before each offload whether to refuse it. */
    public void refuseOffload(Function<Copying, Optional<ErrorCode>> fault) {
        offloadFault = fault;
    }

    /** The tokens that it makes, once it is told to. */
    public InMemoryTokens tokens() {
        return tokens;
    }

    /** Makes the next renames fail. */
    public void failRenames(int count) {
        renamesToFail.set(count);
    }

    /** Cuts a file short in place, as no call of Baton's can. */
    public synchronized void cutShort(String path, int lengthBytes) throws BatonException {
        needFile(path).length = lengthBytes;
    }

    void checkRename(String source) throws BatonException {
        if (renamesToFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new BatonException(ErrorCode.UNREACHABLE, "the test lets the rename of " + source + " fail");
        }
    }

    void checkOffload(String source, String destination) throws BatonException {
        Optional<ErrorCode> refused = offloadFault.apply(new Copying(source, destination));
        if (refused.isPresent()) {
            throw new BatonException(refused.get(), "the test refuses to copy " + source + " to " + destination);
        }
    }

    Node newNode(FileKind kind, Caller caller, int mode) {
        return new Node(FileId.of(0, nextId.getAndIncrement()), kind, caller, mode);
    }

    /** A private copy of a tree, with ids of its own. */
    Node copyOf(Node node, Caller caller) {
        Node copy = newNode(node.kind, caller, node.mode);
        copy.append(node.bytes, 0, node.length);
        copy.owner = node.owner;
        copy.group = node.group;
        copy.modifiedMs = node.modifiedMs;
        copy.accessedMs = node.accessedMs;
        copy.blockBytes = node.blockBytes;
        copy.replication = node.replication;
        node.children.forEach((name, child) -> copy.children.put(name, copyOf(child, caller)));
        return copy;
    }

    /** The node at a path, or null. */
    Node find(String path) throws BatonException {
        Node node = root;
        for (String name : components(path)) {
            if (!node.isDirectory()) {
                throw new BatonException(ErrorCode.NOT_A_DIRECTORY, "an ancestor of " + path + " is a file");
            }
            node = node.children.get(name);
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    Node need(String path) throws BatonException {
        Node node = find(path);
        if (node == null) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is nothing at " + path);
        }
        return node;
    }

    Node needFile(String path) throws BatonException {
        Node node = need(path);
        if (node.isDirectory()) {
            throw new BatonException(ErrorCode.IS_A_DIRECTORY, path + " is a directory");
        }
        return node;
    }

    /** The directory that holds a path's last component, made if asked for. */
    Node parentOf(String path, boolean make, Caller caller) throws BatonException {
        String parent = path.substring(0, Math.max(1, path.lastIndexOf('/')));
        if (make && find(parent) == null) {
            makeDirectories(parent, 0755, caller);
        }
        Node node = need(parent);
        if (!node.isDirectory()) {
            throw new BatonException(ErrorCode.NOT_A_DIRECTORY, parent + " is a file");
        }
        return node;
    }

    boolean makeDirectories(String path, int mode, Caller caller) throws BatonException {
        Node node = root;
        boolean made = false;
        for (String name : components(path)) {
            Node child = node.children.get(name);
            if (child == null) {
                child = newNode(FileKind.DIRECTORY, caller, mode);
                node.children.put(name, child);
                made = true;
            } else if (!child.isDirectory()) {
                boolean last = path.endsWith("/" + name) && child == find(path);
                throw new BatonException(last ? ErrorCode.ALREADY_EXISTS : ErrorCode.NOT_A_DIRECTORY,
                        name + " of " + path + " is a file");
            }
            node = child;
        }
        return made;
    }

    static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String[] components(String path) throws BatonException {
        if (!path.startsWith("/")) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, path + " is not absolute");
        }
        return path.equals("/") ? new String[0] : path.substring(1).split("/");
    }
}
