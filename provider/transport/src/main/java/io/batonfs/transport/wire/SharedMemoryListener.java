package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Wire;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket in its directory. Its loop accepts and hands each connection to a loop in turn; {@code greetings},
 * which are the handshakes under way, are guarded by themselves.
 */
final class SharedMemoryListener implements Listening, IoLoop.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(SharedMemoryListener.class);
    /** Connections accepted before the loop's other channels have their turn. */
    private static final int ACCEPTS_IN_A_ROW = 64;

    private final SharedMemoryWire wire;
    private final IoLoop loop;
    private final ListeningDirectory directory;
    private final ServerSocketChannel channel;
    private final SharedMemoryAddress address;
    private final Wire.Acceptor acceptor;
    private final Set<SharedMemoryGreeting> greetings = new LinkedHashSet<>();
    private SelectionKey key;

    /** @param channel bound; this owns it and the directory from now on */
    SharedMemoryListener(SharedMemoryWire wire, IoLoop loop, ListeningDirectory directory, ServerSocketChannel channel,
            SharedMemoryAddress address, Wire.Acceptor acceptor) {
        this.wire = wire;
        this.loop = loop;
        this.directory = directory;
        this.channel = channel;
        this.address = address;
        this.acceptor = acceptor;
    }

    @Override
    public String address() {
        return address.toString();
    }

    ListeningDirectory directory() {
        return directory;
    }

    Wire.Acceptor acceptor() {
        return acceptor;
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

    private void take(SocketChannel accepted) {
        wire.counters().openChannels.incrementAndGet();
        IoLoop target = wire.nextLoop();
        SharedMemoryGreeting greeting = new SharedMemoryGreeting(this, wire, target, accepted);
        synchronized (greetings) {
            greetings.add(greeting);
            wire.counters().handshakes.incrementAndGet();
            if (greetings.size() > wire.config().maxHandshakes()) {
                Iterator<SharedMemoryGreeting> oldest = greetings.iterator();
                SharedMemoryGreeting evicted = oldest.next();
                oldest.remove();
                wire.counters().handshakes.decrementAndGet();
                evicted.evict();
            }
        }
        if (!target.execute(greeting::register)) {
            greeting.drop("the wire is closed");
        }
    }

    void forget(SharedMemoryGreeting greeting) {
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

    /**
     * Takes no more connections; those that are being made go on, unless the next listener at this address comes first.
     * The address is free when this returns.
     */
    @Override
    public void close() {
        synchronized (greetings) {
            if (channel.isOpen()) {
                wire.counters().openChannels.decrementAndGet();
                try {
                    channel.close();
                } catch (IOException e) {
                    LOG.warn("listening at {} can't be ended", address, e);
                }
            }
        }
        try {
            directory.close();
        } catch (IOException e) {
            LOG.warn("what listening at {} needed can't be removed; the next who listens there tries again", address,
                    e);
        }
    }

    static ServerSocketChannel bind(SharedMemoryAddress address, SharedMemoryWireConfig config) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(address.resolve(), config.backlog());
            Files.setPosixFilePermissions(address.socket(), PosixFilePermissions.fromString(
                    config.admittedUsers().isEmpty() ? "rw-------" : "rw-rw-rw-"));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
