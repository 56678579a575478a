package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.wire.QueueingWire;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;

/** LWIO counts neither on immediate data nor on requests that end at once. */
class LwioOverQueueingWireTest extends LwioEndToEndTest {
    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor();

    @Override
    Wire wire() {
        return new QueueingWire(THREAD, false);
    }

    @AfterAll
    static void stopThread() {
        THREAD.shutdown();
    }
}
