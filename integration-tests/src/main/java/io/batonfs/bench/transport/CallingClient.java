package io.batonfs.bench.transport;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A client whose caller sends and waits himself, over one connection after the other. */
final class CallingClient extends TransportClient {
    private final List<Connection> connections = new ArrayList<>();
    private final Closeable shared;

    /** Makes connections. */
    interface Opener {
        /** A new one. */
        Connection open() throws IOException;
    }

    /** @param shared closed after the connections */
    CallingClient(Load load, ServerFacts server, Opener opener, Closeable shared) throws IOException {
        super(load, server);
        this.shared = shared;
        for (int i = 0; i < load.connections(); i++) {
            connections.add(opener.open());
        }
    }

    @Override
    public void run(Run run) throws Exception {
        long now = run.begin();
        for (int i = 0; i < load().outstanding(); i++) {
            for (int c = 0; c < connections.size(); c++) {
                connections.get(c).send(lanes().get(c).next(now));
            }
        }
        int busy = connections.size();
        while (busy > 0) {
            for (int c = 0; c < connections.size(); c++) {
                if (lanes().get(c).outstanding() > 0 && !step(connections.get(c), lanes().get(c), run)) {
                    busy--;
                }
            }
        }
    }

    /** Waits for an answer and sends the next request; false if there is nothing left to wait for. */
    private static boolean step(Connection connection, Lane lane, Run run) throws Exception {
        connection.receive(lane.oldest());
        long now = lane.answered(run);
        if (run.goesOn(now)) {
            connection.send(lane.next(now));
        }
        return lane.outstanding() > 0;
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.close();
        }
        shared.close();
    }
}
