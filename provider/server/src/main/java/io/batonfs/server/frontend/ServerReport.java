package io.batonfs.server.frontend;

import io.batonfs.model.ServerId;
import java.util.List;

/**
 * Space and health of one storage server.
 *
 * @param server        the server
 * @param capacityBytes bytes of user data that it can hold
 * @param freeBytes     bytes that it can still take
 * @param problems      what an operator should look at, a sentence each
 */
public record ServerReport(ServerId server, long capacityBytes, long freeBytes, List<String> problems) {

    /** Copies the list. */
    public ServerReport {
        problems = List.copyOf(problems);
    }
}
