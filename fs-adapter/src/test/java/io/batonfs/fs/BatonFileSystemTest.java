package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.model.Caller;
import io.batonfs.model.FileId;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.PrivilegedExceptionAction;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.ContentSummary;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobalStorageStatistics;
import org.apache.hadoop.fs.InvalidPathException;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.fs.StorageStatistics;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What Hadoop's suites don't ask. */
class BatonFileSystemTest {
    private static final URI ROOT = URI.create("baton:///");

    private final InMemoryGroup group = new InMemoryGroup();
    private AutoCloseable installed;
    private Configuration conf;
    private BatonFileSystem fs;

    @BeforeEach
    void open() throws Exception {
        installed = group.install();
        conf = new Configuration();
        conf.set("dfs.checksum.combine.mode", "COMPOSITE_CRC");
        fs = (BatonFileSystem) FileSystem.newInstance(ROOT, conf);
    }

    @AfterEach
    void close() throws Exception {
        fs.close();
        installed.close();
    }

    // ---- checksums

    @Test
    void theChecksumIsTheCrc32cOfTheWholeFileBigEndian() throws IOException {
        byte[] bytes = write("/f", 100_000);
        CRC32C crc = new CRC32C();
        crc.update(bytes);

        FileChecksum checksum = fs.getFileChecksum(new Path("/f"));

        assertEquals("COMPOSITE-CRC32C", checksum.getAlgorithmName());
        assertArrayEquals(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array(), checksum.getBytes());
    }

    @Test
    void theChecksumOfAPrefixIsThatOfAFileWithJustThat() throws IOException {
        byte[] bytes = write("/f", 100_000);
        try (FSDataOutputStream out = fs.create(new Path("/prefix"))) {
            out.write(bytes, 0, 777);
        }

        assertEquals(fs.getFileChecksum(new Path("/prefix")), fs.getFileChecksum(new Path("/f"), 777));
        assertNotEquals(fs.getFileChecksum(new Path("/f")), fs.getFileChecksum(new Path("/f"), 777));
    }

    @Test
    void theChecksumOfNothingIsWhatHdfsAnswers() throws IOException {
        write("/empty", 0);
        write("/f", 10);

        FileChecksum checksum = fs.getFileChecksum(new Path("/empty"));

        assertEquals("MD5-of-0MD5-of-0CRC32", checksum.getAlgorithmName());
        assertEquals("MD5-of-0MD5-of-0CRC32:70bc8f4b72a86921468bf8e8441dce51", checksum.toString());
        assertEquals(checksum, fs.getFileChecksum(new Path("/f"), 0));
    }

    @Test
    void inAnotherCombineModeThereIsNoChecksum() throws IOException {
        write("/f", 10);
        conf.unset("dfs.checksum.combine.mode");
        try (FileSystem plain = FileSystem.newInstance(ROOT, conf)) {
            assertNull(plain.getFileChecksum(new Path("/f")));
            assertThrows(FileNotFoundException.class, () -> plain.getFileChecksum(new Path("/missing")));
            assertFalse(plain.hasPathCapability(new Path("/"), CommonPathCapabilities.FS_CHECKSUMS));
        }
    }

    @Test
    void aDirectoryHasNoChecksum() throws IOException {
        fs.mkdirs(new Path("/d"));

        assertThrows(FileNotFoundException.class, () -> fs.getFileChecksum(new Path("/d")));
        assertThrows(FileNotFoundException.class, () -> fs.getFileChecksum(new Path("/missing")));
    }

    // ---- streams

    @Test
    void readsInEveryWayGiveTheSameBytes() throws IOException {
        byte[] bytes = write("/f", 50_000);
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        try (FSDataInputStream in = fs.open(new Path("/f"))) {
            int position = 0;
            for (int i = 0; i < 2000; i++) {
                if (random.nextInt(4) == 0) {
                    position = random.nextInt(bytes.length + 1);
                    in.seek(position);
                }
                int length = 1 + random.nextInt(random.nextBoolean() ? 20 : 9000);
                byte[] read = new byte[length];
                int count = readOnce(in, random.nextInt(4), position, read);
                if (position == bytes.length) {
                    assertEquals(-1, count, "seed " + seed);
                    continue;
                }
                assertTrue(count > 0, "seed " + seed);
                for (int b = 0; b < count; b++) {
                    assertEquals(bytes[position + b], read[b], "seed " + seed);
                }
                position = (int) in.getPos();
            }
        }
    }

