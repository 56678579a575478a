package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.RecordedLog;
import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A client's own thread whose stack ends anywhere in a call, really and not by injection: what it was at is over, but
 * the connection can be closed by any other thread, its memory comes back, and a neighbour notices nothing. The executor
 * has queues of its own that need no lock's methods, as those of the JDK may be left locked in the same way. Not in the
 * normal run, since where a stack ends is the compiler's affair: {@code -Dstack.depths=150}.
 */
@EnabledIfSystemProperty(named = "stack.depths", matches = "\\d+")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EndOfStackTest {
    private static final long STACK_BYTES = 256 * 1024;
    private static final int BYTES = 4096;
    private static final int DEPTHS = Integer.getInteger("stack.depths", 150);

    private static final int STEP_FRAMES = 7;

    private interface Call {
        void run() throws Exception;
    }

    /** Goes down so many frames, then calls. */
    private static int down(int frames, int[] deepest, Call call) throws Exception {
        deepest[0]++;
        if (frames == 0) {
            call.run();
            return 0;
        }
        return down(frames - 1, deepest, call) + 1;
    }

    /** Frames that there is stack for at the moment: the compiler makes them smaller. */
    private static int depth() throws Exception {
        int[] deepest = new int[1];
        assertTrue(inThread(() -> down(Integer.MAX_VALUE, deepest, () -> { })) instanceof StackOverflowError);
        return deepest[0];
    }

    private static Throwable inThread(Call call) throws Exception {
        Throwable[] thrown = new Throwable[1];
        Thread thread = new Thread(null, () -> {
            try {
                call.run();
            } catch (Exception | Error e) {
                thrown[0] = e;
            }
        }, "end of stack", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        thread.join(TimeUnit.SECONDS.toMillis(30));
        assertTrue(!thread.isAlive(), "it hangs");
        return thrown[0];
    }

    private static void readOnce(LwioConnection connection, int fid) throws Exception {
        CompletableFuture<Integer> read = connection.read(fid, 0, ByteBuffer.allocateDirect(BYTES), null);
        connection.await(read, 1);
    }

    @Test
    void whereverAClientsStackEndsItsConnectionCanBeClosed() throws Exception {
        try (LwioFixture fixture = new LwioFixture(LwioServerConfig.DEFAULT, TestFabric.inProcess());
                LwioConnection neighbour = fixture.connect()) {
            fixture.withoutLocks();
            int neighboursFid = neighbour.register(MemoryFiles.key(1), false, false);
            for (int i = 0; i < 200; i++) {
                readOnce(neighbour, neighboursFid);
            }
            int overflows = 0;
            int above = 0;
            for (int i = 0; i < DEPTHS; i++) {
                // A little higher each time, until there is stack for all of the call; then from the end again.
                above += STEP_FRAMES;
                int down = Math.max(1, depth() - above);
                boolean[] reached = new boolean[1];
                LwioConnection connection = fixture.connect();
                int fid = connection.register(MemoryFiles.key(2), false, false);
                Throwable thrown = inThread(() -> down(down, new int[1], () -> {
                    reached[0] = true;
                    readOnce(connection, fid);
                }));
                if (thrown instanceof StackOverflowError && reached[0]) {
                    overflows++;
                } else if (thrown == null) {
                    above = i % STEP_FRAMES;
                }
                CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> {
                    try {
                        connection.close();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                String where = "at " + down + " frames, " + thrown;
                try {
                    closed.get(20, TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    throw new AssertionError("its connection can't be closed " + where, thrown);
                }
                fixture.awaitOneLeft();
                CompletableFuture<Integer> read =
                        neighbour.read(neighboursFid, 0, ByteBuffer.allocateDirect(BYTES), null);
                assertTrue(neighbour.await(read, 20_000), where);
                assertEquals(BYTES, read.get());
            }
            System.out.println(overflows + " of " + DEPTHS + " calls met the end of the stack");
            assertTrue(overflows > 5, overflows + " calls met the end of the stack");
            RecordedLog.takeErrors();
        }
    }
}
