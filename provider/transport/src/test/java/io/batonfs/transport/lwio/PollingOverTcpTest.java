package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.TransportMetric;
import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Polling mode where bytes come through a socket. */
class PollingOverTcpTest extends PollingTest {
    private static final int READS = 200;
    private static final long LONG_MS = 50_000;

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.tcp();
    }

    /** Else each read would take an INTERRUPT besides, but for those that are answered at once. */
    @Test
    void whoWaitsBringsItsAnswersItselfAndAsksForNoWakeUp() throws Exception {
        try (LwioConnection connection = connect(4)) {
            int fid = connection.register(MemoryFiles.key(1), false, false);
            ByteBuffer page = ByteBuffer.allocateDirect(4096);
            long before = fixture.clientNic.metrics().get(TransportMetric.SENDS_POSTED);
            for (int i = 0; i < READS; i++) {
                CompletableFuture<Integer> answer = connection.polling().read(fid, 0, page, null);
                assertTrue(connection.await(answer, LONG_MS));
                assertEquals(page.capacity(), answer.get());
            }
            long sent = fixture.clientNic.metrics().get(TransportMetric.SENDS_POSTED) - before;
            // A keeper may have driven for a while, where this thread did not run.
            assertTrue(sent < READS + READS / 2, sent + " messages for " + READS + " reads");
        }
    }
}
