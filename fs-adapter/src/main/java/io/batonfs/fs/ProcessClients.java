package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.model.Caller;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ref.Cleaner;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients for FileContext, which makes a file system for each context and never closes one: all that would be alike
 * share one client. Without this every context would hold connections to every server for good. A client is closed when
 * nobody can reach any of its {@link Use}s any more, so that a process that acts for ever new users does not keep a
 * client for each of them; and when the process ends.
 *
 * <p>The map and the counts of users are guarded by {@code this}, which is never held while connecting or closing: who
 * asks first connects, others who ask for the same wait for it, and nobody else waits. Clients that nobody uses are
 * closed by the thread of {@link #UNREACHABLE}.
 */
final class ProcessClients {
    /** After FileContext's own hook (20), which deletes what is to be deleted on exit. */
    private static final int SHUTDOWN_PRIORITY = 5;

    private static final Logger LOG = LoggerFactory.getLogger(ProcessClients.class);
    private static final ProcessClients OF_PROCESS = new ProcessClients(BatonClients::connect);

    /** Its thread lives as long as the process and does not keep it alive. */
    private static final Cleaner UNREACHABLE = Cleaner.create();

    private final Map<Key, Shared> clients = new HashMap<>();
    private final ClientFactory factory;
    private boolean hooked;

    /** Clients made by a factory. */
    ProcessClients(ClientFactory factory) {
        this.factory = factory;
    }

    /** Those of this process. */
    static ProcessClients ofProcess() {
        return OF_PROCESS;
    }

    /**
     * The client for an authority, settings and a caller; made if there is none. It stays open at least as long as the
     * result is reachable.
     *
     * @param login how the caller has come to be who he is: the same name by another way is another client
     */
    Use get(String authority, Map<String, String> settings, Caller caller, String login) throws IOException {
        Key key = new Key(authority, settings, caller, login);
        Shared shared;
        boolean mine;
        synchronized (this) {
            if (clients.isEmpty() && this == OF_PROCESS && !ShutdownHookManager.get().isShutdownInProgress()) {
                addShutdownHook();
            }
            mine = !clients.containsKey(key);
            shared = clients.computeIfAbsent(key, unused -> new Shared());
            shared.uses++;
        }
        try {
            if (mine) {
                connect(key, shared);
            }
            Use use = new Use(await(shared.client, caller));
            UNREACHABLE.register(use, () -> ended(key, shared));
            return use;
        } catch (IOException | RuntimeException | Error e) {
            ended(key, shared);
            throw e;
        }
    }

    private void addShutdownHook() {
        if (!hooked) {
            ShutdownHookManager.get().addShutdownHook(this::close, SHUTDOWN_PRIORITY);
            hooked = true;
        }
    }

    private void connect(Key key, Shared shared) throws IOException {
        try {
            BatonClient client = factory.connect(key.authority(), key.settings(), key.caller());
            BatonStorageStatistics.ofProcess().opened(client);
            shared.client.complete(client);
        } catch (IOException | RuntimeException | Error e) {
            synchronized (this) {
                clients.remove(key, shared);
            }
            shared.client.completeExceptionally(e);
            throw e;
        }
    }

    private static BatonClient await(CompletableFuture<BatonClient> client, Caller caller) throws IOException {
        try {
            return client.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while another thread was connecting for " + caller.user());
        } catch (ExecutionException e) {
            throw new IOException("another thread could not connect for " + caller.user() + ": "
                    + e.getCause().getMessage(), e.getCause());
        }
    }

    /** One user less; the last one closes the client. */
    private void ended(Key key, Shared shared) {
        synchronized (this) {
            if (--shared.uses > 0 || !clients.remove(key, shared)) {
                return;
            }
        }
        shared.client.thenAccept(ProcessClients::close);
    }

    /** Closes all clients; those that are being connected, once they are. */
    void close() {
        List<Shared> all;
        synchronized (this) {
            all = List.copyOf(clients.values());
            clients.clear();
        }
        for (Shared shared : all) {
            shared.client.thenAccept(ProcessClients::close);
        }
    }

    private static void close(BatonClient client) {
        BatonStorageStatistics.ofProcess().closing(client);
        try {
            client.close();
        } catch (IOException e) {
            LOG.warn("closing the client of {} failed", client.caller().user(), e);
        }
    }

    /**
     * The use of a shared client. Whoever uses the client has to keep this reachable; there is nothing to close.
     */
    static final class Use {
        private final BatonClient client;

        private Use(BatonClient client) {
            this.client = client;
        }

        /** The client. */
        BatonClient client() {
            return client;
        }
    }

    /** A client and how many use it; compared by identity. */
    private static final class Shared {
        private final CompletableFuture<BatonClient> client = new CompletableFuture<>();
        private int uses;
    }

    private record Key(String authority, Map<String, String> settings, Caller caller, String login) {
    }
}
