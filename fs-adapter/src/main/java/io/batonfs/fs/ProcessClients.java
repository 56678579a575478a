package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.model.Caller;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients for FileContext, which makes a file system for each context and never closes one: all that would be alike share
 * one client, which lives as long as the process. Without this every context would hold connections to every server for
 * good. The map is guarded by {@code this}, which is never held while connecting: who asks first connects, others who
 * ask for the same wait for it, and nobody else waits.
 */
final class ProcessClients {
    /** After FileContext's own hook (20), which deletes what is to be deleted on exit. */
    private static final int SHUTDOWN_PRIORITY = 5;

    private static final Logger LOG = LoggerFactory.getLogger(ProcessClients.class);
    private static final ProcessClients OF_PROCESS = new ProcessClients(BatonClients::connect);

    private final Map<Key, CompletableFuture<BatonClient>> clients = new HashMap<>();
    private final ClientFactory factory;

    /** Clients made by a factory. */
    ProcessClients(ClientFactory factory) {
        this.factory = factory;
    }

    /** Those of this process. */
    static ProcessClients ofProcess() {
        return OF_PROCESS;
    }

    /** The client for an authority, settings and a caller; made if there is none, and not to be closed by who asks. */
    BatonClient get(String authority, Map<String, String> settings, Caller caller) throws IOException {
        Key key = new Key(authority, settings, caller);
        CompletableFuture<BatonClient> mine = new CompletableFuture<>();
        CompletableFuture<BatonClient> others;
        synchronized (this) {
            if (clients.isEmpty() && this == OF_PROCESS && !ShutdownHookManager.get().isShutdownInProgress()) {
                ShutdownHookManager.get().addShutdownHook(this::close, SHUTDOWN_PRIORITY);
            }
            others = clients.putIfAbsent(key, mine);
        }
        return others == null ? connect(key, mine) : await(others, caller);
    }

    private BatonClient connect(Key key, CompletableFuture<BatonClient> mine) throws IOException {
        try {
            BatonClient client = factory.connect(key.authority(), key.settings(), key.caller());
            BatonStorageStatistics.ofProcess().opened(client);
            mine.complete(client);
            return client;
        } catch (IOException | RuntimeException | Error e) {
            synchronized (this) {
                clients.remove(key, mine);
            }
            mine.completeExceptionally(e);
            throw e;
        }
    }

    private static BatonClient await(CompletableFuture<BatonClient> others, Caller caller) throws IOException {
        try {
            return others.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while another thread was connecting for " + caller.user());
        } catch (ExecutionException e) {
            throw new IOException("another thread could not connect for " + caller.user() + ": "
                    + e.getCause().getMessage(), e.getCause());
        }
    }

    /** Closes all clients; those that are being connected, once they are. */
    void close() {
        List<CompletableFuture<BatonClient>> all;
        synchronized (this) {
            all = List.copyOf(clients.values());
            clients.clear();
        }
        for (CompletableFuture<BatonClient> client : all) {
            client.thenAccept(ProcessClients::close);
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

    private record Key(String authority, Map<String, String> settings, Caller caller) {
    }
}
