package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Connects NICs of processes of one host (or of one process) by memory that both have mapped. Addresses are names below
 * a base directory, and maybe an instance ({@link SharedMemoryAddress}); a trailing asterisk in either has a listener
 * choose one that is not in use. {@link SharedMemoryHello} begins
 * a connection, on a Unix-domain socket that is afterwards a doorbell and tells of a dead peer; {@link RingLayout} says
 * what the memory holds; {@link SharedMemoryLink} how it is sent to, acknowledged, slept at and ended,
 * {@link RingConsumer} how it is received from.
 *
 * <p>A thread that posts copies the bytes into the ring; the peer's driver copies them to where they belong. A few
 * daemon threads ({@link IoLoop}), owned by this object, look and sleep for all connections; one more
 * ({@link RingInspector}) sees whether their memory is there. Completions are announced
 * on them: a doorbell must not wait for one of this wire's connections to be made or to end. Thread-safe.
 */
public final class SharedMemoryWire implements Wire, Closeable {
    /** Its name in provider lists. */
    public static final String PROVIDER = "shared-memory";
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long NANOS_PER_MICRO = 1_000;
    /** Clients try again as often as they like. */
    private static final long NANOS_BETWEEN_WARNINGS = 60_000_000_000L;
    /** How long to wait before a listener is asked again whose backlog is full: there is no event for that. */
    private static final long BACKLOG_MS = 2;
    private static final String ANY = "*";
    private static final int NAME_DIGITS = 12;

    private final SharedMemoryWireConfig config;
    private final Random random;
    private final LongSupplier nanoClock;
    private final Room room;
    private final Patience patience;
    private final SendBuffer.Pool pool;
    private final SharedMemoryBudget budget;
    private final SharedMemoryCounters counters = new SharedMemoryCounters();
    private final SeldomTold withoutMemory;
    private final RingInspector inspector;
    private final List<IoLoop> loops = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * A wire with its threads running.
     *
     * @throws IOException if the process has no selector left
     */
    public SharedMemoryWire(SharedMemoryWireConfig config) throws IOException {
        this(config, new SecureRandom(), System::nanoTime, FileStore::getUsableSpace,
                config.spinMicros() > 0 ? Patience.USUAL : Patience.NONE);
    }

    /**
     * @param random    names files that nobody may guess
     * @param nanoClock tells time for timeouts, and for how long to look before sleeping
     * @param room      what a file system has left
     * @param patience  of threads that post
     */
    SharedMemoryWire(SharedMemoryWireConfig config, Random random, LongSupplier nanoClock, Room room,
            Patience patience) throws IOException {
        this.patience = patience;
        this.room = room;
        this.config = config;
        this.random = random;
        this.nanoClock = nanoClock;
        pool = new SendBuffer.Pool(config.queueBudgetBytes());
        withoutMemory = new SeldomTold(NANOS_BETWEEN_WARNINGS, nanoClock);
        budget = new SharedMemoryBudget(config.maxMemoryBytes(), nanoClock, System::gc);
        int number = NUMBER.incrementAndGet();
        int tickMs = IoLoop.tickMs(config.handshakeTimeoutMs(), config.closeTimeoutMs(), config.stalledPeerTimeoutMs());
        inspector = new RingInspector("baton-shm-" + number + "-inspector", tickMs);
        IoLoop.addAll(loops, config.ioThreads(), i -> new IoLoop("baton-shm-" + number + "-" + i, tickMs,
                config.closeTimeoutMs(), config.spinMicros() * NANOS_PER_MICRO, inspector::faultMet, nanoClock));
        inspector.start();
        loops.forEach(IoLoop::start);
    }

    @Override
    public String providerName() {
        return PROVIDER;
    }

    @Override
    public boolean carriesImmediate() {
        return true;
    }

    /** Connections ended for garbage or because nothing was taken. */
    @Override
    public long faultsSeen() {
        return counters.violations() + counters.stalledPeers();
    }

    /** What has been seen so far. */
    public SharedMemoryCounters counters() {
        return counters;
    }

    /** Bytes of memory that hold what waits to be sent at this moment, of all connections, in whole chunks. */
    public long queuedBytes() {
        return pool.inUse() * SendBuffer.CHUNK_BYTES;
    }

    SharedMemoryWireConfig config() {
        return config;
    }

    SendBuffer.Pool pool() {
        return pool;
    }

    SharedMemoryBudget budget() {
        return budget;
    }

