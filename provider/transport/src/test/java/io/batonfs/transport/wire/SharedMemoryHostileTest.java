package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.QueuePairState;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers with the memory in their own hands, which break every rule: only their own connection suffers. */
@Timeout(60)
class SharedMemoryHostileTest {
    private Path base;
    private SharedMemoryWireConfig config;
    private SharedMemoryWire serverWire;
    private SharedMemoryWire clientWire;
    private Nic server;
    private Nic client;
    private Listening listening;
    private TcpPeer honest;
    private TcpPeer honestServer;
    private final BlockingQueue<TcpPeer> accepted = new LinkedBlockingQueue<>();
    private final List<TcpPeer> all = new ArrayList<>();

    /** Fast to give up; memory for little. */
    private static SharedMemoryWireConfig config(Path base) {
        return new SharedMemoryWireConfig(base, Set.of(), 1, 50, 32, 8192, 8192, 1_000, 8, 64, 1_000, 300, 1 << 20,
                1 << 20, 8 << 20, 64 << 20);
    }

    @BeforeEach
    void start() throws Exception {
        base = SharedMemoryTests.newBase();
        config = config(base);
        serverWire = new SharedMemoryWire(config);
        clientWire = new SharedMemoryWire(config);
        server = new Nic(serverWire);
        client = new Nic(clientWire);
        listening = server.listen("server", request -> {
            try {
                TcpPeer peer = new TcpPeer(server, 4096);
                for (int i = 0; i < 8; i++) {
                    peer.pair.postReceive(i, peer.memory, i * 8, 8);
                }
                request.accept(peer.pair);
                accepted.add(peer);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        honest = new TcpPeer(client, 4096);
        client.connect(honest.pair, listening.address());
        honestServer = take();
    }

    private TcpPeer take() throws InterruptedException {
        TcpPeer peer = accepted.take();
        all.add(peer);
        return peer;
    }

    private RawRing greeted() throws IOException {
        return RawRing.greeted(base, listening.address());
    }

    @AfterEach
    @Timeout(60)
    void honestGoesOnAndNothingIsLeft() throws Exception {
        honest.pair.postSend(new WorkRequest().send(1).inline(ByteBuffer.allocate(8), 0, 8).signaled());
        assertEquals(WorkStatus.SUCCESS, honest.next(honest.sends).status());
        honest.close();
        all.addAll(accepted);
        for (TcpPeer peer : all) {
            if (peer != honestServer) {
                peer.awaitEnd();
            }
            peer.close();
        }
        client.close();
        server.close();
        assertEquals(0, server.registeredRegions());
        assertEquals(0, server.openQueuePairs());
        clientWire.close();
        serverWire.close();
        for (SharedMemoryWire wire : new SharedMemoryWire[] {clientWire, serverWire}) {
            assertEquals(0, wire.counters().openChannels());
            assertEquals(0, wire.counters().handshakes());
            assertEquals(0, wire.counters().rings());
            assertEquals(0, wire.queuedBytes());
        }
        SharedMemoryTests.removeBase(base);
    }

    @Test
    void garbageInsteadOfAHandshake() throws Exception {
        for (String garbage : new String[] {"GET / HTTP/1.1\r\n".repeat(10), "\0".repeat(10_000)}) {
            try (RawRing raw = new RawRing(base, "server")) {
                raw.send(ByteBuffer.wrap(garbage.getBytes(StandardCharsets.US_ASCII)));
                raw.awaitEnd();
            } catch (IOException e) {
                assertTrue(e.getMessage().contains("Broken pipe"), e.toString());
            }
        }
        assertEquals(2, serverWire.counters().violations());
    }

    @Test
    void aNewerVersionAndTheWrongWordAreRefusedByName() throws Exception {
        ByteBuffer newer = SharedMemoryHello.of(SharedMemoryHello.Kind.HELLO, 1).encode();
        newer.putShort(SharedMemoryHello.VERSION_OFFSET, (short) 9);
        assertRejected(newer, "version 9");
        for (SharedMemoryHello.Kind kind : new SharedMemoryHello.Kind[] {SharedMemoryHello.Kind.MAPPED,
            SharedMemoryHello.Kind.REJECTED}) {
            assertRejected(SharedMemoryHello.of(kind, 1).encode(), "HELLO");
        }
    }

    private void assertRejected(ByteBuffer said, String why) throws IOException {
        try (RawRing raw = new RawRing(base, "server")) {
            raw.send(said);
            SharedMemoryHello answer = raw.hello();
            assertEquals(SharedMemoryHello.Kind.REJECTED, answer.kind());
            String reason = StandardCharsets.UTF_8.decode(raw.bytes(answer.reasonBytes())).toString();
            assertTrue(reason.contains(why), reason);
            raw.awaitEnd();
        }
    }

    /** A client that dies at any byte of the handshake, or never goes on, leaves no file. */
    @Test
    void theRingFileHasANameOnlyUntilItIsMapped() throws Exception {
        Path directory = base.resolve("baton-server");
        ByteBuffer hello = SharedMemoryHello.of(SharedMemoryHello.Kind.HELLO, 1).encode();
        for (int cut = 0; cut < hello.capacity(); cut += 9) {
            try (RawRing raw = new RawRing(base, "server")) {
                raw.send(hello.duplicate().limit(cut));
            }
        }
        RawRing proper = RawRing.mapped(base, "server");
        proper.send(SharedMemoryHello.of(SharedMemoryHello.Kind.MAPPED, 1).encode());
        RawRing gone = RawRing.mapped(base, "server");
        RawRing silent = RawRing.mapped(base, "server");
        assertEquals("rw-------", java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(silent.path())));
        assertEquals("rwx------", java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory)));
        gone.close();
        proper.message(0, 8);
        proper.ring();
        List<TcpPeer> peers = List.of(take(), take(), take());
        assertEquals(WorkStatus.SUCCESS, peers.get(0).next(peers.get(0).receives).status());
        silent.awaitEnd();
        peers.get(1).awaitEnd();
        peers.get(2).awaitEnd();
        assertEquals(2, SharedMemoryTests.contents(directory).size(), "the lock and the socket");
        assertTrue(serverWire.counters().evictedHandshakes() >= 1);
        silent.close();
        proper.close();
    }

