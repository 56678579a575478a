package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** CANCEL (LW-14), over the in-process wire; a subclass takes another. */
@Timeout(60)
class CancelTest {
    private static final int PAGE = 4096;

    /** What to run over. */
    TestFabric fabric() throws IOException {
        return TestFabric.inProcess();
    }

    private static CompletableFuture<Integer> read(LwioConnection connection, int fid, boolean vectored) {
        ByteBuffer page = ByteBuffer.allocateDirect(PAGE);
        return vectored ? connection.readVectored(fid, 0, List.of(page), null) : connection.read(fid, 0, page, null);
    }

    /**
     * One read has the server's one buffer; of two Fids others wait for their turn, for a buffer, or for a credit. One
     * Fid is cancelled: what has begun and what is the other's goes on.
     */
    @Test
    void whatWaitsIsCancelledAndTheRestGoesOn() throws Exception {
        for (boolean vectored : new boolean[] {false, true}) {
            LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
            // Two read buffers, one for each connection.
            LwioServerConfig config = new LwioServerConfig(8, 2 * PAGE, 2 * PAGE, 1 << 20, 2, 8, 100, 60_000, 10_000);
            try (LwioFixture fixture = new LwioFixture(config, fabric())) {
                LwioConnection connection = fixture.connect();
                int fid = connection.register(MemoryFiles.key(1), false, false);
                int other = connection.register(MemoryFiles.key(2), false, false);
                fixture.files.completions = held::add;
                CompletableFuture<Integer> begun = read(connection, fid, vectored);
                Runnable completes = held.take();
                List<CompletableFuture<Integer>> waiting = new ArrayList<>();
                List<CompletableFuture<Integer>> others = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    waiting.add(read(connection, fid, i % 3 == 0));
                    others.add(read(connection, other, i % 2 == 0));
                }
                // All credits are taken: CANCEL waits for the one that is given back first, and goes before the rest.
                CompletableFuture<Void> cancelled = CompletableFuture.runAsync(() -> {
                    try {
                        connection.cancelFid(fid);
                    } catch (LwioException e) {
                        throw new AssertionError(e);
                    }
                });
                LwioEndToEndTest.statusOf(waiting.get(9));
                fixture.files.completions = Runnable::run;
                completes.run();
                assertEquals(PAGE, begun.get());
                for (Runnable one = held.poll(); one != null; one = held.poll()) {
                    one.run();
                }
                cancelled.get();
                int succeeded = 0;
                for (CompletableFuture<Integer> one : waiting) {
                    LwioStatus status = LwioEndToEndTest.statusOf(one);
                    assertTrue(status == LwioStatus.CANCELLED || status == LwioStatus.SUCCESS, status.toString());
                    succeeded += status == LwioStatus.SUCCESS ? 1 : 0;
                }
                assertTrue(succeeded <= 4, succeeded + " went on, but only 4 had been sent");
                for (CompletableFuture<Integer> one : others) {
                    assertEquals(PAGE, one.get());
                }
                assertEquals(PAGE, read(connection, fid, vectored).get(), "the Fid is as good as before");
                connection.close();
                fixture.checkClientsGone();
            }
        }
    }

    /** With a credit left for it, CANCEL reaches the reads that wait at the server. */
    @Test
    void readsThatWaitAtTheServerAreAnsweredAsCancelled() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        LwioServerConfig config = new LwioServerConfig(8, 2 * PAGE, 2 * PAGE, 1 << 20, 2, 8, 100, 60_000, 10_000);
        try (LwioFixture fixture = new LwioFixture(config, fabric())) {
            LwioConnection one = fixture.connect();
            LwioConnection two = fixture.connect();
            LwioConnection three = fixture.connect();
            List<CompletableFuture<Integer>> begun = new ArrayList<>();
            fixture.files.completions = held::add;
            // The two buffers are taken, so the third connection's first read waits for one, and others for a turn.
            for (LwioConnection busy : List.of(one, two)) {
                begun.add(read(busy, busy.register(MemoryFiles.key(1), false, false), false));
            }
            List<Runnable> completes = List.of(held.take(), held.take());
            int fid = three.register(MemoryFiles.key(1), false, false);
            int other = three.register(MemoryFiles.key(1), false, false);
            List<CompletableFuture<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                waiting.add(read(three, fid, i % 2 == 1));
            }
            CompletableFuture<Integer> stays = read(three, other, false);
            CompletableFuture<Integer> staysVectored = read(three, other, true);
            three.cancelFid(fid);
            for (CompletableFuture<Integer> read : waiting) {
                assertTrue(read.isDone());
                assertEquals(LwioStatus.CANCELLED, LwioEndToEndTest.statusOf(read));
            }
            assertTrue(!stays.isDone() && !staysVectored.isDone());
            fixture.files.completions = Runnable::run;
            completes.forEach(Runnable::run);
            assertEquals(PAGE, stays.get());
            assertEquals(PAGE, staysVectored.get());
            for (CompletableFuture<Integer> read : begun) {
                assertEquals(PAGE, read.get());
            }
            three.closeFid(fid);
            assertEquals(LwioStatus.FILE_CLOSED,
                    assertThrows(LwioException.class, () -> three.cancelFid(fid)).status());
            for (LwioConnection connection : List.of(one, two, three)) {
                connection.close();
            }
            fixture.checkClientsGone();
        }
    }
}
