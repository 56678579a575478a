package io.batonfs.fs.distcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.fs.InMemoryGroup;
import io.batonfs.model.ErrorCode;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.mapreduce.Counter;
import org.apache.hadoop.mapreduce.MapContext;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.mapreduce.counters.GenericCounter;
import org.apache.hadoop.tools.CopyListingFileStatus;
import org.apache.hadoop.tools.DistCpConstants;
import org.apache.hadoop.tools.DistCpOptionSwitch;
import org.apache.hadoop.tools.mapred.CopyMapper;
import org.apache.hadoop.tools.mapred.RetriableFileCopyCommand.CopyReadException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The states of one copy, event by event, and the pieces around them. */
class OffloadSessionTest {
    private static final int LENGTH = 1 << 20;
    private static final Path SOURCE = new Path("baton:/source");
    private static final Path TARGET = new Path("baton:/target");

    private final InMemoryGroup group = new InMemoryGroup();
    private final Map<OffloadCounter, Counter> counters = new EnumMap<>(OffloadCounter.class);
    private final Configuration conf = new Configuration();
    private AutoCloseable installed;
    private BatonFileSystem fs;
    private MapContext<?, ?, ?, ?> task;
    private OffloadSession session;

    @BeforeEach
    void open() throws Exception {
        // Other tests of this JVM may have left theirs in the cache.
        FileSystem.closeAll();
        installed = group.install();
        fs = (BatonFileSystem) FileSystem.newInstance(URI.create("baton:///"), conf);
        write(SOURCE, LENGTH);
        for (OffloadCounter counter : OffloadCounter.values()) {
            counters.put(counter, new GenericCounter());
        }
        task = mock(MapContext.class);
        when(task.getConfiguration()).thenReturn(conf);
        when(task.getCounter(any(OffloadCounter.class)))
                .thenAnswer(call -> counters.get(call.<OffloadCounter>getArgument(0)));
        session = new OffloadSession(task);
    }

    @AfterEach
    void close() throws Exception {
        fs.close();
        FileSystem.closeAll();
        installed.close();
    }

    @Test
    void aKnownSourceIsPassed() throws IOException {
        begin(0, Long.MAX_VALUE);
        assertEquals(Optional.of((long) LENGTH), offload());

        assertTrue(session.hasPassed());
        assertEquals(Optional.of((long) LENGTH), session.passedLength(SOURCE));
        assertEquals(Optional.empty(), session.passedLength(TARGET));
        assertEquals(LENGTH, counters.get(OffloadCounter.OFFLOADED_BYTES).getValue());
        assertEquals(fs.getFileChecksum(SOURCE), fs.getFileChecksum(TARGET));
    }

    @Test
    void anUnknownSourceIsStreamedAndIsNoFallback() throws IOException {
        session.begin(new CopyListingFileStatus(fs.getFileStatus(SOURCE)));

        assertEquals(Optional.empty(), offload());
        assertEquals(0, counters.get(OffloadCounter.FALLBACKS).getValue());
        assertFalse(fs.exists(TARGET));
    }

    @Test
    void theStatusOfAnotherPathMakesNoSource() throws IOException {
        session.begin(new CopyListingFileStatus(fs.getFileStatus(SOURCE)));
        write(TARGET, 5);
        session.sawStatus(fs, TARGET, fs.getFileStatus(TARGET));

        assertEquals(Optional.empty(), offload());
    }

    @Test
    void theNextRecordForgetsTheLast() throws IOException {
        begin(0, Long.MAX_VALUE);
        offload();
        session.begin(new CopyListingFileStatus(fs.getFileStatus(TARGET)));

        assertFalse(session.hasPassed());
        assertEquals(Optional.empty(), session.passedLength(SOURCE));
        assertEquals(Optional.empty(), offload());
    }

