package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairState;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Load, many connections, sudden ends, addresses: of two honest ends in one process. */
@Timeout(120)
class SharedMemoryWireTest {
    private static final int SLOTS = 8;
    private static final int SLOT_BYTES = 50_001;
    private static final int WIDE_AREA_BYTES = 256 * 1024;

    /** Short rings: nearly everything large has to wait for room. */
    private static SharedMemoryWireConfig narrow(Path base) {
        return SharedMemoryTests.config(base, 32, 8192, 30_000);
    }

    /** Two wires with a NIC each, and connections between them. */
    private static final class Net implements AutoCloseable {
        final Path base;
        final SharedMemoryWire serverWire;
        final SharedMemoryWire clientWire;
        final Nic server;
        final Nic client;
        final Listening listening;
        final BlockingQueue<TcpPeer> accepted = new LinkedBlockingQueue<>();

        Net(int memoryBytes) throws IOException {
            this(SharedMemoryTests.newBase(), memoryBytes);
        }

        private Net(Path base, int memoryBytes) throws IOException {
            this(base, new SharedMemoryWire(narrow(base)), memoryBytes);
        }

        /** One whose server has a wire of its own. */
        Net(Path base, SharedMemoryWire serverWire) throws IOException {
            this(base, serverWire, SLOTS * SLOT_BYTES);
        }

