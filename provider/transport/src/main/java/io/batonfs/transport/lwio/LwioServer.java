package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.ConnectRequest;
import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.TransportMetric;
import io.batonfs.transport.verbs.TransportMetrics;
import io.batonfs.transport.verbs.VerbsException;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server end of LWIO: takes connections on a NIC and serves the files of a {@link FileProvider}. It has no thread of
 * its own: everything runs on the executor that it is given, a few threads for all connections, or on threads that the
 * wire lends. Within a process these are its clients' own, which wait for the answers: so files meet threads that
 * somebody may interrupt. A peer that breaks a rule ends its own connection and disturbs no other (LW-16). Thread-safe.
 *
 * <p>The server's protection domain holds no region that a peer may write to: writes come as sends (LW-6).
 */
public final class LwioServer implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LwioServer.class);

    /** How often it is looked whether something that has failed can be ended by now: a look costs next to nothing. */
    private static final int FAILURE_LOOK_MS = 1_000;

    private final Nic nic;
    private final LwioServerConfig config;
    private final FileProvider files;
    private final Executor executor;
    private final ScheduledExecutorService scheduler;
    private final RandomGenerator random;
    private final ServerAuthentication authentication;
    private final ReadPace pace;
    private final ProtectionDomain domain;
    private final ReceiveMemory receiveMemory;
    private final IoBufferPool readBuffers;
    private final DormantConnections dormant;
    private final Set<ServerConnection> connections = new LinkedHashSet<>();
    /** Those of them that are not authenticated, oldest first. */
    private final Set<ServerConnection> strangers = new LinkedHashSet<>();
    /** Those that were ended to make room and whose end has not been seen yet. */
    private final Set<ServerConnection> evicted = new LinkedHashSet<>();
    private final List<Listening> listeners = new ArrayList<>();
    private final List<ProviderEntry> providers = new ArrayList<>();
    private boolean closed;
    private Future<?> failureLooks;
    /** Done once it is closed and the end of every connection has been seen. */
    private final CompletableFuture<Void> allEnded = new CompletableFuture<>();

    /**
     * A server that listens nowhere yet.
     *
     * @param executor  runs all the work that the wire's threads don't, files' reads and writes included; so give it
     *                  some threads. Closed by its owner, after the server
     * @param scheduler times authentication and answers out
     * @param random    source of session ids; hard to guess in earnest ({@link java.security.SecureRandom})
     */
    public LwioServer(Nic nic, LwioServerConfig config, FileProvider files, LwioKeyStore keys, Executor executor,
            ScheduledExecutorService scheduler, RandomGenerator random) {
        this(nic, config, files, keys, executor, scheduler, random, System::nanoTime, new FairCredits());
    }

    /**
     * As above, by another clock and with another way to spread credits.
     *
     * @param nanoClock    nanoseconds since any moment, never going back; the scheduler's
     * @param creditPolicy how receive buffers are spread over connections
     */
    public LwioServer(Nic nic, LwioServerConfig config, FileProvider files, LwioKeyStore keys, Executor executor,
            ScheduledExecutorService scheduler, RandomGenerator random, LongSupplier nanoClock,
            CreditPolicy creditPolicy) {
        this.nic = nic;
        this.config = config;
        this.files = files;
        this.executor = executor;
        this.scheduler = scheduler;
        this.random = random;
        this.pace = new ReadPace(nanoClock);
        this.authentication = new ServerAuthentication(keys, config);
        this.domain = nic.allocateDomain();
        this.dormant = new DormantConnections(nanoClock);
        this.receiveMemory = new ReceiveMemory(nic, domain, config, creditPolicy);
        this.readBuffers = new IoBufferPool(domain, ChecksumPieces.maxBytes(readBufferBytes()),
                ChecksumPieces.maxCount(readBufferBytes()), config.maxReadBuffers());
    }

    /** Takes connections at the first port of the NIC, as {@link #listen(String, String)}. */
    public String listen(String address) throws IOException {
        return listen(nic.providerNames().get(0), address);
    }

    /**
     * Takes connections at an address, until the server is closed.
     *
     * @param provider the name of the NIC's port
     * @param address  in its wire's terms
     * @return the address that clients connect to
     * @throws IOException if the address is taken
     */
    public String listen(String provider, String address) throws IOException {
        Listening listener = nic.listen(provider, address, this::connect);
        synchronized (this) {
            if (!closed) {
                listeners.add(listener);
                providers.add(new ProviderEntry(provider, List.of(NetAddress.of(listener.address()))));
                return listener.address();
            }
        }
        listener.close();
        throw new VerbsException("the LWIO server is closed");
    }

    /** Where it listens: its side of the negotiation (LW-1). */
    public synchronized List<ProviderEntry> providers() {
        return List.copyOf(providers);
    }

    private void connect(ConnectRequest request) {
        CompletionQueue completions = nic.createCompletionQueue();
        ServerConnection connection = new ServerConnection(this, completions, nextSessionId());
        ServerConnection stranger = null;
        synchronized (this) {
            // Those whose end has not been seen hold memory too: no more of them than of the others.
            if (!closed && connections.size() >= config.maxConnections()
                    && evicted.size() < config.maxConnections()) {
                stranger = evictStranger();
            }
            if (closed || connections.size() >= config.maxConnections()) {
                request.reject(closed ? "the server is closed"
                        : "the server has its " + config.maxConnections() + " connections; try again later");
                return;
            }
            connections.add(connection);
        }
        if (stranger != null) {
            stranger.disconnect("it was not authenticated yet, and another client wants the place");
        }
        QueuePair pair = null;
        MemoryRegion authMemory = null;
        try {
            lookForFailures();
            authMemory = domain.allocate(ServerReceives.authBufferBytes(), Set.of(AccessRight.LOCAL_WRITE));
            // Each request needs two sends at most (data, then status), AUTH and a change of credits come on top; one
            // step of a vectored read at a time needs more. What it receives behind AUTH, that decides.
            pair = nic.createQueuePair(new QueuePairOptions(domain, completions, completions,
                    2 * (config.credits() + 1) + 1 + VectoredRead.MAX_STEP_SENDS, 1, connection));
            connection.prepare(pair, authMemory);
            Future<?> timeout = scheduler.schedule(connection::authenticationTimedOut, config.authTimeoutMs(),
                    TimeUnit.MILLISECONDS);
            request.accept(pair);
            connection.start(timeout);
            met(connection);
        } catch (VerbsException | RuntimeException | Error e) {
            // Direct memory may be used up, or, within a process, the client's stack: whoever comes then must not keep
            // a place that nobody gives back.
            giveUp(connection, pair, authMemory);
            request.reject("the server could not take the connection: " + e.getMessage());
            LOG.warn("a connection could not be taken", e);
        }
    }

    private void giveUp(ServerConnection connection, QueuePair pair, MemoryRegion authMemory) {
        try {
            if (pair != null) {
                pair.disconnect();
            }
        } finally {
            try {
                if (authMemory != null) {
                    authMemory.close();
                }
            } finally {
                forget(connection);
            }
        }
    }

    /** From the first connection on, until the server is closed. */
    private synchronized void lookForFailures() {
        if (failureLooks == null && !closed) {
            failureLooks = scheduler.scheduleWithFixedDelay(this::seeToFailures, FAILURE_LOOK_MS, FAILURE_LOOK_MS,
                    TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Has it tried again to end connections that could not be ended: when something fails for want of memory or of a
     * stack, all that would be done about it may fail as well, and then nobody comes back to it who waits for nothing
     * but an answer.
     */
    private void seeToFailures() {
        List<ServerConnection> all;
        tellCredits();
        try {
            synchronized (this) {
                all = new ArrayList<>(connections);
                all.addAll(evicted);
            }
        } catch (RuntimeException | Error e) {
            // Thrown, it would be the last look; there may be memory at the next one.
            return;
        }
        all.forEach(this::seeToFailure);
    }

    private void tellCredits() {
        try {
            receiveMemory.tellAll();
        } catch (RuntimeException | Error e) {
            // What is left is told at another look; this one has others to see to.
            return;
        }
    }

    private void seeToFailure(ServerConnection connection) {
        try {
            connection.seeToFailure();
        } catch (RuntimeException | Error e) {
            // It is noted still; the next look finds it.
            return;
        }
    }

    /**
     * Makes room for one more connection at the cost of the one that has been longest without proving who it is, so
     * that strangers can't keep out clients; null if all have proven it.
     */
    private ServerConnection evictStranger() {
        Iterator<ServerConnection> oldest = strangers.iterator();
        if (!oldest.hasNext()) {
            return null;
        }
        ServerConnection stranger = oldest.next();
        oldest.remove();
        connections.remove(stranger);
        evicted.add(stranger);
        return stranger;
    }

    /** It can be ended from now on, and may have been authenticated, or have ended, already. */
    private synchronized void met(ServerConnection connection) {
        if (connections.contains(connection) && connection.state() == ServerConnectionState.AUTHENTICATING) {
            strangers.add(connection);
        }
    }

    /** After its state has said so. */
    synchronized void authenticated(ServerConnection connection) {
        strangers.remove(connection);
    }

    private long nextSessionId() {
        long id;
        do {
            id = random.nextLong();
        } while (id == 0);
        return id;
    }

    synchronized void forget(ServerConnection connection) {
        connections.remove(connection);
        strangers.remove(connection);
        evicted.remove(connection);
        dormant.forget(connection);
        tellIfAllEnded();
    }

    /** Nothing hangs on the future but who waits for it. */
    private void tellIfAllEnded() {
        if (closed && connections.isEmpty() && evicted.isEmpty()) {
            allEnded.complete(null);
        }
    }

    /** Connections that stand, authenticated or not. */
    public synchronized int connections() {
        return connections.size();
    }

    /**
     * Receive buffers that credits stand for, and read buffers in use at this moment, for metrics and leak checks.
     */
    public int buffersInUse() {
        return receiveMemory.reserved() + readBuffers.inUse();
    }

    /** Receive and read buffers in use, and those that are kept for the next use, for metrics and leak checks. */
    public int buffersMade() {
        return receiveMemory.made() + readBuffers.made();
    }

    /** Bytes of those, for metrics and leak checks. */
    public long bufferBytesMade() {
        return receiveMemory.madeBytes() + (long) readBuffers.made() * ChecksumPieces.maxBytes(readBufferBytes());
    }

    /** Files registered on the connections that stand and not closed, for metrics and leak checks. */
    public int openFids() {
        List<ServerConnection> standing;
        synchronized (this) {
            standing = List.copyOf(connections);
        }
        return standing.stream().mapToInt(ServerConnection::openFids).sum();
    }

    /** Credits that all connections have, or are being offered, for metrics and leak checks. */
    public int creditsGranted() {
        return receiveMemory.granted();
    }

    /** What concerns credits, of all connections; what concerns messages is the NIC's ({@link Nic#metrics}). */
    public TransportMetrics metrics() {
        return metric -> switch (metric) {
            case CREDITS -> receiveMemory.granted();
            case CREDITS_GRANTED -> receiveMemory.grantedInAll();
            case CREDITS_ASKED_BACK -> receiveMemory.askedBackInAll();
            case REQUESTS_UNDER_WAY -> receiveMemory.outstanding();
            case SMALLER_WRITES -> receiveMemory.smallerGrants();
            default -> 0;
        };
    }

    /**
     * The authenticated connections that have carried most.
     *
     * @param most so many at most; of more, those with most bytes in both directions
     * @return by session id
     */
    public Map<Long, TransportMetrics> busiestConnections(int most) {
        List<ServerConnection> standing = authenticated();
        Map<Long, TransportMetrics> busiest = new LinkedHashMap<>();
        record Carried(ServerConnection connection, long bytes) { }
        standing.stream().map(one -> new Carried(one,
                        one.get(TransportMetric.BYTES_POSTED) + one.get(TransportMetric.BYTES_RECEIVED)))
                .sorted(Comparator.comparingLong(Carried::bytes).reversed()).limit(most)
                .forEach(one -> busiest.put(one.connection().sessionId(), one.connection()));
        return busiest;
    }

    LwioServerConfig config() {
        return config;
    }

    FileProvider files() {
        return files;
    }

    /** Has a thread of the wire run something, if it can. */
    boolean lend(Errand errand) {
        return nic.lend(errand);
    }

    Executor executor() {
        return executor;
    }

    ScheduledExecutorService scheduler() {
        return scheduler;
    }

    ReadPace pace() {
        return pace;
    }

    ServerAuthentication authentication() {
        return authentication;
    }

    private synchronized List<ServerConnection> authenticated() {
        return connections.stream().filter(one -> one.state() == ServerConnectionState.READY).toList();
    }

    /** A newcomer had to take less than he wished: the next one shall not, if somebody has no use for what he has. */
    void makeRoom(ReceiveMemory.Grant grant) {
        dormant.makeRoom(grant.receiveBytes(), grant.wishedBytes(), this::authenticated);
    }

    ReceiveMemory receiveMemory() {
        return receiveMemory;
    }

    IoBufferPool readBuffers() {
        return readBuffers;
    }

    /** File bytes that a read buffer has room for: of one READ, or of a page whose last block is read to its end. */
    int readBufferBytes() {
        return Math.max(config.maxReadBytes(), AuthParams.HOST_PAGE_BYTES + ChecksumPieces.BLOCK_BYTES);
    }

    boolean answersByImmediate() {
        return nic.carriesImmediate();
    }

    /** Ends every connection, waits for the I/O under way (see the configuration), and frees all buffers. */
    @Override
    public void close() throws IOException {
        List<Listening> listening;
        List<ServerConnection> open;
        synchronized (this) {
            closed = true;
            listening = List.copyOf(listeners);
            listeners.clear();
            open = new ArrayList<>(connections);
            open.addAll(evicted);
            tellIfAllEnded();
        }
        for (Listening listener : listening) {
            listener.close();
        }
        open.forEach(this::end);
        awaitEnd();
        stopLooking();
        receiveMemory.close();
        readBuffers.close();
        domain.close();
    }

    private void end(ServerConnection connection) {
        try {
            connection.disconnect("the server closes");
        } catch (RuntimeException | Error e) {
            // It is no other's, and looked for again while the end is waited for.
            LOG.error("{} could not be ended at once when its server closed", connection.name(), e);
        }
    }

    private synchronized void stopLooking() {
        if (failureLooks != null) {
            failureLooks.cancel(false);
        }
    }

    private void awaitEnd() {
        try {
            if (!nic.await(allEnded, TimeUnit.MILLISECONDS.toNanos(config.closeTimeoutMs()))) {
                LOG.warn("the LWIO server closes with {} connections whose end was not seen: is its executor still"
                        + " running?", unended());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized int unended() {
        return connections.size() + evicted.size();
    }
}
