package io.batonfs.catalog.ratis;

import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiPredicate;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/**
 * Where the peers of one JVM find each other: their only network. Made by whoever opens the peers and handed to each of
 * them; nothing static. Thread-safe.
 */
public final class InProcessDirectory {
    private final ConcurrentMap<RaftPeerId, RaftServer> servers = new ConcurrentHashMap<>();
    private final BiPredicate<String, String> linkUp;

    /** A directory whose links are always up. */
    public InProcessDirectory() {
        this((from, to) -> true);
    }

    /**
     * A directory with links that can fail.
     *
     * @param linkUp whether a message from the first peer (its id) reaches the second one just now
     */
    public InProcessDirectory(BiPredicate<String, String> linkUp) {
        this.linkUp = linkUp;
    }

    void register(RaftPeerId id, RaftServer server) throws IOException {
        if (servers.putIfAbsent(id, server) != null) {
            throw new IOException("a catalog peer " + id + " is open in this directory of peers already");
        }
    }

    void unregister(RaftPeerId id, RaftServer server) {
        servers.remove(id, server);
    }

    /** The peer that a message from {@code from} reaches. */
    RaftServer reach(RaftPeerId from, RaftPeerId to) throws IOException {
        RaftServer server = servers.get(to);
        if (server == null || !linkUp.test(from.toString(), to.toString())) {
            throw new IOException("catalog peer " + to + " cannot be reached from " + from);
        }
        return server;
    }

    /** Fails if a reply from {@code from} would be lost. */
    void replyReaches(RaftPeerId from, RaftPeerId to) throws IOException {
        if (!linkUp.test(from.toString(), to.toString())) {
            throw new IOException("the reply of catalog peer " + from + " did not reach " + to);
        }
    }
}
