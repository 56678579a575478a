package io.batonfs.protocol;

/**
 * What is still to be done until all that is stored at and below a path is in the pools of its storage policies, of what
 * {@link CatalogService#satisfyStoragePolicy} was called for.
 *
 * @param looking        whether it is still being looked for
 * @param waitingExtents runs of pages that wait to be carried, of those found so far
 * @param waitingBytes   bytes that they hold
 * @param stayingExtents runs of pages that stay where they are, though the policy in force wants them elsewhere: others may
 *                       share them, and where they would go less survives
 * @param stayingBytes   bytes that these hold
 */
public record StoragePolicyProgress(
        boolean looking, long waitingExtents, long waitingBytes, long stayingExtents, long stayingBytes) {

    /** Whether nothing is left to be done; what stays will not be carried, whatever time passes. */
    public boolean satisfied() {
        return !looking && waitingExtents == 0;
    }
}
