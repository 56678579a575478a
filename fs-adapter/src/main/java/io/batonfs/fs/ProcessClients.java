package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.model.Caller;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients for FileContext, which makes a file system for each context and never closes one: all that would be alike share
 * one client, which lives as long as the process. Without this every context would hold connections to every server for
 * good. Guarded by {@code this}.
 */
final class ProcessClients {
    /** After FileContext's own hook (20), which deletes what is to be deleted on exit. */
    private static final int SHUTDOWN_PRIORITY = 5;

    private static final Logger LOG = LoggerFactory.getLogger(ProcessClients.class);
    private static final ProcessClients OF_PROCESS = new ProcessClients(BatonClients::connect);

    private final Map<Key, BatonClient> clients = new HashMap<>();
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
    synchronized BatonClient get(String authority, Map<String, String> settings, Caller caller) throws IOException {
        Key key = new Key(authority, settings, caller);
        BatonClient client = clients.get(key);
        if (client == null) {
            if (clients.isEmpty() && this == OF_PROCESS) {
                ShutdownHookManager.get().addShutdownHook(this::close, SHUTDOWN_PRIORITY);
            }
            client = factory.connect(authority, settings, caller);
            BatonStorageStatistics.ofProcess().opened(client);
            clients.put(key, client);
        }
        return client;
    }

    /** Closes all clients. */
    synchronized void close() {
        for (BatonClient client : clients.values()) {
            BatonStorageStatistics.ofProcess().closing(client);
            try {
                client.close();
            } catch (IOException e) {
                LOG.warn("closing the client of {} failed", client.caller().user(), e);
            }
        }
        clients.clear();
    }

    private record Key(String authority, Map<String, String> settings, Caller caller) {
    }
}
