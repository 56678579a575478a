package io.batonfs.fs.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileRange;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobalStorageStatistics;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.ReadOption;
import org.apache.hadoop.io.ByteBufferPool;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * How often the client copies the bytes of each way to read and write, and how often it computes their checksums: the
 * table in this module's README.md, row by row.
 */
@Conformance
class CopiesTest {
    private static final int PIECE_BYTES = 64 << 10;
    private static final int LARGE_BYTES = 1 << 20;
    private static final int SIZE_BYTES = 4 * LARGE_BYTES + 12_345;

    private static FileSystem fs;
    private static Path file;
    private static byte[] content;

    @BeforeAll
    static void writeAFile() throws IOException {
        TestGroup.prepare();
        fs = TestGroup.fileSystem(TestGroup.configuration());
        file = new Path(TestGroup.path("copies"), "read");
        content = new byte[SIZE_BYTES];
        new Random(SIZE_BYTES).nextBytes(content);
        try (FSDataOutputStream out = fs.create(file, true)) {
            out.write(content);
        }
    }

    private interface Work {
        void on(FSDataInputStream in) throws Exception;
    }

    private static long figure(String name) {
        return GlobalStorageStatistics.INSTANCE.get("BatonFileSystem").getLong(name);
    }

    private static void assertCounts(long copied, long checksummed, Work work) throws Exception {
        long copiedBefore = figure("copiedBytes");
        long checksummedBefore = figure("checksummedBytes");
        try (FSDataInputStream in = fs.open(file)) {
            work.on(in);
        }
        assertEquals(copied, figure("copiedBytes") - copiedBefore, "bytes that were copied");
        assertEquals(checksummed, figure("checksummedBytes") - checksummedBefore, "bytes that were summed");
    }

    /** Reads all of the file into one buffer, again and again, and compares. */
    private static void readThrough(FSDataInputStream in, ByteBuffer buffer) throws IOException {
        int at = 0;
        while (in.read(buffer.clear()) > 0) {
            buffer.flip();
            assertTrue(ByteBuffer.wrap(content, at, buffer.remaining()).equals(buffer), "wrong from " + at);
            at += buffer.remaining();
        }
        assertEquals(SIZE_BYTES, at);
    }

    @Test
    void readingArraysInARowIsOneCopy() throws Exception {
        for (int bytes : new int[] {PIECE_BYTES, LARGE_BYTES}) {
            assertCounts(SIZE_BYTES, SIZE_BYTES, in -> {
                byte[] piece = new byte[bytes];
                int at = 0;
                for (int n; (n = in.read(piece, 0, bytes)) > 0; at += n) {
                    assertTrue(Arrays.equals(content, at, at + n, piece, 0, n), "wrong from " + at);
                }
                assertEquals(SIZE_BYTES, at);
            });
        }
    }

    @Test
    void readingBuffersOfTheHeapInARowIsOneCopy() throws Exception {
        assertCounts(SIZE_BYTES, SIZE_BYTES, in -> readThrough(in, ByteBuffer.allocate(PIECE_BYTES)));
    }

    @Test
    void largeDirectBuffersAreWhatTheBytesAreReceivedIn() throws Exception {
        assertCounts(0, SIZE_BYTES, in -> readThrough(in, ByteBuffer.allocateDirect(LARGE_BYTES)));
    }

    @Test
    void smallerDirectBuffersInARowAreCopiedFromWhatWasReadAhead() throws Exception {
        assertCounts(SIZE_BYTES - 2 * PIECE_BYTES, SIZE_BYTES,
                in -> readThrough(in, ByteBuffer.allocateDirect(PIECE_BYTES)));
    }

    @Test
    void smallReadsAreCopiedOnceMore() throws Exception {
        assertCounts(SIZE_BYTES, SIZE_BYTES, in -> {
            readThrough(in, ByteBuffer.allocate(100));
            assertEquals(SIZE_BYTES, in.getIOStatistics().counters().get("stream_read_bytes_from_buffer"));
        });
    }

