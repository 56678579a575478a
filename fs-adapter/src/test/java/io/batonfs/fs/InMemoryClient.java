package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonInput;
import io.batonfs.client.BatonOutput;
import io.batonfs.client.ClientCounters;
import io.batonfs.client.LentBytes;
import io.batonfs.fs.InMemoryGroup.Node;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AclInfo;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.ListPage;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.TokenState;
import io.batonfs.protocol.StoragePolicyProgress;
import io.batonfs.protocol.TreeTotals;
import io.batonfs.protocol.XattrChange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/** A client of an {@link InMemoryGroup}. Counts as a real one does; nothing goes over LWIO. */
final class InMemoryClient implements BatonClient {
    private final InMemoryGroup group;
    private final Caller caller;
    private final AtomicLong readBytes = new AtomicLong();
    private final AtomicLong writtenBytes = new AtomicLong();
    private final AtomicLong offloadedCopies = new AtomicLong();
    private final AtomicLong offloadedBytes = new AtomicLong();
    private final AtomicLong fallbacks = new AtomicLong();

    InMemoryClient(InMemoryGroup group, Caller caller) {
        this.group = group;
        this.caller = caller;
    }

    @Override
    public Optional<FileInfo> status(String path) throws IOException {
        synchronized (group) {
            return Optional.ofNullable(group.find(path)).map(node -> node.info(InMemoryGroup.nameOf(path)));
        }
    }

    @Override
    public ListPage list(String path, String startAfter, int limit) throws IOException {
        synchronized (group) {
            Node node = group.need(path);
            if (!node.isDirectory()) {
                return ListPage.ofFile(node.info(InMemoryGroup.nameOf(path)));
            }
            List<FileInfo> entries = new ArrayList<>();
            for (Map.Entry<String, Node> child : node.children.tailMap(startAfter, false).entrySet()) {
                if (entries.size() == limit) {
                    return new ListPage(entries, true);
                }
                entries.add(child.getValue().info(child.getKey()));
            }
            return new ListPage(entries, false);
        }
    }

    @Override
    public BatonInput open(String path) throws IOException {
        synchronized (group) {
            Node node = group.needFile(path);
            return new Input(node, node.info(InMemoryGroup.nameOf(path)));
        }
    }

    @Override
    public BatonOutput create(String path, CreateOptions options) throws IOException {
        synchronized (group) {
            return new Output(put(path, options), path);
        }
    }

    @Override
    public BatonOutput append(String path) throws IOException {
        synchronized (group) {
            return new Output(group.needFile(path), path);
        }
    }

    @Override
    public boolean mkdirs(String path, int mode, int umask, boolean createParents) throws IOException {
        synchronized (group) {
            if (!createParents) {
                group.parentOf(path, false, caller);
                if (group.find(path) != null) {
                    throw new BatonException(ErrorCode.ALREADY_EXISTS, path + " exists");
                }
            }
            return group.makeDirectories(path, mode & ~umask, caller);
        }
    }

