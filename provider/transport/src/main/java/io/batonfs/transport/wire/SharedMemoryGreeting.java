package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An incoming connection until its handshake is done: 64 bytes and a deadline, and once the acceptor has taken it, its
 * memory. Belongs to the loop's driver.
 *
 * <pre>
 * waits for   then
 * HELLO       the acceptor decides; if it takes the connection, the ring file is made, and ACCEPTED names it
 * MAPPED      the ring file's name is removed, and the {@link SharedMemoryLink} takes the channel over
 * </pre>
 *
 * However it ends, the file's name goes with it.
 */
final class SharedMemoryGreeting implements IoLoop.Handler, Wire.Incoming {
    private static final Logger LOG = LoggerFactory.getLogger(SharedMemoryGreeting.class);
    private static final long NANOS_PER_MS = 1_000_000;
    /** Wide files that there must be room for, before one is made. */
    private static final int ROOM_FOR_WIDE = 4;
    private static final String MORE_ROOM = ". Make that file system larger, or the wire's maxMemoryBytes smaller";

    private final SharedMemoryListener listener;
    private final SharedMemoryWire wire;
    private final IoLoop loop;
    private final SocketChannel channel;
    private final ByteBuffer said = ByteBuffer.allocate(SharedMemoryHello.BYTES);
    private final long deadline;
    private PeerUser peer;
    private SharedMemoryHello hello;
    private SharedMemoryHello answer;
    /** As the memory was taken for. */
    private RingLayout layout;
    private Path file;
    private SharedMemoryLink link;
    private String reason = "it gave no answer";
    private boolean ended;

    SharedMemoryGreeting(SharedMemoryListener listener, SharedMemoryWire wire, IoLoop loop, SocketChannel channel) {
        this.listener = listener;
        this.wire = wire;
        this.loop = loop;
        this.channel = channel;
        deadline = loop.now() + wire.config().handshakeTimeoutMs() * NANOS_PER_MS;
    }

    /** Begins to listen to the peer, if it is one of a user that is wanted. */
    void register() {
        try {
            loop.register(channel, SelectionKey.OP_READ, this);
            peer = PeerUser.of(channel);
            peer.check(wire.config().admittedUsers());
        } catch (RingViolation e) {
            wire.counters().rejected.increment();
            sayRejected(e.getMessage());
            drop(e.getMessage());
        } catch (IOException e) {
            drop(e.toString());
        }
    }

    /** There are too many: this one, the oldest, goes. Any thread. */
    void evict() {
        loop.execute(() -> {
            if (!ended) {
                wire.counters().evictedHandshakes.increment();
                drop("too many connections have not finished the handshake");
            }
        });
    }

    @Override
    public void ready(SelectionKey key) {
        try {
            if (channel.read(said) < 0) {
                drop("it was closed within the handshake");
            } else if (!said.hasRemaining()) {
                SharedMemoryHello next = SharedMemoryHello.decode(said.clear());
                SharedMemoryHello.Kind wanted = link == null ? SharedMemoryHello.Kind.HELLO
                        : SharedMemoryHello.Kind.MAPPED;
                if (next.kind() != wanted) {
                    throw new RingViolation("the peer should say " + wanted + ", not " + next.kind());
                }
                if (link == null) {
                    hello = next;
                    greet();
                } else {
                    end();
                    link.register(key);
                }
            }
        } catch (RingViolation e) {
            wire.counters().violations.increment();
            sayRejected(e.getMessage());
            drop(e.getMessage());
        } catch (IOException e) {
            drop(e.toString());
        }
    }

    private void greet() throws IOException {
        layout = wire.config().wideLayout();
        if (!wire.budget().takeOfPlenty(layout.totalBytes()) && !takeUsual()) {
            wire.counters().withoutMemory.increment();
            refuse("the memory for connections, " + wire.config().maxMemoryBytes() + " bytes, is used up");
            return;
        }
        boolean mapped = false;
        try {
            offer();
            mapped = link != null;
        } finally {
            if (!mapped) {
                wire.budget().giveBack(layout.totalBytes());
            }
        }
        if (mapped) {
            channel.write(answer.encode());
        } else {
            refuse(reason);
        }
    }