    private static int readOnce(FSDataInputStream in, int way, long position, byte[] into) throws IOException {
        switch (way) {
            case 0:
                return in.read(into);
            case 1:
                return in.read(ByteBuffer.wrap(into));
            case 2:
                return in.read(position, into, 0, into.length);
            default:
                ByteBuffer direct = ByteBuffer.allocateDirect(into.length);
                int count = in.read(position, direct);
                direct.flip().get(into, 0, direct.limit());
                return count;
        }
    }

    @Test
    void readingFullyPastTheEndSaysSo() throws IOException {
        write("/f", 100);
        try (FSDataInputStream in = fs.open(new Path("/f"))) {
            assertThrows(EOFException.class, () -> in.readFully(50, new byte[51]));
            assertThrows(EOFException.class, () -> in.readFully(50, ByteBuffer.allocate(51)));
            ByteBuffer all = ByteBuffer.allocate(100);
            in.readFully(0, all);
            assertFalse(all.hasRemaining());
        }
    }

    @Test
    void aFileThatIsBeingWrittenCanBeReadAsFarAsItWasFlushed() throws IOException {
        try (FSDataOutputStream out = fs.create(new Path("/f"))) {
            out.write(new byte[100]);
            out.hflush();
            try (FSDataInputStream in = fs.open(new Path("/f"))) {
                assertEquals(100, in.readAllBytes().length);
                out.write(new byte[50]);
                out.hsync();
                in.seek(149);
                assertEquals(0, in.read());
                assertEquals(-1, in.read());
            }
            assertFalse(fs.isFileClosed(new Path("/f")));
        }
        assertTrue(fs.isFileClosed(new Path("/f")));
    }

    @Test
    void streamsSayWhatTheyCan() throws IOException {
        try (FSDataOutputStream out = fs.create(new Path("/f"))) {
            assertTrue(out.hasCapability("hflush"));
            assertTrue(out.hasCapability(StreamCapabilities.HSYNC));
            assertFalse(out.hasCapability(StreamCapabilities.DROPBEHIND));
        }
        try (FSDataInputStream in = fs.open(new Path("/f"))) {
            assertTrue(in.hasCapability(StreamCapabilities.READBYTEBUFFER));
            assertTrue(in.hasCapability(StreamCapabilities.PREADBYTEBUFFER));
            assertTrue(in.hasCapability(StreamCapabilities.UNBUFFER));
            assertTrue(in.hasCapability(StreamCapabilities.VECTOREDIO));
            assertTrue(in.hasCapability(StreamCapabilities.READAHEAD));
            assertFalse(in.hasCapability(StreamCapabilities.DROPBEHIND));
        }
    }

    @Test
    void aClosedStreamRefusesToWrite() throws IOException {
        FSDataOutputStream out = fs.create(new Path("/f"));
        out.close();
        out.close();

        assertThrows(IOException.class, () -> out.write(1));
        assertThrows(IOException.class, out::hflush);
    }

    // ---- making files

    @Test
    void theUmaskIsApplied() throws IOException {
        conf.set("fs.permissions.umask-mode", "027");
        try (FileSystem masked = FileSystem.newInstance(ROOT, conf)) {
            masked.create(new Path("/f")).close();
            masked.mkdirs(new Path("/d"));
            masked.createNonRecursive(new Path("/g"), new FsPermission((short) 0777), EnumSet.of(CreateFlag.CREATE),
                    4096, (short) 1, 1 << 20, null).close();
        }

        assertEquals(0640, modeOf("/f"));
        assertEquals(0750, modeOf("/d"));
        assertEquals(0750, modeOf("/g"));
    }

    @Test
    void createNonRecursiveNeedsTheParent() {
        assertThrows(FileNotFoundException.class, () -> fs.createNonRecursive(new Path("/no/f"), true, 4096, (short) 1,
                1 << 20, null));
    }