    @Override
    public void rename(String source, String destination, boolean overwrite) throws IOException {
        group.checkRename(source);
        synchronized (group) {
            Node moved = group.need(source);
            if (source.equals("/") || destination.startsWith(source + "/")) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, source + " can't go to " + destination);
            }
            Node parent = group.parentOf(destination, false, caller);
            Node there = group.find(destination);
            if (there != null) {
                checkReplaceable(moved, there, destination, overwrite);
            }
            group.parentOf(source, false, caller).children.remove(InMemoryGroup.nameOf(source));
            parent.children.put(InMemoryGroup.nameOf(destination), moved);
        }
    }

    @Override
    public boolean move(String source, String destination) throws IOException {
        synchronized (group) {
            Node moved = group.find(source);
            Node there = group.find(destination);
            if (moved == null || source.equals("/") || source.equals(destination)) {
                return moved != null && moved.kind == FileKind.FILE;
            }
            boolean into = there != null && there.kind == FileKind.DIRECTORY;
            String target = into ? (destination.equals("/") ? "" : destination) + "/" + InMemoryGroup.nameOf(source)
                    : destination;
            if (target.equals(source)) {
                return true;
            }
            String parent = target.substring(0, Math.max(1, target.lastIndexOf('/')));
            if (target.startsWith(source + "/") || group.find(target) != null || group.find(parent) == null) {
                return false;
            }
            rename(source, target, false);
            return true;
        }
    }

    private static void checkReplaceable(Node moved, Node there, String destination, boolean overwrite)
            throws BatonException {
        if (!overwrite || moved.kind != there.kind) {
            throw new BatonException(ErrorCode.ALREADY_EXISTS, destination + " exists");
        }
        if (!there.children.isEmpty()) {
            throw new BatonException(ErrorCode.NOT_EMPTY, destination + " has entries");
        }
    }

    @Override
    public boolean delete(String path, boolean recursive) throws IOException {
        synchronized (group) {
            Node node = group.find(path);
            if (node == null) {
                return false;
            }
            if (!recursive && !node.children.isEmpty()) {
                throw new BatonException(ErrorCode.NOT_EMPTY, path + " has entries");
            }
            group.parentOf(path, false, caller).children.remove(InMemoryGroup.nameOf(path));
            return true;
        }
    }

    @Override
    public void setAttributes(String path, AttributeChange change) throws IOException {
        synchronized (group) {
            Node node = group.need(path);
            node.mode = change.mode().orElse(node.mode);
            node.owner = change.owner().orElse(node.owner);
            node.group = change.group().orElse(node.group);
            node.modifiedMs = change.modifiedMs().orElse(node.modifiedMs);
            node.accessedMs = change.accessedMs().orElse(node.accessedMs);
            node.replication = node.isDirectory() ? 0 : change.replication().orElse(node.replication);
        }
    }

    @Override
    public boolean recoverLease(String path) throws IOException {
        synchronized (group) {
            group.needFile(path).open = false;
            return true;
        }
    }

    @Override
    public FileInfo copyByToken(
            String source, Optional<FileId> expectedId, long offset, long length, String destination,
            CreateOptions options) throws IOException {
        group.checkOffload(source, destination);
        synchronized (group) {
            Node from = group.needFile(source);
            if (expectedId.isPresent() && !expectedId.get().equals(from.id)) {
                throw new BatonException(ErrorCode.FILE_CHANGED, source + " is " + from.id + " by now");
            }
            long end = length < 0 ? from.length : Math.min(from.length, offset + length);
            byte[] copied = from.range((int) offset, (int) end);
            Node to = put(destination, options);
            to.append(copied, 0, copied.length);
            to.open = false;
            offloadedCopies.incrementAndGet();
            offloadedBytes.addAndGet(to.length);
            return to.info(InMemoryGroup.nameOf(destination));
        }
    }

    @Override
    public FileInfo cloneTree(String source, String destination, boolean overwrite) throws IOException {
        synchronized (group) {
            Node from = group.need(source);
            Node parent = group.parentOf(destination, false, caller);
            if (group.find(destination) != null && !overwrite) {
                throw new BatonException(ErrorCode.ALREADY_EXISTS, destination + " exists");
            }
            Node copy = group.copyOf(from, caller);
            parent.children.put(InMemoryGroup.nameOf(destination), copy);
            return copy.info(InMemoryGroup.nameOf(destination));
        }
    }

    @Override
    public OptionalInt checksum(String path, long length) throws IOException {
        synchronized (group) {
            Node node = group.needFile(path);
            int count = (int) Math.min(length, node.length);
            if (count == 0) {
                return OptionalInt.empty();
            }
            CRC32C crc = new CRC32C();
            crc.update(node.range(0, count));
            return OptionalInt.of((int) crc.getValue());
        }
    }

    @Override
    public List<ByteLocation> locate(String path, long offset, long length) throws IOException {
        synchronized (group) {
            group.needFile(path);
            return List.of(new ByteLocation(offset, length, List.of("localhost")));
        }
    }

    @Override
    public int moveFile(String path, ServerId destination) {
        throw new UnsupportedOperationException("files in memory are at no server");
    }

    @Override
    public void truncate(String path, long lengthBytes) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public void concat(String target, List<String> sources) throws IOException {
        synchronized (group) {
            Node joined = group.needFile(target);
            for (String source : sources) {
                Node part = group.needFile(source);
                byte[] bytes = part.range(0, part.length);
                joined.append(bytes, 0, bytes.length);
                delete(source, false);
            }
        }
    }

    @Override
    public void checkAccess(String path, int wanted) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public AclInfo acl(String path) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public void changeAcl(String path, AclChange change) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public Map<String, byte[]> xattrs(String path) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public void setXattr(String path, String name, byte[] value, XattrChange when) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public void removeXattr(String path, String name) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public List<String> storagePolicies() {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public String storagePolicy(String path) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public void satisfyStoragePolicy(String path) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public StoragePolicyProgress storagePolicyProgress(String path) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public TreeTotals totals(String path) throws BatonException {
        synchronized (group) {
            return totals(group.need(path));
        }
    }

    private static TreeTotals totals(Node node) {
        long directories = node.isDirectory() ? 1 : 0;
        long files = 1 - directories;
        long bytes = node.length;
        long consumed = (long) node.length * node.replication;
        for (Node child : node.children.values()) {
            TreeTotals below = totals(child);
            directories += below.directories();
            files += below.files();
            bytes += below.lengthBytes();
            consumed += below.consumedBytes();
        }
        return new TreeTotals(files, directories, bytes, consumed);
    }

    @Override
    public FileInfo track(String path) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public Optional<String> pathOf(FileId file) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public TokenState tokenState(byte[] token) {
        throw new UnsupportedOperationException("not in memory: use an embedded group");
    }

    @Override
    public GroupStatus groupStatus() {
        return new GroupStatus(new GroupId(new UUID(1, 1)), List.of(), 1L << 30, 4096, (1L << 30) - 4096, 1 << 20, List.of());
    }

    @Override
    public ClientCounters counters() {
        return new ClientCounters(
                readBytes.get(), writtenBytes.get(), 0, 0, 0, 0, 0, offloadedCopies.get(), offloadedBytes.get(),
                fallbacks.get());
    }

    @Override
    public void countFallback() {
        fallbacks.incrementAndGet();
    }

    @Override
    public Caller caller() {
        return caller;
    }

    @Override
    public List<OffloadReadResult> offloadRead(List<OffloadRead> items, TokenLimits limits) {
        throw new UnsupportedOperationException("the adapter copies in one go");
    }

    @Override
    public List<OffloadReadResult> offloadRead(List<OffloadRead> items) {
        return group.tokens().make(items);
    }

    @Override
    public List<OffloadWriteResult> offloadWrite(List<OffloadWrite> items) throws IOException {
        List<OffloadWriteResult> results = new ArrayList<>();
        for (OffloadWrite item : items) {
            results.add(write(item));
        }
        return results;
    }

    private OffloadWriteResult write(OffloadWrite item) throws IOException {
        InMemoryTokens.Frozen frozen;
        try {
            frozen = group.tokens().use(item);
            group.checkOffload(frozen.source(), item.path());
        } catch (BatonException e) {
            return new OffloadWriteResult.Refused(e.code(), e.getMessage());
        }
        synchronized (group) {
            Node to = put(item.path(), item.options());
            to.append(frozen.bytes(), 0, frozen.bytes().length);
            to.open = false;
            offloadedCopies.incrementAndGet();
            offloadedBytes.addAndGet(to.length);
            return new OffloadWriteResult.Written(to.info(InMemoryGroup.nameOf(item.path())), to.length);
        }
    }

    @Override
    public void revokeToken(byte[] token) {
        throw new UnsupportedOperationException("the adapter copies in one go");
    }

    @Override
    public void close() {
        // There is nothing to end.
    }

    /** A new, empty, open file at a path. */
    private Node put(String path, CreateOptions options) throws BatonException {
        Node parent = group.parentOf(path, options.createParents(), caller);
        Node there = group.find(path);
        if (there != null && there.isDirectory()) {
            throw new BatonException(ErrorCode.IS_A_DIRECTORY, path + " is a directory");
        }
        if (there != null && !options.overwrite()) {
            throw new BatonException(ErrorCode.ALREADY_EXISTS, path + " exists");
        }
        Node node = group.newNode(FileKind.FILE, caller, options.mode() & ~options.umask());
        node.blockBytes = options.blockBytes();
        node.replication = options.replication();
        parent.children.put(InMemoryGroup.nameOf(path), node);
        return node;
    }

    private final class Input implements BatonInput {
        private final Node node;
        private final FileInfo info;

        Input(Node node, FileInfo info) {
            this.node = node;
            this.info = info;
        }

        @Override
        public FileInfo info() {
            return info;
        }

        @Override
        public long lengthBytes() {
            return info.open() ? refreshLength() : info.lengthBytes();
        }

        @Override
        public long refreshLength() {
            synchronized (group) {
                return node.length;
            }
        }

        @Override
        public int read(long position, ByteBuffer destination) {
            synchronized (group) {
                long end = info.open() ? node.length : info.lengthBytes();
                int count = (int) Math.min(destination.remaining(), end - position);
                if (count <= 0) {
                    return -1;
                }
                destination.put(node.range((int) position, (int) position + count));
                readBytes.addAndGet(count);
                return count;
            }
        }

        @Override
        public Optional<LentBytes> lend(long position, int mostBytes) {
            return Optional.empty();
        }

        @Override
        public void readVectored(List<RangeRead> ranges) {
            for (RangeRead range : ranges) {
                read(range.position(), range.destination());
                range.done().complete(null);
            }
        }

        @Override
        public void setReadAhead(long bytes) {
            // Nothing is far away.
        }

        @Override
        public void unbuffer() {
            // There are no buffers.
        }

        @Override
        public void close() {
            // There is nothing to end.
        }
    }

    private final class Output implements BatonOutput {
        private final Node node;
        private final String path;
        private boolean closed;

        Output(Node node, String path) {
            this.node = node;
            this.path = path;
            node.open = true;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            synchronized (group) {
                node.append(bytes, offset, length);
                writtenBytes.addAndGet(length);
            }
        }

        @Override
        public void write(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            write(copy, 0, copy.length);
        }

        @Override
        public long position() {
            synchronized (group) {
                return node.length;
            }
        }

        @Override
        public void hflush() {
            // What is written is there.
        }

        @Override
        public void hsync() {
            // What is written is there.
        }

        @Override
        public void close() {
            synchronized (group) {
                if (!closed) {
                    closed = true;
                    node.open = false;
                    node.modifiedMs = System.currentTimeMillis();
                }
            }
        }

        @Override
        public FileInfo closedInfo() {
            synchronized (group) {
                return node.info(InMemoryGroup.nameOf(path));
            }
        }

        @Override
        public void abort() {
            closed = true;
        }
    }
}