    private boolean takeUsual() {
        layout = wire.config().layout();
        return wire.budget().take(layout.totalBytes());
    }

    private void offer() {
        try {
            listener.acceptor().requested(this);
        } catch (RuntimeException e) {
            LOG.error("a connection could not be offered to its listener", e);
            reason = "the listener failed: " + e;
        }
    }

    private void refuse(String why) {
        wire.counters().rejected.increment();
        sayRejected(why);
        drop("the listener refused it: " + why);
    }

    @Override
    public WireLink accept(WireEndpoint local) {
        try {
            String name = wire.newName();
            file = listener.directory().file(name);
            RingMemory memory = make();
            int memoryBytes = layout.totalBytes();
            boolean isWide = !layout.equals(wire.config().layout());
            wire.counters().rings.incrementAndGet();
            if (isWide) {
                wire.counters().wide.increment();
                wire.counters().wideRings.incrementAndGet();
            }
            answer = SharedMemoryHello.accepted(wire.config().maxMessageBytes(), layout, name);
            link = new SharedMemoryLink(loop, channel, local, wire.config(), memory, layout, RingEnd.LISTENING,
                    hello.maxMessageBytes(), wire.pool(), wire.patience(), wire.counters(), peer.isOwn(), wire.inspector(),
                    () -> linkEnded(memoryBytes, isWide));
            wire.budget().mapped(memory);
            return link;
        } catch (IOException e) {
            wire.counters().withoutMemory.increment();
            reason = "no memory in " + file.getParent() + ": " + e.getMessage();
            warn(e);
            return new DeadLink(local);
        }
    }

    private void warn(IOException e) {
        long untold = wire.withoutMemory().next();
        if (untold != SeldomTold.NOT_NOW) {
            LOG.warn("a connection can't have its {} bytes of shared memory in {}: {}; its client has to come by another"
                    + " wire, as by TCP{} ({} more since the last such warning)", layout.totalBytes(), file.getParent(),
                    e.toString(), e instanceof RingFile.NoRoom ? MORE_ROOM : "", untold);
        }
    }

    /** Wide areas only where they leave room for others, of this wire and of other programs. */
    private RingMemory make() throws IOException {
        long room = wire.roomIn(listener.directory().store());
        RingLayout usual = wire.config().layout();
        if (!layout.equals(usual) && room / ROOM_FOR_WIDE < layout.totalBytes()) {
            LOG.debug("a connection has to do without wide areas: {} bytes are left in {}", room,
                    listener.directory().store());
            wire.budget().giveBack(layout.totalBytes() - usual.totalBytes());
            layout = usual;
        }
        return RingFile.make(file, room, layout, !wire.config().admittedUsers().isEmpty(), wire.room());
    }

    @Override
    public void reject(String why) {
        reason = why;
    }

    /** Fits the empty buffer of a new socket; a peer to which even that can't be said is not waited for. */
    private void sayRejected(String why) {
        try {
            channel.write(SharedMemoryHello.rejection(why));
        } catch (IOException e) {
            LOG.debug("a rejection could not be sent", e);
        }
    }

    @Override
    public void tick(long nowNanos) {
        if (nowNanos - deadline >= 0) {
            wire.counters().evictedHandshakes.increment();
            drop("it did not finish the handshake within " + wire.config().handshakeTimeoutMs() + " ms");
        }
    }

    @Override
    public void endInOrder() {
        drop("the wire is closed");
    }

    @Override
    public void drop(String why) {
        end();
        if (link != null) {
            link.drop(why);
        } else if (channel.isOpen()) {
            wire.counters().openChannels.decrementAndGet();
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("an incoming connection can't be closed", e);
            }
        }
        LOG.debug("an incoming connection ends: {}", why);
    }

    private void linkEnded(int bytes, boolean wasWide) {
        end();
        if (wasWide) {
            wire.counters().wideRings.decrementAndGet();
        }
        wire.budget().ended(bytes);
    }

    private void end() {
        if (!ended) {
            if (file != null) {
                listener.directory().remove(file);
            }
            listener.forget(this);
            ended = true;
        }
    }
}
