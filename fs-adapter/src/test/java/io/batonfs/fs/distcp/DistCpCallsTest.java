package io.batonfs.fs.distcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.fs.InMemoryGroup;
import io.batonfs.model.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobalStorageStatistics;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.tools.mapred.CopyMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The stock DistCp within a group that makes tokens for many files at once: how few calls a file takes, and that what
 * was taken for granted to save them is noticed where it is wrong.
 */
class DistCpCallsTest {
    private static final int FILES = 40;
    private static final int BYTES = 1000;

    @TempDir
    File temporary;

    private final InMemoryGroup group = new InMemoryGroup();
    private AutoCloseable installed;
    private Configuration conf;
    private FileSystem fs;

    @BeforeEach
    void open() throws Exception {
        // Other tests of this JVM may have left theirs in the cache.
        FileSystem.closeAll();
        installed = group.install();
        group.tokens().allow();
        conf = new Configuration();
        conf.addResource(new Path(new File("../conf/core-site.xml").toURI()));
        conf.set("mapreduce.framework.name", "local");
        conf.set("hadoop.tmp.dir", temporary.toString());
        conf.set("mapreduce.client.progressmonitor.pollinterval", "20");
        conf.set("fs.file.impl", ProcesslessLocalFileSystem.class.getName());
        conf.set("mapreduce.job.maps", "1");
        fs = FileSystem.get(URI.create("baton:///"), conf);
        for (int i = 0; i < FILES; i++) {
            write(source(i), BYTES, i);
        }
        fs.mkdirs(new Path("/dst"));
        GlobalStorageStatistics.INSTANCE.get("BatonFileSystem").reset();
    }

    @AfterEach
    void close() throws Exception {
        FileSystem.closeAll();
        installed.close();
    }

    /** Two looks, the copy and the rename; what else there is, is for the job and not for each file. */
    @Test
    void aFileTakesFourCalls() throws Exception {
        DistCpRun run = distCp();
        long looks = operations("op_get_file_status");
        long fixed = 30;

        assertCopied(run);
        assertTrue(looks >= 2 * FILES && looks < 2 * FILES + fixed, "looked " + looks + " times");
        assertEquals(FILES, operations("op_rename"));
        assertTrue(operations("op_delete") < fixed, "deleted " + operations("op_delete") + " times");
        assertTrue(operations("op_get_file_checksum") < fixed);
        // 8, 16, and the rest
        assertEquals(3, group.tokens().calls());
        assertEquals(FILES, group.tokens().uses());
    }

    @Test
    void aFileThatWasChangedAfterItsTokenWasMadeIsCopiedAsItIsThen() throws Exception {
        beforeFirstCopy(first -> {
            for (int i = 0; i < FILES; i++) {
                if (i % 3 == 0 && !source(i).equals(first)) {
                    // Another file, the same with more bytes, or the same with others of that time.
                    write(source(i), i % 2 == 0 ? BYTES : BYTES + 1, 1000 + i);
                }
            }
        });

        assertCopied(distCp());
    }

    @Test
    void aFileThatWasDeletedAfterItsTokenWasMadeIsNotCopied() throws Exception {
        beforeFirstCopy(first -> fs.delete(otherThan(first), false));
        DistCpRun run = distCp("-i");

        assertEquals(0, run.exitCode());
        assertEquals(1, run.stock(CopyMapper.Counter.FAIL));
        assertEquals(FILES - 1, run.stock(CopyMapper.Counter.COPY));
        assertEquals(FILES - 1, fs.listStatus(new Path("/dst/src")).length);
    }

    @Test
    void withDeadTokensEachFileIsCopiedByOneOfItsOwn() throws Exception {
        group.tokens().kill();
        DistCpRun run = distCp();

        assertCopied(run);
        assertEquals(0, group.tokens().uses());
        assertEquals(1, group.tokens().calls(), "nobody goes on asking for tokens that don't work");
        assertEquals(0, run.ours(OffloadCounter.FALLBACKS));
    }

    @Test
    void whatIsThereAlreadyIsAskedForOnceInVain() throws Exception {
        distCp();
        int before = group.tokens().calls();
        DistCpRun again = distCp();

        assertEquals(FILES, again.stock(CopyMapper.Counter.SKIP));
        assertEquals(before + 1, group.tokens().calls());
    }

    @Test
    void updatesAskForNothingAhead() throws Exception {
        assertEquals(0, distCp("-update").exitCode());

        assertEquals(0, group.tokens().calls());
        assertEquals(FILES, operations("op_copy_by_token"));
    }

