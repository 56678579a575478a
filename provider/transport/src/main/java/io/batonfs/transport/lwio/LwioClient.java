package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client end of LWIO: connections over one NIC. Answers are taken in, and their futures completed, by the thread of
 * the wire that brings them, or by one of this object's own where somebody else tells of them, who may hold locks. So
 * what hangs on a future must not block. Thread-safe. Closing it ends its connections and its thread.
 *
 * <p>One thread at a time drains the completion queue, as its doorbell is armed only when it has been found empty;
 * {@code batch} belongs to that thread.
 */
public final class LwioClient implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LwioClient.class);
    private static final int BATCH = 32;

    private final Nic nic;
    private final LwioClientConfig config;
    private final CompletionQueue completions;
    private final WorkCompletion[] batch = WorkCompletion.batch(BATCH);
    private final CompletionQueue.Doorbell doorbell = this::rung;
    private final LongSupplier nanoClock;
    private final Thread thread;
    /** Rung where nothing may be done; or the client is closed. */
    private final Semaphore asked = new Semaphore(0);
    private volatile boolean toDrain;
    private volatile Thread drainer;
    private final Set<ClientConnection> connections = new HashSet<>();
    private volatile boolean closed;
    private boolean closesWithConnection;

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
        this.nic = nic;
        this.nanoClock = nanoClock;
        this.config = config;
        this.completions = nic.createCompletionQueue();
        this.thread = threads.newThread(this::run);
        completions.arm(doorbell);
        thread.start();
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
        } catch (IOException | RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /** A new authenticated connection; see {@link #connect}. */
    public LwioConnection open(String address, UUID clientKey, byte[] serverKey, byte[] authSecret)
            throws IOException {
        ClientConnection connection = new ClientConnection(this, nic, completions);
        synchronized (this) {
            if (closed) {
                throw new VerbsException("the LWIO client is closed");
            }
            connections.add(connection);
        }
        try (ClientAuthentication authentication = new ClientAuthentication(clientKey, serverKey, authSecret)) {
            nic.connect(connection.queuePair(), address);
            connection.authenticate(authentication);
            return connection;
        } catch (IOException | RuntimeException e) {
            connection.queuePair().disconnect();
            throw e;
        }
    }

    private void rung(boolean byWire) {
        if (byWire) {
            drain();
        } else {
            toDrain = true;
            asked.release();
        }
    }

    private void run() {
        while (!closed || !isIdle()) {
            asked.acquireUninterruptibly();
            if (toDrain) {
                toDrain = false;
                drain();
            }
        }
    }

    /** Handles what there is until there is nothing more, and the doorbell is armed or nothing more can come. */
    private void drain() {
        do {
            drainer = Thread.currentThread();
            for (int n = completions.poll(batch); n > 0; n = completions.poll(batch)) {
                for (int i = 0; i < n; i++) {
                    handle(batch[i]);
                }
            }
            drainer = null;
        } while (!completions.arm(doorbell) && !(closed && isIdle()));
    }

    private void handle(WorkCompletion completion) {
        ClientConnection connection = (ClientConnection) completion.queuePair().attachment();
        try {
            connection.handle(completion);
        } catch (RuntimeException | Error e) {
            // Also with the stack of a guest of the wire at its end: the drain has to go on, for all connections.
            LOG.error("an answer could not be handled; its connection ends", e);
            connection.queuePair().disconnect();
        }
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
        return Thread.currentThread() == drainer;
    }

    /** The connection has ended. */
    void forget(ClientConnection connection) {
        synchronized (this) {
            connections.remove(connection);
        }
        if (closed) {
            asked.release();
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
        asked.release();
        if (isCompletionThread()) {
            return;
        }
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        completions.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