    @Test
    void positionedReadsAreOneCopyOrNone() throws Exception {
        int[] places = {3 * LARGE_BYTES, 0, 2 * LARGE_BYTES + 17};
        assertCounts(places.length * PIECE_BYTES, places.length * PIECE_BYTES, in -> {
            for (int place : places) {
                byte[] got = new byte[PIECE_BYTES];
                in.readFully(place, got);
                assertArrayEquals(Arrays.copyOfRange(content, place, place + PIECE_BYTES), got);
            }
        });
        assertCounts(0, places.length * PIECE_BYTES, in -> {
            for (int place : places) {
                ByteBuffer got = ByteBuffer.allocateDirect(PIECE_BYTES);
                in.readFully(place, got);
                assertEquals(ByteBuffer.wrap(content, place, PIECE_BYTES), got.flip());
            }
        });
    }

    @Test
    void vectoredReadsLandInDirectBuffersAndAreCopiedToOthers() throws Exception {
        assertCounts(0, 12 * PIECE_BYTES, in -> readVectored(in, PIECE_BYTES, ByteBuffer::allocateDirect));
        assertCounts(12 * PIECE_BYTES, 12 * PIECE_BYTES, in -> readVectored(in, PIECE_BYTES, ByteBuffer::allocate));
        // To register memory takes longer than to copy so little.
        assertCounts(12 * 100, 12 * 100, in -> readVectored(in, 100, ByteBuffer::allocateDirect));
        assertCounts(2 * 12 * 100, 12 * 100, in -> readVectored(in, 100, ByteBuffer::allocate));
    }

    private static void readVectored(FSDataInputStream in, int bytes, IntFunction<ByteBuffer> allocate)
            throws Exception {
        List<FileRange> ranges = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ranges.add(FileRange.createFileRange(i * 300_000L + 5, bytes));
        }
        in.readVectored(ranges, allocate);
        for (FileRange range : ranges) {
            assertEquals(ByteBuffer.wrap(content, (int) range.getOffset(), bytes), range.getData().get());
        }
    }

    @Test
    void whatIsHandedOutIsNotCopiedAtAll() throws Exception {
        ByteBufferPool unused = new ByteBufferPool() {
            @Override
            public ByteBuffer getBuffer(boolean direct, int length) {
                throw new AssertionError("memory of the caller's is asked for");
            }

            @Override
            public void putBuffer(ByteBuffer buffer) {
                throw new AssertionError("memory that is not his own is given to the caller");
            }
        };
        for (int most : new int[] {PIECE_BYTES, 1 << 30}) {
            assertCounts(0, SIZE_BYTES, in -> {
                int at = 0;
                for (ByteBuffer got; (got = in.read(unused, most, EnumSet.noneOf(ReadOption.class))) != null; ) {
                    assertEquals(ByteBuffer.wrap(content, at, got.remaining()), got);
                    at += got.remaining();
                    assertEquals(at, in.getPos());
                    in.releaseBuffer(got);
                }
                assertEquals(SIZE_BYTES, at);
                assertNull(in.read(null, most, EnumSet.noneOf(ReadOption.class)));
            });
        }
    }

    @Test
    void writingArraysIsOneCopyAndLargeDirectBuffersNone() throws Exception {
        assertCounts(SIZE_BYTES, SIZE_BYTES, in -> {
            try (FSDataOutputStream out = fs.create(new Path(file.getParent(), "array"), true)) {
                for (int at = 0; at < SIZE_BYTES; at += PIECE_BYTES) {
                    out.write(content, at, Math.min(PIECE_BYTES, SIZE_BYTES - at));
                }
            }
        });
        Path direct = new Path(file.getParent(), "direct");
        ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE_BYTES).put(content).flip();
        assertCounts(12_345, SIZE_BYTES, in -> {
            try (FSDataOutputStream out = fs.create(direct, true)) {
                WritableByteChannel channel = (WritableByteChannel) out;
                for (int at = 0; at < SIZE_BYTES; at = buffer.position()) {
                    int length = Math.min(LARGE_BYTES, SIZE_BYTES - at);
                    assertEquals(length, channel.write(buffer.limit(at + length)));
                    assertEquals(at + length, out.getPos());
                }
                assertTrue(channel.isOpen());
            }
        });
        try (FSDataInputStream in = fs.open(direct)) {
            assertArrayEquals(content, in.readAllBytes());
        }
    }

    @Test
    void aFewBytesThatAreFlushedAreTwoCopies() throws Exception {
        assertCounts(2 * 100, 100, in -> {
            try (FSDataOutputStream out = fs.create(new Path(file.getParent(), "few"), true)) {
                out.write(content, 0, 100);
                out.hflush();
            }
        });
    }
}
