package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.WorkRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client's shared-memory wire: which servers it takes for those of its host, and what it costs where there is none. */
@Timeout(60)
class SameHostWireTest {
    private final BlockingQueue<TcpPeer> accepted = new LinkedBlockingQueue<>();
    private Path base;
    private SharedMemoryWire serverWire;
    private Nic server;
    private SameHostWire wire;
    private Nic client;

    @BeforeEach
    void start() throws IOException {
        base = SharedMemoryTests.newBase();
        serverWire = new SharedMemoryWire(SharedMemoryTests.config(base));
        server = new Nic(serverWire);
        wire = new SameHostWire(SharedMemoryTests.config(base));
        client = new Nic(wire);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        client.close();
        server.close();
        wire.close();
        serverWire.close();
        SharedMemoryTests.checkNothingLeft(serverWire);
        SharedMemoryTests.removeBase(base);
    }

    private Listening listen(String address) throws IOException {
        return server.listen(address, request -> {
            try {
                TcpPeer peer = new TcpPeer(server, 64);
                peer.pair.postReceive(0, peer.memory, 0, 64);
                request.accept(peer.pair);
                accepted.add(peer);
            } catch (IOException e) {
                request.reject(e.toString());
            }
        });
    }

    private void refused(String address) throws IOException {
        try (TcpPeer peer = new TcpPeer(client, 64)) {
            assertThrows(ConnectException.class, () -> client.connect(peer.pair, address));
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("baton-shm-")).count();
    }

    @Test
    void aServerOfThisHostIsReached() throws Exception {
        Listening listening = listen("one:*");
        assertTrue(listening.address().matches("one:[0-9a-f]{16}"), listening.address());
        try (TcpPeer peer = new TcpPeer(client, 64)) {
            client.connect(peer.pair, listening.address());
            peer.pair.postSend(new WorkRequest().send(1).inline(ByteBuffer.allocate(8), 0, 8));
            TcpPeer other = accepted.take();
            assertEquals(8, other.next(other.receives).lengthBytes());
            other.close();
            peer.awaitEnd();
        }
        assertEquals(0, wire.passedOver());
    }

    @Test
    void whereNoServerIsNoThreadIsEither() throws Exception {
        long before = threads();
        refused("one:0123456789abcdef");
        refused("one");
        assertEquals(before, threads());
        assertEquals(0, wire.passedOver(), "a server of another host is not passed over");
    }

    /** As when a host was copied with the group on it, or a container has a group of the same name. */
    @Test
    void aServerOfTheSameNameIsNotTakenForAnother() throws Exception {
        Listening first = listen("one:*");
        first.close();
        Listening second = listen("one:*");
        refused(first.address());
        refused("one");
        assertEquals(0, serverWire.counters().established());
        second.close();
    }

    @Test
    void whatADeadServerHasLeftIsNoServer() throws Exception {
        Path directory = Files.createDirectory(base.resolve("baton-one"));
        Files.createFile(directory.resolve("lock"));
        Path socket = Files.createFile(directory.resolve("socket-0123456789abcdef"));
        refused("one:0123456789abcdef");
        assertEquals(1, wire.passedOver());
        listen("one:*").close();
        assertTrue(Files.notExists(socket), "the next that listens there removes it");
        assertTrue(Files.notExists(directory));
    }

    /** A server whose ring file says nonsense. */
    @Test
    void faultsOfItsConnectionsAreTold() throws Exception {
        assertEquals(0, wire.faultsSeen(), "nothing has been opened");
        SharedMemoryAddress address = SharedMemoryAddress.parse(base, "one:0123456789abcdef");
        Files.createDirectory(address.directory());
        RingLayout layout = new RingLayout(32, 4096);
        String name = "cd".repeat(16);
        Path file = address.directory().resolve(name);
        try (ServerSocketChannel impostor = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                RingMemory memory = RingFile.make(file, Files.getFileStore(base).getUsableSpace(), layout, false,
                        RingFile::fill);
                TcpPeer peer = new TcpPeer(client, 64)) {
            impostor.bind(address.resolve());
            Thread listener = new Thread(() -> {
                try (SocketChannel socket = impostor.accept()) {
                    socket.write(SharedMemoryHello.accepted(1, layout, name).encode());
                    peer.awaitEnd();
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            listener.start();
            client.connect(peer.pair, address.toString());
            assertEquals(0, wire.faultsSeen());
            memory.setIntRelease(layout.ending(RingEnd.LISTENING), 77);
            listener.join();
            assertEquals(1, wire.faultsSeen());
        }
        Files.delete(file);
        Files.delete(address.socket());
        Files.delete(address.directory());
    }

    @Test
    void memoryIsTakenAsAWholeOrNotAtAll() throws Exception {
        SharedMemoryWireConfig config = SharedMemoryTests.config(base);
        try (SharedMemoryWire narrow = new SharedMemoryWire(config.withMemory(config.areaBytes(),
                2 * config.connectionBytes())); Nic nic = new Nic(narrow)) {
            Listening listening = nic.listen("narrow:*", request -> {
                try {
                    TcpPeer peer = new TcpPeer(nic, 64);
                    request.accept(peer.pair);
                    accepted.add(peer);
                } catch (IOException e) {
                    request.reject(e.toString());
                }
            });
            try (TcpPeer first = new TcpPeer(client, 64); TcpPeer second = new TcpPeer(client, 64)) {
                client.connect(first.pair, listening.address());
                client.connect(second.pair, listening.address());
                assertEquals(2 * config.connectionBytes(), narrow.memoryBytes());
                try (TcpPeer third = new TcpPeer(client, 64)) {
                    String message = assertThrows(ConnectException.class,
                            () -> client.connect(third.pair, listening.address())).getMessage();
                    assertTrue(message.contains("is used up"), message);
                }
                assertEquals(1, narrow.counters().withoutMemory());
                assertEquals(1, wire.passedOver());
            }
            accepted.take().close();
            accepted.take().close();
        }
    }

    @Test
    void closedItSaysSo() throws Exception {
        Listening listening = listen("one:*");
        wire.close();
        try (TcpPeer peer = new TcpPeer(client, 64)) {
            assertTrue(assertThrows(IOException.class, () -> client.connect(peer.pair, listening.address()))
                    .getMessage().contains("closed"));
        }
        assertThrows(UnsupportedOperationException.class, () -> client.listen("one", request -> { }));
    }
}
