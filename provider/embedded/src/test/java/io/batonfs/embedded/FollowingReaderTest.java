package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonInput;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.FileInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Readers of a file that is being written, over the end of its first extent (32 MiB) and through lease recovery. */
@Timeout(120)
class FollowingReaderTest {
    private static final int CHUNK = 1 << 20;
    private static final long LENGTH = 34L * CHUNK + 12_345;
    /** Where recovery ends the first writer's part, in the second extent. */
    private static final long RECOVERED = 33L * CHUNK;
    private static final String FILE = "/tree/file";

    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private GroupUnderTest group;
    private BatonClient writing;
    private BatonClient reading;
    private BatonOutput out;
    /** What the writer has handed over, before and after the call; the reader's length lies between. */
    private volatile long begun;
    private volatile long flushed;

    @BeforeEach
    void open(@TempDir Path directory) throws IOException {
        group = new GroupUnderTest(directory, 1);
        writing = group.client();
        reading = group.client();
        out = writing.create(FILE, GroupUnderTest.OPTIONS);
    }

    @AfterEach
    void close() throws IOException {
        executor.shutdownNow();
        writing.close();
        reading.close();
        group.close();
    }

    @Test
    void aReaderSeesAcknowledgedPrefixesOnly() throws Exception {
        append(1000);
        Future<Long> follower = executor.submit(() -> follow(LENGTH, new CountDownLatch(1)));
        append(LENGTH);
        out.close();
        assertEquals(LENGTH, follower.get());
    }

    @Test
    void aReaderGoesOnWhileTheLeaseIsRecovered() throws Exception {
        append(RECOVERED);
        CountDownLatch caughtUp = new CountDownLatch(1);
        Future<Long> follower = executor.submit(() -> follow(RECOVERED, caughtUp));
        caughtUp.await();
        assertTrue(writing.recoverLease(FILE));
        try (BatonOutput next = writing.append(FILE)) {
            begun = LENGTH;
            next.write(pattern(RECOVERED, LENGTH), 0, (int) (LENGTH - RECOVERED));
        }
        FileInfo info = reading.status(FILE).orElseThrow();
        assertFalse(info.open());
        assertEquals(LENGTH, info.lengthBytes());
        checkFile(FILE, LENGTH, LENGTH);
        flushed = LENGTH;
        long followed = follower.get();
        // An input that saw the file closed in between shows no more of it.
        assertTrue(followed == RECOVERED || followed == LENGTH, "the follower ended at " + followed);
        out.abort();
    }

    @Test
    void copiesAndClonesHoldAtLeastWhatWasFlushedBefore() throws Exception {
        long[] stops = {5000, 31L * CHUNK, 32L * CHUNK, 32L * CHUNK + 1, LENGTH};
        for (int i = 0; i < stops.length; i++) {
            append(stops[i]);
            // Not flushed: may be in a copy or not.
            out.write(pattern(begun, begun + 777), 0, 777);
            begun += 777;
            reading.copyByToken(FILE, Optional.empty(), 0, -1, "/copy-" + i, GroupUnderTest.OPTIONS);
            reading.cloneTree("/tree", "/clone-" + i, false);
            checkFile("/copy-" + i, flushed, begun);
            checkFile("/clone-" + i + "/file", flushed, begun);
        }
        out.close();
        checkFile(FILE, begun, begun);
        checkFile("/clone-0/file", 5000, 5777);
    }

    /** Writes up to a position with an hflush now and then. */
    private void append(long until) throws IOException {
        while (begun < until) {
            long from = begun;
            int length = (int) Math.min(CHUNK, until - from);
            begun = from + length;
            out.write(pattern(from, begun), 0, length);
            out.hflush();
            flushed = begun;
        }
    }

    /**
     * Reads what is there, again and again, until all is flushed; says how much was read.
     *
     * @param end where the part ends that an input opened now can see
     */
    private long follow(long end, CountDownLatch caughtUp) throws IOException {
        try (BatonInput in = reading.open(FILE)) {
            long read = 0;
            while (true) {
                long before = flushed;
                long length = in.refreshLength();
                assertTrue(length >= Math.min(before, end) && length >= read && length <= begun,
                        length + " is not within " + before + " and " + begun);
                check(in, read, length);
                read = length;
                if (read >= RECOVERED) {
                    caughtUp.countDown();
                }
                if (before == LENGTH) {
                    return read;
                }
            }
        }
    }

    private void checkFile(String path, long atLeast, long atMost) throws IOException {
        try (BatonInput in = reading.open(path)) {
            long length = in.lengthBytes();
            assertTrue(length >= atLeast && length <= atMost, path + " has " + length + " bytes, not " + atLeast + " to "
                    + atMost);
            check(in, 0, length);
        }
    }

    private static void check(BatonInput in, long from, long end) throws IOException {
        for (long at = from; at < end;) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK, end - at));
            int count = in.read(at, buffer);
            assertTrue(count > 0, "no bytes at " + at + " of " + end);
            int differs = buffer.flip().mismatch(ByteBuffer.wrap(pattern(at, at + count)));
            assertEquals(-1, differs, "a wrong byte behind " + at);
            at += count;
        }
    }

    /** Bytes that say where they belong. */
    private static byte[] pattern(long from, long end) {
        byte[] bytes = new byte[(int) (end - from)];
        for (int i = 0; i < bytes.length; i++) {
            long at = from + i;
            bytes[i] = (byte) ((at >>> 3) * 0x9E3779B97F4A7C15L >>> 8 * (at & 7));
        }
        return bytes;
    }
}
