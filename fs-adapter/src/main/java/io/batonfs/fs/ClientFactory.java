package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.model.Caller;
import java.io.IOException;
import java.util.Map;

/** Where a file system gets its client from; a seam for tests. */
@FunctionalInterface
interface ClientFactory {

    /**
     * Connects to a group.
     *
     * @param authority host[:port] of the URI, or empty
     * @param settings  see {@link AdapterConfig#clientSettings}
     * @param caller    on whose behalf
     */
    BatonClient connect(String authority, Map<String, String> settings, Caller caller) throws IOException;
}