        private Net(Path base, SharedMemoryWire serverWire, int memoryBytes) throws IOException {
            this.base = base;
            this.serverWire = serverWire;
            clientWire = new SharedMemoryWire(narrow(base));
            server = new Nic(serverWire);
            client = new Nic(clientWire);
            listening = server.listen("net-*", request -> {
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
            for (SharedMemoryWire wire : new SharedMemoryWire[] {clientWire, serverWire}) {
                SharedMemoryTests.checkNothingLeft(wire);
                assertEquals(0, wire.counters().overflows());
                assertEquals(0, wire.counters().stalledPeers());
            }
            SharedMemoryTests.removeBase(base);
            assertEquals(0, wireThreads());
        }
    }

    private static ByteBuffer word(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
    }

    /** Sends back what comes, as the thread that polls, until the connection ends; how many messages. */
    private static long echoPolled(TcpPeer peer) throws VerbsException {
        WorkCompletion[] one = WorkCompletion.batch(1);
        WorkRequest request = new WorkRequest();
        long messages = 0;
        while (true) {
            while (peer.receives.poll(one) == 0) {
                peer.pair.progress();
            }
            if (one[0].opcode() == WorkOpcode.DISCONNECT) {
                return messages;
            }
            if (one[0].status() == WorkStatus.SUCCESS) {
                int at = (int) one[0].id() * 8;
                ByteBuffer bytes = word(peer.memory.buffer().getLong(at));
                peer.pair.postReceive(one[0].id(), peer.memory, at, 8);
                messages++;
                peer.pair.postSend(request.send(1).inline(bytes, 0, 8));
            }
        }
    }

    /** Both ends poll: every message comes once and in order, and nobody is rung for as long as nobody sleeps. */
    @Test
    void whoPollsDrivesTheConnectionAndNeedsNoDoorbell() throws Exception {
        int messages = 20_000;
        try (Net net = new Net(8 * SLOTS)) {
            TcpPeer client = net.connect(8 * SLOTS);
            TcpPeer server = net.accepted.take();
            CompletableFuture<Long> echoed = new CompletableFuture<>();
            Thread polling = new Thread(() -> {
                try {
                    echoed.complete(echoPolled(server));
                } catch (VerbsException | RuntimeException | Error e) {
                    echoed.completeExceptionally(e);
                }
            });
            polling.start();
            WorkCompletion[] one = WorkCompletion.batch(1);
            WorkRequest request = new WorkRequest();
            long before = 0;
            for (int i = 0; i < messages; i++) {
                if (i == messages / 10) {
                    before = net.clientWire.counters().doorbells() + net.serverWire.counters().doorbells();
                }
                client.pair.postSend(request.send(1).inline(word(i), 0, 8));
                while (client.receives.poll(one) == 0) {
                    client.pair.progress();
                }
                assertEquals(WorkStatus.SUCCESS, one[0].status());
                int at = (int) one[0].id() * 8;
                assertEquals(i, client.memory.buffer().getLong(at));
                client.pair.postReceive(one[0].id(), client.memory, at, 8);
            }
            long rung = net.clientWire.counters().doorbells() + net.serverWire.counters().doorbells() - before;
            // Who loses the processor for long is found asleep, and rung for: not one message in ten.
            assertTrue(rung < messages / 10, rung + " doorbells for " + messages + " messages");
            client.close();
            assertEquals(messages, echoed.get());
            server.close();
        }
    }

    /**
     * That a message has come does not say that its sender has been told so: with the sender's driver off the processor,
     * as many may be outstanding as the queue holds, though each was waited for.
     */
    private static void postOnceThereIsRoom(QueuePair pair, WorkRequest request) {
        while (true) {
            try {
                pair.postSend(request);
                return;
            } catch (VerbsException e) {
                if (pair.state() != QueuePairState.READY_TO_SEND) {
                    throw new AssertionError(e);
                }
                Thread.yield();
            }
        }
    }

    /** Others drive, too, and it polls by fits and starts: then what comes is brought by somebody else. */
    @Test
    void whatAPollerLeavesIsBroughtAllTheSame() throws Exception {
        long seed = Long.getLong("shm.seed", System.nanoTime());
        System.out.println("SharedMemoryWireTest: -Dshm.seed=" + seed);
        Random random = new Random(seed);
        try (Net net = new Net(8 * SLOTS)) {
            TcpPeer client = net.connect(8 * SLOTS);
            TcpPeer server = net.accepted.take();
            TcpPeer other = net.connect(8 * SLOTS);
            TcpPeer otherServer = net.accepted.take();
            AtomicBoolean over = new AtomicBoolean();
            List<Thread> pollers = new ArrayList<>();
            for (TcpPeer peer : List.of(client, client, server, other)) {
                Thread poller = new Thread(() -> {
                    while (!over.get()) {
                        peer.pair.progress();
                    }
                });
                poller.start();
                pollers.add(poller);
            }
            WorkRequest request = new WorkRequest();
            for (int i = 0; i < 600; i++) {
                boolean first = random.nextBoolean();
                TcpPeer from = first ? client : other;
                TcpPeer to = first ? server : otherServer;
                postOnceThereIsRoom(from.pair, request.send(1).inline(word(i), 0, 8));
                WorkCompletion next = to.next(to.receives);
                int at = (int) next.id() * 8;
                assertEquals(i, to.memory.buffer().getLong(at));
                to.pair.postReceive(next.id(), to.memory, at, 8);
                if (random.nextInt(20) == 0) {
                    LockSupport.parkNanos(random.nextInt(3_000_000));
                }
                if (i == 400) {
                    over.set(true);
                }
            }
            for (Thread poller : pollers) {
                poller.join();
            }
            for (TcpPeer peer : List.of(client, other)) {
                peer.close();
            }
            for (TcpPeer peer : List.of(server, otherServer)) {
                peer.awaitEnd();
                peer.close();
            }
        }
    }

    private static long wireThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("baton-shm-")).count();
    }

    private static void fill(ByteBuffer into, int length, long seed) {
        long word = seed;
        for (int i = 0; i < length; i++) {
            word = word * 6364136223846793005L + 1442695040888963407L;
            into.put(i, (byte) (word >>> 56));
        }
    }

