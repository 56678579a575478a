package io.batonfs.protocol;

import io.batonfs.model.GroupId;
import java.util.List;

/**
 * A group at one moment.
 *
 * @param group         the group
 * @param servers       its servers
 * @param capacityBytes bytes of user data that all its pools can hold
 * @param usedBytes     bytes in use
 * @param freeBytes     bytes that clients can still write, none of them in pools that take no changes for now; so it may be less
 *                      than what is not in use
 * @param reserveBytes  of the free bytes those that are kept for clients: nothing that is moved between pools gets them
 * @param problems      what an operator should look at, a sentence each; empty if all is well
 */
public record GroupStatus(
        GroupId group, List<ServerDescription> servers, long capacityBytes, long usedBytes, long freeBytes,
        long reserveBytes, List<String> problems) {

    /** Copies the lists. */
    public GroupStatus {
        servers = List.copyOf(servers);
        problems = List.copyOf(problems);
    }
}
