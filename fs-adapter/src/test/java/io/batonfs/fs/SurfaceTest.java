package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.HadoopIllegalArgumentException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockStoragePolicySpi;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileRange;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.InvalidPathHandleException;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options.HandleOpt;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathHandle;
import org.apache.hadoop.fs.PathIOException;
import org.apache.hadoop.fs.RawPathHandle;
import org.apache.hadoop.fs.ReadOption;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.AclStatus;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.fs.statistics.IOStatistics;
import org.apache.hadoop.hdfs.protocol.AclException;
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.hadoop.io.ElasticByteBufferPool;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What Hadoop's suites don't ask, on one embedded group; each test works below a directory of its own. */
class SurfaceTest {
    private static final URI ROOT = URI.create("baton:///");

    @TempDir
    static File temporary;

    private static Configuration conf;
    private static BatonFileSystem fs;

    @BeforeAll
    static void open() throws IOException {
        conf = new Configuration();
        conf.set("baton.embedded.dir", new File(temporary, "group").toString());
        conf.set("baton.embedded.device.bytes", Integer.toString(256 << 20));
        conf.set("fs.AbstractFileSystem.baton.impl", Baton.class.getName());
        fs = (BatonFileSystem) FileSystem.newInstance(ROOT, conf);
    }

    @AfterAll
    static void close() throws IOException {
        fs.close();
    }

    // ---- truncate and concat

    @Test
    void truncateRefusesToGrow(TestInfo test) throws IOException {
        Path file = write(path(test, "f"), 100);

        assertThrows(HadoopIllegalArgumentException.class, () -> fs.truncate(file, -1));
        assertThrows(PathIOException.class, () -> fs.truncate(file, 101));
        assertThrows(FileNotFoundException.class, () -> fs.truncate(path(test, "missing"), 0));
        assertThrows(FileNotFoundException.class, () -> fs.truncate(path(test, ""), 0));
        assertEquals(100, fs.getFileStatus(file).getLen());
        byte[] before = read(file);
        assertTrue(fs.truncate(file, 33));
        assertArrayEquals(Arrays.copyOf(before, 33), read(file));
    }

    @Test
    void concatJoinsInOrderAndOnlyOnce(TestInfo test) throws IOException {
        Path target = write(path(test, "target"), 10);
        Path a = write(path(test, "a"), 5000);
        Path b = write(path(test, "b"), 3);
        byte[] whole = join(read(target), read(b), read(a));

        assertThrows(IOException.class, () -> fs.concat(target, new Path[] {a, a}));
        assertThrows(IOException.class, () -> fs.concat(target, new Path[] {target}));
        assertThrows(IOException.class, () -> fs.concat(target, new Path[0]));
        fs.concat(target, new Path[] {b, a});

        assertArrayEquals(whole, read(target));
        assertFalse(fs.exists(a) || fs.exists(b));
    }

    // ---- access control lists

    @Test
    void anAclShowsInStatusAndDecides(TestInfo test) throws Exception {
        Path directory = path(test, "d");
        fs.mkdirs(directory);
        fs.setPermission(directory, new FsPermission((short) 0700));
        UserGroupInformation diana = UserGroupInformation.createUserForTesting("diana", new String[] {"staff"});
        try (FileSystem hers = diana.doAs((PrivilegedExceptionAction<FileSystem>) () ->
                FileSystem.newInstance(ROOT, conf))) {
            assertThrows(AccessControlException.class, () -> hers.access(directory, FsAction.READ));
            fs.modifyAclEntries(directory, AclEntry.parseAclSpec("user:diana:rwx,mask::r-x", true));
            hers.access(directory, FsAction.READ_EXECUTE);
            assertThrows(AccessControlException.class, () -> hers.access(directory, FsAction.WRITE));
            assertThrows(AccessControlException.class, () -> hers.removeAcl(directory));
        }

        FileStatus status = fs.getFileStatus(directory);
        assertTrue(status.hasAcl());
        assertEquals((short) 010750, extended(status));
        AclStatus acl = fs.getAclStatus(directory);
        AclEntry diana7 = acl.getEntries().get(0);
        assertEquals(FsAction.ALL, diana7.getPermission());
        assertEquals(FsAction.READ_EXECUTE, acl.getEffectivePermission(diana7));
        fs.removeAcl(directory);
        assertFalse(fs.getFileStatus(directory).hasAcl());
    }

