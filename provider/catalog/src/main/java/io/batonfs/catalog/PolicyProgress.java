package io.batonfs.catalog;

/**
 * What is still to be done until all that is stored at and below a path is in the pools of its storage policies.
 *
 * @param looking        whether extents are still being looked for
 * @param waitingExtents extents that wait to be carried, of those found
 * @param waitingBytes   durable bytes that they hold
 * @param stayingExtents extents that stay where they are under the policy in force: others may share them, and the pools of
 *                       the policy survive fewer failed devices
 * @param stayingBytes   durable bytes that these hold
 */
public record PolicyProgress(
        boolean looking, long waitingExtents, long waitingBytes, long stayingExtents, long stayingBytes) {
}
