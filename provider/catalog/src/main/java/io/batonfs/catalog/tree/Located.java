package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.model.NodeId;

/**
 * Where a path leads.
 *
 * @param id      the node
 * @param row     its row
 * @param foreign whether a mark was crossed: a clone brought it in and nobody has made it its own
 * @param frozen  whether it lies in a snapshot
 */
public record Located(NodeId id, NodeRow row, boolean foreign, boolean frozen) {
}
