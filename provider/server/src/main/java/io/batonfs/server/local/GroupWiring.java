package io.batonfs.server.local;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.server.storage.StorageServerConfig.DataPort;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.wire.InProcessWire;
import java.util.List;
import java.util.Objects;

/**
 * How the storage servers of a group inside one process are joined with each other and with clients.
 *
 * @param plugs    the wires that carry LWIO, the one to be tried first comes first; at least one
 * @param hostName what block locations call the host that the servers run on
 */
public record GroupWiring(List<Plug> plugs, String hostName) {

    /** Checks for nulls. */
    public GroupWiring {
        plugs = List.copyOf(plugs);
        if (plugs.isEmpty()) {
            throw new IllegalArgumentException("a group without a wire reaches nobody");
        }
        Objects.requireNonNull(hostName, "hostName");
    }

    /**
     * A wire that the group's NIC is plugged into.
     *
     * @param wire     belongs to the caller, who closes it after the group
     * @param listenAt where each server listens
     * @param required whether a server that can't listen there is not to serve at all
     */
    public record Plug(Wire wire, Address listenAt, boolean required) {

        /** Checks for nulls. */
        public Plug {
            Objects.requireNonNull(wire, "wire");
            Objects.requireNonNull(listenAt, "listenAt");
        }
    }

    /** Says where a server of a group listens, in its wire's terms. */
    @FunctionalInterface
    public interface Address {

        /** Where that one does. */
        String of(GroupId group, ServerId server);
    }

    /** For a group and its clients in one JVM: no port is opened. */
    public static GroupWiring inProcess() {
        return new GroupWiring(List.of(new Plug(new InProcessWire(),
                (group, server) -> nameInCatalog(server), true)), "localhost");
    }

    /** A card that is plugged in everywhere. */
    Nic nic() {
        return new Nic(plugs.stream().map(Plug::wire).toList());
    }

    /** Where a server listens. */
    List<DataPort> portsOf(GroupId group, ServerId server) {
        return plugs.stream().map(plug -> new DataPort(
                plug.wire.providerName(), plug.listenAt.of(group, server), plug.required)).toList();
    }

    /**
     * What the catalog knows a server by. The same at each start, whatever wire and port the server has then: where it
     * listens is found by the group's status.
     */
    static String nameInCatalog(ServerId server) {
        return "embedded/" + server.value();
    }
}