    @Test
    void storesBlockSizeAndReplication() throws IOException {
        fs.create(new Path("/f"), true, 4096, (short) 3, 1 << 20).close();
        assertEquals(1 << 20, fs.getFileStatus(new Path("/f")).getBlockSize());
        assertEquals(3, fs.getFileStatus(new Path("/f")).getReplication());

        // What job submission does with its staging files.
        assertTrue(fs.setReplication(new Path("/f"), (short) 10));
        assertEquals(10, fs.getFileStatus(new Path("/f")).getReplication());
        assertFalse(fs.setReplication(new Path("/"), (short) 10));
        assertFalse(fs.setReplication(new Path("/missing"), (short) 10));
    }

    @Test
    void thePortOfAUriMayBeLeftOut() throws IOException {
        try (BatonFileSystem without = (BatonFileSystem) FileSystem.newInstance(URI.create("baton://host/"), conf);
                BatonFileSystem with = (BatonFileSystem) FileSystem.newInstance(URI.create("baton://host:8770/"), conf);
                BatonFileSystem other =
                        (BatonFileSystem) FileSystem.newInstance(URI.create("baton://host:8771/"), conf)) {
            without.mkdirs(new Path("baton://host:8770/d"));
            with.mkdirs(new Path("baton://host/d"));
            assertTrue(without.isOfSameGroup(with));
            assertFalse(without.isOfSameGroup(other));
            assertThrows(IllegalArgumentException.class, () -> other.mkdirs(new Path("baton://host/d")));
        }
        assertTrue(fs.isOfSameGroup(fs));
    }

    @Test
    void defaultsComeFromTheConfiguration() throws IOException {
        conf.set("fs.baton.block.size", "64m");
        conf.set("fs.baton.replication", "2");
        try (FileSystem configured = FileSystem.newInstance(ROOT, conf)) {
            assertEquals(64 << 20, configured.getDefaultBlockSize(new Path("/")));
            assertEquals(2, configured.getServerDefaults(new Path("/")).getReplication());
        }
        conf.set("fs.baton.replication", "0");
        assertThrows(IllegalArgumentException.class, () -> FileSystem.newInstance(ROOT, conf));
    }

    // ---- names

    @Test
    void renameWithOptionsReplacesOnlyWhenToldTo() throws IOException {
        byte[] moved = write("/a", 10);
        write("/b", 20);

        assertThrows(FileAlreadyExistsException.class, () -> rename("/a", "/b"));
        assertThrows(FileAlreadyExistsException.class, () -> rename("/a", "/a"));
        assertThrows(FileNotFoundException.class, () -> rename("/missing", "/c"));
        rename("/a", "/b", Options.Rename.OVERWRITE);

        assertArrayEquals(moved, read("/b"));
        assertFalse(fs.exists(new Path("/a")));
    }

    @Test
    void renameGoesIntoADirectoryAndNeverBelowItself() throws IOException {
        write("/a", 10);
        fs.mkdirs(new Path("/d/e"));

        assertTrue(fs.rename(new Path("/a"), new Path("/d")));
        assertTrue(fs.exists(new Path("/d/a")));
        assertTrue(fs.rename(new Path("/d/a"), new Path("/d/a")));
        assertFalse(fs.rename(new Path("/d"), new Path("/d/e")));
        assertFalse(fs.rename(new Path("/d"), new Path("/d")));
        assertFalse(fs.rename(new Path("/"), new Path("/x")));
        assertFalse(fs.rename(new Path("/missing"), new Path("/x")));
        assertFalse(fs.rename(new Path("/d/a"), new Path("/no/parent")));
        assertTrue(fs.rename(new Path("/d/a"), new Path("/")));
        assertTrue(fs.exists(new Path("/a")));
    }

    @Test
    void theRootStays() throws IOException {
        fs.mkdirs(new Path("/d"));

        assertThrows(PathIsNotEmptyDirectoryException.class, () -> fs.delete(new Path("/"), false));
        assertFalse(fs.delete(new Path("/"), true));
        assertTrue(fs.exists(new Path("/d")));
    }

