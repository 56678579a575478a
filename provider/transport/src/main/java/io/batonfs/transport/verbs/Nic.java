package io.batonfs.transport.verbs;

import java.io.Closeable;
import java.io.IOException;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * An emulated RDMA network interface card over a wire: the device from which protection domains, completion queues and
 * queue pairs are made. Thread-safe. It has no thread of its own.
 */
public final class Nic implements Closeable {
    /** Regions begin on pages of this size and have at least one unused page behind them. */
    private static final int PAGE_BYTES = 4096;
    private static final long FIRST_ADDRESS = 0x1000_0000_0000L;

    private final Wire wire;
    private final RegionTable regions = new RegionTable();
    private final AtomicLong nextAddress = new AtomicLong(FIRST_ADDRESS);
    private final AtomicInteger pairNumbers = new AtomicInteger();
    private final Set<QueuePair> queuePairs = ConcurrentHashMap.newKeySet();
    private final Set<Listening> listeners = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** A card plugged into a wire. */
    public Nic(Wire wire) {
        this.wire = wire;
    }

    /** The wire's name in provider lists (LW-1). */
    public String providerName() {
        return wire.providerName();
    }

    /** Whether RDMA WRITE WITH IMMEDIATE works. */
    public boolean carriesImmediate() {
        return wire.carriesImmediate();
    }

    /** Has the thread of the wire that rings a doorbell run something, if it can; see {@link Wire#lend}. */
    public boolean lend(Runnable errand) {
        return wire.lend(errand);
    }

    /** Waits for something that hangs on the NIC's connections; see {@link Wire#await}. */
    public boolean await(CompletableFuture<?> answer, long timeoutNanos) throws InterruptedException {
        return wire.await(answer, timeoutNanos);
    }

    /** A new protection domain. */
    public ProtectionDomain allocateDomain() {
        return new ProtectionDomain(this);
    }

    /** A new completion queue. */
    public CompletionQueue createCompletionQueue() {
        return new CompletionQueue();
    }

    /** A new queue pair, in state INIT: receives can be posted. */
    public QueuePair createQueuePair(QueuePairOptions options) throws VerbsException {
        checkOpen();
        if (options.domain().nic() != this) {
            throw new IllegalArgumentException("the protection domain is another NIC's");
        }
        QueuePair pair = new QueuePair(this, pairNumbers.incrementAndGet(), options);
        queuePairs.add(pair);
        return pair;
    }

    /**
     * Connects a queue pair to a listener.
     *
     * @throws IOException if nobody listens there or the listener refuses; the queue pair is then of no more use
     */
    public void connect(QueuePair pair, String address) throws IOException {
        checkOpen();
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

    /**
     * Takes connections at an address until the result is closed.
     *
     * @param handler decides about each, on any thread; must not throw
     * @throws IOException if the address is taken
     */
    public Listening listen(String address, Consumer<ConnectRequest> handler) throws IOException {
        checkOpen();
        Listening listening = wire.listen(address, incoming -> handler.accept(new ConnectRequest(incoming)));
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

    RegionTable regions() {
        return regions;
    }

    long takeAddresses(int lengthBytes) {
        long pages = ((long) lengthBytes + PAGE_BYTES - 1) / PAGE_BYTES + 1;
        return nextAddress.getAndAdd(pages * PAGE_BYTES);
    }

    void forget(QueuePair pair) {
        queuePairs.remove(pair);
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
