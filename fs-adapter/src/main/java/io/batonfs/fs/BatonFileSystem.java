package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.fs.HadoopErrors.Doing;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.GroupStatus;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
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
import org.apache.hadoop.fs.impl.PathCapabilitiesSupport;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.DataChecksum;
import org.apache.hadoop.util.Progressable;
import org.apache.hadoop.util.functional.RemoteIterators;

/**
 * {@code baton://} for Hadoop: a thin façade over {@link BatonClient}. Everything is as in HDFS unless it says otherwise;
 * rename, delete, create with overwrite, {@link #cloneTree} and {@link #copyByToken} are atomic for every observer.
 * What is not there (truncate, concat, ACLs, extended attributes, snapshots, symbolic links) throws
 * {@link UnsupportedOperationException}. Thread-safe, but for the working directory.
 */
public final class BatonFileSystem extends FileSystem implements LeaseRecoverable {
    /** The scheme of URIs. */
    public static final String SCHEME = "baton";

    private static final int CHECKSUM_BLOCK_BYTES = 512;
    private static final int WRITE_PACKET_BYTES = 64 * 1024;

    private static volatile ClientFactory clients = BatonClients::connect;

    /** Whether the client is the process's and outlives this. */
    private final boolean sharesClient;

    private URI uri;
    private AdapterConfig config;
    private String user;
    private volatile BatonClient client;
    private Path workingDirectory;

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
            client = ProcessClients.ofProcess().get(authority, settings, Callers.of(ugi));
        } else {
            BatonClient connected = clients.connect(authority, settings, Callers.of(ugi));
            BatonStorageStatistics.ofProcess().opened(connected);
            client = connected;
        }
    }

    @Override
    public void close() throws IOException {
        super.close();
        BatonClient closing;
        synchronized (this) {
            closing = client;
            client = null;
        }
        if (closing != null && !sharesClient) {
            BatonStorageStatistics.ofProcess().closing(closing);
            try {
                closing.close();
            } catch (IOException e) {
                throw HadoopErrors.translate(uri.toString(), e);
            }
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
        statistics.incrementReadOps(1);
        String path = pathOf(f);
        return new FSDataInputStream(call(path, Doing.READING,
                c -> new BatonInputStream(c.open(path), path, statistics)));
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
        statistics.incrementReadOps(1);
        String path = pathOf(f);
        if (length < 0) {
            throw new IllegalArgumentException("a checksum of " + length + " bytes of " + path + " was asked for");
        }
        if (!config.compositeChecksums()) {
            return null;
        }
        return FileChecksums.of(call(path, Doing.READING, c -> c.checksum(path, length)));
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
        statistics.incrementReadOps(1);
        String path = pathOf(file.getPath());
        WholeBlocks blocks = new WholeBlocks(file.getLen(), file.getBlockSize(), start, length);
        return blocks.at(call(path, Doing.READING, c -> c.locate(path, blocks.offset(), blocks.lengthBytes())));
    }

    // ---- writing

    @Override
    public FSDataOutputStream create(
            Path f, FsPermission permission, boolean overwrite, int bufferSize, short replication, long blockSize,
            Progressable progress) throws IOException {
        return create(f, new CreateOptions(overwrite, true, masked(permission, false), blockSize, replication));
    }

    @Override
    public FSDataOutputStream createNonRecursive(
            Path f, FsPermission permission, EnumSet<CreateFlag> flags, int bufferSize, short replication,
            long blockSize, Progressable progress) throws IOException {
        if (flags.contains(CreateFlag.APPEND) && exists(f)) {
            return append(f, bufferSize, progress);
        }
        return create(f, new CreateOptions(
                flags.contains(CreateFlag.OVERWRITE), false, masked(permission, false), blockSize, replication));
    }

    @Override
    @Deprecated
    protected FSDataOutputStream primitiveCreate(
            Path f, FsPermission absolutePermission, EnumSet<CreateFlag> flags, int bufferSize, short replication,
            long blockSize, Progressable progress, Options.ChecksumOpt checksumOpt) throws IOException {
        boolean exists = exists(f);
        CreateFlag.validate(f, exists, flags);
        if (exists && flags.contains(CreateFlag.APPEND)) {
            return append(f, bufferSize, progress);
        }
        return create(f, new CreateOptions(flags.contains(CreateFlag.OVERWRITE), true, absolutePermission.toShort(),
                blockSize, replication));
    }

    private FSDataOutputStream create(Path f, CreateOptions options) throws IOException {
        statistics.incrementWriteOps(1);
        String path = newPathOf(f);
        return new FSDataOutputStream(
                call(path, Doing.MAKING_A_FILE, c -> new BatonOutputStream(c.create(path, options), path)), statistics);
    }

    @Override
    public FSDataOutputStream append(Path f, int bufferSize, Progressable progress) throws IOException {
        statistics.incrementWriteOps(1);
        String path = pathOf(f);
        return call(path, Doing.MAKING_A_FILE, c -> {
            var output = c.append(path);
            return new FSDataOutputStream(new BatonOutputStream(output, path), statistics, output.position());
        });
    }

    @Override
    public boolean recoverLease(Path f) throws IOException {
        fileInfoOf(f);
        String path = pathOf(f);
        return call(path, Doing.READING, c -> c.recoverLease(path));
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
     * @param permission the umask is applied to it
     * @return the new file; shorter than asked if the source was
     * @throws IOException if the copy was refused; nothing was changed unless the cause's code says that the outcome is
     *                     unknown
     */
    public BatonFileStatus copyByToken(
            Path source, Optional<FileId> expectedId, long offset, long length, Path destination,
            FsPermission permission, short replication, long blockSize) throws IOException {
        statistics.incrementWriteOps(1);
        String from = pathOf(source);
        String to = newPathOf(destination);
        CreateOptions options = new CreateOptions(true, true, masked(permission, false), blockSize, replication);
        FileInfo copied = call(from, Doing.MAKING_A_FILE,
                c -> c.copyByToken(from, expectedId, offset, length, to, options));
        return new BatonFileStatus(copied, makeQualified(destination));
    }

    /** The tokens of this group, for who hands them on. */
    public OffloadTokens offloadTokens() {
        return new OffloadTokens(this);
    }

    /** The group at this moment: its servers, its space, and what an operator should look at. */
    public GroupStatus groupStatus() throws IOException {
        statistics.incrementReadOps(1);
        return call("/", Doing.OTHER, BatonClient::groupStatus);
    }

    /** Counts a copy that had to be done by streaming because {@link #copyByToken} was refused (TOK-15). */
    public void countFallback() throws IOException {
        connected().countFallback();
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
        statistics.incrementWriteOps(1);
        String from = pathOf(source);
        String to = newPathOf(destination);
        FileInfo cloned = call(from, Doing.OTHER, c -> c.cloneTree(from, to, overwrite));
        return new BatonFileStatus(cloned, makeQualified(destination));
    }

    // ---- names

    @Override
    public boolean rename(Path src, Path dst) throws IOException {
        statistics.incrementWriteOps(1);
        String source = pathOf(src);
        String destination = newPathOf(dst);
        return call(source, Doing.OTHER, c -> new RenameOperation(c).rename(source, destination));
    }

    /** Renames to exactly the destination, atomically; it is replaced under OVERWRITE (a directory only if empty). */
    @Override
    @Deprecated
    public void rename(Path src, Path dst, Options.Rename... options) throws IOException {
        statistics.incrementWriteOps(1);
        String source = pathOf(src);
        String destination = newPathOf(dst);
        boolean overwrite = List.of(options).contains(Options.Rename.OVERWRITE);
        if (source.equals(destination)) {
            infoOf(src);
            throw new FileAlreadyExistsException("source and destination of a rename are both " + source);
        }
        call(source, Doing.OTHER, c -> {
            c.rename(source, destination, overwrite);
            return null;
        });
    }

    /** The root itself stays, as in HDFS: false, or an exception if it has entries and {@code recursive} is not set. */
    @Override
    public boolean delete(Path f, boolean recursive) throws IOException {
        statistics.incrementWriteOps(1);
        String path = pathOf(f);
        if (path.equals("/")) {
            if (!recursive && call(path, Doing.OTHER, c -> c.list(path, "", 1)).entries().size() > 0) {
                throw new PathIsNotEmptyDirectoryException(path);
            }
            return false;
        }
        return call(path, Doing.OTHER, c -> c.delete(path, recursive));
    }

    @Override
    public boolean mkdirs(Path f, FsPermission permission) throws IOException {
        makeDirectory(f, masked(permission, true), true);
        return true;
    }

    @Override
    @Deprecated
    protected boolean primitiveMkdir(Path f, FsPermission absolutePermission) throws IOException {
        makeDirectory(f, absolutePermission.toShort(), true);
        return true;
    }

    @Override
    @Deprecated
    protected void primitiveMkdir(Path f, FsPermission absolutePermission, boolean createParent) throws IOException {
        makeDirectory(f, absolutePermission.toShort(), createParent);
    }

    private void makeDirectory(Path f, int mode, boolean createParents) throws IOException {
        statistics.incrementWriteOps(1);
        String path = newPathOf(f);
        call(path, Doing.OTHER, c -> c.mkdirs(path, mode, createParents));
    }

    // ---- status and listing

    @Override
    public FileStatus getFileStatus(Path f) throws IOException {
        statistics.incrementReadOps(1);
        return new BatonFileStatus(infoOf(f), makeQualified(f));
    }

    /** All at once; {@link #listStatusIterator} holds a page. */
    @Override
    public FileStatus[] listStatus(Path f) throws IOException {
        FileStatus status = getFileStatus(f);
        return status.isDirectory() ? pages(status).toArray() : new FileStatus[] {status};
    }

    @Override
    public RemoteIterator<FileStatus> listStatusIterator(Path f) throws IOException {
        FileStatus status = getFileStatus(f);
        return status.isDirectory()
                ? pages(status)
                : RemoteIterators.remoteIteratorFromSingleton(status);
    }

    @Override
    protected RemoteIterator<LocatedFileStatus> listLocatedStatus(Path f, PathFilter filter) throws IOException {
        RemoteIterator<FileStatus> accepted = RemoteIterators.filteringRemoteIterator(
                listStatusIterator(f), status -> filter.accept(status.getPath()));
        return RemoteIterators.mappingRemoteIterator(accepted, status -> new LocatedFileStatus(
                status, status.isFile() ? getFileBlockLocations(status, 0, status.getLen()) : null));
    }

    private PagedListing pages(FileStatus directory) throws IOException {
        statistics.incrementLargeReadOps(1);
        return new PagedListing(connected(), pathOf(directory.getPath()), directory.getPath());
    }

    @Override
    public ContentSummary getContentSummary(Path f) throws IOException {
        return new TreeSummary(this).of(f);
    }

    @Override
    public FsStatus getStatus(Path f) throws IOException {
        GroupStatus status = groupStatus();
        return new FsStatus(status.capacityBytes(), status.usedBytes(), status.freeBytes());
    }

    /** There is nothing to wait for: names and status are never cached, and all reads are served by the leader. */
    @Override
    public void msync() throws IOException {
        connected();
    }

    @Override
    protected PathHandle createPathHandle(FileStatus status, Options.HandleOpt... options) {
        throw new UnsupportedOperationException(
                "Baton has no path handles yet: open " + status.getPath() + " by its path");
    }

    /** As the default, which doesn't know that a superuser may do everything. */
    @Override
    public void access(Path f, FsAction mode) throws IOException {
        if (connected().caller().superuser()) {
            infoOf(f);
        } else {
            super.access(f, mode);
        }
    }

    // ---- attributes

    @Override
    public void setPermission(Path f, FsPermission permission) throws IOException {
        set(f, AttributeChange.NONE.withMode(permission.toShort()));
    }

    @Override
    public void setOwner(Path f, String username, String groupname) throws IOException {
        if (username == null && groupname == null) {
            throw new IllegalArgumentException("neither an owner nor a group was given for " + f);
        }
        set(f, AttributeChange.NONE.withOwner(Optional.ofNullable(username), Optional.ofNullable(groupname)));
    }

    @Override
    public void setTimes(Path f, long mtime, long atime) throws IOException {
        set(f, AttributeChange.NONE.withTimes(
                mtime < 0 ? OptionalLong.empty() : OptionalLong.of(mtime),
                atime < 0 ? OptionalLong.empty() : OptionalLong.of(atime)));
    }

    /** Stores the factor, which is an attribute: redundancy is the pool's. False for a directory. */
    @Override
    public boolean setReplication(Path f, short replication) throws IOException {
        if (infoOf(f).isDirectory()) {
            return false;
        }
        set(f, AttributeChange.NONE.withReplication(replication));
        return true;
    }

    private void set(Path f, AttributeChange change) throws IOException {
        statistics.incrementWriteOps(1);
        String path = pathOf(f);
        call(path, Doing.OTHER, c -> {
            c.setAttributes(path, change);
            return null;
        });
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
            case CommonPathCapabilities.FS_APPEND:
            case CommonPathCapabilities.FS_PERMISSIONS:
            case CommonPathCapabilities.LEASE_RECOVERABLE:
                return true;
            case CommonPathCapabilities.FS_CHECKSUMS:
                return config.compositeChecksums();
            default:
                return super.hasPathCapability(qualified, capability);
        }
    }

    // ---- how calls are made

    @FunctionalInterface
    private interface Call<T> {
        T on(BatonClient client) throws IOException;
    }

    private <T> T call(String path, Doing doing, Call<T> call) throws IOException {
        BatonClient connected = connected();
        try {
            return call.on(connected);
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e, doing);
        }
    }

    /** The client, for what this package puts beside the file system's own calls. */
    BatonClient connected() throws IOException {
        BatonClient connected = client;
        if (connected == null) {
            throw new IOException("Filesystem closed: " + uri);
        }
        return connected;
    }

    private FileInfo infoOf(Path f) throws IOException {
        String path = pathOf(f);
        return call(path, Doing.READING, c -> c.status(path))
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

    /** The mode after the umask of this file system's configuration. */
    int masked(FsPermission permission, boolean directory) {
        FsPermission asked = permission != null
                ? permission
                : directory ? FsPermission.getDirDefault() : FsPermission.getFileDefault();
        return asked.applyUMask(FsPermission.getUMask(getConf())).toShort();
    }
}
