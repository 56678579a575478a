package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client end of LWIO: connections over one NIC. Answers are taken in, and their futures completed, by the thread of
 * the wire that brings them, or, where somebody else tells of them, who may hold locks, by one of this object's own or an
 * executor that was handed in. So what hangs on a future must not block. Thread-safe. Closing it ends its connections and
 * its thread.
 *
 * <p>One thread at a time drains the completion queue, as its doorbell is armed only when it has been found empty;
 * {@code batch}, {@code taken} and {@code looked} belong to that thread. If it can't go on, for want of a stack, the
 * doorbell rings again the next time, and whoever comes then goes on where it has stopped.
 */
public final class LwioClient implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LwioClient.class);
    private static final int BATCH = 32;
    /** Whether a thread completes futures while it drives the wire: it can wait for the end of none of its connections. */
    private static final ThreadLocal<Boolean> DRIVES = ThreadLocal.withInitial(() -> false);

    private final Nic nic;
    private final LwioClientConfig config;
    private final CompletionQueue completions;
    private final WorkCompletion[] batch = WorkCompletion.batch(BATCH);
    /** Of {@code batch}, what has been taken out, and how much of that has been looked at. */
    private int taken;
    private int looked;
    private final CompletionQueue.Doorbell doorbell = this::rung;
    private final LongSupplier nanoClock;
    private final Runnable errand = this::drain;
    /** Where it drains when it is rung for and nothing may be done on the spot. */
    private final Executor elsewhere;
    /** The same, if it is this object's; else null. */
    private final OneThread own;
    private volatile Thread drainer;
    private final Set<ClientConnection> connections = new LinkedHashSet<>();
    private volatile boolean closed;
    private boolean closesWithConnection;
    /** Done once it is closed and the end of every connection has been seen. */
    private final CompletableFuture<Void> allEnded = new CompletableFuture<>();

    /** A client without connections; its thread is started. */
    public LwioClient(Nic nic, LwioClientConfig config, ThreadFactory threads) {
        this(nic, config, threads, System::nanoTime);
    }

    /**
     * The same with a clock of its own.
     *
     * @param nanoClock nanoseconds since any moment, never going back
     */
    public LwioClient(Nic nic, LwioClientConfig config, ThreadFactory threads, LongSupplier nanoClock) {
        this(nic, config, null, new OneThread(threads), nanoClock);
    }

    private LwioClient(Nic nic, LwioClientConfig config, Executor elsewhere, OneThread own, LongSupplier nanoClock) {
        this.nic = nic;
        this.nanoClock = nanoClock;
        this.config = config;
        this.completions = nic.createCompletionQueue();
        this.own = own;
        this.elsewhere = own != null ? own : elsewhere;
        completions.arm(doorbell);
    }

    /**
     * A client without connections and without a thread of its own.
     *
     * @param executor takes in what somebody tells of who may hold locks, so not to run in the caller's thread; given one
     *                 task at a time. Closed by its owner, after the client
     * @param nanoClock nanoseconds since any moment, never going back
     */
    public static LwioClient withExecutor(
            Nic nic, LwioClientConfig config, Executor executor, LongSupplier nanoClock) {
        return new LwioClient(nic, config, executor, null, nanoClock);
    }

    /**
     * One authenticated connection with a client, and so a thread, of its own: closing it closes both. Who needs several
     * connections lets them share an {@link LwioClient}.
     *
     * @param address    where the server listens, in the wire's terms
     * @param clientKey  the key that the client gave in its negotiate request
     * @param serverKey  the 16 bytes that the server gave in return; each is good for one connection
     * @param authSecret the 32 bytes that came with them; copied, and wiped after use
     * @throws LwioException ACCESS_DENIED if either end could not prove itself, IO_TIMEOUT if the server did not answer
     * @throws IOException   if there is no such server
     */
    public static LwioConnection connect(Nic nic, String address, LwioClientConfig config, UUID clientKey,
            byte[] serverKey, byte[] authSecret) throws IOException {
        LwioClient client = new LwioClient(nic, config, task -> {
            Thread thread = new Thread(task, "lwio-client " + address);
            thread.setDaemon(true);
            return thread;
        });
        client.closesWithConnection = true;
        try {
            return client.open(address, clientKey, serverKey, authSecret);
        } catch (IOException | RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    /** What it can connect by, the best first: its side of the negotiation (LW-1). A client has no instances to name. */
    public List<ProviderEntry> providers() {
        return nic.providerNames().stream().map(name -> new ProviderEntry(name, List.of())).toList();
    }

    /**
     * A new authenticated connection with a server that has answered a negotiation: by the first of the providers in its
     * answer that connects.
     *
     * @param clientKey  the key that the client gave in its negotiate request
     * @param authSecret the 32 bytes that came with the answer; copied, and wiped after use
     * @throws LwioException as {@link #connect}
     * @throws IOException   if none connects; the message says for each why
     */
    public LwioConnection open(NegotiateResponse answer, UUID clientKey, byte[] authSecret) throws IOException {
        List<IOException> failures = new ArrayList<>();
        for (ProviderEntry provider : answer.providers()) {
            for (NetAddress instance : provider.instances()) {
                ClientConnection connection;
                try {
                    connection = connected(provider.name(), instance.address());
                } catch (InterruptedIOException e) {
                    throw e;
                } catch (IOException e) {
                    LOG.debug("{} can't be reached by {}", answer.serverName(), provider.name(), e);
                    failures.add(e);
                    continue;
                }
                return authenticated(connection, clientKey, answer.serverKeyBytes(), authSecret);
            }
        }
        throw unreachable(answer, failures);
    }

    private IOException unreachable(NegotiateResponse answer, List<IOException> failures) {
        if (failures.size() == 1) {
            return failures.get(0);
        }
        IOException all = new ConnectException(failures.isEmpty()
                ? answer.serverName() + " listens by none of the providers that this client has, " + nic.providerNames()
                        + "; see whether both are of the same version"
                : answer.serverName() + " can't be reached: "
                        + failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; ")));
        failures.forEach(all::addSuppressed);
        return all;
    }

    /** A new authenticated connection by the NIC's first port; see {@link #connect}. */
    public LwioConnection open(String address, UUID clientKey, byte[] serverKey, byte[] authSecret)
            throws IOException {
        return authenticated(connected(nic.providerNames().get(0), address), clientKey, serverKey, authSecret);
    }

    private ClientConnection connected(String provider, String address) throws IOException {
        ClientConnection connection = new ClientConnection(this, nic, provider, completions);
        boolean refused;
        synchronized (this) {
            refused = closed;
            if (!refused) {
                connections.add(connection);
            }
        }
        if (refused) {
            connection.discard();
            throw new VerbsException("the LWIO client is closed");
        }
        try {
            nic.connect(connection.queuePair(), provider, address);
            return connection;
        } catch (IOException | RuntimeException | Error e) {
            connection.queuePair().disconnect();
            throw e;
        }
    }

    private LwioConnection authenticated(
            ClientConnection connection, UUID clientKey, byte[] serverKey, byte[] authSecret) throws IOException {
        try (ClientAuthentication authentication = new ClientAuthentication(clientKey, serverKey, authSecret)) {
            connection.authenticate(authentication);
            return connection;
        } catch (IOException | RuntimeException | Error e) {
            connection.queuePair().disconnect();
            throw e;
        }
    }

    private void rung(boolean byWire) {
        if (byWire) {
            drain();
        } else {
            drainElsewhere();
        }
    }

    private void drainElsewhere() {
        try {
            elsewhere.execute(errand);
        } catch (RejectedExecutionException e) {
            LOG.error("an LWIO client's executor was closed before it: its connections can't be ended", e);
        }
    }

    /** Handles what there is until there is nothing more, and the doorbell is armed or nothing more can come. */
    private void drain() {
        do {
            drainer = Thread.currentThread();
            try {
                do {
                    while (looked < taken) {
                        if (!handle(batch[looked])) {
                            // Whoever goes on there begins with it; nobody is rung for meanwhile.
                            drainElsewhere();
                            return;
                        }
                        looked++;
                    }
                    looked = 0;
                    taken = completions.poll(batch);
                } while (taken > 0);
            } finally {
                drainer = null;
            }
        } while (!completions.arm(doorbell) && !(closed && isIdle()));
    }

    /** Whether it is done; not if it is a connection's end, which nothing comes behind, and is to be done again. */
    private boolean handle(WorkCompletion completion) {
        ClientConnection connection = (ClientConnection) completion.queuePair().attachment();
        try {
            connection.handle(completion);
        } catch (StackOverflowError e) {
            if (completion.opcode() == WorkOpcode.DISCONNECT) {
                return false;
            }
            connection.breaks();
            LOG.error("an answer could not be handled; its connection ends", e);
        } catch (RuntimeException | Error e) {
            // Also with the stack of a guest of the wire at its end: the drain has to go on, for all connections.
            connection.breaks();
            LOG.error("an answer could not be handled; its connection ends", e);
        }
        return true;
    }

    private synchronized boolean isIdle() {
        return connections.isEmpty();
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }

    LwioClientConfig config() {
        return config;
    }

    /** Whether the caller hangs on a future that is being completed. */
    boolean isCompletionThread() {
        return Thread.currentThread() == drainer || DRIVES.get();
    }

    /** Runs what completes futures while the caller drives the wire, on which other clients' connections may hang, too. */
    static void asCompletionThread(Runnable look) {
        DRIVES.set(true);
        try {
            look.run();
        } finally {
            DRIVES.set(false);
        }
    }

    /** The connection has ended. */
    void forget(ClientConnection connection) {
        synchronized (this) {
            connections.remove(connection);
        }
        tellIfAllEnded();
    }

    private void tellIfAllEnded() {
        if (closed && isIdle()) {
            allEnded.complete(null);
            if (own != null) {
                own.stop();
            }
        }
    }

    /** Waits however long it takes for what the end of connections brings about. */
    void awaitUninterruptibly(CompletableFuture<Void> end) {
        boolean interrupted = false;
        boolean done = false;
        while (!done) {
            try {
                done = nic.await(end, Long.MAX_VALUE);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The connection was closed by its user. */
    void connectionClosed() {
        if (closesWithConnection) {
            close();
        }
    }

    /** Ends all connections, then the thread; waits for both unless called by what hangs on a future. */
    @Override
    public void close() {
        closed = true;
        List<ClientConnection> open;
        synchronized (this) {
            open = List.copyOf(connections);
        }
        open.forEach(connection -> connection.queuePair().disconnect());
        tellIfAllEnded();
        if (isCompletionThread()) {
            return;
        }
        awaitUninterruptibly(allEnded);
        if (own != null) {
            own.join();
        }
        completions.close();
    }
}
