package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * Connects NICs of different hosts, or processes, by TCP. Addresses are {@code host:port} or {@code [::1]:port}; to listen
 * at port 0 takes any free one. {@link TcpHello} begins a connection, {@link TcpFrame}s follow; {@link TcpLink} says how
 * they are sent, acknowledged and ended, {@link TcpReceiver} how they are received.
 *
 * <p>A thread that posts writes to the socket itself, straight from the request's memory. A few daemon threads
 * ({@link IoLoop}), owned by this object, do the rest for all connections: they accept, read, deliver, ring, and write what
 * a socket did not take at once, from there too if it is much. Completions are announced on them: a doorbell must not wait
 * for one of this wire's connections to be made or to end. Thread-safe.
 */
public final class TcpWire implements Wire, Closeable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    /** What it takes to wake a processor that has been halted, of a virtual machine: less than that is not slept. */
    private static final long SPIN_NANOS = 50_000;

    private final TcpWireConfig config;
    private final SendBuffer.Pool pool;
    private final TcpCounters counters = new TcpCounters();
    private final List<IoLoop> loops = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * A wire with its threads running.
     *
     * @throws IOException if the process has no selector left
     */
    public TcpWire(TcpWireConfig config) throws IOException {
        this(config, System::nanoTime);
    }

    /** @param nanoClock tells time for timeouts */
    TcpWire(TcpWireConfig config, LongSupplier nanoClock) throws IOException {
        this(config, nanoClock, ByteBuffer::allocateDirect);
    }

    /** @param memory makes what waiting bytes are copied to */
    TcpWire(TcpWireConfig config, LongSupplier nanoClock, IntFunction<ByteBuffer> memory) throws IOException {
        this.config = config;
        pool = new SendBuffer.Pool(config.queueBudgetBytes(), memory);
        int number = NUMBER.incrementAndGet();
        int tickMs = IoLoop.tickMs(config.handshakeTimeoutMs(), config.closeTimeoutMs(), config.deadPeerTimeoutMs());
        IoLoop.addAll(loops, config.ioThreads(), i -> new IoLoop("baton-tcp-" + number + "-" + i, tickMs,
                config.closeTimeoutMs(), SPIN_NANOS, nanoClock));
        loops.forEach(IoLoop::start);
    }

    @Override
    public String providerName() {
        return "tcp";
    }

    @Override
    public boolean carriesImmediate() {
        return true;
    }

    /** Connections ended for garbage or silence. */
    @Override
    public long faultsSeen() {
        return counters.violations() + counters.deadPeers();
    }

    /** What has been seen so far. */
    public TcpCounters counters() {
        return counters;
    }

    /**
     * Bytes of memory that hold what waits to be sent at this moment, of all connections, in whole chunks; those included
     * that have the place for what waits in its region.
     */
    public long queuedBytes() {
        return pool.inUse() * SendBuffer.CHUNK_BYTES;
    }

    TcpWireConfig config() {
        return config;
    }

    SendBuffer.Pool pool() {
        return pool;
    }

    IoLoop nextLoop() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    void tune(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (config.sendBufferBytes() > 0) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, config.sendBufferBytes());
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>The result's address has the host as it was given, also 0.0.0.0: whoever knows by which name peers reach this
     * host has to say so.
     */
    @Override
    public Listening listen(String address, Acceptor acceptor) throws IOException {
        checkOpen();
        TcpAddress wanted = TcpAddress.parse(address);
        ServerSocketChannel channel;
        try {
            channel = TcpListener.bind(wanted, config);
        } catch (BindException e) {
            throw (BindException) new BindException("TCP address " + wanted + " can't be listened at: " + e.getMessage()
                    + "; take another port, or end the process that has it").initCause(e);
        }
        counters.openChannels.incrementAndGet();
        int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
        IoLoop loop = nextLoop();
        TcpListener listener = new TcpListener(this, loop, channel, wanted.withPort(port), acceptor);
        if (!loop.execute(listener::register)) {
            listener.close();
            checkOpen();
        }
        return listener;
    }

    /** Waits until a loop has let go of a channel that was closed: until then its port is taken. */
    void awaitClosed(IoLoop loop) {
        if (loop.isLoopThread()) {
            return;
        }
        // Closed channels leave the selector in the selection after the first task, so before the second is run.
        CountDownLatch selected = new CountDownLatch(1);
        if (!loop.execute(() -> loop.execute(selected::countDown))) {
            return;
        }
        boolean interrupted = false;
        while (true) {
            try {
                selected.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
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
            throw new IOException("a thread of the TCP wire can't wait for a connection: connect from another one");
        }
        InetSocketAddress target = TcpAddress.parse(address).resolve();
        SocketChannel channel = SocketChannel.open();
        counters.openChannels.incrementAndGet();
        boolean made = false;
        try {
            TcpLink link = connect(channel, target, address, local);
            made = true;
            return link;
        } catch (ClosedByInterruptException e) {
            throw (IOException) new InterruptedIOException("interrupted while connecting to " + address).initCause(e);
        } catch (SocketTimeoutException e) {
            throw failed(address, "no answer within " + config.connectTimeoutMs() + " ms to connect and "
                    + config.handshakeTimeoutMs() + " for the handshake; is the server up, and no firewall between?", e);
        } catch (EOFException e) {
            throw failed(address, "it closed the connection within the handshake; is this the data port of a server?", e);
        } catch (ConnectException e) {
            throw failed(address, e.getMessage() + "; is the server up, and is this the port of its data?", e);
        } catch (TcpViolation e) {
            throw failed(address, e.getMessage(), e);
        } finally {
            if (!made) {
                counters.openChannels.decrementAndGet();
                channel.close();
            }
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

    private static IOException failed(String address, String why, IOException cause) {
        return (IOException) new ConnectException("no connection to TCP address " + address + ": " + why)
                .initCause(cause);
    }

    private TcpLink connect(SocketChannel channel, InetSocketAddress target, String address, WireEndpoint local)
            throws IOException {
        if (config.receiveBufferBytes() > 0) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, config.receiveBufferBytes());
        }
        tune(channel);
        channel.socket().connect(target, config.connectTimeoutMs());
        channel.write(TcpHello.of(TcpHello.Kind.HELLO, config).encode());
        channel.socket().setSoTimeout(config.handshakeTimeoutMs());
        InputStream in = channel.socket().getInputStream();
        TcpHello answer = TcpHello.decode(ByteBuffer.wrap(exactly(in, TcpHello.BYTES)));
        if (answer.kind() == TcpHello.Kind.REJECTED) {
            String reason = new String(exactly(in, answer.reasonBytes()), StandardCharsets.UTF_8);
            throw new ConnectException("the listener at TCP address " + address + " refused: " + reason);
        }
        if (answer.kind() != TcpHello.Kind.ACCEPTED) {
            throw new TcpViolation("the peer answered HELLO with " + answer.kind());
        }
        IoLoop loop = nextLoop();
        TcpLink link = new TcpLink(loop, channel, local, config, answer, ByteBuffer.allocate(0), pool, counters);
        channel.configureBlocking(false);
        if (!loop.execute(() -> register(loop, channel, link))) {
            checkOpen();
        }
        return link;
    }

    private static void register(IoLoop loop, SocketChannel channel, TcpLink link) {
        try {
            link.register(loop.register(channel, SelectionKey.OP_READ, link));
        } catch (IOException e) {
            link.drop(e.toString());
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the stream ended after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private void checkOpen() throws IOException {
        if (closed.get()) {
            throw new IOException("the TCP wire is closed");
        }
    }

    /**
     * Ends every connection, in order as far as the peers go along in time, then the threads. Afterwards no socket is open.
     * Close the NICs before. Again does nothing but wait for the first.
     */
    @Override
    public void close() {
        closed.set(true);
        loops.forEach(IoLoop::stop);
        boolean interrupted = false;
        for (IoLoop loop : loops) {
            while (true) {
                try {
                    loop.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
