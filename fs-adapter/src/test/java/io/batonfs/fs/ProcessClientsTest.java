package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.client.BatonClient;
import io.batonfs.model.Caller;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProcessClientsTest {
    private static final Caller ALICE = new Caller("alice", List.of("staff"), false);

    private final InMemoryGroup group = new InMemoryGroup();
    private final AtomicInteger made = new AtomicInteger();
    private final ProcessClients clients = new ProcessClients((authority, settings, caller) -> {
        made.incrementAndGet();
        return group.clientFor(caller);
    });

    @Test
    void whatIsAlikeSharesAClient() throws IOException {
        BatonClient first = clients.get("", Map.of("fs.baton.a", "1"), ALICE);

        assertSame(first, clients.get("", Map.of("fs.baton.a", "1"), new Caller("alice", List.of("staff"), false)));
        assertEquals(1, made.get());
    }

    @Test
    void anotherPlaceSettingOrUserDoesNot() throws IOException {
        BatonClient first = clients.get("", Map.of(), ALICE);

        assertNotSame(first, clients.get("host", Map.of(), ALICE));
        assertNotSame(first, clients.get("", Map.of("fs.baton.a", "1"), ALICE));
        assertNotSame(first, clients.get("", Map.of(), new Caller("bob", List.of("staff"), false)));
        assertEquals(4, made.get());
    }

    @Test
    void afterClosingThereAreNewOnes() throws IOException {
        BatonClient first = clients.get("", Map.of(), ALICE);
        clients.close();

        assertNotSame(first, clients.get("", Map.of(), ALICE));
    }

    @Test
    void connectingToOneGroupKeepsNobodyFromAnother() throws Exception {
        CountDownLatch connecting = new CountDownLatch(1);
        CountDownLatch otherIsThere = new CountDownLatch(1);
        ProcessClients slow = new ProcessClients((authority, settings, caller) -> {
            made.incrementAndGet();
            if (authority.equals("slow")) {
                connecting.countDown();
                awaitUninterruptibly(otherIsThere);
            }
            return group.clientFor(caller);
        });
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<BatonClient> first = threads.submit(() -> slow.get("slow", Map.of(), ALICE));
            connecting.await();
            Future<BatonClient> second = threads.submit(() -> slow.get("slow", Map.of(), ALICE));
            slow.get("fast", Map.of(), ALICE);
            otherIsThere.countDown();

            assertSame(first.get(), second.get());
            assertEquals(2, made.get());
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void whoCouldNotConnectIsNotRemembered() throws IOException {
        ProcessClients failing = new ProcessClients((authority, settings, caller) -> {
            if (made.incrementAndGet() == 1) {
                throw new IOException("nobody there");
            }
            return group.clientFor(caller);
        });

        assertThrows(IOException.class, () -> failing.get("", Map.of(), ALICE));
        assertSame(failing.get("", Map.of(), ALICE), failing.get("", Map.of(), ALICE));
        assertEquals(2, made.get());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
