package io.batonfs.bench.transport;

import io.batonfs.model.ResumeKey;
import io.batonfs.transport.lwio.LwioClient;
import io.batonfs.transport.lwio.LwioClientConfig;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.LwioIo;
import io.batonfs.transport.lwio.LwioKeyStore;
import io.batonfs.transport.lwio.LwioServer;
import io.batonfs.transport.lwio.LwioServerConfig;
import io.batonfs.transport.verbs.Nic;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * LWIO's two ends as they are configured by default, before a file in memory. What is longer than a request may be
 * goes as several, as the file system's client does it.
 */
final class Lwio {
    private static final UUID CLIENT_KEY = new UUID(1, 2);
    private static final byte[] SERVER_KEY = new byte[16];
    /** Both ends know it: there is no pipe here by which it could be told. */
    private static final byte[] SECRET = new byte[32];
    private static final ResumeKey FILE = new ResumeKey(1, 0, 0);

    private Lwio() {
    }

    /**
     * Takes connections. Its threads are daemons.
     *
     * @param name of the address among those of the result
     */
    static Served serve(Nic nic, String address, String name) throws IOException {
        ExecutorService executor = Executors.newFixedThreadPool(
                Runtime.getRuntime().availableProcessors(), Lwio::daemon);
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(Lwio::daemon);
        LwioServer server = new LwioServer(nic, LwioServerConfig.DEFAULT, LwioFile.provider(), new OneKey(), executor,
                scheduler, new SecureRandom());
        return new Served(Map.of(name, server.listen(address)), () -> {
            server.close();
            executor.shutdown();
            scheduler.shutdown();
        });
    }

    static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "lwio");
        thread.setDaemon(true);
        return thread;
    }

    /** Lets everybody in who knows the secret, as often as he likes: 64 connections want no 64 negotiations here. */
    private static final class OneKey implements LwioKeyStore {
        @Override
        public Optional<byte[]> secretOf(byte[] key) {
            return Optional.of(SECRET.clone());
        }

        @Override
        public Optional<UUID> clientKeyOf(byte[] key) {
            return Optional.of(CLIENT_KEY);
        }

        @Override
        public boolean use(byte[] key) {
            return true;
        }
    }

    /** A client for connections to one address; {@code shared} is closed after it. */
    static TransportClient client(
            Load load, ServerFacts server, Nic nic, String address, boolean polling, Closeable shared)
            throws IOException {
        LwioClient client = new LwioClient(nic, LwioClientConfig.DEFAULT, Lwio::daemon);
        return new CallingClient(load, server,
                () -> new Asking(client.open(address, CLIENT_KEY, SERVER_KEY, SECRET), polling), () -> {
                    client.close();
                    shared.close();
                });
    }

    /** A connection with one file. */
    private static final class Asking implements Connection {
        private final LwioConnection connection;
        private final LwioIo io;
        private final int fid;
        /** All parts of all requests, in their order. */
        private final Queue<CompletableFuture<Integer>> parts = new ArrayDeque<>();

        Asking(LwioConnection connection, boolean polling) throws IOException {
            this.connection = connection;
            this.io = polling ? connection.polling() : connection;
            this.fid = connection.register(FILE, Set.of());
        }

        @Override
        public void send(Request request) {
            ByteBuffer data = request.data();
            int length = request.lengthBytes();
            int most = most(request);
            for (int at = 0; at < length; at += most) {
                ByteBuffer part = length <= most ? data : data.slice(at, Math.min(most, length - at));
                parts.add(switch (request.operation()) {
                    case READ -> io.read(fid, request.offset() + at, part, null);
                    case WRITE -> io.write(fid, request.offset() + at, part, null);
                    case ECHO -> throw new UnsupportedOperationException("LWIO has no echo");
                });
            }
        }

        private int most(Request request) {
            return request.operation() == Operation.READ ? connection.maxReadBytes() : connection.maxWriteBytes();
        }

        @Override
        public void receive(Request request) throws Exception {
            for (int left = request.lengthBytes(); left > 0;) {
                CompletableFuture<Integer> part = parts.remove();
                if (!part.isDone() && !connection.await(part, TransportClient.PATIENCE_MS)) {
                    throw new IOException("the server does not answer");
                }
                left -= part.get();
            }
        }

        @Override
        public void close() throws IOException {
            connection.close();
        }
    }
}
