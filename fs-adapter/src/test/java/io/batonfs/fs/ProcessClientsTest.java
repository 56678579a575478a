package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.batonfs.client.BatonClient;
import io.batonfs.fs.ProcessClients.Use;
import io.batonfs.model.Caller;
import io.batonfs.protocol.CreateOptions;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProcessClientsTest {
    private static final String HERSELF = "alice (auth:SIMPLE)";
    private static final Caller ALICE = new Caller("alice", List.of("staff"), false);

    private final InMemoryGroup group = new InMemoryGroup();
    private final AtomicInteger made = new AtomicInteger();
    private final ProcessClients clients = new ProcessClients((authority, settings, caller) -> {
        made.incrementAndGet();
        return group.clientFor(caller);
    });

    @Test
    void whatIsAlikeSharesAClient() throws IOException {
        Use first = clients.get("", Map.of("fs.baton.a", "1"), ALICE, HERSELF);
        Use second = clients.get("", Map.of("fs.baton.a", "1"), new Caller("alice", List.of("staff"), false), HERSELF);

        assertSame(first.client(), second.client());
        assertEquals(1, made.get());
    }

    @Test
    void anotherPlaceSettingUserOrLoginDoesNot() throws IOException {
        List<Use> uses = List.of(
                clients.get("", Map.of(), ALICE, HERSELF),
                clients.get("host", Map.of(), ALICE, HERSELF),
                clients.get("", Map.of("fs.baton.a", "1"), ALICE, HERSELF),
                clients.get("", Map.of(), new Caller("bob", List.of("staff"), false), HERSELF),
                clients.get("", Map.of(), ALICE, "alice (auth:PROXY) via root (auth:SIMPLE)"));

        assertEquals(5, uses.stream().map(Use::client).distinct().count());
        assertEquals(5, made.get());
    }

    @Test
    void afterClosingThereAreNewOnes() throws IOException {
        Use first = clients.get("", Map.of(), ALICE, HERSELF);
        clients.close();

        assertNotSame(first.client(), clients.get("", Map.of(), ALICE, HERSELF).client());
    }

    /** A service that acts for ever new users has one client for each of those that it acts for now. */
    @Test
    void aClientThatNobodyCanReachIsClosed() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        ProcessClients watched = new ProcessClients((authority, settings, caller) -> {
            BatonClient client = mock(BatonClient.class, delegatesTo(group.clientFor(caller)));
            doAnswer(call -> {
                closed.countDown();
                return null;
            }).when(client).close();
            return client;
        });
        Use kept = watched.get("", Map.of(), ALICE, HERSELF);
        BatonClient client = kept.client();
        client.create("/f", new CreateOptions(false, true, 0644, 1 << 20, 1)).close();
        watched.get("", Map.of(), ALICE, HERSELF);
        collect();
        BatonInputStream stream = new BatonInputStream(client.open("/f"), "/f", null,
                new GroupCalls(URI.create("baton:///"), client, kept));
        kept = null;
        collect();
        assertEquals(1, closed.getCount(), "somebody has a stream still");
        stream.close();
        stream = null;
        while (!closed.await(10, TimeUnit.MILLISECONDS)) {
            System.gc();
        }
        assertNotSame(client, watched.get("", Map.of(), ALICE, HERSELF).client());
    }

    /** Until what was unreachable before is known to be. */
    private static void collect() throws InterruptedException {
        CountDownLatch collected = new CountDownLatch(1);
        Cleaner.create().register(new Object(), collected::countDown);
        while (!collected.await(10, TimeUnit.MILLISECONDS)) {
            System.gc();
        }
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
            Future<Use> first = threads.submit(() -> slow.get("slow", Map.of(), ALICE, HERSELF));
            connecting.await();
            Future<Use> second = threads.submit(() -> slow.get("slow", Map.of(), ALICE, HERSELF));
            slow.get("fast", Map.of(), ALICE, HERSELF);
            otherIsThere.countDown();

            assertSame(first.get().client(), second.get().client());
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

        assertThrows(IOException.class, () -> failing.get("", Map.of(), ALICE, HERSELF));
        Use second = failing.get("", Map.of(), ALICE, HERSELF);
        assertSame(second.client(), failing.get("", Map.of(), ALICE, HERSELF).client());
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
