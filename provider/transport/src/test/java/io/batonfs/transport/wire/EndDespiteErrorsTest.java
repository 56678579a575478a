package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.LastingError;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Nic;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection ends while who is to hear of it meets Errors: he hears of it, and nothing is left. */
@Timeout(60)
class EndDespiteErrorsTest {
    private static final int ERRORS = 3;

    private static void whoseDoorbellFails(TestFabric fabric) throws Exception {
        Nic server = new Nic(fabric.listening());
        Nic client = new Nic(fabric.connecting());
        BlockingQueue<TcpPeer> accepted = new LinkedBlockingQueue<>();
        Listening listening = server.listen(fabric.address(), request -> {
            try {
                TcpPeer peer = new TcpPeer(server, 8);
                request.accept(peer.pair);
                accepted.add(peer);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        TcpPeer there = new TcpPeer(client, 8);
        client.connect(there.pair, listening.address());
        TcpPeer here = accepted.take();
        AtomicInteger rings = new AtomicInteger();
        CompletableFuture<Void> rung = new CompletableFuture<>();
        assertTrue(here.receives.arm(byWire -> {
            if (rings.incrementAndGet() <= ERRORS) {
                throw new LastingError();
            }
            rung.complete(null);
        }));
        there.pair.disconnect();
        rung.get(20, TimeUnit.SECONDS);
        assertEquals(ERRORS + 1, rings.get());
        here.awaitEnd();
        there.awaitEnd();
        here.close();
        there.close();
        listening.close();
        client.close();
        server.close();
        fabric.close();
    }

    @Test
    void overTcp() throws Exception {
        whoseDoorbellFails(TestFabric.tcp());
    }

    @Test
    void overSharedMemory() throws Exception {
        whoseDoorbellFails(TestFabric.sharedMemory());
    }
}
