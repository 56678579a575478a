package io.batonfs.protocol;

import io.batonfs.model.ServerId;
import java.util.Objects;

/**
 * A storage server of a group, as clients find it.
 *
 * @param server      its id
 * @param host        the host name that block locations show
 * @param dataAddress where it listens for LWIO, in its wire's terms: host:port for TCP, a name for in-process
 */
public record ServerDescription(ServerId server, String host, String dataAddress) {

    /** Checks for nulls. */
    public ServerDescription {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(dataAddress, "dataAddress");
    }
}