    /** Bytes of the ring files of incoming connections, those that have ended but are still mapped included. */
    public long memoryBytes() {
        return budget.inUse();
    }

    /** Bytes that a file system has left. */
    long roomIn(FileStore store) throws IOException {
        return room.bytes(store);
    }

    Room room() {
        return room;
    }

    Patience patience() {
        return patience;
    }

    /** Whether to warn that a connection can't have its memory. */
    SeldomTold withoutMemory() {
        return withoutMemory;
    }

    RingInspector inspector() {
        return inspector;
    }

    String newName() {
        return RingFile.newName(random);
    }

    IoLoop nextLoop() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    @Override
    public Listening listen(String address, Acceptor acceptor) throws IOException {
        checkOpen();
        SharedMemoryAddress wanted = SharedMemoryAddress.parse(config.baseDirectory(), chosen(address));
        ListeningDirectory directory = ListeningDirectory.take(wanted, !config.admittedUsers().isEmpty());
        SharedMemoryListener listener;
        IoLoop loop = nextLoop();
        try {
            ServerSocketChannel channel = SharedMemoryListener.bind(wanted, config);
            counters.openChannels.incrementAndGet();
            listener = new SharedMemoryListener(this, loop, directory, channel, wanted, acceptor);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
        if (!loop.execute(listener::register)) {
            listener.close();
            checkOpen();
        }
        return listener;
    }

    /** An address without an asterisk. */
    private String chosen(String address) {
        if (!address.endsWith(ANY)) {
            return address;
        }
        String beginning = address.substring(0, address.length() - ANY.length());
        return beginning + newName().substring(0, beginning.endsWith(":") ? SharedMemoryAddress.INSTANCE_DIGITS
                : NAME_DIGITS);
    }

    /**
     * The directory of a listener, below the base directory: for people.
     *
     * @throws IllegalArgumentException if that is no address of this wire
     */
    public Path directoryOf(String address) {
        try {
            return SharedMemoryAddress.parse(config.baseDirectory(), address).directory();
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits for the peer's answer, so not to be called by a doorbell.
     */
    @Override
    public WireLink connect(String address, WireEndpoint local) throws IOException {
        checkOpen();
        if (loops.stream().anyMatch(IoLoop::isLoopThread)) {
            throw new IOException("a thread of the shared-memory wire can't wait for a connection: connect from another"
                    + " one");
        }
        SharedMemoryAddress target = SharedMemoryAddress.parse(config.baseDirectory(), address);
        try {
            return connect(target, local);
        } catch (ClosedByInterruptException e) {
            throw (IOException) new InterruptedIOException("interrupted while connecting to " + address).initCause(e);
        } catch (SocketTimeoutException e) {
            throw failed(target, "no answer within " + config.handshakeTimeoutMs() + " ms; is the server stopped?", e);
        } catch (EOFException e) {
            throw failed(target, "it closed the connection within the handshake; is this a server's address?", e);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (RingViolation e) {
            throw failed(target, e.getMessage(), e);
        } catch (IOException e) {
            String why = Files.exists(target.socket()) ? e.getMessage() : "there is no " + target.socket();
            throw failed(target, why + "; is the server up, and has it the same base directory?", e);
        }
    }

    private static IOException failed(SharedMemoryAddress address, String why, IOException cause) {
        return (IOException) new ConnectException("no connection to shared-memory address " + address + ": " + why)
                .initCause(cause);
    }

    private SharedMemoryLink connect(SharedMemoryAddress target, WireEndpoint local) throws IOException {
        long deadline = nanoClock.getAsLong() + config.handshakeTimeoutMs() * NANOS_PER_MS;
        boolean made = false;
        SocketChannel channel = null;
        RingMemory memory = null;
        SharedMemoryLink link = null;
        try (Selector selector = Selector.open()) {
            channel = open(target, selector, deadline);
            counters.openChannels.incrementAndGet();
            PeerUser peer = PeerUser.of(channel);
            peer.check(config.admittedUsers());
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            channel.write(SharedMemoryHello.of(SharedMemoryHello.Kind.HELLO, config.maxMessageBytes()).encode());
            SharedMemoryHello answer = SharedMemoryHello.decode(
                    read(channel, SharedMemoryHello.BYTES, selector, deadline));
            if (answer.kind() == SharedMemoryHello.Kind.REJECTED) {
                ByteBuffer reason = read(channel, answer.reasonBytes(), selector, deadline);
                throw new RingViolation("the listener refused: " + StandardCharsets.UTF_8.decode(reason));
            }
            if (answer.kind() != SharedMemoryHello.Kind.ACCEPTED) {
                throw new RingViolation("the peer answered HELLO with " + answer.kind());
            }
            RingLayout layout = new RingLayout(answer.slots(), answer.areaBytes());
            memory = RingFile.open(target.directory().resolve(answer.fileName()), layout);
            channel.write(SharedMemoryHello.of(SharedMemoryHello.Kind.MAPPED, config.maxMessageBytes()).encode());
            key.cancel();
            selector.selectNow();
            IoLoop loop = nextLoop();
            link = new SharedMemoryLink(loop, channel, local, config, memory, layout,
                    RingEnd.CONNECTING, answer.maxMessageBytes(), pool, patience, counters, peer.isOwn(), inspector,
                    () -> { });
            counters.rings.incrementAndGet();
            SocketChannel connected = channel;
            SharedMemoryLink linked = link;
            made = loop.execute(() -> register(loop, connected, linked));
            if (!made) {
                counters.rings.decrementAndGet();
                checkOpen();
            }
            return link;
        } finally {
            if (!made) {
                forget(channel, memory, link);
            }
        }
    }

    /** What there is of a connection that was not made. */
    private void forget(SocketChannel channel, RingMemory memory, SharedMemoryLink link) throws IOException {
        if (link != null) {
            inspector.remove(link);
        }
        if (memory != null) {
            memory.close();
        }
        if (channel != null) {
            counters.openChannels.decrementAndGet();
            channel.close();
        }
    }

    /** A connected channel; one whose listener has a full backlog is tried again until the deadline. */
    private SocketChannel open(SharedMemoryAddress target, Selector selector, long deadline) throws IOException {
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            boolean connected = false;
            try {
                channel.configureBlocking(false);
                connected = channel.connect(target.resolve());
                if (connected) {
                    return channel;
                }
            } finally {
                if (!connected) {
                    channel.close();
                }
            }
            await(selector, Math.min(deadline, nanoClock.getAsLong() + BACKLOG_MS * NANOS_PER_MS), deadline);
        }
    }

    /** Until something can be read, or some time; past the deadline it is over. */
    private void await(Selector selector, long until, long deadline) throws IOException {
        long now = nanoClock.getAsLong();
        if (now - deadline >= 0) {
            throw new SocketTimeoutException("no answer");
        }
        selector.select(key -> { }, Math.max(1, (until - now + NANOS_PER_MS - 1) / NANOS_PER_MS));
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while connecting");
        }
    }

    private ByteBuffer read(SocketChannel channel, int length, Selector selector, long deadline) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            int n = channel.read(bytes);
            if (n < 0) {
                throw new EOFException("the stream ended after " + bytes.position() + " of " + length + " bytes");
            }
            if (n == 0) {
                await(selector, deadline, deadline);
            }
        }
        return bytes.flip();
    }

