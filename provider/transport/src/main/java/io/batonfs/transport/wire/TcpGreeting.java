package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An incoming connection until its handshake is done: 32 bytes and a deadline. Then the acceptor decides, on the loop's
 * thread, and a {@link TcpLink} takes the channel over. Belongs to the loop's thread.
 */
final class TcpGreeting implements IoLoop.Handler, Wire.Incoming {
    private static final Logger LOG = LoggerFactory.getLogger(TcpGreeting.class);
    private static final long NANOS_PER_MS = 1_000_000;

    private final IoLoop loop;
    private final SocketChannel channel;
    private final TcpWireConfig config;
    private final SendBuffer.Pool pool;
    private final TcpCounters counters;
    private final Wire.Acceptor acceptor;
    private final Consumer<TcpGreeting> over;
    private final ByteBuffer said = ByteBuffer.allocate(TcpHello.BYTES);
    private final long deadline;
    private TcpHello hello;
    private TcpLink link;
    private String reason = "it gave no answer";
    private boolean ended;

    /** @param over is told once this is no greeting any more */
    TcpGreeting(IoLoop loop, SocketChannel channel, TcpWireConfig config, SendBuffer.Pool pool, TcpCounters counters,
            Wire.Acceptor acceptor, Consumer<TcpGreeting> over) {
        this.loop = loop;
        this.channel = channel;
        this.config = config;
        this.pool = pool;
        this.counters = counters;
        this.acceptor = acceptor;
        this.over = over;
        deadline = loop.now() + config.handshakeTimeoutMs() * NANOS_PER_MS;
    }

    /** Begins to listen to the peer. */
    void register() {
        try {
            loop.register(channel, SelectionKey.OP_READ, this);
        } catch (IOException e) {
            drop(e.toString());
        }
    }

    /** There are too many: this one, the oldest, goes. Any thread. */
    void evict() {
        loop.execute(() -> {
            if (!ended) {
                counters.evictedHandshakes.increment();
                drop("too many connections have not finished the handshake");
            }
        });
    }

    @Override
    public void ready(SelectionKey key) {
        try {
            int n = channel.read(said);
            if (n < 0) {
                drop("it was closed within the handshake");
            } else if (!said.hasRemaining()) {
                greet(key);
            }
        } catch (TcpViolation e) {
            counters.violations.increment();
            sayRejected(e.getMessage());
            drop(e.getMessage());
        } catch (IOException e) {
            drop(e.toString());
        }
    }

    private void greet(SelectionKey key) throws IOException {
        hello = TcpHello.decode(said.clear());
        if (hello.kind() != TcpHello.Kind.HELLO) {
            throw new TcpViolation("a connection must begin with HELLO, not " + hello.kind());
        }
        try {
            acceptor.requested(this);
        } catch (RuntimeException e) {
            LOG.error("a connection could not be offered to its listener", e);
            reason = "the listener failed: " + e;
        }
        end();
        if (link != null) {
            link.register(key);
        } else {
            counters.rejected.increment();
            sayRejected(reason);
            drop("the listener refused it: " + reason);
        }
    }

    @Override
    public WireLink accept(WireEndpoint local) {
        try {
            TcpLink made = new TcpLink(loop, channel, local, config, hello,
                    TcpHello.of(TcpHello.Kind.ACCEPTED, config).encode(), pool, counters);
            link = made;
            return made;
        } catch (IOException e) {
            reason = e.getMessage();
            return new DeadLink(local);
        }
    }

    @Override
    public void reject(String why) {
        reason = why;
    }

    /** Fits the empty buffer of a new socket; a peer to which even that can't be said is not waited for. */
    private void sayRejected(String why) {
        try {
            channel.write(TcpHello.rejection(why, config));
        } catch (IOException e) {
            LOG.debug("a rejection could not be sent", e);
        }
    }

    @Override
    public void tick(long nowNanos) {
        if (nowNanos - deadline >= 0) {
            counters.evictedHandshakes.increment();
            drop("it did not finish the handshake within " + config.handshakeTimeoutMs() + " ms");
        }
    }

    @Override
    public void endInOrder() {
        drop("the wire is closed");
    }

    @Override
    public void drop(String why) {
        end();
        if (channel.isOpen()) {
            counters.openChannels.decrementAndGet();
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("an incoming connection can't be closed", e);
            }
        }
        LOG.debug("an incoming connection ends: {}", why);
    }

    private void end() {
        if (!ended) {
            over.accept(this);
            ended = true;
        }
    }
}
