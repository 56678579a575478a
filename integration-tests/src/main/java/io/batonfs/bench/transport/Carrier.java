package io.batonfs.bench.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What carries bytes between a client and a server. */
public enum Carrier {
    /** Baton's wire within a process. */
    IN_PROCESS {
        @Override
        TransportClient connect(Load load, ServerFacts server, Service service) throws IOException {
            return Wires.inProcess(load, service);
        }
    },
    /** Baton's wire over shared memory. */
    SHARED_MEMORY {
        @Override
        Served serve(Path memory) throws IOException {
            return Wires.serveSharedMemory(memory);
        }

        @Override
        TransportClient connect(Load load, ServerFacts server, Service service) throws IOException {
            return Wires.overSharedMemory(load, server, service);
        }
    },
    /** Baton's wire over TCP. */
    TCP {
        @Override
        Served serve(Path memory) throws IOException {
            return Wires.serveTcp();
        }

        @Override
        TransportClient connect(Load load, ServerFacts server, Service service) throws IOException {
            return Wires.overTcp(load, server, service);
        }
    },
    /** No transport: one copy. */
    MEMORY_COPY {
        @Override
        TransportClient connect(Load load, ServerFacts server, Service service) throws IOException {
            return new CallingClient(load, server, MemoryCopyClient::new, () -> { });
        }
    },
    /** A bare slot of shared memory, both sides looking at it. */
    RING {
        @Override
        Served serve(Path memory) throws IOException {
            return Ring.spinning(memory);
        }

        @Override
        TransportClient connect(Load load, ServerFacts server, Service service) throws IOException {
            return Ring.spinning(load, server);
        }
    },
    /** The same, both sides sleeping until they are woken by a byte in a Unix socket. */
    DOORBELL {
        @Override
        Served serve(Path memory) throws IOException {
            return Ring.doorbell(memory);
        }

        @Override
        TransportClient connect(Load load, ServerFacts server, Service service) throws IOException {
            return Ring.doorbell(load, server);
        }
    },
    /** A Unix socket, blocking. */
    UNIX_SOCKET {
        @Override
        Served serve(Path memory) throws IOException {
            return Sockets.unix(memory.resolve("socket"));
        }

        @Override
        TransportClient connect(Load load, ServerFacts server, Service service) throws IOException {
            return Sockets.overUnix(load, server);
        }
    },
    /** TCP by the JDK's channels, blocking. */
    NIO {
        @Override
        Served serve(Path memory) throws IOException {
            return Sockets.tcp();
        }

        @Override
        TransportClient connect(Load load, ServerFacts server, Service service) throws IOException {
            return Sockets.overTcp(load, server);
        }
    },
    /** TCP by Netty. */
    NETTY {
        @Override
        Served serve(Path memory) {
            return Netty.serve();
        }

        @Override
        TransportClient connect(Load load, ServerFacts server, Service service) {
            return Netty.client(load, server);
        }
    },
    /** Aeron over IPC. */
    AERON {
        @Override
        Served serve(Path memory) {
            return AeronIpc.serve(memory);
        }

        @Override
        TransportClient connect(Load load, ServerFacts server, Service service) throws IOException {
            return AeronIpc.client(load, server);
        }

        @Override
        public List<String> openedPackages() {
            return List.of("java.base/jdk.internal.misc", "java.base/sun.nio.ch");
        }
    };

    /** Whether client and server are two processes. */
    public boolean hasServer() {
        return this != IN_PROCESS && this != MEMORY_COPY;
    }

    /** Packages of the JDK that it looks into, and that have to be opened to it at both ends: module/package. */
    public List<String> openedPackages() {
        return List.of();
    }

    /**
     * Starts the server.
     *
     * @param memory an empty directory in memory, whose name is short, for what both ends map
     */
    Served serve(Path memory) throws IOException {
        throw new UnsupportedOperationException(this + " has no server of its own");
    }

    /** Makes a client with its connections. */
    abstract TransportClient connect(Load load, ServerFacts server, Service service) throws IOException;

    /**
     * Makes a client with its connections for a load.
     *
     * @param directory where {@link TransportProgram} wrote down the server's addresses, if there is one
     * @param service   how Baton's wires are used; the same to others
     * @throws UnsupportedOperationException if it can't carry that
     * @throws IOException                   if the server can't be reached
     */
    public TransportClient connect(Load load, Path directory, Service service) throws IOException {
        return connect(load, hasServer() ? ServerFacts.read(directory) : ServerFacts.none(), service);
    }
}
