package io.batonfs.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Thousands of streams of one client, all open at once, all going on; afterwards nothing of them is left. */
class OpenFilesTest extends OnOneGroup {
    private static final int READERS = 3_000;
    private static final int WRITERS = 1_000;
    private static final int FILES = 100;
    private static final int PIECE = 5_000;
    private static final long PATIENCE_NS = TimeUnit.MINUTES.toNanos(1);

    @Override
    long deviceBytes() {
        return 4L << 30;
    }

    @BeforeEach
    void makeSources() throws Exception {
        for (int i = 0; i < FILES; i++) {
            try (FSDataOutputStream out = fs.create(source(i))) {
                out.write(PositionPattern.bytes(i, 2 * PIECE));
            }
        }
    }

    @Test
    void thousandsOfStreamsAtOnce() throws Exception {
        // What is made at first use and kept, threads and connections among it, is there before anything is counted.
        useMany("/warm", 60, 20);
        int descriptors = descriptors();
        int threads = threads();
        useMany("/many", READERS, WRITERS);
        returnsTo(descriptors, OpenFilesTest::descriptors, "file descriptors");
        returnsTo(threads, OpenFilesTest::threads, "threads");
    }

    private void useMany(String name, int readers, int writers) throws IOException {
        long heapBefore = heapInUse();
        int threadsBefore = threads();
        int descriptorsBefore = descriptors();
        List<FSDataInputStream> in = new ArrayList<>();
        List<FSDataOutputStream> out = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            in.add(fs.open(source(i % FILES)));
        }
        for (int i = 0; i < writers; i++) {
            out.add(fs.create(new Path(name + "/" + i)));
        }
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < writers; i++) {
                out.get(i).write(PositionPattern.bytes(7L * i + (long) half * PIECE, PIECE));
            }
            for (int i = 0; i < readers; i++) {
                byte[] read = new byte[PIECE];
                in.get(i).readFully(read);
                assertThat(PositionPattern.firstWrong(i % FILES + (long) half * PIECE, read, PIECE))
                        .as("reader %d, half %d", i, half).isEqualTo(-1);
            }
        }
        System.out.printf("%d readers and %d writers: %d bytes of heap a stream, %+d threads, %+d file descriptors%n",
                readers, writers, (heapInUse() - heapBefore) / (readers + writers), threads() - threadsBefore,
                descriptors() - descriptorsBefore);
        for (FSDataOutputStream stream : out) {
            stream.close();
        }
        for (FSDataInputStream stream : in) {
            stream.close();
        }
        for (int i = 0; i < writers; i++) {
            try (FSDataInputStream stream = fs.open(new Path(name + "/" + i))) {
                byte[] read = stream.readAllBytes();
                assertThat(read).hasSize(2 * PIECE);
                assertThat(PositionPattern.firstWrong(7L * i, read, read.length)).as("writer %d", i).isEqualTo(-1);
            }
        }
        assertThat(fs.delete(new Path(name), true)).isTrue();
    }

    /** What is given back by other threads may take a moment: nothing tells when, so this looks until it has happened. */
    private static void returnsTo(int before, IntSupplier now, String what) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NS;
        while (now.getAsInt() > before && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(now.getAsInt()).as(what).isLessThanOrEqualTo(before);
    }

    private static Path source(int number) {
        return new Path("/sources/" + number);
    }

    private static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }

    private static int threads() {
        return Thread.getAllStackTraces().size();
    }

    private static long heapInUse() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
