package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.client.BatonInput;
import io.batonfs.fs.HadoopErrors.Doing;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.StoragePolicyProgress;
import io.batonfs.protocol.TreeTotals;
import io.batonfs.protocol.rpc.ControlProtocol;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.HadoopIllegalArgumentException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.BlockStoragePolicySpi;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.ContentSummary;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FsServerDefaults;
import org.apache.hadoop.fs.FsStatus;
import org.apache.hadoop.fs.InvalidPathException;
import org.apache.hadoop.fs.LeaseRecoverable;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathFilter;
import org.apache.hadoop.fs.PathHandle;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.SafeMode;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.fs.impl.FileSystemMultipartUploaderBuilder;
import org.apache.hadoop.fs.impl.PathCapabilitiesSupport;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.AclStatus;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.fs.statistics.IOStatistics;
import org.apache.hadoop.fs.statistics.IOStatisticsSource;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.DataChecksum;
import org.apache.hadoop.util.Progressable;
import org.apache.hadoop.util.functional.RemoteIterators;

/**
 * {@code baton://} for Hadoop: a thin façade over {@link BatonClient}. Everything is as in HDFS unless it says
 * otherwise (FILESYSTEM.md compares them method by method); rename, delete, create with overwrite, concat, {@link
 * #cloneTree} and {@link #copyByToken} are atomic for every observer. What is not there (snapshots, symbolic links,
 * quotas) throws {@link UnsupportedOperationException}. Thread-safe, but for the working directory.
 */
public final class BatonFileSystem extends FileSystem implements LeaseRecoverable, SafeMode, IOStatisticsSource {
    /** The scheme of URIs. */
    public static final String SCHEME = "baton";

    private static final int CHECKSUM_BLOCK_BYTES = 512;
    private static final int WRITE_PACKET_BYTES = 64 * 1024;

    /** What HDFS says in a content summary of a file that is not erasure-coded. */
    private static final String REPLICATED = "Replicated";

    private static volatile ClientFactory clients = BatonClients::connect;

    /** Whether the client is shared with others and outlives this. */
    private final boolean sharesClient;

    private final OperationCounts operations = new OperationCounts();

    private URI uri;
    private AdapterConfig config;
    private String user;
    private Path workingDirectory;

    private GroupCalls group;
    private CreateCalls creation;
    private AclCalls acls;
    private XattrCalls xattrs;
    private PolicyCalls policies;
    private PathHandles handles;

    /** What service loader and reflection call; {@link #initialize} does the work. */
    public BatonFileSystem() {
        this(false);
    }

    /**
     * A file system for an owner who may never close it.
     *
     * @param sharesClient whether to use the process's client rather than one of its own
     */
    BatonFileSystem(boolean sharesClient) {
        this.sharesClient = sharesClient;
    }

    /** For tests: gets clients elsewhere from now on; returns where they came from so far. */
    static ClientFactory connectWith(ClientFactory factory) {
        ClientFactory before = clients;
        clients = factory;
        return before;
    }

