package io.batonfs.catalog;

/**
 * Counters of the catalog, for metrics. What waits to be cleaned up is counted and shown (CAT-8).
 *
 * @param nodes           versions of files and directories
 * @param contents        lists of slices, their frozen beginnings included
 * @param extents         extents, those that wait to be freed included
 * @param tokens          live tokens
 * @param leases          files with a writer
 * @param allocatedPages  pages given out so far, of all volumes
 * @param nodesCopied     private copies made so far
 * @param reclaimWaiting  nodes and contents that wait to be taken down
 * @param freeWaiting     extents that wait for their grace time or their owners
 * @param compactWaiting  directories that wait for shorter chains
 * @param tracked         files that are tracked
 */
public record CatalogFigures(
        long nodes, long contents, long extents, long tokens, long leases, long allocatedPages, long nodesCopied,
        long reclaimWaiting, long freeWaiting, long compactWaiting, long tracked) {
}
