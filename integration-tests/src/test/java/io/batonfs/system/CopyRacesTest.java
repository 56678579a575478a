package io.batonfs.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.fs.BatonFileStatus;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.model.FileId;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies by token of files that don't stand still: a copy is a prefix that was written, whole, or it is refused. */
class CopyRacesTest {
    private static final Path SOURCE = new Path("/races/source");
    private static final Path TARGET = new Path("/races/target");
    private static final int BIG = 3_000_001;

    @TempDir
    java.nio.file.Path temporary;

    private BatonFileSystem fs;
    private ExecutorService others;

    @BeforeEach
    void open() throws IOException {
        fs = new GroupOnDisk(temporary.resolve("group")).open();
        others = Executors.newFixedThreadPool(2);
    }

    @AfterEach
    void close() throws IOException {
        others.shutdownNow();
        fs.close();
    }

    @Test
    void fileWrittenAMomentAgoIsCopiedRight() throws IOException {
        // The block-cloning bug that others had: what is not on disk yet was copied as zeroes.
        for (int i = 0; i < 50; i++) {
            byte[] bytes = bytes(i, 1 + i * 7919);
            write(SOURCE, bytes);
            copy();
            assertThat(read(TARGET)).as("copy %d", i).isEqualTo(bytes);
        }
    }

    @Test
    void copyOfAFileBeingWrittenIsWhatWasAcknowledged() throws IOException {
        byte[] bytes = bytes(1, BIG);
        try (FSDataOutputStream out = fs.create(SOURCE)) {
            out.write(bytes, 0, 1_000_000);
            out.hflush();
            copy();
            byte[] copied = read(TARGET);
            assertThat(copied.length).isGreaterThanOrEqualTo(1_000_000);
            assertThat(copied).isEqualTo(Arrays.copyOf(bytes, copied.length));
            out.write(bytes, 1_000_000, BIG - 1_000_000);
            out.hflush();
            assertThat(read(TARGET)).as("the copy after the writer went on").isEqualTo(copied);
        }
        assertThat(read(SOURCE)).isEqualTo(bytes);
    }

    @Test
    void copiesMadeWhileAWriterWritesArePrefixes() throws Exception {
        byte[] bytes = bytes(2, BIG);
        AtomicBoolean written = new AtomicBoolean();
        fs.create(SOURCE).close();
        Future<Void> writer = others.submit(() -> {
            try (FSDataOutputStream out = fs.create(SOURCE)) {
                for (int at = 0; at < BIG; at += 10_000) {
                    out.write(bytes, at, Math.min(10_000, BIG - at));
                    out.hflush();
                }
            } finally {
                written.set(true);
            }
            return null;
        });
        int copies = 0;
        int before = 0;
        do {
            copy();
            byte[] copied = read(TARGET);
            assertThat(copied.length).as("copies only grow").isGreaterThanOrEqualTo(before);
            assertThat(Arrays.equals(copied, Arrays.copyOf(bytes, copied.length)))
                    .as("copy %d of %d bytes is a prefix", copies, copied.length).isTrue();
            before = copied.length;
            copies++;
        } while (!written.get());
        writer.get();
        copy();
        assertThat(read(TARGET)).isEqualTo(bytes);
    }

    @Test
    void sourceDeletedAfterTheCopyLeavesItWhole() throws IOException {
        byte[] bytes = bytes(3, BIG);
        write(SOURCE, bytes);
        copy();
        assertThat(fs.delete(SOURCE, false)).isTrue();
        write(SOURCE, bytes(4, BIG));
        assertThat(read(TARGET)).isEqualTo(bytes);
    }

    @Test
    void sourceDeletedWhileItIsCopiedGivesAWholeCopyOrNone() throws Exception {
        byte[] bytes = bytes(5, 500_000);
        for (int i = 0; i < 40; i++) {
            fs.delete(TARGET, false);
            write(SOURCE, bytes);
            boolean copied = race(() -> fs.delete(SOURCE, false), this::copy);
            if (copied) {
                assertThat(read(TARGET)).isEqualTo(bytes);
            } else {
                assertThat(fs.exists(TARGET)).as("a refused copy leaves nothing").isFalse();
            }
        }
    }

    @Test
    void sourceReplacedSinceItWasListedIsRefusedByItsId() throws IOException {
        write(SOURCE, bytes(6, 1000));
        FileId listed = ((BatonFileStatus) fs.getFileStatus(SOURCE)).fileId();
        fs.delete(SOURCE, false);
        write(SOURCE, bytes(7, 1000));
        assertThatThrownBy(() -> copy(Optional.of(listed)))
                .isInstanceOf(IOException.class).hasMessageContaining("/races/source");
        assertThat(fs.exists(TARGET)).isFalse();
    }

    @Test
    void missingSourceIsNamed() {
        assertThatThrownBy(this::copy)
                .isInstanceOf(FileNotFoundException.class).hasMessageContaining("/races/source");
    }

    @Test
    void ofTwoCopiesOntoOneTargetOneIsThereWhole() throws Exception {
        Path otherSource = new Path("/races/other");
        byte[] one = bytes(8, 700_000);
        byte[] other = bytes(9, 300_000);
        write(SOURCE, one);
        write(otherSource, other);
        for (int i = 0; i < 40; i++) {
            race(this::copy, () -> copy(otherSource, Optional.empty()));
            byte[] found = read(TARGET);
            assertThat(Arrays.equals(found, one) || Arrays.equals(found, other))
                    .as("the target is one of the two, whole").isTrue();
        }
    }

    @Test
    void readerOfAReplacedTargetReadsOnWhatItOpened() throws IOException {
        byte[] old = bytes(10, BIG);
        write(TARGET, old);
        write(SOURCE, bytes(11, BIG));
        try (FSDataInputStream in = fs.open(TARGET)) {
            byte[] start = new byte[100];
            in.readFully(0, start);
            copy();
            byte[] end = new byte[100];
            in.readFully(BIG - 100, end);
            assertThat(end).isEqualTo(Arrays.copyOfRange(old, BIG - 100, BIG));
        }
    }

    /** Runs two things at the same moment; says whether the second succeeded. The first must not fail. */
    private boolean race(Callable<?> first, Callable<?> second) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        List<Future<?>> runs = new ArrayList<>();
        for (Callable<?> run : List.of(first, second)) {
            runs.add(others.submit(() -> {
                start.await();
                return run.call();
            }));
        }
        runs.get(0).get();
        try {
            runs.get(1).get();
            return true;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(FileNotFoundException.class);
            return false;
        }
    }

    private Void copy() throws IOException {
        return copy(Optional.empty());
    }

    private Void copy(Optional<FileId> expected) throws IOException {
        return copy(SOURCE, expected);
    }

    private Void copy(Path source, Optional<FileId> expected) throws IOException {
        fs.copyByToken(source, expected, 0, -1, TARGET, FsPermission.getFileDefault(), (short) 1,
                fs.getDefaultBlockSize(TARGET));
        return null;
    }

    private void write(Path file, byte[] bytes) throws IOException {
        try (FSDataOutputStream out = fs.create(file)) {
            out.write(bytes);
        }
    }

    private byte[] read(Path file) throws IOException {
        try (FSDataInputStream in = fs.open(file)) {
            return in.readAllBytes();
        }
    }

    private static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
