package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.wire.FullFileSystem;
import io.batonfs.transport.wire.InProcessWire;
import io.batonfs.transport.wire.SharedMemoryWire;
import io.batonfs.transport.wire.TcpWire;
import io.batonfs.transport.wire.TcpWireConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** LW-1: a server with two wires before one card, and clients that have one of them, both or none. */
class ProvidersTest {
    private static final String NAME = "server:1";

    private final InProcessWire fabric = new InProcessWire();
    private final ExecutorService executor = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final AuthKeys keys = new AuthKeys(new SecureRandom(), () -> 0, 60_000, 100);
    private final MemoryFiles files = new MemoryFiles();
    private TcpWire tcp;
    private Nic serverNic;
    private LwioServer server;

    /** A wire whose far end can't be got at, for a reason. */
    private record Cut(String providerName, IOException why) implements Wire {
        @Override
        public boolean carriesImmediate() {
            return true;
        }

        @Override
        public Listening listen(String address, Acceptor acceptor) throws IOException {
            throw why;
        }

        @Override
        public WireLink connect(String address, WireEndpoint local) throws IOException {
            throw why;
        }
    }

    @BeforeEach
    void serverOnTwoWires() throws IOException {
        tcp = new TcpWire(TcpWireConfig.DEFAULT);
        serverNic = new Nic(List.of(fabric, tcp));
        server = new LwioServer(serverNic, LwioServerConfig.DEFAULT, files, keys, executor, scheduler,
                new SecureRandom());
        server.listen("in-process", NAME);
        server.listen("tcp", "localhost:0");
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        server.close();
        assertEquals(0, serverNic.registeredRegions());
        assertEquals(0, serverNic.openQueuePairs());
        serverNic.close();
        tcp.close();
        executor.shutdown();
        scheduler.shutdownNow();
    }

    /** Negotiates, connects, writes and reads; what the server answered is returned. */
    private NegotiateResponse use(Wire... wires) throws Exception {
        try (Nic nic = new Nic(List.of(wires));
                LwioClient client = new LwioClient(nic, LwioClientConfig.DEFAULT, Thread::new)) {
            UUID clientKey = UUID.randomUUID();
            AuthKeys.Issued issued = keys.issue(clientKey);
            NegotiateRequest request = NegotiateRequest.decode(
                    new NegotiateRequest("client", clientKey, 0xFFFF, client.providers()).encode());
            NegotiateResponse answer = NegotiateResponse.decode(
                    Negotiation.answer(request, "server-7", issued.serverKey(), server.providers()).encode());
            try (LwioConnection connection = client.open(answer, clientKey, issued.secret())) {
                int fid = connection.register(MemoryFiles.key(1), false, false);
                byte[] bytes = {3, 1, 4, 1, 5};
                connection.write(fid, 0, ByteBuffer.wrap(bytes), null).get();
                byte[] read = new byte[bytes.length];
                connection.read(fid, 0, ByteBuffer.wrap(read), null).get();
                assertArrayEquals(bytes, read);
            }
            return answer;
        }
    }

    private static List<String> names(NegotiateResponse answer) {
        return answer.providers().stream().map(ProviderEntry::name).toList();
    }

    @Test
    void clientsByEitherWireMeetTheSameFiles() throws Exception {
        assertEquals(List.of("in-process"), names(use(fabric)));
        try (TcpWire own = new TcpWire(TcpWireConfig.DEFAULT)) {
            assertEquals(List.of("tcp"), names(use(own)));
            long made = tcp.counters().established();
            assertEquals(List.of("in-process", "tcp"), names(use(fabric, own)));
            assertEquals(made, tcp.counters().established(), "the client's first choice connects");
            assertEquals(List.of("tcp", "in-process"), names(use(own, fabric)));
            assertEquals(made + 1, tcp.counters().established());
        }
    }

