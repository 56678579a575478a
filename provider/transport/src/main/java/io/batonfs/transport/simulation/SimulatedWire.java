package io.batonfs.transport.simulation;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One port of a {@link SimulatedNetwork}: the wire of one NIC. Addresses are {@code node:service}, the node being the
 * name that it was attached by. Connections are reliable as those of RDMA: faults of the network that sending again can
 * hide are hidden, others end the connection (see the module's README). Dead once the network says so: then everything
 * on it has ended.
 *
 * <p>Calls may come from any thread; whatever happens then is done by the scheduler's tasks, to which {@code links} and
 * {@code answered} belong.
 */
public final class SimulatedWire implements Wire {
    private final SimulatedNetwork network;
    private final int node;
    private final String name;
    private final ConcurrentMap<String, Acceptor> acceptors = new ConcurrentHashMap<>();
    private final Map<Integer, ReliableLink> links = new TreeMap<>();
    /** How requests for connections were answered, oldest first, for those that come again. */
    private final Map<Long, Answer> answered = new LinkedHashMap<>();
    private final AtomicLong damaged = new AtomicLong();
    private volatile boolean dead;

    SimulatedWire(SimulatedNetwork network, int node, String name) {
        this.network = network;
        this.node = node;
        this.name = name;
    }

    /** What a connection was answered with, and when. */
    private record Answer(Packet packet, long atNanos) {
    }

    SimulatedNetwork network() {
        return network;
    }

    int node() {
        return node;
    }

    @Override
    public String providerName() {
        return "simulated";
    }

    @Override
    public boolean carriesImmediate() {
        return network.config().carriesImmediate();
    }

    /** Whether it has not died. */
    public boolean isAlive() {
        return !dead;
    }

    private void checkAlive() throws IOException {
        if (dead) {
            throw new IOException("the NIC of " + name + " is dead; attach a new one");
        }
    }

    @Override
    public Listening listen(String address, Acceptor acceptor) throws IOException {
        checkAlive();
        if (!nodeOf(address).equals(name)) {
            throw new BindException(address + " is not an address of " + name);
        }
        if (acceptors.putIfAbsent(serviceOf(address), acceptor) != null) {
            throw new BindException("somebody listens at " + address + " already");
        }
        return new Listening() {
            @Override
            public String address() {
                return address;
            }

            @Override
            public void close() {
                acceptors.remove(serviceOf(address), acceptor);
            }
        };
    }

    private static String nodeOf(String address) throws IOException {
        int colon = address.indexOf(':');
        if (colon < 1) {
            throw new IOException("a simulated address is node:service, not " + address);
        }
        return address.substring(0, colon);
    }

    private static String serviceOf(String address) {
        return address.substring(address.indexOf(':') + 1);
    }

    /** {@inheritDoc} Drives the simulation until there is an answer. */
    @Override
    public WireLink connect(String address, WireEndpoint local) throws IOException {
        checkAlive();
        int peer = network.nodeNumber(nodeOf(address));
        ReliableLink link = newLink(local, peer);
        Packet request = Packet.control(PacketKind.CONNECT_REQUEST, 0, 0, link.number(), link.firstSequence(), 0,
                StandardCharsets.UTF_8.encode(serviceOf(address)));
        CompletableFuture<Void> made = new CompletableFuture<>();
        network.scheduler().execute(() -> {
            if (dead) {
                made.completeExceptionally(new ConnectException("the NIC died"));
                return;
            }
            links.put(link.number(), link);
            link.connect(request.encode(), made);
        });
        network.scheduler().await(made, Long.MAX_VALUE);
        if (made.isCompletedExceptionally()) {
            Throwable reason = made.handle((unused, thrown) -> thrown).join();
            throw (IOException) new ConnectException("no connection to " + address + ": " + reason.getMessage())
                    .initCause(reason);
        }
        return link;
    }

    @Override
    public boolean await(CompletableFuture<?> answer, long timeoutNanos) {
        return network.scheduler().await(answer, timeoutNanos);
    }

    private ReliableLink newLink(WireEndpoint local, int peer) {
        return new ReliableLink(this, local, network.nextLinkNumber(), peer, network.firstSequence());
    }

    /** Packets that did not fit their checksum: nobody knows whose they were. */
    @Override
    public long faultsSeen() {
        return damaged.get();
    }

    void send(int to, Packet packet) {
        sendBytes(to, packet.encode());
    }

    void sendBytes(int to, byte[] packet) {
        if (!dead) {
            network.send(node, to, packet);
        }
    }

    /** By a task: a packet has come. */
    void take(int from, byte[] bytes) {
        Packet packet = Packet.decode(bytes, network.config().checksums());
        if (packet == null) {
            network.counters().damaged.incrementAndGet();
            damaged.incrementAndGet();
            return;
        }
        ReliableLink link = links.get(packet.to());
        if (packet.kind() == PacketKind.CONNECT_REQUEST) {
            requested(from, packet);
        } else if (link == null || link.peerNode() != from) {
            network.counters().strays.incrementAndGet();
            if (packet.kind() == PacketKind.DISCONNECT_REQUEST) {
                replyToDisconnect(from, packet);
            }
        } else if (packet.kind() == PacketKind.CONNECT_REPLY) {
            link.accepted(packet.from(), packet.sequence());
        } else if (packet.kind() == PacketKind.CONNECT_REJECT) {
            link.rejected(StandardCharsets.UTF_8.decode(packet.payload()).toString());
        } else if (packet.from() == link.peerNumber()) {
            link.take(packet);
        } else {
            network.counters().strays.incrementAndGet();
        }
    }

    void replyToDisconnect(int peer, Packet request) {
        send(peer, Packet.control(PacketKind.DISCONNECT_REPLY, 0, request.from(), request.to(), 0, 0, Packet.EMPTY));
    }

    private void requested(int from, Packet request) {
        forgetOldAnswers();
        Long key = (long) from << Integer.SIZE | Integer.toUnsignedLong(request.from());
        Answer before = answered.get(key);
        if (before != null) {
            send(from, before.packet);
            return;
        }
        String service = StandardCharsets.UTF_8.decode(request.payload()).toString();
        Asked asked = new Asked(from, request);
        Acceptor acceptor = acceptors.get(service);
        if (acceptor == null) {
            asked.reject("nobody listens there");
        } else {
            acceptor.requested(asked);
            asked.reject("the listener gave no answer");
        }
        answered.put(key, new Answer(asked.answer, network.clock().nanoTime()));
    }

    private void forgetOldAnswers() {
        long before = network.clock().nanoTime() - network.config().memoryNanos();
        answered.values().removeIf(answer -> answer.atNanos < before);
    }

    /** A connection that a peer asks for; the first answer counts. */
    private final class Asked implements Incoming {
        private final int from;
        private final Packet request;
        private Packet answer;

        Asked(int from, Packet request) {
            this.from = from;
            this.request = request;
        }

        @Override
        public WireLink accept(WireEndpoint local) {
            if (answer != null) {
                throw new IllegalStateException("the connection was answered already");
            }
            ReliableLink link = newLink(local, from);
            links.put(link.number(), link);
            link.established(request.from(), request.sequence());
            give(Packet.control(PacketKind.CONNECT_REPLY, 0, request.from(), link.number(), link.firstSequence(), 0,
                    Packet.EMPTY));
            return link;
        }

        @Override
        public void reject(String reason) {
            if (answer == null) {
                give(Packet.control(PacketKind.CONNECT_REJECT, 0, request.from(), 0, 0, 0,
                        ByteBuffer.wrap(reason.getBytes(StandardCharsets.UTF_8))));
            }
        }

        private void give(Packet packet) {
            answer = packet;
            send(from, packet);
        }
    }

    void forget(ReliableLink link) {
        links.remove(link.number());
    }

    /** Ends of connections that have not been forgotten; to be asked while nobody drives. */
    public int openLinks() {
        return links.size();
    }

    /** By a task: the NIC dies. */
    void die() {
        if (!dead) {
            dead = true;
            network.trace().record("nic dies", node, links.size());
            acceptors.clear();
            List.copyOf(links.values()).forEach(ReliableLink::die);
            links.clear();
        }
    }
}