    private static void register(IoLoop loop, SocketChannel channel, SharedMemoryLink link) {
        try {
            link.register(loop.register(channel, SelectionKey.OP_READ, link));
        } catch (IOException e) {
            link.drop(e.toString());
        }
    }

    @Override
    public boolean lend(Errand errand) {
        for (IoLoop loop : loops) {
            if (loop.lend(errand)) {
                return true;
            }
        }
        return false;
    }

    private void checkOpen() throws IOException {
        if (closed.get()) {
            throw new IOException("the shared-memory wire is closed");
        }
    }

    /**
     * Ends every connection, in order as far as the peers go along in time, then the threads. Afterwards no socket is
     * open and nothing is left in the base directory; memory is unmapped once the garbage collector has come by. Close
     * the NICs before. Again does nothing but wait for the first.
     */
    @Override
    public void close() {
        closed.set(true);
        loops.forEach(IoLoop::stop);
        boolean interrupted = false;
        for (IoLoop loop : loops) {
            interrupted |= joined(loop::join);
        }
        inspector.close();
        interrupted |= joined(inspector::join);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says how many bytes a file system has left, and takes them: meanwhile others may have. */
    interface Room extends RingFile.Filler {
        long bytes(FileStore store) throws IOException;

        @Override
        default void fill(FileChannel channel, RingLayout layout) throws IOException {
            RingFile.fill(channel, layout);
        }
    }

    private interface Ending {
        void join() throws InterruptedException;
    }

    /** Waits; whether the caller was interrupted meanwhile. */
    private static boolean joined(Ending thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