    @Test
    void afterARefusalTheSourceIsReadForReal() throws IOException {
        group.refuseOffload(copying -> Optional.of(ErrorCode.TOKEN_REVOKED));
        begin(0, Long.MAX_VALUE);

        assertEquals(Optional.empty(), offload());
        assertEquals(Optional.empty(), session.passedLength(SOURCE));
        assertEquals(1, counters.get(OffloadCounter.FALLBACKS).getValue());
        assertEquals(LENGTH, counters.get(OffloadCounter.FALLBACK_BYTES).getValue());
    }

    @Test
    void aRefusalAfterAPassIsNoPass() throws IOException {
        begin(0, Long.MAX_VALUE);
        offload();
        group.refuseOffload(copying -> Optional.of(ErrorCode.UNSUPPORTED));

        assertEquals(Optional.empty(), offload());
        assertEquals(Optional.empty(), session.passedLength(SOURCE));
    }

    @Test
    void streamingAfterAPassReadsForReal() throws IOException {
        begin(0, Long.MAX_VALUE);
        offload();
        session.stream();

        assertEquals(Optional.empty(), session.passedLength(SOURCE));
    }

    @Test
    void theFirstStatusOfARecordCounts() throws IOException {
        begin(0, Long.MAX_VALUE);
        write(SOURCE, 10);
        session.sawStatus(fs, SOURCE, fs.getFileStatus(SOURCE));

        CopyReadException refused = assertThrows(CopyReadException.class, this::offload);
        assertInstanceOf(SourceChangedException.class, refused.getCause());
        assertFalse(fs.exists(TARGET));
        assertEquals(0, counters.get(OffloadCounter.FALLBACKS).getValue());
    }

    @Test
    void aShorterCopyIsNoCopy() throws IOException {
        begin(0, Long.MAX_VALUE);
        group.cutShort("/source", 10);

        CopyReadException refused = assertThrows(CopyReadException.class, this::offload);
        assertInstanceOf(SourceChangedException.class, refused.getCause());
        assertTrue(refused.getMessage().contains("baton:/source was cut (10 of " + LENGTH), refused.getMessage());
        assertFalse(fs.exists(TARGET));
        assertEquals(0, counters.get(OffloadCounter.FALLBACKS).getValue());
        assertEquals(0, counters.get(OffloadCounter.OFFLOADED_COPIES).getValue());
        // Retries of the stock code don't move the bytes again.
        assertThrows(CopyReadException.class, session::beginTarget);
        assertThrows(CopyReadException.class, session::refuseChanged);
        begin(0, Long.MAX_VALUE);
        assertEquals(Optional.of(10L), offload());
    }

    @Test
    void aChunkOfAFileThatWasChangedSinceItWasListedIsRefused() throws IOException {
        FileStatus status = fs.getFileStatus(SOURCE);
        CopyListingFileStatus listed = new CopyListingFileStatus(status, 0, 500);
        fs.setTimes(SOURCE, status.getModificationTime() + 1, -1);
        session.begin(listed);
        session.sawStatus(fs, SOURCE, fs.getFileStatus(SOURCE));

        CopyReadException refused = assertThrows(CopyReadException.class, session::beginTarget);
        assertTrue(refused.getMessage().contains("listed for copying in chunks"), refused.getMessage());
    }

    @Test
    void whatWasStreamedIsRefusedIfTheSourceHasChanged() throws IOException {
        begin(0, Long.MAX_VALUE);
        session.checkSource();
        append(SOURCE, 5);
        assertRefused("was appended to (from " + LENGTH + " to " + (LENGTH + 5) + " bytes)");

        begin(0, Long.MAX_VALUE);
        fs.setTimes(SOURCE, 77, -1);
        assertRefused("was written to (modified at ");

        begin(0, Long.MAX_VALUE);
        group.cutShort("/source", 10);
        assertRefused("was cut from " + (LENGTH + 5) + " to 10 bytes");

        begin(0, Long.MAX_VALUE);
        write(SOURCE, 10);
        assertRefused("was replaced by another one");

        begin(0, Long.MAX_VALUE);
        fs.delete(SOURCE, false);
        fs.mkdirs(SOURCE);
        assertRefused("was replaced by another one");

        fs.delete(SOURCE, false);
        write(SOURCE, 10);
        begin(0, Long.MAX_VALUE);
        fs.delete(SOURCE, false);
        assertRefused("was deleted or renamed");
    }

