package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A thread that posts looks for room without end, in a server with one loop: the loop's driver and the other connections
 * go on all the same. Who waits for that thread here waits for ever, so these tests fail by their deadline.
 */
@Timeout(60)
class PatientPosterTest {
    private static final Patience ENDLESS =
            new Patience(16 * 1024, 1 << 20, Integer.MAX_VALUE, Integer.MAX_VALUE, 0);
    /** Never waited for patiently, and more than there is room for. */
    private static final int SHORT_BYTES = 15 * 1024;
    private static final int LONG_BYTES = 64 * 1024;

    private Path base;
    private SharedMemoryWire serverWire;
    private SharedMemoryWire clientWire;
    private Nic server;
    private Nic client;
    private Listening listening;
    private TcpPeer third;
    private TcpPeer thirdServer;
    private final BlockingQueue<TcpPeer> accepted = new LinkedBlockingQueue<>();

    private static SharedMemoryWire wire(Path base) throws IOException {
        return new SharedMemoryWire(SharedMemoryTests.config(base, 32, 8192, 30_000), new Random(1), System::nanoTime,
                store -> Long.MAX_VALUE, ENDLESS);
    }

    @BeforeEach
    void start() throws Exception {
        base = SharedMemoryTests.newBase();
        serverWire = wire(base);
        clientWire = wire(base);
        server = new Nic(serverWire);
        client = new Nic(clientWire);
        listening = server.listen("server", request -> {
            try {
                TcpPeer peer = new TcpPeer(server, LONG_BYTES);
                peer.pair.postReceive(0, peer.memory, 0, 8);
                request.accept(peer.pair);
                accepted.add(peer);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        third = new TcpPeer(client, LONG_BYTES);
        client.connect(third.pair, listening.address());
        thirdServer = accepted.take();
    }

    @AfterEach
    void end() throws Exception {
        third.close();
        thirdServer.awaitEnd();
        thirdServer.close();
        client.close();
        server.close();
        clientWire.close();
        serverWire.close();
        SharedMemoryTests.checkNothingLeft(clientWire);
        SharedMemoryTests.checkNothingLeft(serverWire);
        SharedMemoryTests.removeBase(base);
    }

    /** What the third connection sends arrives: its loop's driver has come by. */
    private void thirdIsHeard(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            third.pair.postSend(new WorkRequest().send(1).inline(ByteBuffer.allocate(8), 0, 8).signaled());
            assertEquals(WorkStatus.SUCCESS, thirdServer.next(thirdServer.receives).status());
            thirdServer.pair.postReceive(0, thirdServer.memory, 0, 8);
            assertEquals(WorkStatus.SUCCESS, third.next(third.sends).status());
        }
    }

    /** To a peer that takes nothing, behind a message that has no room: from here on it is patient. */
    private CompletableFuture<VerbsException> patient(TcpPeer peer, RawRing raw) throws Exception {
        MemoryRegion source = peer.domain.allocate(LONG_BYTES, Set.of());
        peer.pair.postSend(new WorkRequest().send(1).gather(source, 0, SHORT_BYTES).signaled());
        raw.word(raw.layout.asleep(RingEnd.CONNECTING), 1);
        CompletableFuture<VerbsException> over = new CompletableFuture<>();
        new Thread(() -> {
            try {
                peer.pair.postSend(new WorkRequest().send(2).gather(source, 0, LONG_BYTES).signaled());
                over.complete(null);
            } catch (VerbsException e) {
                over.complete(e);
            }
        }).start();
        // Who begins to be patient rings.
        raw.bytes(1);
        return over;
    }

    @Test
    void theDriverGoesByAConnectionWhosePosterIsPatient() throws Exception {
        try (RawRing raw = RawRing.greeted(base, listening.address()); TcpPeer peer = accepted.take()) {
            CompletableFuture<VerbsException> posted = patient(peer, raw);
            for (int i = 0; i < 10; i++) {
                raw.ring();
                thirdIsHeard(2);
            }
            assertFalse(posted.isDone(), "it should still be patient");
            // An acknowledgement needs the lock under which it posts: then it has to copy the rest and go.
            raw.said(0, 1);
            raw.ring();
            assertEquals(WorkStatus.SUCCESS, peer.next(peer.sends).status());
            posted.get();
            thirdIsHeard(1);
        }
    }

    @Test
    void aConnectionEndsWhilePatient() throws Exception {
        try (RawRing raw = RawRing.greeted(base, listening.address()); TcpPeer peer = accepted.take()) {
            CompletableFuture<VerbsException> posted = patient(peer, raw);
            raw.socket.close();
            peer.awaitEnd();
            posted.get();
            thirdIsHeard(2);
        }
    }

    /** Two honest ends, both of which send more than there is room for, and are patient whenever they like. */
    @Test
    void aThirdIsHeardWhileBothEndsOfAConnectionArePatient() throws Exception {
        int messages = 300;
        try (TcpPeer one = new TcpPeer(client, LONG_BYTES)) {
            client.connect(one.pair, listening.address());
            try (TcpPeer other = accepted.take()) {
                CompletableFuture<Void> forth = sending(one, other, messages);
                CompletableFuture<Void> back = sending(other, one, messages);
                while (!forth.isDone() || !back.isDone()) {
                    thirdIsHeard(1);
                }
                forth.get();
                back.get();
            }
        }
    }

    /** RDMA writes of both lengths in turn, a few outstanding. */
    private static CompletableFuture<Void> sending(TcpPeer from, TcpPeer to, int messages) throws IOException {
        MemoryRegion source = from.domain.allocate(LONG_BYTES, Set.of());
        CompletableFuture<Void> over = new CompletableFuture<>();
        new Thread(() -> {
            try {
                for (int i = 0; i < messages; i++) {
                    if (i >= 4) {
                        WorkCompletion ended = from.next(from.sends);
                        assertEquals(WorkStatus.SUCCESS, ended.status());
                    }
                    from.pair.postSend(new WorkRequest().write(i, to.memory.address(), to.memory.handle())
                            .gather(source, 0, i % 2 == 0 ? SHORT_BYTES : LONG_BYTES).signaled());
                }
                over.complete(null);
            } catch (Exception | Error e) {
                over.completeExceptionally(e);
            }
        }).start();
        return over;
    }
}
