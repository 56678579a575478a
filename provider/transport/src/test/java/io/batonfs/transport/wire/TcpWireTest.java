package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.QueuePairState;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Load, many connections, sudden ends: of two honest ends over loopback. */
@Timeout(120)
class TcpWireTest {
    private static final int SLOTS = 8;
    private static final int SLOT_BYTES = 256 * 1024;

    /** Small socket buffers: nearly everything large has to wait for room. */
    private static TcpWireConfig narrow() {
        return new TcpWireConfig(2, 5_000, 5_000, 256, 1024, 30_000, 1_000, 1 << 20, 64L << 20, 256L << 20, 65536,
                65536);
    }

    /** Two wires with a NIC each, and connections between them. */
    private static final class Net implements AutoCloseable {
        final TcpWire serverWire;
        final TcpWire clientWire;
        final Nic server;
        final Nic client;
        final Listening listening;
        final BlockingQueue<TcpPeer> accepted = new LinkedBlockingQueue<>();

        Net(TcpWireConfig config, int memoryBytes) throws IOException {
            serverWire = new TcpWire(config);
            clientWire = new TcpWire(config);
            server = new Nic(serverWire);
            client = new Nic(clientWire);
            listening = server.listen("localhost:0", request -> {
                try {
                    TcpPeer peer = new TcpPeer(server, memoryBytes);
                    post(peer);
                    request.accept(peer.pair);
                    accepted.add(peer);
                } catch (IOException e) {
                    request.reject(e.toString());
                }
            });
        }

        static void post(TcpPeer peer) throws VerbsException {
            int bytes = peer.memory.lengthBytes() / SLOTS;
            for (int i = 0; i < SLOTS; i++) {
                peer.pair.postReceive(i, peer.memory, i * bytes, bytes);
            }
        }

        TcpPeer connect(int memoryBytes) throws IOException {
            TcpPeer peer = new TcpPeer(client, memoryBytes);
            post(peer);
            client.connect(peer.pair, listening.address());
            return peer;
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
            clientWire.close();
            serverWire.close();
            assertEquals(0, client.openQueuePairs());
            assertEquals(0, server.openQueuePairs());
            for (TcpWire wire : new TcpWire[] {clientWire, serverWire}) {
                assertEquals(0, wire.counters().openChannels());
                assertEquals(0, wire.counters().violations());
                assertEquals(0, wire.counters().overflows());
                assertEquals(0, wire.queuedBytes());
            }
            assertEquals(0, wireThreads());
        }
    }