    @Test
    void aDefaultAclTakesThePlaceOfTheUmask(TestInfo test) throws IOException {
        Path directory = path(test, "d");
        fs.mkdirs(directory);
        fs.modifyAclEntries(directory, AclEntry.parseAclSpec("default:group:staff:rw-", true));
        FileContext context = FileContext.getFileContext(ROOT, conf);
        context.setUMask(new FsPermission((short) 077));

        fs.create(new Path(directory, "by-file-system")).close();
        context.create(new Path(directory, "by-file-context"), EnumSet.of(CreateFlag.CREATE)).close();
        context.create(path(test, "elsewhere"), EnumSet.of(CreateFlag.CREATE)).close();

        assertEquals(0664, modeOf(new Path(directory, "by-file-system")));
        assertEquals(0664, modeOf(new Path(directory, "by-file-context")));
        assertEquals(0600, modeOf(path(test, "elsewhere")));
    }

    @Test
    void anAclThatCannotBeIsHdfssException(TestInfo test) throws IOException {
        Path file = write(path(test, "f"), 1);

        assertThrows(AclException.class,
                () -> fs.setAcl(file, AclEntry.parseAclSpec("user::rwx,group::r-x,other::r-x,default:user:foo:rwx", true)));
        assertThrows(FileNotFoundException.class, () -> fs.getAclStatus(path(test, "missing")));
    }

    // ---- extended attributes

    @Test
    void attributesSpeakAsHdfsDoes(TestInfo test) throws IOException {
        Path file = write(path(test, "f"), 1);
        fs.setXAttr(file, "USER.origin", new byte[] {1, 2});
        fs.setXAttr(file, "user.empty", null);

        assertArrayEquals(new byte[] {1, 2}, fs.getXAttr(file, "user.origin"));
        assertArrayEquals(new byte[0], fs.getXAttrs(file, List.of("User.empty")).get("user.empty"));
        assertEquals(List.of("user.empty", "user.origin"), fs.listXAttrs(file).stream().sorted().toList());
        assertSays(IOException.class, "XAttr: user.origin already exists. The REPLACE flag must be specified.",
                () -> fs.setXAttr(file, "user.origin", new byte[0], EnumSet.of(XAttrSetFlag.CREATE)));
        assertSays(IOException.class, "XAttr: user.x does not exist. The CREATE flag must be specified.",
                () -> fs.setXAttr(file, "user.x", new byte[0], EnumSet.of(XAttrSetFlag.REPLACE)));
        assertSays(IOException.class, "At least one of the attributes provided was not found.",
                () -> fs.getXAttr(file, "user.x"));
        assertSays(IOException.class, "No matching attributes found for remove operation",
                () -> fs.removeXAttr(file, "user.x"));
        assertSays(HadoopIllegalArgumentException.class, "followed by a '.'", () -> fs.getXAttr(file, "a"));
        assertSays(HadoopIllegalArgumentException.class, "XAttr name cannot be empty.", () -> fs.getXAttr(file, "user."));
        assertSays(HadoopIllegalArgumentException.class, "A flag must be specified.",
                () -> fs.setXAttr(file, "user.x", null, EnumSet.noneOf(XAttrSetFlag.class)));
        assertSays(FileNotFoundException.class, "cannot find", () -> fs.getXAttrs(path(test, "missing")));
    }

    // ---- storage policies