    private static int length(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(SLOT_BYTES);
            case 1 -> 8000 + random.nextInt(400);
            default -> random.nextInt(200);
        };
    }

    /** One direction of a connection: sends random messages as credits allow. */
    private static void pump(TcpPeer from, Semaphore credits, long seed, int messages) throws Exception {
        Random random = new Random(seed);
        MemoryRegion source = from.domain.allocate(SLOT_BYTES, Set.of());
        WorkRequest request = new WorkRequest();
        for (int i = 0; i < messages; i++) {
            int length = length(random);
            fill(source.buffer(), length, seed + i);
            credits.acquire();
            if (!from.pair.postSend(request.send(i).gather(source, 0, length).signaledIfLater())) {
                WorkCompletion ended = from.next(from.sends);
                assertEquals(WorkStatus.SUCCESS, ended.status());
                assertEquals(i, ended.id());
            }
        }
    }

    /** The other end of it: every message whole, once, in order. */
    private static void drain(TcpPeer to, Semaphore credits, long seed, int messages) throws Exception {
        Random random = new Random(seed);
        byte[] expected = new byte[SLOT_BYTES];
        byte[] found = new byte[SLOT_BYTES];
        WorkCompletion[] one = WorkCompletion.batch(1);
        for (int i = 0; i < messages; i++) {
            int length = length(random);
            fill(ByteBuffer.wrap(expected), length, seed + i);
            assertEquals(1, to.receives.await(one, 100));
            assertEquals(WorkOpcode.RECEIVE + " " + WorkStatus.SUCCESS, one[0].opcode() + " " + one[0].status());
            assertEquals(length, one[0].lengthBytes(), "message " + i);
            int slot = (int) one[0].id();
            to.memory.buffer().get(slot * SLOT_BYTES, found, 0, length);
            assertTrue(Arrays.equals(expected, 0, length, found, 0, length), "bytes of message " + i);
            to.pair.postReceive(slot, to.memory, slot * SLOT_BYTES, SLOT_BYTES);
            credits.release();
        }
    }

    @Test
    void bothDirectionsFullOnSeveralConnectionsKeepTheirBytesAndOrder() throws Exception {
        long seed = Long.getLong("shm.seed", System.nanoTime());
        System.out.println("SharedMemoryWireTest: -Dshm.seed=" + seed);
        int messages = 300;
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Net net = new Net(SLOTS * SLOT_BYTES)) {
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
                        drain(to, credits, direction, messages);
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
    void twoHundredConnectionsShareTheThreadsAndSleep() throws Exception {
        try (Net net = new Net(512)) {
            List<TcpPeer> clients = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                clients.add(net.connect(512));
            }
            assertTrue(wireThreads() <= 6, "two keepers for each of two loops, and an inspector for each of two wires");
            assertEquals(200, net.serverWire.counters().rings());
            assertEquals(200L * net.serverWire.config().connectionBytes(), net.serverWire.budget().live());
            assertEquals(0, net.clientWire.budget().live(), "the memory is the listening end's");
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
        for (int round = 0; round < 4; round++) {
            int how = round % 4;
            List<Thread> writers = new ArrayList<>();
            List<TcpPeer> peers = new ArrayList<>();
            try (Net net = new Net(SLOTS * SLOT_BYTES)) {
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

    /** All that was posted before the end arrives, also what had to wait for room. */
    @Test
    void whatWasSentBeforeAnOrderlyEndArrives() throws Exception {
        try (Net net = new Net(SLOTS * SLOT_BYTES)) {
            TcpPeer client = net.connect(64);
            TcpPeer server = net.accepted.take();
            MemoryRegion source = client.domain.allocate(SLOT_BYTES, Set.of());
            for (int i = 0; i < SLOTS; i++) {
                client.pair.postSend(new WorkRequest().send(i).gather(source, 0, SLOT_BYTES));
            }
            client.close();
            for (int i = 0; i < SLOTS; i++) {
                assertEquals(SLOT_BYTES, server.next(server.receives).lengthBytes());
            }
            server.awaitEnd();
            server.close();
        }
    }

    @Test
    void anInterruptedThreadMayPostAndCloseNobodysConnection() throws Exception {
        try (Net net = new Net(SLOTS * SLOT_BYTES)) {
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
    void aListenerThatFailsRefusesWithItsReason() throws Exception {
        try (Net net = new Net(64)) {
            Listening broken = net.server.listen("broken", request -> {
                throw new IllegalStateException("out of order");
            });
            TcpPeer peer = new TcpPeer(net.client, 64);
            String message = assertThrows(IOException.class, () -> net.client.connect(peer.pair, broken.address()))
                    .getMessage();
            assertTrue(message.contains("out of order") && message.contains("broken"), message);
            assertEquals(1, net.serverWire.counters().rejected());
            peer.close();
        }
    }

    @Test
    void aMessageLongerThanThePeerTakesFailsAtTheSender() throws Exception {
        try (Net net = new Net(64)) {
            TcpPeer client = net.connect(64);
            TcpPeer server = net.accepted.take();
            int tooLong = net.serverWire.config().maxMessageBytes() + 1;
            MemoryRegion source = client.domain.allocate(tooLong, Set.of());
            client.pair.postSend(new WorkRequest().send(4).gather(source, 0, tooLong));
            assertEquals(WorkStatus.REMOTE_INVALID_REQUEST, client.next(client.sends).status());
            server.awaitEnd();
            client.close();
            server.close();
        }
    }

    @Test
    void aClosedWireSaysSo() throws Exception {
        Path base = SharedMemoryTests.newBase();
        SharedMemoryWire wire = new SharedMemoryWire(narrow(base));
        wire.close();
        wire.close();
        Nic nic = new Nic(wire);
        assertThrows(IOException.class, () -> nic.listen("server", request -> { }));
        TcpPeer peer = new TcpPeer(nic, 8);
        String message = assertThrows(IOException.class, () -> nic.connect(peer.pair, "server")).getMessage();
        assertTrue(message.contains("closed"), message);
        peer.close();
        nic.close();
        SharedMemoryTests.removeBase(base);
    }

    @Test
    void aFullFileSystemIsNamedAndNotFilledFurther() throws Exception {
        Path base = SharedMemoryTests.newBase();
        String message = assertThrows(IOException.class, () -> RingFile.make(base.resolve("ring"), 20_479,
                new RingLayout(32, 4096), false, RingFile::fill)).getMessage();
        assertTrue(message.contains("20480") && message.contains("20479") && message.contains(base.toString()), message);
        SharedMemoryTests.removeBase(base);
    }

    private static SharedMemoryWireConfig wide(Path base, int wideConnections) {
        SharedMemoryWireConfig narrow = narrow(base);
        int wideBytes = new RingLayout(narrow.slots(), WIDE_AREA_BYTES).totalBytes();
        return new SharedMemoryWireConfig(base, Set.of(), 1, 50, narrow.slots(), narrow.areaBytes(), WIDE_AREA_BYTES,
                5_000, 256, 64, 30_000, 1_000, 1 << 22, 64L << 20, 256L << 20, 4L * wideConnections * wideBytes);
    }

    /** Connects so often, has a long message go each way, and gives the connections. */
    private static List<TcpPeer> connectAndExchange(Net net, int times) throws Exception {
        List<TcpPeer> peers = new ArrayList<>();
        WorkRequest request = new WorkRequest();
        for (int i = 0; i < times; i++) {
            TcpPeer client = net.connect(SLOTS * SLOT_BYTES);
            TcpPeer server = net.accepted.take();
            client.pair.postSend(request.send(1).gather(client.memory, 0, SLOT_BYTES).signaled());
            assertEquals(WorkStatus.SUCCESS, client.next(client.sends).status());
            assertEquals(SLOT_BYTES, server.next(server.receives).lengthBytes());
            server.pair.postSend(request.send(1).gather(server.memory, 0, SLOT_BYTES).signaled());
            assertEquals(WorkStatus.SUCCESS, server.next(server.sends).status());
            assertEquals(SLOT_BYTES, client.next(client.receives).lengthBytes());
            peers.add(client);
            peers.add(server);
        }
        return peers;
    }

    @Test
    void areasAreWideAsLongAsThereIsPlenty() throws Exception {
        Path base = SharedMemoryTests.newBase();
        SharedMemoryWireConfig config = wide(base, 2);
        try (Net net = new Net(base, new SharedMemoryWire(config))) {
            List<TcpPeer> peers = connectAndExchange(net, 4);
            assertEquals(2, net.serverWire.counters().wide());
            assertEquals(2, net.serverWire.counters().wideRings());
            assertEquals(2L * config.wideLayout().totalBytes() + 2L * config.connectionBytes(),
                    net.serverWire.budget().live());
            assertEquals(0, net.serverWire.counters().withoutMemory());
            peers.forEach(TcpPeer::close);
        }
    }

    @Test
    void whoSetsNarrowerAreasHasNoWideOnes() {
        SharedMemoryWireConfig usual = SharedMemoryWireConfig.DEFAULT;
        assertEquals(402, usual.mostConnections());
        assertEquals(29, usual.mostWideConnections());
        SharedMemoryWireConfig less = usual.withMemory(16 * 1024, 1 << 20);
        assertEquals(16 * 1024, less.wideAreaBytes());
        assertEquals(0, less.mostWideConnections());
        assertEquals((1 << 20) / less.connectionBytes(), less.mostConnections());
        assertEquals(usual.wideAreaBytes(), usual.withMemory(usual.areaBytes(), 1 << 20).wideAreaBytes());
        assertEquals(2 << 20, usual.withMemory(2 << 20, 64 << 20).wideAreaBytes());
        assertEquals(0, usual.withMemory(2 << 20, 64 << 20).mostWideConnections());
    }

    @Test
    void whereThereIsNoRoomForWideAreasThereMayBeForOthers() throws Exception {
        Path base = SharedMemoryTests.newBase();
        SharedMemoryWireConfig config = wide(base, 2);
        AtomicLong room = new AtomicLong(4L * config.wideConnectionBytes() - 1);
        try (Net net = new Net(base, new SharedMemoryWire(config, new Random(1), System::nanoTime,
                store -> room.get(), Patience.USUAL))) {
            List<TcpPeer> peers = connectAndExchange(net, 1);
            assertEquals(0, net.serverWire.counters().wide());
            assertEquals(config.connectionBytes(), net.serverWire.budget().live());
            room.set(config.connectionBytes() - 1);
            try (TcpPeer refused = new TcpPeer(net.client, 64)) {
                String message = assertThrows(ConnectException.class,
                        () -> net.client.connect(refused.pair, net.listening.address())).getMessage();
                assertTrue(message.contains("do not fit into the " + room.get()), message);
            }
            assertEquals(config.connectionBytes(), net.serverWire.budget().live());
            assertEquals(1, net.serverWire.counters().withoutMemory());
            peers.forEach(TcpPeer::close);
            net.accepted.take().close();
        }
    }

    /** One that was killed leaves its socket, its lock file and maybe a ring file; one that lives holds the lock. */
    @Test
    void whatADeadListenerLeftIsRemovedAndALivingOneIsNot() throws Exception {
        Path base = SharedMemoryTests.newBase();
        SharedMemoryAddress address = SharedMemoryAddress.parse(base, "server");
        Files.createDirectory(address.directory());
        Files.createFile(address.socket());
        Files.createFile(address.lock());
        Files.createFile(address.directory().resolve("ab".repeat(16)));
        Path stranger = Files.createFile(address.directory().resolve("not-ours"));
        try (ListeningDirectory taken = ListeningDirectory.take(address, false)) {
            assertEquals(List.of(address.lock().toString(), stranger.toString()),
                    SharedMemoryTests.contents(address.directory()));
            assertThrows(BindException.class, () -> ListeningDirectory.take(address, false));
            assertTrue(Files.exists(taken.file("lock")));
        }
        assertFalse(Files.exists(address.lock()));
        Files.delete(stranger);
        ListeningDirectory again = ListeningDirectory.take(address, true);
        assertEquals("rwx--x--x", java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(address.directory())), "others may go in, and not see what is there");
        again.close();
        again.close();
        SharedMemoryTests.removeBase(base);
    }

    /** Only then it helps to make the file system larger. */
    @Test
    void wantOfRoomIsToldFromAllElse() throws IOException {
        Path base = SharedMemoryTests.newBase();
        SharedMemoryWireConfig config = SharedMemoryTests.config(base);
        assertThrows(RingFile.NoRoom.class,
                () -> RingFile.make(base.resolve("ring"), Long.MAX_VALUE, config.layout(), false, (channel, layout) -> {
                    throw new IOException("No space left on device");
                }));
        IOException elsewhere = assertThrows(IOException.class,
                () -> RingFile.make(base.resolve("gone").resolve("ring"), Long.MAX_VALUE, config.layout(), false,
                        RingFile::fill));
        assertFalse(elsewhere instanceof RingFile.NoRoom, elsewhere.toString());
        SharedMemoryTests.removeBase(base);
    }
}