    /** Its reader deletes a part of the listing when it is asked for the record after the part's last. */
    @Test
    void theDynamicStrategyAsksForNothingAhead() throws Exception {
        assertCopied(distCp("-strategy", "dynamic"));

        assertEquals(0, group.tokens().calls());
    }

    @Test
    void aTargetThatSomebodyMakesMeanwhileIsReplacedAsEver() throws Exception {
        beforeFirstCopy(first -> write(target(first), 7, 7));

        assertCopied(distCp());
        assertEquals(FILES + 1, operations("op_rename"));
    }

    @Test
    void aDirectoryThatSomebodyMakesMeanwhileIsNotMovedInto() throws Exception {
        beforeFirstCopy(first -> fs.mkdirs(target(first)));

        assertCopied(distCp());
        for (int i = 0; i < FILES; i++) {
            assertTrue(fs.getFileStatus(target(source(i))).isFile());
        }
    }

    @Test
    void aParentThatSomebodyDeletesMeanwhileIsMadeAgain() throws Exception {
        beforeFirstCopy(first -> fs.delete(target(first).getParent(), true));

        assertCopied(distCp());
    }

    /** A chunk's target is not the record's: its directory is not known to be there. */
    @Test
    void aParentOfChunksThatSomebodyDeletesMeanwhileIsMadeAgain() throws Exception {
        for (int i = 0; i < FILES; i++) {
            fs.delete(source(i), false);
        }
        byte[] bytes = new byte[3000];
        new Random(7).nextBytes(bytes);
        try (FSDataOutputStream out = fs.create(source(0), true, 4096, (short) 1, 1024)) {
            out.write(bytes);
        }
        beforeFirstCopy(first -> fs.delete(target(source(0)).getParent(), true));

        assertEquals(0, distCp("-blocksperchunk", "1").exitCode());
        assertArrayEquals(bytes, read(target(source(0))));
    }

    @Test
    void aFileWhoseModeWasChangedSinceIsAskedForAnew() throws Exception {
        beforeFirstCopy(first -> {
            for (int i = 0; i < FILES; i++) {
                if (!source(i).equals(first)) {
                    fs.setPermission(source(i), new FsPermission((short) 0600));
                }
            }
        });

        assertCopied(distCp());
        assertEquals(FILES - (TokensAhead.FIRST - 1), group.tokens().uses());
    }

    /** Something that happens when the first file is about to be copied. */
    private interface Event {
        void happen(Path first) throws IOException;
    }

    private void beforeFirstCopy(Event event) {
        AtomicBoolean happened = new AtomicBoolean();
        group.refuseOffload(copying -> {
            if (!happened.getAndSet(true)) {
                try {
                    event.happen(new Path("baton:///", copying.source()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return Optional.empty();
        });
    }

    private static Path otherThan(Path first) {
        return source(0).equals(first) ? source(1) : source(0);
    }

    private static Path source(int number) {
        return new Path("baton:///src/file" + number);
    }

    private static Path target(Path source) {
        return new Path("baton:///dst/src/" + source.getName());
    }

    private void assertCopied(DistCpRun run) throws IOException {
        assertEquals(0, run.exitCode());
        assertEquals(FILES, run.stock(CopyMapper.Counter.COPY));
        assertEquals(FILES, run.ours(OffloadCounter.OFFLOADED_COPIES));
        for (int i = 0; i < FILES; i++) {
            assertArrayEquals(read(source(i)), read(target(source(i))), "file " + i);
        }
        assertEquals(FILES, fs.listStatus(new Path("/dst/src")).length);
        assertEquals(1, fs.listStatus(new Path("/dst")).length, "temporary files");
    }

    private DistCpRun distCp(String... options) throws Exception {
        String[] arguments = new String[options.length + 2];
        System.arraycopy(options, 0, arguments, 0, options.length);
        arguments[options.length] = "baton:///src";
        arguments[options.length + 1] = "baton:///dst";
        return DistCpRun.of(conf, arguments);
    }

    private static long operations(String name) {
        Long count = GlobalStorageStatistics.INSTANCE.get("BatonFileSystem").getLong(name);
        return count == null ? 0 : count;
    }

    private void write(Path path, int length, long seed) throws IOException {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        try (FSDataOutputStream out = fs.create(path, true)) {
            out.write(bytes);
        }
    }

    private byte[] read(Path path) throws IOException {
        try (FSDataInputStream in = fs.open(path)) {
            return in.readAllBytes();
        }
    }
}
