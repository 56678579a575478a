package io.batonfs.bench.transport;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;

/**
 * Plain channels, over TCP or as Unix sockets: blocking, a thread for each connection at the server, buffers outside
 * the heap. Of all that the JDK has this has the fewest system calls for a byte. The server's threads are daemons and
 * end with the process, or when a connection does.
 */
final class Sockets implements Closeable {
    static final String ADDRESS = "address";

    private final ServerSocketChannel listening;
    private final ServedFile file = new ServedFile();

    private Sockets(ServerSocketChannel listening) {
        this.listening = listening;
        Thread acceptor = new Thread(this::accept, "socket-acceptor");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    /** Listens on a port of the loopback interface. */
    static Served tcp() throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
        return new Served(Map.of(ADDRESS, Integer.toString(port)), new Sockets(listening));
    }

    /** Listens at a path, which has to be short. */
    static Served unix(Path path) throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(path));
        return new Served(Map.of(ADDRESS, path.toString()), new Sockets(listening));
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = listening.accept();
                Thread thread = new Thread(() -> serve(channel), "socket-server");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (ClosedChannelException e) {
            // Closed: nobody more is served.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(SocketChannel channel) {
        IncomingRequest request = new IncomingRequest(file);
        try (channel) {
            noDelay(channel);
            while (fill(channel, request.wanted())) {
                if (request.isComplete()) {
                    write(channel, request.answer());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a client of the socket server can't be served", e);
        }
    }

    private static void noDelay(SocketChannel channel) throws IOException {
        if (channel.getLocalAddress() instanceof InetSocketAddress) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    /** Reads until a buffer is full; false if the connection has ended before its first byte. */
    private static boolean fill(SocketChannel channel, ByteBuffer buffer) throws IOException {
        boolean begun = false;
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                if (begun) {
                    throw new EOFException("the connection ended in the middle of a message");
                }
                return false;
            }
            begun = true;
        }
        return true;
    }

    private static void write(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    static TransportClient overTcp(Load load, ServerFacts server) throws IOException {
        return client(load, server, new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(server.get(ADDRESS))));
    }

    static TransportClient overUnix(Load load, ServerFacts server) throws IOException {
        return client(load, server, UnixDomainSocketAddress.of(server.get(ADDRESS)));
    }

    private static TransportClient client(Load load, ServerFacts server, SocketAddress address) throws IOException {
        return new CallingClient(load, server, () -> {
            SocketChannel channel = SocketChannel.open(address);
            noDelay(channel);
            return new Blocking(channel);
        }, () -> { });
    }

    /** The client's end of one. */
    private record Blocking(SocketChannel channel) implements Connection {

        @Override
        public void send(Request request) throws IOException {
            if (request.operation() != Operation.WRITE) {
                write(channel, request.message());
                return;
            }
            ByteBuffer[] parts = {request.message(), request.data()};
            while (request.data().hasRemaining()) {
                channel.write(parts);
            }
        }

        @Override
        public void receive(Request request) throws IOException {
            if (!fill(channel, request.answer())) {
                throw new EOFException("the server has closed the connection");
            }
            request.checkReceipt();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
