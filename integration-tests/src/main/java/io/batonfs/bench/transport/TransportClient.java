package io.batonfs.bench.transport;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/** A client with its connections, made for one load. Used by one thread. */
public abstract class TransportClient implements Closeable {
    /** Longer than anything takes here: what does not answer by then never does. */
    static final long PATIENCE_MS = 30_000;

    private final Load load;
    private final List<Lane> lanes;
    private final OptionalLong server;

    TransportClient(Load load, ServerFacts server) {
        this.load = load;
        this.lanes = Lane.of(load);
        this.server = server.pid();
    }

    final Load load() {
        return load;
    }

    final List<Lane> lanes() {
        return lanes;
    }

    /** The server's process; empty if it has none of its own. */
    public final OptionalLong server() {
        return server;
    }

    /** Makes memory zero that is read into, so that what was read before is not taken for what is read next. */
    public final void clear() {
        lanes.forEach(Lane::clear);
    }

    /** Keeps the load going until the time is over and everything has been answered. */
    public abstract void run(Run run) throws Exception;

    /** Looks at every byte that was read last into each place. */
    public final void check() throws IOException {
        for (Lane lane : lanes) {
            lane.check();
        }
    }
}