    @Test
    void policiesAreThoseOfTheGroup(TestInfo test) throws IOException {
        Path directory = path(test, "d");
        fs.mkdirs(directory);
        Collection<BlockStoragePolicySpi> all = fs.getAllStoragePolicies();
        String usual = fs.getStoragePolicy(directory).getName();
        String other = all.stream().map(BlockStoragePolicySpi::getName).filter(name -> !name.equals(usual)).findFirst()
                .orElseThrow();

        fs.setStoragePolicy(directory, other);
        Path file = write(new Path(directory, "f"), 1);

        assertEquals(other, fs.getStoragePolicy(file).getName());
        fs.unsetStoragePolicy(directory);
        assertEquals(usual, fs.getStoragePolicy(file).getName());
        assertSays(PathIOException.class, "Cannot find a block policy with the name NONE SUCH",
                () -> fs.setStoragePolicy(directory, "NONE SUCH"));
        assertSays(PathIOException.class, "choose one of [CAPACITY, FAST, ",
                () -> fs.setStoragePolicy(directory, "NONE SUCH"));
        assertThrows(FileNotFoundException.class, () -> fs.getStoragePolicy(path(test, "missing")));
    }

    /** Programs ask for HDFS's by name and look whether they have got them. */
    @Test
    void everyPolicyOfHdfsCanBeAskedForAndIsTold(TestInfo test) throws IOException {
        List<String> there = fs.getAllStoragePolicies().stream().map(BlockStoragePolicySpi::getName).toList();
        for (HdfsConstants.StoragePolicy policy : HdfsConstants.StoragePolicy.values()) {
            Path directory = path(test, policy.name());
            fs.mkdirs(directory);
            fs.setStoragePolicy(directory, policy.name().toLowerCase(Locale.ROOT));
            assertTrue(there.contains(policy.name()), policy.name());
            assertEquals(policy.name(), fs.getStoragePolicy(write(new Path(directory, "f"), 1)).getName());
        }
    }

    // ---- path handles

    @Test
    void aHandleFollowsItsFileThroughRenamesOfDirectories(TestInfo test) throws IOException {
        Path file = write(path(test, "a/b/f"), 77);
        PathHandle handle = fs.getPathHandle(fs.getFileStatus(file), HandleOpt.reference());
        fs.rename(path(test, "a"), path(test, "z"));
        write(path(test, "a/b/f"), 5);
        fs.rename(path(test, "z/b/f"), path(test, "z/g"));

        try (FSDataInputStream in = fs.open(new RawPathHandle(handle.bytes()))) {
            assertEquals(77, in.readAllBytes().length);
        }
        fs.delete(path(test, "z"), true);
        assertThrows(InvalidPathHandleException.class, () -> fs.open(handle));
    }

