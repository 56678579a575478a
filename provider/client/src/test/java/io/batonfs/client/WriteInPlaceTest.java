package io.batonfs.client;

import static io.batonfs.client.Setup.NEW;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.transport.lwio.LwioStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bytes that are sent from where their writer has them. */
@Timeout(60)
class WriteInPlaceTest {
    private static final int LARGE = 300_000;

    private static Setup setup() throws IOException {
        return new Setup(new FakeGroup(Setup.seed(), new PageGeometry(4096, 64), 2, 8, 1 << 16),
                Map.of("buffer.bytes", "64k"));
    }

    private static ByteBuffer direct(byte[] bytes) {
        // Not at the buffer's beginning, and with something behind.
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 20).position(13);
        return buffer.put(bytes).limit(buffer.position()).position(13);
    }

    @Test
    void theyAreNotCopiedAndOnlyOnceSummed() throws IOException {
        try (Setup setup = setup()) {
            byte[] bytes = setup.bytes(LARGE);
            ByteBuffer buffer = direct(bytes);
            try (BatonOutput output = setup.client.create("/f", NEW)) {
                output.write(buffer);
                assertFalse(buffer.hasRemaining());
                assertEquals(LARGE, output.position());
                ByteBuffer sent = setup.group.lastSource;
                byte last = sent.get(sent.limit() - 1);
                buffer.put(buffer.limit() - 1, (byte) ~last);
                assertEquals(~last, sent.get(sent.limit() - 1), "a copy was made");
                assertEquals(0, setup.client.pool().out());
                assertEquals(0, setup.client.counters().copiedBytes());
                assertEquals(LARGE, setup.client.counters().checksummedBytes());
            }
            assertArrayEquals(bytes, setup.readAll("/f"));
        }
    }

    @Test
    void theBufferIsTheCallersAgainWhenTheWriteReturns() throws IOException {
        try (Setup setup = setup()) {
            ByteArrayOutputStream model = new ByteArrayOutputStream();
            Random random = new Random(Setup.seed());
            ByteBuffer reused = ByteBuffer.allocateDirect(LARGE);
            setup.group.faults.chance(0.02);
            try (BatonOutput output = setup.client.create("/f", NEW)) {
                for (int i = 0; i < 40; i++) {
                    byte[] bytes = setup.bytes(random.nextInt(i % 3 == 0 ? LARGE : 5000));
                    switch (i % 4) {
                        case 0 -> output.write(bytes, 0, bytes.length);
                        case 1 -> output.write(ByteBuffer.wrap(bytes));
                        default -> output.write(reused.clear().put(bytes).flip());
                    }
                    model.write(bytes, 0, bytes.length);
                    if (i % 7 == 0) {
                        output.hflush();
                    }
                }
            } finally {
                setup.group.faults.chance(0);
            }
            assertArrayEquals(model.toByteArray(), setup.readAll("/f"));
        }
    }

    @Test
    void whoChangesThemMeanwhileIsToldAndTheFileHasNoneOfIt() throws Exception {
        try (Setup setup = setup()) {
            byte[] bytes = setup.bytes(LARGE);
            ByteBuffer buffer = direct(bytes);
            BatonOutput output = setup.client.create("/f", NEW);
            setup.group.faults.nextIo(LwioStatus.INSUFFICIENT_RESOURCES);
            setup.group.wire.hold(true);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    output.write(buffer.duplicate());
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
            });
            setup.group.wire.awaitPending(1);
            // The first try is refused; the next one finds other bytes than were there at first.
            buffer.put(20_000, (byte) ~buffer.get(20_000));
            setup.group.wire.hold(false);
            CompletionException failed = assertThrows(CompletionException.class, writing::join);
            BatonException cause = (BatonException) failed.getCause();
            assertEquals(ErrorCode.DATA_LOST, cause.code());
            assertTrue(cause.getMessage().contains("/f") && cause.getMessage().contains("change the buffer"),
                    cause.getMessage());
            output.abort();
            byte[] left = setup.readAll("/f");
            assertArrayEquals(Arrays.copyOf(bytes, left.length), left);
        }
    }

    @Test
    void whoIsInterruptedGetsHisBufferBackNotBeforeItIsOutOfUse() throws Exception {
        try (Setup setup = setup()) {
            ByteBuffer buffer = direct(setup.bytes(LARGE));
            BatonOutput output = setup.client.create("/f", NEW);
            setup.group.wire.hold(true);
            CompletableFuture<Throwable> ended = new CompletableFuture<>();
            Thread writer = new Thread(() -> {
                try {
                    output.write(buffer);
                    ended.complete(null);
                } catch (IOException e) {
                    ended.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("not told", e));
                }
            });
            writer.start();
            setup.group.wire.awaitPending(1);
            writer.interrupt();
            assertThrows(TimeoutException.class, () -> ended.get(200, TimeUnit.MILLISECONDS),
                    "WRITEs still read the buffer");
            setup.group.wire.hold(false);
            assertInstanceOf(InterruptedIOException.class, ended.get());
            assertEquals(0, setup.group.wire.pending());
            output.abort();
        }
    }
}
