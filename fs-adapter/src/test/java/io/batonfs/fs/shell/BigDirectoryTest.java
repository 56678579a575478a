package io.batonfs.fs.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.fs.BatonFileSystem;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.util.ToolRunner;
import org.apache.hadoop.util.functional.RemoteIterators;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -ls} of a directory of 20,000 entries. */
class BigDirectoryTest {
    private static final int ENTRIES = 20_000;
    private static final int MAKERS = 8;
    /** The stock command puts the lines of so many entries at a time in columns. */
    private static final int MOST_IN_HAND = 100;

    @TempDir
    static File temporary;

    /** For both tests, which only look. */
    private static EmbeddedShell shell;

    @BeforeAll
    static void plant() throws Exception {
        shell = EmbeddedShell.open(temporary);
        ExecutorService makers = Executors.newFixedThreadPool(MAKERS);
        try {
            List<Future<?>> made = IntStream.range(0, MAKERS).<Future<?>>mapToObj(maker -> makers.submit(() -> {
                for (int i = maker; i < ENTRIES; i += MAKERS) {
                    shell.fileSystem().create(new Path("/big/" + name(i))).close();
                }
                return null;
            })).toList();
            for (Future<?> each : made) {
                each.get();
            }
        } finally {
            makers.shutdownNow();
            assertTrue(makers.awaitTermination(1, TimeUnit.MINUTES));
        }
    }

    @AfterAll
    static void close() throws IOException {
        shell.close();
    }

    private static String name(int i) {
        return String.format("f%05d", i);
    }

    @Test
    void showsAllOfThemInOrder() throws Exception {
        List<String> listed = shell.fs("-ls", "/big").lines();
        assertEquals("Found " + ENTRIES + " items", listed.get(0));
        assertEquals(ENTRIES + 1, listed.size());
        assertTrue(listed.get(ENTRIES).endsWith("/big/" + name(ENTRIES - 1)));

        assertEquals(IntStream.range(0, ENTRIES).mapToObj(i -> "/big/" + name(i)).toList(),
                shell.fs("-ls", "-C", "/big").lines());
        assertEquals(IntStream.range(0, ENTRIES).mapToObj(i -> "/big/" + name(ENTRIES - 1 - i)).toList(),
                shell.fs("-ls", "-C", "-r", "/big").lines());
        assertEquals(100, shell.fs("-ls", "-C", "/big/f012[0-9][0-9]").lines().size());
        assertEquals(1, shell.fs("-count", "/big").lines().size());
        assertTrue(shell.fs("-count", "/big").out().matches(" +1 +" + ENTRIES + " +0 /big\n"));
    }

    /** Where nothing has to be sorted or counted first, the shell lists page by page and prints as it goes. */
    @Test
    void neverHoldsMoreThanAPage() throws Exception {
        Configuration conf = new Configuration(shell.conf());
        conf.setClass("fs.baton.impl", Watched.class, FileSystem.class);
        conf.setBoolean("fs.baton.impl.disable.cache", true);
        Watched.handedOut = 0;
        CountedLines lines = new CountedLines();
        PrintStream out = System.out;
        System.setOut(new PrintStream(lines, true, StandardCharsets.UTF_8));
        try {
            assertEquals(0, ToolRunner.run(new BatonFsShell(conf), new String[] {"-ls", "-R", "/big"}));
        } finally {
            System.setOut(out);
        }
        assertEquals(ENTRIES, lines.count);
        assertEquals(ENTRIES, Watched.handedOut);
        assertTrue(lines.mostInHand <= MOST_IN_HAND, lines.mostInHand + " entries were read and not printed yet");
    }

    /** Baton, but for listings, which it counts, and which it hands out only by pages. */
    public static final class Watched extends FilterFileSystem {
        private static int handedOut;

        /** What Hadoop calls. */
        public Watched() {
            super(new BatonFileSystem());
        }

        @Override
        public FileStatus[] listStatus(Path path) {
            throw new AssertionError("all of " + path + " was asked for at once");
        }

        @Override
        public RemoteIterator<FileStatus> listStatusIterator(Path path) throws IOException {
            return RemoteIterators.mappingRemoteIterator(super.listStatusIterator(path), status -> {
                handedOut++;
                return status;
            });
        }
    }

    /** Counts lines, and how many entries were handed out and not printed. */
    private static final class CountedLines extends OutputStream {
        private int count;
        private int mostInHand;

        @Override
        public void write(int character) {
            if (character == '\n') {
                mostInHand = Math.max(mostInHand, Watched.handedOut - count);
                count++;
            }
        }
    }
}