    @Test
    void anExactHandleNeverGivesOtherBytes(TestInfo test) throws Exception {
        Path file = write(path(test, "f"), 1000);
        PathHandle handle = fs.getPathHandle(fs.getFileStatus(file), HandleOpt.exact());
        byte[] expected = read(file);
        CountDownLatch begun = new CountDownLatch(1);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<?> replacing = other.submit(() -> {
                begun.countDown();
                for (int i = 0; i < 20; i++) {
                    write(file, 1000 + i);
                }
                return null;
            });
            begun.await();
            boolean refused = false;
            while (!refused) {
                try (FSDataInputStream in = fs.open(handle)) {
                    assertArrayEquals(expected, in.readAllBytes());
                } catch (InvalidPathHandleException e) {
                    refused = true;
                }
            }
            replacing.get();
        } finally {
            other.shutdown();
        }
        assertThrows(InvalidPathHandleException.class, () -> fs.open(handle));
    }

    @Test
    void aHandleFollowsAFileThatACloneBroughtIn(TestInfo test) throws IOException {
        write(path(test, "a/f"), 40);
        fs.cloneTree(path(test, "a"), path(test, "b"));
        PathHandle handle = fs.getPathHandle(fs.getFileStatus(path(test, "b/f")), HandleOpt.reference());
        fs.append(path(test, "a/f")).close();
        write(path(test, "a/f"), 9);
        fs.rename(path(test, "b/f"), path(test, "b/g"));

        try (FSDataInputStream in = fs.open(handle)) {
            assertEquals(40, in.readAllBytes().length);
        }
    }

    @Test
    void hostileHandlesAreRefused(TestInfo test) throws IOException {
        byte[] good = fs.getPathHandle(fs.getFileStatus(write(path(test, "f"), 1)), HandleOpt.path()).toByteArray();
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(2 * good.length) : good.length);
            if (bad.length > 0) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
            }
            assertThrows(InvalidPathHandleException.class,
                    () -> fs.open(new RawPathHandle(ByteBuffer.wrap(bad))), "seed " + seed);
        }
        assertThrows(IllegalArgumentException.class, () -> fs.getPathHandle(fs.getFileStatus(path(test, ""))));
        assertThrows(IllegalArgumentException.class, () -> fs.getPathHandle(new FileStatus()));
    }

    // ---- builders and flags

    @Test
    void flagsSayWhatMayBeThere(TestInfo test) throws IOException {
        Path file = path(test, "d/f");
        FsPermission usual = FsPermission.getFileDefault();

        assertThrows(FileNotFoundException.class, () -> create(file, usual, EnumSet.of(CreateFlag.OVERWRITE)));
        assertThrows(FileNotFoundException.class, () -> create(file, usual, EnumSet.of(CreateFlag.APPEND)));
        assertThrows(HadoopIllegalArgumentException.class,
                () -> create(file, usual, EnumSet.of(CreateFlag.APPEND, CreateFlag.OVERWRITE)));
        assertThrows(HadoopIllegalArgumentException.class,
                () -> create(file, usual, EnumSet.noneOf(CreateFlag.class)));
        create(file, usual, EnumSet.of(CreateFlag.CREATE, CreateFlag.SYNC_BLOCK, CreateFlag.NO_LOCAL_WRITE));
        assertThrows(IOException.class, () -> create(file, usual, EnumSet.of(CreateFlag.CREATE)));
        create(file, usual, EnumSet.of(CreateFlag.CREATE, CreateFlag.APPEND));

        assertEquals(2, fs.getFileStatus(file).getLen());
        assertThrows(FileNotFoundException.class, () -> fs.createNonRecursive(path(test, "no/f"), usual,
                EnumSet.of(CreateFlag.OVERWRITE), 4096, (short) 1, 1 << 20, null));
        assertThrows(HadoopIllegalArgumentException.class, () -> fs.createNonRecursive(file, usual,
                EnumSet.of(CreateFlag.OVERWRITE, CreateFlag.APPEND), 4096, (short) 1, 1 << 20, null));
    }

    private void create(Path file, FsPermission permission, EnumSet<CreateFlag> flags) throws IOException {
        try (FSDataOutputStream out = fs.create(file, permission, flags, 4096, (short) 1, 1 << 20, null, null)) {
            out.write(1);
        }
    }

    @Test
    @SuppressWarnings({"rawtypes", "unchecked"}) // as Hadoop's builders are declared
    void buildersRefuseWhatTheyMustDoAndCannot(TestInfo test) throws Exception {
        Path file = path(test, "d/f");

        assertThrows(IllegalArgumentException.class,
                () -> ((FSDataOutputStreamBuilder) fs.createFile(file).must("fs.baton.no.such.option", "x")).build());
        FSDataOutputStreamBuilder making = fs.createFile(file).recursive();
        making.permission(new FsPermission((short) 0600));
        making.opt("fs.baton.no.such.option", "x");
        making.build().close();
        assertEquals(0600, modeOf(file));
        try (FSDataOutputStream out = fs.appendFile(file).build()) {
            out.write(5);
        }
        assertThrows(IllegalArgumentException.class,
                () -> fs.openFile(file).must("fs.baton.no.such.option", "x").build());
        try (FSDataInputStream in = fs.openFile(file).withFileStatus(fs.getFileStatus(file))
                .must("fs.option.openfile.read.policy", "random").build().get()) {
            assertEquals(5, in.read());
        }
    }

    // ---- streams

    @Test
    void readsIntoPooledBuffers(TestInfo test) throws IOException {
        Path file = write(path(test, "f"), 10_000);
        ElasticByteBufferPool pool = new ElasticByteBufferPool();
        byte[] expected = read(file);
        byte[] got = new byte[0];
        try (FSDataInputStream in = fs.open(file)) {
            in.setReadahead(1L << 20);
            in.setDropBehind(true);
            for (ByteBuffer part; (part = in.read(pool, 3000, EnumSet.noneOf(ReadOption.class))) != null;) {
                byte[] bytes = new byte[part.remaining()];
                part.duplicate().get(bytes);
                got = join(got, bytes);
                in.releaseBuffer(part);
            }
        }
        assertArrayEquals(expected, got);
    }

    @Test
    void aVectoredReadFailsRangeByRange(TestInfo test) throws Exception {
        Path file = write(path(test, "f"), 3_000_000);
        byte[] bytes = read(file);
        List<FileRange> ranges = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            ranges.add(FileRange.createFileRange(i * 70_000L, i % 4 == 0 ? 70_000 : 10 + i));
        }
        FileRange past = FileRange.createFileRange(2_999_990, 11);
        ranges.add(past);
        ranges.add(FileRange.createFileRange(2_999_989, 0));
        Collections.shuffle(ranges, new Random(3));
        List<ByteBuffer> released = new ArrayList<>();
        try (FSDataInputStream in = fs.open(file)) {
            // Of a pool whose buffers are larger than asked, and begin anywhere.
            in.readVectored(ranges, length -> ByteBuffer.allocate(length + 9).position(5), released::add);
            for (FileRange range : ranges) {
                if (range != past) {
                    ByteBuffer data = range.getData().get();
                    assertEquals(range.getLength(), data.remaining());
                    byte[] got = new byte[data.remaining()];
                    data.get(got);
                    assertArrayEquals(Arrays.copyOfRange(bytes, (int) range.getOffset(),
                            (int) range.getOffset() + range.getLength()), got);
                }
            }
            assertEquals(bytes[0], in.readByte());
        }
        ExecutionException failed = assertThrows(ExecutionException.class, past.getData()::get);
        assertEquals(EOFException.class, failed.getCause().getClass());
        assertEquals(List.of(), released, "no buffer was taken for what is past the end");
    }

    @Test
    void aVectoredReadThatCannotBeginLeavesNoBuffer(TestInfo test) throws Exception {
        Path file = write(path(test, "f"), 1000);
        List<FileRange> ranges = List.of(
                FileRange.createFileRange(0, 10),
                FileRange.createFileRange(100, 10),
                FileRange.createFileRange(200, 10));
        List<ByteBuffer> given = new ArrayList<>();
        List<ByteBuffer> released = new ArrayList<>();
        try (FSDataInputStream in = fs.open(file)) {
            assertThrows(IllegalStateException.class, () -> in.readVectored(ranges, length -> {
                if (given.size() == 2) {
                    throw new IllegalStateException("no memory left");
                }
                given.add(ByteBuffer.allocate(length));
                return given.get(given.size() - 1);
            }, released::add));
            assertEquals(given, released);
            assertEquals(2, released.size());
            ranges.forEach(range -> assertTrue(range.getData().isCompletedExceptionally()));
            assertThrows(IllegalArgumentException.class, () -> in.readVectored(List.of(
                    FileRange.createFileRange(0, 10), FileRange.createFileRange(9, 10)), ByteBuffer::allocate));
            assertThrows(IllegalArgumentException.class, () -> in.setReadahead(-1L));
        }
        FSDataInputStream closed = fs.open(file);
        closed.close();
        assertThrows(IOException.class, () -> closed.readVectored(ranges, ByteBuffer::allocate));
    }

    @Test
    void accessTimesAreStoredAndNotKeptUp(TestInfo test) throws IOException {
        Path file = write(path(test, "f"), 10);
        fs.setTimes(file, -1, 1_000_000);
        read(file);

        assertEquals(1_000_000, fs.getFileStatus(file).getAccessTime());
        assertThrows(FileNotFoundException.class, () -> fs.setTimes(path(test, "missing"), 1, 1));
    }

    // ---- figures and users

    @Test
    void operationsAreCounted(TestInfo test) throws IOException {
        IOStatistics counts = fs.getIOStatistics();
        long creates = counts.counters().get("op_create");
        long acls = counts.counters().get("op_get_acl_status");
        Path file = write(path(test, "f"), 10);
        fs.getAclStatus(file);

        assertEquals(creates + 1, counts.counters().get("op_create"));
        assertEquals(acls + 1, counts.counters().get("op_get_acl_status"));
        assertTrue(BatonStorageStatistics.ofProcess().getLong("op_create") >= creates + 1);
        assertTrue(BatonStorageStatistics.ofProcess().isTracked("op_rename"));
    }

    @Test
    void aLocatedListingShowsWhatMayNotBeRead(TestInfo test) throws Exception {
        Path directory = path(test, "d");
        Path secret = write(new Path(directory, "secret"), 5000);
        fs.setPermission(secret, FsPermission.createImmutable((short) 0600));
        UserGroupInformation bob = UserGroupInformation.createUserForTesting("bob", new String[] {"others"});
        try (FileSystem his = bob.doAs((PrivilegedExceptionAction<FileSystem>) () ->
                FileSystem.newInstance(ROOT, conf))) {
            LocatedFileStatus seen = his.listLocatedStatus(directory).next();
            assertEquals(5000, seen.getLen());
            assertEquals(1, seen.getBlockLocations().length);
            assertEquals(0, seen.getBlockLocations()[0].getHosts().length);
            assertThrows(AccessControlException.class, () -> his.getFileBlockLocations(secret, 0, 1));
            RemoteIterator<LocatedFileStatus> before = fs.listLocatedStatus(directory);
            fs.delete(secret, false);
            assertEquals(0, before.next().getBlockLocations()[0].getHosts().length);
        }
    }

    @Test
    void aFileThatIsWrittenSaysSoAsInHdfs(TestInfo test) throws Exception {
        Path file = path(test, "f");
        try (FSDataOutputStream out = fs.create(file)) {
            out.write(1);
            assertThrows(AlreadyBeingCreatedException.class, () -> fs.append(file));
            assertThrows(AlreadyBeingCreatedException.class, () -> fs.truncate(file, 0));
        }
    }

    @Test
    void aProxyUserIsWhoHeStandsFor(TestInfo test) throws Exception {
        Path home = path(test, "carol");
        fs.mkdirs(home);
        fs.setOwner(home, "carol", "staff");
        UserGroupInformation carol = UserGroupInformation.createProxyUser("carol", UserGroupInformation.getLoginUser());
        try (FileSystem hers = carol.doAs((PrivilegedExceptionAction<FileSystem>) () ->
                FileSystem.newInstance(ROOT, conf))) {
            hers.create(new Path(home, "f")).close();
            assertThrows(AccessControlException.class, () -> hers.setOwner(home, "dave", null));
        }
        assertEquals("carol", fs.getFileStatus(new Path(home, "f")).getOwner());
    }

    @Test
    void theTrashIsAUsersOwn() {
        Path home = fs.getHomeDirectory();

        assertEquals(new Path(home, ".Trash"), fs.getTrashRoot(new Path("/a/b")));
    }

    @FunctionalInterface
    private interface Call {
        void make() throws IOException;
    }

    private static void assertSays(Class<? extends Exception> thrown, String text, Call call) {
        String message = assertThrows(thrown, call::make).getMessage();
        assertTrue(message.contains(text), message);
    }

    private static Path path(TestInfo test, String below) {
        String directory = "/" + test.getTestMethod().orElseThrow().getName();
        return new Path(below.isEmpty() ? directory : directory + "/" + below);
    }

    private static Path write(Path file, int length) throws IOException {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        try (FSDataOutputStream out = fs.create(file, true)) {
            out.write(bytes);
        }
        return file;
    }

    private static byte[] read(Path file) throws IOException {
        try (FSDataInputStream in = fs.open(file)) {
            return in.readAllBytes();
        }
    }

    private static byte[] join(byte[]... parts) {
        ByteBuffer whole = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
        Arrays.stream(parts).forEach(whole::put);
        return whole.array();
    }

    private static int modeOf(Path path) throws IOException {
        return fs.getFileStatus(path).getPermission().toShort();
    }

    @SuppressWarnings("deprecation") // some tools still look here for the ACL bit
    private static short extended(FileStatus status) {
        return status.getPermission().toExtendedShort();
    }
}