    @Override
    public void initialize(URI name, Configuration conf) throws IOException {
        super.initialize(name, conf);
        setConf(conf);
        String authority = name.getAuthority() == null ? "" : name.getAuthority();
        uri = URI.create(SCHEME + "://" + authority + (authority.isEmpty() ? "/" : ""));
        config = AdapterConfig.from(conf);
        UserGroupInformation ugi = UserGroupInformation.getCurrentUser();
        user = ugi.getShortUserName();
        workingDirectory = getHomeDirectory();
        Map<String, String> settings = AdapterConfig.clientSettings(conf);
        if (sharesClient) {
            ProcessClients.Use use =
                    ProcessClients.ofProcess().get(authority, settings, Callers.of(ugi), ugi.toString());
            group = new GroupCalls(uri, use.client(), use);
        } else {
            BatonClient client = clients.connect(authority, settings, Callers.of(ugi));
            BatonStorageStatistics.ofProcess().opened(client);
            group = new GroupCalls(uri, client, client);
        }
        creation = new CreateCalls(group);
        acls = new AclCalls(group);
        xattrs = new XattrCalls(group);
        policies = new PolicyCalls(group);
        handles = new PathHandles(group);
    }

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } finally {
            BatonClient closing = group == null ? null : group.end();
            if (closing != null && !sharesClient) {
                close(closing);
            }
        }
    }

    private void close(BatonClient closing) throws IOException {
        BatonStorageStatistics.ofProcess().closing(closing);
        try {
            closing.close();
        } catch (IOException e) {
            throw HadoopErrors.translate(uri.toString(), e);
        }
    }

    // ---- where and who

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public URI getUri() {
        return uri;
    }

    /** The control port of a server: a URI without a port and one with this port are of the same file system. */
    @Override
    protected int getDefaultPort() {
        return uri != null && uri.getHost() == null ? 0 : ControlProtocol.DEFAULT_PORT;
    }

    /** Whether another file system is of the same group, so that copies between the two can be by token. */
    public boolean isOfSameGroup(BatonFileSystem other) {
        return getCanonicalUri().equals(other.getCanonicalUri());
    }

    /** None: there are no delegation tokens yet, and a name here would make jobs look for one. */
    @Override
    public String getCanonicalServiceName() {
        return null;
    }

    @Override
    public Path getHomeDirectory() {
        return makeQualified(new Path("/user/" + user));
    }

    @Override
    public Path getWorkingDirectory() {
        return workingDirectory;
    }

    @Override
    public void setWorkingDirectory(Path directory) {
        workingDirectory = makeQualified(directory);
    }

    // ---- reading

    @Override
    public FSDataInputStream open(Path f, int bufferSize) throws IOException {
        countRead(Operation.OPEN);
        String path = pathOf(f);
        BatonInput input = group.read(path, c -> c.open(path));
        return new FSDataInputStream(new BatonInputStream(input, path, statistics, group));
    }

    @Override
    public FSDataInputStream open(PathHandle fd, int bufferSize) throws IOException {
        countRead(Operation.OPEN);
        BatonPathHandle.Seen seen = BatonPathHandle.read(fd);
        return new FSDataInputStream(new BatonInputStream(handles.open(seen), seen.path(), statistics, group));
    }

    /** See {@link PathHandles}: a file that moved before this is found in its old directory only. */
    @Override
    protected PathHandle createPathHandle(FileStatus status, Options.HandleOpt... options) {
        if (!(status instanceof BatonFileStatus)) {
            throw new IllegalArgumentException(
                    "a path handle is made from a status that this file system gave, not " + status.getClass().getName());
        }
        return handles.make(pathOf(status.getPath()), (BatonFileStatus) status, options);
    }

    @Override
    public FileChecksum getFileChecksum(Path f) throws IOException {
        return getFileChecksum(f, Long.MAX_VALUE);
    }

    /**
     * The CRC32C of the file's first bytes as HDFS reports it under COMPOSITE_CRC; null under any other
     * {@code dfs.checksum.combine.mode}, because checksums of two kinds would count as different bytes.
     */
    @Override
    public FileChecksum getFileChecksum(Path f, long length) throws IOException {
        countRead(Operation.GET_FILE_CHECKSUM);
        String path = pathOf(f);
        if (length < 0) {
            throw new IllegalArgumentException("a checksum of " + length + " bytes of " + path + " was asked for");
        }
        if (!config.compositeChecksums()) {
            fileInfoOf(f);
            return null;
        }
        return FileChecksums.of(group.read(path, c -> c.checksum(path, length)));
    }

    @Override
    public BlockLocation[] getFileBlockLocations(FileStatus file, long start, long length) throws IOException {
        if (file == null) {
            return null;
        }
        if (start < 0 || length < 0) {
            throw new IllegalArgumentException("locations of " + length + " bytes from " + start + " of "
                    + file.getPath() + " were asked for");
        }
        if (file.getLen() <= start || length == 0) {
            return new BlockLocation[0];
        }
        countRead(Operation.GET_FILE_BLOCK_LOCATIONS);
        return locations(pathOf(file.getPath()), new WholeBlocks(file.getLen(), file.getBlockSize(), start, length));
    }

    private BlockLocation[] locations(String path, WholeBlocks blocks) throws IOException {
        return blocks.at(group.read(path, c -> c.locate(path, blocks.offset(), blocks.lengthBytes())));
    }

    // ---- writing

    @Override
    public FSDataOutputStream create(
            Path f, FsPermission permission, boolean overwrite, int bufferSize, short replication, long blockSize,
            Progressable progress) throws IOException {
        return create(f, permission,
                overwrite ? EnumSet.of(CreateFlag.CREATE, CreateFlag.OVERWRITE) : EnumSet.of(CreateFlag.CREATE),
                bufferSize, replication, blockSize, progress, null);
    }

    /** The checksum option is not looked at: Baton has its own, from the writing client to the reading one. */
    @Override
    public FSDataOutputStream create(
            Path f, FsPermission permission, EnumSet<CreateFlag> flags, int bufferSize, short replication,
            long blockSize, Progressable progress, Options.ChecksumOpt checksumOpt) throws IOException {
        return create(Operation.CREATE, f, flags, true, fileModes(permission), replication, blockSize);
    }

    @Override
    public FSDataOutputStream createNonRecursive(
            Path f, FsPermission permission, EnumSet<CreateFlag> flags, int bufferSize, short replication,
            long blockSize, Progressable progress) throws IOException {
        CreateFlag.validate(flags);
        EnumSet<CreateFlag> all = EnumSet.copyOf(flags);
        if (flags.contains(CreateFlag.OVERWRITE)) {
            all.add(CreateFlag.CREATE);
        }
        return create(Operation.CREATE_NON_RECURSIVE, f, all, false, fileModes(permission), replication, blockSize);
    }

    @Override
    @Deprecated
    protected FSDataOutputStream primitiveCreate(
            Path f, FsPermission absolutePermission, EnumSet<CreateFlag> flags, int bufferSize, short replication,
            long blockSize, Progressable progress, Options.ChecksumOpt checksumOpt) throws IOException {
        return primitiveCreate(f, absolutePermission, flags, replication, blockSize, true);
    }

    /** What FileContext asks for: a mode from which its umask was taken already. */
    FSDataOutputStream primitiveCreate(
            Path f, FsPermission absolutePermission, EnumSet<CreateFlag> flags, short replication, long blockSize,
            boolean createParents) throws IOException {
        return create(Operation.PRIMITIVE_CREATE, f, flags, createParents, CreateModes.absolute(absolutePermission),
                replication, blockSize);
    }

    private FSDataOutputStream create(
            Operation operation, Path f, EnumSet<CreateFlag> flags, boolean createParents, CreateModes modes,
            short replication, long blockSize) throws IOException {
        CreateFlag.validate(flags);
        countWrite(operation);
        return writingTo(creation.open(newPathOf(f), flags, new CreateOptions(flags.contains(CreateFlag.OVERWRITE),
                createParents, modes.mode(), modes.umask(), blockSize, replication)));
    }

    @Override
    public FSDataOutputStream append(Path f, int bufferSize, Progressable progress) throws IOException {
        countWrite(Operation.APPEND);
        return writingTo(creation.append(pathOf(f), false));
    }

    /** Each append begins a new extent anyway, which is what HDFS's callers want of a new block. */
    @Override
    public FSDataOutputStream append(Path f, int bufferSize, Progressable progress, boolean appendToNewBlock)
            throws IOException {
        return append(f, bufferSize, progress);
    }

    private FSDataOutputStream writingTo(CreateCalls.Opened opened) throws IOException {
        return new BatonDataOutputStream(opened.stream(), statistics, opened.positionBytes());
    }

    /** Always done when it returns, so always true. */
    @Override
    public boolean truncate(Path f, long newLength) throws IOException {
        countWrite(Operation.TRUNCATE);
        String path = pathOf(f);
        if (newLength < 0) {
            throw new HadoopIllegalArgumentException("Cannot truncate to a negative file size: " + newLength + ".");
        }
        group.order(path, c -> c.truncate(path, newLength));
        return true;
    }

    @Override
    public void concat(Path target, Path[] sources) throws IOException {
        countWrite(Operation.CONCAT);
        String path = pathOf(target);
        List<String> paths = Arrays.stream(sources).map(this::pathOf).toList();
        group.order(path, c -> c.concat(path, paths));
    }

    /** In parts, which {@link #concat} puts together: no byte is written twice. */
    @Override
    public FileSystemMultipartUploaderBuilder createMultipartUploader(Path basePath) throws IOException {
        return new FileSystemMultipartUploaderBuilder(this, makeQualified(basePath));
    }

    @Override
    public boolean recoverLease(Path f) throws IOException {
        countWrite(Operation.RECOVER_LEASE);
        fileInfoOf(f);
        String path = pathOf(f);
        return group.read(path, c -> c.recoverLease(path));
    }

    @Override
    public boolean isFileClosed(Path f) throws IOException {
        return !fileInfoOf(f).open();
    }

    // ---- copying without moving bytes

    /**
     * Copies a range of a file to a new file of this group by token: no byte passes through this process. An existing
     * file at the destination is replaced; missing parents are made.
     *
     * @param expectedId if present, the copy is refused when the source is another file by now
     * @param offset     first byte
     * @param length     bytes, or -1 for all from the offset on
     * @param permission the umask is applied to it, unless the parent has a default ACL
     * @return the new file; shorter than asked if the source was
     * @throws IOException if the copy was refused; nothing was changed unless the cause's code says that the outcome is
     *                     unknown
     */
    public BatonFileStatus copyByToken(
            Path source, Optional<FileId> expectedId, long offset, long length, Path destination,
            FsPermission permission, short replication, long blockSize) throws IOException {
        countWrite(Operation.COPY_BY_TOKEN);
        String from = pathOf(source);
        String to = newPathOf(destination);
        CreateModes modes = fileModes(permission);
        CreateOptions options = new CreateOptions(true, true, modes.mode(), modes.umask(), blockSize, replication);
        FileInfo copied = group.call(from, Doing.MAKING_A_FILE,
                c -> c.copyByToken(from, expectedId, offset, length, to, options));
        return new BatonFileStatus(copied, makeQualified(destination));
    }

    /** The tokens of this group, for who hands them on. */
    public OffloadTokens offloadTokens() {
        return new OffloadTokens(this, group);
    }

    /** The group at this moment: its servers, its space, and what an operator should look at. */
    public GroupStatus groupStatus() throws IOException {
        countRead(Operation.GET_STATUS);
        return group.call("/", Doing.OTHER, BatonClient::groupStatus);
    }

    /** Counts a copy that had to be done by streaming because {@link #copyByToken} was refused (TOK-15). */
    public void countFallback() throws IOException {
        group.client().countFallback();
    }

    /**
     * As {@link #cloneTree(Path, Path, boolean)} without overwriting.
     */
    public FileStatus cloneTree(Path source, Path destination) throws IOException {
        return cloneTree(source, destination, false);
    }

    /**
     * Makes a writable tree that is, at one moment, what another is, and shares all its data: one call, whatever the
     * size (CAT-4). The destination appears whole or not at all.
     *
     * @param overwrite whether what is at the destination is replaced; without it, FileAlreadyExistsException
     * @return the new root
     */
    public FileStatus cloneTree(Path source, Path destination, boolean overwrite) throws IOException {
        countWrite(Operation.CLONE_TREE);
        String from = pathOf(source);
        String to = newPathOf(destination);
        FileInfo cloned = group.call(from, Doing.OTHER, c -> c.cloneTree(from, to, overwrite));
        return new BatonFileStatus(cloned, makeQualified(destination));
    }

    // ---- names

    @Override
    public boolean rename(Path src, Path dst) throws IOException {
        countWrite(Operation.RENAME);
        String source = pathOf(src);
        String destination = newPathOf(dst);
        return group.call(source, Doing.OTHER, c -> c.move(source, destination));
    }

    /** Renames to exactly the destination, atomically; it is replaced under OVERWRITE (a directory only if empty). */
    @Override
    @Deprecated
    public void rename(Path src, Path dst, Options.Rename... options) throws IOException {
        countWrite(Operation.RENAME);
        String source = pathOf(src);
        String destination = newPathOf(dst);
        boolean overwrite = List.of(options).contains(Options.Rename.OVERWRITE);
        if (source.equals(destination)) {
            infoOf(src);
            throw new FileAlreadyExistsException("source and destination of a rename are both " + source);
        }
        group.call(source, Doing.OTHER, c -> {
            c.rename(source, destination, overwrite);
            return null;
        });
    }

    /** The root itself stays, as in HDFS: false, or an exception if it has entries and {@code recursive} is not set. */
    @Override
    public boolean delete(Path f, boolean recursive) throws IOException {
        countWrite(Operation.DELETE);
        String path = pathOf(f);
        if (path.equals("/")) {
            if (!recursive && group.call(path, Doing.OTHER, c -> c.list(path, "", 1)).entries().size() > 0) {
                throw new PathIsNotEmptyDirectoryException(path);
            }
            return false;
        }
        return group.call(path, Doing.OTHER, c -> c.delete(path, recursive));
    }

    @Override
    public boolean mkdirs(Path f, FsPermission permission) throws IOException {
        makeDirectory(Operation.MKDIRS, f, CreateModes.of(permission, FsPermission.getDirDefault(), umask()), true);
        return true;
    }

    @Override
    @Deprecated
    protected boolean primitiveMkdir(Path f, FsPermission absolutePermission) throws IOException {
        makeDirectory(Operation.PRIMITIVE_MKDIR, f, CreateModes.absolute(absolutePermission), true);
        return true;
    }

    @Override
    @Deprecated
    protected void primitiveMkdir(Path f, FsPermission absolutePermission, boolean createParent) throws IOException {
        makeDirectory(Operation.PRIMITIVE_MKDIR, f, CreateModes.absolute(absolutePermission), createParent);
    }

    private void makeDirectory(Operation operation, Path f, CreateModes modes, boolean createParents)
            throws IOException {
        countWrite(operation);
        String path = newPathOf(f);
        group.call(path, Doing.OTHER, c -> c.mkdirs(path, modes.mode(), modes.umask(), createParents));
    }

    // ---- status and listing

    @Override
    public FileStatus getFileStatus(Path f) throws IOException {
        countRead(Operation.GET_FILE_STATUS);
        return new BatonFileStatus(infoOf(f), makeQualified(f));
    }

    /** All at once; {@link #listStatusIterator} holds a page. */
    @Override
    public FileStatus[] listStatus(Path f) throws IOException {
        countRead(Operation.LIST_STATUS);
        return list(f).toArray();
    }

    @Override
    public RemoteIterator<FileStatus> listStatusIterator(Path f) throws IOException {
        countRead(Operation.LIST_STATUS);
        return list(f);
    }

    @Override
    protected RemoteIterator<LocatedFileStatus> listLocatedStatus(Path f, PathFilter filter) throws IOException {
        countRead(Operation.LIST_LOCATED_STATUS);
        RemoteIterator<FileStatus> accepted = RemoteIterators.filteringRemoteIterator(
                list(f), status -> filter.accept(status.getPath()));
        return RemoteIterators.mappingRemoteIterator(accepted, this::located);
    }

    /** In HDFS a listing shows files that the caller may not read, too; here they have blocks, but no hosts. */
    private LocatedFileStatus located(FileStatus status) throws IOException {
        if (status.isDirectory()) {
            return new LocatedFileStatus(status, null);
        }
        if (status.getLen() == 0) {
            return new LocatedFileStatus(status, new BlockLocation[0]);
        }
        WholeBlocks blocks = new WholeBlocks(status.getLen(), status.getBlockSize(), 0, status.getLen());
        try {
            return new LocatedFileStatus(status, locations(pathOf(status.getPath()), blocks));
        } catch (FileNotFoundException | AccessControlException e) {
            // Gone since it was listed, or not to be read: no reason to fail the whole listing.
            return new LocatedFileStatus(status, blocks.at(List.of()));
        }
    }

    private PagedListing list(Path f) throws IOException {
        return new PagedListing(group, pathOf(f), makeQualified(f));
    }

    /** In one call, at one moment. There are no quotas. */
    @Override
    public ContentSummary getContentSummary(Path f) throws IOException {
        countRead(Operation.GET_CONTENT_SUMMARY);
        String path = pathOf(f);
        TreeTotals totals = group.read(path, c -> c.totals(path));
        return new ContentSummary.Builder()
                .length(totals.lengthBytes())
                .fileCount(totals.files())
                .directoryCount(totals.directories())
                .spaceConsumed(totals.consumedBytes())
                .erasureCodingPolicy(totals.directories() == 0 ? REPLICATED : "")
                .build();
    }

    /**
     * Of all pools of the group, wherever a path's data would go. What remains is what can still be written: less than what
     * is not used while a pool takes no changes, or the file system below sparse devices is down to its reserve. What of it is
     * kept from moves between pools, {@link #groupStatus} tells.
     */
    @Override
    public FsStatus getStatus(Path f) throws IOException {
        GroupStatus status = groupStatus();
        return new FsStatus(status.capacityBytes(), status.usedBytes(), status.freeBytes());
    }

    /** There is nothing to wait for: names and status are never cached, and all reads are served by the leader. */
    @Override
    public void msync() throws IOException {
        group.client();
    }

    /** Asked of the group, which knows superusers and ACLs. */
    @Override
    public void access(Path f, FsAction mode) throws IOException {
        countRead(Operation.ACCESS);
        String path = pathOf(f);
        group.order(path, c -> c.checkAccess(path, mode.ordinal()));
    }

    /**
     * Baton has no safe mode: it is never in it, and leaving it does nothing.
     *
     * @throws UnsupportedOperationException if it is to be entered
     */
    @Override
    public boolean setSafeMode(SafeModeAction action, boolean isChecked) throws IOException {
        group.client();
        if (action == SafeModeAction.ENTER) {
            throw new UnsupportedOperationException("Baton has no safe mode to enter: stop the servers instead");
        }
        return false;
    }

    // ---- attributes

    @Override
    public void setPermission(Path f, FsPermission permission) throws IOException {
        set(Operation.SET_PERMISSION, f, AttributeChange.NONE.withMode(permission.toShort()));
    }

    @Override
    public void setOwner(Path f, String username, String groupname) throws IOException {
        if (username == null && groupname == null) {
            throw new IOException("username == null && groupname == null");
        }
        set(Operation.SET_OWNER, f, AttributeChange.NONE.withOwner(
                Optional.ofNullable(username), Optional.ofNullable(groupname)));
    }

    /** The access time is stored and reported; reading a file never changes it. */
    @Override
    public void setTimes(Path f, long mtime, long atime) throws IOException {
        set(Operation.SET_TIMES, f, AttributeChange.NONE.withTimes(
                mtime < 0 ? OptionalLong.empty() : OptionalLong.of(mtime),
                atime < 0 ? OptionalLong.empty() : OptionalLong.of(atime)));
    }

    /** Stores the factor, which is an attribute: redundancy is the pool's. False, as in HDFS, for what is no file. */
    @Override
    public boolean setReplication(Path f, short replication) throws IOException {
        countWrite(Operation.SET_REPLICATION);
        String path = pathOf(f);
        Optional<FileInfo> info = group.read(path, c -> c.status(path));
        if (info.isEmpty() || info.get().isDirectory()) {
            return false;
        }
        try {
            group.order(path, c -> c.setAttributes(path, AttributeChange.NONE.withReplication(replication)));
            return true;
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    private void set(Operation operation, Path f, AttributeChange change) throws IOException {
        countWrite(operation);
        String path = pathOf(f);
        group.order(path, c -> c.setAttributes(path, change));
    }

    @Override
    public void modifyAclEntries(Path f, List<AclEntry> entries) throws IOException {
        countWrite(Operation.MODIFY_ACL_ENTRIES);
        acls.change(pathOf(f), AclChange.Kind.MODIFY, entries);
    }

    @Override
    public void removeAclEntries(Path f, List<AclEntry> entries) throws IOException {
        countWrite(Operation.REMOVE_ACL_ENTRIES);
        acls.change(pathOf(f), AclChange.Kind.REMOVE_ENTRIES, entries);
    }

    @Override
    public void removeDefaultAcl(Path f) throws IOException {
        countWrite(Operation.REMOVE_DEFAULT_ACL);
        acls.change(pathOf(f), AclChange.Kind.REMOVE_DEFAULT, List.of());
    }

    @Override
    public void removeAcl(Path f) throws IOException {
        countWrite(Operation.REMOVE_ACL);
        acls.change(pathOf(f), AclChange.Kind.REMOVE, List.of());
    }

    @Override
    public void setAcl(Path f, List<AclEntry> entries) throws IOException {
        countWrite(Operation.SET_ACL);
        acls.change(pathOf(f), AclChange.Kind.SET, entries);
    }

    @Override
    public AclStatus getAclStatus(Path f) throws IOException {
        countRead(Operation.GET_ACL_STATUS);
        return acls.status(pathOf(f));
    }

    @Override
    public void setXAttr(Path f, String name, byte[] value, EnumSet<XAttrSetFlag> flag) throws IOException {
        countWrite(Operation.SET_XATTR);
        xattrs.set(pathOf(f), name, value, flag);
    }

    @Override
    public byte[] getXAttr(Path f, String name) throws IOException {
        countRead(Operation.GET_XATTR);
        return xattrs.named(pathOf(f), Collections.singletonList(name)).values().iterator().next();
    }

    @Override
    public Map<String, byte[]> getXAttrs(Path f) throws IOException {
        countRead(Operation.GET_XATTR);
        return xattrs.all(pathOf(f));
    }

    @Override
    public Map<String, byte[]> getXAttrs(Path f, List<String> names) throws IOException {
        countRead(Operation.GET_XATTR);
        return xattrs.named(pathOf(f), names);
    }

    @Override
    public List<String> listXAttrs(Path f) throws IOException {
        countRead(Operation.GET_XATTR);
        return List.copyOf(xattrs.all(pathOf(f)).keySet());
    }

    @Override
    public void removeXAttr(Path f, String name) throws IOException {
        countWrite(Operation.REMOVE_XATTR);
        xattrs.remove(pathOf(f), name);
    }

    @Override
    public void setStoragePolicy(Path f, String policyName) throws IOException {
        countWrite(Operation.SET_STORAGE_POLICY);
        policies.set(pathOf(f), policyName);
    }

    @Override
    public void unsetStoragePolicy(Path f) throws IOException {
        countWrite(Operation.UNSET_STORAGE_POLICY);
        policies.unset(pathOf(f));
    }

    @Override
    public BlockStoragePolicySpi getStoragePolicy(Path f) throws IOException {
        countRead(Operation.GET_STORAGE_POLICY);
        return policies.of(pathOf(f));
    }

    @Override
    public Collection<BlockStoragePolicySpi> getAllStoragePolicies() throws IOException {
        countRead(Operation.GET_STORAGE_POLICIES);
        return policies.all();
    }

    /**
     * Has what is stored already at and below a path carried to the pools of the storage policies in force there. As in HDFS it
     * is done in the background; {@link #storagePolicyProgress} tells how far it is.
     */
    @Override
    public void satisfyStoragePolicy(Path f) throws IOException {
        countWrite(Operation.SATISFY_STORAGE_POLICY);
        policies.satisfy(pathOf(f));
    }

    /** What is still to be carried, at and below a path, of what {@link #satisfyStoragePolicy} was called for. */
    public StoragePolicyProgress storagePolicyProgress(Path f) throws IOException {
        return policies.progress(pathOf(f));
    }

    // ---- what is not there

    @Override
    public Path createSnapshot(Path f, String snapshotName) throws IOException {
        throw notThere("snapshots (cloneTree makes a writable one)");
    }

    @Override
    public void renameSnapshot(Path f, String snapshotOldName, String snapshotNewName) throws IOException {
        throw notThere("snapshots");
    }

    @Override
    public void deleteSnapshot(Path f, String snapshotName) throws IOException {
        throw notThere("snapshots");
    }

    @Override
    public void createSymlink(Path target, Path link, boolean createParent) throws IOException {
        throw notThere("symbolic links (HDFS has them off, too)");
    }

    private static UnsupportedOperationException notThere(String what) {
        return new UnsupportedOperationException("Baton does not have " + what);
    }

    // ---- defaults and capabilities

    @Override
    public long getDefaultBlockSize(Path f) {
        return config.blockBytes();
    }

    @Override
    @Deprecated
    public long getDefaultBlockSize() {
        return config.blockBytes();
    }

    @Override
    public short getDefaultReplication(Path f) {
        return (short) config.replication();
    }

    @Override
    @Deprecated
    public short getDefaultReplication() {
        return (short) config.replication();
    }

    @Override
    public FsServerDefaults getServerDefaults(Path f) {
        Configuration conf = getConf();
        return new FsServerDefaults(config.blockBytes(), CHECKSUM_BLOCK_BYTES, WRITE_PACKET_BYTES,
                (short) config.replication(),
                conf.getInt(CommonConfigurationKeysPublic.IO_FILE_BUFFER_SIZE_KEY,
                        CommonConfigurationKeysPublic.IO_FILE_BUFFER_SIZE_DEFAULT),
                false,
                conf.getLong(CommonConfigurationKeysPublic.FS_TRASH_INTERVAL_KEY,
                        CommonConfigurationKeysPublic.FS_TRASH_INTERVAL_DEFAULT),
                DataChecksum.Type.CRC32C);
    }

    @Override
    @Deprecated
    public FsServerDefaults getServerDefaults() {
        return getServerDefaults(new Path("/"));
    }

    @Override
    public boolean hasPathCapability(Path f, String capability) throws IOException {
        Path qualified = makeQualified(f);
        switch (PathCapabilitiesSupport.validatePathCapabilityArgs(qualified, capability)) {
            case CommonPathCapabilities.FS_ACLS:
            case CommonPathCapabilities.FS_APPEND:
            case CommonPathCapabilities.FS_CONCAT:
            case CommonPathCapabilities.FS_MULTIPART_UPLOADER:
            case CommonPathCapabilities.FS_PATHHANDLES:
            case CommonPathCapabilities.FS_PERMISSIONS:
            case CommonPathCapabilities.FS_STORAGEPOLICY:
            case CommonPathCapabilities.FS_TRUNCATE:
            case CommonPathCapabilities.FS_XATTRS:
            case CommonPathCapabilities.LEASE_RECOVERABLE:
                return true;
            case CommonPathCapabilities.FS_CHECKSUMS:
                return config.compositeChecksums();
            default:
                return super.hasPathCapability(qualified, capability);
        }
    }

    // ---- how calls are made

    private void countRead(Operation operation) {
        statistics.incrementReadOps(1);
        count(operation);
    }

    void countWrite(Operation operation) {
        statistics.incrementWriteOps(1);
        count(operation);
    }

    private void count(Operation operation) {
        operations.count(operation);
        BatonStorageStatistics.ofProcess().count(operation);
    }

    /** How often each operation was asked of this file system, under HDFS's names. */
    @Override
    public IOStatistics getIOStatistics() {
        return operations.asIoStatistics();
    }

    private FileInfo infoOf(Path f) throws IOException {
        String path = pathOf(f);
        return group.read(path, c -> c.status(path))
                .orElseThrow(() -> new FileNotFoundException(HadoopErrors.missing(path)));
    }

    private FileInfo fileInfoOf(Path f) throws IOException {
        FileInfo info = infoOf(f);
        if (info.isDirectory()) {
            throw new FileNotFoundException(HadoopErrors.notAFile(pathOf(f)));
        }
        return info;
    }

    /** The path below the root, after a check that it is one of this file system. */
    String pathOf(Path f) {
        return makeQualified(f).toUri().getPath();
    }

    /**
     * Likewise, for a path at which something is to be made. Names with a colon are refused, as in HDFS: Hadoop's
     * {@link Path} takes what is before the colon for a scheme, and many tools would fail on the whole directory.
     */
    String newPathOf(Path f) {
        String path = pathOf(f);
        if (path.indexOf(':') >= 0) {
            throw new InvalidPathException(path, "a name has a colon, which Hadoop's tools can't handle; use another name");
        }
        return path;
    }

    CreateModes fileModes(FsPermission permission) {
        return CreateModes.of(permission, FsPermission.getFileDefault(), umask());
    }

    private FsPermission umask() {
        return FsPermission.getUMask(getConf());
    }
}