    @Test
    void clonesATree() throws Exception {
        write("/t/a/f", 10);
        FileStatus clone = fs.cloneTree(new Path("/t"), new Path("/u"));
        write("/u/a/g", 10);

        assertTrue(clone.isDirectory());
        assertEquals(fs.makeQualified(new Path("/u")), clone.getPath());
        assertArrayEquals(read("/t/a/f"), read("/u/a/f"));
        assertFalse(fs.exists(new Path("/t/a/g")));
        assertThrows(FileAlreadyExistsException.class, () -> fs.cloneTree(new Path("/t"), new Path("/u")));
        fs.cloneTree(new Path("/t"), new Path("/u"), true);
        assertFalse(fs.exists(new Path("/u/a/g")));
        assertThrows(FileNotFoundException.class, () -> fs.cloneTree(new Path("/missing"), new Path("/v")));
    }

    @Test
    void copiesByTokenWhatIsStillTheSameFile() throws IOException {
        byte[] bytes = write("/f", 1000);
        FileId id = ((BatonFileStatus) fs.getFileStatus(new Path("/f"))).fileId();
        BatonFileStatus copy = fs.copyByToken(new Path("/f"), Optional.of(id), 10, 90, new Path("/new/copy"),
                FsPermission.getFileDefault(), (short) 1, 1 << 20);
        assertEquals(90, copy.getLen());
        assertArrayEquals(java.util.Arrays.copyOfRange(bytes, 10, 100), read("/new/copy"));

        write("/f", 1000);
        assertThrows(IOException.class, () -> fs.copyByToken(new Path("/f"), Optional.of(id), 0, -1, new Path("/new/copy"),
                FsPermission.getFileDefault(), (short) 1, 1 << 20));
        assertEquals(90, fs.getFileStatus(new Path("/new/copy")).getLen());
    }

    @Test
    void aRefusedCopyNamesWhatIsInTheWay() throws IOException {
        write("/f", 10);
        fs.mkdirs(new Path("/dir"));

        assertTrue(assertThrows(FileAlreadyExistsException.class, () -> copy("/f", "/dir")).getMessage().contains("/dir"));
        assertTrue(assertThrows(FileNotFoundException.class, () -> copy("/missing", "/g")).getMessage().contains("/missing"));
        assertThrows(ParentNotDirectoryException.class, () -> copy("/f", "/f/below"));
    }

    private void copy(String source, String destination) throws IOException {
        fs.copyByToken(new Path(source), Optional.empty(), 0, -1, new Path(destination), FsPermission.getFileDefault(),
                (short) 1, 1 << 20);
    }

    // ---- names that Hadoop can't handle

    @Test
    void nothingIsMadeUnderANameWithAColon() throws IOException {
        Path colon = new Path("/d/a:b");
        write("/d/f", 10);

        for (Executable making : List.<Executable>of(
                () -> fs.create(colon), () -> fs.mkdirs(colon), () -> fs.mkdirs(new Path(colon, "below")),
                () -> fs.rename(new Path("/d/f"), colon), () -> fs.cloneTree(new Path("/d/f"), colon),
                () -> copy("/d/f", "/d/a:b"))) {
            String message = assertThrows(InvalidPathException.class, making).getMessage();
            assertTrue(message.contains("/d/a:b") && message.contains("colon"), message);
        }
        assertEquals(1, fs.listStatus(new Path("/d")).length);
    }

    @Test
    void aNameWithAColonThatOthersMadeDoesNotHideItsDirectory() throws IOException {
        try (BatonClient client = group.clientFor(new Caller("root", List.of(), true))) {
            client.mkdirs("/d/a:b", 0755, true);
            client.mkdirs("/x:y", 0755, true);
        }
        write("/d/f", 10);

        assertEquals(2, fs.listStatus(new Path("/d")).length);
        assertEquals("/d/a:b", fs.listStatus(new Path("/d"))[0].getPath().toUri().getPath());
        assertEquals(2, fs.listStatus(new Path("/")).length);
        assertEquals(10, fs.getContentSummary(new Path("/")).getLength());
        fs.rename(new Path("/d/a:b"), new Path("/d/ab"));
        fs.delete(new Path("/x:y"), false);
        assertEquals(1, fs.listStatus(new Path("/")).length);
    }

