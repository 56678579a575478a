package io.batonfs.client;

import static io.batonfs.client.Setup.fails;
import static io.batonfs.client.Setup.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory that readers borrow: whose it is, what is in it, and that it comes back. */
@Timeout(60)
class LendingTest {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int BUFFERS = 8;

    private static Setup setup() throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 1024), 2, 8, 1 << 20);
        return new Setup(group, Map.of("buffer.bytes", "64k", "buffer.memory.bytes", BUFFERS * 64 + "k",
                "readahead.bytes", "64k"));
    }

    private static byte[] content(LentBytes lent) {
        byte[] bytes = new byte[lent.bytes().remaining()];
        lent.bytes().duplicate().get(bytes);
        return bytes;
    }

    /** READs ahead that nobody wants any more hold their buffers until they are answered. */
    private static void awaitOut(Setup setup, int buffers) {
        while (setup.client.pool().out() != buffers) {
            Thread.onSpinWait();
        }
    }

    private static byte[] part(byte[] bytes, long from, int length) {
        return Arrays.copyOfRange(bytes, (int) from, (int) from + length);
    }

    @Test
    void whatIsLentIsTheMemoryThatTheBytesWereReceivedIn() throws IOException {
        try (Setup setup = setup()) {
            byte[] bytes = setup.file("/f", 4 * BUFFER_BYTES);
            try (BatonInput input = setup.client.open("/f");
                    LentBytes lent = input.lend(1000, 5000).orElseThrow()) {
                assertArrayEquals(part(bytes, 1000, 5000), content(lent));
                assertTrue(lent.bytes().isDirect() && lent.bytes().isReadOnly());
                assertSame(lent.bytes(), lent.bytes());
                ByteBuffer received = setup.group.lastTarget;
                received.put(7, (byte) ~received.get(7));
                assertEquals(received.get(7), lent.bytes().get(7), "a copy was made");
                assertEquals(bytes.length + 5000L, setup.client.counters().checksummedBytes(),
                        "once when written, once when read");
                assertEquals(bytes.length, setup.client.counters().copiedBytes(), "when written");
            }
        }
    }

    @Test
    void whoGoesOnInAFileBorrowsWhatWasReadAhead() throws IOException {
        try (Setup setup = setup()) {
            byte[] bytes = setup.file("/f", 40 * BUFFER_BYTES + 77);
            long copied = setup.client.counters().copiedBytes();
            int reads = setup.group.reads.get();
            int lendings = 0;
            try (BatonInput input = setup.client.open("/f")) {
                for (int at = 0; at < bytes.length; lendings++) {
                    try (LentBytes lent = input.lend(at, 16_384).orElseThrow()) {
                        assertArrayEquals(part(bytes, at, lent.bytes().remaining()), content(lent));
                        at += lent.bytes().remaining();
                    }
                }
                assertEquals(Optional.empty(), input.lend(bytes.length, 1));
            }
            assertTrue(lendings >= 161, lendings + " times");
            assertTrue(setup.group.reads.get() - reads < 60, setup.group.reads.get() - reads + " READs");
            assertEquals(copied, setup.client.counters().copiedBytes());
            assertEquals(2 * bytes.length, setup.client.counters().checksummedBytes());
            assertEquals(bytes.length, setup.client.counters().readBytes());
        }
    }

    @Test
    void itStaysWhatItWasWhateverBecomesOfFileAndStream() throws IOException {
        try (Setup setup = setup()) {
            byte[] bytes = setup.file("/f", 4 * BUFFER_BYTES);
            BatonInput input = setup.client.open("/f");
            LentBytes returned = input.lend(0, 1000).orElseThrow();
            LentBytes kept = input.lend(1000, 30_000).orElseThrow();
            setup.client.delete("/f", false);
            byte[] others = setup.file("/f", 4 * BUFFER_BYTES);
            input.close();
            assertEquals(0, setup.client.pool().lent());
            // What a user keeps is not the pool's any more.
            awaitOut(setup, 0);
            returned.close();
            kept.close();
            assertEquals(0, setup.client.pool().out(), "given back after the end");
            for (int round = 0; round < 3 * BUFFERS; round++) {
                assertArrayEquals(others, setup.readAll("/f"));
            }
            assertArrayEquals(part(bytes, 0, 1000), content(returned));
            assertArrayEquals(part(bytes, 1000, 30_000), content(kept));
        }
    }

    @Test
    void memoryThatCameBackIsUsedAgainAndOnlyOnce() throws IOException {
        try (Setup setup = setup()) {
            byte[] bytes = setup.file("/f", 4 * BUFFER_BYTES);
            try (BatonInput input = setup.client.open("/f")) {
                LentBytes first = input.lend(0, 1000).orElseThrow();
                assertEquals(1, setup.client.pool().lent());
                first.close();
                first.close();
                assertEquals(0, setup.client.pool().lent());
                input.unbuffer();
                assertEquals(0, setup.client.pool().out());
                ByteBuffer again = setup.group.lastTarget;
                try (LentBytes second = input.lend(100_000, 1000).orElseThrow()) {
                    setup.group.lastTarget.put(0, (byte) ~bytes[100_000]);
                    assertEquals(again.get(0), second.bytes().get(0), "another buffer");
                    first.close();
                    assertEquals(1, setup.client.pool().lent());
                }
            }
        }
    }

    @Test
    void halfOfTheMemoryIsLentAndNoMore() throws IOException {
        try (Setup setup = setup()) {
            byte[] bytes = setup.file("/f", 40 * BUFFER_BYTES);
            List<LentBytes> out = new ArrayList<>();
            try (BatonInput input = setup.client.open("/f")) {
                int at = 0;
                for (Optional<LentBytes> next; (next = input.lend(at, BUFFER_BYTES)).isPresent(); at += 2 * BUFFER_BYTES) {
                    out.add(next.get());
                }
                assertEquals(BUFFERS / 2, out.size());
                assertArrayEquals(part(bytes, at, 100_000), read(input, at, 100_000, false), "reading goes on");
                try (BatonOutput output = setup.client.create("/g", Setup.NEW)) {
                    output.write(bytes, 0, bytes.length);
                }
                assertArrayEquals(bytes, setup.readAll("/g"), "others go on");
                out.get(2).close();
                try (LentBytes more = input.lend(at, 10).orElseThrow()) {
                    assertArrayEquals(part(bytes, at, 10), content(more));
                    assertEquals(Optional.empty(), input.lend(0, 10));
                }
                for (int i = 0; i < out.size(); i++) {
                    if (i != 2) {
                        assertArrayEquals(part(bytes, 2 * i * BUFFER_BYTES, BUFFER_BYTES), content(out.get(i)));
                        out.get(i).close();
                    }
                }
                assertEquals(0, setup.client.pool().lent());
            }
        }
    }

    @Test
    void aWindowLentTwiceCountsOnceAndComesBackWithTheLast() throws IOException {
        try (Setup setup = setup()) {
            byte[] bytes = setup.file("/f", 8 * BUFFER_BYTES);
            try (BatonInput input = setup.client.open("/f")) {
                read(input, 0, 1000, false);
                read(input, 1000, 1000, false);
                LentBytes one = input.lend(2000, 1000).orElseThrow();
                LentBytes two = input.lend(3000, 1000).orElseThrow();
                assertEquals(1, setup.client.pool().lent());
                input.unbuffer();
                one.close();
                assertEquals(1, setup.client.pool().lent());
                awaitOut(setup, 1);
                assertArrayEquals(bytes, setup.readAll("/f"));
                assertArrayEquals(part(bytes, 3000, 1000), content(two));
                two.close();
                assertEquals(0, setup.client.pool().out());
            }
        }
    }

    @Test
    void wrongBytesAreNeverLent() throws IOException {
        try (Setup setup = setup()) {
            byte[] bytes = setup.file("/dir/f", 20 * BUFFER_BYTES);
            try (BatonInput input = setup.client.open("/dir/f")) {
                for (int at = 0; at < bytes.length - 10_000; at += 10_000) {
                    setup.group.faults.wrongReads(1);
                    try (LentBytes lent = input.lend(at, 10_000).orElseThrow()) {
                        int length = lent.bytes().remaining();
                        assertArrayEquals(part(bytes, at, length), content(lent));
                    }
                }
                input.unbuffer();
                awaitOut(setup, 0);
                setup.group.faults.wrongReads(2);
                fails(ErrorCode.DATA_LOST, () -> input.lend(5, 100));
                setup.group.faults.wrongReads(0);
                assertEquals(0, setup.client.pool().lent());
                fails(ErrorCode.INVALID_ARGUMENT, () -> input.lend(-1, 100));
                fails(ErrorCode.INVALID_ARGUMENT, () -> input.lend(0, 0));
            }
            BatonInput closed = setup.client.open("/dir/f");
            closed.close();
            fails(ErrorCode.INVALID_ARGUMENT, () -> closed.lend(0, 100));
        }
    }

    @Test
    void borrowersAndReadersOfOneStreamDontWriteOverEachOther() throws Exception {
        int threads = 6;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try (Setup setup = setup()) {
            byte[] bytes = setup.file("/f", 30 * BUFFER_BYTES);
            try (BatonInput input = setup.client.open("/f")) {
                List<Future<Void>> ended = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    ended.add(executor.submit(borrower(input, bytes, new Random(Setup.seed() + i), i % 3 == 0)));
                }
                for (Future<Void> one : ended) {
                    one.get();
                }
                assertEquals(0, setup.client.pool().lent());
            } catch (ExecutionException e) {
                throw new AssertionError("seed " + Setup.seed(), e);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** Holds some of what he was lent while he and others read on, and looks at it again before he gives it back. */
    private static Callable<Void> borrower(BatonInput input, byte[] bytes, Random random, boolean inARow) {
        return () -> {
            int at = 0;
            for (int round = 0; round < 200; round++) {
                at = inARow ? at : random.nextInt(bytes.length - 20_000);
                Optional<LentBytes> lent = input.lend(at, 1 + random.nextInt(20_000));
                int other = random.nextInt(bytes.length - 5000);
                assertArrayEquals(part(bytes, other, 5000), read(input, other, 5000, random.nextBoolean()));
                if (lent.isPresent()) {
                    try (LentBytes held = lent.get()) {
                        assertArrayEquals(part(bytes, at, held.bytes().remaining()), content(held));
                        at += held.bytes().remaining();
                    }
                }
                if (at > bytes.length - 20_000) {
                    at = 0;
                }
            }
            return null;
        };
    }

    @Test
    void aClientThatIsClosedLeavesWhatIsStillLent() throws IOException {
        LentBytes lent;
        byte[] bytes;
        try (Setup setup = setup()) {
            bytes = setup.file("/f", BUFFER_BYTES);
            lent = setup.client.open("/f").lend(0, BUFFER_BYTES).orElseThrow();
            assertNotEquals(0, setup.client.pool().out());
        }
        assertArrayEquals(bytes, content(lent));
    }
}
