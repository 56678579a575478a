package io.batonfs.client;

import io.batonfs.model.Caller;
import java.io.IOException;
import java.util.Map;

/** Placeholder of the adapter's branch until the client's own lands. */
public final class BatonClients {
    private BatonClients() {
    }

    /** Connects to a group. */
    public static BatonClient connect(String authority, Map<String, String> settings, Caller caller)
            throws IOException {
        throw new UnsupportedOperationException("the client is not built yet");
    }
}