    @Test
    void whatDoesNotConnectIsPassedOver() throws Exception {
        Cut cut = new Cut("in-process", new ConnectException("no such fabric here"));
        try (TcpWire own = new TcpWire(TcpWireConfig.DEFAULT)) {
            assertEquals(List.of("in-process", "tcp"), names(use(cut, own)));
            assertEquals(1, tcp.counters().established());
        }
    }

    /** Between the look for room and the writing others may have filled the file system. */
    @Test
    void whoFindsNoSharedMemoryComesByTcp() throws Exception {
        Path base = FullFileSystem.newBase();
        SharedMemoryWire full = FullFileSystem.wire(base);
        try (full; TcpWire serversTcp = new TcpWire(TcpWireConfig.DEFAULT);
                Nic nic = new Nic(List.of(full, serversTcp)); LwioServer both = new LwioServer(nic,
                        LwioServerConfig.DEFAULT, files, keys, executor, scheduler, new SecureRandom());
                SharedMemoryWire own = FullFileSystem.clientsWire(base);
                TcpWire ownTcp = new TcpWire(TcpWireConfig.DEFAULT)) {
            Path directory = full.directoryOf(both.listen(SharedMemoryWire.PROVIDER, "server"));
            both.listen("tcp", "localhost:0");
            List<Path> before = contents(directory);
            for (int i = 1; i <= 3; i++) {
                assertEquals("tcp", use(both, own, ownTcp));
                assertEquals(i, full.counters().withoutMemory());
                assertEquals(i, full.counters().rejected());
                assertEquals(before, contents(directory), "a file of the refused connection is left");
            }
        }
        FullFileSystem.checkNothingLeft(full, base);
    }

    private static List<Path> contents(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.sorted().toList();
        }
    }

    /** Negotiates and connects; by which wire. */
    private String use(LwioServer with, Wire... wires) throws Exception {
        try (Nic nic = new Nic(List.of(wires));
                LwioClient client = new LwioClient(nic, LwioClientConfig.DEFAULT, Thread::new)) {
            UUID clientKey = UUID.randomUUID();
            AuthKeys.Issued issued = keys.issue(clientKey);
            NegotiateResponse answer = Negotiation.answer(new NegotiateRequest("client", clientKey, 0xFFFF,
                    client.providers()), "server-8", issued.serverKey(), with.providers());
            try (LwioConnection connection = client.open(answer, clientKey, issued.secret())) {
                int fid = connection.register(MemoryFiles.key(1), false, false);
                assertEquals(8, connection.read(fid, 0, ByteBuffer.allocate(8), null).get());
                return connection.provider();
            }
        }
    }

    @Test
    void ifNoneConnectsEachReasonIsTold() {
        IOException e = assertThrows(IOException.class, () -> use(
                new Cut("in-process", new ConnectException("no such fabric here")),
                new Cut("tcp", new ConnectException("no route there"))));
        assertEquals("server-7 can't be reached: no such fabric here; no route there", e.getMessage());
        assertEquals(2, e.getSuppressed().length);
        assertEquals("alone", assertThrows(ConnectException.class,
                () -> use(new Cut("tcp", new ConnectException("alone")))).getMessage());
    }

    @Test
    void withoutACommonProviderBothSidesAreNamed() {
        String message = assertThrows(IOException.class,
                () -> use(new Cut("carrier-pigeon", new ConnectException("never asked")))).getMessage();
        assertTrue(message.contains("server-7") && message.contains("[carrier-pigeon]"), message);
    }

    @Test
    void anInterruptIsNotTakenForAWireThatDoesNotConnect() {
        assertThrows(InterruptedIOException.class,
                () -> use(new Cut("tcp", new InterruptedIOException("interrupted")), fabric));
    }

    @Test
    void portsHaveNamesOfTheirOwn() {
        assertThrows(IllegalArgumentException.class, () -> new Nic(List.of(fabric, new InProcessWire())));
        assertThrows(IllegalArgumentException.class, () -> new Nic(List.of()));
        assertThrows(VerbsException.class, () -> serverNic.listen("ucx", "x", request -> { }));
    }
}
