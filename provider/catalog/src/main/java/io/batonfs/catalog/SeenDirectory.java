package io.batonfs.catalog;

import io.batonfs.model.NodeId;

/**
 * A directory that several places show and of which a walk has met everything: met again under the same circumstances,
 * it has nothing new. Without that, a tree cloned into itself thirty times would be walked a billion times.
 *
 * @param node          the directory
 * @param storagePolicy in force there
 * @param copied        whether it was met where no writer shows
 */
public record SeenDirectory(NodeId node, String storagePolicy, boolean copied) {
}
