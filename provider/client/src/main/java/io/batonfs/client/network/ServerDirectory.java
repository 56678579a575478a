package io.batonfs.client.network;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.ServerDescription;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The servers of a group as it described them last; asked anew when one is wanted that was not among them. Where a server
 * takes data connections it says itself, each time that one is negotiated. Thread-safe: the map is replaced as a whole.
 */
final class ServerDirectory {
    private final CatalogService catalog;
    private final Authority control;
    private volatile Map<ServerId, ServerDescription> known = Map.of();

    ServerDirectory(CatalogService catalog, Authority control) {
        this.catalog = catalog;
        this.control = control;
    }

    /**
     * A server as it was described last.
     *
     * @throws BatonException UNREACHABLE if the group has no such server now
     */
    ServerDescription find(ServerId server) throws IOException {
        ServerDescription description = known.get(server);
        return description != null ? description : findAnew(server);
    }

    private ServerDescription findAnew(ServerId server) throws IOException {
        Map<ServerId, ServerDescription> now = new HashMap<>();
        for (ServerDescription description : catalog.groupStatus().servers()) {
            now.put(description.server(), description);
        }
        known = Map.copyOf(now);
        ServerDescription description = now.get(server);
        if (description == null) {
            throw new BatonException(ErrorCode.UNREACHABLE, server + " is not among the servers of the group at "
                    + control + " " + new TreeSet<>(now.keySet()) + "; it may have been taken out or not be up yet: see"
                    + " the group's status");
        }
        return description;
    }
}
