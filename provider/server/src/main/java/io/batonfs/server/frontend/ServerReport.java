package io.batonfs.server.frontend;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.ServerDescription;
import java.util.List;

/**
 * Space and health of one storage server.
 *
 * @param description   the server, as clients find it
 * @param capacityBytes bytes of user data that it can hold
 * @param freeBytes     bytes that it can still take
 * @param problems      what an operator should look at, a sentence each
 */
public record ServerReport(ServerDescription description, long capacityBytes, long freeBytes, List<String> problems) {

    /** Its id. */
    public ServerId server() {
        return description.server();
    }

    /** Copies the list. */
    public ServerReport {
        problems = List.copyOf(problems);
    }
}