    // ---- listing and looking

    @Test
    void listsLargeDirectoriesByPages() throws IOException {
        int entries = 2 * PagedListing.PAGE_ENTRIES + 1;
        for (int i = 0; i < entries; i++) {
            write("/d/" + i, 0);
        }
        RemoteIterator<FileStatus> statuses = fs.listStatusIterator(new Path("/d"));
        RemoteIterator<LocatedFileStatus> located = fs.listLocatedStatus(new Path("/d"));
        int seen = 0;
        while (statuses.hasNext()) {
            assertEquals(statuses.next(), located.next());
            seen++;
        }
        assertEquals(entries, seen);
        assertFalse(located.hasNext());
        assertEquals(entries, fs.listStatus(new Path("/d")).length);
        assertThrows(java.util.NoSuchElementException.class, statuses::next);
    }

    @Test
    void aListingOfAFileIsTheFile() throws IOException {
        write("/d/d", 5);

        assertEquals(List.of(fs.getFileStatus(new Path("/d/d"))), List.of(fs.listStatus(new Path("/d/d"))));
        assertEquals(new Path("baton:/d/d"), fs.listLocatedStatus(new Path("/d/d")).next().getPath());
        assertThrows(FileNotFoundException.class, () -> fs.listStatusIterator(new Path("/missing")));
    }

    @Test
    void locatesWholeBlocks() throws IOException {
        try (FSDataOutputStream out = fs.create(new Path("/f"), true, 4096, (short) 1, 4096)) {
            out.write(new byte[10_000]);
        }
        FileStatus status = fs.getFileStatus(new Path("/f"));

        BlockLocation[] blocks = fs.getFileBlockLocations(status, 0, 10_000);

        assertEquals(3, blocks.length);
        assertEquals(10_000 - 2 * 4096, blocks[2].getLength());
        assertArrayEquals(new String[] {"localhost"}, blocks[1].getHosts());
        assertEquals(0, fs.getFileBlockLocations(status, 10_000, 1).length);
        assertThrows(IllegalArgumentException.class, () -> fs.getFileBlockLocations(status, -1, 1));
        assertNull(fs.getFileBlockLocations((FileStatus) null, 0, 1));
    }

    @Test
    void addsUpATree() throws IOException {
        write("/t/a/f", 10);
        write("/t/g", 20);
        fs.setReplication(new Path("/t/g"), (short) 3);
        ContentSummary summary = fs.getContentSummary(new Path("/t"));

        assertEquals(30, summary.getLength());
        assertEquals(2, summary.getFileCount());
        assertEquals(2, summary.getDirectoryCount());
        assertEquals(10 + 3 * 20, summary.getSpaceConsumed());
        assertEquals("", summary.getErasureCodingPolicy(), "null makes \"hadoop fs -count -e\" fail");
        assertEquals(1, fs.getContentSummary(new Path("/t/g")).getFileCount());
    }

    // ---- who and where

    @Test
    void everyUserHasHisOwnClientAndHome() throws Exception {
        UserGroupInformation alice = UserGroupInformation.createUserForTesting("alice", new String[] {"staff", "audio"});
        try (FileSystem hers = alice.doAs((PrivilegedExceptionAction<FileSystem>) () ->
                FileSystem.newInstance(ROOT, conf))) {
            hers.create(new Path("mine")).close();
            assertEquals(new Path("baton:/user/alice"), hers.getHomeDirectory());
            assertEquals(hers.getHomeDirectory(), hers.getWorkingDirectory());
            FileStatus status = hers.getFileStatus(new Path("/user/alice/mine"));
            assertEquals("alice", status.getOwner());
            assertEquals("staff", status.getGroup());
        }
        assertFalse(Callers.of(alice).superuser());
        assertTrue(Callers.of(UserGroupInformation.getLoginUser()).superuser());
    }