    private static long wireThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("baton-tcp-")).count();
    }

    private static void fill(ByteBuffer into, int length, long seed) {
        long word = seed;
        for (int i = 0; i < length; i++) {
            word = word * 6364136223846793005L + 1442695040888963407L;
            into.put(i, (byte) (word >>> 56));
        }
    }

    /** One direction of a connection: sends random messages as credits allow. */
    private static void pump(TcpPeer from, Semaphore credits, long seed, int messages) throws Exception {
        Random random = new Random(seed);
        MemoryRegion source = from.domain.allocate(SLOT_BYTES, Set.of());
        WorkRequest request = new WorkRequest();
        for (int i = 0; i < messages; i++) {
            int length = random.nextInt(4) == 0 ? random.nextInt(SLOT_BYTES) : random.nextInt(200);
            fill(source.buffer(), length, seed + i);
            credits.acquire();
            // Posting lends the bytes until the work has ended: wait for that before they are filled anew.
            if (!from.pair.postSend(request.send(i).gather(source, 0, length).signaledIfLater())) {
                WorkCompletion ended = from.next(from.sends);
                assertEquals(WorkStatus.SUCCESS, ended.status());
                assertEquals(i, ended.id());
            }
        }
    }

    /** The other end of it: every message whole, once, in order. */
    private static void drain(TcpPeer to, CompletionReader reader, Semaphore credits, long seed, int messages)
            throws Exception {
        Random random = new Random(seed);
        byte[] expected = new byte[SLOT_BYTES];
        byte[] found = new byte[SLOT_BYTES];
        for (int i = 0; i < messages; i++) {
            int length = random.nextInt(4) == 0 ? random.nextInt(SLOT_BYTES) : random.nextInt(200);
            fill(ByteBuffer.wrap(expected), length, seed + i);
            WorkCompletion got = reader.next();
            assertEquals(WorkOpcode.RECEIVE + " " + WorkStatus.SUCCESS, got.opcode() + " " + got.status());
            assertEquals(length, got.lengthBytes(), "message " + i);
            int slot = (int) got.id();
            to.memory.buffer().get(slot * SLOT_BYTES, found, 0, length);
            assertTrue(Arrays.equals(expected, 0, length, found, 0, length), "bytes of message " + i);
            to.pair.postReceive(slot, to.memory, slot * SLOT_BYTES, SLOT_BYTES);
            credits.release();
        }
    }

    /** A consumer of its own, since a peer's other thread waits for its sends. */
    private static final class CompletionReader {
        private final TcpPeer peer;
        private final WorkCompletion[] one = WorkCompletion.batch(1);

        CompletionReader(TcpPeer peer) {
            this.peer = peer;
        }

        WorkCompletion next() throws InterruptedException {
            if (peer.receives.await(one, 100) != 1) {
                throw new AssertionError("nothing came");
            }
            return one[0];
        }
    }

    @Test
    void bothDirectionsFullOnSeveralConnectionsKeepTheirBytesAndOrder() throws Exception {
        long seed = Long.getLong("tcp.seed", System.nanoTime());
        System.out.println("-Dtcp.seed=" + seed);
        int messages = 400;
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Net net = new Net(narrow(), SLOTS * SLOT_BYTES)) {
            List<Future<?>> running = new ArrayList<>();
            List<TcpPeer> peers = new ArrayList<>();
            for (int c = 0; c < 3; c++) {
                TcpPeer client = net.connect(SLOTS * SLOT_BYTES);
                TcpPeer server = net.accepted.take();
                peers.add(client);
                peers.add(server);
                for (boolean forth : new boolean[] {true, false}) {
                    TcpPeer from = forth ? client : server;
                    TcpPeer to = forth ? server : client;
                    long direction = seed + c * 2L + (forth ? 1 : 0);
                    Semaphore credits = new Semaphore(SLOTS);
                    running.add(threads.submit(() -> {
                        pump(from, credits, direction, messages);
                        return null;
                    }));
                    running.add(threads.submit(() -> {
                        drain(to, new CompletionReader(to), credits, direction, messages);
                        return null;
                    }));
                }
            }
            for (Future<?> one : running) {
                one.get();
            }
            peers.forEach(TcpPeer::close);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void twoHundredConnectionsShareTheThreads() throws Exception {
        try (Net net = new Net(TcpWireConfig.DEFAULT, 512)) {
            List<TcpPeer> clients = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                clients.add(net.connect(512));
            }
            assertEquals(2 * TcpWireConfig.DEFAULT.ioThreads(), wireThreads());
            assertEquals(401, net.serverWire.counters().openChannels() + net.clientWire.counters().openChannels());
            WorkRequest request = new WorkRequest();
            for (TcpPeer client : clients) {
                client.pair.postSend(request.send(1).inline(ByteBuffer.allocate(9), 0, 9).signaled());
            }
            for (TcpPeer client : clients) {
                assertEquals(WorkStatus.SUCCESS, client.next(client.sends).status());
            }
            for (int i = 0; i < 200; i++) {
                TcpPeer server = net.accepted.take();
                assertEquals(9, server.next(server.receives).lengthBytes());
                server.pair.postSend(request.send(1).inline(ByteBuffer.allocate(5), 0, 5));
                clients.get(i).pair.disconnect();
                server.awaitEnd();
                server.close();
            }
            clients.forEach(TcpPeer::close);
        }
    }

    /** Writers are at it when one of the NICs or wires goes: they hear of it, and nothing is left or pinned. */
    @Test
    void closingUnderTrafficLeavesNothing() throws Exception {
        for (int round = 0; round < 12; round++) {
            int how = round % 4;
            List<Thread> writers = new ArrayList<>();
            List<TcpPeer> peers = new ArrayList<>();
            try (Net net = new Net(narrow(), SLOTS * SLOT_BYTES)) {
                for (int c = 0; c < 2; c++) {
                    TcpPeer client = net.connect(SLOTS * SLOT_BYTES);
                    TcpPeer server = net.accepted.take();
                    peers.add(client);
                    peers.add(server);
                    writers.add(writer(client, server.memory));
                    writers.add(writer(server, client.memory));
                }
                switch (how) {
                    case 0 -> net.client.close();
                    case 1 -> net.serverWire.close();
                    case 2 -> peers.forEach(peer -> peer.pair.disconnect());
                    default -> peers.forEach(peer -> peer.memory.close());
                }
                for (Thread writer : writers) {
                    writer.join();
                }
                for (TcpPeer peer : peers) {
                    peer.awaitEnd();
                    peer.close();
                }
                assertEquals(0, net.client.registeredRegions());
                assertEquals(0, net.server.registeredRegions());
            }
        }
    }

    private static Thread writer(TcpPeer from, MemoryRegion target) throws Exception {
        MemoryRegion source = from.domain.allocate(SLOT_BYTES, Set.of());
        CompletableFuture<Void> begun = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            WorkRequest request = new WorkRequest();
            while (from.pair.state() == QueuePairState.READY_TO_SEND) {
                try {
                    from.pair.postSend(request.write(1, target.address(), target.handle())
                            .gather(source, 0, SLOT_BYTES));
                    begun.complete(null);
                } catch (VerbsException e) {
                    // The queue is full, or the connection has ended: the loop looks which.
                    Thread.yield();
                }
            }
            begun.complete(null);
        });
        thread.start();
        begun.get();
        return thread;
    }

    @Test
    void anInterruptedThreadMayPostAndCloseNobodysConnection() throws Exception {
        try (Net net = new Net(narrow(), SLOTS * SLOT_BYTES)) {
            TcpPeer client = net.connect(64);
            TcpPeer server = net.accepted.take();
            MemoryRegion source = client.domain.allocate(SLOT_BYTES, Set.of());
            Thread.currentThread().interrupt();
            client.pair.postSend(new WorkRequest().send(1).gather(source, 0, SLOT_BYTES));
            assertTrue(Thread.interrupted());
            assertEquals(SLOT_BYTES, server.next(server.receives).lengthBytes());
            client.close();
            server.awaitEnd();
            server.close();
        }
    }

    @Test
    void connectingCanBeInterrupted() throws Exception {
        try (Net net = new Net(TcpWireConfig.DEFAULT, 64);
                ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            TcpPeer peer = new TcpPeer(net.client, 64);
            CompletableFuture<Throwable> outcome = new CompletableFuture<>();
            Thread connecting = new Thread(() -> {
                try {
                    net.client.connect(peer.pair, "localhost:" + mute.getLocalPort());
                    outcome.complete(null);
                } catch (IOException e) {
                    outcome.complete(Thread.currentThread().isInterrupted() ? e : null);
                }
            });
            connecting.start();
            mute.accept().getInputStream().readNBytes(TcpHello.BYTES);
            connecting.interrupt();
            assertTrue(outcome.get() instanceof InterruptedIOException, String.valueOf(outcome.get()));
            peer.close();
        }
    }

    @Test
    void aListenerThatFailsRefusesWithItsReason() throws Exception {
        try (Net net = new Net(TcpWireConfig.DEFAULT, 64)) {
            Listening broken = net.server.listen("127.0.0.1:0", request -> {
                throw new IllegalStateException("out of order");
            });
            assertTrue(broken.address().startsWith("127.0.0.1:"), broken.address());
            TcpPeer peer = new TcpPeer(net.client, 64);
            String message = assertThrows(IOException.class, () -> net.client.connect(peer.pair, broken.address()))
                    .getMessage();
            assertTrue(message.contains("out of order") && message.contains(broken.address()), message);
            assertEquals(1, net.serverWire.counters().rejected());
            peer.close();
        }
    }

    @Test
    void aMessageLongerThanThePeerTakesFailsAtTheSender() throws Exception {
        try (Net net = new Net(narrow(), 64)) {
            TcpPeer client = net.connect(64);
            TcpPeer server = net.accepted.take();
            MemoryRegion source = client.domain.allocate((1 << 20) + 1, Set.of());
            client.pair.postSend(new WorkRequest().send(4).gather(source, 0, (1 << 20) + 1));
            assertEquals(WorkStatus.REMOTE_INVALID_REQUEST, client.next(client.sends).status());
            server.awaitEnd();
            client.close();
            server.close();
        }
    }

    @Test
    void aClosedWireSaysSo() throws Exception {
        TcpWire wire = new TcpWire(TcpWireConfig.DEFAULT);
        wire.close();
        wire.close();
        Nic nic = new Nic(wire);
        assertThrows(IOException.class, () -> nic.listen("localhost:0", request -> { }));
        TcpPeer peer = new TcpPeer(nic, 8);
        String message = assertThrows(IOException.class, () -> nic.connect(peer.pair, "localhost:1")).getMessage();
        assertTrue(message.contains("closed"), message);
        peer.close();
        nic.close();
        assertEquals(0, wireThreads());
    }
}
