package io.batonfs.protocol;

/**
 * What is still to be done until all that is stored at and below a path is in the pools of its storage policies, of what
 * {@link CatalogService#satisfyStoragePolicy} was called for.
 *
 * @param looking        whether it is still being looked for
 * @param waitingExtents runs of pages that wait to be carried, of those found so far
 * @param waitingBytes   bytes that they hold
 */
public record StoragePolicyProgress(boolean looking, long waitingExtents, long waitingBytes) {

    /** Whether nothing is left to be done. */
    public boolean satisfied() {
        return !looking && waitingExtents == 0;
    }
}
