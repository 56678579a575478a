package io.batonfs.protocol;

import io.batonfs.model.GroupId;
import java.util.List;

/**
 * A group at one moment.
 *
 * @param group         the group
 * @param servers       its servers
 * @param capacityBytes bytes of user data that it can hold
 * @param usedBytes     bytes in use
 * @param freeBytes     bytes that it can still take
 * @param problems      what an operator should look at, a sentence each; empty if all is well
 */
public record GroupStatus(
        GroupId group, List<ServerDescription> servers, long capacityBytes, long usedBytes, long freeBytes,
        List<String> problems) {

    /** Copies the lists. */
    public GroupStatus {
        servers = List.copyOf(servers);
        problems = List.copyOf(problems);
    }
}
