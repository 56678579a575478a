package io.batonfs.transport.verbs;

import java.io.Closeable;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * An emulated RDMA network interface card: the device from which protection domains, completion queues and queue pairs
 * are made. It has a port for each wire that is plugged in, all of them before the same regions, so that a peer may come
 * by whichever wire it has. Thread-safe. It has no thread of its own.
 */
public final class Nic implements Closeable {
    /** Regions begin on pages of this size and have at least one unused page behind them. */
    private static final int PAGE_BYTES = 4096;
    private static final long FIRST_ADDRESS = 0x1000_0000_0000L;

    /** By the providers' names, the best first. */
    private final Map<String, Wire> ports = new LinkedHashMap<>();
    private final RegionTable regions = new RegionTable();
    private final AtomicLong nextAddress = new AtomicLong(FIRST_ADDRESS);
    private final AtomicInteger pairNumbers = new AtomicInteger();
    private final Set<QueuePair> queuePairs = ConcurrentHashMap.newKeySet();
    private final NicMetrics metrics = new NicMetrics(ports.values());
    private final Set<Listening> listeners = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** A card with one port. */
    public Nic(Wire wire) {
        this(List.of(wire));
    }

    /**
     * A card with a port for each wire.
     *
     * @param wires the one to be tried first comes first; no two of the same name
     */
    public Nic(List<? extends Wire> wires) {
        for (Wire wire : wires) {
            if (ports.put(wire.providerName(), wire) != null) {
                throw new IllegalArgumentException("two ports of a card have the name " + wire.providerName());
            }
        }
        if (ports.isEmpty()) {
            throw new IllegalArgumentException("a card without a port reaches nobody");
        }
    }

    /** Names of the ports' wires in provider lists (LW-1), the one to be tried first comes first. */
    public List<String> providerNames() {
        return List.copyOf(ports.keySet());
    }

    /** Whether RDMA WRITE WITH IMMEDIATE works, by whatever port. */
    public boolean carriesImmediate() {
        return ports.values().stream().allMatch(Wire::carriesImmediate);
    }

    /** Has a thread of the wire that rings a doorbell run something, if it can; see {@link Wire#lend}. */
    public boolean lend(Errand errand) {
        for (Wire wire : ports.values()) {
            if (wire.lend(errand)) {
                return true;
            }
        }
        return false;
    }

    private String firstPort() {
        return ports.keySet().iterator().next();
    }

    private Wire port(String provider) throws VerbsException {
        Wire wire = ports.get(provider);
        if (wire == null) {
            throw new VerbsException("this NIC has no port to a wire \"" + provider + "\", only " + ports.keySet());
        }
        return wire;
    }

    /** Waits for something that hangs on the NIC's connections; see {@link Wire#await}. */
    public boolean await(CompletableFuture<?> answer, long timeoutNanos) throws InterruptedException {
        return ports.get(firstPort()).await(answer, timeoutNanos);
    }

    /** A new protection domain. */
    public ProtectionDomain allocateDomain() {
        return new ProtectionDomain(this);
    }

    /** A new completion queue. */
    public CompletionQueue createCompletionQueue() {
        return new CompletionQueue();
    }

    /**
     * A new receive queue that queue pairs of a domain can share; see {@link QueuePairOptions#takingFrom}.
     *
     * @param maxReceives posted at the same time, 1..{@link SharedReceiveQueue#MAX_RECEIVES}
     */
    public SharedReceiveQueue createSharedReceiveQueue(ProtectionDomain domain, int maxReceives) {
        checkOwn(domain);
        return new SharedReceiveQueue(domain, maxReceives);
    }

    private void checkOwn(ProtectionDomain domain) {
        if (domain.nic() != this) {
            throw new IllegalArgumentException("the protection domain is another NIC's");
        }
    }

    /** A new queue pair, in state INIT: receives can be posted. */
    public QueuePair createQueuePair(QueuePairOptions options) throws VerbsException {
        checkOpen();
        checkOwn(options.domain());
        QueuePair pair = new QueuePair(this, pairNumbers.incrementAndGet(), options);
        queuePairs.add(pair);
        metrics.add(pair);
        return pair;
    }

    /** Connects a queue pair by the first port, as {@link #connect(QueuePair, String, String)}. */
    public void connect(QueuePair pair, String address) throws IOException {
        connect(pair, firstPort(), address);
    }

    /**
     * Connects a queue pair to a listener.
     *
     * @param provider the name of the port's wire
     * @param address  in that wire's terms
     * @throws IOException if nobody listens there or the listener refuses; the queue pair is then of no more use
     */
    public void connect(QueuePair pair, String provider, String address) throws IOException {
        checkOpen();
        Wire wire = port(provider);
        pair.connecting();
        WireLink link;
        try {
            link = wire.connect(address, pair.endpoint());
        } catch (IOException e) {
            pair.disconnect();
            throw e;
        }
        pair.connected(link);
    }

    /** Takes connections at the first port, as {@link #listen(String, String, Consumer)}. */
    public Listening listen(String address, Consumer<ConnectRequest> handler) throws IOException {
        return listen(firstPort(), address, handler);
    }

    /**
     * Takes connections at an address until the result is closed.
     *
     * @param provider the name of the port's wire
     * @param address  in that wire's terms
     * @param handler  decides about each, on any thread; must not throw
     * @throws IOException if the address is taken
     */
    public Listening listen(String provider, String address, Consumer<ConnectRequest> handler) throws IOException {
        checkOpen();
        Listening listening = port(provider).listen(address, incoming -> handler.accept(new ConnectRequest(incoming)));
        listeners.add(listening);
        return new Listening() {
            @Override
            public String address() {
                return listening.address();
            }

            @Override
            public void close() throws IOException {
                listeners.remove(listening);
                listening.close();
            }
        };
    }

    private void checkOpen() throws VerbsException {
        if (closed) {
            throw new VerbsException("the NIC is closed");
        }
    }

    /** Regions registered at this moment. */
    public int registeredRegions() {
        return regions.used();
    }

    /** Queue pairs that have not ended. */
    public int openQueuePairs() {
        return queuePairs.size();
    }

    /** Bytes registered at this moment. */
    public long registeredBytes() {
        return regions.bytes();
    }

    /** What all its connections have come to, those that have ended too. */
    public TransportMetrics metrics() {
        return metrics;
    }

    RegionTable regions() {
        return regions;
    }

    long takeAddresses(int lengthBytes) {
        long pages = ((long) lengthBytes + PAGE_BYTES - 1) / PAGE_BYTES + 1;
        return nextAddress.getAndAdd(pages * PAGE_BYTES);
    }

    void forget(QueuePair pair) {
        queuePairs.remove(pair);
        metrics.remove(pair);
    }

    /** Stops listening and ends every connection, the oldest first. Regions are closed by those who registered them. */
    @Override
    public void close() throws IOException {
        closed = true;
        for (Listening listener : listeners) {
            listener.close();
        }
        listeners.clear();
        queuePairs.stream().sorted(Comparator.comparingInt(QueuePair::number)).forEach(QueuePair::disconnect);
    }
}
