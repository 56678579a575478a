package io.batonfs.server.local;

import io.batonfs.model.ServerId;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.wire.InProcessWire;
import java.util.Objects;
import java.util.function.Function;

/**
 * How the storage servers of a group inside one process are joined with each other and with clients.
 *
 * @param wire     carries LWIO; belongs to the caller, who closes it after the group
 * @param listenAt where each server listens, in the wire's terms
 * @param hostName what block locations call the host that the servers run on
 */
public record GroupWiring(Wire wire, Function<ServerId, String> listenAt, String hostName) {

    /** Checks for nulls. */
    public GroupWiring {
        Objects.requireNonNull(wire, "wire");
        Objects.requireNonNull(listenAt, "listenAt");
        Objects.requireNonNull(hostName, "hostName");
    }

    /** For a group and its clients in one JVM: no port is opened. */
    public static GroupWiring inProcess() {
        return new GroupWiring(new InProcessWire(), GroupWiring::nameInCatalog, "localhost");
    }

    /**
     * What the catalog knows a server by. The same at each start, whatever wire and port the server has then: where it
     * listens is found by the group's status.
     */
    static String nameInCatalog(ServerId server) {
        return "embedded/" + server.value();
    }
}
