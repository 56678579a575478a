package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.wire.TestFabric;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client whose owner says who takes in what can't be taken in on the spot. */
@Timeout(60)
class HandedInExecutorTest {

    private static LwioConnection open(LwioClient client, LwioFixture fixture) throws Exception {
        UUID key = UUID.randomUUID();
        AuthKeys.Issued issued = fixture.keys.issue(key);
        return client.open(fixture.address, key, Guid.bytesOf(issued.serverKey()), issued.secret());
    }

    @Test
    void theEndIsTakenInByTheExecutorAndClosingWaitsForIt() throws Exception {
        try (LwioFixture fixture = new LwioFixture(LwioServerConfig.DEFAULT, TestFabric.inProcess())) {
            LinkedBlockingQueue<Runnable> given = new LinkedBlockingQueue<>();
            LwioClient client = LwioClient.withExecutor(fixture.clientNic, LwioClientConfig.DEFAULT, given::add,
                    System::nanoTime);
            LwioConnection connection = open(client, fixture);
            int fid = connection.register(MemoryFiles.key(1), false, false);
            assertEquals(8, connection.read(fid, 0, ByteBuffer.allocate(8), null).get());
            assertEquals(0, given.size(), "answers come by the wire");
            // Whoever still takes the answer in would take the end in with it.
            fixture.awaitServerThreads();
            Thread closing = new Thread(client::close);
            closing.start();
            Runnable drain = given.take();
            assertTrue(fixture.clientNic.registeredRegions() > 0, "the end was taken in by somebody else");
            drain.run();
            closing.join();
            fixture.checkClientsGone();
            assertFalse(connection.isOpen());
        }
    }

    @Test
    void noThreadIsMadeAndNoneIsEnded() throws Exception {
        try (LwioFixture fixture = new LwioFixture(LwioServerConfig.DEFAULT, TestFabric.tcp())) {
            AtomicInteger threads = new AtomicInteger();
            ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
                threads.incrementAndGet();
                return new Thread(task);
            });
            LwioClient client = LwioClient.withExecutor(fixture.clientNic, LwioClientConfig.DEFAULT, executor,
                    System::nanoTime);
            for (int i = 0; i < 5; i++) {
                open(client, fixture).close();
            }
            LwioConnection last = open(client, fixture);
            client.close();
            assertFalse(last.isOpen());
            fixture.checkClientsGone();
            assertEquals(1, threads.get(), "the executor's own");
            executor.submit(() -> { }).get();
            executor.shutdown();
        }
    }
}
