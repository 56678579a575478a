package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Wire;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket. Its loop accepts and hands each connection to a loop in turn; {@code greetings}, which are the
 * handshakes under way, are guarded by themselves.
 */
final class TcpListener implements Listening, IoLoop.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);
    /** Connections accepted before the loop's other channels have their turn. */
    private static final int ACCEPTS_IN_A_ROW = 64;

    private final TcpWire wire;
    private final IoLoop loop;
    private final ServerSocketChannel channel;
    private final TcpAddress address;
    private final Wire.Acceptor acceptor;
    private final Set<TcpGreeting> greetings = new LinkedHashSet<>();
    private SelectionKey key;

    /** @param channel bound; this owns it from now on */
    TcpListener(TcpWire wire, IoLoop loop, ServerSocketChannel channel, TcpAddress address, Wire.Acceptor acceptor) {
        this.wire = wire;
        this.loop = loop;
        this.channel = channel;
        this.address = address;
        this.acceptor = acceptor;
    }

    @Override
    public String address() {
        return address.toString();
    }

    /** On the loop. */
    void register() {
        try {
            key = loop.register(channel, SelectionKey.OP_ACCEPT, this);
        } catch (ClosedChannelException e) {
            LOG.debug("{} was closed before it took a connection", address, e);
        } catch (IOException e) {
            LOG.error("no connections can be taken at {}", address, e);
        }
    }

    @Override
    public void ready(SelectionKey ready) {
        try {
            for (int i = 0; i < ACCEPTS_IN_A_ROW; i++) {
                SocketChannel accepted = channel.accept();
                if (accepted == null) {
                    return;
                }
                take(accepted);
            }
        } catch (ClosedChannelException e) {
            LOG.trace("{} was closed while it took connections", address, e);
        } catch (IOException e) {
            // Out of file descriptors, most likely. The key would be ready again at once: pause until the next tick.
            LOG.warn("no connection can be taken at {} for the moment: {}; are there too many open files?", address,
                    e.toString());
            key.interestOps(0);
        }
    }

    private void take(SocketChannel accepted) throws IOException {
        wire.counters().openChannels.incrementAndGet();
        IoLoop target = wire.nextLoop();
        TcpGreeting greeting = new TcpGreeting(target, accepted, wire.config(), wire.pool(), wire.counters(), acceptor,
                this::forget);
        try {
            wire.tune(accepted);
        } catch (IOException e) {
            // The peer has gone again.
            greeting.drop(e.toString());
            return;
        }
        synchronized (greetings) {
            greetings.add(greeting);
            wire.counters().handshakes.incrementAndGet();
            if (greetings.size() > wire.config().maxHandshakes()) {
                Iterator<TcpGreeting> oldest = greetings.iterator();
                TcpGreeting evicted = oldest.next();
                oldest.remove();
                wire.counters().handshakes.decrementAndGet();
                evicted.evict();
            }
        }
        if (!target.execute(greeting::register)) {
            greeting.drop("the wire is closed");
        }
    }

    private void forget(TcpGreeting greeting) {
        synchronized (greetings) {
            if (greetings.remove(greeting)) {
                wire.counters().handshakes.decrementAndGet();
            }
        }
    }

    @Override
    public void tick(long nowNanos) {
        key.interestOps(SelectionKey.OP_ACCEPT);
    }

    @Override
    public void endInOrder() {
        close();
    }

    @Override
    public void drop(String reason) {
        close();
    }

    /** Takes no more connections; those that are being made go on. The port is free when this returns. */
    @Override
    public void close() {
        boolean open;
        synchronized (greetings) {
            open = channel.isOpen();
            try {
                channel.close();
            } catch (IOException e) {
                LOG.warn("listening at {} can't be ended", address, e);
            }
        }
        if (open) {
            wire.counters().openChannels.decrementAndGet();
            wire.awaitClosed(loop);
        }
    }

    static ServerSocketChannel bind(TcpAddress address, TcpWireConfig config) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            if (config.receiveBufferBytes() > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, config.receiveBufferBytes());
            }
            return channel.bind(address.resolve(), config.backlog());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
