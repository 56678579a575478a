package io.batonfs.client;

import java.io.IOException;
import java.util.Map;

/**
 * Finds groups of one form (embedded, network), by {@link java.util.ServiceLoader}: the client knows no server.
 */
public interface GroupProvider {

    /** Whether this provider serves an authority: the host[:port] of a {@code baton://} URI, or empty. */
    boolean serves(String authority, Map<String, String> settings);

    /**
     * Connects to, or opens, a group. Each connection is closed by its user; a group inside this JVM is shared and ends
     * with its last connection.
     *
     * @param settings every configured key that begins with {@code fs.baton.}, {@code baton.}, {@code hadoop.} or {@code ipc.}
     */
    GroupConnection connect(String authority, Map<String, String> settings) throws IOException;
}