    @Test
    void silentPeersAreEvictedAndOthersGetIn() throws Exception {
        List<RawRing> silent = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            silent.add(new RawRing(base, "server"));
        }
        try (RawRing speaking = greeted()) {
            take();
            assertTrue(speaking.socket.isConnected());
            assertTrue(serverWire.counters().handshakes() <= config.maxHandshakes());
        }
        for (RawRing one : silent) {
            one.awaitEnd();
            one.close();
        }
        assertEquals(30, serverWire.counters().evictedHandshakes());
    }

    private interface Deed {
        void by(RawRing raw) throws IOException;
    }

    /** Its connection ends for having broken a rule. */
    private void assertEnds(Deed deed) throws Exception {
        long before = serverWire.counters().violations();
        try (RawRing raw = greeted()) {
            TcpPeer peer = take();
            deed.by(raw);
            raw.ring();
            raw.awaitEnd();
            peer.awaitEnd();
            assertEquals(WorkStatus.DISCONNECTED, peer.pair.cause());
            all.remove(peer);
            peer.close();
        }
        assertEquals(before + 1, serverWire.counters().violations());
    }

    @Test
    void slotsThatMakeNoSense() throws Exception {
        int inline = RingSlot.FLAG_INLINE;
        assertEnds(raw -> raw.slot(0, RingSlot.Kind.PIECE, 0, 8, 8, 0, 0, 0));
        assertEnds(raw -> raw.slot(0, RingSlot.Kind.SEND, 0x80, 8, 8, 0, 0, 0));
        assertEnds(raw -> raw.slot(0, RingSlot.Kind.SEND, inline, 200, 200, 0, 0, 0));
        assertEnds(raw -> raw.slot(0, RingSlot.Kind.SEND, 0, 8, 8, 0, 0, -1));
        assertEnds(raw -> raw.slot(0, RingSlot.Kind.SEND, 0, 8, 8, 0, 0, 8192));
        assertEnds(raw -> raw.slot(0, RingSlot.Kind.SEND, 0, Integer.MAX_VALUE, Integer.MAX_VALUE, 0, 0, 1));
        assertEnds(raw -> raw.slot(0, RingSlot.Kind.SEND, 0, -8, -8, 0, 0, 0));
        assertEnds(raw -> raw.slot(0, RingSlot.Kind.SEND, 0, (1 << 20) + 1, 8, 0, 0, 0));
        assertEnds(raw -> raw.slot(0, RingSlot.Kind.SEND, 0, 8, 0, 0, 0, 0));
        assertEnds(raw -> {
            raw.slot(0, RingSlot.Kind.SEND, 0, 8, 4, 0, 0, 0);
            raw.message(1, 8);
        });
        assertEnds(raw -> {
            raw.slot(0, RingSlot.Kind.SEND, 0, 8, 4, 0, 0, 0);
            raw.slot(1, RingSlot.Kind.PIECE, 0, 8, 5, 0, 0, 0);
        });
        assertEnds(raw -> {
            raw.slot(0, RingSlot.Kind.SEND, 0, 8, 4, 0, 0, 0);
            raw.slot(1, RingSlot.Kind.PIECE, 0, 8, 0, 0, 0, 0);
        });
    }

    @Test
    void countsThatCannotBe() throws Exception {
        assertEnds(raw -> raw.said(0, 1));
        assertEnds(raw -> raw.said(0, -1));
        assertEnds(raw -> raw.said(0, Integer.MIN_VALUE));
        assertEnds(raw -> raw.word(raw.layout.ending(RingEnd.CONNECTING), 3));
        assertEnds(raw -> raw.word(raw.layout.ending(RingEnd.CONNECTING), 77));
        assertEnds(raw -> raw.word(raw.layout.ending(RingEnd.CONNECTING), -1));
    }

    /** What was taken is asked for when there is no room; then what can't be is found out. */
    @Test
    void aPeerThatTookWhatWasNeverSent() throws Exception {
        for (int taken : new int[] {-1, 40, Integer.MIN_VALUE}) {
            try (RawRing raw = greeted()) {
                TcpPeer peer = take();
                raw.said(taken, 0);
                assertThrows(VerbsException.class, () -> {
                    for (int i = 0; i < 50; i++) {
                        peer.pair.postSend(new WorkRequest().send(1).inline(ByteBuffer.allocate(8), 0, 8));
                    }
                });
                peer.awaitEnd();
                raw.awaitEnd();
            }
        }
        assertEquals(3, serverWire.counters().violations());
    }

    @Test
    void aWriteWithoutATargetIsRefusedAtItsFirstPiece() throws Exception {
        try (RawRing raw = greeted()) {
            TcpPeer peer = take();
            raw.slot(0, RingSlot.Kind.RDMA_WRITE, 0, 1 << 20, 4096, peer.memory.address(), peer.memory.handle(), 0);
            raw.ring();
            raw.awaitEnd();
            assertEquals(3, raw.ending(), "REFUSAL, REMOTE_ACCESS_ERROR");
            peer.awaitEnd();
        }
    }

    /** Half a message keeps nobody from taking the memory back, nor from hearing of the end. */
    @Test
    void aMessageThatNeverEndsHoldsNothing() throws Exception {
        try (RawRing raw = greeted()) {
            TcpPeer peer = take();
            raw.slot(0, RingSlot.Kind.SEND, 0, 8, 3, 0, 0, 0);
            raw.ring();
            try (RawRing other = greeted()) {
                TcpPeer second = take();
                other.message(0, 8);
                other.ring();
                second.next(second.receives);
            }
            peer.pair.disconnect();
            peer.awaitEnd();
            peer.domain.close();
            raw.awaitEnd();
            assertEquals(1, raw.ending(), "GOODBYE");
            all.remove(peer);
        }
    }

    @Test
    void aReceiveLeftInTheMiddleIsGivenBackFlushed() throws Exception {
        TcpPeer peer;
        try (RawRing raw = greeted()) {
            peer = take();
            raw.slot(0, RingSlot.Kind.SEND, 0, 8, 3, 0, 0, 0);
            raw.ring();
        }
        boolean[] given = new boolean[8];
        for (int i = 0; i < 8; i++) {
            WorkCompletion next = peer.next(peer.receives);
            assertEquals(WorkOpcode.RECEIVE + " " + WorkStatus.FLUSHED, next.opcode() + " " + next.status());
            given[(int) next.id()] = true;
        }
        assertEquals(WorkOpcode.DISCONNECT, peer.next(peer.receives).opcode());
        for (boolean one : given) {
            assertTrue(one);
        }
        assertEquals(WorkStatus.DISCONNECTED, peer.pair.cause());
    }

    /** What was in the ring when the peer died is delivered, and no more than that. */
    @Test
    void messagesOfADeadPeerArrive() throws Exception {
        for (int messages = 0; messages <= 8; messages++) {
            TcpPeer peer;
            try (RawRing raw = greeted()) {
                peer = take();
                for (int i = 0; i < messages; i++) {
                    raw.message(i, i);
                }
            }
            int successes = 0;
            for (WorkCompletion next = peer.next(peer.receives); next.opcode() != WorkOpcode.DISCONNECT;
                    next = peer.next(peer.receives)) {
                successes += next.status() == WorkStatus.SUCCESS ? 1 : 0;
            }
            assertEquals(messages, successes);
            all.remove(peer);
            peer.close();
        }
    }

    /** Posting never waits for long; what waits is bounded; then the connection ends, and its memory is free. */
    @Test
    void aPeerThatDoesNotTakeIsBounded() throws Exception {
        try (RawRing raw = greeted()) {
            TcpPeer peer = take();
            VerbsException full = assertThrows(VerbsException.class, () -> {
                WorkRequest request = new WorkRequest();
                var large = peer.domain.allocate(1 << 19, Set.of());
                while (true) {
                    peer.pair.postSend(request.send(1).gather(large, 0, 1 << 19));
                    assertTrue(serverWire.queuedBytes() <= config.maxQueuedBytes() + SendBuffer.CHUNK_BYTES);
                }
            });
            assertTrue(full.getMessage().contains("DISCONNECTED"), full.getMessage());
            peer.awaitEnd();
            raw.awaitEnd();
            assertEquals(0, serverWire.queuedBytes());
        }
        assertEquals(1, serverWire.counters().overflows());
    }

    /** Fewer bytes than may wait: time is what ends it, though the peer keeps ringing, and sending. */
    @Test
    void aPeerThatTalksAndDoesNotTakeIsGivenUp() throws Exception {
        try (RawRing raw = greeted()) {
            TcpPeer peer = take();
            peer.pair.postSend(new WorkRequest().send(1).inline(ByteBuffer.allocate(8), 0, 8));
            for (int i = 0; peer.pair.cause() == WorkStatus.SUCCESS; i++) {
                try {
                    raw.slot(i, RingSlot.Kind.RDMA_WRITE, RingSlot.FLAG_INLINE, 8, 8, peer.memory.address(),
                            peer.memory.handle(), 0);
                    raw.ring();
                } catch (IOException e) {
                    break;
                }
                // Now and then, as a peer does that is alive.
                Thread.sleep(50);
            }
            peer.awaitEnd();
            assertEquals(1, serverWire.counters().stalledPeers());
        }
    }

    /** A peer that publishes and does not ring is heard all the same, once in a while. */
    @Test
    void aPeerThatDoesNotRingIsHeard() throws Exception {
        try (RawRing raw = greeted()) {
            TcpPeer peer = take();
            while (raw.memory.getIntAcquire(raw.layout.asleep(RingEnd.LISTENING)) == 0) {
                Thread.onSpinWait();
            }
            raw.message(0, 8);
            assertEquals(WorkStatus.SUCCESS, peer.next(peer.receives).status());
        }
    }

    @Test
    void randomWordsInTheMemory() throws Exception {
        long seed = Long.getLong("shm.seed", System.nanoTime());
        System.out.println("SharedMemoryHostileTest: -Dshm.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            try (RawRing raw = greeted()) {
                TcpPeer peer = take();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    raw.message(i, random.nextInt(12));
                }
                for (int i = random.nextInt(40); i > 0; i--) {
                    int at = random.nextInt(raw.layout.totalBytes() / 4) * 4;
                    if (random.nextBoolean()) {
                        at = random.nextBoolean() ? 1024 + random.nextInt(512) * 4
                                : raw.layout.slot(RingEnd.CONNECTING, random.nextInt(6)) + random.nextInt(9) * 4;
                    }
                    raw.memory.putInt(at, random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(16));
                }
                raw.ring();
                if (random.nextBoolean()) {
                    peer.pair.disconnect();
                }
                raw.socket.shutdownOutput();
                raw.awaitEnd();
                peer.awaitEnd();
                all.remove(peer);
                peer.close();
            } catch (IOException e) {
                assertTrue(e.getMessage() != null, "an end has a reason");
            }
        }
    }

    /** Who is to touch the memory after it was cut short. */
    private enum Toucher {
        /** The loop, which is rung for. */
        DOORBELL,
        /** The loop, in its own time. */
        NOBODY,
        /** A thread that posts. */
        POSTER,
        /** A thread that polls. */
        POLLER,
        /** A thread that polls another connection of the same loop. */
        NEIGHBOUR
    }

    /**
     * The pages are gone when this end looks: what is read is anything, and an InternalError comes at some time. It ends
     * that connection, comes up in no thread of the user's that posts or polls another one, and disturbs nobody on the
     * same loop.
     */
    @Test
    void aFileThatIsCutShortEndsItsConnection() throws Exception {
        for (int round = 0; round < Integer.getInteger("shm.cuts", 1); round++) {
            for (Toucher toucher : Toucher.values()) {
                for (int left : new int[] {0, 4096, config.layout().controlBytes(),
                    config.layout().totalBytes() - 1}) {
                    assertEndsCutShort(toucher, left);
                }
            }
        }
        assertEquals(0, serverWire.counters().violations());
    }

    private void assertEndsCutShort(Toucher toucher, int left) throws Exception {
        try (RawRing raw = greeted()) {
            TcpPeer peer = take();
            raw.message(0, 8);
            raw.ring();
            assertEquals(WorkStatus.SUCCESS, peer.next(peer.receives).status());
            raw.slot(1, RingSlot.Kind.SEND, 0, 8, 4, 0, 0, 4096);
            raw.ring();
            raw.file.truncate(left);
            switch (toucher) {
                case DOORBELL -> ringIfItStands(raw);
                case POSTER -> assertEquals(null, inAThread(() -> postUntilItFails(peer)));
                case POLLER -> inAThread(() -> {
                    while (peer.pair.state() != QueuePairState.ERROR) {
                        peer.pair.progress();
                    }
                });
                case NEIGHBOUR -> assertEquals(null, inAThread(() -> {
                    while (peer.pair.state() != QueuePairState.ERROR) {
                        honestServer.pair.progress();
                    }
                }));
                default -> { }
            }
            peer.awaitEnd();
            raw.awaitEnd();
            honest.pair.postSend(new WorkRequest().write(7, honestServer.memory.address(), honestServer.memory.handle())
                    .inline(ByteBuffer.allocate(8), 0, 8).signaled());
            assertEquals(WorkStatus.SUCCESS, honest.next(honest.sends).status());
        }
    }

    /** Whoever closes it may be about to close many; and he is the first to touch the memory since it was cut. */
    @Test
    void whoClosesItHearsNothingOfACutFile() throws Exception {
        try (RawRing raw = greeted()) {
            TcpPeer peer = take();
            while (raw.memory.getIntAcquire(raw.layout.asleep(RingEnd.LISTENING)) == 0) {
                Thread.onSpinWait();
            }
            raw.file.truncate(0);
            assertEquals(null, inAThread(peer.pair::disconnect));
            peer.awaitEnd();
            raw.awaitEnd();
        }
    }

    /** What ended it, or null. */
    private static Throwable inAThread(Runnable task) throws InterruptedException {
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread thread = new Thread(task);
        thread.setUncaughtExceptionHandler((self, e) -> end.set(e));
        thread.start();
        thread.join();
        return end.get();
    }

    private static void ringIfItStands(RawRing raw) throws IOException {
        try {
            raw.ring();
        } catch (IOException e) {
            assertTrue(e.getMessage().contains("Broken pipe"), e.toString());
        }
    }

    private static void postUntilItFails(TcpPeer peer) {
        try {
            while (true) {
                peer.pair.postSend(new WorkRequest().send(1).inline(ByteBuffer.allocate(8), 0, 8));
            }
        } catch (VerbsException e) {
            assertFalse(e.getMessage().isEmpty());
        }
    }

    /** Cut short and made as long as before: the pages are empty, which is nonsense like any other. */
    @Test
    void aFileThatLosesItsContentsHurtsItsConnectionOnly() throws Exception {
        try (RawRing raw = greeted()) {
            TcpPeer peer = take();
            raw.message(0, 8);
            raw.ring();
            peer.next(peer.receives);
            int length = config.layout().totalBytes();
            for (int i = 0; i < 2000; i++) {
                raw.file.truncate(0);
                raw.file.write(ByteBuffer.allocate(1), length - 1);
            }
            raw.socket.shutdownOutput();
            peer.awaitEnd();
            raw.awaitEnd();
        }
    }

    @Test
    void usersThatAreNotAdmittedAreNamed() throws Exception {
        PeerUser own = PeerUser.own();
        own.check(Set.of());
        PeerUser other = new PeerUser("somebody-else");
        other.check(Set.of("somebody-else"));
        String message = assertThrows(RingViolation.class, () -> other.check(Set.of("a-third"))).getMessage();
        assertTrue(message.contains("somebody-else") && message.contains(own.name()), message);
    }

    private interface Script {
        void play(SocketChannel socket) throws IOException;
    }

    /** Connects to a server that is none; the message must say what is wrong. */
    private void assertConnectFails(String why, Script script) throws Exception {
        SharedMemoryAddress address = SharedMemoryAddress.parse(base, "impostor");
        Files.createDirectory(address.directory());
        try (ServerSocketChannel impostor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            impostor.bind(address.resolve());
            Thread thread = new Thread(() -> {
                try (SocketChannel socket = impostor.accept()) {
                    script.play(socket);
                    socket.read(ByteBuffer.allocate(1));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            thread.start();
            TcpPeer peer = new TcpPeer(client, 8);
            String message = assertThrows(IOException.class, () -> client.connect(peer.pair, "impostor")).getMessage();
            assertTrue(message.contains("impostor") && message.contains(why), message);
            peer.close();
            thread.join();
        }
        Files.delete(address.socket());
        Files.delete(address.directory());
    }

    @Test
    void impostorsAreNamed() throws Exception {
        ByteBuffer hello = ByteBuffer.allocate(SharedMemoryHello.BYTES);
        assertConnectFails("closed the connection", socket -> {
            socket.read(hello.clear());
            socket.shutdownOutput();
        });
        assertConnectFails("does not speak", socket -> socket.write(ByteBuffer.allocate(100)));
        assertConnectFails("no answer", socket -> socket.read(hello.clear()));
        assertConnectFails("answered HELLO with MAPPED",
                socket -> socket.write(SharedMemoryHello.of(SharedMemoryHello.Kind.MAPPED, 1).encode()));
        assertConnectFails("not there", socket -> socket.write(
                SharedMemoryHello.accepted(1, new RingLayout(32, 4096), "ab".repeat(16)).encode()));
        assertConnectFails("has 5 bytes", socket -> {
            Path file = base.resolve("baton-impostor").resolve("cd".repeat(16));
            Files.write(file, new byte[5]);
            socket.write(SharedMemoryHello.accepted(1, new RingLayout(32, 4096), "cd".repeat(16)).encode());
            socket.read(ByteBuffer.allocate(SharedMemoryHello.BYTES));
            socket.read(ByteBuffer.allocate(1));
            Files.delete(file);
        });
    }

    @Test
    void addressesThatLeadNowhereAreNamed() throws Exception {
        TcpPeer peer = new TcpPeer(client, 8);
        String message = assertThrows(IOException.class, () -> client.connect(peer.pair, "nobody")).getMessage();
        assertTrue(message.contains("nobody") && message.contains("is the server up"), message);
        peer.close();
        message = assertThrows(IOException.class, () -> server.listen("a/b", request -> { })).getMessage();
        assertTrue(message.contains("a/b"), message);
        message = assertThrows(IOException.class, () -> client.listen("server", request -> { })).getMessage();
        assertTrue(message.contains("listens there already"), message);
        Path file = Files.createFile(base.resolve("baton-file"));
        message = assertThrows(IOException.class, () -> server.listen("file", request -> { })).getMessage();
        assertTrue(message.contains("no directory"), message);
        Files.delete(file);
    }
}
