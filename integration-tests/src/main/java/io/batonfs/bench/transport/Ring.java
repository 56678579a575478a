package io.batonfs.bench.transport;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;

/**
 * Two processes that pass one slot of shared memory to and fro: the limits that latencies are held against. Either
 * both look all the time, or both sleep in a read of a Unix socket until a byte comes, the bare doorbell: of what a
 * JVM can do without native code to wake another process nothing costs less.
 */
final class Ring {
    private static final String SLOT = "slot";

    private Ring() {
    }

    /** A server that looks. */
    static Served spinning(Path memory) throws IOException {
        Path file = memory.resolve("ring");
        SharedSlot slot = SharedSlot.at(file);
        Attention attention = new Attention();
        SlotServer server = new SlotServer(slot, number -> {
            long found = slot.number(SharedSlot.REQUEST);
            while (found == number) {
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("nobody is served any more");
                }
                attention.nothing();
                found = slot.number(SharedSlot.REQUEST);
            }
            attention.found();
            return found;
        }, () -> { });
        return new Served(Map.of(SLOT, file.toString()), server);
    }

    /** A client that looks. */
    static TransportClient spinning(Load load, ServerFacts server) throws IOException {
        return client(load, server, new Looking());
    }

    /** A server that sleeps, for one client after the other. */
    static Served doorbell(Path memory) throws IOException {
        Path file = memory.resolve("doorbell-slot");
        Path bell = memory.resolve("doorbell");
        SharedSlot slot = SharedSlot.at(file);
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(bell));
        DoorbellSockets sockets = new DoorbellSockets(listening);
        SlotServer server = new SlotServer(slot, number -> {
            long found;
            do {
                // Always first: whoever is served has rung, and his is the bell that the answer rings.
                sockets.await();
                found = slot.number(SharedSlot.REQUEST);
            } while (found == number);
            return found;
        }, sockets::ring);
        return new Served(Map.of(SLOT, file.toString(), Sockets.ADDRESS, bell.toString()), () -> {
            server.close();
            listening.close();
        });
    }

    /** A client that sleeps. */
    static TransportClient doorbell(Load load, ServerFacts server) throws IOException {
        SocketChannel bell = SocketChannel.open(UnixDomainSocketAddress.of(server.get(Sockets.ADDRESS)));
        return client(load, server, new Sleeping(bell));
    }

    private static TransportClient client(Load load, ServerFacts server, SlotClient.Waiting waiting)
            throws IOException {
        if (load.connections() > 1 || load.outstanding() > 1) {
            throw new UnsupportedOperationException("there is one slot, for one request");
        }
        SharedSlot slot = SharedSlot.at(Path.of(server.get(SLOT)));
        Closeable nothing = () -> { };
        return new CallingClient(load, server, () -> new SlotClient(slot, waiting), nothing);
    }

    /** Looks until it is there. */
    private static final class Looking implements SlotClient.Waiting {
        private final Patience patience = new Patience();

        @Override
        public void ring() {
            // The server looks, too.
        }

        @Override
        public void await(SharedSlot slot, long number) throws IOException {
            while (slot.number(SharedSlot.ANSWER) != number) {
                patience.nothing();
            }
            patience.found();
        }

        @Override
        public void close() {
            // Nothing is open but the mapping, which the collector closes.
        }
    }

    /** Sleeps until a byte comes. */
    private static final class Sleeping implements SlotClient.Waiting {
        private final SocketChannel bell;
        private final ByteBuffer one = ByteBuffer.allocateDirect(1);

        Sleeping(SocketChannel bell) {
            this.bell = bell;
        }

        @Override
        public void ring() throws IOException {
            bell.write(one.clear());
        }

        @Override
        public void await(SharedSlot slot, long number) throws IOException {
            do {
                if (bell.read(one.clear()) < 0) {
                    throw new EOFException("the server has gone");
                }
            } while (slot.number(SharedSlot.ANSWER) != number);
        }

        @Override
        public void close() throws IOException {
            bell.close();
        }
    }

    /** The server's end of the bell: of the client that is there now. Owned by the slot's thread. */
    private static final class DoorbellSockets {
        private final ServerSocketChannel listening;
        private final ByteBuffer one = ByteBuffer.allocateDirect(1);
        private SocketChannel client;

        DoorbellSockets(ServerSocketChannel listening) {
            this.listening = listening;
        }

        /** Waits until the client rings; for the next client if this one has gone. */
        void await() throws IOException {
            while (client == null || client.read(one.clear()) < 0) {
                if (client != null) {
                    client.close();
                }
                client = listening.accept();
            }
        }

        void ring() throws IOException {
            client.write(one.clear());
        }
    }
}
