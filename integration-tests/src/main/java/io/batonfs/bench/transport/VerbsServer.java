package io.batonfs.bench.transport;

import io.batonfs.transport.verbs.ConnectRequest;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Sends back what comes. */
final class VerbsServer {

    private VerbsServer() {
    }

    /** Takes connections, whose doorbells answer; returns the address. */
    static String listen(Nic nic, String address) throws IOException {
        return nic.listen(address, request -> accept(request, () -> new Echo(nic, VerbsEnd.Attendance.RUNG))).address();
    }

    /**
     * Takes connections, which a daemon thread looks at.
     *
     * @param name of the address among those of the result
     */
    static Served poll(Nic nic, String address, String name) throws IOException {
        Poller poller = new Poller();
        String listening = nic.listen(address, request -> accept(request, () -> {
            Echo echo = new Echo(nic, VerbsEnd.Attendance.POLLED);
            poller.add(echo);
            return echo;
        })).address();
        return new Served(Map.of(name, listening), poller);
    }

    /** Makes what a connection comes to. */
    private interface Maker {
        Echo make() throws VerbsException;
    }

    private static void accept(ConnectRequest request, Maker maker) {
        Echo echo = null;
        try {
            echo = maker.make();
            request.accept(echo.end.pair());
        } catch (IOException e) {
            request.reject(e.toString());
            if (echo != null) {
                echo.end.pair().disconnect();
            }
        }
    }

    private static final class Echo implements VerbsEnd.Taker {
        private final VerbsEnd end;
        private volatile boolean ended;

        Echo(Nic nic, VerbsEnd.Attendance attendance) throws VerbsException {
            end = new VerbsEnd(nic, this, attendance);
        }

        @Override
        public void take(ByteBuffer buffer, int at, int lengthBytes) throws VerbsException {
            end.send(buffer, at, lengthBytes);
        }

        @Override
        public void ended(WorkStatus cause) {
            ended = true;
        }
    }

    /** Looks at all connections in turn, as {@link Attention} has it. */
    private static final class Poller implements Closeable {
        private final List<Echo> connections = new CopyOnWriteArrayList<>();
        private final Thread thread = new Thread(this::look, "verbs-poller");
        private volatile boolean ending;

        Poller() {
            thread.setDaemon(true);
            thread.start();
        }

        void add(Echo connection) {
            connections.add(connection);
        }

        private void look() {
            Attention attention = new Attention();
            while (!ending) {
                boolean any = false;
                for (Echo connection : connections) {
                    any |= connection.end.look();
                    if (connection.ended) {
                        connections.remove(connection);
                    }
                }
                if (any) {
                    attention.found();
                } else {
                    attention.nothing();
                }
            }
        }

        @Override
        public void close() {
            ending = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
