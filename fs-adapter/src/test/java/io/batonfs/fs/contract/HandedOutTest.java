package io.batonfs.fs.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.ReadOption;
import org.apache.hadoop.io.ByteBufferPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Buffers that {@code read(ByteBufferPool, ...)} gives: what they hold, for how long, and to whom they go back. */
@Conformance
class HandedOutTest {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final EnumSet<ReadOption> NO_OPTIONS = EnumSet.noneOf(ReadOption.class);

    private FileSystem fs;
    private Path file;
    private byte[] content;

    @BeforeEach
    void write(TestInfo test) throws IOException {
        TestGroup.prepare();
        Configuration conf = TestGroup.configuration();
        conf.set("fs.baton.client.buffer.bytes", Integer.toString(BUFFER_BYTES));
        conf.set("fs.baton.client.buffer.memory.bytes", Integer.toString(4 * BUFFER_BYTES));
        fs = FileSystem.newInstance(TestGroup.uri(), conf);
        file = new Path(TestGroup.path("handed-out"), test.getTestMethod().orElseThrow().getName());
        content = create(file, 1);
    }

    @AfterEach
    void close() throws IOException {
        fs.close();
    }

    private byte[] create(Path path, int seed) throws IOException {
        byte[] bytes = new byte[20 * BUFFER_BYTES + 100];
        new Random(seed).nextBytes(bytes);
        try (FSDataOutputStream out = fs.create(path, true)) {
            out.write(bytes);
        }
        return bytes;
    }

    private ByteBuffer expected(int at, int length) {
        return ByteBuffer.wrap(content, at, length);
    }

    /** Counts what is out. */
    private static final class CountingPool implements ByteBufferPool {
        private final List<ByteBuffer> out = new ArrayList<>();

        @Override
        public ByteBuffer getBuffer(boolean direct, int length) {
            ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
            out.add(buffer);
            return buffer;
        }

        @Override
        public void putBuffer(ByteBuffer buffer) {
            assertTrue(out.removeIf(one -> one == buffer), "it is not of this pool");
        }
    }

    @Test
    void theyStayWhatTheyWereWhateverBecomesOfFileAndStream() throws IOException {
        ByteBuffer kept;
        try (FSDataInputStream in = fs.open(file)) {
            in.seek(500);
            kept = in.read(null, 10_000, NO_OPTIONS);
            assertEquals(expected(500, 10_000), kept);
            fs.delete(file, false);
            create(file, 2);
            assertEquals(expected(500, 10_000), kept);
        }
        assertEquals(expected(500, 10_000), kept);
        Path other = new Path(file.getParent(), "other");
        for (int seed = 3; seed < 8; seed++) {
            create(other, seed);
            try (FSDataInputStream in = fs.open(other)) {
                in.readAllBytes();
            }
        }
        assertEquals(expected(500, 10_000), kept);
        fs.close();
        assertEquals(expected(500, 10_000), kept);
    }

    @Test
    void oneThatWasReleasedIsEmptyAndCantBeReleasedAgain() throws IOException {
        FSDataInputStream in = fs.open(file);
        ByteBuffer one = in.read(null, 1000, NO_OPTIONS);
        ByteBuffer two = in.read(null, 1000, NO_OPTIONS);
        assertEquals(2000, in.getPos());
        assertTrue(one.isDirect() && one.isReadOnly());
        in.releaseBuffer(one);
        assertThrows(BufferUnderflowException.class, one::get);
        assertThrows(IndexOutOfBoundsException.class, () -> one.get(0));
        assertThrows(IllegalArgumentException.class, () -> in.releaseBuffer(one));
        assertThrows(IllegalArgumentException.class, () -> in.releaseBuffer(two.duplicate()));
        assertThrows(IllegalArgumentException.class, () -> in.releaseBuffer(ByteBuffer.allocate(3)));
        try (FSDataInputStream stranger = fs.open(file)) {
            assertThrows(IllegalArgumentException.class, () -> stranger.releaseBuffer(two));
        }
        assertEquals(expected(1000, 1000), two);
        in.close();
        in.releaseBuffer(two);
        in.releaseBuffer(two);
        assertThrows(IOException.class, () -> in.read(null, 1000, NO_OPTIONS));
    }

    @Test
    void whoReleasesNoneReadsOnIntoHisOwnPool() throws IOException {
        CountingPool pool = new CountingPool();
        List<ByteBuffer> given = new ArrayList<>();
        try (FSDataInputStream in = fs.open(file)) {
            for (ByteBuffer next; (next = in.read(pool, BUFFER_BYTES, NO_OPTIONS)) != null; ) {
                given.add(next);
            }
            assertTrue(pool.out.size() >= 18, pool.out.size() + " of his own");
            assertTrue(pool.out.size() < given.size(), "none was lent");
            int at = 0;
            for (ByteBuffer one : given) {
                assertEquals(expected(at, one.remaining()), one);
                at += one.remaining();
            }
            assertEquals(content.length, at);
            for (ByteBuffer one : given) {
                in.releaseBuffer(one);
            }
            assertTrue(pool.out.isEmpty());
            in.seek(0);
            ByteBuffer again = in.read(pool, BUFFER_BYTES, NO_OPTIONS);
            assertTrue(pool.out.isEmpty(), "memory that came back is not lent again");
            in.releaseBuffer(again);
        }
    }

    @Test
    void withoutMemoryAndWithoutAPoolItIsRefusedAndNothingIsSkipped() throws IOException {
        List<ByteBuffer> given = new ArrayList<>();
        try (FSDataInputStream in = fs.open(file)) {
            assertThrows(UnsupportedOperationException.class, () -> {
                while (true) {
                    given.add(in.read(null, BUFFER_BYTES, NO_OPTIONS));
                }
            });
            int at = (int) in.getPos();
            assertTrue(at >= 2 * BUFFER_BYTES && at < content.length, "at " + at);
            in.releaseBuffer(given.get(0));
            ByteBuffer next = in.read(null, 1000, NO_OPTIONS);
            assertEquals(expected(at, 1000), next);
        }
    }

    @Test
    void theyGoOnWhereOtherReadsEndedAndTheOtherWayRound() throws IOException {
        try (FSDataInputStream in = fs.open(file)) {
            assertEquals(content[0] & 0xff, in.read());
            ByteBuffer handed = in.read(null, 3000, EnumSet.of(ReadOption.SKIP_CHECKSUMS));
            assertEquals(expected(1, 3000), handed);
            in.releaseBuffer(handed);
            assertEquals(content[3001] & 0xff, in.read());
            in.seek(content.length - 10);
            ByteBuffer last = in.read(null, 3000, NO_OPTIONS);
            assertEquals(expected(content.length - 10, 10), last);
            assertNull(in.read(null, 1, NO_OPTIONS));
            assertEquals(-1, in.read());
            in.releaseBuffer(last);
            ByteBuffer none = in.read(null, 0, NO_OPTIONS);
            assertFalse(none.hasRemaining());
            in.releaseBuffer(none);
            assertSame(none, in.read(null, 0, NO_OPTIONS));
            assertThrows(IllegalArgumentException.class, () -> in.read(null, -1, NO_OPTIONS));
        }
    }
}