    @Test
    void whatWasAppendedCanBeAccepted() throws IOException {
        conf.setBoolean("fs.baton.distcp.accept.appended", true);
        session = new OffloadSession(task);
        begin(0, Long.MAX_VALUE);
        append(SOURCE, 5);
        session.checkSource();
        write(SOURCE, LENGTH + 6);
        assertRefused("was replaced by another one");
    }

    private void assertRefused(String why) {
        CopyReadException refused = assertThrows(CopyReadException.class, session::checkSource);
        assertInstanceOf(SourceChangedException.class, refused.getCause());
        assertTrue(refused.getMessage().contains("baton:/source " + why), refused.getMessage());
    }

    private void append(Path path, int length) throws IOException {
        try (FSDataOutputStream out = fs.append(path)) {
            out.write(new byte[length]);
        }
    }

    @Test
    void aFileIsWrittenWholeOrNotAtAll() throws IOException {
        for (int written : new int[] {10, 9, 11}) {
            WholeOutputStream out =
                    new WholeOutputStream(fs.create(TARGET, true), fs, TARGET, 10, () -> { }, () -> { });
            out.write(new byte[written - 1]);
            out.write(1);
            if (written == 10) {
                out.close();
                assertEquals(10, fs.getFileStatus(TARGET).getLen());
            } else {
                assertThrows(IOException.class, out::close);
                assertFalse(fs.exists(TARGET));
            }
            out.close();
        }
        WholeOutputStream refused = new WholeOutputStream(fs.create(TARGET, true), fs, TARGET, 0, () -> {
            throw new IOException("the source has changed");
        }, () -> { });
        assertThrows(IOException.class, refused::close);
        assertFalse(fs.exists(TARGET));
    }

    /** As under -direct, where two attempts of a task write to one name and the first does not know that it is dead. */
    @Test
    void theFileOfALaterAttemptIsNotDeleted() throws IOException {
        WholeOutputStream late = new WholeOutputStream(fs.create(TARGET, true), fs, TARGET, 10, () -> { }, () -> { });
        late.write(1);
        write(TARGET, 20);

        assertThrows(IOException.class, late::close);
        assertEquals(20, fs.getFileStatus(TARGET).getLen());

        WholeOutputStream deleted =
                new WholeOutputStream(fs.create(TARGET, true), fs, TARGET, 10, () -> { }, () -> { });
        fs.delete(TARGET, false);
        IOException told = assertThrows(IOException.class, deleted::close);
        assertTrue(told.getMessage().startsWith("of 10 bytes for " + TARGET), told.getMessage());
        assertFalse(fs.exists(TARGET));
    }

    @Test
    void aChunkIsCopiedAsSuch() throws IOException {
        begin(1000, 500);

        assertEquals(Optional.of(500L), offload());
        assertEquals(500, fs.getFileStatus(TARGET).getLen());
        assertEquals(Optional.of((long) LENGTH), session.passedLength(SOURCE));
    }

    @Test
    void theLastChunkEndsWithTheFile() throws IOException {
        begin(LENGTH - 10, 500);

        assertEquals(Optional.of(10L), offload());
    }

