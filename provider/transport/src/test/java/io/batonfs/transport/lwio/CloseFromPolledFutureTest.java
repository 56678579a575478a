package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.wire.StallingTcpProxy;
import io.batonfs.transport.wire.TcpWireConfig;
import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What hangs on a polled future is called by the thread that drives the wire. It may close the connection though its end
 * can't come before that thread goes on: a server has sent half a message, which only the loop can give up.
 */
@Timeout(60)
class CloseFromPolledFutureTest {
    private static final LwioClientConfig CONFIG = new LwioClientConfig(4, 65536, 65536, 1024, 16, 30_000);
    private static final int PAGE_BYTES = 4096;

    private final RawServer server;
    private final StallingTcpProxy between;

    CloseFromPolledFutureTest() throws IOException {
        server = new RawServer(TestFabric.tcp());
        between = new StallingTcpProxy(server.address());
    }

    private void answerAndBeginAMessage(CommonHeader read) throws VerbsException {
        between.stallInTheNextSend();
        ByteBuffer block = Hex.buffer(IoStatusBlock.BYTES).putInt(0, PAGE_BYTES);
        server.write(read.cookie(), read.immediateCookie(), block.array());
        server.answer(0, 1, LwioStatus.NOTIFY_CREDIT.code());
    }

    @Test
    void theDriverOfTheWireMayCloseItsConnectionWhileAMessageIsHalfThere() throws Exception {
        LwioConnection connection = server.accepted(CONFIG, between.address());
        LwioFixture neighbours = new LwioFixture(LwioServerConfig.DEFAULT, TestFabric.tcp());
        List<LwioConnection> others = new ArrayList<>();
        for (int i = 0; i < TcpWireConfig.DEFAULT.ioThreads(); i++) {
            others.add(neighbours.connect(server.clientNic));
        }
        CompletableFuture<Integer> polled =
                connection.polling().read(3, 0, ByteBuffer.allocateDirect(PAGE_BYTES), null);
        CompletableFuture<Void> closed = polled.thenAccept(count -> {
            try {
                connection.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        CommonHeader read = server.request();
        CountDownLatch waits = new CountDownLatch(1);
        CompletableFuture<Boolean> waiting = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            waits.countDown();
            try {
                waiting.complete(connection.await(polled, 50_000));
            } catch (InterruptedException e) {
                waiting.completeExceptionally(e);
            }
        });
        waiter.setDaemon(true);
        waiter.start();
        waits.await();
        // It drives, or sleeps, by now; nothing can be seen of the first.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        answerAndBeginAMessage(read);
        try {
            waiting.get(1, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // Where a keeper drove too long it sleeps, and this server wakes nobody. If it hangs, this does not help.
            connection.poll();
        }
        assertTrue(waiting.get(10, TimeUnit.SECONDS));
        closed.get(10, TimeUnit.SECONDS);
        // One for each loop: so one of them is on that very one.
        for (LwioConnection other : others) {
            int fid = other.register(MemoryFiles.key(1), false, false);
            CompletableFuture<Integer> itsRead = other.polling().read(fid, 0, ByteBuffer.allocateDirect(PAGE_BYTES), null);
            assertTrue(other.await(itsRead, 10_000), "a neighbour stands still");
            assertEquals(PAGE_BYTES, itsRead.get());
            other.close();
        }
        neighbours.close();
        // Its end is seen once the loop goes on.
        connection.close();
        assertFalse(connection.isOpen());
        between.close();
        server.close();
    }
}
