package io.batonfs.bench.transport;

import java.io.Closeable;
import java.util.HashMap;
import java.util.Map;

/**
 * A server that runs.
 *
 * @param addresses what its clients have to know
 * @param server    closing it ends the server
 */
record Served(Map<String, String> addresses, Closeable server) {

    /** Both, the other to be closed first. */
    Served with(Served other) {
        Map<String, String> all = new HashMap<>(addresses);
        all.putAll(other.addresses);
        return new Served(all, () -> {
            other.server.close();
            server.close();
        });
    }
}