    @Test
    void whatIsNotThereIsNeitherThrottledNorPassedInSmallPieces() throws IOException {
        OffloadConfiguration offloading = new OffloadConfiguration(conf, session);
        String bandwidth = DistCpConstants.CONF_LABEL_BANDWIDTH_MB;
        String buffer = DistCpOptionSwitch.COPY_BUFFER_SIZE.getConfigLabel();
        assertEquals(8192, offloading.getInt(buffer, 8192));

        begin(0, Long.MAX_VALUE);
        assertEquals(LENGTH / 64, offloading.getInt(buffer, 8192));
        assertEquals(1 << 20, offloading.getInt(buffer, 1 << 20));
        assertEquals(100f, offloading.getFloat(bandwidth, 100f));
        offload();
        // In bytes: distcp takes what is read in less than a millisecond for Long.MAX_VALUE bytes a second.
        assertTrue(offloading.getFloat(bandwidth, 100f) * 1024 * 1024 > Long.MAX_VALUE);
        session.stream();
        assertEquals(100f, offloading.getFloat(bandwidth, 100f));
    }

    @Test
    void pathsResolveToTheShimUnderTheTasksConfigurationOnly() throws IOException {
        FileSystem shim = SOURCE.getFileSystem(new OffloadConfiguration(conf, session));

        assertInstanceOf(OffloadFileSystem.class, shim);
        assertEquals(LENGTH, shim.getFileStatus(SOURCE).getLen());
        assertInstanceOf(BatonFileSystem.class, SOURCE.getFileSystem(conf));
        shim.close();
        assertTrue(SOURCE.getFileSystem(conf).exists(SOURCE));
        assertThrows(IOException.class, () -> new OffloadFileSystem().initialize(SOURCE.toUri(), conf));
    }

    @Test
    void theMapperIsSwappedOnlyWhereItIsTheStockOne() {
        Configuration stock = jobWith(CopyMapper.class);
        MapperSwap.in(stock);
        assertEquals(OffloadingCopyMapper.class.getName(), stock.get("mapreduce.job.map.class"));

        Configuration own = jobWith(OwnMapper.class);
        MapperSwap.in(own);
        assertEquals(OwnMapper.class.getName(), own.get("mapreduce.job.map.class"));
    }

    @Test
    void theChecksumModeIsSetForTargetsInBatonOnly() {
        Configuration toBaton = jobWith(CopyMapper.class);
        toBaton.set(DistCpConstants.CONF_LABEL_TARGET_WORK_PATH, "baton:///x");
        MapperSwap.in(toBaton);
        assertEquals("COMPOSITE_CRC", toBaton.get("dfs.checksum.combine.mode"));

        Configuration elsewhere = jobWith(CopyMapper.class);
        elsewhere.set(DistCpConstants.CONF_LABEL_TARGET_WORK_PATH, "hdfs://nn/x");
        MapperSwap.in(elsewhere);
        assertEquals(null, elsewhere.get("dfs.checksum.combine.mode"));
    }

    @Test
    void passedBytesAreCountedExactly() throws IOException {
        PassedInputStream in = new PassedInputStream(100);
        in.seek(40);
        assertEquals(60, in.read(new byte[80], 0, 80));
        assertEquals(-1, in.read());
        assertThrows(EOFException.class, () -> in.seek(101));
        PassedOutputStream out = new PassedOutputStream("/t", 60);
        out.write(new byte[59]);
        assertThrows(IOException.class, out::close);
        out.write(0);
        out.close();
    }

    private void begin(long chunkOffset, long chunkLength) throws IOException {
        FileStatus status = fs.getFileStatus(SOURCE);
        session.begin(new CopyListingFileStatus(status, chunkOffset, chunkLength));
        session.sawStatus(fs, SOURCE, status);
    }

    private Optional<Long> offload() throws IOException {
        return session.tryOffload(fs, TARGET, FsPermission.getFileDefault(), (short) 1, 1 << 20);
    }

    private void write(Path path, int length) throws IOException {
        try (FSDataOutputStream out = fs.create(path, true)) {
            out.write(new byte[length]);
        }
    }

    private static Configuration jobWith(Class<?> mapper) {
        Configuration job = new Configuration(false);
        job.setClass("mapreduce.job.map.class", mapper, Mapper.class);
        return job;
    }

    /** Somebody's own. */
    public static final class OwnMapper extends CopyMapper {
    }
}