    @Test
    void keepsToItsOwnAuthority() throws IOException {
        try (FileSystem named = FileSystem.newInstance(URI.create("baton://here:1/x"), conf)) {
            assertEquals(URI.create("baton://here:1"), named.getUri());
            assertThrows(IllegalArgumentException.class, () -> named.exists(new Path("baton://there/x")));
            assertNull(named.getCanonicalServiceName());
        }
        assertEquals(ROOT, fs.getUri());
    }

    @Test
    void aClosedFileSystemSaysSo() throws IOException {
        fs.close();

        assertTrue(assertThrows(IOException.class, () -> fs.getFileStatus(new Path("/"))).getMessage()
                .contains("Filesystem closed"));
    }

    // ---- figures

    @Test
    @SuppressWarnings("deprecation") // the old statistics are what job counters show
    void countsLikeEveryFileSystem() throws IOException {
        FileSystem.Statistics statistics = FileSystem.getStatistics("baton", BatonFileSystem.class);
        statistics.reset();
        write("/f", 10_000);
        read("/f");

        assertEquals(10_000, statistics.getBytesWritten());
        assertEquals(10_000, statistics.getBytesRead());
        assertEquals(1, statistics.getWriteOps());
        assertEquals(1, statistics.getReadOps());
    }

    @Test
    void addsUpAllClientsOfTheProcessOpenAndClosed() throws Exception {
        StorageStatistics figures = GlobalStorageStatistics.INSTANCE.get("BatonFileSystem");
        figures.reset();
        write("/f", 1000);
        try (BatonFileSystem other = (BatonFileSystem) FileSystem.newInstance(ROOT, conf)) {
            try (FSDataInputStream in = other.open(new Path("/f"))) {
                in.readAllBytes();
            }
            other.copyByToken(new Path("/f"), Optional.empty(), 0, -1, new Path("/g"), FsPermission.getFileDefault(),
                    (short) 1, 1 << 20);
            other.countFallback();
            assertEquals(2000, figures.getLong("clientBytes"));
        }

        assertEquals(2000, figures.getLong("clientBytes"));
        assertEquals(1, figures.getLong("offloadedCopies"));
        assertEquals(1000, figures.getLong("offloadedBytes"));
        assertEquals(1, figures.getLong("fallbacks"));
        assertEquals(0, figures.getLong("lwioBytes"));
        assertNull(figures.getLong("other"));
        assertTrue(figures.isTracked("fallbacks"));
        figures.reset();
        assertEquals(0, figures.getLong("clientBytes"));
        write("/h", 5);
        assertEquals(5, figures.getLong("clientBytes"));
    }

    // ---- what is not there

    @Test
    void whatIsNotThereSaysSo() throws IOException {
        write("/f", 10);
        Path file = new Path("/f");
        List<Executable> notThere = List.of(
                () -> fs.createSnapshot(file, "s"),
                () -> fs.renameSnapshot(file, "s", "t"),
                () -> fs.deleteSnapshot(file, "s"),
                () -> fs.createSymlink(file, new Path("/l"), false),
                () -> fs.getLinkTarget(file),
                () -> fs.setQuota(file, 1, 1),
                () -> fs.listCorruptFileBlocks(file),
                () -> fs.setSafeMode(SafeModeAction.ENTER));

        for (Executable call : notThere) {
            String message = assertThrows(UnsupportedOperationException.class, call).getMessage();
            assertTrue(message != null && message.length() > 10, message);
        }
        assertFalse(fs.setSafeMode(SafeModeAction.GET));
        assertFalse(fs.setSafeMode(SafeModeAction.LEAVE));
    }

    private byte[] write(String path, int length) throws IOException {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        try (FSDataOutputStream out = fs.create(new Path(path), true)) {
            out.write(bytes);
        }
        return bytes;
    }

    private byte[] read(String path) throws IOException {
        try (FSDataInputStream in = fs.open(new Path(path))) {
            return in.readAllBytes();
        }
    }

    private int modeOf(String path) throws IOException {
        return fs.getFileStatus(new Path(path)).getPermission().toShort();
    }

    @SuppressWarnings("deprecation") // the only way to say what to do with an existing destination
    private void rename(String source, String destination, Options.Rename... options) throws IOException {
        fs.rename(new Path(source), new Path(destination), options);
    }
}
