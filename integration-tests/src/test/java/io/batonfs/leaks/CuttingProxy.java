package io.batonfs.leaks;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;

/**
 * Stands before a port and passes bytes on, until it is told to cut all connections in the middle of whatever they
 * carry. A thread for each direction of each connection, which ends with it. {@code pairs} is guarded by {@code this}.
 */
final class CuttingProxy implements Closeable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final InetSocketAddress behind;
    private final ServerSocket listener = new ServerSocket();
    private final Set<Pair> pairs = new HashSet<>();

    private record Pair(Socket client, Socket server) {
        void close() {
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    // A reset, as by a machine that has lost the connection.
                    socket.setSoLinger(true, 0);
                    socket.close();
                } catch (SocketException e) {
                    // Closed already, by the other direction.
                    continue;
                } catch (IOException e) {
                    throw new AssertionError("a socket could not be closed", e);
                }
            }
        }
    }

    /** Takes connections at the port of what it stands before, at another address of this machine. */
    CuttingProxy(InetAddress at, InetSocketAddress behind) throws IOException {
        this.behind = behind;
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(at, behind.getPort()));
        start("proxy before " + behind, this::accept);
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Pair pair = new Pair(client, new Socket(behind.getAddress(), behind.getPort()));
                client.setTcpNoDelay(true);
                pair.server().setTcpNoDelay(true);
                synchronized (this) {
                    pairs.add(pair);
                }
                start("to the server", () -> carry(pair, pair.client(), pair.server()));
                start("to the client", () -> carry(pair, pair.server(), pair.client()));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new AssertionError("the proxy takes no more connections", e);
                }
            }
        }
    }

    private void carry(Pair pair, Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
            to.shutdownOutput();
            if (from.isOutputShutdown()) {
                forget(pair);
            }
        } catch (IOException e) {
            // Cut, or one end has gone: then so has the other.
            forget(pair);
        }
    }

    private void forget(Pair pair) {
        pair.close();
        synchronized (this) {
            pairs.remove(pair);
        }
    }

    /** Cuts every connection that stands; returns how many. */
    int cut() {
        Set<Pair> standing;
        synchronized (this) {
            standing = Set.copyOf(pairs);
        }
        standing.forEach(this::forget);
        return standing.size();
    }

    /** Cuts all and takes no more. */
    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
