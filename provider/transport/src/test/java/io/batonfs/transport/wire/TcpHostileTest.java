package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers with plain sockets, which break every rule: only their own connection suffers, an honest one goes on. */
@Timeout(60)
class TcpHostileTest {
    /** Fast to give up; memory for little. */
    private static final TcpWireConfig CONFIG = new TcpWireConfig(
            2, 5_000, 1_000, 8, 1024, 2_000, 300, 1 << 20, 1 << 20, 8 << 20, 0, 0);

    private TcpWire serverWire;
    private TcpWire clientWire;
    private Nic server;
    private Nic client;
    private Listening listening;
    private TcpPeer honest;
    private TcpPeer honestServer;
    private final BlockingQueue<TcpPeer> accepted = new LinkedBlockingQueue<>();
    private final List<TcpPeer> all = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        serverWire = new TcpWire(CONFIG);
        clientWire = new TcpWire(CONFIG);
        server = new Nic(serverWire);
        client = new Nic(clientWire);
        listening = server.listen("localhost:0", request -> {
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

    private RawTcp greeted() throws IOException {
        return RawTcp.greeted(listening.address());
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
        for (TcpWire wire : new TcpWire[] {clientWire, serverWire}) {
            assertEquals(0, wire.counters().openChannels());
            assertEquals(0, wire.counters().handshakes());
            assertEquals(0, wire.queuedBytes());
        }
    }

    @Test
    void garbageInsteadOfAHandshake() throws Exception {
        for (String garbage : new String[] {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\0".repeat(10_000)}) {
            try (RawTcp raw = new RawTcp(listening.address())) {
                raw.send(garbage.getBytes(StandardCharsets.US_ASCII));
                raw.awaitEnd();
            }
        }
        assertEquals(2, serverWire.counters().violations());
    }

    @Test
    void aNewerVersionIsRefusedByName() throws Exception {
        try (RawTcp raw = new RawTcp(listening.address())) {
            ByteBuffer hello = TcpHello.of(TcpHello.Kind.HELLO, CONFIG).encode();
            raw.send(hello.putShort(TcpHello.VERSION_OFFSET, (short) 9));
            TcpHello answer = raw.hello();
            assertEquals(TcpHello.Kind.REJECTED, answer.kind());
            String reason = new String(raw.bytes(answer.reasonBytes()), StandardCharsets.UTF_8);
            assertTrue(reason.contains("version 9"), reason);
            raw.awaitEnd();
        }
    }

    @Test
    void aHandshakeThatIsNoHello() throws Exception {
        for (TcpHello.Kind kind : new TcpHello.Kind[] {TcpHello.Kind.ACCEPTED, TcpHello.Kind.REJECTED}) {
            try (RawTcp raw = new RawTcp(listening.address())) {
                raw.send(TcpHello.of(kind, CONFIG).encode());
                assertEquals(TcpHello.Kind.REJECTED, raw.hello().kind());
                raw.awaitEnd();
            }
        }
    }

    /** Also what came before the cut is delivered, and what did not come whole is not. */
    @Test
    void connectionsCutAtEveryByte() throws Exception {
        byte[] hello = RawTcp.array(TcpHello.of(TcpHello.Kind.HELLO, CONFIG).encode());
        for (int cut = 0; cut < hello.length; cut++) {
            try (RawTcp raw = new RawTcp(listening.address())) {
                raw.send(Arrays.copyOf(hello, cut));
            }
        }
        byte[] frame = RawTcp.sendFrame(8);
        for (int cut = 0; cut <= frame.length; cut++) {
            TcpPeer peer;
            try (RawTcp raw = greeted()) {
                peer = take();
                raw.send(RawTcp.sendFrame(8));
                raw.send(Arrays.copyOf(frame, cut));
                raw.socket.shutdownOutput();
                raw.awaitEnd();
            }
            int successes = 0;
            for (var next = peer.next(peer.receives); next.opcode() != WorkOpcode.DISCONNECT;
                    next = peer.next(peer.receives)) {
                successes += next.status() == WorkStatus.SUCCESS ? 1 : 0;
            }
            assertEquals(cut == frame.length ? 2 : 1, successes, "cut at byte " + cut);
            all.remove(peer);
            peer.close();
        }
    }

    @Test
    void everyFlippedBitOfAHeaderEndsTheConnection() throws Exception {
        for (int bit = 0; bit < TcpFrame.BYTES * 8; bit += 3) {
            try (RawTcp raw = greeted()) {
                byte[] frame = RawTcp.sendFrame(8);
                frame[bit / 8] ^= (byte) (1 << bit % 8);
                raw.send(frame);
                raw.awaitEnd();
            }
            TcpPeer peer = accepted.take();
            peer.awaitEnd();
            peer.close();
        }
        assertEquals(86, serverWire.counters().violations());
    }

    private void assertEnds(byte[]... said) throws Exception {
        long before = serverWire.counters().violations();
        try (RawTcp raw = greeted()) {
            TcpPeer peer = take();
            for (byte[] bytes : said) {
                raw.send(bytes);
            }
            raw.awaitEnd();
            peer.awaitEnd();
            all.remove(peer);
            peer.close();
        }
        assertEquals(before + 1, serverWire.counters().violations());
    }

    @Test
    void whatWasNeverSentCanNeitherBeAcknowledgedNorRefused() throws Exception {
        assertEnds(RawTcp.array(new TcpFrame().acknowledge(1).bytes()));
        assertEnds(RawTcp.array(new TcpFrame().acknowledge(-1).bytes()));
        assertEnds(RawTcp.array(new TcpFrame().acknowledge(Integer.MIN_VALUE).bytes()));
        assertEnds(RawTcp.array(new TcpFrame().goodbye(3).bytes()));
        assertEnds(RawTcp.array(new TcpFrame().refusal(WorkStatus.RECEIVER_NOT_READY, 0).bytes()));
    }

    @Test
    void aHugeLengthIsRefusedBeforeAnythingIsAllocated() throws Exception {
        byte[] huge = new byte[TcpFrame.BYTES];
        new TcpFrame().message(WorkOpcode.SEND, Integer.MAX_VALUE, 0, 0, 0, false, 0).bytes().get(huge);
        assertEnds(huge);
    }

    /** A message that fits nowhere is refused at its header; the rest may come or not. */
    @Test
    void aLargeMessageWithoutAPlaceIsRefusedAtItsHeader() throws Exception {
        try (RawTcp raw = greeted()) {
            TcpPeer peer = take();
            byte[] large = new byte[TcpFrame.BYTES];
            new TcpFrame().message(WorkOpcode.RDMA_WRITE, 1 << 20, peer.memory.address(), peer.memory.handle(), 0,
                    false, 0).bytes().get(large);
            raw.send(large);
            raw.send(new byte[1]);
            TcpFrame answer = raw.frame();
            assertEquals(TcpFrame.Kind.REFUSAL, answer.kind());
            assertEquals(WorkStatus.REMOTE_ACCESS_ERROR, answer.status());
            peer.awaitEnd();
        }
    }

    /** Half a message keeps nobody from taking the memory back, nor from hearing of the end. */
    @Test
    void aMessageThatNeverEndsHoldsNothing() throws Exception {
        try (RawTcp raw = greeted()) {
            TcpPeer peer = take();
            raw.send(Arrays.copyOf(RawTcp.sendFrame(8), TcpFrame.BYTES + 3));
            try (RawTcp other = greeted()) {
                TcpPeer second = take();
                other.send(RawTcp.sendFrame(8));
                second.next(second.receives);
            }
            peer.pair.disconnect();
            peer.awaitEnd();
            peer.domain.close();
            assertEquals(TcpFrame.Kind.GOODBYE, raw.frame().kind());
            all.remove(peer);
        }
    }

    @Test
    void aReceiveLeftInTheMiddleIsGivenBackFlushed() throws Exception {
        TcpPeer peer;
        try (RawTcp raw = greeted()) {
            peer = take();
            raw.send(Arrays.copyOf(RawTcp.sendFrame(8), TcpFrame.BYTES + 3));
        }
        boolean[] given = new boolean[8];
        for (int i = 0; i < 8; i++) {
            var next = peer.next(peer.receives);
            assertEquals(WorkOpcode.RECEIVE + " " + WorkStatus.FLUSHED, next.opcode() + " " + next.status());
            given[(int) next.id()] = true;
        }
        assertEquals(WorkOpcode.DISCONNECT, peer.next(peer.receives).opcode());
        for (boolean one : given) {
            assertTrue(one);
        }
        assertEquals(0, peer.receives.size());
        assertEquals(WorkStatus.DISCONNECTED, peer.pair.cause());
        all.remove(peer);
        peer.close();
    }

    @Test
    void silentPeersAreEvictedAndOthersGetIn() throws Exception {
        List<RawTcp> silent = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            silent.add(new RawTcp(listening.address()));
        }
        try (RawTcp speaking = greeted()) {
            take();
            assertTrue(speaking.socket.isConnected());
            assertTrue(serverWire.counters().handshakes() <= CONFIG.maxHandshakes());
        }
        for (RawTcp one : silent) {
            one.awaitEnd();
            one.close();
        }
        assertEquals(50, serverWire.counters().evictedHandshakes());
    }

    @Test
    void aSilentPeerIsGivenUpAfterItsTime() throws Exception {
        try (RawTcp raw = greeted()) {
            TcpPeer peer = take();
            peer.awaitEnd();
            raw.awaitEnd();
        }
        assertEquals(1, serverWire.counters().deadPeers());
    }

    /** Posting never waits; what waits is bounded; then the connection ends, and its memory is free. */
    @Test
    void aPeerThatDoesNotReadIsBounded() throws Exception {
        try (RawTcp raw = greeted()) {
            TcpPeer peer = take();
            VerbsException full = assertThrows(VerbsException.class, () -> {
                WorkRequest request = new WorkRequest();
                var large = peer.domain.allocate(1 << 20, Set.of());
                while (true) {
                    peer.pair.postSend(request.send(1).gather(large, 0, 1 << 20));
                    assertTrue(serverWire.queuedBytes() <= CONFIG.maxQueuedBytes() + SendBuffer.CHUNK_BYTES);
                }
            });
            assertTrue(full.getMessage().contains("DISCONNECTED"), full.getMessage());
            peer.awaitEnd();
            assertTrue(raw.socket.isConnected());
            assertEquals(0, serverWire.queuedBytes());
        }
        assertEquals(1, serverWire.counters().overflows());
    }

    /** Bytes that wait, fewer than may: time is what ends it, though the peer keeps talking. */
    @Test
    void aPeerThatTalksAndDoesNotReadIsGivenUp() throws Exception {
        assertTalkerIsGivenUp(peer -> {
            var large = peer.domain.allocate(1 << 19, Set.of());
            WorkRequest request = new WorkRequest();
            // A chunk may be in use for an instant for a greeting or a keep-alive; so much only by what was posted.
            while (serverWire.queuedBytes() < 1 << 19) {
                peer.pair.postSend(request.send(1).gather(large, 0, 1 << 19));
            }
        });
    }

    /** What it was sent is in the kernel's hands, so nothing waits; but its memory is in use until it is acknowledged. */
    @Test
    void aPeerThatTalksAndDoesNotAcknowledgeIsGivenUp() throws Exception {
        assertTalkerIsGivenUp(peer -> peer.pair.postSend(
                new WorkRequest().send(1).inline(ByteBuffer.allocate(8), 0, 8)));
    }

    private interface Posts {
        void by(TcpPeer peer) throws IOException;
    }

    private void assertTalkerIsGivenUp(Posts posts) throws Exception {
        try (RawTcp raw = greeted()) {
            TcpPeer peer = take();
            posts.by(peer);
            byte[] alive = RawTcp.array(new TcpFrame().acknowledge(0).bytes());
            while (peer.pair.cause() == WorkStatus.SUCCESS) {
                try {
                    raw.send(alive);
                } catch (SocketException e) {
                    break;
                }
                // Now and then, as a peer does that is alive.
                Thread.sleep(50);
            }
            peer.awaitEnd();
            assertEquals(1, serverWire.counters().deadPeers());
        }
    }

    @Test
    void randomBytesAfterTheHandshake() throws Exception {
        long seed = Long.getLong("tcp.seed", System.nanoTime());
        System.out.println("-Dtcp.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            try (RawTcp raw = greeted()) {
                byte[] frame = RawTcp.sendFrame(random.nextInt(20));
                for (int changes = random.nextInt(4); changes > 0; changes--) {
                    frame[random.nextInt(frame.length)] = (byte) random.nextInt();
                }
                raw.send(frame);
                if (random.nextBoolean()) {
                    byte[] more = new byte[random.nextInt(200)];
                    random.nextBytes(more);
                    raw.send(more);
                }
            } catch (IOException e) {
                // The server has ended it in the middle of what we said.
                assertTrue(e.getMessage() != null, "an end has a reason");
            }
            TcpPeer peer = accepted.take();
            peer.awaitEnd();
            peer.close();
        }
    }

    private interface Script {
        void play(Socket socket) throws Exception;
    }

    /** Connects to a server that is none; the message must say what is wrong. */
    private void assertConnectFails(String why, Script script) throws Exception {
        try (ServerSocket impostor = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                try (Socket socket = impostor.accept()) {
                    script.play(socket);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            thread.start();
            String address = "localhost:" + impostor.getLocalPort();
            TcpPeer peer = new TcpPeer(client, 8);
            String message = assertThrows(IOException.class, () -> client.connect(peer.pair, address)).getMessage();
            assertTrue(message.contains(address) && message.contains(why), message);
            peer.close();
            thread.join();
        }
    }

    @Test
    void impostorsAreNamed() throws Exception {
        assertConnectFails("closed the connection", socket -> socket.getInputStream().readNBytes(TcpHello.BYTES));
        assertConnectFails("does not speak", socket -> {
            socket.getOutputStream().write("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n".getBytes(
                    StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        });
        assertConnectFails("no answer", socket -> socket.getInputStream().readAllBytes());
        assertConnectFails("version 3", socket -> {
            ByteBuffer hello = TcpHello.of(TcpHello.Kind.ACCEPTED, CONFIG).encode();
            socket.getOutputStream().write(RawTcp.array(hello.putShort(TcpHello.VERSION_OFFSET, (short) 3)));
            socket.getInputStream().readAllBytes();
        });
        assertConnectFails("answered HELLO with HELLO", socket -> {
            socket.getOutputStream().write(RawTcp.array(TcpHello.of(TcpHello.Kind.HELLO, CONFIG).encode()));
            socket.getInputStream().readAllBytes();
        });
    }

    @Test
    void addressesThatLeadNowhereAreNamed() throws Exception {
        int port;
        try (ServerSocket gone = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = gone.getLocalPort();
        }
        assertConnectNamed("localhost:" + port, "is the server up");
        assertConnectNamed("no-such-host.invalid:1", "name service");
        assertConnectNamed("nonsense", "host:port");
        assertThrows(IOException.class, () -> server.listen("no-such-host.invalid:0", request -> { }));
        String taken = assertThrows(IOException.class, () -> server.listen(listening.address(), request -> { }))
                .getMessage();
        assertTrue(taken.contains(listening.address()), taken);
    }

    private void assertConnectNamed(String address, String why) throws Exception {
        TcpPeer peer = new TcpPeer(client, 8);
        String message = assertThrows(IOException.class, () -> client.connect(peer.pair, address)).getMessage();
        assertTrue(message.contains(address) && message.contains(why), message);
        peer.close();
    }
}
