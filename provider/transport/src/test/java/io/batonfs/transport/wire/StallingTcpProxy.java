package io.batonfs.transport.wire;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands between the two ends of one TCP connection. Once told to, it keeps the server's frames back up to the next SEND,
 * passes all of them on at once but for the second half of that SEND's payload, and then nothing more.
 */
public final class StallingTcpProxy implements Closeable {
    private static final int SEND = 1;

    private final ServerSocket listening;
    private final TcpAddress server;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stalls;

    /** Between whoever connects first and a server. */
    public StallingTcpProxy(String serverAddress) throws IOException {
        server = TcpAddress.parse(serverAddress);
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        run(this::accept);
    }

    /** Where to connect to. */
    public String address() {
        return "localhost:" + listening.getLocalPort();
    }

    /** To be told before the server sends what is to be kept back. */
    public void stallInTheNextSend() {
        stalls = true;
    }

    private interface Step {
        void run() throws IOException;
    }

    private synchronized void run(Step step) {
        Thread thread = new Thread(() -> {
            try {
                step.run();
            } catch (IOException e) {
                // One end has gone: so does the other.
                closeSockets();
            }
        });
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private synchronized Socket opened(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        return socket;
    }

    private void accept() throws IOException {
        Socket client = opened(listening.accept());
        Socket behind = opened(new Socket(server.host(), server.port()));
        run(() -> {
            client.getInputStream().transferTo(behind.getOutputStream());
            closeSockets();
        });
        run(() -> {
            passFrames(behind.getInputStream(), client.getOutputStream());
            closeSockets();
        });
    }

    private void passFrames(InputStream in, OutputStream out) throws IOException {
        out.write(in.readNBytes(TcpHello.BYTES));
        ByteBuffer kept = ByteBuffer.allocate(1 << 16);
        byte[] header = in.readNBytes(TcpFrame.BYTES);
        while (header.length == TcpFrame.BYTES) {
            ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
            byte[] payload = in.readNBytes(fields.getInt(TcpFrame.LENGTH_OFFSET));
            boolean last = stalls && fields.get(TcpFrame.OPCODE_OFFSET) == SEND;
            kept.put(header).put(payload, 0, last ? payload.length / 2 : payload.length);
            if (last || !stalls) {
                out.write(kept.array(), 0, kept.position());
                kept.clear();
            }
            if (last) {
                in.transferTo(OutputStream.nullOutputStream());
                return;
            }
            header = in.readNBytes(TcpFrame.BYTES);
        }
    }

    private synchronized void closeSockets() {
        try {
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        closeSockets();
        List<Thread> started;
        synchronized (this) {
            started = List.copyOf(threads);
        }
        try {
            for (Thread thread : started) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
